// The roofline as a figure: it says the numbers of the other formats, and its names can be read.

#include "report/roofline_figure.hpp"

#include <set>

#include "report/columns.hpp"
#include "report/svg.hpp"
#include "tests/report/xml.hpp"
#include "tests/roofline/runs.hpp"

namespace ridgepoint {
namespace {

using Elements = std::vector<XmlElement>;

Elements of_class(const Elements& all, const std::string& wanted) {
  Elements found;
  for (const XmlElement& e : all) {
    if (e.is(wanted)) found.push_back(e);
  }
  return found;
}

Elements figure_of(const Run& run, const Device& device, const View& view = {}) {
  const Estimate e = estimate_of(run, device);
  return XmlReader::read(write_svg({e, device, {}, ""}, view));
}

SvgBox box_of(const XmlElement& text) {
  const double size = text.number("font-size");
  const double left = text.number("x");
  const double base = text.number("y");
  return {left, base - size * 0.8, left + svg_text_width(text.text, size), base + size * 0.2};
}

TEST_CASE("every row of every model is a point with the numbers of the JSON", "[figure]") {
  const Device device = device_named("a100-sxm4-80gb");
  for_every_model([&](const Run& run) {
    const Estimate e = estimate_of(run, device);
    const std::vector<Advice> none;
    const Report report{e, device, none, ""};
    const Elements points = of_class(XmlReader::read(write_svg(report, {})), "point");
    const auto json = Document::parse("json", write_json(report, {}));
    std::map<std::string, const Node*> rows;
    for (const Node& row : json->root().find("layers")->items) rows[row.find("name")->text] = &row;
    REQUIRE(points.size() == e.rows.size());
    bool same = true;
    for (const XmlElement& point : points) {
      const Node& row = *rows.at(point.at("data-name"));
      for (const char* key : {"arithmetic_intensity", "flops", "time_s"}) {
        same = same && point.number(std::string("data-") + key) == row.find(key)->real;
      }
    }
    CHECK(same);
  });
}

TEST_CASE("points lie where their numbers say, under the roofs", "[figure]") {
  const Device device = device_named("h100-sxm5");
  const Elements all = figure_of({"llama-3.1-8b", Phase::kPrefill}, device);
  // The dram's slope gives the scales: two places whose values are known.
  for (const XmlElement& roof : of_class(all, "roof")) {
    if (roof.at("data-unit") != "memory") continue;
    const double slope = roof.number("data-rate");
    for (const XmlElement& point : of_class(all, "point")) {
      if (point.number("data-flops") == 0 || point.name != "circle") continue;
      const double rate = point.number("data-flops") / point.number("data-time_s");
      const double part = (point.number("cx") - roof.number("x1")) / (roof.number("x2") - roof.number("x1"));
      const double roof_y = roof.number("y1") + part * (roof.number("y2") - roof.number("y1"));
      CHECK((point.number("cy") >= roof_y - 0.1) == (rate <= slope * point.number("data-arithmetic_intensity") * 1.01));
    }
  }
}

TEST_CASE("names in figures do not overlap and stay inside", "[figure]") {
  for (const char* name : {"h100-sxm5", "a100-sxm4-80gb", "epyc-9654", "mi300x"}) {
    const Device device = device_named(name);
    const DType dtype = std::string(name) == "epyc-9654" ? DType::kFp32 : DType::kFp16;
    for (const char* model : {"resnet50", "llama-3.1-8b", "dlrm", "bert-large"}) {
      INFO(name << " " << model);
      PrecisionItem precision;
      precision.activations = precision.weights = precision.math = dtype;
      Elements texts;
      for (const XmlElement& e : figure_of({.model = model, .precision = precision}, device)) {
        if ((e.is("label") || e.is("roof-name")) && e.at("transform").empty()) texts.push_back(e);
      }
      CHECK(texts.size() > 4);
      for (std::size_t i = 0; i < texts.size(); ++i) {
        const SvgBox box = box_of(texts[i]);
        CHECK(SvgBox{0, 0, 900, 600}.contains(box));
        for (std::size_t k = i + 1; k < texts.size(); ++k) {
          INFO(texts[i].text << " / " << texts[k].text);
          CHECK(!box.overlaps(box_of(texts[k])));
        }
      }
    }
  }
}

TEST_CASE("roofs and ridge points are those of the list of ceilings", "[figure]") {
  const Device h100 = device_named("h100-sxm5");
  const Device a100 = device_named("a100-sxm4-80gb");
  const std::vector<Device> both{h100, a100};
  const Elements all = XmlReader::read(draw_rooflines(both));
  std::set<std::string> rates;
  std::size_t measured = 0;
  for (const XmlElement& roof : of_class(all, "roof")) {
    rates.insert(roof.at("data-rate"));
    if (roof.at("data-measured") == "true") ++measured;
  }
  CHECK(measured == 3);  // of the A100's calibration: dram, bf16 and fp16
  for (const Device& device : both) {
    CHECK(rates.contains(exact(device.dram_bandwidth().value())));
    for (const auto& peak : device.matrix) {
      if (peak) CHECK(rates.contains(exact(peak->rate.value())));
    }
  }
  std::set<std::string> ridges;
  for (const XmlElement& ridge : of_class(all, "ridge")) ridges.insert(ridge.at("data-ridge_point"));
  const auto bf16 = *h100.product_rate(DType::kBf16) / h100.dram_bandwidth();
  CHECK(ridges.contains(exact(bf16.value())));
  CHECK(of_class(all, "key").size() == 2);
}

TEST_CASE("groups are points too, and --top says how many have a name", "[figure]") {
  const Device device = device_named("h100-sxm5");
  const Estimate e = estimate_of({"resnet50"}, device);
  const Elements by_op = figure_of({"resnet50"}, device, {.by = By::kOp});
  CHECK(of_class(by_op, "point").size() == rows_of(e, {.by = By::kOp}).size());
  CHECK(of_class(figure_of({"resnet50"}, device, {.top = 2}), "label").size() <= 2);
  CHECK(of_class(figure_of({"resnet50"}, device, {.top = 6}), "label").size() > 2);
}

TEST_CASE("networks side by side are points in one figure", "[figure]") {
  const Device device = device_named("h100-sxm5");
  const std::vector<Estimate> both{estimate_of({"resnet50"}, device), estimate_of({"bert-large"}, device)};
  const Elements all = XmlReader::read(draw_networks(both, device, {}));
  CHECK(of_class(all, "point").size() == both[0].rows.size() + both[1].rows.size());
  CHECK(of_class(all, "key").size() == 2);
}

}  // namespace
}  // namespace ridgepoint
