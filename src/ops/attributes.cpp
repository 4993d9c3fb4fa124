#include "ops/attributes.hpp"

#include <fmt/format.h>

#include <tuple>
#include <type_traits>

namespace ridgepoint {
namespace {

std::string text_of(std::int64_t value) { return std::to_string(value); }
std::string text_of(bool value) { return value ? "true" : "false"; }
std::string text_of(double value) { return fmt::format("{}", value); }
std::string text_of(const std::vector<std::int64_t>& values) {
  if (values.size() == 1) return text_of(values.front());
  std::string list;
  for (const std::int64_t value : values) list += (list.empty() ? "" : ", ") + text_of(value);
  return "[" + list + "]";
}
std::string text_of(const Extents& extents) { return text_of(extents.values); }
std::string text_of(const Padding& padding) {
  if (padding.rule == Padding::Rule::kSame) return "same";
  return padding.rule == Padding::Rule::kValid ? "valid" : text_of(padding.extents);
}
std::string text_of(const Accesses& accesses) {
  if (accesses.each.empty()) return "not stated";
  if (accesses.each.size() == 1) return accesses.each.front().text;
  std::string list;
  for (const Access& access : accesses.each) list += (list.empty() ? "" : ", ") + access.text;
  return "[" + list + "]";
}
template <class Enum>
requires std::is_enum_v<Enum> std::string text_of(Enum value) {
  return std::string(Words<Enum>::kWords[static_cast<std::size_t>(value)]);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> attributes_of(const Op& op) {
  std::vector<std::pair<std::string, std::string>> list;
  std::visit(
      [&]<class T>(const T& self) {
        const auto add = [&](const auto& field) {
          list.emplace_back(std::string(field.name), text_of(self.*field.member));
        };
        std::apply([&](const auto&... field) { (add(field), ...); }, T::fields());
      },
      op);
  return list;
}

OpFacts facts_of(const Op& op) {
  OpFacts facts{.summary = find_op(name_of(op))->summary, .equation = {}, .source = {}};
  std::visit(
      [&]<class T>(const T& self) {
        if constexpr (requires { T::kTable; }) {
          facts.equation = self.f().formula;
        } else {
          facts.equation = T::kEquation;
        }
        facts.source = T::kSource;
      },
      op);
  return facts;
}

}  // namespace ridgepoint
