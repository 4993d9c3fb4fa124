// Every attribute of every op, through the door that descriptions use.

#include <set>

#include "network/binding.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

Op bind(const Item& item) {
  GlobalScope globals({});
  Scope scope(globals);
  return bind_op(item, scope);
}

std::string message(const Item& item) {
  return message_of([&] { return bind(item); });
}

// Two values that an attribute of this type takes, the first being none of the defaults, and one of the wrong type.
struct Samples {
  Value one;
  Value other;
  Value wrong;
};

Samples samples(const std::int64_t&) { return {7, "3 + 5", "x"}; }
Samples samples(const bool&) { return {true, false, 2}; }
Samples samples(const double&) { return {0.25, 1, "x"}; }
Samples samples(const std::vector<std::int64_t>&) { return {std::vector<std::int64_t>{7, 8}, 5, "x"}; }
Samples samples(const Extents&) { return {std::vector<std::int64_t>{7, 8}, 5, true}; }
Samples samples(const Padding&) { return {std::vector<std::int64_t>{7, 8}, "same", "smae"}; }
Samples samples(const Accesses&) { return {"zipf:1.5", std::vector<Value>{"uniform", "zipf:0.5"}, "zpf"}; }
template <class Enum>
requires std::is_enum_v<Enum> Samples samples(const Enum&) {
  return {std::string(Words<Enum>::kWords[1]), std::string(Words<Enum>::kWords[0]), "sialu"};
}

// The op with every required attribute set, and `attribute` besides.
template <class T>
Item item_with(std::string_view op, Attribute attribute) {
  Item item;
  item.op = op;
  const auto add = [&](const auto& field) {
    if (field.required && field.name != attribute.name) {
      item.attributes.push_back({std::string(field.name), samples(T{}.*field.member).one});
    }
  };
  std::apply([&](const auto&... field) { (add(field), ...); }, T::fields());
  item.attributes.push_back(std::move(attribute));
  return item;
}

// Calls `check.operator()<T>(entry, field)` for every field of every op.
template <class Check>
void for_every_field(Check&& check) {
  for (const OpEntry& entry : op_entries()) {
    std::visit(
        [&]<class T>(const T&) {
          std::apply([&](const auto&... field) { (check.template operator()<T>(entry, field), ...); }, T::fields());
        },
        entry.prototype);
  }
}

TEST_CASE("every attribute can be set, and what is set is kept", "[ops]") {
  int fields = 0;
  for_every_field([&]<class T>(const OpEntry& entry, const auto& field) {
    ++fields;
    INFO(entry.name << " " << field.name);
    const Samples values = samples(T{}.*field.member);
    const auto get = [&](const Value& value) {
      return std::get<T>(bind(item_with<T>(entry.name, {std::string(field.name), value}))).*field.member;
    };
    CHECK((get(values.one) == get(values.one)));
    CHECK((get(values.one) != get(values.other)));
    CHECK(!field.summary.empty());
  });
  CHECK(fields >= 40);
}

TEST_CASE("an attribute of the wrong type is an error that names it", "[ops]") {
  for_every_field([]<class T>(const OpEntry& entry, const auto& field) {
    INFO(entry.name << " " << field.name);
    const std::string wrong =
        message(item_with<T>(entry.name, {std::string(field.name), samples(T{}.*field.member).wrong}));
    CHECK(wrong.find(field.name) != std::string::npos);
    CHECK(wrong.find("\n  expected ") != std::string::npos);
  });
}

template <class M>
inline constexpr bool has_minimum = std::is_same_v<M, std::int64_t> || std::is_same_v<M, std::vector<std::int64_t>> ||
                                    std::is_same_v<M, Extents> || std::is_same_v<M, Padding>;

TEST_CASE("a number below its minimum is an error that names it", "[ops]") {
  for_every_field([]<class T>(const OpEntry& entry, const auto& field) {
    using Member = std::remove_reference_t<decltype(std::declval<T&>().*field.member)>;
    if constexpr (has_minimum<Member>) {
      if (field.minimum == kAnyInteger) return;
      INFO(entry.name);
      const std::string name(field.name);
      const std::string expected = "error: " + std::string(entry.name) + ": \"" + name + "\" is " +
                                   std::to_string(field.minimum - 1) + "\n  expected at least " +
                                   std::to_string(field.minimum) + "\n";
      CHECK(message(item_with<T>(entry.name, {name, field.minimum - 1})) == expected);
      CHECK(message(item_with<T>(entry.name, {name, field.minimum})) == "(nothing thrown)");
    }
  });
}

TEST_CASE("an attribute that must be there is missed by name", "[ops]") {
  for_every_field([]<class T>(const OpEntry& entry, const auto& field) {
    if (!field.required) return;
    Item item = item_with<T>(entry.name, {std::string(field.name), samples(T{}.*field.member).one});
    item.attributes.pop_back();
    CHECK(message(item) == "error: " + std::string(entry.name) + " without \"" + std::string(field.name) +
                               "\"\n  expected \"" + std::string(field.name) + "\": " + std::string(field.summary) +
                               "\n");
  });
}

TEST_CASE("names of ops and of attributes are unique", "[ops]") {
  std::set<std::string_view> names;
  for (const OpEntry& entry : op_entries()) CHECK(names.insert(entry.name).second);
  std::set<std::pair<std::string_view, std::string_view>> fields;
  for_every_field([&]<class T>(const OpEntry& entry, const auto& field) {
    CHECK(fields.insert({entry.name, field.name}).second);
    // Keys that every item may have cannot be attributes too.
    for (const std::string_view key : {"name", "op", "block", "inputs", "repeat", "tied"}) CHECK(field.name != key);
  });
}

TEST_CASE("unknown ops and attributes get the near miss", "[ops]") {
  Item item;
  item.op = "lienar";
  CHECK(message(item) == R"(error: unknown op "lienar"
  expected an op of `ridgepoint list ops`
  did you mean "linear"?
)");
  item.op = "linear";
  item.attributes = {{"out_feature", 3}};
  CHECK(message(item) == R"(error: linear has no attribute "out_feature"
  expected out_features or bias
  did you mean "out_features"?
)");
  item = Item{};
  item.op = "relu";
  item.attributes = {{"inptus", 3}};
  CHECK(message(item) == R"(error: relu has no attribute "inptus"
  expected no attributes
  did you mean "inputs"?
)");
}

}  // namespace
}  // namespace ridgepoint
