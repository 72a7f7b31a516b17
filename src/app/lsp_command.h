// The words of `beamwright lsp`.
#pragma once

#include "app/command.h"

namespace beamwright::app {

class LspCommand final : public Command {
 public:
  void add_to(CLI::App& app) override;
  int run() override;

 private:
  bool include_tests_ = false;
  bool stdio_ = false;
  unsigned jobs_ = 0;  // 0: as many as there are processors
};

}  // namespace beamwright::app
