#pragma once

namespace ridgepoint {

/// Parses the command line and runs the command. The exit code: 0 done, 1 wrong input, 2 wrong command line, 3 a bug.
int run_tool(int argc, const char* const* argv);

}  // namespace ridgepoint
