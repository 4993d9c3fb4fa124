#pragma once
// A strict reader of the XML that figures are written in: enough to see that it is well-formed and what it says.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/text.hpp"
#include "tests/support.hpp"

namespace ridgepoint {

/// One element, its text without that of its children.
struct XmlElement {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::string text;
  std::size_t parent = 0;  ///< its position in the list; the root is its own

  [[nodiscard]] std::string at(const std::string& key) const {
    const auto found = attributes.find(key);
    return found == attributes.end() ? "" : found->second;
  }
  [[nodiscard]] double number(const std::string& key) const { return std::stod(at(key)); }
  [[nodiscard]] bool is(const std::string& wanted) const { return at("class") == wanted; }
};

/// All elements in the order of their start tags. Fails the test on anything that is not well-formed.
class XmlReader {
 public:
  static std::vector<XmlElement> read(std::string_view text) {
    expect(is_utf8(text));
    XmlReader reader(text);
    reader.document();
    return reader.elements_;
  }

 private:
  // There are millions: only what fails is told to Catch2.
  static void expect(bool condition) {
    if (!condition) FAIL("this is no well-formed XML");
  }

  explicit XmlReader(std::string_view text) : rest_(text) {}

  void document() {
    expect(rest_.starts_with("<?xml"));
    rest_.remove_prefix(rest_.find("?>") + 3);
    std::vector<std::size_t> open;
    do {
      std::string content = unescaped(until('<'));
      if (!open.empty()) elements_[open.back()].text += content;
      expect(!rest_.empty());
      tag(open);
    } while (!open.empty());
    expect(rest_ == "\n");
  }

  void tag(std::vector<std::size_t>& open) {
    rest_.remove_prefix(1);
    if (rest_.starts_with('/')) {
      expect(!open.empty());
      expect(until('>') == "/" + elements_[open.back()].name);
      rest_.remove_prefix(1);
      open.pop_back();
      return;
    }
    const std::size_t length = rest_.find_first_of(" />");
    XmlElement element{.name = std::string(rest_.substr(0, length)), .parent = open.empty() ? 0 : open.back()};
    expect(!element.name.empty());
    rest_.remove_prefix(length);
    while (rest_.starts_with(' ')) attribute(element);
    const bool closed = rest_.starts_with('/');
    expect(rest_.starts_with(closed ? "/>" : ">"));
    rest_.remove_prefix(closed ? 2 : 1);
    elements_.push_back(std::move(element));
    if (!closed) open.push_back(elements_.size() - 1);
  }

  void attribute(XmlElement& element) {
    rest_.remove_prefix(1);
    const std::string key(until('='));
    expect(rest_.starts_with("=\""));
    rest_.remove_prefix(2);
    const std::string_view value = until('"');
    expect(value.find('<') == std::string_view::npos);
    rest_.remove_prefix(1);
    expect(element.attributes.emplace(key, unescaped(value)).second);
  }

  std::string_view until(char end) {
    const std::size_t length = std::min(rest_.find(end), rest_.size());
    const std::string_view part = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return part;
  }

  static std::string unescaped(std::string_view text) {
    static const std::map<std::string_view, char> kEntities{
        {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"#39", '\''}};
    std::string plain;
    while (!text.empty()) {
      if (text.front() != '&') {
        plain += text.front();
        text.remove_prefix(1);
        continue;
      }
      const std::size_t end = text.find(';');
      expect(end != std::string_view::npos);
      plain += kEntities.at(text.substr(1, end - 1));
      text.remove_prefix(end + 1);
    }
    return plain;
  }

  std::string_view rest_;
  std::vector<XmlElement> elements_;
};

}  // namespace ridgepoint
