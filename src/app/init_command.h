// The words of `beamwright init`: what it would change is shown file by file, and written when the one who asks says so.
#pragma once

#include <string>
#include <vector>

#include "app/command.h"
#include "app/init/plan.h"

namespace beamwright::app {

class InitCommand final : public Command {
 public:
  void add_to(CLI::App& app) override;
  int run() override;

 private:
  // What the words and the project say, and for what neither says the answer of the one at the terminal.
  InitChoice choice() const;
  // Whether this change shall be made. "All" answers for those that follow; "quit" ends the asking.
  bool wanted(const FileChange& change);
  int change_files(const InitPlan& plan);
  bool asks() const { return !yes_ && !dry_run_; }

  std::string folder_ = ".";
  std::string ci_;
  std::vector<std::string> agents_;
  bool yes_ = false, dry_run_ = false, undo_ = false;
  bool quit_ = false;
  std::string color_ = "auto";
};

}  // namespace beamwright::app
