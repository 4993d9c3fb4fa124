#pragma once
// What the host does for a batch, on one of its cores.

#include "hardware/device.hpp"
#include "pipeline/batch.hpp"

namespace ridgepoint {

/// A processor whose kernels can be priced: itself where it was measured, else with curves from its data sheet and
/// typical latencies. Throws InputError when it is no processor.
Device priced_host(const Device& host);

/// One core of it, with its share of the memory's bandwidth, or what a core reaches alone where that is more.
Device one_core(const Device& host);

/// A core's time to draw a batch: every hop's edges, and a probe of the table of nodes for each. Samplers that look for
/// the edges between a batch's nodes scan the edges of all of them.
Seconds drawing_time(const PipelinePlan& plan, const PlannedBatch& planned, const Device& core);

/// A core's time to copy rows from anywhere in a table into a buffer that can be sent.
Seconds gathering_time(double rows, double row_bytes, double table_rows, const Device& core);

}  // namespace ridgepoint
