#include <fmt/format.h>

#include <algorithm>

#include "core/formats.hpp"
#include "core/text.hpp"
#include "hardware/device.hpp"
#include "io/object_reader.hpp"

namespace ridgepoint {
namespace {

class Reader {
 public:
  explicit Reader(std::shared_ptr<const Document> document) : document_(std::move(document)) {}

  Device read() {
    ObjectReader root(document_, document_->root(), "device");
    const Node& version = root.required("schema_version");
    if (root.integer(version) != 1) root.fail(version, {"unknown schema version", "1"});
    device_.name = root.required_string("name");
    device_.summary = root.optional_string("summary");
    device_.vendor = root.optional_string("vendor");
    device_.architecture = root.optional_string("architecture");
    device_.kind = root.choice(root.required("kind"), kDeviceKinds);
    read_sources(root);
    if (const Node* notes = root.optional("notes")) {
      for (const Node& note : root.array(*notes)) device_.notes.push_back(root.string(note));
    }
    read_datasheet(root.required("datasheet"));
    root.optional("calibration");  // whose parameters cost models know
    root.finish();
    return std::move(device_);
  }

 private:
  void read_sources(ObjectReader& root) {
    const Node& node = root.required("sources");
    const ObjectReader sources(document_, node, "sources");
    for (const Node& item : node.items) device_.sources[item.key] = sources.string(item);
  }

  void read_datasheet(const Node& node) {
    ObjectReader sheet(document_, node, "datasheet");
    if (const Node* units = sheet.optional("compute_units")) {
      ObjectReader reader(document_, *units, "compute_units");
      device_.compute_units = reader.integer(reader.required("count"));
      if (device_.compute_units < 1) reader.fail(*reader.node().find("count"), {"no compute units", "at least 1"});
      finish(reader);
    }
    device_.clock = Hertz{value_of(sheet, "clock_hz").value_or(0)};
    value_of(sheet, "matrix_clock_hz");
    if (const Node* peaks = sheet.optional("matrix")) device_.matrix = read_peaks(*peaks, "matrix");
    if (const Node* peaks = sheet.optional("vector")) device_.vector = read_peaks(*peaks, "vector");
    expect_some_peak(sheet);
    if (const Node* special = sheet.optional("special_function")) device_.special = read_special(*special);
    read_memory(sheet.required("memory"));
    if (const auto bytes = value_of(sheet, "shared_memory_per_unit_bytes"))
      device_.shared_memory_per_unit = Bytes{*bytes};
    if (const Node* links = sheet.optional("links")) read_links(*links);
    device_.tdp_w = value_of(sheet, "tdp_w");
    sheet.finish();
  }

  void expect_some_peak(const ObjectReader& sheet) const {
    const auto known = [](const auto& peak) { return peak.has_value(); };
    if (std::any_of(device_.matrix.begin(), device_.matrix.end(), known)) return;
    if (std::any_of(device_.vector.begin(), device_.vector.end(), known)) return;
    sheet.fail(sheet.node(), {"the device has no peak rate", "\"matrix\" or \"vector\" with at least one format"});
  }

  // {"value": ..., "source": ...}
  std::optional<double> value_of(ObjectReader& outer, std::string_view key) {
    const Node* node = outer.optional(key);
    if (node == nullptr) return std::nullopt;
    ObjectReader reader(document_, *node, std::string(key));
    const double value = reader.positive(reader.required("value"));
    finish(reader);
    return value;
  }

  Peaks read_peaks(const Node& node, std::string_view unit) {
    const ObjectReader list(document_, node, std::string(unit));
    const std::vector<std::string_view> names = arithmetic_formats();
    Peaks peaks;
    for (const Node& item : node.items) {
      const auto dtype = find_dtype(item.key);
      if (!dtype || !facts(*dtype).arithmetic) {
        document_->fail(item.key_offset, {fmt::format("unknown format {}", in_quotes(item.key)), join_choices(names),
                                          std::string(nearest(item.key, names))});
      }
      ObjectReader reader(document_, item, fmt::format("{} peak of {}", unit, item.key));
      Peak peak{.rate = FlopRate{reader.positive(reader.required("flops_per_s"))}};
      if (const Node* lanes = reader.optional("lanes_per_unit")) peak.lanes = reader.integer(*lanes);
      peak.source = finish(reader);
      peaks[static_cast<std::size_t>(*dtype)] = std::move(peak);
    }
    return peaks;
  }

  Peak read_special(const Node& node) {
    ObjectReader reader(document_, node, "special_function");
    Peak peak{.rate = FlopRate{reader.positive(reader.required("ops_per_s"))}};
    if (const Node* lanes = reader.optional("per_unit_per_clock")) peak.lanes = reader.integer(*lanes);
    peak.source = finish(reader);
    return peak;
  }

  void read_memory(const Node& node) {
    ObjectReader memory(document_, node, "memory");
    device_.dram = read_level(memory.required("dram"), "dram");
    if (!device_.dram.bandwidth) {
      memory.fail(*node.find("dram"),
                  {"dram without \"bandwidth_bytes_per_s\"", "its peak bandwidth in bytes per second"});
    }
    if (const Node* l1 = memory.optional("l1")) device_.l1 = read_level(*l1, "l1");
    if (const Node* l2 = memory.optional("l2")) device_.l2 = read_level(*l2, "l2");
    if (const Node* llc = memory.optional("llc")) device_.llc = read_level(*llc, "llc");
    memory.finish();
  }

  MemoryLevel read_level(const Node& node, std::string what) {
    ObjectReader reader(document_, node, std::move(what));
    MemoryLevel level;
    if (const Node* capacity = reader.optional("capacity_bytes")) level.capacity = Bytes{reader.positive(*capacity)};
    if (const Node* rate = reader.optional("bandwidth_bytes_per_s"))
      level.bandwidth = Bandwidth{reader.positive(*rate)};
    level.source = finish(reader);
    return level;
  }

  void read_links(const Node& node) {
    const ObjectReader list(document_, node, "links");
    for (const Node& item : node.items) {
      ObjectReader reader(document_, item, fmt::format("link {}", item.key));
      Link link{.name = item.key, .bandwidth = Bandwidth{reader.positive(reader.required("bandwidth_bytes_per_s"))}};
      link.source = finish(reader);
      device_.links.push_back(std::move(link));
    }
  }

  // Every value names its source; the names must be keys of "sources". Returns them, joined.
  std::string finish(ObjectReader& reader) {
    const Node& source = reader.required("source");
    std::string joined;
    const auto add = [&](const Node& node) {
      const std::string key = reader.string(node);
      if (device_.sources.find(key) == device_.sources.end()) {
        std::vector<std::string_view> known;
        for (const auto& [name, text] : device_.sources) known.push_back(name);
        reader.fail(node, {fmt::format("unknown source {}", in_quotes(key)),
                           "a key of \"sources\": " + join_choices(known), std::string(nearest(key, known))});
      }
      joined += (joined.empty() ? "" : ", ") + key;
    };
    if (source.kind == Node::Kind::kArray) {
      for (const Node& item : source.items) add(item);
    } else {
      add(source);
    }
    reader.finish();
    return joined;
  }

  std::shared_ptr<const Document> document_;
  Device device_;
};

}  // namespace

Device read_datasheet(const std::shared_ptr<const Document>& document) { return Reader(document).read(); }

}  // namespace ridgepoint
