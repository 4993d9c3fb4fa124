#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/formats.hpp"
#include "core/text.hpp"
#include "cost/device_file.hpp"
#include "cost/law.hpp"
#include "io/object_reader.hpp"

namespace ridgepoint {
namespace {

constexpr std::string_view kAnyFormat = "any";

class Reader {
 public:
  explicit Reader(std::shared_ptr<const Document> document) : document_(std::move(document)) {}

  Calibration read(const Node& node) {
    ObjectReader reader(document_, node, "calibration");
    calibration_.tool = reader.required_string("tool");
    calibration_.device = reader.required_string("device");
    if (const Node* date = reader.optional("date")) calibration_.date = read_date(reader, *date);
    calibration_.samples = read_samples(reader);
    for (const Node& source : reader.array(reader.required("sources"))) read_source(source);
    if (const Node* facts = reader.optional("facts")) {
      const ObjectReader list(document_, *facts, "facts");
      for (const Node& item : facts->items) calibration_.facts.emplace_back(item.key, list.string(item));
    }
    if (const Node* reached = reader.optional("reached")) read_reached(*reached);
    for (const Node& entry : reader.array(reader.required("entries"))) read_entry(entry);
    if (const Node* list = reader.optional("ceilings")) {
      calibration_.ceilings = read_measured_ceilings(document_, *list);
    }
    reader.finish();
    return std::move(calibration_);
  }

 private:
  static std::int64_t read_samples(ObjectReader& reader) {
    const Node& node = reader.required("samples");
    const std::int64_t count = reader.integer(node);
    if (count < 0) reader.fail(node, {fmt::format("\"samples\" is {}", count), "0 or more"});
    return count;
  }

  static std::string read_date(const ObjectReader& reader, const Node& node) {
    std::string date = reader.string(node);
    if (!is_date(date)) reader.fail(node, {fmt::format("{} is no date", in_quotes(date)), "YYYY-MM-DD"});
    return date;
  }

  void read_source(const Node& node) {
    ObjectReader reader(document_, node, "source");
    calibration_.sources.push_back({.file = reader.required_string("file"),
                                    .samples = read_samples(reader),
                                    .hash = reader.required_string("hash")});
    reader.finish();
  }

  void read_reached(const Node& node) {
    ObjectReader reader(document_, node, "reached");
    calibration_.reached.dram = reader.non_negative(reader.required("dram_bytes_per_s"));
    calibration_.reached.launch = reader.non_negative(reader.required("launch_s"));
    const Node& products = reader.required("products_flops_per_s");
    ObjectReader list(document_, products, "products_flops_per_s");
    for (const DTypeFacts& facts : kDTypes) {
      if (!facts.arithmetic) continue;
      if (const Node* rate = list.optional(facts.name))
        calibration_.reached.products[static_cast<std::size_t>(facts.dtype)] = list.positive(*rate);
    }
    list.finish();
    reader.finish();
  }

  void read_entry(const Node& node) {
    ObjectReader reader(document_, node, "entry");
    std::vector<std::string_view> kinds;
    kinds.reserve(kCostKinds.size());
    for (const CostKind& kind : kCostKinds) kinds.push_back(kind.name);
    const std::string kind = reader.choice(reader.required("kernel"), kinds);
    const auto place = std::find(kinds.begin(), kinds.end(), kind) - kinds.begin();
    CalibrationEntry entry{.kind = &kCostKinds[static_cast<std::size_t>(place)]};
    entry.format = read_format(reader);
    const std::string clock = reader.choice(reader.required("clock"), kClockNames);
    entry.clock = static_cast<Clock>(std::find(kClockNames.begin(), kClockNames.end(), clock) - kClockNames.begin());
    entry.model = &read_model(reader, *entry.kind);
    read_parameters(reader.required("parameters"), entry);
    entry.samples = read_samples(reader);
    entry.p10 = reader.positive(reader.required("p10"));
    const Node& p90 = reader.required("p90");
    entry.p90 = reader.positive(p90);
    if (entry.p90 < entry.p10) reader.fail(p90, {"p90 is below p10", "a larger value"});
    entry.median_error = reader.non_negative(reader.required("median_error"));
    if (const Node* bounds = reader.optional("at_bounds")) {
      for (const Node& name : reader.array(*bounds))
        entry.at_bounds.push_back(reader.choice(name, parameter_names(*entry.model)));
    }
    reader.finish();
    expect_new(reader, entry);
    calibration_.entries.push_back(std::move(entry));
  }

  static std::optional<DType> read_format(ObjectReader& reader) {
    std::vector<std::string_view> names = arithmetic_formats();
    names.insert(names.begin(), kAnyFormat);
    const std::string word = reader.choice(reader.required("format"), names);
    return word == kAnyFormat ? std::nullopt : find_dtype(word);
  }

  // Files that name no model are older than all models but the common law.
  static const CostModel& read_model(ObjectReader& reader, const CostKind& kind) {
    const Node* node = reader.optional("model");
    if (node == nullptr) return kLaw;
    const auto models = models_for(kind);
    std::vector<std::string_view> names;
    for (const CostModel* model : models) {
      if (std::find(names.begin(), names.end(), model->name) == names.end()) names.push_back(model->name);
    }
    const std::string word = reader.choice(*node, names);
    return **std::find_if(models.begin(), models.end(), [&](const CostModel* model) { return model->name == word; });
  }

  static std::vector<std::string_view> parameter_names(const CostModel& model) {
    std::vector<std::string_view> names;
    for (const ModelParameter& parameter : model.parameters) names.push_back(parameter.name);
    names.push_back(kFloorParameter.name);
    return names;
  }

  void read_parameters(const Node& node, CalibrationEntry& entry) const {
    ObjectReader reader(document_, node, "parameters");
    const auto& parameters = entry.model->parameters;
    for (std::size_t i = 0; i < parameters.size(); ++i) entry.parameters[i] = read_value(reader, parameters[i]);
    if (reader.optional(kFloorParameter.name) != nullptr) entry.floor = read_value(reader, kFloorParameter);
    reader.finish();
  }

  static double read_value(ObjectReader& reader, const ModelParameter& parameter) {
    const Node* value = parameter.absent > 0 ? reader.optional(parameter.name) : &reader.required(parameter.name);
    if (value == nullptr) return parameter.absent;
    const double number = reader.positive(*value);
    if (number < parameter.lower || number > parameter.upper) {
      reader.fail(*value, {fmt::format("{} is {}", in_quotes(parameter.name), number),
                           fmt::format("{} to {}", parameter.lower, parameter.upper)});
    }
    return number;
  }

  void expect_new(const ObjectReader& reader, const CalibrationEntry& entry) const {
    for (const CalibrationEntry& known : calibration_.entries) {
      if (known.kind != entry.kind || known.format != entry.format || known.clock != entry.clock) continue;
      reader.fail(reader.node(), {fmt::format("a second entry of {} {} on the {} clock", entry.kind->name,
                                              format_name(entry.format), kClockNames[static_cast<int>(entry.clock)]),
                                  "one entry for each kernel, format and clock"});
    }
  }

  std::shared_ptr<const Document> document_;
  Calibration calibration_;
};

}  // namespace

std::string_view format_name(std::optional<DType> format) { return format ? name(*format) : kAnyFormat; }

bool is_date(std::string_view text) {
  if (text.size() != 10) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 4 || i == 7;
    if (dash ? text[i] != '-' : std::isdigit(static_cast<unsigned char>(text[i])) == 0) return false;
  }
  const int month = (text[5] - '0') * 10 + text[6] - '0';
  const int day = (text[8] - '0') * 10 + text[9] - '0';
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

Calibration read_calibration(const std::shared_ptr<const Document>& document, const Node& node) {
  return Reader(document).read(node);
}

}  // namespace ridgepoint
