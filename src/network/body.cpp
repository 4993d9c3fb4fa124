#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "network/expander.hpp"

namespace ridgepoint {

std::string take_name(const Item& item, Body& body) {
  const std::string& base = item.op.empty() ? item.block : item.op;
  if (!item.name.empty()) {
    if (item.name.find(':') != std::string::npos) {
      item.where.fail({fmt::format("the name {} has a colon", in_quotes(item.name)), "a name without \":\""});
    }
    if (!body.names.insert(item.name).second) {
      item.where.fail({fmt::format("a second {}", in_quotes(item.name)), "each name once in a network or block"});
    }
    return item.name;
  }
  if (body.names.insert(base).second) return base;
  int number = 2;
  while (!body.names.insert(fmt::format("{}_{}", base, number)).second) ++number;
  return fmt::format("{}_{}", base, number);
}

int find_tensor(const Reference& reference, const Body& body) {
  const auto found = body.tensors.find(reference.name);
  if (found != body.tensors.end()) return found->second;
  std::vector<std::string_view> names;
  for (const auto& [name, id] : body.tensors) names.push_back(name);
  std::sort(names.begin(), names.end());
  const bool to_come = std::any_of(body.items->begin(), body.items->end(),
                                   [&](const Item& item) { return item.name == reference.name; });
  const std::string name = in_quotes(reference.name);
  reference.where.fail({to_come ? fmt::format("input {} is not computed yet", name) : "unknown input " + name,
                        "an input or an earlier layer: " + join_choices(names),
                        std::string(nearest(reference.name, names))});
}

std::vector<int> inputs_of(const Item& item, const Body& body) {
  if (item.inputs.empty()) return {body.previous};
  std::vector<int> ids;
  for (const Reference& reference : item.inputs) ids.push_back(find_tensor(reference, body));
  return ids;
}

}  // namespace ridgepoint
