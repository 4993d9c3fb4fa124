// Layers whose weights are in different formats are told apart before the family writes the network down, and given
// their formats after it.

#include "importers/hf/quantize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "core/error.hpp"
#include "core/text.hpp"
#include "importers/hf/checkpoint.hpp"
#include "importers/hf/modules.hpp"
#include "importers/hf/quantization.hpp"

namespace ridgepoint::hf {
namespace {

/// The formats of one kind of layer: by the row of module_names(), -1 unquantized.
using Formats = std::map<std::size_t, int>;

// The words of a list in a compact description, as often as there are layers.
std::vector<std::string> words_of(const Compact& compact, std::string_view key, std::string_view fallback) {
  const Node* list = compact.root().find(key);
  std::vector<std::string> words;
  for (std::int64_t i = 0; i < compact.number("layers"); ++i) {
    const bool given = list != nullptr && !list->items.empty();
    words.push_back(given ? list->items[static_cast<std::size_t>(i) % list->items.size()].text : std::string(fallback));
  }
  return words;
}

// What rules say that name neither a layer nor several of them is the same for all layers.
class Lookup {
 public:
  explicit Lookup(const Quantization& q) : q_(q) {
    for (std::size_t row = 0; row < module_names().size(); ++row)
      always_.push_back(q.format_of(names_of(row, 0), q.rules));
  }

  [[nodiscard]] int format_of(std::int64_t layer, std::size_t row) const {
    const auto own = q_.layer_rules.find(layer);
    if (own == q_.layer_rules.end() && q_.layer_patterns.empty()) return always_[row].value_or(q_.usual);
    const std::vector<std::string> names = names_of(row, layer);
    if (own != q_.layer_rules.end()) {
      if (const auto format = q_.format_of(names, own->second)) return *format;
    }
    if (const auto format = q_.format_of(names, q_.layer_patterns)) return *format;
    return always_[row].value_or(q_.usual);
  }

 private:
  static std::vector<std::string> names_of(std::size_t row, std::int64_t layer) {
    std::vector<std::string> names;
    for (const std::string_view name : module_names()[row].names)
      names.push_back(fmt::format("layers.{}.{}", layer, name));
    return names;
  }

  const Quantization& q_;
  std::vector<std::optional<int>> always_;
};

bool has_weights(const Item& item) {
  constexpr auto kOps = std::to_array<std::string_view>(
      {"linear", "grouped_linear", "latent_attention", "causal_conv", "conv", "constant"});
  return std::find(kOps.begin(), kOps.end(), item.op) != kOps.end();
}

// The rows of module_names() that the network has.
std::vector<std::size_t> rows_of(const Description& description) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < module_names().size(); ++row) {
    const ModuleName& module = module_names()[row];
    const bool used = std::any_of(description.blocks.begin(), description.blocks.end(), [&](const Block& block) {
      return group_of_block(block.name) == module.group &&
             std::any_of(block.items.begin(), block.items.end(),
                         [&](const Item& i) { return i.name == module.item && has_weights(i); });
    });
    if (used) rows.push_back(row);
  }
  return rows;
}

// Layers may share a variant where the formats of the modules that both have are the same.
bool agree(const Formats& a, const Formats& b) {
  return std::all_of(a.begin(), a.end(), [&](const auto& entry) {
    const auto other = b.find(entry.first);
    return other == b.end() || other->second == entry.second;
  });
}

// The variants that the layers need; their numbers go into the compact description where there are several.
std::vector<Formats> plan_variants(const Quantization& q, const std::vector<std::size_t>& rows, Compact& compact) {
  const Lookup lookup(q);
  const std::vector<std::string> mixers = words_of(compact, "layer_types", "full");
  const std::vector<std::string> mlps = words_of(compact, "mlp_types", compact.has("experts") ? "moe" : "dense");
  std::vector<Formats> variants;
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 0; i < mixers.size(); ++i) {
    const std::vector<std::string_view> groups = groups_of_layer(mixers[i], mlps[i]);
    Formats formats;
    for (const std::size_t row : rows) {
      if (std::find(groups.begin(), groups.end(), module_names()[row].group) == groups.end()) continue;
      formats[row] = lookup.format_of(static_cast<std::int64_t>(i), row);
    }
    auto found = std::find_if(variants.begin(), variants.end(), [&](const Formats& v) { return agree(formats, v); });
    if (found == variants.end()) found = variants.insert(variants.end(), Formats{});
    found->insert(formats.begin(), formats.end());
    numbers.push_back(found - variants.begin());
  }
  if (variants.size() > 1) compact.set("layer_variants", numbers);
  return variants;
}

/// Gives the items of a description their formats.
class Formatter {
 public:
  Formatter(const Quantization& q, std::vector<Formats> variants, const Compact& compact)
      : q_(q), variants_(std::move(variants)), compact_(compact) {}

  void apply(Description& description) {
    if (q_.usual >= 0) {
      const WeightsItem base = q_.formats[static_cast<std::size_t>(q_.usual)].item(compact_.number("hidden"));
      description.precision.weights = base.weights;
      description.precision.math = base.math;
      description.precision.weight_group = base.weight_group;
    }
    description.precision.kv_cache = q_.kv_cache;
    for (Block& block : description.blocks) apply(block);
    for (Item& item : description.items) {
      if (has_weights(item)) set(item, item.name == "head" ? head_format() : -1);
    }
  }

 private:
  [[nodiscard]] int head_format() const { return q_.format_of({"lm_head", "head"}, q_.rules).value_or(q_.usual); }

  // The one product of an MTP step that is in no layer.
  void apply_to_mtp(Block& block) const {
    for (Item& item : block.items) {
      const bool joins = item.name == "project";
      if (has_weights(item)) set(item, joins ? q_.format_of({std::string(kMtpProjection)}, q_.rules).value_or(-1) : -1);
    }
  }

  void apply(Block& block) {
    if (block.name == "mtp") return apply_to_mtp(block);
    std::string_view name = block.name;
    std::size_t variant = 0;
    if (const std::size_t at = name.rfind("_f"); at != std::string_view::npos && variants_.size() > 1) {
      const std::string digits(name.substr(at + 2));
      if (!digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos) {
        variant = std::stoul(digits);
        name = name.substr(0, at);
      }
    }
    const std::string_view group = group_of_block(name);
    for (Item& item : block.items) {
      if (has_weights(item)) set(item, group.empty() ? -1 : format_of(group, item, variant));
    }
  }

  [[nodiscard]] int format_of(std::string_view group, const Item& item, std::size_t variant) const {
    if (item.op == "causal_conv") return -1;
    const auto rows = module_names();
    for (const auto& [row, format] : variants_[variant]) {
      if (rows[row].group == group && rows[row].item == item.name) return format;
    }
    return q_.usual;
  }

  // How many values one output has: what a scale per row is for.
  [[nodiscard]] std::int64_t row_of(const Item& item) const {
    if (item.name == "down")
      return item.op == "grouped_linear" ? compact_.number("expert_ffn") : compact_.number("ffn");
    return compact_.number("hidden");
  }

  void set(Item& item, int format) const {
    if (format == q_.usual && (format < 0 || q_.formats[static_cast<std::size_t>(format)].group != 0)) return;
    item.precision = format < 0 ? WeightsItem{} : q_.formats[static_cast<std::size_t>(format)].item(row_of(item));
  }

  const Quantization& q_;
  std::vector<Formats> variants_;
  const Compact& compact_;
};

std::string words_of(const WeightFormat& format) {
  std::string text(name(format.weights));
  if (format.group > 0) {
    text += fmt::format(" with {} bits of scale for {} values", format.scale_bits, format.group);
  } else {
    text += format.group == 0 ? " with a scale for each row" : " with one scale";
  }
  return text + (format.math ? fmt::format(", products in {}", name(*format.math)) : ", products as the activations");
}

void add_note(Reading& reading, const Quantization& q) {
  std::string formats;
  for (const WeightFormat& format : q.formats) formats += (formats.empty() ? "" : "; ") + words_of(format);
  reading.notes.push_back(
      fmt::format("weights as quantization_config ({}) has them: {}; what it leaves out is stored as the activations",
                  q.method, formats));
}

Description expanded(Reading& reading, Compact& compact, const std::optional<Quantization>& q) {
  if (!q) return reading.expand(compact);
  Attributes overrides = reading.overrides;  // the family takes out what it understands
  Description description = reading.expand(compact);
  std::vector<Formats> variants = plan_variants(*q, rows_of(description), compact);
  if (variants.size() > 1) {
    reading.overrides = std::move(overrides);
    description = reading.expand(compact);
  }
  Formatter(*q, std::move(variants), compact).apply(description);
  return description;
}

// The layers that `--set mtp_layers=` asks for, which is then done with: the family knows only sizes that it was given.
std::optional<std::int64_t> take_mtp_layers(Attributes& overrides) {
  const auto found =
      std::find_if(overrides.begin(), overrides.end(), [](const Attribute& a) { return a.name == "mtp_layers"; });
  if (found == overrides.end()) return std::nullopt;
  std::int64_t layers = -1;
  if (const auto* number = std::get_if<std::int64_t>(&found->value.data)) layers = *number;
  if (const auto* text = std::get_if<std::string>(&found->value.data)) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), layers);
    if (error != std::errc() || end != text->data() + text->size()) layers = -1;
  }
  if (layers < 0) throw InputError({"--set mtp_layers is no number of layers", "0 or more"});
  overrides.erase(found);
  return layers;
}

}  // namespace

Description expand_decoder(Reading& reading, Compact& compact) {
  const auto q = read_quantization(reading);
  if (q) add_note(reading, *q);
  std::optional<Description> with_mtp;
  const auto asked = take_mtp_layers(reading.overrides);
  if (asked && *asked > 0) compact.set("mtp_layers", *asked);
  if (reading.mtp.layers > 0 && !asked) {
    const Attributes overrides = reading.overrides;
    Compact further = compact;
    further.set("mtp_layers", reading.mtp.layers);
    with_mtp = expanded(reading, further, q);
    reading.overrides = overrides;
  }
  Description description = expanded(reading, compact, q);
  note_checkpoint(reading, q, description, with_mtp);
  return description;
}

}  // namespace ridgepoint::hf
