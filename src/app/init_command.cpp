#include "app/init_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>

#include "app/cli.h"
#include "app/init/write_change.h"
#include "app/output.h"
#include "base/unified_diff.h"
#include "report/layout.h"

namespace beamwright::app {
namespace {

using report::Ink;

// What a person sees of a change: for what it is, then line by line.
std::string shown(const FileChange& change, bool color) {
  const report::Painter paint(color);
  std::string out = "\n" + paint(Ink::kBold, report::clean(change.path)) + "  " + change.about + "\n\n";
  const std::string diff = unified_diff(change.path, change.before, change.after.value_or(""));
  for (std::size_t at = 0; at < diff.size();) {
    const std::size_t end = std::min(diff.find('\n', at), diff.size() - 1) + 1;
    std::string_view line = std::string_view(diff).substr(at, end - at - 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const Ink ink = line.starts_with('+')   ? Ink::kBoldGreen
                    : line.starts_with('-') ? Ink::kRed
                    : line.starts_with('@') ? Ink::kCyan
                                            : Ink::kPlain;
    out += paint(ink, report::clean(line)) + "\n";
    at = end;
  }
  return out;
}

// The first letter of an answer; 'q' at the end of input.
char answer_to(const std::string& question) {
  write_all(STDOUT_FILENO, question);
  std::string line;
  if (!std::getline(std::cin, line)) return 'q';
  const std::size_t first = line.find_first_not_of(" \t");
  return first == std::string::npos ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(line[first])));
}

const char* done_to(const FileChange& change) { return !change.before ? "made " : change.after ? "changed " : "removed "; }

}  // namespace

void InitCommand::add_to(CLI::App& app) {
  std::vector<std::string> ci_names(std::begin(kCiNames), std::end(kCiNames));
  command_ = app.add_subcommand("init", "Wire a project: settings, CI, hooks and tools of coding agents, the three gates");
  command_->add_option("PATH", folder_, "The project's folder; the current one unless given");
  command_->add_option("--ci", ci_, "The CI to wire; the one that the project uses unless given")->check(CLI::IsMember(ci_names));
  command_->add_option("--agents", agents_, "The hosts of coding agents; those that the project uses unless given, or claude")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember(agent_names()));
  command_->add_flag("--yes", yes_, "Write all changes without asking");
  command_->add_flag("--dry-run", dry_run_, "Show all changes and write none");
  command_->add_flag("--undo", undo_, "Take out what init put in, and leave what was changed since");
  command_->add_option("--color", color_, "auto (a terminal, and NO_COLOR is not set), always, never")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  command_->footer("Exit codes: 0 done, or nothing to do; 2 a file cannot be read or written, or nobody is there to be asked.");
}

InitChoice InitCommand::choice() const {
  InitChoice choice = recognise_project(folder_);
  if (!ci_.empty()) choice.ci = ci_;
  if (!agents_.empty()) choice.agents = agents_;
  if (choice.ci || !asks() || isatty(STDIN_FILENO) != 1) return choice;
  switch (answer_to("Which CI does this project use? g GitHub, l GitLab, n none: ")) {
    case 'g':
      choice.ci = "github";
      break;
    case 'l':
      choice.ci = "gitlab";
      break;
    default:
      choice.ci = "none";
  }
  return choice;
}

bool InitCommand::wanted(const FileChange& change) {
  if (quit_) return false;
  write_all(STDOUT_FILENO, shown(change, wants_color(color_)));
  if (dry_run_) return false;
  if (yes_) return true;
  const std::string verb = !change.before ? "Make" : change.after ? "Change" : "Remove";
  switch (answer_to("\n" + verb + " " + report::clean(change.path) + "? y yes, n no, a all, q quit: ")) {
    case 'a':
      yes_ = true;
      return true;
    case 'y':
      return true;
    case 'q':
      quit_ = true;
      return false;
    default:
      return false;
  }
}

int InitCommand::change_files(const InitPlan& plan) {
  std::vector<const FileChange*> made;
  std::string failed;
  for (const FileChange& change : plan.changes) {
    if (!wanted(change)) continue;
    if (const std::string refusal = write_change(folder_, change); !refusal.empty()) {
      failed = change.path + " " + refusal;
      break;
    }
    made.push_back(&change);
  }
  std::string told = "\n";
  for (const FileChange* change : made) told += done_to(*change) + change->path + "\n";
  for (const std::string& note : plan.notes) told += "left " + note + "\n";
  if (dry_run_) {
    told += report::counted(plan.changes.size(), "file") + " would change; nothing was written\n";
  } else {
    told += std::to_string(made.size()) + " of " + report::counted(plan.changes.size(), "file") + " changed";
    told += undo_ || made.empty() ? "\n" : "; `beamwright init --undo` takes out what was put in\n";
    if (!undo_ && !made.empty()) told += "hooks and tools call `beamwright`, which must be on the PATH of whoever works here\n";
  }
  const int printed = print(told, kExitClean);
  if (failed.empty()) return printed;
  complain(failed + (made.empty() ? "; nothing was changed" : "; what was written before it stays"));
  return kExitError;
}

int InitCommand::run() {
  std::error_code refused;
  if (!std::filesystem::is_directory(folder_, refused)) {
    complain(folder_ + " is no folder");
    return kExitError;
  }
  if (yes_ && dry_run_) {
    complain("--yes and --dry-run contradict each other");
    return kExitError;
  }
  const Result<InitPlan> plan = undo_ ? plan_undo(folder_) : plan_init(folder_, choice());
  if (!plan) {
    complain(plan.error());
    return kExitError;
  }
  if (plan->changes.empty()) {
    std::string told;
    for (const std::string& note : plan->notes) told += "left " + note + "\n";
    return print(told + "nothing to do\n", kExitClean);
  }
  if (asks() && isatty(STDIN_FILENO) != 1) {
    std::string paths;
    for (const FileChange& change : plan->changes) paths += (paths.empty() ? "" : ", ") + change.path;
    complain("standard input is no terminal, so nobody can be asked: nothing was changed. It would " +
             std::string(undo_ ? "take its part out of " : "write ") + paths + "; --dry-run shows how, --yes does it");
    return kExitError;
  }
  return change_files(*plan);
}

}  // namespace beamwright::app
