// `beamwright mcp`: reviews for coding agents, by the Model Context Protocol over standard input and output.
#pragma once

#include <string>
#include <vector>

namespace beamwright::serve {

struct McpOptions {
  std::vector<std::string> roots;  // what may be read; empty: everything
  unsigned jobs = 1;
};

// Serves until the client closes its side or is gone. Empty, or why it cannot begin: a root that is no folder.
std::string serve_mcp(const McpOptions& options, int input, int output);

}  // namespace beamwright::serve
