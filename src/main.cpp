#include "cli/tool.hpp"

int main(int argc, char** argv) { return ridgepoint::run_tool(argc, argv); }
