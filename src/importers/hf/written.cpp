#include "importers/hf/written.hpp"

#include <algorithm>

#include "network/description_reader.hpp"

namespace ridgepoint::hf {

Description written(Reading& reading, std::string_view text,
                    const std::vector<std::pair<std::string, std::int64_t>>& sizes) {
  Description description = read_description(Document::parse(reading.type, std::string(text)));
  description.name = reading.name;
  for (const auto& size : sizes) {
    const auto found = std::find_if(description.parameters.begin(), description.parameters.end(),
                                    [&](const Attribute& parameter) { return parameter.name == size.first; });
    if (found == description.parameters.end()) {
      description.parameters.push_back({size.first, size.second});
    } else {
      found->value = size.second;
    }
  }
  return description;
}

void replace_item(Description& description, std::string_view name, std::vector<Item> items) {
  const auto place = std::find_if(description.items.begin(), description.items.end(),
                                  [&](const Item& item) { return item.name == name; });
  items.back().name = name;
  const auto at = description.items.erase(place);
  description.items.insert(at, std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
}

}  // namespace ridgepoint::hf
