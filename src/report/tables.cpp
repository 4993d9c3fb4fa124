#include "report/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/human.hpp"

namespace ridgepoint {
namespace {

using Kind = ColumnKind;

std::string sharding_name(const Step& step, std::size_t table) {
  return step.run.devices > 1 ? std::string(kShardingNames[static_cast<std::size_t>(step.plan().sharding[table])])
                              : "whole";
}

std::string law_name(const Table& table) { return table.access.text.empty() ? "not stated" : table.access.text; }

// Rows behind the first `top` as one: amounts are summed, shares weighed by lookups.
void fold_others(Section& section, std::size_t top) {
  const auto column = [&](std::string_view key) {
    const auto found = std::find_if(section.columns.begin(), section.columns.end(),
                                    [&](const SectionColumn& c) { return c.key == key; });
    return static_cast<std::size_t>(found - section.columns.begin());
  };
  const auto value = [](const std::vector<Cell>& row, std::size_t i) { return std::get<double>(row[i]); };
  const std::size_t draws = column("lookups");
  std::vector<Cell> others = section.rows[top];
  double all = value(others, draws);
  for (std::size_t r = top + 1; r < section.rows.size(); ++r) {
    const std::vector<Cell>& row = section.rows[r];
    const double more = value(row, draws);
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (std::holds_alternative<std::string>(row[i])) continue;
      const bool mean = (section.columns[i].kind == Kind::kShare && section.columns[i].key != "time_share") ||
                        section.columns[i].key == "pooling" || section.columns[i].key == "dim";
      const double sum = value(others, i);
      others[i] = mean ? (sum * all + value(row, i) * more) / std::max(1.0, all + more) : sum + value(row, i);
    }
    all += more;
  }
  others[0] = fmt::format("{} others", section.rows.size() - top);
  for (const std::string_view key : {"access", "sharding", "bound"}) others[column(key)] = std::string();
  section.rows.resize(top);
  section.rows.push_back(std::move(others));
}

// The tables, those that take most time first; behind `top` one row for the others.
Section table_section(const TablesReport& r, const std::vector<TableLoad>& loads) {
  const bool many = r.step.run.devices > 1;  // one device has no others, many leave less room for columns
  Section section{"tables",
                  "",
                  {{"table", "table", Kind::kText},
                   {"rows", "rows", Kind::kCount},
                   {"dim", "dim", Kind::kNumber},
                   {"table_bytes", "bytes", Kind::kBytes},
                   {"pooling", "pooling", Kind::kNumber},
                   {"access", many ? "" : "access", Kind::kText},
                   {"lookups", "", Kind::kNumber},
                   {"lookups_per_s", "lookups/s", Kind::kCount},
                   {"distinct_rows", "distinct", Kind::kCount},
                   {"l2_share", "l2", Kind::kShare},
                   {"dram_share", "dram", Kind::kShare},
                   {"host_share", "host", Kind::kShare},
                   {"ssd_share", "ssd", Kind::kShare},
                   {"remote_share", many ? "remote" : "", Kind::kShare},
                   {"sharding", many ? "shared by" : "", Kind::kText},
                   {"time_s", "time", Kind::kSeconds},
                   {"time_share", "share", Kind::kShare},
                   {"bound", "bound", Kind::kText}}};
  const Step& step = r.step;
  std::vector<std::size_t> order(loads.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return loads[a].time > loads[b].time; });
  const double time = step.time();
  for (const std::size_t i : order) {
    const Table& t = step.tables[i];
    const TableLoad& l = loads[i];
    section.rows.push_back({t.name, t.rows, t.dim, t.bytes(), t.pooling(), law_name(t), t.draws, t.draws / time,
                            l.distinct, l.l2_hits, l.hits[0], l.hits[1], l.hits[2], l.remote, sharding_name(step, i),
                            l.time, l.time / time, std::string(name(l.bound))});
  }
  if (r.top > 0 && section.rows.size() > r.top + 1) fold_others(section, r.top);
  return section;
}

// The parts of a step, which add up to it.
Section part_section(const Step& step) {
  Section section{
      "parts",
      "a step, part by part",
      {{"part", "part", Kind::kText}, {"time_s", "time", Kind::kSeconds}, {"time_share", "share", Kind::kShare}}};
  const LookupTimes& t = step.plan().times;
  const auto add = [&](std::string what, double time) {
    if (time > 0) section.rows.push_back({std::move(what), time, time / step.time()});
  };
  add("lookups in device memory", t.near);
  add("rows from the host", t.host);
  add("rows from storage", t.ssd);
  add("ids and results between devices", t.exchange);
  add("gradients and update of tables", t.update);
  add("dense layers", step.dense);
  add("gradients of dense layers between devices", step.dense_exchange);
  add("all", step.time());
  return section;
}

Section level_section(const Step& step) {
  Section section{"levels",
                  "where rows lie, on the fullest device",
                  {{"level", "level", Kind::kText},
                   {"capacity_bytes", "room", Kind::kBytes},
                   {"used_bytes", "used", Kind::kBytes},
                   {"bandwidth_bytes_per_s", "bytes/s", Kind::kCount},
                   {"row_bytes_moved", "least move", Kind::kBytes},
                   {"draws_share", "lookups", Kind::kShare}}};
  const Hierarchy levels = hierarchy_of(*step.run.device, step.run.around, step.run.host, step.run.kept_bytes);
  for (std::size_t place = 0; place < kPlaces; ++place) {
    double used = 0;
    double draws = 0;
    double all = 0;
    for (const DeviceLoad& load : step.plan().loads) {
      used = std::max(used, load.filling().bytes(static_cast<Place>(place)));
      for (std::size_t p = 0; p < kPlaces; ++p) {
        for (const RowGroup& g : load.filling().at[p]) {
          const double taken = g.rows * g.rate * load.kind().devices;
          all += taken;
          draws += p == place ? taken : 0;
        }
      }
    }
    section.rows.push_back({std::string(kPlaceNames[place]), levels[place].capacity, used, levels[place].bandwidth,
                            levels[place].grain, all > 0 ? draws / all : 0});
  }
  return section;
}

std::string sharding_words(const Plan& plan) {
  std::array<int, kShardingNames.size()> counts{};
  for (const Sharding sharding : plan.sharding) ++counts[static_cast<std::size_t>(sharding)];
  std::string text;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", counts[i], kShardingNames[i]);
  }
  return text;
}

Section plan_section(const Step& step) {
  Section section{"plans",
                  "plans, the best first",
                  {{"plan", "plan", Kind::kText},
                   {"tables", "tables", Kind::kText},
                   {"near_s", "near", Kind::kSeconds},
                   {"far_s", "far", Kind::kSeconds},
                   {"exchange_s", "exchange", Kind::kSeconds},
                   {"update_s", "update", Kind::kSeconds},
                   {"time_s", "lookups", Kind::kSeconds},
                   {"unplaced_bytes", "no room", Kind::kBytes}}};
  if (step.plans.size() < 2) return section;
  for (const Plan& p : step.plans) {
    section.rows.push_back({p.name, sharding_words(p), p.times.near, p.times.far(), p.times.exchange, p.times.update,
                            p.times.total(), p.unplaced});
  }
  return section;
}

Section other_section(std::string_view key, std::string title, std::string_view header,
                      const std::vector<OtherStep>& steps) {
  Section section{key,
                  std::move(title),
                  {{"what", header, Kind::kText},
                   {"value", "", Kind::kNumber},
                   {"table_bytes", "tables", Kind::kBytes},
                   {"device_bytes", "a device", Kind::kBytes},
                   {"plan", "plan", Kind::kText},
                   {"near_s", "near", Kind::kSeconds},
                   {"far_s", "far", Kind::kSeconds},
                   {"exchange_s", "exchange", Kind::kSeconds},
                   {"update_s", "", Kind::kSeconds},
                   {"dense_s", "dense", Kind::kSeconds},
                   {"time_s", "step", Kind::kSeconds},
                   {"prefetched_s", "prefetched", Kind::kSeconds},
                   {"samples_per_s", "samples/s", Kind::kCount}}};
  for (const OtherStep& other : steps) {
    const Step& s = *other.step;
    double device = 0;
    for (const DeviceLoad& load : s.plan().loads) device = std::max(device, load.filling().bytes());
    const LookupTimes& t = s.plan().times;
    const std::string plan = s.fits() ? s.plan().name : "fits nowhere";
    section.rows.push_back({other.what, other.value, table_bytes(s.tables), device, plan, t.near, t.far(), t.exchange,
                            t.update, s.dense + s.dense_exchange, s.time(), s.prefetched(),
                            s.fits() ? s.batch / s.time() : 0});
  }
  return section;
}

Section latency_section(const std::vector<LatencyAnswer>& answers) {
  Section section{"latencies",
                  "samples per second within a latency",
                  {{"latency_s", "latency", Kind::kSeconds},
                   {"batch", "batch", Kind::kNumber},
                   {"time_s", "time", Kind::kSeconds},
                   {"samples_per_s", "samples/s", Kind::kCount}}};
  for (const LatencyAnswer& a : answers) {
    section.rows.push_back(
        {a.latency, static_cast<double>(a.batch), a.time, a.batch > 0 ? static_cast<double>(a.batch) / a.time : 0});
  }
  return section;
}

std::string reuse_sentence(const Step& step) {
  double draws = 0;
  double distinct = 0;
  double again = 0;
  for (const Table& t : step.tables) {
    const AccessLaw law = t.access.law(t.rows);
    draws += t.draws;
    const double d = law.distinct(t.draws);
    distinct += d;
    again += d * law.reuse_between(t.draws);
  }
  return fmt::format(
      "Reuse: of {} lookups of a step {} rows are distinct, {} come again within it; {} of the distinct "
      "rows were among those of the step before.",
      human_count(draws), human_count(distinct), human_percent(1 - distinct / draws), human_percent(again / distinct));
}

std::vector<std::string> sentences_of(const TablesReport& r) {
  const Step& s = r.step;
  std::vector<std::string> list;
  const double lookups = s.plan().times.total();
  list.push_back(fmt::format("A step takes {}: {} of it tables, {} dense layers; {} samples per second.",
                             human_seconds(s.time()), human_percent(lookups / s.time()),
                             human_percent((s.dense + s.dense_exchange) / s.time()), human_count(s.batch / s.time())));
  if (s.plan().times.far() > 0) {
    list.push_back(
        fmt::format("Nothing overlaps in it. If rows that are not in device memory are fetched for the next "
                    "batch meanwhile, it takes {}.",
                    human_seconds(s.prefetched())));
  }
  list.push_back(reuse_sentence(s));
  double flops = 0;
  double bytes = 0;
  for (const Table& t : s.tables) {
    flops += (t.draws - t.bags) * t.dim;
    bytes += t.draws * t.row_bytes;
  }
  list.push_back(fmt::format("Tables: {} FLOP for each byte looked up; {} of them for each device of {}.",
                             human_number(flops / bytes), human_capacity(table_bytes(s.tables) / s.run.devices),
                             human_capacity(s.run.device->dram.capacity ? s.run.device->dram.capacity->value() : 0)));
  const bool stated = std::any_of(s.tables.begin(), s.tables.end(),
                                  [](const Table& t) { return t.access.kind != Access::Kind::kUnstated; });
  if (!stated)
    list.emplace_back(
        "How ids are distributed is not stated: every lookup is taken to go to memory, all rows alike. --set "
        "access=zipf:1.05 states it.");
  return list;
}

}  // namespace

SectionedReport tables_report(const TablesReport& r) {
  const Step& s = r.step;
  const std::vector<TableLoad> loads = table_loads(s.plan(), s.run, s.tables.size());
  double rows = 0;
  for (const Table& t : s.tables) rows += t.rows;
  SectionedReport report{
      .title = fmt::format("{} on {:g} {}: the tables in {}, batch {:g}: {} tables, {} rows, {}", s.estimate.model,
                           s.run.devices, s.estimate.device, name(s.estimate.phase), s.batch, s.tables.size(),
                           human_count(rows), human_bytes(table_bytes(s.tables))),
      .command = r.command,
      .facts = {{"model", s.estimate.model},
                {"device", s.estimate.device},
                {"devices", s.run.devices},
                {"phase", std::string(name(s.estimate.phase))},
                {"batch", s.batch},
                {"plan", s.plan().name},
                {"host_access", std::string(kHostAccessNames[static_cast<std::size_t>(s.run.host)])},
                {"kept_bytes", s.run.kept_bytes},
                {"time_s", s.time()},
                {"prefetched_s", s.prefetched()},
                {"samples_per_s", s.batch / s.time()},
                {"tables_s", s.plan().times.total()},
                {"dense_s", s.dense + s.dense_exchange}}};
  report.sections.push_back(table_section(r, loads));
  report.sections.push_back(part_section(s));
  report.sections.push_back(level_section(s));
  report.sections.push_back(plan_section(s));
  report.sections.push_back(other_section("shrunk", "as device memory shrinks", "device memory", r.shrunk));
  report.sections.push_back(other_section("grown", "as tables and devices grow", "tables and devices", r.grown));
  report.sections.push_back(latency_section(r.latencies));
  report.sentences = sentences_of(r);
  return report;
}

}  // namespace ridgepoint
