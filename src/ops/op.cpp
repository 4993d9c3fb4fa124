#include "ops/op.hpp"

#include <unordered_map>

namespace ridgepoint {
namespace {

// An op with a table of functions has one name for each of its rows.
template <class T>
void add_entries(std::vector<OpEntry>& entries) {
  if constexpr (requires { T::kTable; }) {
    for (std::size_t i = 0; i < T::kTable.size(); ++i) {
      T op;
      op.function = i;
      entries.push_back({T::kTable[i].name, T::kTable[i].formula, op});
    }
  } else {
    entries.push_back({T::kName, T::kSummary, T{}});
  }
}

template <class... Ops>
std::vector<OpEntry> entries_of(const std::variant<Ops...>*) {
  std::vector<OpEntry> entries;
  (add_entries<Ops>(entries), ...);
  return entries;
}

}  // namespace

std::span<const OpEntry> op_entries() {
  static const std::vector<OpEntry> entries = entries_of(static_cast<const Op*>(nullptr));
  return entries;
}

const OpEntry* find_op(std::string_view name) {
  static const std::unordered_map<std::string_view, const OpEntry*> index = [] {
    std::unordered_map<std::string_view, const OpEntry*> entries;
    for (const OpEntry& entry : op_entries()) entries.emplace(entry.name, &entry);
    return entries;
  }();
  const auto found = index.find(name);
  return found == index.end() ? nullptr : found->second;
}

std::string_view name_of(const Op& op) {
  return std::visit(
      []<class T>(const T& self) -> std::string_view {
        if constexpr (requires { self.f().name; }) {
          return self.f().name;
        } else {
          return T::kName;
        }
      },
      op);
}

Category category_of(const Op& op) {
  return std::visit([]<class T>(const T&) { return T::kCategory; }, op);
}

FusionRole fusion_role(const Op& op, Phase phase) {
  return std::visit(
      [&]<class T>(const T& self) {
        if constexpr (requires { self.fusion(phase); }) {
          return self.fusion(phase);
        } else {
          return T::kFusion;
        }
      },
      op);
}

}  // namespace ridgepoint
