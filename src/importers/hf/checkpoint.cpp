#include "importers/hf/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "network/instantiate.hpp"
#include "network/parameter.hpp"

namespace ridgepoint::hf {
namespace {

// The format of a layer's weights; nothing where they are as the activations.
const WeightFormat* format_of(const Layer& layer, const Network& network, const Quantization& q) {
  const Precision& precision = layer.precision ? *layer.precision : network.precision;
  if (precision.weights == precision.activations) return nullptr;
  const auto found = std::find_if(q.formats.begin(), q.formats.end(), [&](const WeightFormat& format) {
    return format.weights == precision.weights && format.math.value_or(precision.activations) == precision.math;
  });
  return found == q.formats.end() ? nullptr : &*found;
}

double blocks(double length, double block) { return std::ceil(length / block); }

// The extents of a weight, the last two of which are those of its matrices.
std::vector<std::int64_t> extents_of(const Layer& layer, const Parameter& weight) {
  if (const auto* constant = std::get_if<Constant>(&layer.op)) return constant->shape;
  std::vector<std::int64_t> extents;
  for (const auto& axis : weight.axes) extents.push_back(axis.length);
  return extents;
}

// Scales of a weight [..., out, in]. The matrices of all heads of latent attention are one in files.
double scales_of(const Layer& layer, const Parameter& weight, const WeightFormat& format) {
  const std::vector<std::int64_t> extents = extents_of(layer, weight);
  if (extents.size() < 2) return 0;
  const bool one_matrix = std::holds_alternative<LatentAttention>(layer.op);
  const auto in = static_cast<double>(extents.back());
  const auto out =
      one_matrix ? static_cast<double>(weight.count) / in : static_cast<double>(extents[extents.size() - 2]);
  const double matrices = static_cast<double>(weight.count) / (out * in);
  double each = format.matrix_scales;
  if (format.group == 0) each += out;
  if (format.group > 0) {
    const auto rows = static_cast<double>(format.block_rows);
    const double groups = blocks(out, rows) * blocks(in, static_cast<double>(format.group) / rows);
    each += groups;
    if (format.zeros_pack > 0) each += groups / format.zeros_pack;
  }
  if (format.ordered) each += in;
  return matrices * each;
}

bool begins_with(const std::string& name, std::string_view prefix) {
  return std::string_view(name).substr(0, prefix.size()) == prefix;
}

std::string whole(double value) { return fmt::format("{:.0f}", value); }

void note_stored(Reading& reading, const StoredValues& stored, const Quantization& q) {
  const bool zeros = std::any_of(q.formats.begin(), q.formats.end(), [](const auto& f) { return f.zeros_pack > 0; });
  const bool order = std::any_of(q.formats.begin(), q.formats.end(), [](const auto& f) { return f.ordered; });
  const std::string what = std::string(zeros ? ", zero points" : "") + (order ? ", numbers of groups" : "");
  if (stored.scales > 0) {
    reading.notes.push_back(fmt::format("files of this checkpoint hold {} scales{} besides the parameters ({})",
                                        whole(stored.scales), what, q.method));
  }
  if (stored.packed > 0) {
    reading.notes.push_back(
        fmt::format("files of this checkpoint hold {} values less than parameters: several weights are stored as one",
                    whole(stored.packed)));
  }
}

void note_mtp(Reading& reading, const StoredValues& mtp, double table) {
  const bool one = reading.mtp.layers == 1;
  std::string note = fmt::format(
      "the {} that predict{} further tokens (MTP) {} not counted: {} parameters, which --set mtp_layers={} adds",
      one ? "layer" : fmt::format("{} layers", reading.mtp.layers), one ? "s" : "", one ? "is" : "are",
      whole(mtp.parameters), reading.mtp.layers);
  if (mtp.scales > 0) note += fmt::format("; {} scales of theirs", whole(mtp.scales));
  if (mtp.packed > 0) note += fmt::format("; {} values packed into others", whole(mtp.packed));
  if (reading.mtp.own_tables) {
    note +=
        fmt::format("; files may hold copies of the embedding and of the head with them, {} values each", whole(table));
  }
  reading.notes.push_back(note);
}

}  // namespace

StoredValues stored_values(const Network& network, const std::optional<Quantization>& q, std::string_view prefix) {
  StoredValues stored;
  for (const Layer& layer : network.layers) {
    if (!begins_with(layer.name, prefix)) continue;
    const auto times = static_cast<double>(layer.copies);
    stored.parameters += all_parameters(layer);
    const WeightFormat* format = q && layer.tied_to < 0 ? format_of(layer, network, *q) : nullptr;
    for (const Parameter& parameter : layer.parameters) {
      if (format == nullptr || parameter.role != ParameterRole::kWeight) continue;
      stored.scales += times * scales_of(layer, parameter, *format);
      stored.packed += times * static_cast<double>(parameter.count) * (1 - 1 / static_cast<double>(format->pack));
    }
  }
  return stored;
}

void note_checkpoint(Reading& reading, const std::optional<Quantization>& q, const Description& plain,
                     const std::optional<Description>& with_mtp) {
  const RunOptions run{.phase = Phase::kInference};
  if (q) note_stored(reading, stored_values(instantiate(plain, run), q), *q);
  if (!with_mtp) return;
  const Network network = instantiate(*with_mtp, run);
  const auto parameter = [&](std::string_view key) -> double {
    return static_cast<double>(find_parameter(network.parameters, key).value_or(0));
  };
  note_mtp(reading, stored_values(network, q, "mtp"), parameter("vocab") * parameter("hidden"));
}

}  // namespace ridgepoint::hf
