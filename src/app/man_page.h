// `man`: the manual page of the program, made of what its command line knows about itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/command.h"
#include "app/command_table.h"

namespace beamwright::app {

// A page for section 1, in the macros of man(7), which every formatter reads.
std::string man_page(const std::vector<CommandRow>& table, std::string_view version);

class ManCommand final : public Command {
 public:
  void add_to(CLI::App& app) override;
  int run() override;

 private:
  const CLI::App* program_ = nullptr;
};

}  // namespace beamwright::app
