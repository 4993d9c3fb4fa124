// Configs of published sizes, against what the transformers library makes of them (tests/oracle/hf_configs.py).

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "importers/hf/reading.hpp"
#include "io/csv.hpp"
#include "network/description_reader.hpp"
#include "network/description_writer.hpp"
#include "tests/importers/importing.hpp"
#include "tests/places.hpp"

namespace ridgepoint {
namespace {

namespace fs = std::filesystem;
const fs::path kFixtures = source_root() / "tests" / "importers" / "hf" / "fixtures";

std::string field(const CsvTable& table, const CsvRow& row, std::string_view name) {
  const int column = table.column(name);
  REQUIRE(column >= 0);
  return row.fields[static_cast<std::size_t>(column)];
}

// "batch=2 seq=128"
Attributes settings(const std::string& text) {
  Attributes list;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const std::size_t equal = word.find('=');
    REQUIRE(equal != std::string::npos);
    list.push_back({word.substr(0, equal), Value(word.substr(equal + 1))});
  }
  return list;
}

// PyTorch's counter has no regard to masks.
double macs_without_masks(Network network) {
  for (Layer& layer : network.layers) {
    if (auto* attention = std::get_if<FusedAttention>(&layer.op)) {
      attention->causal = false;
      attention->window = attention->chunk = 0;
    }
  }
  return macs_of(network);
}

void check_counts(const Description& description, double parameters, const std::string& macs, const std::string& set) {
  Network network = instantiate(description, {.phase = Phase::kInference, .parameters = settings(set)});
  CHECK(fmt::format("{}", parameters_of(network)) == fmt::format("{}", parameters));
  const Description back = read_description(Document::parse("written.json", write_description(description)));
  const Network again = instantiate(back, {.phase = Phase::kInference, .parameters = settings(set)});
  CHECK((parameters_of(again) == parameters_of(network) && macs_of(again) == macs_of(network)));
  if (macs.empty()) return;
  const double expected = std::stod(macs);
  const double counted = macs_without_masks(std::move(network));
  INFO(fmt::format("macs {} for {}, {:+.3f} %", counted, expected, 100 * (counted / expected - 1)));
  CHECK(std::abs(counted - expected) <= 1e-3 * expected);
}

void check_fixture(const std::string& path, double parameters, const std::string& macs, const std::string& set) {
  const std::string thrown = message_of([&] {
    const Description description = imported(path);
    CHECK(description.warnings == std::vector<std::string>{});
    check_counts(description, parameters, macs, set);
  });
  CHECK(thrown == "(nothing thrown)");
}

// A row of the table in docs/import.md.
std::string row_of(const hf::Kind& kind) {
  std::vector<std::string_view> types = kind.types();
  std::sort(types.begin(), types.end());
  return fmt::format("| {} | `{}` |\n", kind.what, fmt::join(types, "`, `"));
}

TEST_CASE("docs/import.md lists the model types that are read", "[importers][hf][docs]") {
  const std::string path = source_root().string() + "/docs/import.md";
  std::string text = read_file(path);
  if (std::getenv("RIDGEPOINT_UPDATE_DOCS") != nullptr) {
    const std::string header = "| kind | types |\n| --- | --- |\n";
    const std::size_t from = text.find(header) + header.size();
    std::string rows;
    for (const hf::Kind& kind : hf::kinds()) rows += row_of(kind);
    text.replace(from, text.find("\n\n", from) + 1 - from, rows);
    write_file(path, text);
  }
  for (const hf::Kind& kind : hf::kinds()) {
    const std::string row = row_of(kind);
    CHECK((text.find(row) != std::string::npos ? row : "missing") == row);
  }
}

TEST_CASE("configs have the parameters and products of the transformers library", "[importers][hf]") {
  std::size_t count = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(kFixtures)) {
    if (entry.path().extension() != ".csv") continue;
    const CsvTable table = read_csv(entry.path().string());
    for (const CsvRow& row : table.rows) {
      const std::string name = field(table, row, "name");
      INFO(fmt::format("{}/{}", entry.path().stem().string(), name));
      const fs::path config = kFixtures / entry.path().stem() / (name + ".json");
      check_fixture(config.string(), std::stod(field(table, row, "parameters")), field(table, row, "macs"),
                    field(table, row, "set"));
      ++count;
    }
  }
  CHECK(count >= 50);
}

std::string said(const std::string& text) {
  const TextFile file(text);
  std::string message = message_of([&] { return imported(file.path()); });
  if (const std::size_t at = message.find(file.path()); at != std::string::npos) message.erase(at, file.path().size());
  return message.substr(0, message.find('\n'));
}

// diffusers gives each of the 28 layers an embedding of time and class, and keeps the table of positions as a buffer.
TEST_CASE("DiT of the diffusers library is that of its paper, with an embedding in each layer", "[importers][hf]") {
  const TextFile file(R"({"_class_name": "Transformer2DModel", "_diffusers_version": "0.12.0.dev0",
    "activation_fn": "gelu-approximate", "attention_bias": true, "attention_head_dim": 72,
    "cross_attention_dim": null, "dropout": 0.0, "in_channels": 4, "norm_elementwise_affine": false,
    "norm_num_groups": 32, "norm_type": "ada_norm_zero", "num_attention_heads": 16, "num_embeds_ada_norm": 1000,
    "num_layers": 28, "num_vector_embeds": null, "only_cross_attention": false, "out_channels": 8, "patch_size": 2,
    "sample_size": 32, "upcast_attention": false, "use_linear_projection": false})");
  const Description description = imported(file.path());
  CHECK(description.warnings == std::vector<std::string>{});
  const Network paper = network_of("dit-xl-2");
  const Network network = instantiate(description, {.phase = Phase::kInference});
  const double width = 1152;
  const double embedding = 256 * width + width + width * width + width + 1001 * width;
  CHECK(parameters_of(network) == parameters_of(paper) + 27 * embedding - 256 * width);
  CHECK(macs_of(network) == macs_of(paper) + 27 * (256 * width + width * width));
}

TEST_CASE("what is wrong in the config of an encoder is named with its key", "[importers][hf]") {
  CHECK(said(R"({"model_type": "bert", "hidden_size": "768"})") == ":1:39: error: \"hidden_size\" is a string");
  CHECK(said(R"({"model_type": "bert", "num_attention_heads": 7})") ==
        ":1:47: error: 7 heads do not divide a width of 768");
  CHECK(said(R"({"model_type": "bert", "num_hidden_layers": 0})") == ":1:45: error: \"num_hidden_layers\" is 0");
  CHECK(said(R"({"model_type": "bert", "position_embedding_type": "relative_key"})") ==
        ":1:51: error: positions of the kind \"relative_key\"");
  CHECK(said(R"({"model_type": "roberta", "max_position_embeddings": 2})") == ":1:54: error: 2 rows of positions");
  CHECK(said(R"({"model_type": "deberta", "relative_attention": true, "pos_att_type": ["c2p"]})") ==
        ":1:71: error: other positions than these two are not known here");
}

TEST_CASE("what is wrong in the config of an encoder of images or speech is named with its key", "[importers][hf]") {
  CHECK(said(R"({"model_type": "vit", "image_size": [224, 196]})") == ":1:37: error: \"image_size\" is no square");
  CHECK(said(R"({"model_type": "clip", "text_config": {}})") ==
        ":1:1: error: missing key \"vision_config\" in the config");
  CHECK(said(R"({"model_type": "clip", "text_config": {}, "vision_config": {"hidden_size": 0}})") ==
        ":1:76: error: \"vision_config.hidden_size\" is 0");
  CHECK(said(R"({"model_type": "swin", "num_heads": [3, 6]})") ==
        ":1:37: error: \"num_heads\" has 2 entries for 4 layers");
  CHECK(said(R"({"model_type": "convnext", "hidden_sizes": [96, 192, 384, 700]})") ==
        ":1:44: error: stage 4 has 700 channels behind 384");
  CHECK(said(R"({"model_type": "wav2vec2", "conv_dim": [512, 512]})") ==
        ":1:40: error: \"conv_dim\", \"conv_kernel\" and \"conv_stride\" differ in length");
  CHECK(said(R"({"model_type": "detr", "backbone": "resnet5"})") == ":1:36: error: unknown backbone \"resnet5\"");
  CHECK(said(R"({"model_type": "bart", "encoder_ffn_dim": 4096, "decoder_ffn_dim": 2048})") ==
        ":1:68: error: \"decoder_ffn_dim\" is 2048 and \"encoder_ffn_dim\" is 4096");
  CHECK(said(R"({"model_type": "t5", "feed_forward_proj": "gated-swish2"})") ==
        ":1:1: error: unknown activation \"swish2\"");
}

}  // namespace
}  // namespace ridgepoint
