// The words of `beamwright check`, and what it prints.
#pragma once

#include <string>
#include <vector>

#include "app/command.h"
#include "review/check.h"

namespace beamwright::app {

class CheckCommand final : public Command {
 public:
  void add_to(CLI::App& app) override;
  // Prints the review.
  int run() override;

 private:
  // What the words mean together, or nothing after a complaint.
  bool prepare();
  bool read_stdin();
  // Why --fix or --diff cannot be had with the other words; empty when they can.
  std::string fault_of_rewriting() const;
  int write_baseline(const review::Checked& checked) const;
  bool colored() const;
  report::TextOptions text_options(const design::Design& design) const;

  review::CheckOptions options_;
  std::vector<std::string> select_, ignore_;
  std::string configuration_;
  bool no_configuration_ = false;
  std::string written_baseline_;
  std::string format_ = "text";
  std::string output_;  // a file; empty: standard output
  std::string fail_on_;
  std::string color_ = "auto";
  bool statistics_ = false;
  bool diff_ = false;
  bool fix_ = false;
  bool design_ = false;
  unsigned jobs_ = 0;  // 0: as many as there are processors
};

}  // namespace beamwright::app
