// The words of `beamwright check`, and what it prints.
#pragma once

#include <string>
#include <vector>

#include "app/check.h"

namespace CLI {
class App;
}

namespace beamwright::app {

class CheckCommand {
 public:
  // Adds the command to the program's words. The object must stay where it is.
  void add_to(CLI::App& app);
  bool parsed() const;
  // Prints the review; gives the exit code.
  int run();

 private:
  // What the words mean together, or nothing after a complaint.
  bool prepare();
  bool read_stdin();
  int write_baseline(const Checked& checked) const;

  CLI::App* command_ = nullptr;
  CheckOptions options_;
  std::vector<std::string> select_, ignore_;
  std::string configuration_;
  bool no_configuration_ = false;
  std::string written_baseline_;
  std::string format_ = "text";
  std::string fail_on_;
  std::string color_ = "auto";
  bool statistics_ = false;
  bool design_ = false;
  unsigned jobs_ = 0;  // 0: as many as there are processors
};

}  // namespace beamwright::app
