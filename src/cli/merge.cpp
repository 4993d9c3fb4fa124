#include <CLI/Option.hpp>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "io/files.hpp"
#include "report/shard.hpp"

namespace ridgepoint {
namespace {

struct MergeArguments {
  std::vector<std::string> files;
  std::string output;
};

int merge(const MergeArguments& a) {
  std::vector<ShardFile> files;
  for (const std::string& path : a.files) files.push_back({path, read_file(path)});
  emit(a.output, merge_shards(files));
  return 0;
}

}  // namespace

Action declare_merge(CLI::App& app) {
  const auto a = std::make_shared<MergeArguments>();
  app.add_option("FILES", a->files, "CSV files of `ridgepoint sweep --shard`, in any order")->required();
  app.add_option("-o,--output", a->output, "Write to this file")->type_name("FILE");
  return [a] { return merge(*a); };
}

}  // namespace ridgepoint
