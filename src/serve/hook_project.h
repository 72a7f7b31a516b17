// Which project an event of a hook is about. Hosts name the folder that the agent was started in, which may be a project, a part
// of one, or a person's home with everything below it: nobody wants all of that reviewed at each edit.
#pragma once

#include <optional>
#include <string>

namespace beamwright::serve {

struct HookProject {
  std::string path;    // a folder, or a single file that belongs to no project; absolute, without links
  bool other = false;  // it is not the folder that the host named
};

// A project is a folder with mix.exs, rebar.config, erlang.mk or .beamwright.toml, or a git work tree; of a home folder only the
// first four count, for many keep their settings in git there. `folder` is one that the host named, absolute and without links,
// and `home` the person's home (empty where unknown).
//
// For an edited file below the folder: the folder where it is a project; else the file's work tree, or the outermost project
// around it, below the folder; else the project that the folder is a part of; else the folder, unless it is a home or holds
// projects: then the file alone.
HookProject project_of_edit(const std::string& folder, const std::string& file, const std::string& home);

// For the end of the agent's work: the folder where it is a project, or the nearest around it, or the folder as it is, unless it
// is a home or holds projects: then nothing can be said.
std::optional<HookProject> project_of_end(const std::string& folder, const std::string& home);

}  // namespace beamwright::serve
