#pragma once
// Reports whose every name would do harm if it were obeyed.

#include "report/report.hpp"
#include "tests/network/networks.hpp"
#include "tests/roofline/runs.hpp"

namespace ridgepoint {

inline const std::vector<std::string> kHostileNames{"<script>window.hacked = 1</script>",
                                                    "</script><script>window.hacked = 1</script>",
                                                    "<!--<script>",
                                                    "<img src=x onerror='window.hacked = 1'>",
                                                    "=cmd()",
                                                    "\"quoted\" 'twice' \\",
                                                    "line\xe2\x80\xa8separator",
                                                    "@D3@ @DATA@",
                                                    "&lt;b&gt;"};

/// A report on a network of two layers, both in a block, with the name in the place of every name.
class HostileReport {
 public:
  explicit HostileReport(const std::string& name) : device_(device_named("h100-sxm5")) {
    Description description = description_of(network_text(
        "[4]",
        R"("blocks": {"b": {"layers": [{"op": "relu"}, {"op": "tanh"}]}}, "layers": [{"block": "b"}, {"op": "exp"}])"));
    description.name = name;
    description.items[0].name = name;
    description.items[1].name = name + "2";
    device_.name = name;
    device_.summary = name;
    device_.dram.capacity = Bytes{1};  // so that there is a warning, with the name
    const Question question{description, device_, {}, {.fusion = Fusion::kNone}};
    estimate_ = answer(question);
    advice_ = advise(question, estimate_);
    command_ = name;
  }

  [[nodiscard]] Report report() const { return {estimate_, device_, advice_, command_}; }

 private:
  Device device_;
  Estimate estimate_;
  std::vector<Advice> advice_;
  std::string command_;
};

}  // namespace ridgepoint
