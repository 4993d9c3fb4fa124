#include "report/shard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridgepoint {
namespace {

constexpr std::string_view kMark = "# ridgepoint sweep, shard ";
constexpr std::size_t kMostShards = 1'000'000;

// Takes a number, or a word, off the front of a text.
bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

bool take(std::string_view& text, std::size_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

// What a shard's file holds.
struct Part {
  const ShardFile* file = nullptr;
  Shard shard;
  std::string_view header;
  std::string_view rows;
};

std::optional<Shard> read_line(std::string_view line) {
  Shard s;
  const bool good = take(line, kMark) && take(line, s.index) && take(line, "/") && take(line, s.count) &&
                    take(line, ", points ") && take(line, s.first) && take(line, " to ") && take(line, s.last) &&
                    take(line, " of ") && take(line, s.points) && take(line, ", of ");
  if (!good || s.index < 1 || s.index > s.count || s.count > kMostShards || s.first > s.last) return std::nullopt;
  s.sweep = std::string(line);
  return s;
}

Part read(const ShardFile& file) {
  std::string_view text = file.text;
  const std::optional<Shard> shard = read_line(take_line(text));
  if (!shard) {
    throw InputError({"this is no shard of a sweep", "a CSV file of `ridgepoint sweep --shard I/N`"},
                     {.file = file.path});
  }
  Part part{&file, *shard, take_line(text), text};
  const auto rows = static_cast<std::size_t>(std::count(part.rows.begin(), part.rows.end(), '\n'));
  const std::size_t wanted = shard->last - shard->first;
  if (rows != wanted || (wanted > 0 && !part.rows.ends_with('\n'))) {
    throw InputError({fmt::format("shard {}/{} has {} of {} points", shard->index, shard->count, rows, wanted),
                      "a shard that was not interrupted"},
                     {.file = file.path});
  }
  return part;
}

void expect_same_sweep(const Part& first, const Part& part) {
  if (part.shard.count == first.shard.count && part.shard.points == first.shard.points &&
      part.shard.sweep == first.shard.sweep && part.header == first.header) {
    return;
  }
  throw InputError(
      {fmt::format("shard {}/{} is of another sweep than {}", part.shard.index, part.shard.count, first.file->path),
       "shards of one command line and one version"},
      {.file = part.file->path});
}

void expect_all(const std::vector<Part>& parts) {
  std::string missing;
  std::size_t next = 1;
  const std::size_t count = parts.front().shard.count;
  const auto miss = [&](std::size_t until) {
    for (; next < until; ++next) missing += fmt::format("{}{}/{}", missing.empty() ? "" : ", ", next, count);
  };
  for (const Part& part : parts) {
    miss(part.shard.index);
    next = part.shard.index + 1;
  }
  miss(count + 1);
  if (!missing.empty()) throw InputError({"missing: shard " + missing, fmt::format("all {} shards", count)});
}

}  // namespace

Shard parse_shard(std::string_view text) {
  Shard shard;
  std::string_view rest = text;
  const bool good = take(rest, shard.index) && take(rest, "/") && take(rest, shard.count) && rest.empty();
  if (!good || shard.index < 1 || shard.index > shard.count || shard.count > kMostShards) {
    throw InputError({fmt::format("--shard {} is no shard", in_quotes(text)), "I/N with I from 1 to N, such as 3/8"});
  }
  return shard;
}

Shard bounded(Shard shard, std::size_t points) {
  shard.points = points;
  // points is at most 1e8 and count at most 1e6: the product fits.
  shard.first = points * (shard.index - 1) / shard.count;
  shard.last = points * shard.index / shard.count;
  return shard;
}

std::string shard_line(const Shard& s) {
  return fmt::format("{}{}/{}, points {} to {} of {}, of {}\n", kMark, s.index, s.count, s.first, s.last, s.points,
                     s.sweep);
}

std::string merge_shards(std::span<const ShardFile> files) {
  std::vector<Part> parts;
  for (const ShardFile& file : files) {
    parts.push_back(read(file));
    expect_same_sweep(parts.front(), parts.back());
  }
  std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.shard.index < b.shard.index; });
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].shard.index != parts[i - 1].shard.index) continue;
    throw InputError({fmt::format("shard {}/{} is there twice: {} and {}", parts[i].shard.index, parts[i].shard.count,
                                  parts[i - 1].file->path, parts[i].file->path),
                      "each shard once"});
  }
  expect_all(parts);
  std::string text = std::string(parts.front().header) + "\n";
  for (const Part& part : parts) text += part.rows;
  return text;
}

}  // namespace ridgepoint
