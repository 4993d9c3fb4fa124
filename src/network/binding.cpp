#include "network/binding.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "network/access_reader.hpp"

namespace ridgepoint {
namespace {

// What setting one field needs to know.
struct Slot {
  std::string_view name;
  std::int64_t minimum;
  const Value& value;
  Scope& scope;
};

[[noreturn]] void wrong(const Slot& slot, std::string_view what, std::string expected) {
  slot.value.where.fail({fmt::format("{} {}", in_quotes(slot.name), what), std::move(expected)});
}

std::int64_t bounded(const Slot& slot, const Value& value) {
  const std::int64_t number = slot.scope.integer(value, slot.name);
  if (number >= slot.minimum) return number;
  std::string what = fmt::format("{} is {}", in_quotes(slot.name), number);
  const auto* text = std::get_if<std::string>(&value.data);
  if (value.where.document == nullptr && text != nullptr) {  // generated: no place to point at
    what = fmt::format("{} = {} is {}", slot.name, *text, number);
  }
  value.where.fail({std::move(what), fmt::format("at least {}", slot.minimum)});
}

void set(const Slot& slot, std::int64_t& target) { target = bounded(slot, slot.value); }

void set(const Slot& slot, bool& target) {
  if (const auto* word = std::get_if<bool>(&slot.value.data)) {
    target = *word;
  } else if (std::holds_alternative<std::string>(slot.value.data)) {
    target = slot.scope.integer(slot.value, slot.name) != 0;
  } else {
    wrong(slot, "is not a boolean", "true, false or an expression");
  }
}

void set(const Slot& slot, double& target) {
  if (const auto* real = std::get_if<double>(&slot.value.data)) {
    target = *real;
  } else {
    target = static_cast<double>(slot.scope.integer(slot.value, slot.name));
  }
}

void set(const Slot& slot, std::vector<std::int64_t>& target) {
  target.clear();
  if (const auto* list = std::get_if<std::vector<Value>>(&slot.value.data)) {
    for (const Value& item : *list) target.push_back(bounded(slot, item));
    if (target.empty()) wrong(slot, "is an empty list", "at least one number");
  } else {
    target.push_back(bounded(slot, slot.value));
  }
}

void set(const Slot& slot, Extents& target) { set(slot, target.values); }

void set(const Slot& slot, Padding& target) {
  const auto* word = std::get_if<std::string>(&slot.value.data);
  if (word != nullptr && *word == "same") {
    target.rule = Padding::Rule::kSame;
  } else if (word != nullptr && *word == "valid") {
    target.rule = Padding::Rule::kValid;
  } else {
    target.rule = Padding::Rule::kExplicit;
    set(slot, target.extents);
  }
}

void set(const Slot& slot, Accesses& target) {
  target.each.clear();
  const auto* list = std::get_if<std::vector<Value>>(&slot.value.data);
  if (list == nullptr) {
    target.each.push_back(read_access(slot.value, slot.scope));
    return;
  }
  if (list->empty()) wrong(slot, "is an empty list", "at least one law");
  for (const Value& item : *list) target.each.push_back(read_access(item, slot.scope));
}

template <class Enum>
requires std::is_enum_v<Enum>
void set(const Slot& slot, Enum& target) {
  const auto& words = Words<Enum>::kWords;
  const auto* word = std::get_if<std::string>(&slot.value.data);
  if (word == nullptr) wrong(slot, "is not a word", join_choices(words));
  const auto* const found = std::find(words.begin(), words.end(), *word);
  if (found == words.end()) {
    slot.value.where.fail({fmt::format("unknown {} {}", slot.name, in_quotes(*word)), join_choices(words),
                           std::string(nearest(*word, words))});
  }
  target = static_cast<Enum>(found - words.begin());
}

const Attribute* find(const Attributes& attributes, std::string_view name) {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(), [&](const Attribute& a) { return a.name == name; });
  return found == attributes.end() ? nullptr : &*found;
}

template <class T>
void refuse_unknown(const T&, const Item& item) {
  std::vector<std::string_view> names;
  std::apply([&](const auto&... field) { (names.push_back(field.name), ...); }, T::fields());
  for (const Attribute& attribute : item.attributes) {
    if (std::find(names.begin(), names.end(), attribute.name) != names.end()) continue;
    const std::string expected = names.empty() ? "no attributes" : join_choices(names);
    names.insert(names.end(), {"name", "inputs", "repeat", "shared", "skip", "tied"});
    attribute.key.fail({fmt::format("{} has no attribute {}", item.op, in_quotes(attribute.name)), expected,
                        std::string(nearest(attribute.name, names))});
  }
}

template <class T, class F>
void bind_field(T& op, const Field<T, F>& field, const Item& item, Scope& scope) {
  const Attribute* attribute = find(item.attributes, field.name);
  if (attribute != nullptr) {
    try {
      set(Slot{field.name, field.minimum, attribute->value, scope}, op.*field.member);
    } catch (const InputError& error) {  // which knows the attribute and its place, but not the layer
      throw about(item, error);
    }
  } else if (field.required) {
    item.where.fail({fmt::format("{} without {}", item.op, in_quotes(field.name)),
                     fmt::format("{}: {}", in_quotes(field.name), field.summary)});
  }
}

}  // namespace

InputError about(const Item& item, const InputError& error) {
  Problem problem = error.problem();
  const std::string layer = item.name.empty() ? "" : " " + in_quotes(item.name);
  problem.what = fmt::format("{}{}: {}", item.op, layer, problem.what);
  return InputError(std::move(problem), error.location());
}

Op bind_op(const Item& item, Scope& scope) {
  const OpEntry* entry = find_op(item.op);
  if (entry == nullptr) {
    std::vector<std::string_view> names;
    for (const OpEntry& known : op_entries()) names.push_back(known.name);
    item.where.fail({fmt::format("unknown op {}", in_quotes(item.op)), "an op of `ridgepoint list ops`",
                     std::string(nearest(item.op, names))});
  }
  Op op = entry->prototype;
  const auto bind_fields = [&]<class T>(T& self) {
    refuse_unknown(self, item);
    std::apply([&](const auto&... field) { (bind_field(self, field, item, scope), ...); }, T::fields());
  };
  std::visit(bind_fields, op);
  return op;
}

}  // namespace ridgepoint
