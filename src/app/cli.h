// The command line: what the words mean, and which exit code they end with.
#pragma once

namespace beamwright::app {

// Exit codes, the same for every command.
enum ExitCode : int {
  kExitClean = 0,  // nothing at or above --fail-on; for other commands, done
  kExitFound = 1,  // a finding at or above --fail-on
  kExitError = 2,  // the call, the world or Beamwright itself is at fault
};

// Never throws.
int run(int argc, const char* const* argv);

}  // namespace beamwright::app
