// The words of `beamwright hook`.
#pragma once

#include <string>

#include "app/command.h"

namespace beamwright::app {

class HookCommand final : public Command {
 public:
  void add_to(CLI::App& app) override;
  int run() override;

 private:
  std::string host_;
  std::string path_;
  std::string since_ = "HEAD";
  std::string fail_on_;
  unsigned jobs_ = 0;  // 0: as many as there are processors
};

// The exit code of a hook that cannot do its work, a wrong call included. Not 2 as elsewhere: to the hosts of hooks, 2 sends the
// agent back to work, and an agent cannot mend a hook.
inline constexpr int kHookFault = 1;

}  // namespace beamwright::app
