#include "app/lsp_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>

#include "base/parallel.h"
#include "serve/lsp.h"

namespace beamwright::app {

void LspCommand::add_to(CLI::App& app) {
  command_ = app.add_subcommand("lsp", "Serve editors by the Language Server Protocol, over standard input and output");
  command_->add_flag("--stdio", stdio_, "What many editors add: standard input and output, which are used anyway");
  command_->add_flag("--include-tests", include_tests_, "Review tests too");
  command_->add_option("--jobs", jobs_, "Threads of a review; all processors unless given")->check(CLI::Range(1, 1024));
  command_->footer("Exit codes: 0 after the client's shutdown request, else 1.");
}

int LspCommand::run() {
  review::CheckOptions options;
  options.include_tests = include_tests_;
  options.jobs = jobs_ > 0 ? jobs_ : default_jobs();
  return serve::serve_lsp(STDIN_FILENO, STDOUT_FILENO, options);
}

}  // namespace beamwright::app
