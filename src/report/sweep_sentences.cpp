// What the curves of a sweep show, in words.

#include <fmt/format.h>

#include "core/human.hpp"
#include "report/sweep.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kMostLayers = 6;

class Speaker {
 public:
  Speaker(const SweepReport& report, const SweepCurve& curve)
      : report_(report), curve_(curve), axis_(report.axes.list()[report.axes.running()]) {}

  std::string sentence() {
    const std::string where = report_.where(curve_);
    std::string text;
    for (const std::string& part : {throughput(), memory(), network(), layers()}) {
      if (!part.empty()) text += (text.empty() ? "" : "; ") + part;
    }
    if (text.empty()) return "";
    return (where.empty() ? "" : where + ": ") + text + ".";
  }

 private:
  [[nodiscard]] const SweepPoint& point(std::size_t place) const {
    return report_.points[curve_.first - report_.first + place];
  }
  [[nodiscard]] std::string at(std::size_t place) const { return axis_.key + " " + axis_.values[place]; }
  [[nodiscard]] std::string between(const Crossing& c) const {
    return fmt::format("between {} and {}", axis_.values[c.before], axis_.values[c.before + 1]);
  }

  [[nodiscard]] std::string throughput() const {
    const CurveFacts& f = curve_.facts;
    if (!f.best || axis_.kind != AxisKind::kBatch) return "";
    return fmt::format("{} is the smallest with {:.0f} % of the best throughput, {} samples/s at {}", at(*f.near_best),
                       kNearBest * 100, human_count(point(*f.best).samples_per_second()), at(*f.best));
  }

  [[nodiscard]] std::string memory() const {
    const CurveFacts& f = curve_.facts;
    if (!f.no_fit) return f.best ? "memory holds every point" : "";
    if (curve_.largest_fit) return fmt::format("memory ends behind {} {}", axis_.key, *curve_.largest_fit);
    if (f.last_fit) return fmt::format("memory ends between {} and {}", at(*f.last_fit), axis_.values[*f.no_fit]);
    return fmt::format("memory does not hold {}", at(*f.no_fit));
  }

  [[nodiscard]] std::string network() const {
    for (const Crossing& c : curve_.facts.crossings) {
      if (c.layer.empty()) {
        return fmt::format("the network crosses its ridge point {} {}", axis_.key, between(c)) +
               (c.upwards ? "" : ", downwards");
      }
    }
    return "";
  }

  [[nodiscard]] std::string layers() const {
    std::string text;
    std::size_t count = 0;
    for (const Crossing& c : curve_.facts.crossings) {
      if (c.layer.empty() || ++count > kMostLayers) continue;
      text += fmt::format("{}{} {}", text.empty() ? "layers cross theirs: " : ", ", c.layer, between(c));
    }
    return count > kMostLayers ? text + fmt::format(" and {} more", count - kMostLayers) : text;
  }

  const SweepReport& report_;
  const SweepCurve& curve_;
  const SweepAxis& axis_;
};

}  // namespace

std::vector<std::string> sentences_of(const SweepReport& report) {
  std::vector<std::string> list;
  for (const SweepCurve& curve : report.curves) {
    if (std::string text = Speaker(report, curve).sentence(); !text.empty()) list.push_back(std::move(text));
  }
  return list;
}

}  // namespace ridgepoint
