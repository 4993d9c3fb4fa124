// Profiles of programs: the records' file, the totals, and the command on a program that plays the injected module.

#include "calibrate/profile.hpp"

#include "core/error.hpp"
#include "tests/binary.hpp"

namespace ridgepoint {
namespace {

const std::string kRecords = std::string(kProfileHeader) +
                             "\n1000,3000,0,7,8,1,1,128,1,1,_Z3addPfi\n"
                             "5000,6000,0,7,4,1,1,64,1,1,gemm<128, 64>\n"
                             "7000,8000,0,9,16,2,1,128,1,1,_Z3addPfi\n";

TEST_CASE("records are read by line, with the names that programmers wrote", "[profile]") {
  const TemporaryFolder folder;
  write_text(folder.file("r"), kRecords + "9000,95");
  const auto records = read_profile(folder.file("r"));
  REQUIRE(records.size() == 3);
  CHECK(records[0].name == "add(float*, int)");
  CHECK(records[1].name == "gemm<128, 64>");
  CHECK(records[2].grid == std::array<std::int64_t, 3>{16, 2, 1});
  CHECK(records[2].stream == 9);
}

TEST_CASE("lines that are no records are named", "[profile]") {
  const TemporaryFolder folder;
  for (const char* const line : {"1,2,3\n", "3000,1000,0,7,8,1,1,128,1,1,x\n", "a,1,0,7,8,1,1,128,1,1,x\n", "\n"}) {
    CAPTURE(line);
    write_text(folder.file("r"), std::string(kProfileHeader) + "\n" + line);
    CHECK_THROWS_AS(read_profile(folder.file("r")), InputError);
  }
  write_text(folder.file("r"), "name\n");
  CHECK_THROWS_AS(read_profile(folder.file("r")), InputError);
}

TEST_CASE("totals are by kernel, longest first, and their shares are all of the time", "[profile]") {
  const TemporaryFolder folder;
  write_text(folder.file("r"), kRecords);
  const auto totals = total(read_profile(folder.file("r")));
  REQUIRE(totals.size() == 2);
  CHECK(totals[0].name == "add(float*, int)");
  CHECK(totals[0].count == 2);
  CHECK(totals[0].seconds == Approx(3e-6));
  CHECK(totals[0].share == Approx(0.75));
  CHECK(totals[0].mean == Approx(1.5e-6));
  CHECK(totals[0].shortest == Approx(1e-6));
  CHECK(totals[0].grid == std::array<std::int64_t, 3>{8, 1, 1});
  CHECK(totals[0].share + totals[1].share == Approx(1));
  CHECK(total({}).empty());
}

TEST_CASE("a trace has an event for every launch", "[profile]") {
  const TemporaryFolder folder;
  write_text(folder.file("r"), kRecords);
  const std::string trace = trace_text(read_profile(folder.file("r")));
  CHECK(trace.find(R"("name": "gemm<128, 64>", "ph": "X", "pid": 0, "tid": 7, "ts": 4.000, "dur": 1.000)") !=
        std::string::npos);
  CHECK(trace.find(R"("grid": [16, 2, 1])") != std::string::npos);
}

// A shell that writes what the module would write inside a program.
TEST_CASE("profile runs a program and reports its kernels", "[profile]") {
  const TemporaryFolder folder;
  write_text(folder.file("records"), kRecords);
  write_text(folder.file("ridgepoint_profile.so"), "not loaded here");
  const Setting setting{.environment = {"RIDGEPOINT_MODULES=" + folder.path().string(), "PATH=/usr/bin:/bin"}};
  const std::string script = "cp " + folder.file("records") + " \"$RIDGEPOINT_PROFILE_RECORDS\"; echo hello; exit 3";
  const Outcome table = run_binary(std::vector<std::string>{"profile", "--", "sh", "-c", script}, setting);
  CHECK(table.code == 0);
  CHECK(table.out.find("hello") != std::string::npos);
  CHECK(table.out.find("75.0 %    3.00 us    1.50 us      2") != std::string::npos);
  CHECK(table.out.find("3 launches of 2 kernels, 4.00 us on the GPU") != std::string::npos);
  CHECK(table.err.find("ended with exit code 3") != std::string::npos);
  const Outcome csv =
      run_binary(std::vector<std::string>{"profile", "--format", "csv", "--", "sh", "-c", script}, setting);
  CHECK(csv.out.find("\"add(float*, int)\",2,3e-06,0.75,1.5e-06,1e-06,2e-06,8x1x1,128x1x1") != std::string::npos);
}

TEST_CASE("what cannot be profiled is said", "[profile]") {
  const TemporaryFolder folder;
  const Outcome unbuilt =
      run_binary("profile -- true", {.environment = {"RIDGEPOINT_MODULES=" + folder.path().string(), "PATH=/bin"}});
  CHECK(unbuilt.code == 1);
  CHECK(unbuilt.err.find("the module profile is not there") != std::string::npos);
  write_text(folder.file("ridgepoint_profile.so"), "not loaded here");
  const Setting setting{.environment = {"RIDGEPOINT_MODULES=" + folder.path().string(), "PATH=/usr/bin:/bin"}};
  const Outcome idle = run_binary("profile -- true", setting);
  CHECK(idle.code == 1);
  CHECK(idle.err.find("ran no kernel that could be recorded") != std::string::npos);
  CHECK(run_binary("profile -- no-such-program", setting).code == 1);
  CHECK(run_binary("profile", setting).code == 2);
}

}  // namespace
}  // namespace ridgepoint
