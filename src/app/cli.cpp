// The words of the command line, by CLI11, and what each command prints. CLI11 is known to this file alone.
#include "app/cli.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "app/check.h"
#include "app/dump.h"
#include "app/explain.h"
#include "app/output.h"
#include "base/parallel.h"
#include "report/report.h"
#include "report/version.h"
#include "rules/rule.h"

namespace beamwright::app {
namespace {

struct Arguments {
  CheckOptions check;
  std::string format = "text";
  std::string fail_on = "high";
  std::string color = "auto";
  unsigned jobs = 0;  // 0: as many as there are processors
  std::string rule;
  std::string stage;
  std::string level;
  std::string file;
};

bool wants_color(const std::string& choice) {
  if (choice != "auto") return choice == "always";
  // https://no-color.org: any value that is not empty.
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return isatty(STDOUT_FILENO) == 1 && !(no_color && *no_color) && !(terminal && std::string_view(terminal) == "dumb");
}

// The severity from which findings make check fail; none for "none".
std::optional<findings::Severity> threshold(std::string_view word) {
  using findings::Severity;
  for (const Severity severity : {Severity::kLow, Severity::kMedium, Severity::kHigh, Severity::kCritical}) {
    if (word == to_string(severity)) return severity;
  }
  return std::nullopt;
}

int run_check(const Arguments& arguments) {
  CheckOptions options = arguments.check;
  options.jobs = arguments.jobs > 0 ? arguments.jobs : default_jobs();
  options.show_progress = isatty(STDERR_FILENO) == 1;
  const Result<Checked> checked = check(options);
  if (!checked) {
    complain(checked.error());
    return kExitError;
  }
  const report::Review& review = checked->review;
  const auto least = threshold(arguments.fail_on);
  bool failed = false;
  for (const findings::Finding& finding : review.findings) failed = failed || (least && finding.severity >= *least);
  const std::string text = arguments.format == "json"
                               ? report::write_json(review)
                               : report::write_text(review, report::TextOptions{wants_color(arguments.color)});
  return print(text, failed ? kExitFound : kExitClean);
}

int run_explain(const Arguments& arguments) {
  const auto rules = rules::all_rules();
  if (const rules::RegisteredRule* rule = find_rule(rules, arguments.rule)) {
    return print(explain(*rule, wants_color(arguments.color)), kExitClean);
  }
  std::string message = "there is no rule " + arguments.rule;
  const auto nearest = nearest_rules(rules, arguments.rule);
  for (std::size_t i = 0; i < nearest.size(); ++i) message += (i == 0 ? "; the nearest are " : ", ") + nearest[i];
  complain(message + " (`beamwright rules` lists all)");
  return kExitError;
}

int run_dump(const Arguments& arguments) {
  const std::optional<Levels> levels = arguments.level.empty() ? Levels() : levels_named(arguments.level);
  if (!levels) {
    complain("--level is a release of Elixir such as 1.14, or one of OTP such as 25, and not " + arguments.level);
    return kExitError;
  }
  const Result<Dumped> dumped = dump(*stage_named(arguments.stage), arguments.file, *levels);
  if (!dumped) {
    complain(dumped.error());
    return kExitError;
  }
  write_all(STDERR_FILENO, dumped->complaints);
  return print(dumped->text, kExitClean);
}

int run_command(int argc, const char* const* argv) {
  Arguments arguments;
  CLI::App app(
      "Beamwright reviews Elixir and Erlang backends: what will break in production, where, why, and what to do instead.",
      "beamwright");
  app.require_subcommand(1);
  app.set_version_flag("--version", "beamwright " + std::string(report::version()));
  app.footer("Exit codes: 0 nothing at or above --fail-on, 1 something is, 2 the call or Beamwright itself is at fault.");
  const auto add_color = [&](CLI::App* command) {
    command->add_option("--color", arguments.color, "auto (a terminal, and NO_COLOR is not set), always, never")
        ->check(CLI::IsMember({"auto", "always", "never"}));
  };

  CLI::App* check_command = app.add_subcommand("check", "Review a project, a folder or a single file");
  check_command->add_option("PATH", arguments.check.path, "What to review; the current folder unless given");
  check_command->add_option("--format", arguments.format, "text for people, json for programs")
      ->check(CLI::IsMember({"text", "json"}));
  check_command
      ->add_option("--fail-on", arguments.fail_on,
                   "The severity from which the exit code is 1: none, low, medium, high, critical")
      ->check(CLI::IsMember({"none", "low", "medium", "high", "critical"}));
  check_command->add_option("--jobs", arguments.jobs, "Threads; all processors unless given")->check(CLI::Range(1, 1024));
  check_command->add_flag("--include-tests", arguments.check.include_tests, "Review tests too");
  add_color(check_command);

  CLI::App* explain_command = app.add_subcommand("explain", "Explain a rule: what it finds, why it bites, what to write instead");
  explain_command->add_option("RULE", arguments.rule, "Code or name: BW401, blocking-call-handler")->required();
  add_color(explain_command);

  CLI::App* rules_command = app.add_subcommand("rules", "List all rules");
  add_color(rules_command);

  CLI::App* dump_command = app.add_subcommand("dump", "Print what a stage makes of one file, for work on Beamwright");
  dump_command->add_option("--stage", arguments.stage, "tokens, ast, model, effects")
      ->required()
      ->check(CLI::IsMember({"tokens", "ast", "model", "effects"}));
  dump_command->add_option("--level", arguments.level, "The release whose trees are wanted, 1.14 or 25; the newest unless given");
  dump_command->add_option("FILE", arguments.file, "An Elixir or Erlang file")->required();

  // CLI11 only says that a subcommand is missing, whatever stands in its place.
  const std::string command = argc > 1 ? argv[1] : "";
  std::string known;
  bool found = command.starts_with('-');
  for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; })) {
    found = found || each->get_name() == command;
    known += (known.empty() ? "" : ", ") + each->get_name();
  }
  if (!found) {
    complain((command.empty() ? "which command?" : "there is no command " + command + ";") + " known are " + known +
             "; `beamwright check PATH` reviews a project");
    return kExitError;
  }

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // --help and --version arrive here too, with exit code 0.
    std::ostringstream out, complaint;
    const bool fine = app.exit(error, out, complaint) == 0;
    if (fine) return print(out.str(), kExitClean);
    write_all(STDERR_FILENO, complaint.str());
    return kExitError;
  }
  if (check_command->parsed()) return run_check(arguments);
  if (explain_command->parsed()) return run_explain(arguments);
  if (rules_command->parsed()) return print(list_rules(rules::all_rules(), wants_color(arguments.color)), kExitClean);
  return run_dump(arguments);
}

}  // namespace

int run(int argc, const char* const* argv) {
  // A reader that goes away (`| head`) is an error of write(2), not a signal that kills.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run_command(argc, argv);
  } catch (const std::exception& exception) {
    complain(std::string("a fault of Beamwright itself: ") + exception.what());
  } catch (...) {
    complain("a fault of Beamwright itself");
  }
  return kExitError;
}

}  // namespace beamwright::app
