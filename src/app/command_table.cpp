// CLI11 says what --help prints of a value as one text, "TEXT:{text,json}": type, then what is checked.
#include "app/command_table.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

#include "rules/lookup.h"
#include "rules/rule.h"

namespace beamwright::app {
namespace {

std::vector<std::string> allowed_values(const std::string& type) {
  const std::size_t open = type.find(":{");
  const std::size_t close = type.find('}', open == std::string::npos ? 0 : open);
  std::vector<std::string> values;
  if (open == std::string::npos || close == std::string::npos) return values;
  std::istringstream parts(type.substr(open + 2, close - open - 2));
  for (std::string part; std::getline(parts, part, ',');) values.push_back(part);
  return values;
}

OptionRow option_row(const CLI::Option& option) {
  OptionRow row;
  for (const std::string& name : option.get_snames()) row.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) row.names.push_back("--" + name);
  const bool by_place = row.names.empty();
  const std::string type = option.get_type_name();
  if (by_place) {
    row.value = option.get_name(true);
  } else if (option.get_items_expected_max() > 0) {
    row.value = type.substr(0, type.find(':'));
  }
  row.values = allowed_values(type);
  row.description = option.get_description();
  row.required = option.get_required();
  row.repeated = option.get_items_expected_max() > 1;
  return row;
}

void add_command(const CLI::App& app, const std::vector<std::string>& words, std::vector<CommandRow>& table) {
  CommandRow row;
  row.words = words;
  row.description = app.get_description();
  row.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    OptionRow made = option_row(*option);
    (made.names.empty() ? row.arguments : row.options).push_back(std::move(made));
  }
  table.push_back(std::move(row));
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_group().empty() || command->get_name().empty()) continue;
    std::vector<std::string> further = words;
    further.push_back(command->get_name());
    add_command(*command, further, table);
  }
}

}  // namespace

std::vector<CommandRow> command_table(const CLI::App& program) {
  std::vector<CommandRow> table;
  add_command(program, {}, table);
  return table;
}

std::string joined_words(const CommandRow& command) {
  std::string all;
  for (const std::string& word : command.words) all += (all.empty() ? "" : " ") + word;
  return all;
}

Offer offer_for(const OptionRow& option) {
  constexpr std::array<std::string_view, 4> kFiles{"PATH", "FILE", "FOLDER", "TEXT"};
  if (!option.values.empty()) return Offer::kValues;
  if (option.value == "RULE" || option.value == "RULES") return Offer::kRules;
  // A text that nothing says more about is a file's name more often than not.
  return std::find(kFiles.begin(), kFiles.end(), option.value) != kFiles.end() ? Offer::kFiles : Offer::kNothing;
}

std::vector<std::string> offered_words(const OptionRow& option) {
  if (offer_for(option) != Offer::kRules) return option.values;
  std::vector<std::string> words, families;
  for (const rules::RegisteredRule& each : rules::all_rules()) {
    const rules::RuleInfo& info = each.rule->info;
    words.emplace_back(info.code);
    words.emplace_back(info.name);
    if (option.value == "RULES") families.emplace_back(to_string(info.family));
  }
  std::sort(families.begin(), families.end());
  families.erase(std::unique(families.begin(), families.end()), families.end());
  words.insert(words.end(), families.begin(), families.end());
  return words;
}

}  // namespace beamwright::app
