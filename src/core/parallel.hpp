#pragma once
#include <cstddef>
#include <functional>

namespace ridgepoint {

/// What one thread does with the numbers from `first` to before `last`.
using ChunkWork = std::function<void(std::size_t first, std::size_t last)>;

/// Works through 0 to `count` in chunks, on so many threads, each of which makes its own worker. The calling thread
/// calls `tick(done)` several times a second and once at the end; where that returns false, no new chunk is begun. What
/// a worker throws is thrown here, once all have ended.
void run_in_chunks(std::size_t count, std::size_t chunk, std::size_t threads,
                   const std::function<ChunkWork()>& make_worker, const std::function<bool(std::size_t done)>& tick);

}  // namespace ridgepoint
