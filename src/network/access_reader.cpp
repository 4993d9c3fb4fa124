#include "network/access_reader.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "core/text.hpp"
#include "io/access_file.hpp"

namespace ridgepoint {
namespace {

constexpr std::string_view kZipf = "zipf:";
constexpr double kMostExponent = 4;  // at which the first row takes 92 % of all accesses
constexpr const char* kForms = "uniform, zipf:EXPONENT, or a .csv file of counts, ranks or ids";

double exponent_of(const Value& value, const std::string& text, Scope& scope) {
  char* end = nullptr;
  double exponent = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0') {
    Value expression(text);
    expression.where = value.where;
    exponent = static_cast<double>(scope.integer(expression, "access")) / 1000;
  }
  if (!(exponent >= 0) || exponent > kMostExponent) {
    value.where.fail({fmt::format("a Zipf exponent of {:g}", exponent),
                      fmt::format("from 0, which is uniform, to {:g}", kMostExponent)});
  }
  return exponent;
}

std::string path_of(const Value& value, const std::string& text) {
  const std::filesystem::path given(text);
  if (given.is_absolute() || value.where.document == nullptr) return text;
  std::error_code ignored;
  const auto beside = std::filesystem::path(value.where.document->file()).parent_path() / given;
  return std::filesystem::exists(beside, ignored) ? beside.string() : text;
}

std::shared_ptr<const MeasuredAccess> measured(const std::string& path) {
  CountedAccesses counted = read_accesses(path);
  return std::make_shared<const MeasuredAccess>(
      MeasuredAccess{.counts = std::move(counted.counts),
                     .seen = counted.seen,
                     .largest_id = counted.largest_id,
                     .place = fmt::format("{}, line {},", path, counted.largest_line)});
}

}  // namespace

Access read_access(const Value& value, Scope& scope) {
  const auto* text = std::get_if<std::string>(&value.data);
  if (text == nullptr) value.where.fail({"\"access\" is no law", kForms});
  if (*text == "uniform") return {.kind = Access::Kind::kUniform, .text = *text};
  if (text->starts_with(kZipf)) {
    const double exponent = exponent_of(value, text->substr(kZipf.size()), scope);
    return {.kind = Access::Kind::kZipf, .exponent = exponent, .text = fmt::format("zipf:{:g}", exponent)};
  }
  if (text->ends_with(".csv")) {
    return {.kind = Access::Kind::kMeasured, .measured = measured(path_of(value, *text)), .text = *text};
  }
  constexpr std::array<std::string_view, 2> kWords{"uniform", "zipf:1"};
  value.where.fail(
      {fmt::format("unknown law {} of accesses", in_quotes(*text)), kForms, std::string(nearest(*text, kWords))});
}

}  // namespace ridgepoint
