// The laws of a recommender's ids: one for all tables, or one for each.

#include <fmt/format.h>

#include <algorithm>

#include "families/recommender/parts.hpp"

namespace ridgepoint {
namespace {

using Laws = std::vector<Value>;

const Value* find(const Item& item, std::string_view key) {
  const auto found =
      std::find_if(item.attributes.begin(), item.attributes.end(), [&](const Attribute& a) { return a.name == key; });
  return found == item.attributes.end() ? nullptr : &found->value;
}

// Which feature the rows of a table stand for, from 1: history2, target2 and long2 look up the second one.
std::size_t feature_of(const Item& item) {
  const char last = item.name.empty() ? '\0' : item.name.back();
  return last >= '1' && last <= '9' ? static_cast<std::size_t>(last - '0') : 0;
}

Value law_of_bag(const Item& item, const Value& access, const Laws* each, const CompactReader& reader) {
  if (each == nullptr) return access;
  const Value* const tables = find(item, "tables");
  const auto* list = tables == nullptr ? nullptr : std::get_if<Laws>(&tables->data);
  const std::size_t count = list == nullptr ? 1 : list->size();
  if (each->size() != count)
    reader.fail("access", {fmt::format("{} laws for {} tables", each->size(), count), "one law, or one per table"});
  return access;
}

Value law_of_table(const Item& item, const Value& access, const Laws* each, const CompactReader& reader) {
  if (each == nullptr) return access;
  const std::size_t feature = feature_of(item);
  if (feature == 0 || feature > each->size()) {
    reader.fail("access", {fmt::format("{} laws, and none of them is that of {}", each->size(), item.name),
                           "one law for all tables, or one for each feature"});
  }
  return (*each)[feature - 1];
}

}  // namespace

void read_access(CompactReader& reader, Description& description) {
  const std::optional<Value> access = reader.texts("access");
  if (!access) return;
  const auto* each = std::get_if<Laws>(&access->data);
  for (Item& item : description.items) {
    if (item.op == "embedding_bag") {
      item.attributes.push_back({"access", law_of_bag(item, *access, each, reader)});
    } else if (item.op == "embedding" && item.name != "position") {  // every sample reads every position
      item.attributes.push_back({"access", law_of_table(item, *access, each, reader)});
    }
  }
}

}  // namespace ridgepoint
