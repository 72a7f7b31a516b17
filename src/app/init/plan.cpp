#include "app/init/plan.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "app/init/gitlab_include.h"
#include "app/init/hosts.h"
#include "app/init/json_entries.h"
#include "app/init/marks.h"
#include "app/init/texts.h"
#include "review/configuration.h"
#include "source/files.h"

namespace beamwright::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kGitHubFile = ".github/workflows/beamwright.yml";
constexpr std::string_view kGitLabFile = ".gitlab/beamwright.yml";
constexpr std::string_view kGitLabMain = ".gitlab-ci.yml";
constexpr std::string_view kAgentsFile = "AGENTS.md";

class Planner {
 public:
  explicit Planner(const std::string& folder) : folder_(fs::canonical(folder)) {}

  // Plans one file: `edit` makes of its content what it shall be.
  template <typename Edit>
  void file(std::string_view path, std::string_view about, Edit edit) {
    if (!error_.empty()) return;
    const auto before = read(path);
    if (!error_.empty()) return;
    const Result<Edited> edited = edit(before);
    if (!edited) {
      error_ = std::string(path) + ": " + edited.error();
      return;
    }
    if (!edited->note.empty()) plan_.notes.push_back(std::string(path) + ": " + edited->note);
    if (edited->text != before) plan_.changes.push_back({std::string(path), std::string(about), before, edited->text});
  }

  void note(std::string text) { plan_.notes.push_back(std::move(text)); }

  Result<InitPlan> finish() {
    if (!error_.empty()) return Error{error_ + "; nothing was changed"};
    return std::move(plan_);
  }

 private:
  std::optional<std::string> read(std::string_view path) {
    const fs::path whole = folder_ / path;
    std::error_code ignored;
    const fs::file_status status = fs::symlink_status(whole, ignored);
    if (status.type() == fs::file_type::not_found || status.type() == fs::file_type::none) {
      // A folder of the way may itself lead elsewhere.
      check_inside(fs::weakly_canonical(whole, ignored), path);
      return std::nullopt;
    }
    check_inside(fs::weakly_canonical(whole, ignored), path);
    if (!error_.empty()) return std::nullopt;
    Result<std::string> text = source::read_file(whole.string());
    if (text) return std::move(*text);
    error_ = text.error();
    return std::nullopt;
  }

  // A repository may hold links to anything; what is outside of the project is not the project's to change.
  void check_inside(const fs::path& real, std::string_view path) {
    const auto [end, rest] = std::mismatch(folder_.begin(), folder_.end(), real.begin(), real.end());
    if (end != folder_.end()) error_ = std::string(path) + " is a link to what is outside of the project: " + real.string();
  }

  fs::path folder_;
  InitPlan plan_;
  std::string error_;
};

bool exists(const std::string& folder, std::string_view path) {
  std::error_code ignored;
  return fs::exists(fs::path(folder) / path, ignored);
}

// The address of a remote repository in git's own settings, which needs no git.
bool remote_names(const std::string& folder, std::string_view host) {
  const Result<std::string> settings = source::read_file(folder + "/.git/config");
  if (!settings) return false;
  std::istringstream lines(*settings);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("url") != std::string::npos && line.find(host) != std::string::npos) return true;
  }
  return false;
}

// By file, in the order of the hosts.
std::vector<std::pair<std::string, std::vector<JsonEntry>>> entries_by_file(const AgentHost& host) {
  std::vector<std::pair<std::string, std::vector<JsonEntry>>> files;
  for (const JsonEntry& entry : host.entries) {
    auto found = std::find_if(files.begin(), files.end(), [&](const auto& each) { return each.first == entry.path; });
    if (found == files.end()) found = files.insert(files.end(), {std::string(entry.path), {}});
    found->second.push_back(entry);
  }
  return files;
}

std::string about_host(const AgentHost& host) { return "hook and tools for " + std::string(host.name); }

Result<Edited> put_toml(const std::optional<std::string>& before) {
  const bool theirs = before && !has_section(*before, kHashComment) && before->find(kTomlTable) != std::string::npos;
  return theirs ? Edited{before, {}} : put_section(before, kTomlServer, kHashComment);
}

void plan_ci(Planner& planner, const InitChoice& choice) {
  if (choice.ci == "github") {
    planner.file(kGitHubFile, "a review of each push and pull request", [](const auto& before) -> Result<Edited> {
      return put_whole_file(before, init_text("github.yml"), kHashComment);
    });
  } else if (choice.ci == "gitlab") {
    planner.file(kGitLabFile, "a review in each pipeline", [](const auto& before) -> Result<Edited> {
      return put_whole_file(before, init_text("beamwright.yml"), kHashComment);
    });
    planner.file(kGitLabMain, "includes the review", [](const auto& before) -> Result<Edited> { return put_include(before); });
  } else if (!choice.ci) {
    planner.note("no CI: neither GitHub's nor GitLab's files are here; --ci github or --ci gitlab wires one");
  }
}

}  // namespace

std::vector<std::string> agent_names() {
  std::vector<std::string> names;
  for (const AgentHost& host : agent_hosts()) names.emplace_back(host.name);
  names.emplace_back("none");
  return names;
}

InitChoice recognise_project(const std::string& folder) {
  InitChoice choice;
  if (exists(folder, kGitLabMain)) {
    choice.ci = "gitlab";
  } else if (exists(folder, ".github") || remote_names(folder, "github.com")) {
    choice.ci = "github";
  } else if (remote_names(folder, "gitlab")) {
    choice.ci = "gitlab";
  }
  for (const AgentHost& host : agent_hosts()) {
    std::istringstream signs{std::string(host.signs)};
    bool seen = false;
    for (std::string sign; signs >> sign;) seen = seen || exists(folder, sign);
    if (seen) choice.agents.emplace_back(host.name);
  }
  if (choice.agents.empty()) choice.agents.emplace_back("claude");
  return choice;
}

Result<InitPlan> plan_init(const std::string& folder, const InitChoice& choice) {
  Planner planner(folder);
  planner.file(review::kConfigurationName, "settings, all at their defaults", [](const auto& before) -> Result<Edited> {
    Edited edited = put_whole_file(before, init_text("beamwright.toml"), kHashComment);
    edited.note.clear();  // a project that has settings has what it needs
    return edited;
  });
  plan_ci(planner, choice);
  planner.file(kAgentsFile, "the three gates, for people and agents", [](const auto& before) -> Result<Edited> {
    return put_section(before, init_text("AGENTS.md"), kMarkdownComment);
  });
  for (const AgentHost& host : agent_hosts()) {
    if (std::find(choice.agents.begin(), choice.agents.end(), host.name) == choice.agents.end()) continue;
    for (const auto& [path, entries] : entries_by_file(host)) {
      planner.file(path, about_host(host), [&these = entries](const auto& before) { return put_entries(before, these); });
    }
    if (!host.toml.empty()) planner.file(host.toml, about_host(host), put_toml);
    if (host.skill.empty()) continue;
    planner.file(host.skill, "the three gates as a skill of " + std::string(host.name), [](const auto& before) -> Result<Edited> {
      return put_whole_file(before, init_text("SKILL.md"), kMarkdownComment);
    });
  }
  return planner.finish();
}

Result<InitPlan> plan_undo(const std::string& folder) {
  Planner planner(folder);
  const auto whole = [&](std::string_view path, CommentStyle style) {
    planner.file(path, "as beamwright init wrote it",
                 [&](const auto& before) -> Result<Edited> { return take_whole_file(before, style); });
  };
  const auto section = [&](std::string_view path, CommentStyle style) {
    planner.file(path, "the section of beamwright init",
                 [&](const auto& before) -> Result<Edited> { return take_section(before, style); });
  };
  whole(review::kConfigurationName, kHashComment);
  whole(kGitHubFile, kHashComment);
  whole(kGitLabFile, kHashComment);
  section(kGitLabMain, kHashComment);
  section(kAgentsFile, kMarkdownComment);
  for (const AgentHost& host : agent_hosts()) {
    for (const auto& [path, entries] : entries_by_file(host)) {
      planner.file(path, about_host(host), [&these = entries](const auto& before) { return take_entries(before, these); });
    }
    if (!host.toml.empty()) section(host.toml, kHashComment);
    if (!host.skill.empty()) whole(host.skill, kMarkdownComment);
  }
  return planner.finish();
}

}  // namespace beamwright::app
