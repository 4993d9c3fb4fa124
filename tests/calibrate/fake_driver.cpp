// A driver that says what FAKE_DRIVER asks for: the tests put it in the place of libcuda.so.1.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

std::string mood() {
  const char* const given = std::getenv("FAKE_DRIVER");
  return given == nullptr ? "one" : given;
}

bool is(const char* name) { return mood() == name; }

}  // namespace

extern "C" {

int cuInit(unsigned) {
  if (is("no_device")) return 100;
  if (is("mismatch")) return 803;
  if (is("stub")) return 34;
  if (is("unknown")) return 999;
  return 0;
}
int cuDriverGetVersion(int* version) {
  *version = is("old") ? 11040 : 99000;
  return 0;
}
int cuDeviceGetCount(int* count) {
  *count = is("none") ? 0 : is("two") ? 2 : 1;
  return 0;
}
int cuDeviceGet(int* device, int ordinal) {
  *device = ordinal;
  return is("gone") ? 101 : 0;
}
int cuDeviceGetName(char* name, int length, int device) {
  std::snprintf(name, static_cast<std::size_t>(length), "Fake GPU %d%s", device, is("mig") ? " MIG 1g.10gb" : "");
  return 0;
}
int cuDeviceTotalMem_v2(std::size_t* bytes, int) {
  *bytes = std::size_t{80} << 30;
  return 0;
}
int cuDeviceGetAttribute(int* value, int attribute, int) {
  *value = attribute == 16 ? 132 : attribute == 75 ? 9 : attribute == 20 && is("prohibited") ? 2 : 0;
  return 0;
}
int cuGetErrorName(int code, const char** name) {
  *name = code == 100 ? "CUDA_ERROR_NO_DEVICE" : "CUDA_ERROR_OF_A_KIND";
  return code == 101 ? 1 : 0;
}

}  // extern "C"
