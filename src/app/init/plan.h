// What `init` would change in a project, file by file: decided before anything is written, so that all of it can be shown first
// and a file that cannot be read stops everything.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace beamwright::app {

// A change of one file. Without `before` it is made, without `after` it goes.
struct FileChange {
  std::string path;   // relative to the project, with '/'
  std::string about;  // what it is for, for the one who is asked
  std::optional<std::string> before, after;
};

struct InitPlan {
  std::vector<FileChange> changes;
  std::vector<std::string> notes;  // what is left alone, and why
};

// What a project uses and is wired for: a CI of kCiNames, hosts of coding agents of host_names().
struct InitChoice {
  std::optional<std::string> ci;  // none: not known
  std::vector<std::string> agents;
};

inline constexpr std::string_view kCiNames[] = {"github", "gitlab", "none"};

// The hosts of coding agents whose files are known.
std::vector<std::string> agent_names();

// What the files of a project tell: its CI, if there is a sign of one, and the hosts in use; Claude Code where there is none.
InitChoice recognise_project(const std::string& folder);

// The errors name the file, and the line where its text is no JSON.
Result<InitPlan> plan_init(const std::string& folder, const InitChoice& choice);
Result<InitPlan> plan_undo(const std::string& folder);

}  // namespace beamwright::app
