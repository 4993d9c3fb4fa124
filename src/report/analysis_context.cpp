// What the JSON document says of the run: the question, and how its answer was found.

#include "report/analysis_context.hpp"

#include "core/text.hpp"
#include "core/version.hpp"

namespace ridgepoint {
namespace {

Json format_schema() { return words_schema(names_of(kDTypes)); }

using P = Precision;
constexpr std::array kPrecision{
    Member<P>{"activations", "format of activations", [](const P& p) -> Json { return name(p.activations); },
              format_schema},
    Member<P>{"weights", "storage of the weights of products", [](const P& p) -> Json { return name(p.weights); },
              format_schema},
    Member<P>{"kv_cache", "storage of the KV cache", [](const P& p) -> Json { return name(p.kv_cache); },
              format_schema},
    Member<P>{"math", "what products compute in", [](const P& p) -> Json { return name(p.math); }, format_schema},
    Member<P>{"weight_group", "weights per 16-bit scale; 0 has no scales",
              [](const P& p) -> Json { return p.weight_group; }, [] { return number_schema(); }},
};

using R = Report;
constexpr std::array kContext{
    Member<R>{"command", "what was run", [](const R& r) -> Json { return r.command; }, text_schema},
    Member<R>{"mode", "how kernels were priced", [](const R& r) -> Json { return name(r.estimate.options.mode); },
              [] { return words_schema(kModeNames); }},
    Member<R>{"calibration", "what the prices rest on", [](const R& r) -> Json { return calibration_line(r); },
              text_schema},
    Member<R>{"what_if", "what --what-if changed of the device",
              [](const R& r) -> Json { return r.device.changes.empty() ? absent() : Json(r.device.changes); },
              [] { return list_schema(text_schema()); }, kSometimes},
    Member<R>{"fusion", "which layers share a kernel",
              [](const R& r) -> Json { return kFusionNames[static_cast<std::size_t>(r.estimate.options.fusion)]; },
              [] { return words_schema(kFusionNames); }},
    Member<R>{
        "execution", "who issues kernels",
        [](const R& r) -> Json { return kExecutionNames[static_cast<std::size_t>(r.estimate.options.execution)]; },
        [] { return words_schema(kExecutionNames); }},
    Member<R>{
        "optimizer", "of training",
        [](const R& r) -> Json { return kOptimizerNames[static_cast<std::size_t>(r.estimate.options.optimizer)]; },
        [] { return words_schema(kOptimizerNames); }},
    Member<R>{"precision", "number formats",
              [](const R& r) { return write_members(std::span<const Member<P>>(kPrecision), r.estimate.precision); },
              [] { return schema_of(std::span<const Member<P>>(kPrecision)); }},
    Member<R>{"parameters", "every parameter of the network with its value",
              [](const R& r) {
                Json object = Json::object();
                for (const auto& [key, value] : r.estimate.parameters) object[key] = value;
                return object;
              },
              [] { return map_schema(number_schema()); }},
};

constexpr std::array kTool{
    Member<std::string_view>{"name", "ridgepoint", [](const std::string_view&) -> Json { return "ridgepoint"; },
                             text_schema},
    Member<std::string_view>{"version", "of the program", [](const std::string_view& v) -> Json { return v; },
                             text_schema},
};

}  // namespace

Json context_json(const Report& report) { return write_members(std::span<const Member<R>>(kContext), report); }
Json context_schema() { return schema_of(std::span<const Member<R>>(kContext)); }

Json tool_json() { return write_members(std::span<const Member<std::string_view>>(kTool), version()); }
Json tool_schema() { return schema_of(std::span<const Member<std::string_view>>(kTool)); }

}  // namespace ridgepoint
