#pragma once
// What a profiler saw: kernels and how long they took, from the files of several tools.

#include <string>
#include <vector>

namespace ridgepoint {

/// A kernel that ran once, or all launches of one, in a profile.
struct ProfiledKernel {
  std::string name;
  std::string op;          ///< what issued it, such as aten::addmm; "" when the file does not say
  std::string annotation;  ///< the range of the program around it, such as a layer's name; "" when there is none
  double count = 1;
  double seconds = 0;  ///< of all launches
};

/// The kernels of a profile: one by one in the order in which they started, or summed by name.
struct MeasuredProfile {
  std::string file;
  std::string tool;  ///< whose file it is, in words
  bool in_order = false;
  std::vector<ProfiledKernel> kernels;
};

/// Reads a profile: a CSV of `ridgepoint profile`, of `nsys stats` (cuda_gpu_kern_sum, cuda_gpu_trace) or of `ncu`, or
/// a trace in JSON of the PyTorch profiler or of `ridgepoint profile`. Throws InputError with the place and what was
/// expected.
MeasuredProfile read_measured(const std::string& path);

/// The same from the text of a file.
MeasuredProfile parse_measured_csv(const std::string& file, std::string text);
MeasuredProfile parse_measured_trace(const std::string& file, std::string text);

}  // namespace ridgepoint
