#include "importers/onnx/dim.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/checked.hpp"

namespace ridgepoint::onnx {
namespace {

// A size that is longer than this is kept as its value: files may be built to grow expressions without end.
constexpr std::size_t kMostTerms = 16;
constexpr std::size_t kMostAtoms = 8;
constexpr std::size_t kLongestText = 400;

// Pairs of terms that may still be put together, for all expressions of a file.
constexpr std::int64_t kMostWork = 5'000'000;
thread_local std::int64_t t_work = kMostWork;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

bool may_work(std::size_t pairs) {
  t_work -= static_cast<std::int64_t>(pairs);
  return t_work >= 0;
}

bool same_atoms(const std::vector<AtomPtr>& a, const std::vector<AtomPtr>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const AtomPtr& x, const AtomPtr& y) { return x->text == y->text; });
}

bool before(const AtomPtr& a, const AtomPtr& b) { return a->text < b->text; }

bool atoms_before(const Dim::Term& a, const Dim::Term& b) {
  return std::lexicographical_compare(a.atoms.begin(), a.atoms.end(), b.atoms.begin(), b.atoms.end(), before);
}

void add_term(Dim::Terms& terms, const Dim::Term& term) {
  const auto found = std::find_if(terms.begin(), terms.end(),
                                  [&](const Dim::Term& other) { return same_atoms(other.atoms, term.atoms); });
  if (found == terms.end()) {
    terms.push_back(term);
  } else {
    found->factor = checked_add(found->factor, term.factor);
  }
}

// What is left of `atoms` without those of `divisor`; false where one of them is missing.
bool remove_atoms(std::vector<AtomPtr>& atoms, const std::vector<AtomPtr>& divisor) {
  for (const AtomPtr& atom : divisor) {
    const auto found =
        std::find_if(atoms.begin(), atoms.end(), [&](const AtomPtr& other) { return other->text == atom->text; });
    if (found == atoms.end()) return false;
    atoms.erase(found);
  }
  return true;
}

std::string text_of(const Dim::Term& term) {
  std::string text;
  const std::int64_t factor = term.factor;
  if (factor != 1 || term.atoms.empty()) text = std::to_string(factor);
  for (const AtomPtr& atom : term.atoms) text += (text.empty() ? "" : " * ") + atom->text;
  return text;
}

}  // namespace

void Dim::start_work() { t_work = kMostWork; }

Dim Dim::make(std::int64_t value, Terms terms) {
  terms.erase(std::remove_if(terms.begin(), terms.end(), [](const Term& t) { return t.factor == 0; }), terms.end());
  std::sort(terms.begin(), terms.end(), atoms_before);
  Dim result(value);
  const bool constant = terms.empty() || (terms.size() == 1 && terms.front().atoms.empty());
  const bool endless = terms.size() > kMostTerms || std::any_of(terms.begin(), terms.end(), [](const Term& t) {
                         return t.atoms.size() > kMostAtoms;
                       });
  if (!constant && !endless) result.terms_ = std::make_shared<const Terms>(std::move(terms));
  return result;
}

Dim Dim::symbol(std::string name, std::int64_t value) { return opaque(value, std::move(name)); }

Dim Dim::opaque(std::int64_t value, std::string text) {
  if (text.size() > kLongestText) return Dim(value);
  return make(value, {{1, {std::make_shared<const Atom>(Atom{std::move(text), value})}}});
}

Dim::Terms Dim::terms() const {
  if (terms_ != nullptr) return *terms_;
  return value_ == 0 ? Terms{} : Terms{{value_, {}}};
}

std::string Dim::text() const {
  if (is_number()) return std::to_string(value_);
  std::string text;
  for (auto term = terms_->rbegin(); term != terms_->rend(); ++term) {  // the constant is first and written last
    const std::string next = text_of(*term);
    if (text.empty()) {
      text = next;
    } else {
      text += next.starts_with('-') ? " - " + next.substr(1) : " + " + next;
    }
  }
  return text;
}

Value Dim::as_value() const { return is_number() ? Value(value_) : Value(text()); }

Dim operator+(const Dim& a, const Dim& b) {
  const std::int64_t value = checked_add(a.value_, b.value_);
  if (a.is_number() && b.is_number()) return Dim(value);
  Dim::Terms terms = a.terms();
  if (!may_work(terms.size() * b.terms().size())) return Dim(value);
  for (const Dim::Term& term : b.terms()) add_term(terms, term);
  return Dim::make(value, std::move(terms));
}

Dim operator-(const Dim& a, const Dim& b) { return a + b * Dim(-1); }

Dim operator*(const Dim& a, const Dim& b) {
  const std::int64_t value = checked_mul(a.value_, b.value_);
  if (a.is_number() && b.is_number()) return Dim(value);
  const std::size_t pairs = a.terms().size() * b.terms().size();
  if (!may_work(pairs * pairs)) return Dim(value);
  Dim::Terms terms;
  for (const Dim::Term& x : a.terms()) {
    for (const Dim::Term& y : b.terms()) {
      Dim::Term term{checked_mul(x.factor, y.factor), x.atoms};
      term.atoms.insert(term.atoms.end(), y.atoms.begin(), y.atoms.end());
      std::sort(term.atoms.begin(), term.atoms.end(), before);
      add_term(terms, term);
    }
  }
  return Dim::make(value, std::move(terms));
}

Dim divide(const Dim& a, const Dim& b, bool up) {
  const std::int64_t value = up ? ceil_div(a.value_, b.value_) : floor_div(a.value_, b.value_);
  if (a.is_number() && b.is_number()) return Dim(value);
  const Dim::Terms divisor = b.terms();
  if (divisor.size() == 1) {
    Dim::Terms terms = a.terms();
    const bool exact = std::all_of(terms.begin(), terms.end(), [&](Dim::Term& term) {
      if (term.factor % divisor.front().factor != 0) return false;
      term.factor /= divisor.front().factor;
      return remove_atoms(term.atoms, divisor.front().atoms);
    });
    if (exact) return Dim::make(value, std::move(terms));
  }
  if (a == b) return Dim(1);
  return Dim::opaque(value, up ? fmt::format("ceil_div({}, {})", a.text(), b.text())
                               : fmt::format("(({}) / ({}))", a.text(), b.text()));
}

Dim larger(const Dim& a, const Dim& b) {
  const Dim difference = a - b;
  if (difference.is_number()) return difference.value_ >= 0 ? a : b;
  return Dim::opaque(std::max(a.value_, b.value_), fmt::format("max({}, {})", a.text(), b.text()));
}

Dim smaller(const Dim& a, const Dim& b) {
  const Dim difference = a - b;
  if (difference.is_number()) return difference.value_ <= 0 ? a : b;
  return Dim::opaque(std::min(a.value_, b.value_), fmt::format("min({}, {})", a.text(), b.text()));
}

bool operator==(const Dim& a, const Dim& b) {
  if (a.is_number() != b.is_number() || a.value_ != b.value_) return false;
  if (a.is_number()) return true;
  return std::equal(
      a.terms_->begin(), a.terms_->end(), b.terms_->begin(), b.terms_->end(),
      [](const Dim::Term& x, const Dim::Term& y) { return x.factor == y.factor && same_atoms(x.atoms, y.atoms); });
}

Dim product(const Dims& dims) {
  Dim result(1);
  for (const Dim& dim : dims) result = result * dim;
  return result;
}

Dim quotient(Dims all, Dims known) {
  for (auto factor = known.begin(); factor != known.end();) {
    const auto found = std::find(all.begin(), all.end(), *factor);
    if (found == all.end()) {
      ++factor;
      continue;
    }
    all.erase(found);
    factor = known.erase(factor);
  }
  const Dim divisor = product(known);
  return divisor.value() <= 0 ? Dim(0) : divide(product(all), divisor);
}

std::string to_string(const Dims& dims) {
  std::string text;
  for (const Dim& dim : dims) text += (text.empty() ? "" : " x ") + dim.text();
  return text.empty() ? "a scalar" : text;
}

}  // namespace ridgepoint::onnx
