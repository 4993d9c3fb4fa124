#pragma once
// Parts of a sweep for the jobs of an array, and the whole of them again.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace ridgepoint {

/// One of `count` parts of a sweep, counted from 1: the points from `first` to before `last` of `points`. `sweep` is a
/// number that all parts of one sweep share, and hardly any two sweeps.
struct Shard {
  std::size_t index = 1;
  std::size_t count = 1;
  std::size_t first = 0;
  std::size_t last = 0;
  std::size_t points = 0;
  std::string sweep;
};

/// "3/8". Throws InputError, with the option's name.
Shard parse_shard(std::string_view text);

/// The bounds of a shard in a sweep with these points.
Shard bounded(Shard shard, std::size_t points);

/// The line above the rows of a shard.
std::string shard_line(const Shard& shard);

/// A file that `sweep --shard` wrote.
struct ShardFile {
  std::string path;
  std::string text;
};

/// The rows of all shards as the undivided sweep writes them. Throws InputError, naming the file or the shard, on what
/// is no shard, shards of different sweeps, one that is missing, there twice, or ends too early.
std::string merge_shards(std::span<const ShardFile> files);

}  // namespace ridgepoint
