// Hugging Face configs: which kind of network, and what is said about the file as a whole.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "core/checked.hpp"
#include "core/text.hpp"
#include "families/family.hpp"
#include "importers/hf/nearest_type.hpp"
#include "importers/hf/wrapper.hpp"
#include "importers/importers.hpp"

namespace ridgepoint {
namespace hf {

std::span<const Kind> kinds() {
  static const std::array list{kDecoders,  kWrappers,  kRecurrences, kEncoders,   kEncoderDecoders, kVision,   kPairs,
                               kPairTexts, kBackbones, kDetectors,   kSegmenters, kSpeechEncoders,  kDiffusion};
  return list;
}

namespace {

const Kind* find_kind(std::string_view type) {
  for (const Kind& kind : kinds()) {
    const std::vector<std::string_view> types = kind.types();
    if (std::find(types.begin(), types.end(), type) != types.end()) return &kind;
  }
  return nullptr;
}

std::vector<std::string_view> all_types() {
  std::vector<std::string_view> names;
  for (const Kind& kind : kinds()) {
    for (const std::string_view type : kind.types()) names.push_back(type);
  }
  std::sort(names.begin(), names.end());
  return names;
}

// "meta-llama/Llama-3.1-8B" of `_name_or_path`, else the folder or file that the config is in.
std::string name_of(const ModelFile& file, Config& config) {
  for (const std::string& given : {config.text({"_name_or_path"}, ""), config.text({"name"}, "")}) {
    if (!given.empty() && given.front() != '/' && given.front() != '.') return given.substr(given.rfind('/') + 1);
  }
  std::string path = file.path();
  if (path == "-") return "config";
  const std::string base = path.substr(path.rfind('/') + 1);
  if (base != "config.json") return base.substr(0, base.rfind('.'));
  path = path.size() > base.size() ? path.substr(0, path.size() - base.size() - 1) : "";
  const std::string folder = path.substr(path.rfind('/') + 1);
  return folder.empty() || folder == "." ? "config" : folder;
}

// What is wrong when a config is read as another type; "" where nothing is.
std::string trouble_as(const Reading& reading, std::string_view type, const Kind& kind) {
  Attributes overrides = reading.overrides;
  Reading other{.document = reading.document,
                .root = Config(reading.document, reading.document->root()),
                .overrides = overrides,
                .name = reading.name,
                .type = std::string(type),
                .architecture = reading.architecture};
  try {
    (void)kind.read(other);
  } catch (const InputError& error) {
    return error.problem().what;
  } catch (const OverflowError&) {
    return "a product of sizes overflows";
  }
  return "";
}

// What to do about a type that is not known.
std::pair<std::string, std::string_view> advice_on_type(const Reading& reading, Config& root) {
  const auto text = text_part(root);
  const NearestType near = nearest_type(reading.type, reading.architecture, text ? *text : root, all_types());
  const Kind& kind = *find_kind(near.type);
  const std::string trouble = trouble_as(reading, near.type, kind);
  const std::string why = near.thin ? "keys, which say little" : std::string(near.by);
  const std::string as = trouble.empty()
                             ? fmt::format("with \"model_type\": \"{}\" the file is read as that", near.type)
                             : fmt::format("but the file cannot be read as that ({})", trouble);
  const std::string describe = kind.family.empty() ? "layer by layer" : fmt::format("with the family {}", kind.family);
  return {fmt::format("a known type; {} is the nearest by its {}: {}; or describe the network {} (docs/network.md)",
                      near.type, why, as, describe),
          near.type};
}

[[noreturn]] void fail_unknown(Reading& reading) {
  const Node* node = reading.root.find({"model_type", "_class_name"});
  const auto [advice, near] = advice_on_type(reading, reading.root);
  reading.document->fail((node != nullptr ? *node : reading.root.node()).offset,
                         {fmt::format("unknown model_type {}", in_quotes(reading.type)), advice, std::string(near)});
}

// Where there is no model_type: the class of a diffusion model, a known type in the name of the class or of the file,
// the keys.
std::string type_of(Reading& reading) {
  std::string type = reading.root.text({"model_type"}, "");
  if (!type.empty()) return type;
  if (std::string given = reading.root.text({"_class_name"}, ""); !given.empty()) return given;
  const std::vector<std::string_view> known = all_types();
  const std::string name = reading.root.text({"name"}, "");
  for (const auto& [where, word] : {std::pair{"architectures", reading.architecture}, std::pair{"its name", name}}) {
    const std::string_view found = type_within(word, known);
    if (found.empty()) continue;
    reading.warnings.push_back(fmt::format("the config has no model_type: {} is taken from {}", found, where));
    return std::string(found);
  }
  if (const std::string_view like = type_like(reading.root); !like.empty() && reading.architecture.empty()) {
    reading.warnings.push_back(fmt::format("the config has no model_type: its keys are those of {}", like));
    return std::string(like);
  }
  reading.root.fail(reading.root.node(), "missing key \"model_type\" in the config",
                    advice_on_type(reading, reading.root).first);
}

// A config of an unknown type around a decoder that is known.
const Kind* kind_around(Reading& reading) {
  auto text = text_part(reading.root);
  if (!text || find_kind(text->text({"model_type"}, "")) == nullptr) return nullptr;
  reading.warnings.push_back(
      fmt::format("unknown model_type {}: its text_config alone is read", in_quotes(reading.type)));
  return &kWrappers;
}

std::optional<DType> dtype_of(Config& config) {
  std::string word = config.text({"torch_dtype", "dtype"}, "");
  if (word.starts_with("torch.")) word = word.substr(6);
  if (word == "bfloat16" || word == "bf16") return DType::kBf16;
  if (word == "float16" || word == "fp16" || word == "half") return DType::kFp16;
  if (word == "float32" || word == "fp32") return DType::kFp32;
  if (word.empty() || word == "auto") return std::nullopt;
  config.fail({"torch_dtype", "dtype"}, fmt::format("unknown dtype {}", in_quotes(word)),
              "bfloat16, float16 or float32");
}

// The formats of the file: those of `torch_dtype`, of the text part, else 16 bits.
void set_precision(Reading& reading, Description& description) {
  auto dtype = dtype_of(reading.root);
  if (auto text = text_part(reading.root); !dtype && text) dtype = dtype_of(*text);
  if (!dtype) reading.notes.emplace_back("the config names no dtype: bf16 is taken");
  description.precision.activations = dtype.value_or(DType::kBf16);
}

bool recognizes(const ModelFile& file) {
  if (!file.is_text()) return false;
  const Node& root = file.document()->root();
  if (root.kind != Node::Kind::kObject || root.find("family") != nullptr) return false;
  const Node* layers = root.find("layers");
  if (layers != nullptr && layers->kind == Node::Kind::kArray) return false;
  const std::array keys{"model_type", "architectures", "_class_name", "num_hidden_layers", "hidden_dim"};
  return std::any_of(keys.begin(), keys.end(), [&](const char* key) { return root.find(key) != nullptr; });
}

// Sizes that only together are too large have no key of their own.
Description described(const Kind& kind, Reading& reading, const std::string& label) {
  try {
    Description description = kind.read(reading);
    set_precision(reading, description);
    return description;
  } catch (const OverflowError&) {
    throw InputError({"a product of sizes overflows", "sizes whose products are below 2^63"}, {.file = label});
  }
}

Description read(const ModelFile& file, Attributes& overrides, const ImportOptions&) {
  const auto& document = file.document();
  Reading reading{.document = document, .root = Config(document, document->root()), .overrides = overrides};
  reading.name = name_of(file, reading.root);
  const std::filesystem::path path = file.path();
  if (path.filename() == "config.json") reading.folder = path.parent_path().empty() ? "." : path.parent_path().string();
  if (const auto classes = reading.root.words({"architectures"}); classes && !classes->empty()) {
    reading.architecture = classes->front();
  }
  reading.type = type_of(reading);
  const Kind* kind = find_kind(reading.type);
  if (kind == nullptr) kind = kind_around(reading);
  if (kind == nullptr) fail_unknown(reading);
  Description description = described(*kind, reading, file.label());
  reading.warn_of_strangers(reading.root);
  description.source = fmt::format("{} ({})", file.label(), reading.type);
  description.notes = std::move(reading.notes);
  description.warnings = std::move(reading.warnings);
  return description;
}

}  // namespace

void Reading::expect_head(std::initializer_list<std::string_view> endings) {
  const bool known = architecture.empty() || std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) {
                       return architecture_ends(ending);
                     });
  if (!known) warnings.push_back(fmt::format("the head of {} is not read", architecture));
}

void Reading::warn_of_strangers(const Config& config) {
  for (const std::string& key : config.strangers()) {
    warnings.push_back(fmt::format("the key {} is not understood and could matter", in_quotes(key)));
  }
}

Description Reading::expand(const Compact& compact) {
  return load_model(Document::rewritten(document, compact.root()), overrides);
}

}  // namespace hf

const Importer kHuggingFaceImporter{"hugging_face", "config.json of a model of the transformers library",
                                    hf::recognizes, hf::read};

}  // namespace ridgepoint
