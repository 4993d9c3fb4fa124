#include "importers/hf/towers.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace ridgepoint::hf {
namespace {

using Names = std::set<std::string, std::less<>>;

bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Gives the names of a part their prefix, wherever they stand.
class Prefixed {
 public:
  Prefixed(std::string prefix, const Description& part, const std::vector<std::string>& common)
      : prefix_(std::move(prefix) + "_") {
    for (const Attribute& parameter : part.parameters) sizes_.insert(parameter.name);
    for (const std::string& name : common) sizes_.erase(name);
  }

  [[nodiscard]] std::string name(const std::string& plain) const { return prefix_ + plain; }
  [[nodiscard]] bool is_size(const std::string& word) const { return sizes_.contains(word); }

  // Names within an expression; those of a block's own parameters stay.
  [[nodiscard]] std::string expression(const std::string& text, const Names& own) const {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = at;
      while (end < text.size() && in_name(text[end])) ++end;
      if (end == at) {
        result += text[at++];
        continue;
      }
      const std::string word = text.substr(at, end - at);
      result += sizes_.contains(word) && !own.contains(word) ? name(word) : word;
      at = end;
    }
    return result;
  }

  void rename(Value& value, const Names& own) const {
    if (auto* text = std::get_if<std::string>(&value.data)) *text = expression(*text, own);
    if (auto* values = std::get_if<std::vector<Value>>(&value.data)) {
      for (Value& inner : *values) rename(inner, own);
    }
  }

  // Layers of a block have names of their own; those of the network get the prefix.
  void rename(Item& item, const Names& own, bool top) const {
    for (Attribute& attribute : item.attributes) rename(attribute.value, own);
    for (Value* value : {&item.repeat, &item.skip, &item.shared}) rename(*value, own);
    if (!item.block.empty()) item.block = name(item.block);
    if (!top) return;
    item.name = name(item.name);
    if (!item.tied.name.empty()) item.tied.name = name(item.tied.name);
    for (Reference& input : item.inputs) input.name = name(input.name);
  }

  void rename(Block& block) const {
    Names own(block.required.begin(), block.required.end());
    for (Attribute& parameter : block.parameters) {
      rename(parameter.value, {});
      own.insert(parameter.name);
    }
    block.name = name(block.name);
    for (Item& item : block.items) rename(item, own, false);
  }

 private:
  std::string prefix_;
  Names sizes_;
};

void add_parameters(const Prefixed& prefixed, Attributes parameters, Attributes& all) {
  for (Attribute& parameter : parameters) {
    prefixed.rename(parameter.value, {});
    if (prefixed.is_size(parameter.name)) {
      parameter.name = prefixed.name(parameter.name);
    } else if (std::any_of(all.begin(), all.end(), [&](const auto& known) { return known.name == parameter.name; })) {
      continue;
    }
    all.push_back(std::move(parameter));
  }
}

}  // namespace

std::string add_part(const std::string& prefix, Description part, Description& description,
                     const std::vector<std::string>& common) {
  const Prefixed prefixed(prefix, part, common);
  add_parameters(prefixed, std::move(part.parameters), description.parameters);
  // What the first layer takes without saying so is the part's first input.
  if (part.items.front().inputs.empty()) part.items.front().inputs = {part.inputs.front().name};
  for (InputItem& input : part.inputs) {
    input.name = prefixed.name(input.name);
    for (Value& extent : input.shape) prefixed.rename(extent, {});
    description.inputs.push_back(std::move(input));
  }
  for (Block& block : part.blocks) {
    prefixed.rename(block);
    description.blocks.push_back(std::move(block));
  }
  for (Item& item : part.items) {
    prefixed.rename(item, {}, true);
    description.items.push_back(std::move(item));
  }
  return description.items.back().name;
}

Item unread_parameter(const std::string& name, std::vector<Value> shape, const std::string& input) {
  Item item = layer(name, "constant", {{"shape", sizes(std::move(shape))}}, {input});
  item.skip = 1;
  return item;
}

}  // namespace ridgepoint::hf
