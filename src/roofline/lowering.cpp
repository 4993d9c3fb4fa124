#include "roofline/lowering.hpp"

#include <algorithm>

namespace ridgepoint {
namespace {

/// FLOPs, special operations and values kept per parameter of one update step, counted from the update rules: SGD; SGD
/// with momentum (Sutskever et al. 2013); Adam (Kingma and Ba, arXiv 1412.6980).
struct UpdateCost {
  double flops;
  double special;
  int state;
};
constexpr std::array<UpdateCost, 3> kUpdateCosts{{{2, 0, 0}, {4, 0, 1}, {15, 2, 2}}};

const UpdateCost& cost_of(Optimizer optimizer) { return kUpdateCosts[static_cast<std::size_t>(optimizer)]; }

std::vector<Launch> launches_of(const Kernels& kernels) {
  std::vector<Launch> launches;
  for (const Kernel& kernel : kernels) launches.push_back({kernel, work_of(kernel)});
  return launches;
}

void subtract_traffic(Work& work, Bytes read, Bytes written) {
  work.read -= read;
  work.written -= written;
  work.l2 -= read + written;
}

bool contains(const std::vector<int>& members, int layer) {
  return std::find(members.begin(), members.end(), layer) != members.end();
}

bool is_elementwise(const Layer& layer, Phase phase) {
  return fusion_role(layer.op, phase) == FusionRole::kElementwise;
}

bool any_input_needs_gradient(const Site& site) {
  return std::find(site.needs_gradient.begin(), site.needs_gradient.end(), true) != site.needs_gradient.end();
}

/// A layer's site as its kernels see it. In automatic mixed precision (16-bit activations and products, weights that
/// are kept in 32 bits: Micikevicius et al., arXiv 1710.03740) each weight is converted before its product, once a
/// step, and its gradient back; the products see 16 bits.
class KernelSite {
 public:
  KernelSite(const Network& network, const Layer& layer)
      : storage_(network, layer), site_(storage_.site()), precision_(site_.precision), kept_(precision_.weights) {
    const auto is_weight = [](const Parameter& parameter) { return parameter.role == ParameterRole::kWeight; };
    const bool mixed = bits(kept_) == 32 && bits(precision_.math) == 16 && bits(precision_.activations) == 16;
    if (!mixed || layer.tied_to >= 0 || std::none_of(layer.parameters.begin(), layer.parameters.end(), is_weight))
      return;
    precision_.weights = precision_.math;
    for (const Parameter& parameter : layer.parameters) {
      if (is_weight(parameter)) converted_.push_back(static_cast<double>(parameter.count));
    }
  }

  [[nodiscard]] Site site() const {
    return {site_.inputs, site_.outputs, precision_, site_.phase, site_.needs_gradient};
  }
  void add_casts_of_weights(Kernels& kernels) const { add_casts(kept_, precision_.weights, kernels); }
  void add_casts_of_gradients(Kernels& kernels) const { add_casts(precision_.weights, kept_, kernels); }

 private:
  void add_casts(DType from, DType to, Kernels& kernels) const {
    for (const double count : converted_) {
      kernels.emplace_back(Stream{.kind = StreamKind::kCopy,
                                  .op = "cast",
                                  .rows = 1,
                                  .cols = count,
                                  .read = Traffic(bytes_of(count, from), "kept"),
                                  .written = Traffic(bytes_of(count, to), "converted")});
    }
  }

  SiteStorage storage_;
  Site site_;
  Precision precision_;
  DType kept_;
  std::vector<double> converted_;  // values of each weight
};

Saved saved_by(const Network& network, const Layer& layer) {
  const SiteStorage storage(network, layer);
  return std::visit([&](const auto& op) { return op.saved(storage.site()); }, layer.op);
}

}  // namespace

Bytes optimizer_state(double parameters, Optimizer optimizer, DType weights) {
  const bool master = bits(weights) < 32;
  return bytes_of(parameters * (cost_of(optimizer).state + (master ? 1 : 0)), DType::kFp32);
}

GroupLaunches Lowering::lower(const Group& group) const {
  GroupLaunches launches;
  if (layer_at(group.members.front()).idle) return launches;
  launches.passes[static_cast<std::size_t>(Pass::kFprop)] = forward(group);
  if (network_.phase != Phase::kTraining) return launches;
  backward(group, launches);
  for (const int member : group.members) {
    const SiteStorage storage(network_, layer_at(member));
    update(layer_at(member), storage.site(), launches);
  }
  return launches;
}

// A tensor between two layers of a group stays in registers, unless somebody else reads it or the backward pass needs
// it.
bool Lowering::must_be_written(int tensor, const Group& group) const {
  const Tensor& t = network_.tensors[static_cast<std::size_t>(tensor)];
  const std::vector<int>& readers = consumers_[static_cast<std::size_t>(tensor)];
  if (t.escapes || !std::all_of(readers.begin(), readers.end(), [&](int r) { return contains(group.members, r); }))
    return true;
  if (network_.phase != Phase::kTraining) return false;
  if (saved_by(network_, layer_at(t.producer)).output) return true;
  return std::any_of(readers.begin(), readers.end(),
                     [&](int r) { return r >= 0 && saved_by(network_, layer_at(r)).inputs; });
}

std::vector<Launch> Lowering::forward(const Group& group) const {
  std::vector<Launch> launches;
  std::vector<int> spared;  // inner tensors that need no write
  for (const int member : group.members) {
    const Layer& layer = layer_at(member);
    const KernelSite place(network_, layer);
    Kernels kernels;
    place.add_casts_of_weights(kernels);
    std::visit([&](const auto& op) { op.fprop(place.site(), kernels); }, layer.op);
    if (launches.empty()) {
      launches = launches_of(kernels);
      continue;
    }
    // Members behind the anchor ride on its last kernel.
    Work& work = launches.back().work;
    for (const Kernel& kernel : kernels) work = work + work_of(kernel);
    for (const int name : layer.inputs) {
      const int input = root_of(network_, name);
      const Tensor& tensor = network_.tensors[static_cast<std::size_t>(input)];
      if (tensor.producer < 0 || !contains(group.members, tensor.producer)) continue;
      subtract_traffic(work, tensor.type.bytes(), Bytes{});
      if (!contains(spared, input) && !must_be_written(input, group)) {
        spared.push_back(input);
        subtract_traffic(work, Bytes{}, tensor.type.bytes());
      }
    }
  }
  return launches;
}

// Products keep their own gradient kernels; neighbouring element-wise gradients of a group become one kernel.
void Lowering::backward(const Group& group, GroupLaunches& launches) const {
  std::vector<Launch>& dgrad = launches.passes[static_cast<std::size_t>(Pass::kDgrad)];
  std::vector<Launch>& wgrad = launches.passes[static_cast<std::size_t>(Pass::kWgrad)];
  int previous = -1;  // the member whose gradient kernel came last, when another can ride on it
  for (auto member = group.members.rbegin(); member != group.members.rend(); ++member) {
    const Layer& layer = layer_at(*member);
    const KernelSite place(network_, layer);
    const Site site = place.site();
    Kernels input_kernels;
    if (any_input_needs_gradient(site)) std::visit([&](const auto& op) { op.dgrad(site, input_kernels); }, layer.op);
    const bool rides = previous >= 0 && input_kernels.size() == 1 && is_elementwise(layer, network_.phase) &&
                       contains(layer_at(previous).inputs, layer.outputs.front());
    if (rides) {
      Work& work = dgrad.back().work;
      work = work + work_of(input_kernels.front());
      const Bytes between = site.outputs[0].bytes();
      subtract_traffic(work, between, between);
    } else {
      for (const Launch& launch : launches_of(input_kernels)) dgrad.push_back(launch);
    }
    previous = input_kernels.size() == 1 && is_elementwise(layer, network_.phase) ? *member : -1;
    Kernels weight_kernels;
    if (!layer.parameters.empty()) {
      std::visit([&](const auto& op) { op.wgrad(site, weight_kernels); }, layer.op);
      place.add_casts_of_gradients(weight_kernels);
    }
    for (const Launch& launch : launches_of(weight_kernels)) wgrad.push_back(launch);
  }
}

// Reads gradient, state and weight, writes state and weight, for the parameters that the step touches. One kernel over
// the tensors of all layers does it, so that no layer pays for a launch.
void Lowering::update(const Layer& layer, const Site& site, GroupLaunches& launches) const {
  const double share = std::visit([&](const auto& op) { return op.updated_share(site); }, layer.op);
  const double count = parameter_count(layer) * share;
  if (count == 0) return;
  const UpdateCost& cost = cost_of(optimizer_);
  const DType format = site.precision.weights;
  const Bytes state = optimizer_state(count, optimizer_, format);
  const Bytes weights = bytes_of(count, format);
  const bool master = bits(format) < 32;
  Stream stream{.kind = StreamKind::kElementwise,
                .op = kOptimizerNames[static_cast<std::size_t>(optimizer_)],
                .rows = 1,
                .cols = count,
                .read = Traffic(state, "state") + Traffic(weights * (master ? 1.0 : 2.0), "gradients_and_weights"),
                .written = Traffic(state, "state") + Traffic(weights, "weights"),
                .flops_per_element = cost.flops,
                .special_per_element = cost.special};
  launches.passes[static_cast<std::size_t>(Pass::kOptimizer)].push_back({stream, stream.work(), true});
  launches.updated_parameters += count;
}

}  // namespace ridgepoint
