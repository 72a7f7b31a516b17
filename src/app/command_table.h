// All commands and options of the program as plain data, read from the command line parser itself, so that the man page and the
// completions of shells know every command without a second list.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace beamwright::app {

struct OptionRow {
  std::vector<std::string> names;   // "-o", "--output"; empty for an argument that is known by its place
  std::string value;                // what --help calls the value: PATH, RULES, TEXT; empty for a flag
  std::vector<std::string> values;  // the only ones allowed; empty: any
  std::string description;
  bool required = false;
  bool repeated = false;
};

struct CommandRow {
  std::vector<std::string> words;  // after the program's name: {"check"}; none for the program itself
  std::string description;
  std::string footer;
  std::vector<OptionRow> options;    // in the order of --help
  std::vector<OptionRow> arguments;  // by place
};

// The program itself, then its commands in the order of --help, each followed by its own. What is hidden from --help stays out.
std::vector<CommandRow> command_table(const CLI::App& program);

// The names of a command's words with spaces between: "check".
std::string joined_words(const CommandRow& command);

// What a shell may offer for a value.
enum class Offer { kNothing, kFiles, kRules, kValues };
Offer offer_for(const OptionRow& option);

// Those words: the allowed values, or the names, codes and families of rules.
std::vector<std::string> offered_words(const OptionRow& option);

}  // namespace beamwright::app
