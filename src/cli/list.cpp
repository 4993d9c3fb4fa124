#include <fmt/format.h>

#include <CLI/Option.hpp>

#include "calibrate/local_devices.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/run_arguments.hpp"
#include "core/text.hpp"
#include "families/family.hpp"
#include "hardware/device.hpp"
#include "io/data_path.hpp"
#include "ops/op.hpp"
#include "report/listing.hpp"
#include "report/report.hpp"

namespace ridgepoint {
namespace {

// The summary that each file of a catalog states.
std::vector<Listed> list_catalog(const Catalog& catalog) {
  std::vector<Listed> items;
  for (const std::string& name : names_in(catalog)) {
    const auto document = Document::load(resolve(catalog, name));
    const Node* summary = document->root().find("summary");
    items.push_back({name, summary != nullptr ? summary->text : ""});
  }
  return items;
}

std::vector<Listed> list_models() { return list_catalog(kModels); }
std::vector<Listed> list_devices() { return list_catalog(kDevices); }

// "linear: ... (out_features, [bias])": required attributes bare, optional ones in brackets.
std::vector<Listed> list_ops() {
  std::vector<Listed> items;
  for (const OpEntry& entry : op_entries()) {
    std::string attributes;
    const auto add = [&](const auto& field) {
      attributes += attributes.empty() ? "" : ", ";
      attributes += field.required ? std::string(field.name) : fmt::format("[{}]", field.name);
    };
    std::visit([&]<class T>(const T&) { std::apply([&](const auto&... field) { (add(field), ...); }, T::fields()); },
               entry.prototype);
    items.push_back(
        {std::string(entry.name), std::string(entry.summary) + (attributes.empty() ? "" : ": " + attributes)});
  }
  return items;
}

std::vector<Listed> list_families() {
  std::vector<Listed> items;
  for (const Family& family : families()) items.push_back({std::string(family.name), std::string(family.summary)});
  return items;
}

std::vector<Listed> list_formats() {
  std::vector<Listed> items;
  for (const Format& format : formats()) items.push_back({std::string(format.name), std::string(format.summary)});
  return items;
}

struct Topic {
  std::string_view name;
  std::vector<Listed> (*list)();
};

constexpr std::array kTopics{Topic{"models", list_models}, Topic{"devices", list_devices}, Topic{"ops", list_ops},
                             Topic{"families", list_families}, Topic{"formats", list_formats}};

std::vector<Listed> list_local_devices() {
  std::vector<Listed> items;
  for (LocalDevice& device : local_devices()) items.push_back({std::move(device.name), std::move(device.summary)});
  return items;
}

struct ListArguments {
  std::string topic;
  bool local = false;
  std::string format = "table";
};

int list(const ListArguments& a) {
  const Topic& topic = kTopics[choose("topic", a.topic, names_of(kTopics))];
  const Format& format = choose_format(a.format, "");
  if (a.local && topic.name != "devices")
    throw InputError({fmt::format("--local is of devices, not of {}", topic.name), "list devices --local"});
  emit("", write_listing(a.local ? list_local_devices() : topic.list(), format.name));
  return 0;
}

}  // namespace

std::vector<std::string_view> list_topics() { return names_of(kTopics); }

Action declare_list(CLI::App& app) {
  const auto a = std::make_shared<ListArguments>();
  app.add_option("WHAT", a->topic, "models, devices, ops, families or formats")->required();
  app.add_flag("--local", a->local, "Of devices: those of this machine that can be calibrated, or why not");
  app.add_option("--format", a->format, "table, json, csv or markdown")->type_name("NAME");
  return [a] { return list(*a); };
}

}  // namespace ridgepoint
