#include "serve/hook_project.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <vector>

#include "serve/roots.h"

namespace beamwright::serve {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 4> kMarks{"mix.exs", "rebar.config", "erlang.mk", ".beamwright.toml"};

bool has_manifest(const fs::path& folder) {
  std::error_code error;
  return std::any_of(kMarks.begin(), kMarks.end(), [&](const char* mark) { return fs::exists(folder / mark, error); });
}

bool is_work_tree(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder / ".git", error);
}

bool is_project(const fs::path& folder, const std::string& home) {
  return has_manifest(folder) || (folder != home && is_work_tree(folder));
}

// The nearest project above a folder. Neither a home nor / is anybody's project from below.
std::optional<std::string> project_around(const fs::path& folder, const std::string& home) {
  for (fs::path at = folder.parent_path(); at.has_relative_path() && at != home; at = at.parent_path()) {
    if (is_project(at, home)) return at.string();
  }
  return std::nullopt;
}

// The project of a file, below a folder.
std::optional<std::string> project_between(const fs::path& folder, const fs::path& file, const std::string& home) {
  std::optional<std::string> found;
  for (fs::path at = file.parent_path(); at != folder && is_within(at.string(), folder.string()); at = at.parent_path()) {
    if (at == home) break;
    if (is_work_tree(at)) return at.string();
    if (has_manifest(at)) found = at.string();  // an umbrella stands around its applications
  }
  return found;
}

// Whether a folder that is no project holds some, or is too large for one: it is a place where projects are kept.
bool holds_projects(const fs::path& folder) {
  constexpr int kMaxDepth = 3;
  constexpr std::size_t kMaxFolders = 500;
  std::vector<fs::path> level{folder};
  std::size_t seen = 0;
  for (int depth = 0; depth < kMaxDepth; ++depth) {
    std::vector<fs::path> below;
    for (const fs::path& each : level) {
      std::error_code error;
      for (fs::directory_iterator at(each, fs::directory_options::skip_permission_denied, error), end; !error && at != end;
           at.increment(error)) {
        std::error_code unknown;
        if (!at->is_directory(unknown) || at->is_symlink(unknown) || at->path().filename().string().starts_with('.')) continue;
        if (++seen > kMaxFolders || has_manifest(at->path()) || is_work_tree(at->path())) return true;
        below.push_back(at->path());
      }
    }
    level = std::move(below);
  }
  return false;
}

bool is_no_project(const std::string& folder, const std::string& home) { return folder == home || holds_projects(folder); }

}  // namespace

HookProject project_of_edit(const std::string& folder, const std::string& file, const std::string& home) {
  if (is_project(folder, home)) return {folder, false};
  if (auto inner = project_between(folder, file, home)) return {std::move(*inner), true};
  if (auto outer = project_around(folder, home)) return {std::move(*outer), true};
  return is_no_project(folder, home) ? HookProject{file, true} : HookProject{folder, false};
}

std::optional<HookProject> project_of_end(const std::string& folder, const std::string& home) {
  if (is_project(folder, home)) return HookProject{folder, false};
  if (auto outer = project_around(folder, home)) return HookProject{std::move(*outer), true};
  if (is_no_project(folder, home)) return std::nullopt;
  return HookProject{folder, false};
}

}  // namespace beamwright::serve
