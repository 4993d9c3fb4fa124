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

// Says what is missing, at the key that was probably meant.
[[noreturn]] void fail_without_family(const Document& document) {
  const std::string expected = "\"family\" (a compact description) or a list of \"layers\" (an explicit one)";
  std::vector<std::string_view> keys;
  for (const Node& member : document.root().items) keys.push_back(member.key);
  for (const std::string_view wanted : {"family", "layers"}) {
    const std::string_view slip = nearest(wanted, keys);
    if (slip.empty() || slip == wanted) continue;
    document.fail(document.root().find(slip)->key_offset,
                  {fmt::format("unknown key {} in network", in_quotes(slip)), expected, std::string(wanted)});
  }
  document.fail(document.root().offset, {"this is no network", expected});
}

}  // namespace

std::span<const Family> families() {
  static const std::array list{kRecommenderFamily, kCnnFamily, kTransformerFamily, kVisionTransformerFamily,
                               kSwinFamily,        kRnnFamily, kGnnFamily,         kPointCloudFamily};
  return list;
}

Description load_model(const std::shared_ptr<const Document>& document, Attributes& overrides) {
  const Node& root = document->root();
  if (root.kind != Node::Kind::kObject) return read_description(document);
  if (root.find("family") != nullptr) return read_compact(document, overrides);
  // A number of layers belongs to a compact description, a list to an explicit one.
  const Node* layers = root.find("layers");
  if (layers == nullptr || layers->kind == Node::Kind::kInteger) fail_without_family(*document);
  return read_description(document);
}

}  // namespace ridgepoint
