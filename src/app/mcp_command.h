// The words of `beamwright mcp`.
#pragma once

#include <string>
#include <vector>

#include "app/command.h"

namespace beamwright::app {

class McpCommand final : public Command {
 public:
  void add_to(CLI::App& app) override;
  int run() override;

 private:
  std::vector<std::string> roots_;
  unsigned jobs_ = 0;  // 0: as many as there are processors
};

}  // namespace beamwright::app
