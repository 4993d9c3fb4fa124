#pragma once
#include "cli/measure.hpp"
#include "cli/run_arguments.hpp"
#include "report/model_validation.hpp"

namespace ridgepoint {

/// Measures every kernel of a network with a backend, its operands rotated through as many sets as fill the network's
/// footprint, so that it meets them where a run of the network would; and prices the same kernels on a device. Equal
/// kernels are measured once. Throws InputError when nothing of the network can be measured.
ModelValidation validate_model(const RunArguments& run, const std::string& model, const Device& device,
                               const MeasureArguments& measure);

}  // namespace ridgepoint
