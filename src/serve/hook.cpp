#include "serve/hook.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "report/layout.h"
#include "review/check.h"
#include "review/process.h"
#include "serve/brief.h"
#include "serve/hook_project.h"
#include "serve/judge.h"
#include "serve/roots.h"
#include "source/languages.h"

namespace beamwright::serve {
namespace {

namespace fs = std::filesystem;
using findings::Finding;
using findings::Severity;

constexpr std::size_t kMostFindings = 5;

std::string real_path(const fs::path& path) {
  std::error_code error;
  const fs::path whole = fs::weakly_canonical(path, error);
  return error ? std::string() : whole.string();
}

// Where the project may be, the likeliest first. An agent's current folder changes while it works; the one it was started in is
// in the environment of Claude Code's hooks.
std::vector<std::string> possible_projects(const HookEvent& event, const HookOptions& options) {
  std::vector<std::string> all;
  const auto add = [&](const char* path) {
    std::error_code error;
    if (!path || !*path || !fs::is_directory(path, error)) return;
    // The whole file system is nobody's project, unless somebody says so: an agent without one is started there.
    const std::string real = real_path(path);
    if (real.empty()) return;  // the current folder was deleted: it is one still, and has no name
    if (real != "/" || !options.path.empty()) all.push_back(real);
  };
  if (!options.path.empty()) {
    add(options.path.c_str());
    return all;
  }
  if (event.host == Host::kClaude) add(std::getenv("CLAUDE_PROJECT_DIR"));
  add(event.folder.c_str());
  add(".");
  return all;
}

std::string home_folder() {
  const char* home = std::getenv("HOME");
  return home && *home == '/' ? real_path(home) : std::string();
}

// What was reviewed where it is not the folder that the host named; the agent could not know it otherwise.
std::string scope_text(const HookProject& project) {
  if (!project.other) return {};
  const std::string path = report::clean(project.path);
  std::error_code error;
  return fs::is_directory(project.path, error)
             ? "Reviewed was the project " + path + ".\n"
             : "Reviewed was this file alone: no mix.exs, rebar.config, erlang.mk or git work tree around " + path +
                   " makes it part of a project.\n";
}

// From which severity the agent is told; none when the project's settings say that nothing fails.
std::optional<Severity> threshold_of(const HookOptions& options, const review::Configuration& configuration) {
  if (options.fail_on) return options.fail_on;
  return configuration.fail_on ? review::severity_named(*configuration.fail_on) : Severity::kHigh;
}

std::vector<const Finding*> serious_in(const review::Checked& checked, const HookOptions& options) {
  const std::optional<Severity> threshold = threshold_of(options, checked.configuration);
  return threshold ? worst_first(checked.review, *threshold) : std::vector<const Finding*>();
}

bool has_nothing_to_review(const std::string& folder) {
  const Result<source::Discovery> discovery = source::discover(folder, {});
  return discovery && std::none_of(discovery->sources.begin(), discovery->sources.end(),
                                   [&](source::FileId id) { return discovery->files->file(id).role == source::Role::kReviewed; });
}

// A host runs hooks in every project, also in those without a line of Elixir.
HookAnswer failed(const std::string& folder, const std::string& why) {
  if (has_nothing_to_review(folder)) return {silent_hook_reply(), {}, {}};
  return {{}, why, {}};
}

std::string list_text(const report::Review& review, const std::vector<const Finding*>& findings) {
  std::string text;
  for (std::size_t i = 0; i < findings.size() && i < kMostFindings; ++i) text += "\n" + finding_text(review, *findings[i]);
  if (findings.size() > kMostFindings) text += "\n" + std::to_string(findings.size() - kMostFindings) + " more like these\n";
  return text + "\n`beamwright explain " + std::string(findings.front()->code) + "` tells more of a rule.\n";
}

// The text of a file at a commit; empty when there is none.
std::optional<std::string> text_at(const std::string& file, const std::string& commit) {
  if (commit.starts_with('-')) return std::nullopt;
  const fs::path path(file);
  Result<std::string> text =
      review::run_program({"git", "-C", path.parent_path().string(), "show", commit + ":./" + path.filename().string()});
  return text ? std::optional<std::string>(std::move(*text)) : std::nullopt;
}

HookAnswer answer_edit(const HookEvent& event, const HookOptions& options, const HookProject& project,
                       const std::vector<std::string>& files) {
  review::CheckOptions check;
  check.path = project.path;
  check.jobs = options.jobs;
  Result<review::Checked> checked = review::check(check);
  if (!checked) return failed(project.path, checked.error());
  std::error_code error;
  const std::string root = fs::is_directory(project.path, error) ? project.path : fs::path(project.path).parent_path().string();
  const report::Review& review = checked->review;
  std::vector<const Finding*> serious = serious_in(*checked, options);
  const auto file_of = [&](const Finding* finding) { return root + "/" + review.files->file(finding->span.file).path; };
  std::erase_if(serious, [&](const Finding* f) { return std::find(files.begin(), files.end(), file_of(f)) == files.end(); });
  // What was there before is looked for only where there is something to tell.
  std::map<std::string, Fingerprints> before;
  for (const Finding* finding : serious) {
    const std::string file = file_of(finding);
    if (before.contains(file)) continue;
    std::optional<std::string> text = text_at(file, options.since);
    before[file] = text ? findings_with(check, file, std::move(*text)) : Fingerprints();
  }
  std::erase_if(serious, [&](const Finding* finding) { return before[file_of(finding)].contains(finding->fingerprint); });
  if (serious.empty()) return {silent_hook_reply(), {}, {}};
  const std::string text = "Beamwright: this edit brings " + counts_text(serious) +
                           (serious.size() == 1 ? " finding" : " findings") + ". Mend that before you go on:\n" +
                           scope_text(project) + list_text(review, serious);
  return {hook_reply(event, text), {}, {}};
}

// An agent that only answered a question ends its work too: nothing has to be reviewed for it.
bool nothing_changed(const std::string& project, const std::string& since) {
  if (since.starts_with('-')) return false;
  const Result<std::string> changed = review::run_program({"git", "-C", project, "diff", "--name-only", since, "--", "."});
  const Result<std::string> added =
      review::run_program({"git", "-C", project, "ls-files", "--others", "--exclude-standard", "--", "."});
  return changed && added && changed->empty() && added->empty();
}

HookAnswer answer_end(const HookEvent& event, const HookOptions& options, const HookProject& found) {
  const std::string& project = found.path;
  review::CheckOptions check;
  check.path = project;
  check.jobs = options.jobs;
  // Without git, or before the first commit, all there is counts as new.
  const bool in_git = review::run_program({"git", "-C", project, "rev-parse", "--verify", "--quiet", "HEAD"}).operator bool();
  if (in_git && nothing_changed(project, options.since)) return {silent_hook_reply(), {}, {}};
  if (in_git) check.since = options.since;
  Result<review::Checked> checked = review::check(check);
  if (!checked) return failed(project, checked.error());
  const std::vector<const Finding*> serious = serious_in(*checked, options);
  if (serious.empty()) return {silent_hook_reply(), {}, {}};
  const std::string text = "Beamwright: " + std::string(to_string(checked->review.verdict)) + ". " +
                           (in_git ? "What changed since " + report::clean(options.since) : "This project") + " has " +
                           counts_text(serious) + (serious.size() == 1 ? " finding" : " findings") +
                           ". Mend that before you are done, or say why it does not apply:\n" + scope_text(found) +
                           list_text(checked->review, serious);
  return {hook_reply(event, text), {}, {}};
}

}  // namespace

HookAnswer answer_hook(std::string_view input, const HookOptions& options) {
  const Result<HookEvent> event = read_hook_event(input, options.host);
  if (!event) return {{}, event.error(), {}};
  const std::vector<std::string> projects = possible_projects(*event, options);
  if (event->kind == HookEvent::Kind::kOther) return {silent_hook_reply(), {}, {}};
  if (projects.empty()) {
    const std::string folder = options.path + event->folder;
    return {
        {},
        folder == "/" ? "/ is no project: --path names the folder of one" : "the project's folder " + folder + " does not exist",
        {}};
  }
  const std::string home = home_folder();
  if (event->kind == HookEvent::Kind::kEnding) {
    if (!options.path.empty()) return answer_end(*event, options, {projects.front(), false});
    if (const auto project = project_of_end(projects.front(), home)) return answer_end(*event, options, *project);
    return {
        silent_hook_reply(), {}, projects.front() + " is no project but may hold some: nothing was reviewed; --path names one"};
  }
  std::vector<std::string> files;
  for (const std::string& file : event->files) {
    if (!source::beam_language(file)) continue;
    const fs::path path(file);
    files.push_back(real_path(path.is_absolute() ? path : fs::path(event->folder.empty() ? "." : event->folder) / path));
  }
  if (files.empty()) return {silent_hook_reply(), {}, {}};
  for (const std::string& project : projects) {
    if (!is_within(files.front(), project)) continue;
    const HookProject found = options.path.empty() ? project_of_edit(project, files.front(), home) : HookProject{project, false};
    return answer_edit(*event, options, found, files);
  }
  return {silent_hook_reply(), {}, {}};  // the file of another project
}

}  // namespace beamwright::serve
