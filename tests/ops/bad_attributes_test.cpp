// Wrong values for every attribute of every op, and wrong inputs, through the door that files use: an error that names
// the file, the line, the op and the layer and says what would fit, and never a crash or a count that is no number.

#include <cmath>

#include "ops/attributes.hpp"
#include "tests/catch.hpp"
#include "tests/network/networks.hpp"
#include "tests/ops/sites.hpp"

namespace ridgepoint {
namespace {

constexpr unsigned kSeeds = 4;

// The value of an attribute as JSON.
std::string json_of(const std::string& text) {
  const bool plain =
      text == "true" || text == "false" || std::string_view("-0123456789[").find(text[0]) != std::string::npos;
  return plain ? text : "\"" + text + "\"";
}

std::string extents_of(const Shape& shape) {
  std::string list;
  for (const std::int64_t extent : shape.extents()) list += (list.empty() ? "" : ", ") + std::to_string(extent);
  return "[" + list + "]";
}

// A layer "here" on the third line, with `replaced` in the place of what its attribute `name` was.
std::string network_of(std::string_view op, const OpCase& c, std::string_view name = "",
                       const std::string& replaced = "") {
  std::string inputs;
  std::string references;
  for (std::size_t i = 0; i < c.inputs.size(); ++i) {
    const TensorType& type = c.inputs[i];
    const std::string dtype = facts(type.dtype).arithmetic ? "activations" : std::string(ridgepoint::name(type.dtype));
    inputs += (i == 0 ? "" : ", ") + std::string("\"x") + std::to_string(i) +
              "\": {\"shape\": " + extents_of(type.shape) + ", \"dtype\": \"" + dtype + "\"}";
    references += (i == 0 ? "\"x" : ", \"x") + std::to_string(i) + "\"";
  }
  std::string layer = "{\"name\": \"here\", \"op\": \"" + std::string(op) + "\", \"inputs\": [" + references + "]";
  for (const auto& [key, value] : attributes_of(c.op)) {
    // A list that is not used is left out, and so is what nobody said.
    if (key != name && (json_of(value) == "[]" || value == "not stated")) continue;
    layer += ", \"" + key + "\": " + (key == name ? replaced : json_of(value));
  }
  return "{\"name\": \"n\", \"inputs\": {" + inputs + "},\n \"layers\": [\n" + layer + "}]}\n";
}

void expect_sound(const Network& network) {
  const Layer& layer = network.layers.front();
  const SiteStorage storage(network, layer);
  for (const Parameter& parameter : layer.parameters) CHECK(parameter.count >= 0);
  Kernels kernels;
  std::visit(
      [&](const auto& op) {
        op.fprop(storage.site(), kernels);
        op.dgrad(storage.site(), kernels);
        op.wgrad(storage.site(), kernels);
      },
      layer.op);
  for (const Kernel& kernel : kernels) {
    const Work work = work_of(kernel);
    for (const double amount : {work.macs, work.matrix.value(), work.vector.value(), work.special.value(),
                                work.read.value(), work.written.value(), work.l2.value()}) {
      CHECK((std::isfinite(amount) && amount >= 0));
    }
  }
}

// A number that JSON cannot hold is refused before there is a layer.
enum class Verdict { kRefused, kUnreadable, kEither };

// Reads and instantiates. What is refused is refused with all that a message owes; what is not gives sound counts.
void expect_verdict(std::string_view op, const std::string& text, Verdict verdict) {
  const RunOptions training{.phase = Phase::kTraining};
  std::string message;
  try {
    const Network network = network_of_text(text, training);
    CHECK(verdict == Verdict::kEither);
    expect_sound(network);
    return;
  } catch (const InputError& error) {
    message = error.what();
  } catch (const OverflowError&) {  // while counting: too large to say, caught where networks are estimated
    FAIL("an overflow that nobody caught");
  }
  INFO(message);
  CHECK(message.starts_with("n.json:3:"));
  if (verdict != Verdict::kUnreadable) CHECK(message.find(std::string(op) + " \"here\"") != std::string::npos);
  CHECK(message.find("\n  expected ") != std::string::npos);
}

struct Bad {
  std::string json;
  Verdict verdict = Verdict::kRefused;
};

const std::vector<Bad> kBadAnywhere{{"null"}, {"{}"}, {"[]"}, {"\"no_such_parameter\""}, {"\"2 +\""}, {"[null]"}};
const std::vector<Bad> kBadNumbers{{"1.5"},
                                   {"true"},
                                   {"99999999999999999999", Verdict::kUnreadable},
                                   {"\"1 / 0\""},
                                   {"[[1]]"},
                                   {"0", Verdict::kEither},
                                   {"-1", Verdict::kEither},
                                   {"1", Verdict::kEither},
                                   {"1000000007", Verdict::kEither},
                                   {"4611686018427387904", Verdict::kEither},
                                   {"9223372036854775807", Verdict::kEither},
                                   {"-9223372036854775807", Verdict::kEither},
                                   {"[1, 1, 1, 1, 1, 1, 1]", Verdict::kEither}};
const std::vector<Bad> kBadReals{{"[0.5]"},
                                 {"1e400", Verdict::kUnreadable},
                                 {"-1e300", Verdict::kEither},
                                 {"1e300", Verdict::kEither},
                                 {"0", Verdict::kEither},
                                 {"-0.5", Verdict::kEither}};

std::vector<Bad> bad_values(const std::int64_t&) { return kBadNumbers; }
std::vector<Bad> bad_values(const std::vector<std::int64_t>&) { return kBadNumbers; }
std::vector<Bad> bad_values(const Extents&) { return kBadNumbers; }
std::vector<Bad> bad_values(const Padding&) { return kBadNumbers; }
std::vector<Bad> bad_values(const bool&) { return {{"2"}, {"1.5"}}; }
std::vector<Bad> bad_values(const double&) { return kBadReals; }
std::vector<Bad> bad_values(const Accesses&) { return {{"true"}, {"3"}, {"\"zipf:-1\""}}; }
template <class Enum>
requires std::is_enum_v<Enum> std::vector<Bad> bad_values(const Enum&) { return {{"true"}, {"3"}}; }

template <class T, class Field>
void expect_field_guarded(const OpEntry& entry, const OpCase& c, const T& op, const Field& field) {
  std::vector<Bad> values = bad_values(op.*field.member);
  values.insert(values.end(), kBadAnywhere.begin(), kBadAnywhere.end());
  constexpr bool kReal = std::is_same_v<std::decay_t<decltype(op.*field.member)>, double>;
  const bool counted = bad_values(op.*field.member).size() == kBadNumbers.size();
  if (!kReal && counted && field.minimum != kAnyInteger) values.push_back({std::to_string(field.minimum - 1)});
  for (const Bad& bad : values) {
    INFO(entry.name << " with " << field.name << " = " << bad.json);
    expect_verdict(entry.name, network_of(entry.name, c, field.name, bad.json), bad.verdict);
  }
}

TEST_CASE("a value that an attribute cannot have is refused by name and place", "[ops]") {
  for (const OpEntry& entry : op_entries()) {
    for (unsigned seed = 0; seed < kSeeds; ++seed) {
      const OpCase c = CaseMaker(seed, DType::kFp32).make(entry.prototype);
      std::visit(
          [&]<class T>(const T& op) {
            std::apply([&](const auto&... field) { (expect_field_guarded(entry, c, op, field), ...); }, T::fields());
          },
          c.op);
    }
  }
}

TEST_CASE("an op as it is written down is accepted", "[ops]") {
  for (const OpEntry& entry : op_entries()) {
    for (unsigned seed = 0; seed < kSeeds; ++seed) {
      const OpCase c = CaseMaker(seed, DType::kFp32).make(entry.prototype);
      INFO(network_of(entry.name, c));
      expect_sound(network_of_text(network_of(entry.name, c), {.phase = Phase::kTraining}));
    }
  }
}

TEST_CASE("inputs of another number, rank or size are refused or counted", "[ops]") {
  for (const OpEntry& entry : op_entries()) {
    for (unsigned seed = 0; seed < kSeeds; ++seed) {
      const OpCase good = CaseMaker(seed, DType::kFp32).make(entry.prototype);
      INFO(entry.name << " with seed " << seed);
      std::vector<OpCase> cases;
      for (std::size_t i = 0; i < good.inputs.size(); ++i) {
        const auto with = [&](Shape shape) {
          cases.push_back(good);
          cases.back().inputs[i].shape = std::move(shape);
        };
        with({});
        with({1});
        with({3, 5});
        with({2, 2, 2, 2, 2, 2, 2});
        with({std::int64_t{1} << 31, std::int64_t{1} << 31});
        with({4, std::int64_t{1} << 60});
      }
      cases.push_back(good);
      cases.back().inputs.push_back(good.inputs.front());
      if (good.inputs.size() > 1) {
        cases.push_back(good);
        cases.back().inputs.pop_back();
      }
      for (const OpCase& c : cases) expect_verdict(entry.name, network_of(entry.name, c), Verdict::kEither);
    }
  }
}

}  // namespace
}  // namespace ridgepoint
