// Traces in the trace event format, as the PyTorch profiler exports them (torch.profiler, export_chrome_trace): kernels
// are complete events of the category "kernel", tied to the operator that launched them by "External id".

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "io/document.hpp"
#include "io/files.hpp"
#include "io/measured.hpp"

namespace ridgepoint {
namespace {

constexpr double kMicrosecond = 1e-6;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// A complete event.
struct Event {
  const Node* node = nullptr;
  std::string name;
  std::string category;  ///< in lower case, "" without
  std::string track;
  std::string external;  ///< what ties a kernel to its operator
  double start = 0;      ///< microseconds, as is `length`
  double length = 0;
  [[nodiscard]] double end() const { return start + length; }
};

class TraceReader {
 public:
  explicit TraceReader(std::shared_ptr<const Document> document) : document_(std::move(document)) {}

  MeasuredProfile read() {
    for (const Node& item : list_of_events().items) {
      if (item.kind != Node::Kind::kObject) fail(item, "an event is no object", "objects with ph, name, ts and dur");
      const Node* phase = item.find("ph");
      if (phase != nullptr && phase->text == "X") add(item);
    }
    std::stable_sort(events_.begin(), events_.end(), [](const Event& a, const Event& b) { return a.start < b.start; });
    MeasuredProfile profile = of_kernels();
    if (profile.kernels.empty()) profile = of_operators();
    if (profile.kernels.empty()) {
      fail(document_->root(), "no kernel and no operator is in this trace",
           "complete events (ph X) of the category kernel, or cpu_op");
    }
    return profile;
  }

 private:
  [[noreturn]] void fail(const Node& node, std::string what, std::string expected) const {
    document_->fail(node.offset, {std::move(what), std::move(expected)});
  }

  const Node& list_of_events() {
    const Node& root = document_->root();
    if (root.kind == Node::Kind::kArray) return root;
    const Node* list = root.kind == Node::Kind::kObject ? root.find("traceEvents") : nullptr;
    if (list == nullptr || list->kind != Node::Kind::kArray) fail(root, "this is no trace", "an array \"traceEvents\"");
    return *list;
  }

  double amount(const Node& event, const char* key) const {
    const Node* value = event.find(key);
    const bool number = value != nullptr && (value->kind == Node::Kind::kInteger || value->kind == Node::Kind::kReal);
    if (!number || value->real < 0) {
      fail(value == nullptr ? event : *value, fmt::format("an event without \"{}\"", key), "microseconds, 0 or more");
    }
    return value->real;
  }

  static std::string text(const Node* node) {
    if (node == nullptr) return "";
    return node->kind == Node::Kind::kInteger ? std::to_string(node->integer) : node->text;
  }

  void add(const Node& node) {
    const Node* args = node.find("args");
    const bool has_args = args != nullptr && args->kind == Node::Kind::kObject;
    std::string external = has_args ? text(args->find("External id")) : "";
    if (external.empty() && has_args) external = text(args->find("external id"));
    events_.push_back({.node = &node,
                       .name = text(node.find("name")),
                       .category = lower(text(node.find("cat"))),
                       .track = text(node.find("pid")) + "/" + text(node.find("tid")),
                       .external = std::move(external),
                       .start = amount(node, "ts"),
                       .length = amount(node, "dur")});
  }

  // Events without a category are those of `ridgepoint profile`.
  static bool is_kernel(const Event& e) {
    return e.category.empty() || e.category == "kernel" || e.category == "gpu_memcpy" || e.category == "gpu_memset";
  }
  static bool is_operator(const Event& e) { return e.category == "cpu_op" || e.category == "operator"; }

  MeasuredProfile of_kernels() const {
    std::map<std::string, std::string> ops;
    for (const Event& e : events_) {
      if (is_operator(e) && !e.external.empty()) ops[e.external] = e.name;
    }
    MeasuredProfile profile{
        .file = document_->file(), .tool = ops.empty() ? "trace" : "PyTorch profiler", .in_order = true};
    std::map<std::string, std::vector<const Event*>> ranges;  // by track: those that may still be open
    for (const Event& e : events_) {
      if (e.category == "gpu_user_annotation") ranges[e.track].push_back(&e);
      if (!is_kernel(e)) continue;
      const auto op = ops.find(e.external);
      profile.kernels.push_back({.name = e.name,
                                 .op = e.external.empty() || op == ops.end() ? "" : op->second,
                                 .annotation = range_around(e, ranges[e.track]),
                                 .seconds = e.length * kMicrosecond});
    }
    return profile;
  }

  // The innermost range: the last that began and has not ended.
  static std::string range_around(const Event& kernel, std::vector<const Event*>& open) {
    while (!open.empty() && open.back()->end() <= kernel.start) open.pop_back();
    return open.empty() ? "" : open.back()->name;
  }

  // Without a GPU, what the operators took that no other operator calls.
  MeasuredProfile of_operators() const {
    MeasuredProfile profile{
        .file = document_->file(), .tool = "PyTorch profiler, operators of the CPU", .in_order = true};
    std::map<std::string, double> busy;  // until when, by track
    for (const Event& e : events_) {
      if (!is_operator(e) || e.start < busy[e.track]) continue;
      busy[e.track] = e.end();
      profile.kernels.push_back({.name = e.name, .op = e.name, .seconds = e.length * kMicrosecond});
    }
    return profile;
  }

  std::shared_ptr<const Document> document_;
  std::vector<Event> events_;
};

bool looks_like_json(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && (text[first] == '{' || text[first] == '[');
}

}  // namespace

MeasuredProfile parse_measured_trace(const std::string& file, std::string text) {
  return TraceReader(Document::parse(file, std::move(text))).read();
}

MeasuredProfile read_measured(const std::string& path) {
  std::string text = read_file(path);
  const std::string file = path == "-" ? "<stdin>" : path;
  return looks_like_json(text) ? parse_measured_trace(file, std::move(text))
                               : parse_measured_csv(file, std::move(text));
}

}  // namespace ridgepoint
