#include "importers/foreign.hpp"

#include <algorithm>
#include <array>

namespace ridgepoint {
namespace {

/// The bytes that files of a format have in one place.
struct Signature {
  std::size_t at;
  std::string_view bytes;
  std::string_view format;
};
constexpr std::array kSignatures{
    Signature{0, "PK\x03\x04", "a zip archive, as PyTorch writes (.pt, .pth)"},
    Signature{0, "\x80\x02", "a pickle of Python, as old PyTorch writes"},
    Signature{0, "\x80\x04", "a pickle of Python"},
    Signature{8, "{\"", "a file of safetensors: weights without a network; its config.json has the network"},
    Signature{0, "GGUF", "a file of GGUF"},
    Signature{0, "\x89HDF", "a file of HDF5, as Keras writes (.h5)"},
    Signature{4, "TFL3", "a model of TensorFlow Lite"},
    Signature{0, "version https://", "a pointer of Git LFS in the place of the file (git lfs pull)"},
    Signature{0, "\x1f\x8b", "a gzip archive"},
    Signature{0, "\x89PNG", "a PNG image"},
    Signature{0, "\xff\xd8\xff", "a JPEG image"},
    Signature{0, "%PDF", "a PDF"},
    Signature{0,
              "\x7f"
              "ELF",
              "a program"},
    Signature{0, "<", "text of HTML or XML"},
    Signature{0, "{", "text of JSON"},
    Signature{0, "[", "text of JSON"},
};

}  // namespace

std::string_view foreign_format(std::string_view head) {
  const auto found = std::find_if(kSignatures.begin(), kSignatures.end(), [&](const Signature& s) {
    return head.size() >= s.at && head.substr(s.at).starts_with(s.bytes);
  });
  return found == kSignatures.end() ? std::string_view{} : found->format;
}

}  // namespace ridgepoint
