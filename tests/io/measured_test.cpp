// Profiles of other tools. The files here are written after the tools' manuals, with times that are easy to add up.

#include <cmath>

#include "io/measured.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

bool near(double a, double b) { return std::abs(a - b) <= 1e-12 * std::abs(b); }

constexpr const char* kSums =
    "Processing [report1.sqlite] with [cuda_gpu_kern_sum.py]...\n"
    "Time (%),Total Time (ns),Instances,Avg (ns),Med (ns),Min (ns),Max (ns),StdDev (ns),Name\n"
    "75.0,3000000,32,93750.0,93000.0,90000,99000,1000.0,\"void gemm<float, 4>(Params)\"\n"
    "25.0,1000000,64,15625.0,15000.0,14000,19000,900.0,void vectorized_elementwise_kernel<4>(int)\n"
    "\n"
    "Processing [report1.sqlite] with [cuda_gpu_mem_time_sum.py]...\n"
    "Time (%),Total Time (ns),Count,Avg (ns),Med (ns),Min (ns),Max (ns),StdDev (ns),Operation\n";

TEST_CASE("the kernel summary of nsys is read, whatever stands around it", "[measured]") {
  const MeasuredProfile profile = parse_measured_csv("sum.csv", kSums);
  CHECK(!profile.in_order);
  REQUIRE(profile.kernels.size() == 2);
  CHECK(profile.kernels[0].name == "void gemm<float, 4>(Params)");
  CHECK(profile.kernels[0].count == 32);
  CHECK(near(profile.kernels[0].seconds, 3e-3));
  CHECK(near(profile.kernels[1].seconds, 1e-3));
}

TEST_CASE("the kernel trace of nsys is read in the order of its starts", "[measured]") {
  const MeasuredProfile profile =
      parse_measured_csv("trace.csv",
                         "Start (ns),Duration (us),CorrId,GrdX,GrdY,GrdZ,BlkX,BlkY,BlkZ,Device,Ctx,Strm,Name\n"
                         "2000,3.5,2,1,1,1,128,1,1,NVIDIA (0),1,7,second\n"
                         "1000,1.5,1,1,1,1,128,1,1,NVIDIA (0),1,7,first\n");
  CHECK(profile.in_order);
  REQUIRE(profile.kernels.size() == 2);
  CHECK(profile.kernels[0].name == "first");
  CHECK(near(profile.kernels[0].seconds, 1.5e-6));
  CHECK(near(profile.kernels[1].seconds, 3.5e-6));
}

TEST_CASE("the metrics of ncu are read, a kernel's duration once", "[measured]") {
  const MeasuredProfile profile = parse_measured_csv(
      "ncu.csv",
      "==PROF== Connected to process 42\n"
      "\"ID\",\"Process ID\",\"Kernel Name\",\"Section Name\",\"Metric Name\",\"Metric Unit\",\"Metric Value\"\n"
      "\"0\",\"42\",\"gemm\",\"GPU Speed Of Light Throughput\",\"Duration\",\"us\",\"1,234.5\"\n"
      "\"0\",\"42\",\"gemm\",\"Occupancy\",\"Achieved Occupancy\",\"%\",\"50\"\n"
      "\"0\",\"42\",\"gemm\",\"More\",\"gpu__time_duration.sum\",\"us\",\"1,234.5\"\n"
      "==PROF== Disconnected\n"
      "\"1\",\"42\",\"relu\",\"GPU Speed Of Light Throughput\",\"Duration\",\"nsecond\",\"900\"\n");
  CHECK(profile.in_order);
  REQUIRE(profile.kernels.size() == 2);
  CHECK(near(profile.kernels[0].seconds, 1234.5e-6));
  CHECK(near(profile.kernels[1].seconds, 900e-9));
}

TEST_CASE("the raw page of ncu has its units in a row of its own", "[measured]") {
  const MeasuredProfile profile = parse_measured_csv("raw.csv",
                                                     "\"ID\",\"Kernel Name\",\"gpu__time_duration.sum\"\n"
                                                     "\"\",\"\",\"usecond\"\n"
                                                     "\"0\",\"gemm\",\"12.5\"\n");
  REQUIRE(profile.kernels.size() == 1);
  CHECK(near(profile.kernels[0].seconds, 12.5e-6));
}

TEST_CASE("our own profile is read", "[measured]") {
  const MeasuredProfile profile = parse_measured_csv(
      "p.csv",
      "name,count,time_s,share,mean_s,shortest_s,longest_s,grid,block\ngemm,2,0.5,1,0.25,0.2,0.3,1x1x1,128x1x1\n");
  CHECK(profile.tool == "ridgepoint profile");
  REQUIRE(profile.kernels.size() == 1);
  CHECK(profile.kernels[0].count == 2);
  CHECK(profile.kernels[0].seconds == 0.5);
}

TEST_CASE("a trace's kernels have the operators that launched them and the ranges around them", "[measured]") {
  const MeasuredProfile profile = parse_measured_trace("t.json", R"({"schemaVersion": 1, "traceEvents": [
    {"ph": "X", "cat": "cpu_op", "name": "aten::addmm", "pid": 1, "tid": 1, "ts": 1, "dur": 9, "args": {"External id": 7}},
    {"ph": "X", "cat": "kernel", "name": "late", "pid": 0, "tid": 7, "ts": 30, "dur": 2, "args": {"External id": 8}},
    {"ph": "X", "cat": "gpu_user_annotation", "name": "encoder.0", "pid": 0, "tid": 7, "ts": 10, "dur": 10},
    {"ph": "X", "cat": "kernel", "name": "ampere_sgemm", "pid": 0, "tid": 7, "ts": 12.5, "dur": 4.5,
     "args": {"External id": 7, "stream": 7}},
    {"ph": "i", "name": "instant", "ts": 1},
    {"ph": "X", "cat": "gpu_memcpy", "name": "Memcpy HtoD", "pid": 0, "tid": 7, "ts": 40, "dur": 1}]})");
  CHECK(profile.in_order);
  REQUIRE(profile.kernels.size() == 3);
  CHECK(profile.kernels[0].name == "ampere_sgemm");
  CHECK(profile.kernels[0].op == "aten::addmm");
  CHECK(profile.kernels[0].annotation == "encoder.0");
  CHECK(near(profile.kernels[0].seconds, 4.5e-6));
  CHECK(profile.kernels[1].op.empty());
  CHECK(profile.kernels[1].annotation.empty());
}

TEST_CASE("without kernels, a trace has its outermost operators", "[measured]") {
  const MeasuredProfile profile = parse_measured_trace("t.json", R"([
    {"ph": "X", "cat": "cpu_op", "name": "aten::conv2d", "pid": 1, "tid": 1, "ts": 0, "dur": 10},
    {"ph": "X", "cat": "cpu_op", "name": "aten::convolution", "pid": 1, "tid": 1, "ts": 1, "dur": 8},
    {"ph": "X", "cat": "cpu_op", "name": "aten::relu", "pid": 1, "tid": 1, "ts": 10, "dur": 2}])");
  REQUIRE(profile.kernels.size() == 2);
  CHECK(profile.kernels[0].name == "aten::conv2d");
  CHECK(profile.kernels[1].name == "aten::relu");
}

TEST_CASE("broken profiles are errors with their place", "[measured]") {
  const auto csv = [](const std::string& text) {
    return message_of([&] { return parse_measured_csv("f.csv", text); });
  };
  CHECK(contains(csv(""), "f.csv"));
  CHECK(contains(csv("a,b\n1,2\n"), "f.csv:1:1: error: this is no table of kernels"));
  CHECK(contains(csv("name,count,time_s\nk,1,nan\n"), "f.csv:2:1: error: column \"time_s\": \"nan\" is no number"));
  CHECK(contains(csv("name,count,time_s\nk,1,-2\n"), "f.csv:2:1"));
  CHECK(contains(csv("name,count,time_s\nk,1\n"), "f.csv:2:1: error: a row of 2 fields"));
  CHECK(contains(csv("name,count,time_s\n"), "there is no kernel"));
  CHECK(contains(csv("x\n\nStart (ns),Duration (ns),Name\n1,zero,k\n"), "f.csv:4:1"));
  CHECK(contains(csv("\"ID\",\"Kernel Name\",\"Metric Name\",\"Metric Unit\",\"Metric Value\"\n0,k,Duration,cycle,4\n"),
                 "\"cycle\" is no unit of time"));
  CHECK(contains(csv("\"ID\",\"Kernel Name\",\"Metric Name\",\"Metric Unit\",\"Metric Value\"\n0,k,Other,ns,4\n"),
                 "no kernel has its duration"));
  const auto trace = [](const std::string& text) {
    return message_of([&] { return parse_measured_trace("f.json", text); });
  };
  CHECK(contains(trace("{}"), "this is no trace"));
  CHECK(contains(trace("[]"), "no kernel and no operator"));
  CHECK(contains(trace("[1]"), "an event is no object"));
  CHECK(contains(trace(R"([{"ph": "X", "cat": "kernel", "name": "k", "ts": 1}])"), "an event without \"dur\""));
  CHECK(contains(trace(R"([{"ph": "X", "cat": "kernel", "name": "k", "ts": 1, "dur": -1}])"), "/0/dur"));
  CHECK(contains(trace("[{"), "f.json:1:"));
}

}  // namespace
}  // namespace ridgepoint
