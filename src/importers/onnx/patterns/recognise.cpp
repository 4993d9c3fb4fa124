#include "importers/onnx/context.hpp"
#include "importers/onnx/patterns/matcher.hpp"
#include "importers/onnx/patterns/patterns.hpp"

namespace ridgepoint::onnx {
namespace {

using Match = bool (*)(Matcher& m, Node& anchor);

// Small ones first: the larger are made of them.
constexpr Match kPatterns[]{match_gelu,   match_gated_activation, match_norm, match_group_norm,
                            match_linear, match_channel_affine,   match_rope, match_attention};

// A node whose attributes are not known is no part of a pattern.
void try_match(Match match, Matcher& m, Node& anchor) {
  try {
    (void)match(m, anchor);
  } catch (const Unknown&) {
  }
}

}  // namespace

void recognise(Graph& graph) {
  Matcher m(graph);
  for (const Match match : kPatterns) {
    for (Node& node : graph.nodes) {
      if (!node.dead && node.op.empty() && is_whole(node)) try_match(match, m, node);
    }
  }
}

}  // namespace ridgepoint::onnx
