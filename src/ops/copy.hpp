#pragma once
#include "ops/op_base.hpp"

namespace ridgepoint {

/// A stream that copies `bytes` and computes nothing.
inline Stream copy_of(const Shape& shape, std::string_view op, const Traffic& bytes) {
  Stream stream = stream_over(shape, StreamKind::kCopy, op, 0, 0);
  stream.read = bytes;
  stream.written = bytes;
  return stream;
}

/// A stream over the elements of a tensor's shape, from `read` bytes to `written` bytes.
inline Stream pass_over(const Shape& shape, StreamKind kind, std::string_view op, double flops, double special,
                        const Traffic& read, const Traffic& written) {
  Stream stream = stream_over(shape, kind, op, flops, special);
  stream.read = read;
  stream.written = written;
  return stream;
}

}  // namespace ridgepoint
