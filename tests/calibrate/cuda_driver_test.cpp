// What is said of NVIDIA's GPUs, with a driver that the tests make up, and with none.

#include "calibrate/cuda_driver.hpp"

#include "calibrate/local_devices.hpp"
#include "calibrate/nvml.hpp"
#include "core/error.hpp"
#include "tests/binary.hpp"
#include "tests/places.hpp"

namespace ridgepoint {
namespace {

const std::string kFakeDriver = fake_driver_folder();

LocalCuda with_driver(const char* mood, const std::filesystem::path& files) {
  ::setenv("FAKE_DRIVER", mood, 1);
  LocalCuda local = read_local_cuda({.library = kFakeDriver + "/libcuda.so.1", .device_files = files});
  ::unsetenv("FAKE_DRIVER");
  return local;
}

TEST_CASE("a driver's GPUs are listed as it describes them", "[cuda]") {
  const TemporaryFolder files;
  write_text(files.file("nvidiactl"), "");
  const LocalCuda local = with_driver("two", files.path());
  CHECK(local.problem.empty());
  REQUIRE(local.gpus.size() == 2);
  CHECK(local.gpus[1].index == 1);
  CHECK(local.gpus[1].name == "Fake GPU 1");
  CHECK(local.gpus[1].compute_major == 9);
  CHECK(local.gpus[1].compute_units == 132);
  CHECK(local.gpus[1].memory.value() == 80.0 * (1 << 30));
  REQUIRE(local.supports);
  CHECK(local.supports->text() == "99.0");
}

TEST_CASE("what is wrong with a driver is one sentence", "[cuda]") {
  struct Case {
    const char* mood;
    bool files;
    std::string problem;
  };
  const TemporaryFolder with;
  write_text(with.file("nvidiactl"), "");
  const TemporaryFolder without;
  const std::vector<Case> cases{
      {"no_device", true, "the driver finds no device (CUDA_ERROR_NO_DEVICE)"},
      {"no_device", false, "the driver finds no device (CUDA_ERROR_NO_DEVICE, and /dev/nvidiactl is not there)"},
      {"none", true, "the driver finds no device (CUDA_ERROR_NO_DEVICE)"},
      {"gone", true, "the driver does not start: error 101"},
      {"unknown", true, "the driver does not start: CUDA_ERROR_OF_A_KIND"},
      {"mismatch", true,
       "the parts of the driver do not match (CUDA_ERROR_SYSTEM_DRIVER_MISMATCH): restart the machine after an update "
       "of the driver"},
      {"stub", true, "the CUDA driver is the toolkit's stub, not a driver: take the stubs out of LD_LIBRARY_PATH"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.mood, c.files);
    const LocalCuda local = with_driver(c.mood, c.files ? with.path() : without.path());
    CHECK(local.problem == c.problem);
    CHECK(local.gpus.empty());
  }
  CHECK(explain_driver_code(304, "CUDA_ERROR_OPERATING_SYSTEM", DeviceFiles::kForbidden) ==
        "no permission: this user may not open /dev/nvidiactl, which the driver needs");
}

TEST_CASE("a driver that is not there is said with the loader's reason", "[cuda]") {
  const LocalCuda local = read_local_cuda({.library = "libno-such-driver.so.1"});
  CHECK(local.problem.starts_with("no NVIDIA driver: libno-such-driver.so.1: cannot open shared object file"));
}

TEST_CASE("a library that is no driver is said to be too old", "[cuda]") {
  const LocalCuda local = read_local_cuda({.library = "libc.so.6"});
  CHECK(local.problem == "the driver is too old: its libc.so.6 lacks functions that are needed");
}

TEST_CASE("only the major version of the driver must reach the toolkit's", "[cuda]") {
  CHECK(explain_versions({13000}, {12040}).empty());
  CHECK(explain_versions({13000}, {13010}).empty());
  CHECK(explain_versions({12040}, {13000}) ==
        "the driver is too old: it runs CUDA up to 12.4, and the module was built with 13.0");
}

TEST_CASE("the lines on GPUs name each and say why one cannot be used", "[cuda]") {
  const LocalGpu gpu{.index = 1, .name = "X", .compute_major = 9, .compute_units = 4, .memory = Bytes{1 << 30}};
  const LocalCuda good{.gpus = {gpu}, .supports = CudaVersion{13000}};
  const auto one = describe(good, {"", CudaVersion{13000}});
  REQUIRE(one.size() == 1);
  CHECK(one[0].name == "cuda:1");
  CHECK(one[0].summary == "X, compute capability 9.0, 4 SMs, 1.00 GiB");
  const auto unbuilt = describe(good, {"the module cuda is not there"});
  CHECK(unbuilt[0].summary.ends_with("; not usable: the module cuda is not there"));
  const auto neither = describe({.problem = "no NVIDIA driver"}, {"the module cuda is not there"});
  REQUIRE(neither.size() == 1);
  CHECK(neither[0].name == "cuda");
  CHECK(neither[0].summary == "not usable: no NVIDIA driver; and the module cuda is not there");
  LocalCuda forbidden = good;
  forbidden.gpus[0].prohibited = true;
  CHECK(
      describe(forbidden, {"", CudaVersion{13000}})[0].summary.ends_with("not usable: its compute mode is prohibited"));
}

TEST_CASE("names of devices are read strictly", "[cuda]") {
  CHECK(parse_device_name("cpu").backend == "cpu");
  CHECK(parse_device_name("cuda").index == 0);
  CHECK(parse_device_name("cuda:12").index == 12);
  for (const char* const bad : {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", "cpu:0", "cuda:99999999999"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(parse_device_name(bad), InputError);
  }
}

TEST_CASE("without a management library nothing is known and nothing breaks", "[cuda]") {
  Nvml nvml("libno-such-nvml.so.1");
  CHECK(!nvml.choose("00000000:01:00.0"));
  CHECK(nvml.problem().find("libno-such-nvml.so.1") != std::string::npos);
  CHECK(!nvml.state().throttle);
  CHECK(!nvml.card().driver);
  CHECK(!nvml.memory_of_others());
  CHECK(throttle_text(0) == "none");
  CHECK(throttle_text(throttle::kPowerCap | throttle::kThermalSoftware) == "power cap, temperature");
}

TEST_CASE("list devices --local speaks of this machine", "[cuda]") {
  const Outcome plain = run_binary("list devices --local --format csv");
  CHECK(plain.code == 0);
  CHECK(plain.out.find("\ncpu,") != std::string::npos);
  CHECK(plain.out.find("\ncuda") != std::string::npos);
  const Outcome fake = run_binary("list devices --local --format csv",
                                  {.environment = {"LD_LIBRARY_PATH=" + kFakeDriver, "FAKE_DRIVER=two"}});
  CHECK(fake.code == 0);
  CHECK(fake.out.find("cuda:1,\"Fake GPU 1, compute capability 9.0, 132 SMs, 80.0 GiB") != std::string::npos);
  const Outcome old =
      run_binary("list devices --local", {.environment = {"LD_LIBRARY_PATH=" + kFakeDriver, "FAKE_DRIVER=no_device"}});
  CHECK(old.out.find("the driver finds no device") != std::string::npos);
  CHECK(run_binary("list models --local").code == 1);
}

TEST_CASE("a device that is not there ends a measurement before it begins", "[cuda]") {
  const TemporaryFolder folder;
  const Outcome none = run_binary("calibrate measure --device cuda:0 -o " + folder.file("x"),
                                  {.environment = {"LD_LIBRARY_PATH=" + kFakeDriver, "FAKE_DRIVER=no_device"}});
  CHECK(none.code == 1);
  const Outcome unknown = run_binary("calibrate measure --device cud:0 -o " + folder.file("x"));
  CHECK(unknown.code == 1);
  CHECK(unknown.err.find("did you mean \"cuda\"") != std::string::npos);
}

}  // namespace
}  // namespace ridgepoint
