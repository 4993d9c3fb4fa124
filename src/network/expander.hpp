#pragma once
// Expands a description: its items and blocks, in their order, into the layers of a network.

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "network/network.hpp"
#include "network/scope.hpp"

namespace ridgepoint {

/// What the items of one body (the network's, or one repetition of a block's) can name.
struct Body {
  std::unordered_map<std::string, int> tensors;
  std::unordered_map<std::string, int> layers;
  std::unordered_set<std::string> names;
  const std::vector<Item>* items = nullptr;  ///< all of them, those to come included
  std::string prefix;
  std::string block;
  int previous = -1;
};

/// The item's own name, or the op's or block's, numbered from the second on. Throws InputError when it is taken.
std::string take_name(const Item& item, Body& body);

/// The tensor of a name. Throws InputError when there is none (yet).
int find_tensor(const Reference& reference, const Body& body);

/// The tensors that an item takes: those it names, or what the item before it gives.
std::vector<int> inputs_of(const Item& item, const Body& body);

/// Fills a network with the layers and tensors of a description. Throws InputError at the place of what does not fit.
class Expander {
 public:
  Expander(const Description& description, Network& network, GlobalScope& globals, const PrecisionItem& asked);
  void run();

 private:
  struct BlockName {
    std::string path;
    std::string outer_block;
    std::string name;
  };

  void add_input(const InputItem& input, Body& body);
  int add_tensor(Tensor tensor);
  void expand_items(const std::vector<Item>& items, Body& body, Scope& scope);
  [[nodiscard]] std::optional<Precision> formats_of(const Item& item) const;
  void expand_layer(const Item& item, Body& body, Scope& scope);
  void infer(const Item& item, Layer& layer);
  [[noreturn]] static void fail(const Item& item, const Layer& layer, const OpError& error);
  void tie(const Item& item, const Body& body, Layer& layer);
  void publish(const Layer& layer, const std::string& name, Body& body);

  const Block& find_block(const Item& item) const;
  Scope bind_block(const Item& item, const Block& block, Scope& outer);
  void expand_block(const Item& item, Body& body, Scope& outer);
  std::vector<int> repeat_block(const Item& item, const Block& block, std::int64_t repeat, std::vector<int> carried,
                                const BlockName& name, Scope& scope);
  std::vector<int> expand_body(const Block& block, const std::vector<int>& carried, Body& body, Scope& scope);
  [[nodiscard]] bool same_types(const std::vector<int>& outputs, const std::vector<int>& inputs) const;
  /// Repetitions of a block that become one set of rows.
  struct Repetitions {
    std::size_t first = 0;      ///< their first layer
    const std::string& prefix;  ///< of its name
    const std::string& path;    ///< of the block
    std::int64_t from = 0;
    std::int64_t repeat = 1;
    bool shared = false;
  };
  void stand_for(const Item& item, const Repetitions& these);
  void share(const Item& item, std::size_t first, std::size_t layers, std::size_t repetition);
  void hand_over(const std::vector<int>& inputs, const std::vector<int>& outputs, std::size_t first,
                 std::int64_t times);

  const Description& description_;
  Network& network_;
  GlobalScope& globals_;
  std::unordered_map<std::string, const Block*> blocks_;
  std::vector<const Block*> open_;
  bool skipping_ = false;  ///< inside an item that is skipped
  const PrecisionItem& asked_;
  std::optional<Precision> precision_{};  ///< inside an item with formats of its own
  std::size_t items_ = 0;                 ///< expanded so far
};

}  // namespace ridgepoint
