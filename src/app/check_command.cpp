#include "app/check_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "app/cli.h"
#include "app/fix.h"
#include "app/output.h"
#include "base/parallel.h"
#include "design/build.h"
#include "findings/baseline.h"
#include "report/map.h"
#include "report/summary.h"

namespace beamwright::app {
namespace {

// A format for programs, or for a place that shows what programs hand it. `text` is for people, takes options of its own and is
// not among them. A new format is a row.
struct Format {
  std::string_view name;
  // One of the two: a format that shows processes takes the design as well.
  std::string (*write)(const report::Review&);
  std::string (*write_with_design)(const report::Review&, const design::Design&);
};

constexpr Format kFormats[] = {
    {"json", report::write_json, nullptr},
    {"sarif", report::write_sarif, nullptr},
    {"gitlab", report::write_gitlab, nullptr},
    {"junit", report::write_junit, nullptr},
    {"checkstyle", report::write_checkstyle, nullptr},
    {"rdjson", report::write_rdjson, nullptr},
    {"github", report::write_github, nullptr},
    {"markdown", nullptr, report::write_markdown},
    {"html", nullptr, report::write_html},
};

// Null for text.
const Format* format_named(std::string_view name) {
  const auto* found = std::find_if(std::begin(kFormats), std::end(kFormats), [&](const Format& f) { return f.name == name; });
  return found == std::end(kFormats) ? nullptr : found;
}

std::vector<std::string> format_names() {
  std::vector<std::string> names{"text"};
  for (const Format& format : kFormats) names.emplace_back(format.name);
  return names;
}

// "BW401,state" and repeated options alike.
std::vector<std::string> split(const std::vector<std::string>& words) {
  std::vector<std::string> all;
  for (const std::string& word : words) {
    std::istringstream parts(word);
    for (std::string part; std::getline(parts, part, ',');) {
      if (!part.empty()) all.push_back(part);
    }
  }
  return all;
}

}  // namespace

void CheckCommand::add_to(CLI::App& app) {
  command_ = app.add_subcommand("check", "Review a project, a folder or a single file");
  command_->add_option("PATH", options_.path, "What to review; the current folder unless given");
  command_->add_option("--format", format_, "text for people; the others for programs and for the places named so")
      ->check(CLI::IsMember(format_names()));
  command_->add_option("-o,--output", output_, "The file to write; standard output unless given")->type_name("FILE");
  command_
      ->add_option("--fail-on", fail_on_,
                   "The severity from which the exit code is 1: none, low, medium, high (unless given), critical")
      ->check(CLI::IsMember({"none", "low", "medium", "high", "critical"}));
  command_->add_option("--select", select_, "Only these rules: codes, names or families, with commas between")
      ->allow_extra_args(false)
      ->type_name("RULES");
  command_->add_option("--ignore", ignore_, "None of these rules")->allow_extra_args(false)->type_name("RULES");
  command_->add_option("--since", options_.since, "Only what changed since this commit, by git; all is analysed")
      ->type_name("COMMIT");
  command_->add_option("--baseline", options_.baseline, "Leave out the findings in this file")->type_name("FILE");
  command_->add_option("--write-baseline", written_baseline_, "Write the findings to this file, to be left out from now on")
      ->type_name("FILE");
  command_->add_flag("--diff", diff_, "Print the rewrites of the findings as a patch, and nothing else");
  command_->add_flag("--fix", fix_, "Rewrite what has a rewrite, then review again and print what remains");
  command_->add_flag("--statistics", statistics_, "How often each rule speaks, instead of the findings");
  command_->add_flag("--design", design_,
                     "Before the findings, what the sources say of each process: the questions of a design review");
  command_->add_option("--stdin-filename", options_.stdin_filename,
                       "Review this file alone, within its project, with its text from standard input");
  command_->add_option("--config", configuration_, "These settings instead of the nearest .beamwright.toml");
  command_->add_flag("--no-config", no_configuration_, "No settings at all");
  command_->add_option("--jobs", jobs_, "Threads; all processors unless given")->check(CLI::Range(1, 1024));
  command_->add_flag("--include-tests", options_.include_tests, "Review tests too");
  command_->add_option("--color", color_, "auto (a terminal, and NO_COLOR is not set), always, never")
      ->check(CLI::IsMember({"auto", "always", "never"}));
}

bool CheckCommand::read_stdin() {
  std::string& text = options_.stdin_text;
  char buffer[65536];
  for (;;) {
    const ssize_t count = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (count == 0) return true;
    if (count < 0 && errno == EINTR) continue;
    if (count > 0) text.append(buffer, static_cast<std::size_t>(count));
    if (count < 0 || text.size() > source::kMaxFileBytes) {
      complain(count < 0 ? std::string("cannot read standard input: ") + strerrordesc_np(errno)
                         : "the text on standard input is larger than any source");
      return false;
    }
  }
}

bool CheckCommand::prepare() {
  options_.jobs = jobs_ > 0 ? jobs_ : default_jobs();
  options_.show_progress = isatty(STDERR_FILENO) == 1;
  options_.selection = {split(select_), split(ignore_)};
  for (const auto* words : {&options_.selection.select, &options_.selection.ignore}) {
    for (const std::string& word : *words) {
      if (const auto unknown = review::unknown_rule(word)) return complain(*unknown + " (`beamwright rules` lists all)"), false;
    }
  }
  if (format_named(format_) && (design_ || statistics_)) {
    return complain(design_ ? "--design is for people; `beamwright map --format json` has all of it"
                            : "--statistics is for people; the summary of --format json has the counts"),
           false;
  }
  if (const std::string fault = fault_of_rewriting(); !fault.empty()) return complain(fault), false;
  if (no_configuration_ && !configuration_.empty()) return complain("--config and --no-config contradict each other"), false;
  options_.use_baseline = written_baseline_.empty();
  if (no_configuration_) options_.configuration = review::Configuration{};
  if (!configuration_.empty()) {
    Result<review::Configuration> read = review::load_configuration(configuration_);
    if (!read) return complain(read.error()), false;
    options_.configuration = std::move(*read);
  }
  return options_.stdin_filename.empty() || read_stdin();
}

std::string CheckCommand::fault_of_rewriting() const {
  if (!fix_ && !diff_) return {};
  const std::string flag = fix_ ? "--fix" : "--diff";
  if (fix_ && diff_) return "--fix and --diff contradict each other";
  if (!written_baseline_.empty()) return flag + " and --write-baseline contradict each other";
  if (fix_ && !options_.stdin_filename.empty()) return "--fix writes files, not standard input; --diff shows its rewrites";
  if (diff_ && (format_named(format_) || design_ || statistics_)) return "--diff prints a patch and nothing else";
  return {};
}

int CheckCommand::write_baseline(const review::Checked& checked) const {
  const std::string text = findings::write_baseline(checked.review.findings, *checked.discovery.files);
  if (const int failed = write_file(written_baseline_, text)) return failed;
  return print(written_baseline_ + " holds " + std::to_string(checked.review.findings.size()) + " findings\n", kExitClean);
}

bool CheckCommand::colored() const { return output_.empty() && wants_color(color_); }

report::TextOptions CheckCommand::text_options(const design::Design& design) const {
  // Longer lines than these are hard to read, and shorter ones hold no path.
  constexpr std::size_t kNarrowest = 60, kWidest = 120;
  report::TextOptions options;
  options.color = colored();
  options.statistics = statistics_;
  if (output_.empty()) options.columns = std::clamp(terminal_columns(), kNarrowest, kWidest);
  options.design = &design;
  return options;
}

int CheckCommand::run() {
  if (!prepare()) return kExitError;
  const Format* format = format_named(format_);
  const bool draws = format && format->write_with_design;
  design::Design design;
  const auto check = [&] {
    return review::check(options_, [&](const review::Basis& basis) {
      // Text groups findings by process, and asks for nothing that takes time.
      const bool with_waits = design_ || draws;
      if (with_waits || (!format && !statistics_))
        design = design::build({basis.discovery, basis.program, basis.facts, basis.review.findings, with_waits});
    });
  };
  Result<review::Checked> checked = check();
  bool unwritten = false;
  if (checked && fix_) {
    const Fixed fixed = fix(*checked);
    // A program that reads the review is not told in it what was done.
    if (!write_all(format ? STDERR_FILENO : STDOUT_FILENO, fixed.told + "\n")) return kExitError;
    unwritten = fixed.failed;
    if (fixed.changed) checked = check();
  }
  if (!checked) {
    complain(checked.error());
    return kExitError;
  }
  if (!written_baseline_.empty()) return write_baseline(*checked);
  report::Review& review = checked->review;
  if (fail_on_.empty()) fail_on_ = checked->configuration.fail_on.value_or("high");
  review.fail_on = review::severity_named(fail_on_);
  const bool failed = std::any_of(review.findings.begin(), review.findings.end(),
                                  [&](const findings::Finding& finding) { return review.fails(finding); });
  if (diff_) return print(diff_of_rewrites(*checked), failed ? kExitFound : kExitClean);
  std::string text = design_ ? report::write_design_gate(design, colored()) : std::string();
  if (draws)
    text = format->write_with_design(review, design);
  else
    text += format ? format->write(review) : report::write_text(review, text_options(design));
  if (!output_.empty() && write_file(output_, text) != kExitClean) return kExitError;
  // Whoever waits for the exit code shall not have to open the file to learn why it is what it is.
  if (!output_.empty())
    text = std::string(to_string(review.verdict)) + "  " + report::reasons_of(review) + "; the review is in " + output_ + "\n";
  if (unwritten || review.verdict == findings::Verdict::kNotJudged) return print(text, kExitError);
  return print(text, failed ? kExitFound : kExitClean);
}

}  // namespace beamwright::app
