#pragma once
// Convolutions of graph networks, and the graphs that they run over.

#include <string>
#include <vector>

#include "families/build.hpp"
#include "families/compact_reader.hpp"

namespace ridgepoint {

/// What a graph convolution is made of, besides its sizes.
struct ConvolutionOptions {
  bool sampled = false;  ///< nodes that receive are the first of those that send
  bool mean = false;     ///< attention: each head has the whole width, and their mean is taken
};

/// A convolution as a block: input x[sources, in], output [targets, out]; parameters `out`, `targets`, `edges`, and
/// `heads` where there is attention.
using MakeConvolution = Block (*)(const ConvolutionOptions& options);

/// Kipf and Welling, arXiv 1609.02907.
Block gcn_convolution(const ConvolutionOptions& options);
/// Hamilton et al., arXiv 1706.02216: the mean of the neighbours, a maximum over what a layer makes of them, or an LSTM
/// over them.
Block sage_mean_convolution(const ConvolutionOptions& options);
Block sage_pool_convolution(const ConvolutionOptions& options);
Block sage_lstm_convolution(const ConvolutionOptions& options);
/// Velickovic et al., arXiv 1710.10903; Brody et al., arXiv 2105.14491.
Block gat_convolution(const ConvolutionOptions& options);
Block gatv2_convolution(const ConvolutionOptions& options);
/// Xu et al., arXiv 1810.00826.
Block gin_convolution(const ConvolutionOptions& options);
/// Schlichtkrull et al., arXiv 1703.06103: a matrix per relation, or combinations of bases.
Block rgcn_convolution(const ConvolutionOptions& options);
Block rgcn_basis_convolution(const ConvolutionOptions& options);

/// The rows of x that receive, in a sampled graph the first ones: adds a view where it is needed and names it.
std::string targets_of(const ConvolutionOptions& options, std::vector<Item>& items);

/// A graph of several kinds of nodes and relations between them (R-GCN and R-GAT as in OGB and MLPerf): describes the
/// whole network.
void describe_relational(CompactReader& reader, bool attention, Description& description);

/// The nodes and edges of each layer as expressions: layer i takes sources[i] nodes to targets[i] over edges[i].
struct LayerSizes {
  std::vector<std::string> sources;
  std::vector<std::string> targets;
  std::vector<std::string> edges;
};

/// Adds parameters for the hops of a sampled mini-batch, from `batch` seeds outwards: n1, e1 ... With `subgraph` every
/// layer runs over all that was sampled (PyTorch Geometric), else over what its outputs need (DGL's blocks).
LayerSizes sampled_sizes(const std::vector<std::int64_t>& fan_outs, bool subgraph, Description& description);

}  // namespace ridgepoint
