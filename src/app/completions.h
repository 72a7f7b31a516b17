// `completions SHELL`: what bash, zsh or fish need to complete the program's commands, options and values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/command.h"
#include "app/command_table.h"

namespace beamwright::app {

// Scripts for a shell to read: `source <(beamwright completions bash)`, or a file where the shell looks for completions. Only
// what the shell itself brings is used; bash-completion is not needed.
std::string bash_completions(const std::vector<CommandRow>& table);
std::string zsh_completions(const std::vector<CommandRow>& table);
std::string fish_completions(const std::vector<CommandRow>& table);

class CompletionsCommand final : public Command {
 public:
  void add_to(CLI::App& app) override;
  int run() override;

 private:
  const CLI::App* program_ = nullptr;
  std::string shell_;
};

}  // namespace beamwright::app
