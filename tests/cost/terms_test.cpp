// The formulas behind a price: the time that they end with is the price, and where they can be evaluated they give it.

#include "core/formula.hpp"
#include "cost/device_file.hpp"
#include "cost/law.hpp"
#include "cost/price.hpp"
#include "tests/catch.hpp"

namespace ridgepoint {
namespace {

const std::vector<Kernel>& kernels() {
  static const std::vector<Kernel> list{
      Gemm{.m = 512, .n = 1024, .k = 4096, .math = DType::kBf16},
      Gemm{.m = 1, .n = 4096, .k = 4096},
      Conv{.n = 8, .c = 64, .in = {1, 56, 56}, .k = 64, .filter = {1, 3, 3}, .out = {1, 56, 56}, .math = DType::kFp16},
      Attention{
          .batch = 4, .heads = 32, .kv_heads = 8, .q_len = 128, .kv_len = 1024, .head_dim = 128, .v_head_dim = 128},
      Attention{.batch = 4, .heads = 32, .kv_heads = 8, .kv_len = 1024, .head_dim = 128, .v_head_dim = 128},
      Stream{.rows = 1e4,
             .cols = 1024,
             .read = Bytes{4e7},
             .written = Bytes{4e7},
             .flops_per_element = 5,
             .special_per_element = 1},
      Stream{.kind = StreamKind::kNormalization,
             .rows = 1e3,
             .cols = 1024,
             .read = Bytes{4e6},
             .written = Bytes{4e6},
             .flops_per_element = 8},
      Gather{.lookups = 1e5, .row_bytes = 512, .table_rows = 1e6, .index_bytes = 8e5, .other_bytes = 5e7},
      Spmm{.rows = 1000, .cols = 1000, .nonzeros = 20000, .features = 64},
  };
  return list;
}

TEST_CASE("the formulas of a price end with the price", "[cost]") {
  for (const char* const name : {"h100-sxm5", "a100-sxm4-80gb", "mi300x"}) {
    const Device device = load_device(name);
    for (const Kernel& kernel : kernels()) {
      INFO(name << " " << kind_name(kernel));
      const Launch launch{kernel, work_of(kernel)};
      const Derivation d(terms_of(launch, device, Mode::kDatasheet));
      REQUIRE(d.find("time") != nullptr);
      CHECK(d.find("time")->value == Approx(price(launch, device, Mode::kDatasheet).time.value()));
      if (pricing_of(launch, device, Mode::kDatasheet, {.clock = Clock::kKernel}).model != &kLaw) continue;
      for (const Term& term : d.terms()) {
        INFO(term.symbol << " = " << term.formula);
        if (!term.formula.empty()) CHECK(d.evaluate(term) == Approx(term.value).epsilon(1e-9));
      }
    }
  }
}

TEST_CASE("the plain roofline has no formulas with efficiencies", "[cost]") {
  const Launch launch{kernels().front(), work_of(kernels().front())};
  CHECK(terms_of(launch, load_device("h100-sxm5"), Mode::kRoofline).empty());
}

}  // namespace
}  // namespace ridgepoint
