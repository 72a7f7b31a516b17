// groff_man(7): a line that begins with a dot or an apostrophe is a request, a backslash begins an escape, and a hyphen that
// people shall be able to copy is \-.
#include "app/man_page.h"

#include <CLI/CLI.hpp>

#include "app/cli.h"
#include "app/output.h"
#include "report/layout.h"
#include "report/version.h"

namespace beamwright::app {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    line_start = c == '\n';
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

// A paragraph in lines of a length that people who read the page's source expect.
std::string paragraph(std::string_view text) {
  constexpr std::size_t kLine = 72;
  std::string lines;
  report::append_wrapped(lines, text, 0, kLine);
  return escaped(lines);
}

std::string bold(std::string_view text) { return "\\fB" + escaped(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + escaped(text) + "\\fR"; }

std::string called(const CommandRow& command) {
  std::string text = bold(command.words.empty() ? "beamwright" : "beamwright " + joined_words(command));
  if (!command.options.empty()) text += " [" + italic("OPTIONS") + "]";
  for (const OptionRow& argument : command.arguments) {
    const std::string name = italic(argument.value) + (argument.repeated ? " ..." : "");
    text += argument.required ? " " + name : " [" + name + "]";
  }
  return text;
}

void add_rows(const std::vector<OptionRow>& rows, std::string& out) {
  for (const OptionRow& row : rows) {
    out += ".TP\n";
    for (std::size_t i = 0; i < row.names.size(); ++i) out += (i > 0 ? ", " : "") + bold(row.names[i]);
    if (!row.value.empty()) out += (row.names.empty() ? "" : " ") + italic(row.value);
    out += "\n" + paragraph(row.description);
    if (!row.values.empty()) {
      out += "\n.br\nOne of";
      for (std::size_t i = 0; i < row.values.size(); ++i) out += (i > 0 ? ",\n" : "\n") + bold(row.values[i]);
      out += ".";
    }
    out += "\n";
  }
}

}  // namespace

std::string man_page(const std::vector<CommandRow>& table, std::string_view version) {
  const CommandRow& program = table.front();
  // No date: the same version makes the same page.
  std::string out = ".TH BEAMWRIGHT 1 \"\" \"beamwright " + escaped(version) + "\" \"User Commands\"\n";
  out += ".SH NAME\nbeamwright \\- review Elixir and Erlang backends\n.SH SYNOPSIS\n";
  for (const CommandRow& command : table) {
    if (!command.words.empty()) out += (&command == &table[1] ? "" : ".br\n") + called(command) + "\n";
  }
  out += ".SH DESCRIPTION\n" + paragraph(program.description) + "\n.SH OPTIONS\n";
  add_rows(program.options, out);
  out += ".SH COMMANDS\n";
  for (const CommandRow& command : table) {
    if (command.words.empty()) continue;
    out += ".SS " + called(command) + "\n" + paragraph(command.description + ".") + "\n";
    add_rows(command.arguments, out);
    add_rows(command.options, out);
    // Commands inherit the program's closing words unless they have their own.
    if (!command.footer.empty() && command.footer != program.footer) out += ".PP\n" + paragraph(command.footer) + "\n";
  }
  out += ".SH EXIT STATUS\n" + paragraph(program.footer) + "\n";
  out += ".SH FILES\n.TP\n" + italic(".beamwright.toml") +
         "\nSettings of a project, looked for in the reviewed folder\nand in every folder above it.\n";
  out += ".SH ENVIRONMENT\n.TP\n" + bold("NO_COLOR") +
         "\nWhen set and not empty, nothing is coloured\nunless \\fB\\-\\-color always\\fR asks for it.\n";
  return out;
}

void ManCommand::add_to(CLI::App& app) {
  program_ = &app;
  command_ = app.add_subcommand("man", "Print the manual page: `beamwright man | man -l -`");
}

int ManCommand::run() { return print(man_page(command_table(*program_), report::version()), kExitClean); }

}  // namespace beamwright::app
