#include "tests/fuzz/mutation.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace ridgepoint {
namespace {

/// One field of a message: its key, and its value in the wire format without a length.
struct Field {
  std::uint64_t key = 0;
  std::string value;
  [[nodiscard]] bool is_bytes() const { return (key & 7) == 2; }
};

std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 127) << shift;
    if (byte < 128) return value;
  }
  return std::nullopt;
}

void put_varint(std::string& bytes, std::uint64_t value) {
  for (; value >= 128; value >>= 7) bytes += static_cast<char>(value | 128);
  bytes += static_cast<char>(value);
}

std::optional<std::vector<Field>> parse(std::string_view bytes) {
  std::vector<Field> fields;
  while (!bytes.empty()) {
    Field field;
    const auto key = take_varint(bytes);
    if (!key || *key < 8) return std::nullopt;
    field.key = *key;
    std::size_t length = 0;
    switch (*key & 7) {
      case 0: {
        const auto value = take_varint(bytes);
        if (!value) return std::nullopt;
        put_varint(field.value, *value);
        break;
      }
      case 1: length = 8; break;
      case 5: length = 4; break;
      case 2: {
        const auto given = take_varint(bytes);
        if (!given) return std::nullopt;
        length = *given;
        break;
      }
      default: return std::nullopt;
    }
    if (length > bytes.size()) return std::nullopt;
    field.value += bytes.substr(0, length);
    bytes.remove_prefix(length);
    fields.push_back(std::move(field));
  }
  return fields;
}

std::string written(const std::vector<Field>& fields, std::mt19937& random) {
  std::string bytes;
  for (const Field& field : fields) {
    put_varint(bytes, field.key);
    const bool wrong = random() % 4096 == 0;
    if (field.is_bytes()) put_varint(bytes, wrong ? random() % 300 : field.value.size());
    bytes += field.value;
  }
  return bytes;
}

std::uint64_t number(std::mt19937& random) {
  constexpr std::array<std::uint64_t, 14> kEdges{0,
                                                 1,
                                                 2,
                                                 3,
                                                 7,
                                                 16,
                                                 127,
                                                 255,
                                                 65536,
                                                 0x7fffffff,
                                                 0xffffffff,
                                                 0x7fffffffffffffff,
                                                 0x8000000000000000,
                                                 0xffffffffffffffff};
  return random() % 2 == 0 ? kEdges[random() % kEdges.size()] : random() % 64;
}

void change_bytes(std::string& bytes, std::mt19937& random) {
  switch (random() % 4) {
    case 0:
      bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(random() % (bytes.size() + 1)),
                   static_cast<char>(random()));
      break;
    case 1: bytes.resize(bytes.empty() ? 0 : random() % bytes.size()); break;
    default:
      if (!bytes.empty()) bytes[random() % bytes.size()] = static_cast<char>(random());
  }
}

void change(Field& field, std::mt19937& random) {
  if ((field.key & 7) == 0) {
    field.value.clear();
    put_varint(field.value, number(random));
  } else if (field.is_bytes() && random() % 8 != 0 && !field.value.empty() && parse(field.value)) {
    field.value = mutated(field.value, random);
  } else {
    change_bytes(field.value, random);
  }
}

}  // namespace

std::string mutated(const std::string& message, std::mt19937& random) {
  auto fields = parse(message);
  if (!fields || fields->empty()) {
    std::string bytes = message;
    change_bytes(bytes, random);
    return bytes;
  }
  const std::size_t at = random() % fields->size();
  switch (random() % 16) {
    case 0: fields->erase(fields->begin() + static_cast<std::ptrdiff_t>(at)); break;
    case 1:
      fields->insert(fields->begin() + static_cast<std::ptrdiff_t>(random() % fields->size()), Field((*fields)[at]));
      break;
    case 2: std::swap((*fields)[at], (*fields)[random() % fields->size()]); break;
    case 3: (*fields)[at].value = (*fields)[random() % fields->size()].value; break;
    case 4: (*fields)[at].key = ((*fields)[at].key & 7) | (random() % 30 + 1) << 3; break;
    default: change((*fields)[at], random);
  }
  return written(*fields, random);
}

}  // namespace ridgepoint
