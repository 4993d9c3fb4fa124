#pragma once
// What recommenders share: MLPs, tables of categorical features, cross networks.

#include <string>
#include <string_view>
#include <vector>

#include "families/build.hpp"
#include "families/compact_reader.hpp"

namespace ridgepoint {

/// One architecture of the family: its word, and what reads its keys and writes it down.
struct RecommenderArchitecture {
  std::string_view name;
  void (*describe)(CompactReader& reader, Description& description);
};

void describe_dlrm(CompactReader& reader, Description& description);
void describe_dcn(CompactReader& reader, Description& description);
void describe_wide_deep(CompactReader& reader, Description& description);
void describe_deepfm(CompactReader& reader, Description& description);
void describe_ncf(CompactReader& reader, Description& description);
void describe_two_tower(CompactReader& reader, Description& description);
void describe_din(CompactReader& reader, Description& description);
void describe_dien(CompactReader& reader, Description& description);
void describe_sim(CompactReader& reader, Description& description);
void describe_hstu(CompactReader& reader, Description& description);

/// Reads `access`, the law of the ids, and gives it to every table of the description.
void read_access(CompactReader& reader, Description& description);

/// Linear layers of these widths, each followed by `activation`, the last one by `last` ("" for nothing).
Block mlp(const std::string& name, const std::vector<Value>& widths, const std::string& last,
          const std::string& activation = "relu");

/// A list of widths that must be given, or may be absent and is then empty.
std::vector<Value> read_widths(CompactReader& reader, std::string_view key);
std::vector<Value> read_optional_widths(CompactReader& reader, std::string_view key);

/// The ids of one sample, and the attribute that says how many each table takes: one number stays a parameter.
struct Lookups {
  Value ids;
  Value per_table;
};
Lookups read_lookups(CompactReader& reader, std::size_t tables);

/// Categorical features with tables, and dense ones (which may be none).
struct Features {
  std::vector<std::int64_t> tables;
  Lookups lookups;
  bool dense = false;
};

/// Reads `batch`, `dim`, `tables`, `lookups` and the optional `features`; adds the inputs `ids` and `dense`.
Features read_features(CompactReader& reader, Description& description);

/// The embeddings of all features side by side, behind the dense ones where there are any: the last item's output.
void add_joined_features(const Features& features, std::vector<Item>& items);

/// A weight for each row of each table, summed over a sample, and a linear layer over the dense features: the linear
/// part of wide & deep models and of factorization machines, [batch, 1]. Names its result.
std::string add_linear_part(const Features& features, std::vector<Item>& items);

/// One layer of a cross network over inputs x and x0: x0 * f(x) + x. f is a product with one vector (v1; Wang et al.,
/// arXiv 1708.05123), with a matrix (v2; arXiv 2008.13535), or with one of low rank.
enum class Cross : std::uint8_t { kVector, kMatrix, kLowRank };
Cross read_cross(CompactReader& reader, std::string_view fallback);
Block cross_layer(Cross cross);

/// What describes a history of items: the features of an item, its tables, the positions.
struct History {
  std::vector<std::int64_t> tables;
  std::string width;  ///< of an item: tables x dim
};

/// Reads `tables` (of an item's features), `dim`, `history`, `batch` and the optional `user_tables`; adds the inputs.
History read_history(CompactReader& reader, Description& description);
/// `items`[batch, history, width] and `target`[batch, width], from the same tables.
void add_history(const History& history, std::vector<Item>& items);
/// The rest of a sample and a classifier over all: joins `parts` with the target and the user's features.
void add_head(const std::vector<std::string>& parts, bool users, std::vector<Item>& items);

/// The scores [batch, history, 1] that an MLP gives each item of a history for a target (DIN's activation unit; Zhou et
/// al., arXiv 1706.06978): inputs items, target.
Block activation_unit(const std::vector<Value>& widths, const std::string& activation);

/// x [1 / (1 + exp(-norm(x)))] and a learned part of the rest (Dice; arXiv 1706.06978), as an MLP's block.
Block dice_mlp(const std::string& name, const std::vector<Value>& widths);

}  // namespace ridgepoint
