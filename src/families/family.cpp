#include "families/family.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "families/families.hpp"

namespace ridgepoint {
namespace {

const Family& find_family(const ObjectReader& reader, const Node& node) {
  const auto list = families();
  std::vector<std::string_view> names;
  for (const Family& family : list) names.push_back(family.name);
  const std::string wanted = reader.choice(node, names);
  return *std::find_if(list.begin(), list.end(), [&](const Family& family) { return family.name == wanted; });
}

Description read_compact(const std::shared_ptr<const Document>& document, Attributes& overrides) {
  ObjectReader reader(document, document->root(), "network");
  Description description;
  description.where = {document, document->root().offset};
  const Family& family = find_family(reader, reader.required("family"));
  description.family = family.name;
  read_heading(reader, description);
  CompactReader compact(reader, overrides, description);
  family.describe(compact, description);
  compact.finish();
  return description;
}

}  // namespace

std::span<const Family> families() {
  static const std::array list{kRecommenderFamily, kCnnFamily, kTransformerFamily, kGnnFamily};
  return list;
}

Description load_model(const std::shared_ptr<const Document>& document, Attributes& overrides) {
  const Node& root = document->root();
  // A transformer's compact description has "layers" too: their number. So the family is looked for first.
  if (root.kind != Node::Kind::kObject || root.find("layers") != nullptr || root.find("family") != nullptr) {
    if (root.kind == Node::Kind::kObject && root.find("family") != nullptr) return read_compact(document, overrides);
    return read_description(document);
  }
  std::vector<std::string_view> keys;
  for (const Node& member : root.items) keys.push_back(member.key);
  constexpr std::array<std::string_view, 2> kWanted{"family", "layers"};
  for (const std::string_view wanted : kWanted) {
    const std::string_view slip = nearest(wanted, keys);
    if (slip.empty()) continue;
    document->fail(root.find(slip)->key_offset,
                   {fmt::format("a network without \"family\" or \"layers\", but with {}", in_quotes(slip)),
                    "\"family\" (a compact description) or \"layers\" (an explicit one)", std::string(wanted)});
  }
  document->fail(root.offset, {"a network without \"family\" or \"layers\"",
                               "\"family\" (a compact description) or \"layers\" (an explicit one)"});
}

}  // namespace ridgepoint
