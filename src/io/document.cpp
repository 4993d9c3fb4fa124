#include "io/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "core/text.hpp"
#include "io/files.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kMaxDepth = 64;
// What the parser's message puts before the text that it quotes from the file.
constexpr std::string_view kLastRead = "; last read: '";
constexpr std::string_view kNothingBehind = "nothing behind the JSON value";
constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();

// The parser reports values without their places. It pulls characters one at a time through this iterator, so the
// shared counter tells how far it has read when it reports.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  CountingIterator(const char* at, std::size_t* count) : at_(at), count_(count) {}
  char operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*count_;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  std::size_t* count_;
};

// Builds the tree from the parser's events. Where a token starts: from the end of the one before, past blanks, commas
// and colons.
class TreeBuilder {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  TreeBuilder(const std::string& text, const std::size_t& consumed) : text_(text), consumed_(consumed) {}

  bool null() { return scalar({.kind = Node::Kind::kNull}); }
  bool boolean(bool value) { return scalar({.kind = Node::Kind::kBoolean, .boolean = value}); }
  bool number_integer(number_integer_t value) {
    return scalar({.kind = Node::Kind::kInteger, .integer = value, .real = static_cast<double>(value)});
  }
  bool number_unsigned(number_unsigned_t value) {
    if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) return too_large();
    return number_integer(static_cast<number_integer_t>(value));
  }
  // An integer literal arrives here when it does not fit in 64 bits; "1e9" arrives here too and is an exact integer.
  bool number_float(number_float_t value, const string_t& literal) {
    if (literal.find_first_of(".eE") == string_t::npos) return too_large();
    Node node{.kind = Node::Kind::kReal, .real = value};
    constexpr double kExactLimit = 9007199254740992.0;
    if (value == std::floor(value) && std::abs(value) <= kExactLimit) node.integer = static_cast<std::int64_t>(value);
    return scalar(std::move(node));
  }
  bool string(string_t& value) { return scalar({.kind = Node::Kind::kString, .text = std::move(value)}); }
  bool binary(binary_t&) { return false; }

  bool start_object(std::size_t) { return open(Node::Kind::kObject); }
  bool start_array(std::size_t) { return open(Node::Kind::kArray); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(string_t& value) {
    pending_key_offset_ = token_start();
    pending_key_ = std::move(value);
    previous_end_ = consumed_;
    if (!keys_.back().insert(pending_key_).second) {
      return problem(pending_key_offset_, {fmt::format("duplicate key {}", in_quotes(pending_key_)), "each key once"});
    }
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& error) {
    if (failed()) return false;
    const std::string_view message = error.what();
    // The parser counts from 1 and stops behind the character that it could not use.
    const std::size_t at = std::min(position == 0 ? 0 : position - 1, text_.size());
    constexpr int kNumberOverflow = 406;
    if (error.id == kNumberOverflow) {
      return problem(token_start(), {"the number is too large", "a number below 1.8e308"});
    }
    if (at == text_.size()) return problem(at, {"the JSON ends too early", closing(message)});
    constexpr std::size_t kLongestSequence = 4;
    const std::size_t utf8 = utf8_prefix(std::string_view(text_).substr(0, at + kLongestSequence));
    if (utf8 <= at) return problem(utf8, {"this is not UTF-8 text", "JSON in UTF-8"});
    const bool inside_token = message.find(kLastRead) != std::string_view::npos;
    const bool one_character = std::string_view("[]{}:,").find(text_[at]) != std::string_view::npos;
    const std::size_t start = inside_token || one_character ? at : std::min(at, token_start());
    return problem(start, {"this is not valid JSON", wanted(message)});
  }

  [[nodiscard]] bool failed() const { return failed_at_ != kNowhere; }
  [[nodiscard]] std::size_t failed_at() const { return failed_at_; }
  [[nodiscard]] const Problem& problem() const { return problem_; }
  [[nodiscard]] Node take_root() { return std::move(root_); }

 private:
  bool problem(std::size_t offset, Problem what) {
    failed_at_ = offset;
    problem_ = std::move(what);
    return false;
  }

  bool too_large() { return problem(token_start(), {"the integer is too large", "an integer from -2^63 to 2^63 - 1"}); }

  // What the parser's message says that it wanted, in our words. What it quotes of the file is not looked at.
  [[nodiscard]] std::string wanted(std::string_view message) const {
    struct Phrase {
      std::string_view theirs;
      std::string_view ours;
    };
    static constexpr std::array kEnds{
        Phrase{"; expected string literal", "a key in double quotes"},
        Phrase{"; expected ':'", "':' between key and value"},
        Phrase{"; expected '}'", "',' or '}'"},
        Phrase{"; expected ']'", "',' or ']'"},
        Phrase{"; expected end of input", kNothingBehind},
    };
    static constexpr std::array kReasons{
        Phrase{"forbidden character after backslash", "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u"},
        Phrase{"4 hex digits", "four hexadecimal digits behind \\u"},
        Phrase{"surrogate", "a pair of UTF-16 surrogates, \\ud800 to \\udbff and then \\udc00 to \\udfff"},
        Phrase{"control character", "control characters in a string as escapes, such as \\n"},
        Phrase{"invalid number", "a digit"},
    };
    const std::string_view reason = message.substr(0, message.find(kLastRead));
    for (const Phrase& phrase : kReasons) {
      if (reason.find(phrase.theirs) != std::string_view::npos) return std::string(phrase.ours);
    }
    for (const Phrase& phrase : kEnds) {
      if (message.ends_with(phrase.theirs)) return std::string(phrase.ours);
    }
    return "a JSON value";
  }

  // What the end of the file cut off.
  [[nodiscard]] std::string closing(std::string_view message) const {
    if (message.find("missing closing quote") != std::string_view::npos) return "the closing '\"'";
    if (message.find(kLastRead) != std::string_view::npos) return "the rest of this value";
    if (open_.empty()) return "a JSON value";
    return open_.back()->kind == Node::Kind::kObject ? "the closing '}'" : "the closing ']'";
  }

  [[nodiscard]] std::size_t token_start() const {
    std::size_t at = previous_end_;
    while (at < text_.size() && std::string_view(" \t\r\n,:").find(text_[at]) != std::string_view::npos) ++at;
    return at;
  }

  // A number ends in a digit, but shows it only when the character behind it has been read.
  [[nodiscard]] std::size_t token_end(Node::Kind kind) const {
    const bool number = kind == Node::Kind::kInteger || kind == Node::Kind::kReal;
    const bool late = number && (text_[consumed_ - 1] < '0' || text_[consumed_ - 1] > '9');
    return late ? consumed_ - 1 : consumed_;
  }

  Node& place(Node&& node) {
    node.offset = token_start();
    node.key = std::move(pending_key_);
    node.key_offset = pending_key_offset_;
    pending_key_.clear();
    previous_end_ = token_end(node.kind);
    if (open_.empty()) return root_ = std::move(node);
    return open_.back()->items.emplace_back(std::move(node));
  }

  bool scalar(Node&& node) {
    place(std::move(node));
    return true;
  }

  bool open(Node::Kind kind) {
    if (open_.size() >= kMaxDepth) {
      return problem(token_start(), {"the JSON is nested too deeply", fmt::format("at most {} levels", kMaxDepth)});
    }
    open_.push_back(&place({.kind = kind}));
    keys_.emplace_back();
    return true;
  }

  // Only the innermost container grows, so the pointers in `open_` stay valid.
  bool close() {
    open_.pop_back();
    keys_.pop_back();
    previous_end_ = consumed_;
    return true;
  }

  const std::string& text_;
  const std::size_t& consumed_;
  std::size_t previous_end_ = 0;
  std::string pending_key_;
  std::size_t pending_key_offset_ = 0;
  Node root_;
  std::vector<Node*> open_;
  std::vector<std::unordered_set<std::string>> keys_;
  std::size_t failed_at_ = kNowhere;
  Problem problem_;
};

// Appends the pointer of the innermost value that holds the offset.
void append_pointer(const Node& node, std::size_t offset, std::string& pointer) {
  const Node* inner = nullptr;
  std::size_t index = 0;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Node& item = node.items[i];
    const std::size_t start = node.kind == Node::Kind::kObject ? item.key_offset : item.offset;
    if (start > offset) break;
    inner = &item;
    index = i;
  }
  if (inner == nullptr) return;
  pointer += '/';
  if (node.kind == Node::Kind::kArray) {
    pointer += std::to_string(index);
  } else {
    for (const char c : inner->key) {
      if (c == '~') {
        pointer += "~0";
      } else if (c == '/') {
        pointer += "~1";
      } else {
        pointer += c;
      }
    }
  }
  append_pointer(*inner, offset, pointer);
}

}  // namespace

const Node* Node::find(std::string_view wanted) const {
  const auto found = std::find_if(items.begin(), items.end(), [&](const Node& item) { return item.key == wanted; });
  return found == items.end() ? nullptr : &*found;
}

std::string_view describe(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::kNull: return "null";
    case Node::Kind::kBoolean: return "a boolean";
    case Node::Kind::kInteger: return "an integer";
    case Node::Kind::kReal: return "a number";
    case Node::Kind::kString: return "a string";
    case Node::Kind::kArray: return "an array";
    case Node::Kind::kObject: return "an object";
  }
  return "a value";
}

std::shared_ptr<const Document> Document::parse(std::string file, std::string text) {
  auto document = std::make_shared<Document>();
  document->file_ = std::move(file);
  document->text_ = std::move(text);
  const std::string& source = document->text_;
  if (source.find_first_not_of(" \t\r\n") == std::string::npos) {
    document->fail(source.size(), {"the file is empty", "a JSON value"});
  }
  std::size_t consumed = 0;
  TreeBuilder builder(source, consumed);
  const CountingIterator begin(source.data(), &consumed);
  const CountingIterator end(source.data() + source.size(), &consumed);
  const bool parsed = nlohmann::json::sax_parse(begin, end, &builder);
  if (!parsed) document->fail(builder.failed_at(), builder.problem());
  // The parser takes a NUL byte behind the value for the end of the file.
  if (const std::size_t nul = source.find('\0'); nul != std::string::npos) {
    document->fail(nul, {"a NUL byte stands behind the JSON value", std::string(kNothingBehind)});
  }
  document->root_ = builder.take_root();
  return document;
}

std::shared_ptr<const Document> Document::load(const std::string& path) {
  return parse(path == "-" ? "<stdin>" : path, read_file(path));
}

std::shared_ptr<const Document> Document::rewritten(std::shared_ptr<const Document> original, Node root) {
  auto document = std::make_shared<Document>();
  document->file_ = original->file_;
  document->root_ = std::move(root);
  document->original_ = std::move(original);
  return document;
}

Location Document::locate(std::size_t offset) const {
  if (original_) return original_->locate(offset);
  offset = std::min(offset, text_.size());
  const std::string_view before = std::string_view(text_).substr(0, offset);
  const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  std::size_t line_end = std::min(text_.find('\n', line_start), text_.size());
  if (line_end > line_start && text_[line_end - 1] == '\r') --line_end;
  Location location{.file = file_,
                    .line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1,
                    .column = offset - line_start + 1,
                    .pointer = "",
                    .source_line = text_.substr(line_start, line_end - line_start)};
  append_pointer(root_, offset, location.pointer);
  return location;
}

void Document::fail(std::size_t offset, Problem problem) const { throw InputError(std::move(problem), locate(offset)); }

void Where::fail(Problem problem) const {
  if (document) document->fail(offset, std::move(problem));
  throw InputError(std::move(problem));
}

}  // namespace ridgepoint
