// The words of the command line, by CLI11, which is known to this file and to those of the larger commands (command.h) alone.
#include "app/cli.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/check_command.h"
#include "app/command.h"
#include "app/completions.h"
#include "app/dump.h"
#include "app/explain.h"
#include "app/hook_command.h"
#include "app/init_command.h"
#include "app/lsp_command.h"
#include "app/man_page.h"
#include "app/map.h"
#include "app/mcp_command.h"
#include "app/output.h"
#include "app/why.h"
#include "base/parallel.h"
#include "report/report.h"
#include "report/version.h"
#include "review/check.h"
#include "rules/lookup.h"

namespace beamwright::app {
namespace {

struct Arguments {
  review::CheckOptions check;
  std::string format = "text";
  std::string color = "auto";
  unsigned jobs = 0;  // 0: as many as there are processors
  std::string rule;
  std::string stage;
  std::string level;
  std::string file;
  std::vector<std::string> modules;
  std::string output;
  std::string from, to;
};

review::CheckOptions check_options(const Arguments& arguments) {
  review::CheckOptions options = arguments.check;
  options.jobs = arguments.jobs > 0 ? arguments.jobs : default_jobs();
  options.show_progress = isatty(STDERR_FILENO) == 1;
  return options;
}

int run_map(const Arguments& arguments) {
  MapOptions options;
  options.check = check_options(arguments);
  options.format = arguments.format;
  options.color = arguments.output.empty() && wants_color(arguments.color);
  if (arguments.output.empty()) options.columns = terminal_columns();
  const Result<std::string> text = map(options);
  if (!text) {
    complain(text.error());
    return kExitError;
  }
  return arguments.output.empty() ? print(*text, kExitClean) : write_file(arguments.output, *text);
}

int run_why(const Arguments& arguments) {
  WhyOptions options;
  options.check = check_options(arguments);
  options.from = arguments.from;
  options.to = arguments.to;
  options.json = arguments.format == "json";
  options.color = wants_color(arguments.color);
  const Result<Answer> answer = why(options);
  if (!answer) {
    complain(answer.error());
    return kExitError;
  }
  return print(answer->text, answer->found ? kExitClean : kExitFound);
}

int run_explain(const Arguments& arguments) {
  const auto rules = rules::all_rules();
  if (const rules::RegisteredRule* rule = rules::find_rule(rules, arguments.rule)) {
    return print(explain(*rule, wants_color(arguments.color)), kExitClean);
  }
  std::string message = "there is no rule " + arguments.rule;
  const auto nearest = rules::nearest_rules(rules, arguments.rule);
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
  const Result<Dumped> dumped =
      dump(*stage_named(arguments.stage), arguments.file, *levels, arguments.format == "json", arguments.modules);
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

  CheckCommand check_command;
  LspCommand lsp_command;
  McpCommand mcp_command;
  HookCommand hook_command;
  InitCommand init_command;
  CompletionsCommand completions_command;
  ManCommand man_command;
  Command* const commands[] = {
      &check_command, &lsp_command, &mcp_command, &hook_command, &init_command, &completions_command, &man_command,
  };
  for (Command* command : commands) command->add_to(app);

  const auto add_reading = [&](CLI::App* command) {
    command->add_option("--jobs", arguments.jobs, "Threads; all processors unless given")->check(CLI::Range(1, 1024));
    command->add_flag("--include-tests", arguments.check.include_tests, "Read tests too");
    add_color(command);
  };
  CLI::App* map_command =
      app.add_subcommand("map", "Show the design: supervision, processes and their contracts, messages, tables, findings");
  map_command->add_option("PATH", arguments.check.path, "What to show; the current folder unless given");
  map_command
      ->add_option("--format", arguments.format,
                   "text for the terminal, html a page to explore, dot for Graphviz, mermaid for Markdown, json for programs")
      ->check(CLI::IsMember({"text", "json", "dot", "mermaid", "html"}));
  map_command->add_option("-o,--output", arguments.output, "The file to write; standard output unless given");
  add_reading(map_command);

  CLI::App* why_command = app.add_subcommand("why", "Show the shortest path of calls and messages from one place to another");
  why_command
      ->add_option("FROM", arguments.from,
                   "A function (Shop.Cart.add/2, mod:f/1, both also without arity), or a module or process (Shop.Cart)")
      ->required();
  why_command->add_option("TO", arguments.to, "The same, an effect (http, database, file, sleep, call …), or a table (ets:name)")
      ->required();
  why_command->add_option("PATH", arguments.check.path, "Where to look; the current folder unless given");
  why_command->add_option("--format", arguments.format, "text for people, json for programs")
      ->check(CLI::IsMember({"text", "json"}));
  why_command->footer("Exit codes: 0 there is a path, 1 there is none, 2 a name is not known or the call is at fault.");
  add_reading(why_command);

  CLI::App* explain_command = app.add_subcommand("explain", "Explain a rule: what it finds, why it bites, what to write instead");
  explain_command->add_option("RULE", arguments.rule, "Code or name: BW401, blocking-call-handler")->required();
  add_color(explain_command);

  CLI::App* rules_command = app.add_subcommand("rules", "List all rules");
  add_color(rules_command);

  CLI::App* dump_command = app.add_subcommand("dump", "Print what a stage makes of a file or folder, for work on Beamwright");
  dump_command->add_option("--stage", arguments.stage, "tokens, ast, model, effects; calls, forest and facts, also of a folder")
      ->required()
      ->check(CLI::IsMember({"tokens", "ast", "model", "effects", "calls", "forest", "facts"}));
  dump_command->add_option("--level", arguments.level, "The release whose trees are wanted, 1.14 or 25; the newest unless given");
  dump_command->add_option("FILE", arguments.file, "An Elixir or Erlang file; a folder for calls, forest and facts")->required();
  dump_command->add_option("MODULE", arguments.modules, "The modules whose facts are wanted; all unless given");
  dump_command->add_option("--format", arguments.format, "text, or json of the forest")->check(CLI::IsMember({"text", "json"}));

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
    return hook_command.parsed() ? kHookFault : kExitError;
  }
  for (Command* each : commands) {
    if (each->parsed()) return each->run();
  }
  if (map_command->parsed()) return run_map(arguments);
  if (why_command->parsed()) return run_why(arguments);
  if (explain_command->parsed()) return run_explain(arguments);
  if (rules_command->parsed()) return print(list_rules(rules::all_rules(), wants_color(arguments.color)), kExitClean);
  return run_dump(arguments);
}

}  // namespace

bool Command::parsed() const { return command_->parsed(); }

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
