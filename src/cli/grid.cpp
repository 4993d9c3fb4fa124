#include "cli/grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cli/ranges.hpp"
#include "core/error.hpp"
#include "core/formats.hpp"
#include "core/text.hpp"
#include "cost/device_file.hpp"

namespace ridgepoint {
namespace {

void expect_words(std::string_view what, const std::vector<std::string>& words,
                  std::span<const std::string_view> names) {
  for (const std::string& word : words) (void)choose(what, word, names);
}

// "KEY=VALUES" of --set or --what-if.
std::pair<std::string, std::string> key_and_values(std::string_view option, const std::string& text,
                                                   std::string_view example) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    throw InputError({fmt::format("{} {} names no values", option, in_quotes(text)), std::string(example)});
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

}  // namespace

SweepGrid::SweepGrid(const RunArguments& run, const std::vector<std::string>& devices) : run_(run) {
  axes_.add({AxisKind::kDevice, "device", devices});
  add_what_ifs();
  const std::vector<std::string> phases = parse_sizes("--phase", run.phase);
  expect_words("phase", phases, kPhaseNames);
  axes_.add({AxisKind::kPhase, "phase", phases});
  if (!run.dtype.empty()) {
    const std::vector<std::string> dtypes = parse_sizes("--dtype", run.dtype);
    expect_words("dtype", dtypes, arithmetic_formats());
    axes_.add({AxisKind::kDtype, "dtype", dtypes});
  }
  run_.set.clear();
  for (const std::string& text : run.set) {
    const auto [key, values] = key_and_values("--set", text, "key=values, such as --set hidden=1024:8192:+1024");
    std::vector<std::string> list = parse_sizes("--set " + key, values);
    if (list.size() == 1) {
      run_.set.push_back(key + "=" + list.front());
    } else {
      axes_.add({AxisKind::kSetting, key, std::move(list)});
    }
  }
  if (!run.seq.empty()) axes_.add({AxisKind::kSeq, "seq", parse_sizes("--seq", run.seq)});
  if (!run.kv_len.empty()) axes_.add({AxisKind::kKvLen, "kv_len", parse_sizes("--kv-len", run.kv_len)});
  first_size_ = axes_.list().size();
  if (!run.batch.empty()) axes_.add({AxisKind::kBatch, "batch", parse_sizes("--batch", run.batch)});
  make_devices();
}

void SweepGrid::add_what_ifs() {
  for (const std::string& text : run_.what_if) {
    const auto [key, values] = key_and_values("--what-if", text, "key=values, such as dram.bandwidth=x0.5:x4:x2");
    changes_.push_back(parse_changes(key, values));
    std::vector<std::string> texts;
    for (const DeviceChange& change : changes_.back()) {
      texts.push_back(fmt::format("{}{}", change.is_factor ? "x" : "", change.amount));
    }
    axes_.add({AxisKind::kWhatIf, key, std::move(texts)});
  }
}

void SweepGrid::make_devices() {
  points_of_device_ = axes_.stride(changes_.size());
  for (std::size_t at = 0; at < axes_.size(); at += points_of_device_) {
    Device device = load_device(axes_.value(at, 0));
    std::vector<DeviceChange> changes;
    for (std::size_t i = 0; i < changes_.size(); ++i) changes.push_back(changes_[i][axes_.digit(at, i + 1)]);
    devices_.push_back(changed(std::move(device), changes));
  }
}

std::size_t SweepGrid::stride() const { return axes_.stride(first_size_ - 1); }

std::size_t SweepGrid::device_index(std::size_t point) const { return point / points_of_device_; }

RunArguments SweepGrid::arguments(std::size_t point) const {
  RunArguments run = run_;
  for (std::size_t i = 0; i < axes_.list().size(); ++i) {
    const std::string& text = axes_.value(point, i);
    switch (axes_.list()[i].kind) {
      case AxisKind::kDevice:
      case AxisKind::kWhatIf: break;
      case AxisKind::kPhase: run.phase = text; break;
      case AxisKind::kDtype: run.dtype = text; break;
      case AxisKind::kSetting: run.set.push_back(axes_.list()[i].key + "=" + text); break;
      case AxisKind::kSeq: run.seq = text; break;
      case AxisKind::kKvLen: run.kv_len = text; break;
      case AxisKind::kBatch: run.batch = text; break;
    }
  }
  return run;
}

// Readers of compact descriptions check lengths against each other, and importers may look at any size.
bool GridRunner::share(std::size_t point) {
  if (!parsed_ || point / grid_.stride() != read_at_ || !parsed_->description.importer.empty()) return false;
  const Axes& axes = grid_.axes();
  for (std::size_t axis = grid_.first_size(); axis < axes.list().size(); ++axis) {
    if (!set_size(*parsed_, axes.list()[axis].key, axes.value(point, axis))) return false;
  }
  return true;
}

Question GridRunner::question(std::size_t point) {
  if (!share(point)) {
    parsed_.reset();
    parsed_ = parse_run(grid_.arguments(point), model_);
    read_at_ = point / grid_.stride();
  }
  return {parsed_->description, grid_.devices()[grid_.device_index(point)], parsed_->run, parsed_->options};
}

SweepPoint GridRunner::impossible(std::size_t point, std::string reason) const {
  SweepPoint result{.status = PointStatus::kImpossible, .reason = std::move(reason)};
  const Axes& axes = grid_.axes();
  const auto number = [](const std::string& text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? value : 0;
  };
  for (std::size_t i = 0; i < axes.list().size(); ++i) {
    const std::string& text = axes.value(point, i);
    switch (axes.list()[i].kind) {
      case AxisKind::kPhase: result.phase = static_cast<Phase>(choose("phase", text, kPhaseNames)); break;
      case AxisKind::kDtype: result.dtype = find_dtype(text); break;
      case AxisKind::kSeq: result.seq = number(text); break;
      case AxisKind::kKvLen: result.kv_len = number(text); break;
      case AxisKind::kBatch: result.batch = number(text); break;
      default: break;
    }
  }
  return result;
}

SweepPoint GridRunner::run(std::size_t point) {
  try {
    SweepPoint result = evaluator_.evaluate(question(point));
    return result.status == PointStatus::kImpossible ? impossible(point, std::move(result.reason)) : result;
  } catch (const InputError& error) {  // of reading the network for these values
    return impossible(point, error.problem().what);
  }
}

}  // namespace ridgepoint
