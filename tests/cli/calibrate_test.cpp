// `calibrate` on this machine, as a user runs it. What it measures is not judged here: other programs may run.

#include <sys/resource.h>
#include <csignal>

#include "cost/device_file.hpp"
#include "cost/sample.hpp"
#include "io/files.hpp"
#include "tests/binary.hpp"
#include "tests/places.hpp"

namespace ridgepoint {
namespace {

namespace fs = std::filesystem;

// Leaks are not looked for: the leak sanitizer of GCC 12 crashes among the threads of a measurement.
Setting measuring_in(const TemporaryFolder& folder) {
  return {.folder = folder.path().string(), .environment = {"ASAN_OPTIONS=detect_leaks=0"}};
}

constexpr const char* kSome =
    "calibrate --device cpu --effort quick --budget 4 --kernels clock,fma,stream,launch,reduction -o my-cpu.json "
    "--samples kept --date 2026-01-02";

TEST_CASE("calibrate writes a device of this machine that others read", "[calibrate][cli]") {
  const TemporaryFolder folder;
  const Setting here = measuring_in(folder);
  const Outcome run = run_binary(kSome, here);
  INFO(run.err);
  REQUIRE(run.code == 0);
  CHECK(run.out.find("achieved") != std::string::npos);
  CHECK(run.out.find("kept/stream.csv\n") != std::string::npos);
  CHECK(read_samples(folder.file("kept/fma.csv")).kernel->name == "fma");

  const Device device = read_device(Document::load(folder.file("my-cpu.json")));
  CHECK(device.kind == "cpu");
  CHECK(device.compute_units >= 1);
  CHECK(device.clock.value() > 1e8);
  CHECK(device.vector[static_cast<std::size_t>(DType::kFp32)].has_value());
  CHECK(device.llc.capacity.has_value());
  CHECK(contradictions(device) == std::vector<std::string>{});
  REQUIRE(device.calibration);
  CHECK(device.calibration->date == "2026-01-02");
  CHECK_FALSE(device.calibration->entries.empty());
  CHECK_FALSE(device.calibration->ceilings.empty());

  CHECK(run_binary("check my-cpu.json", here).code == 0);
  const Outcome drawn = run_binary("roofline --hw my-cpu.json", here);
  CHECK(drawn.code == 0);
  CHECK(drawn.out.find("fork_join") != std::string::npos);
  CHECK(run_binary("roofline --hw my-cpu.json --format json", here).out.find("\"measured\"") != std::string::npos);
  CHECK(run_binary("roofline --hw my-cpu.json --format csv", here).out.find("measured: read") != std::string::npos);
  CHECK(run_binary("roofline --hw my-cpu.json --format markdown", here).out.find("memory, measured") !=
        std::string::npos);
  CHECK(run_binary("analyze gcn-ogbn-arxiv --hw my-cpu.json", here).code == 0);
}

// Of each kind of layer that is measured here.
constexpr const char* kSmallNetwork = R"({"schema_version": 1, "name": "small", "parameters": {"batch": 32},
  "inputs": {"x": {"shape": ["batch", 96]}}, "layers": [
  {"name": "up", "op": "linear", "out_features": 256}, {"name": "act", "op": "gelu"},
  {"name": "norm", "op": "layer_norm"}, {"name": "down", "op": "linear", "out_features": 64},
  {"name": "same", "op": "linear", "out_features": 64}, {"name": "out", "op": "softmax"}]})";

// The bounds are so loose that only what is wrong by orders of magnitude fails: the machine may be busy.
TEST_CASE("a network is measured kernel by kernel and compared", "[calibrate][cli]") {
  const TemporaryFolder folder;
  const Setting here = measuring_in(folder);
  const Outcome made = run_binary(
      "calibrate --effort quick --budget 4 --kernels clock,fma,stream,gemm,elementwise,rows -o my-cpu.json", here);
  INFO(made.err);
  REQUIRE(made.code == 0);
  write_text(folder.path() / "small.json", kSmallNetwork);
  const std::string line = "validate --hw my-cpu.json --run --effort quick --dtype fp32 --model small.json ";
  const Outcome table = run_binary(line + "--max-error 100000 --rows rows.csv", here);
  INFO(table.out << table.err);
  REQUIRE(table.code == 0);
  CHECK(table.out.find("% of the predicted time was measured") != std::string::npos);
  const std::string rows = text_of_file(folder.path() / "rows.csv");
  CHECK(rows.starts_with("model,layer,op,pass,repeat,point,predicted_s,"));
  CHECK(rows.find("small,down,linear,fprop,1,gemm fp32 1 32 64 256 ") != std::string::npos);
  CHECK(rows.find("small,norm,layer_norm,fprop,1,normalization fp32 layernorm 32 256 ") != std::string::npos);

  const Outcome json = run_binary(line + "--format json", here);
  CHECK(json.out.find("\"coverage\": 1.0") != std::string::npos);
  CHECK(json.out.find("\"measured_s\"") != std::string::npos);
  CHECK(run_binary(line + "--format markdown", here).out.find("| small | up |") != std::string::npos);
  const Outcome strict = run_binary(line + "--max-error 0.000001", here);
  CHECK(strict.code == 1);
  CHECK(strict.err.find("small: the error of the sum") != std::string::npos);

  const Outcome held_out = run_binary("validate --hw my-cpu.json --run --effort quick --budget 2 --kernels gemm", here);
  INFO(held_out.err);
  CHECK(held_out.code == 0);
  CHECK(held_out.out.find("held out gemm.csv") != std::string::npos);
}

TEST_CASE("what validate cannot compare", "[cli]") {
  const auto refused = [](const std::string& arguments, const std::string& message) {
    CAPTURE(arguments);
    const Outcome run = run_binary("validate --hw l40s " + arguments);
    CHECK(run.code == 1);
    CHECK(run.err.find(message) != std::string::npos);
  };
  refused("", "nothing to compare with");
  refused("--model resnet50", "--model measures a network");
  refused("--run --device gpux", "unknown device \"gpux\"");
  refused("--run --model resnet5", "did you mean");
  refused("--run --kernels gem", "unknown microkernel \"gem\"");
}

TEST_CASE("a calibration that cannot end well leaves the file as it was", "[calibrate][cli]") {
  const TemporaryFolder folder;
  const Setting here{.folder = folder.path().string()};
  write_text(folder.path() / "my-cpu.json", "before");
  const auto fails = [&](const std::string& arguments, const std::string& message) {
    CAPTURE(arguments);
    const Outcome run = run_binary("calibrate " + arguments, here);
    CHECK(run.code == 1);
    CHECK(run.err.find(message) != std::string::npos);
    CHECK(text_of_file(folder.path() / "my-cpu.json") == "before");
  };
  // Found after the measurement: nothing tells the bandwidth.
  fails("--effort quick --budget 1 --kernels clock,fma,launch -o my-cpu.json",
        "the microkernel stream was not measured");
  // Found before it.
  fails("-o missing/my-cpu.json", "cannot write \"missing/my-cpu.json\": No such file or directory");
  fails("-o .", "cannot write \".\": Is a directory");
  fails("", "no output file");
  fails("-o my-cpu.json --device gpux", "unknown device \"gpux\"");
  fails("-o my-cpu.json --effort quik", "did you mean \"quick\"");
  fails("-o my-cpu.json --kernels gem", "unknown microkernel \"gem\"");
  fails("-o my-cpu.json --date tomorrow", "--date \"tomorrow\" is no date");
  fails("-o my-cpu.json --base l40sx", "l40sx");
  fails("-o my-cpu.json --samples my-cpu.json/x", "cannot make the folder");
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
}

// Whether a process handles Ctrl-C by now.
bool handles_interrupt(pid_t process) {
  const std::string status = text_of_file("/proc/" + std::to_string(process) + "/status");
  const std::size_t at = status.find("SigCgt:");
  return at != std::string::npos && (std::stoull(status.substr(at + 7), nullptr, 16) >> (SIGINT - 1) & 1) != 0;
}

// How far it comes until then depends on the machine: either there is enough for a file that says so, or a message.
TEST_CASE("Ctrl-C keeps what was measured and says so", "[calibrate][cli]") {
  const TemporaryFolder folder;
  const std::string output = folder.file("my-cpu.json");
  const pid_t process = ::fork();
  REQUIRE(process >= 0);
  if (process == 0) {
    ::execl(tested_binary().c_str(), tested_binary().c_str(), "calibrate", "--effort", "thorough", "--kernels",
            "clock,fma,stream,reduction", "-o", output.c_str(), nullptr);
    ::_exit(127);
  }
  for (int i = 0; i < 600 && !handles_interrupt(process); ++i) ::usleep(50'000);
  ::sleep(3);
  ::kill(process, SIGINT);
  int status = 0;
  REQUIRE(::waitpid(process, &status, 0) == process);
  REQUIRE(WIFEXITED(status));
  const bool written = fs::exists(output);
  CHECK(WEXITSTATUS(status) == (written ? 0 : 1));
  if (written) CHECK(text_of_file(output).find("no: it was interrupted") != std::string::npos);
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == (written ? 1 : 0));
}

// As on a full disk: the file would grow past what this process may write.
TEST_CASE("room for a file is asked for before it is needed", "[calibrate][cli]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("my.json");
  write_text(path, "before");
  CHECK_NOTHROW(expect_room(path, 100'000));
  struct rlimit before {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  struct rlimit little = before;
  little.rlim_cur = 50'000;
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &little) == 0);
  const std::string message = message_of([&] {
    expect_room(path, 100'000);
    return 0;
  });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(message.find("File too large") != std::string::npos);
  CHECK(text_of_file(path) == "before");
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
}

}  // namespace
}  // namespace ridgepoint
