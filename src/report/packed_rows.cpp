#include "report/packed_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "report/columns.hpp"
#include "report/json_text.hpp"

namespace ridgepoint {
namespace {

// Gives every distinct text a number and keeps them in that order.
class Numbered {
 public:
  std::size_t of(std::string text) {
    const auto [entry, is_new] = index_.try_emplace(std::move(text), texts_.size());
    if (is_new) texts_.push_back(&entry->first);
    return entry->second;
  }
  [[nodiscard]] std::string joined() const {
    std::string all;
    for (const std::string* text : texts_) (all += all.empty() ? "" : ",") += *text;
    return all;
  }

 private:
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<const std::string*> texts_;  // keys of the map stay where they are
};

// Only ASCII counts, so that bytes are characters.
std::size_t shared_start(std::string_view a, std::string_view b) {
  std::size_t same = 0;
  while (same < std::min(a.size(), b.size()) && a[same] == b[same] && static_cast<unsigned char>(a[same]) < 0x80)
    ++same;
  return same;
}

bool is_own(const Column& column) { return column.key == "name" || column.key == "block"; }

std::string cell_text(const Cell& cell) {
  const auto* text = std::get_if<std::string>(&cell);
  return text != nullptr ? json_string(*text) : exact(cell);
}

std::string kind_text(const LayerEstimate& row, Phase phase) {
  std::string text;
  for (const Column& column : columns()) {
    if (!is_own(column)) (text += text.empty() ? "[" : ",") += cell_text(column.cell(row));
  }
  for (std::size_t i = 0; i < kPasses.size() && phase == Phase::kTraining; ++i) {
    (text += ",") += exact(row.passes[i].time);
  }
  return text + "]";
}

std::string keys_text(Phase phase) {
  std::string text;
  for (const Column& column : columns()) {
    if (!is_own(column)) text += fmt::format("{}\"{}\"", text.empty() ? "" : ",", column.key);
  }
  for (std::size_t i = 0; i < kPasses.size() && phase == Phase::kTraining; ++i) {
    text += fmt::format(",\"{}_time_s\"", name(kPasses[i]));
  }
  return text;
}

void append(std::string& list, std::string_view item) {
  if (!list.empty()) list += ',';
  list += item;
}

}  // namespace

std::string json_string(const std::string& text) {
  constexpr bool kAscii = true;
  return nlohmann::ordered_json(text).dump(-1, ' ', kAscii, nlohmann::ordered_json::error_handler_t::replace);
}

std::string packed_rows(std::span<const LayerEstimate> rows, Phase phase) {
  Numbered kinds;
  Numbered blocks;
  std::string kind;
  std::string block;
  std::string shared;
  std::string rest;
  std::string fused;
  std::string_view last;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const LayerEstimate& row = rows[i];
    append(kind, std::to_string(kinds.of(kind_text(row, phase))));
    append(block, std::to_string(blocks.of(json_string(row.block))));
    const std::size_t same = shared_start(last, row.name);
    append(shared, std::to_string(same));
    append(rest, json_string(row.name.substr(same)));
    last = row.name;
    if (row.fused_from.empty()) continue;
    std::string names;
    for (const std::string& layer : row.fused_from) append(names, json_string(layer));
    append(fused, fmt::format("\"{}\":[{}]", i, names));
  }
  return fmt::format(
      R"({{"keys":[{}],"kinds":[{}],"kind":[{}],"names":{{"shared":[{}],"rest":[{}]}},"blocks":[{}],"block":[{}],"fused":{{{}}}}})",
      keys_text(phase), kinds.joined(), kind, shared, rest, blocks.joined(), block, fused);
}

}  // namespace ridgepoint
