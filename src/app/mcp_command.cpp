#include "app/mcp_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>

#include "app/cli.h"
#include "app/output.h"
#include "base/parallel.h"
#include "serve/mcp.h"

namespace beamwright::app {

void McpCommand::add_to(CLI::App& app) {
  command_ = app.add_subcommand("mcp", "Serve coding agents by the Model Context Protocol, over standard input and output");
  command_->add_option("--root", roots_, "A folder that may be read, with all below it; repeatable, everything unless given")
      ->allow_extra_args(false);
  command_->add_option("--jobs", jobs_, "Threads of a review; all processors unless given")->check(CLI::Range(1, 1024));
}

int McpCommand::run() {
  const std::string fault = serve::serve_mcp({roots_, jobs_ > 0 ? jobs_ : default_jobs()}, STDIN_FILENO, STDOUT_FILENO);
  if (fault.empty()) return kExitClean;
  complain(fault);
  return kExitError;
}

}  // namespace beamwright::app
