// Drives a fuzz target without libFuzzer: mutates the files of a corpus for some seconds. With the sanitizers on, what
// they find ends the run; the seed and the round that are printed then give the same input again.
//
// usage: fuzz CORPUS_FOLDER SECONDS [SEED [ROUND]]

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/fuzz/mutation.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace {

constexpr unsigned kLongest = 20;  ///< seconds for one input, under sanitizers

const char* g_program = "";  // NOLINT: for the callback
const char* g_corpus = "";   // NOLINT
unsigned g_seed = 0;         // NOLINT
long g_round = -1;           // NOLINT: the files of the corpus as they are

void say_where() {
  std::fprintf(stderr, "found with seed %u in round %ld; the same input again:\n  %s %s 0 %u %ld\n", g_seed, g_round,
               g_program, g_corpus, g_seed, g_round);
}

// Without the sanitizers a crash is a signal.
void say_where_and_end(int) {
  say_where();
  _exit(1);
}

std::vector<std::string> corpus(const char* folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> files;
  for (const auto& path : paths) {
    std::ifstream stream(path, std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  return files;
}

std::string input(const std::vector<std::string>& files, unsigned seed, long round) {
  std::mt19937 random(seed + static_cast<unsigned>(round) * 2654435761U);
  std::string bytes = files[random() % files.size()];
  const unsigned changes = 1 + random() % 6;
  for (unsigned i = 0; i < changes; ++i) bytes = ridgepoint::mutated(bytes, random);
  return bytes;
}

void run(const std::string& bytes) {
  alarm(kLongest);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());  // NOLINT
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "usage: %s CORPUS_FOLDER SECONDS [SEED [ROUND]]\n", argv[0]), 2;
  const std::vector<std::string> files = corpus(argv[1]);
  if (files.empty()) return std::fprintf(stderr, "no files in %s\n", argv[1]), 2;
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(say_where);
  for (const int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGALRM}) {
    if (__sanitizer_set_death_callback == nullptr || signal == SIGALRM) std::signal(signal, say_where_and_end);
  }
  g_program = argv[0];
  g_corpus = argv[1];
  g_seed = argc > 3 ? static_cast<unsigned>(std::atol(argv[3])) : std::random_device{}();
  std::fprintf(stderr, "seed %u, %zu files\n", g_seed, files.size());
  if (argc > 4) {
    g_round = std::atol(argv[4]);
    if (g_round >= 0) return run(input(files, g_seed, g_round)), 0;
  }
  for (const std::string& file : files) run(file);
  g_round = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::atol(argv[2]));
  for (; std::chrono::steady_clock::now() < end; ++g_round) run(input(files, g_seed, g_round));
  std::printf("%ld inputs\n", g_round);
}
