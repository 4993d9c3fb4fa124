#pragma once
// The golden files of PyTorch's counts: an op, its inputs, and what PyTorch said of it.

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "network/binding.hpp"
#include "tests/catch.hpp"
#include "tests/ops/sites.hpp"
#include "tests/places.hpp"

namespace ridgepoint {

inline const std::filesystem::path kGolden = source_root() / "tests" / "oracle" / "golden";

/// One line of a golden file.
struct OracleCase {
  OpCase op;
  double parameters = 0;
  std::vector<Shape> outputs;
  bool counted = true;  ///< whether torch.utils.flop_counter knows the function
  double forward = 0;
  double backward = 0;
};

inline std::vector<std::string> parts_of(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

inline Shape shape_of(const std::string& text) {
  std::vector<std::int64_t> extents;
  for (const std::string& part : parts_of(text, 'x')) extents.push_back(std::stoll(part));
  return Shape(std::move(extents));
}

inline TensorType tensor_of(const std::string& text) {
  if (text.front() == 'i') return {shape_of(text.substr(1)), DType::kInt64};
  return {shape_of(text), DType::kFp32};
}

inline Value value_of(const std::string& text) {
  if (text == "true" || text == "false") return text == "true";
  if (text.front() == '[') {
    std::vector<Value> list;
    for (const std::string& part : parts_of(text.substr(1, text.size() - 2), ',')) list.push_back(value_of(part));
    return list;
  }
  const bool number = text.find_first_not_of("-0123456789.e") == std::string::npos;
  if (!number) return text;
  if (text.find_first_of(".e") != std::string::npos) return std::stod(text);
  return static_cast<std::int64_t>(std::stoll(text));
}

inline Op op_of(const std::string& name, const std::string& attributes) {
  Item item;
  item.op = name;
  for (const std::string& part : parts_of(attributes, ' ')) {
    const std::size_t equals = part.find('=');
    item.attributes.push_back({part.substr(0, equals), value_of(part.substr(equals + 1))});
  }
  GlobalScope globals({});
  Scope scope(globals);
  return bind_op(item, scope);
}

inline OracleCase case_of(const std::string& line) {
  const std::vector<std::string> cells = parts_of(line, '|');
  REQUIRE(cells.size() == 7);
  OracleCase c{.op = {op_of(cells[0], cells[1]), {}}};
  for (const std::string& input : parts_of(cells[2], ' ')) c.op.inputs.push_back(tensor_of(input));
  c.parameters = std::stod(cells[3]);
  for (const std::string& output : parts_of(cells[4], ' ')) c.outputs.push_back(shape_of(output));
  if (cells[4].empty()) c.outputs.emplace_back();  // a scalar has no extents to write
  c.counted = cells[5] != "-";
  if (c.counted) {
    c.forward = std::stod(cells[5]);
    c.backward = std::stod(cells[6]);
  }
  return c;
}

/// By op, the lines of its golden file.
inline std::map<std::string, std::vector<std::string>> golden_lines() {
  std::map<std::string, std::vector<std::string>> lines;
  for (const auto& entry : std::filesystem::directory_iterator(kGolden)) {
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      if (!line.starts_with('#')) lines[entry.path().stem().string()].push_back(line);
    }
  }
  return lines;
}

}  // namespace ridgepoint
