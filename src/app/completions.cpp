// Bash: complete(1) calls a function that looks at COMP_WORDS ("Programmable Completion" in its manual). Zsh: _arguments of its
// completion system ("Completion System" in its manual). Fish: one `complete` a word.
#include "app/completions.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <numeric>

#include "app/cli.h"
#include "app/output.h"

namespace beamwright::app {
namespace {

std::string joined(const std::vector<std::string>& words, std::string_view between = " ") {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? std::string() : std::string(between)) + word;
  return all;
}

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
  std::string out;
  for (const char c : text) {
    if (what.find(c) == std::string_view::npos) {
      out += c;
    } else {
      for (const char w : with) out += w == '&' ? c : w;
    }
  }
  return out;
}

// In single quotes, as bash and zsh read them.
std::string in_quotes(std::string_view text) { return "'" + replaced(text, "'", R"('\'')") + "'"; }

// Commands one word below this one.
std::vector<const CommandRow*> below(const std::vector<CommandRow>& table, const CommandRow& command) {
  std::vector<const CommandRow*> found;
  for (const CommandRow& each : table) {
    if (each.words.size() == command.words.size() + 1 &&
        std::equal(command.words.begin(), command.words.end(), each.words.begin()))
      found.push_back(&each);
  }
  return found;
}

std::vector<std::string> last_words(const std::vector<const CommandRow*>& commands) {
  std::vector<std::string> words;
  for (const CommandRow* each : commands) words.push_back(each->words.back());
  return words;
}

// ---- bash

constexpr std::string_view kBashOpening = R"(# Completion of beamwright in bash, made by `beamwright completions bash`.
_beamwright() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' at words='' files=''
  COMPREPLY=()
  # --format=json is three words here.
  if [[ $current == '=' ]]; then current=''; elif [[ $before == '=' ]]; then before=${COMP_WORDS[COMP_CWORD - 2]}; fi
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "${command:+$command }${COMP_WORDS[at]}" in
      @commands@) command="${command:+$command }${COMP_WORDS[at]}" ;;
    esac
  done
  case "$command:$before" in
@values@  esac
  if [[ $current == -* ]]; then
    case $command in
@options@    esac
  else
    case $command in
@arguments@    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ $files ]]; then compopt -o default 2> /dev/null; fi
}
complete -F _beamwright beamwright
)";

void replace_once(std::string& text, std::string_view what, std::string_view with) {
  text.replace(text.find(what), what.size(), with);
}

std::string bash_value_case(const CommandRow& command, const OptionRow& option) {
  std::vector<std::string> patterns;
  for (const std::string& name : option.names) patterns.push_back(in_quotes(joined_words(command) + ":" + name));
  std::string out = "    " + joined(patterns, " | ") + ") ";
  switch (offer_for(option)) {
    case Offer::kFiles:
      return out + "compopt -o default 2> /dev/null; return ;;\n";
    case Offer::kNothing:
      return out + "return ;;\n";
    default:
      return out + "COMPREPLY=($(compgen -W " + in_quotes(joined(offered_words(option))) + " -- \"$current\")); return ;;\n";
  }
}

std::string bash_argument_case(const std::vector<CommandRow>& table, const CommandRow& command) {
  std::vector<std::string> words = last_words(below(table, command));
  bool files = false;
  for (const OptionRow& argument : command.arguments) {
    files = files || offer_for(argument) == Offer::kFiles;
    const std::vector<std::string> more = offered_words(argument);
    words.insert(words.end(), more.begin(), more.end());
  }
  return "      " + in_quotes(joined_words(command)) + ") words=" + in_quotes(joined(words)) + (files ? " files=1" : "") +
         " ;;\n";
}

// ---- zsh

// Inside the brackets and colons of an _arguments specification.
std::string zsh_text(std::string_view text) { return replaced(text, "[]:\\", "\\&"); }

std::string zsh_action(const OptionRow& option) {
  switch (offer_for(option)) {
    case Offer::kFiles:
      return "_files";
    case Offer::kNothing:
      return " ";
    default:
      return "(" + joined(offered_words(option)) + ")";
  }
}

std::string zsh_option(const OptionRow& option) {
  std::string specification;
  const std::string text = "[" + zsh_text(option.description) + "]";
  const std::string value = option.value.empty() ? "" : ":" + zsh_text(option.value) + ":" + zsh_action(option);
  // One name of an option excludes its others.
  const std::string others = option.names.size() > 1 && !option.repeated ? "(" + joined(option.names) + ")" : "";
  for (const std::string& name : option.names) {
    const bool with_equals = !option.value.empty() && name.starts_with("--");
    specification +=
        " \\\n    " + in_quotes(others + (option.repeated ? "*" : "") + name + (with_equals ? "=" : "") + text + value);
  }
  return specification;
}

std::string zsh_function_name(const CommandRow& command) {
  std::string name = "_beamwright";
  for (const std::string& word : command.words) name += "_" + replaced(word, "-", "_");
  return name;
}

std::string zsh_function(const std::vector<CommandRow>& table, const CommandRow& command) {
  const std::vector<const CommandRow*> commands = below(table, command);
  std::string out = zsh_function_name(command) + "() {\n";
  if (!commands.empty()) out += "  local context state state_descr line ret=1\n  typeset -A opt_args\n";
  out += std::string("  _arguments") + (commands.empty() ? "" : " -C");
  for (const OptionRow& option : command.options) out += zsh_option(option);
  if (commands.empty()) {
    for (const OptionRow& argument : command.arguments) {
      out += " \\\n    " + in_quotes((argument.repeated ? "*:" : ":") + zsh_text(argument.value) + ":" + zsh_action(argument));
    }
    return out + "\n}\n";
  }
  out +=
      " \\\n    '1: :->command' \\\n    '*:: :->arguments' && ret=0\n  case $state in\n    command)\n      local -a commands=(\n";
  for (const CommandRow* each : commands)
    out += "        " + in_quotes(each->words.back() + ":" + zsh_text(each->description)) + "\n";
  out += "      )\n      _describe -t commands command commands && ret=0 ;;\n    arguments)\n      case $line[1] in\n";
  for (const CommandRow* each : commands)
    out += "        " + each->words.back() + ") " + zsh_function_name(*each) + " && ret=0 ;;\n";
  return out + "      esac ;;\n  esac\n  return ret\n}\n";
}

// ---- fish

// In single quotes, as fish reads them: a backslash guards itself and the quote.
std::string fish_quoted(std::string_view text) { return "'" + replaced(text, "'\\", "\\&") + "'"; }

std::string fish_condition(const CommandRow& command) {
  if (command.words.empty()) return " -n __fish_use_subcommand";
  std::string condition;
  for (const std::string& word : command.words) {
    condition += (condition.empty() ? "" : "; and ") + std::string("__fish_seen_subcommand_from ") + word;
  }
  return " -n " + fish_quoted(condition);
}

std::string fish_option(const CommandRow& command, const OptionRow& option) {
  std::string line = "complete -c beamwright" + fish_condition(command);
  for (const std::string& name : option.names) {
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  switch (option.value.empty() ? Offer::kNothing : offer_for(option)) {
    case Offer::kFiles:
      line += " -r -F";
      break;
    case Offer::kNothing:
      line += option.value.empty() ? "" : " -x";
      break;
    default:
      line += " -x -a " + fish_quoted(joined(offered_words(option)));
  }
  return line + " -d " + fish_quoted(option.description) + "\n";
}

std::string fish_argument(const CommandRow& command, const OptionRow& argument) {
  const std::string line = "complete -c beamwright" + fish_condition(command);
  switch (offer_for(argument)) {
    case Offer::kFiles:
      return line + " -F\n";
    case Offer::kNothing:
      return {};
    default:
      return line + " -a " + fish_quoted(joined(offered_words(argument))) + "\n";
  }
}

}  // namespace

std::string bash_completions(const std::vector<CommandRow>& table) {
  std::vector<std::string> commands;
  std::string values, options, arguments;
  for (const CommandRow& command : table) {
    if (!command.words.empty()) commands.push_back(in_quotes(joined_words(command)));
    std::vector<std::string> names;
    for (const OptionRow& option : command.options) {
      names.insert(names.end(), option.names.begin(), option.names.end());
      if (!option.value.empty()) values += bash_value_case(command, option);
    }
    options += "      " + in_quotes(joined_words(command)) + ") words=" + in_quotes(joined(names)) + " ;;\n";
    arguments += bash_argument_case(table, command);
  }
  std::string out(kBashOpening);
  replace_once(out, "@commands@", joined(commands, " | "));
  replace_once(out, "@values@", values);
  replace_once(out, "@options@", options);
  replace_once(out, "@arguments@", arguments);
  return out;
}

std::string zsh_completions(const std::vector<CommandRow>& table) {
  std::string out = "#compdef beamwright\n# Completion of beamwright in zsh, made by `beamwright completions zsh`.\n";
  for (const CommandRow& command : table) out += zsh_function(table, command);
  // Read as a file of $fpath it is the function's first call; read by `source` it must be announced.
  return out + "if [[ $funcstack[1] == _beamwright ]]; then\n  _beamwright \"$@\"\nelse\n  compdef _beamwright beamwright\nfi\n";
}

std::string fish_completions(const std::vector<CommandRow>& table) {
  std::string out = "# Completion of beamwright in fish, made by `beamwright completions fish`.\ncomplete -c beamwright -f\n";
  for (const CommandRow& command : table) {
    for (const CommandRow* each : below(table, command)) {
      out += "complete -c beamwright" + fish_condition(command) + " -a " + each->words.back() + " -d " +
             fish_quoted(each->description) + "\n";
    }
    for (const OptionRow& option : command.options) out += fish_option(command, option);
    for (const OptionRow& argument : command.arguments) out += fish_argument(command, argument);
  }
  return out;
}

void CompletionsCommand::add_to(CLI::App& app) {
  program_ = &app;
  command_ = app.add_subcommand("completions", "Print what a shell needs to complete commands, options and values");
  command_->add_option("SHELL", shell_, "bash, zsh, fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command_->footer(
      "bash: source <(beamwright completions bash). zsh: a file _beamwright in a folder of $fpath. "
      "fish: ~/.config/fish/completions/beamwright.fish.");
}

int CompletionsCommand::run() {
  const std::vector<CommandRow> table = command_table(*program_);
  if (shell_ == "bash") return print(bash_completions(table), kExitClean);
  if (shell_ == "zsh") return print(zsh_completions(table), kExitClean);
  return print(fish_completions(table), kExitClean);
}

}  // namespace beamwright::app
