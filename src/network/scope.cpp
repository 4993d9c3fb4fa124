#include "network/scope.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "network/expression.hpp"

namespace ridgepoint {
namespace {

constexpr std::string_view kIndex = "index";
// Parameters that wait for each other wait on the stack.
constexpr int kLongestChain = 64;

[[noreturn]] void unknown_name(std::string_view name, const std::vector<std::string_view>& names) {
  throw ExpressionError{0,
                        {fmt::format("unknown name {} in an expression", in_quotes(name)),
                         names.empty() ? "a number: there are no parameters" : "one of " + join_choices(names),
                         std::string(nearest(name, names))}};
}

// Evaluates the text of a string value; the caret goes to the place within the string. What was generated or set on the
// command line has no place, so the message says what was set to what.
std::int64_t evaluate_at(std::string_view attribute, const std::string& text, const Where& where,
                         const Resolver& resolve) {
  try {
    return evaluate(text, resolve);
  } catch (const ExpressionError& error) {
    if (where.document == nullptr) {
      Problem problem = error.problem;
      problem.what = fmt::format("{} = {}: {}", attribute, text, problem.what);
      where.fail(std::move(problem));
    }
    const Where inside{where.document, where.offset + 1 + error.position};
    inside.fail(error.problem);
  }
}

std::string describe_value(const Value& value) {
  struct Visitor {
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const { return fmt::format("{}", v); }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(const std::string& v) const { return in_quotes(v); }
    std::string operator()(const std::vector<Value>&) const { return "a list"; }
  };
  return std::visit(Visitor{}, value.data);
}

std::int64_t integer_of(const Value& value, std::string_view attribute, const Resolver& resolve) {
  if (const auto* number = std::get_if<std::int64_t>(&value.data)) return *number;
  if (const auto* text = std::get_if<std::string>(&value.data))
    return evaluate_at(attribute, *text, value.where, resolve);
  if (const auto* real = std::get_if<double>(&value.data)) {
    constexpr double kExactLimit = 9007199254740992.0;
    if (*real == static_cast<double>(static_cast<std::int64_t>(std::min(std::max(*real, -kExactLimit), kExactLimit)))) {
      return static_cast<std::int64_t>(*real);
    }
  }
  value.where.fail(
      {fmt::format("{} is {}", in_quotes(attribute), describe_value(value)), "an integer or an expression"});
}

}  // namespace

GlobalScope::GlobalScope(const std::vector<const Attributes*>& layers) {
  for (const Attributes* layer : layers) {
    for (const Attribute& attribute : *layer) {
      if (!has(attribute.name)) order_.push_back(attribute.name);
      entries_.insert_or_assign(attribute.name, Entry{.attribute = &attribute});
    }
  }
}

std::vector<std::string_view> GlobalScope::names() const { return {order_.begin(), order_.end()}; }

std::int64_t GlobalScope::value(std::string_view name) {
  const auto found = entries_.find(name);
  if (found == entries_.end()) unknown_name(name, names());
  Entry& entry = found->second;
  if (entry.state == State::kBusy) {
    throw ExpressionError{
        0, {fmt::format("parameter {} depends on itself", in_quotes(name)), "parameters without a cycle"}};
  }
  if (entry.state == State::kOpen) {
    if (++depth_ > kLongestChain) {
      throw ExpressionError{0,
                            {fmt::format("parameter {} ends a chain of more than {}", in_quotes(name), kLongestChain),
                             "a parameter above those that depend on it, or a shorter chain"}};
    }
    entry.state = State::kBusy;
    entry.value = integer_of(entry.attribute->value, name, [this](std::string_view inner) { return value(inner); });
    entry.state = State::kDone;
    --depth_;
  }
  return entry.value;
}

std::vector<std::pair<std::string, std::int64_t>> GlobalScope::all() {
  std::vector<std::pair<std::string, std::int64_t>> list;
  for (const std::string& name : order_) list.emplace_back(name, value(name));
  return list;
}

std::vector<std::string_view> Scope::names() const {
  std::vector<std::string_view> names = globals_->names();
  for (const auto& [name, value] : locals_) names.push_back(name);
  return names;
}

std::int64_t Scope::resolve(std::string_view name) {
  if (name == kIndex) index_used_ = true;
  const auto local = locals_.find(name);
  if (local != locals_.end()) return local->second;
  if (!globals_->has(name)) unknown_name(name, names());
  return globals_->value(name);
}

std::int64_t Scope::integer(const Value& value, std::string_view attribute) {
  return integer_of(value, attribute, [this](std::string_view name) { return resolve(name); });
}

bool Scope::truth(const Value& value, std::string_view attribute) {
  if (const auto* word = std::get_if<bool>(&value.data)) return *word;
  return integer(value, attribute) != 0;
}

}  // namespace ridgepoint
