// Finds what there is to review below a path: which files, in which language and role, and how they make up applications and
// projects. A manifest helps and is never required.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "source/diagnostic.h"
#include "source/files.h"
#include "source/manifest.h"

namespace beamwright::source {

struct DiscoveryOptions {
  bool include_tests = false;  // review tests like any other file
};

// One folder with a manifest: an application of an umbrella, of a rebar3 or erlang.mk project, of OTP's lib; a dependency.
struct Application {
  std::string name;      // "rabbit_common"; the folder's name without version where no manifest says
  std::string path;      // relative to the root; empty: the root itself
  std::string callback;  // the module whose start/2 starts it, as on the VM; empty when no manifest says
  ProjectId project;
  BuildKind kind = BuildKind::kFolder;
  bool third_party = false;                  // fetched by a manifest or lock, so not the people's own to mend
  std::pair<int, int> minimum_elixir{0, 0};  // 0.0 and 0: the manifest does not say
  int minimum_otp = 0;
  std::vector<Define> defines;               // -D of the build, for Erlang
  std::vector<std::string> include_folders;  // relative to the root
  std::vector<EnvironmentValue> environment;
};

// Applications that run in one virtual machine, so that their module names must differ: an umbrella with its applications and
// dependencies, a rebar3 or erlang.mk tree, OTP's lib, a loose folder. Projects of one root are independent of each other.
struct Project {
  std::string name;
  std::string path;  // relative to the root; empty: the root itself
  BuildKind kind = BuildKind::kFolder;
  bool umbrella = false;
  std::pair<int, int> minimum_elixir{0, 0};  // the highest that its own applications ask for
  int minimum_otp = 0;
};

struct Discovery {
  std::string root;           // the folder as the user named it, or the folder of the file they named; "." for the current one
  std::string absolute_root;  // without links
  std::unique_ptr<FileTable> files;
  std::vector<FileId> sources;                                   // to be parsed, in path order
  std::vector<Project> projects;                                 // by ProjectId
  std::vector<Application> applications;                         // in path order
  std::vector<std::string> headers;                              // .hrl below the root, relative to it, sorted
  Diagnostics diagnostics;                                       // what could not be walked or read
  std::map<std::string, unsigned, std::less<>> other_languages;  // languages that are not reviewed → number of files
  unsigned left_out_tests = 0;                                   // test files that are not in `sources`
  unsigned third_party_files = 0;                                // of `sources`

  // The innermost application that holds a path relative to the root; null when none does.
  const Application* application_of(std::string_view path) const;
};

// The path is a folder or a single file, which is then reviewed whatever its role would be; scripts are reviewed where there is
// nothing but scripts. The error says that it does not exist, cannot be opened, or is neither.
Result<Discovery> discover(const std::string& path, const DiscoveryOptions& options);

}  // namespace beamwright::source
