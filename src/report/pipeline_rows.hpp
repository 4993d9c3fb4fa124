#pragma once
// The rows that every format of a pipeline's report is written from.

#include "report/columns.hpp"
#include "report/pipeline.hpp"

namespace ridgepoint {

/// A column over rows of type Row: its key in files, its header in tables, what kind of value it is.
template <class Row>
struct PipelineColumn {
  std::string_view key;
  std::string_view header;
  ColumnKind kind = ColumnKind::kText;
  Cell (*cell)(const Row& row);
};

/// A part of a run, with the run around it.
struct PartRow {
  const Pipeline& run;
  const PipelinePart& part;
};

std::span<const PipelineColumn<SampledHop>> hop_columns();
std::span<const PipelineColumn<PartRow>> part_columns();
std::span<const PipelineColumn<Pipeline>> run_columns();

/// A number of things as people read it: whole where it is whole.
std::string human_size(double value);

/// A cell as people read it.
std::string human_cell(ColumnKind kind, const Cell& cell);

}  // namespace ridgepoint
