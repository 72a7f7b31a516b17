// The tables that a module makes or uses: `dump --stage facts`.
#include <algorithm>
#include <optional>

#include "analysis/input.h"
#include "analysis/left_rows.h"
#include "analysis/shared.h"
#include "analysis/tables.h"
#include "app/dump_facts.h"

namespace beamwright::app {

namespace {

using namespace analysis;
using model::Program;

std::string place(const Program& program, CallId site) {
  return shown_place(program, program.function_of(site), program.call(site).expr);
}

std::string_view word(TableSetting setting) {
  return setting == TableSetting::kOn ? "on" : setting == TableSetting::kOff ? "off" : "?";
}

std::string_view word(TableAccess access) {
  constexpr std::string_view kWords[] = {"protected", "public", "private", "access ?"};
  return kWords[static_cast<std::size_t>(access)];
}

std::string owner_text(const Program& program, const Facts& facts, const TableOwner& owner) {
  constexpr std::string_view kWords[] = {"whoever calls", "process", "supervisor", "application",
                                         "request",       "task",    "tool",       "test"};
  std::string out(kWords[static_cast<std::size_t>(owner.kind)]);
  if (owner.process) out += " " + model::display_module(program.module(facts.process(owner.process).module).name);
  return out;
}

std::string via_text(const Program& program, const std::vector<CallId>& via) {
  std::string out;
  for (const CallId site : via) out += " via " + place(program, site);
  return out;
}

std::string creation_text(const Program& program, const Facts& facts, TableKind kind, const TableCreation& c) {
  std::string out = "    created " + place(program, c.site) + via_text(program, c.via) + " in " +
                    model::display_function(program, c.function) + " by";
  for (std::size_t i = 0; i < c.owners.size(); ++i) out += (i ? ", " : " ") + owner_text(program, facts, c.owners[i]);
  if (c.loaded) return out + "; loaded from a file\n";
  out += ";";
  if (kind == TableKind::kEts) {
    out += " " + std::string(c.type ? c.type.text() : "type ?") + " " + std::string(word(c.access)) + " named " +
           std::string(word(c.named)) + " read_concurrency " + std::string(word(c.read_concurrency)) + " write_concurrency " +
           std::string(word(c.write_concurrency)) + " heir " + std::string(word(c.heir)) + " keypos " +
           (c.key_position < 0 ? "?" : std::to_string(c.key_position));
  }
  for (const Symbol storage : c.storage) out += " " + std::string(storage.text());
  if (!c.options_known) out += " (not all options read)";
  return out + "\n";
}

std::string runners_text(const Program& program, const Facts& facts, FunctionId function) {
  const Context& context = facts.contexts.of(function);
  std::string out;
  const auto add = [&](std::string_view text) { out += (out.empty() ? "" : ", ") + std::string(text); };
  for (const ProcessId id : context.processes) add(model::display_module(program.module(facts.process(id).module).name));
  if (context.many) add("more");
  constexpr std::pair<std::uint16_t, std::string_view> kFlags[] = {
      {kInRequest, "requests"},    {kInTask, "tasks"}, {kInBoot, "boot"},         {kInTool, "tools"},
      {kAtCompileTime, "compile"}, {kInTest, "tests"}, {kInShutdown, "shutdown"}, {kFromOutside, "outside"}};
  for (const auto& [flag, text] : kFlags) {
    if (context.flags & flag) add(text);
  }
  return out.empty() ? "nobody in sight" : out;
}

bool concerns(const Program& program, const Table& table, const Tables& tables, ModuleId module) {
  const auto within = [&](FunctionId f) { return program.module_of(f) == module; };
  return std::any_of(table.creations.begin(), table.creations.end(),
                     [&](const TableCreation& c) { return within(c.function); }) ||
         std::any_of(table.uses.begin(), table.uses.end(), [&](TableUseId id) { return within(tables.use(id).function); });
}

std::string row_text(const Program& program, const Facts& facts, const Tables& tables, const RowLeft& row) {
  const TableUse& use = tables.use(row.insertion);
  const FunctionId function = program.function_of(use.site);
  const TextOrigin origin = text_origin_of(program, facts, function, row.key);
  return "    row of " + place(program, use.site) + " under `" + source_text(program, program.unit_of(function), row.key) +
         "`, which is " + std::string(to_string(origin.kind)) + ", stays for " +
         display_handler(program, facts, facts.handler(row.adds)) + ": deleted only by " +
         display_handler(program, facts, facts.handler(row.deletes)) + ", a timer that is armed at " + place(program, row.armed) +
         "\n";
}

}  // namespace

void tables_section(const Program& program, const Facts& facts, ModuleId module, std::string& out) {
  const Tables& tables = tables_of(program, facts);
  std::optional<std::vector<RowLeft>> left;
  for (const Table& table : tables.tables) {
    if (!concerns(program, table, tables, module)) continue;
    out += "  table " + std::string(to_string(table.kind)) + " " + table.name + (table.dynamic ? " (many)" : "") + "\n";
    for (const TableCreation& creation : table.creations) out += creation_text(program, facts, table.kind, creation);
    for (const TableUseId id : table.uses) {
      const TableUse& use = tables.use(id);
      out += "    " + std::string(to_string(use.operation)) + (use.possible ? "? " : " ") + place(program, use.site) +
             via_text(program, use.via) + " in " + model::display_function(program, use.function) + ", run by " +
             runners_text(program, facts, use.function) + "\n";
    }
    if (!left) left = rows_left(program, facts);
    for (const RowLeft& row : *left) {
      if (&tables.table(row.table) == &table) out += row_text(program, facts, tables, row);
    }
  }
  for (const LostTableUse& lost : tables.lost) {
    const FunctionId function = program.function_of(lost.site);
    if (program.module_of(function) != module) continue;
    out += "  table of unknown name: " + std::string(to_string(lost.kind)) + " " + std::string(to_string(lost.operation)) + " " +
           place(program, lost.site) + " in " + model::display_function(program, function) + "\n";
  }
}

}  // namespace beamwright::app
