// Puts units together, and answers which module or function a name means. Numbers follow path order, so that the same sources
// give the same program whichever thread lowered which file.
#include "model/program.h"

#include <algorithm>
#include <bit>
#include <map>
#include <tuple>

namespace beamwright::model {

struct Program::Index {
  // Modules by name: the first of each name, and for each module the next one of its name, in path order.
  std::vector<ModuleId> first_module;  // open addressing
  std::vector<ModuleId> next_module;   // by ModuleId
  std::vector<FunctionId> functions;   // open addressing by module, name and arity
};

namespace {

std::size_t table_size(std::size_t rows) { return std::bit_ceil(rows * 2 + 1); }

std::size_t hash_module(Symbol name) {
  const std::uint64_t mixed = name.index * 0x9E3779B97F4A7C15ull;
  return static_cast<std::size_t>(mixed >> 32);
}

std::size_t hash_function(ModuleId module, Symbol name, std::uint32_t arity) {
  std::uint64_t mixed = (std::uint64_t{module.index} << 32 | name.index) * 0x9E3779B97F4A7C15ull;
  mixed = (mixed ^ (mixed >> 29) ^ arity) * 0xBF58476D1CE4E5B9ull;
  return static_cast<std::size_t>(mixed >> 32);
}

void index_modules(const Program& program, Program::Index& index) {
  index.first_module.assign(table_size(program.modules.size()), ModuleId());
  index.next_module.assign(program.modules.size(), ModuleId());
  const std::size_t mask = index.first_module.size() - 1;
  std::vector<ModuleId> last(index.first_module.size());
  for (std::size_t i = 0; i < program.modules.size(); ++i) {
    const ModuleId id(i);
    const Symbol name = program.module(id).name;
    if (!name) continue;
    std::size_t at = hash_module(name) & mask;
    while (index.first_module[at] && program.module(index.first_module[at]).name != name) at = (at + 1) & mask;
    if (index.first_module[at]) {
      index.next_module[last[at].index] = id;
    } else {
      index.first_module[at] = id;
    }
    last[at] = id;
  }
}

// A template exists in the modules that use its module, so a function that is really there goes before it.
void index_functions(const Program& program, Program::Index& index) {
  index.functions.assign(table_size(program.functions.size()), FunctionId());
  const std::size_t mask = index.functions.size() - 1;
  for (const bool templates : {false, true}) {
    for (std::size_t i = 0; i < program.functions.size(); ++i) {
      const FunctionId id(i);
      const Function& function = program.function(id);
      if (function.has(kTemplate) != templates) continue;
      const ModuleId module = program.module_of(id);
      std::size_t at = hash_function(module, function.name, function.arity) & mask;
      for (; index.functions[at]; at = (at + 1) & mask) {
        const Function& other = program.function(index.functions[at]);
        if (other.name == function.name && other.arity == function.arity && program.module_of(index.functions[at]) == module)
          break;
      }
      if (!index.functions[at]) index.functions[at] = id;
    }
  }
}

// Which module each instance's functions are of.
void find_users(Program& program) {
  if (std::none_of(program.units.begin(), program.units.end(), [](const auto& unit) { return unit->is_instance(); })) return;
  std::map<source::FileId, const Unit*> by_file;
  for (const auto& unit : program.units)
    if (!unit->is_instance()) by_file.emplace(unit->file, unit.get());
  std::vector<std::vector<FunctionRange::Range>> brought(program.modules.size());
  for (const auto& unit : program.units) {
    if (!unit->is_instance()) continue;
    const Unit& of = *by_file.at(unit->user_file);
    unit->user = ModuleId(of.first_module + unit->user_module.index);
    if (!unit->functions.empty())
      brought[unit->user.index].push_back({unit->first_function, static_cast<std::uint32_t>(unit->functions.size())});
  }
  program.first_brought.push_back(0);
  for (const auto& ranges : brought) {
    program.brought.insert(program.brought.end(), ranges.begin(), ranges.end());
    program.first_brought.push_back(static_cast<std::uint32_t>(program.brought.size()));
  }
}

}  // namespace

Program link(std::vector<std::unique_ptr<Unit>> units, const source::FileTable& files) {
  std::erase_if(units, [](const auto& unit) { return !unit; });
  std::sort(units.begin(), units.end(), [&](const auto& a, const auto& b) {
    const int order = files.file(a->file).path.compare(files.file(b->file).path);
    if (order != 0) return order < 0;
    return std::tuple(a->file, a->is_instance(), a->user_file, a->user_module) <
           std::tuple(b->file, b->is_instance(), b->user_file, b->user_module);
  });

  Program program;
  program.files = &files;
  program.units = std::move(units);
  std::size_t modules = 0, functions = 0, calls = 0;
  for (const auto& unit : program.units) {
    unit->first_module = static_cast<std::uint32_t>(modules);
    unit->first_function = static_cast<std::uint32_t>(functions);
    unit->first_call = static_cast<std::uint32_t>(calls);
    modules += unit->modules.size();
    functions += unit->functions.size();
    calls += unit->calls.size();
  }
  program.modules.reserve(modules);
  program.functions.reserve(functions);
  program.call_units.reserve(calls);
  for (std::size_t i = 0; i < program.units.size(); ++i) {
    const Unit& unit = *program.units[i];
    for (std::uint32_t m = 0; m < unit.modules.size(); ++m) program.modules.push_back({UnitId(i), m});
    for (std::uint32_t f = 0; f < unit.functions.size(); ++f) program.functions.push_back({UnitId(i), f});
    program.call_units.insert(program.call_units.end(), unit.calls.size(), UnitId(i));
  }

  find_users(program);
  auto index = std::make_shared<Program::Index>();
  index_modules(program, *index);
  index_functions(program, *index);
  program.index = std::move(index);
  return program;
}

ModuleId Program::find_module(Symbol name, source::ProjectId from) const {
  if (!index || !name) return {};
  const std::size_t mask = index->first_module.size() - 1;
  std::size_t at = hash_module(name) & mask;
  while (index->first_module[at] && module(index->first_module[at]).name != name) at = (at + 1) & mask;
  const ModuleId first = index->first_module[at];
  for (ModuleId id = first; id; id = index->next_module[id.index]) {
    if (unit_of(id).project == from) return id;
  }
  return first;
}

FunctionId Program::find_function(ModuleId wanted, Symbol name, std::uint32_t arity) const {
  if (!index || !wanted) return {};
  const std::size_t mask = index->functions.size() - 1;
  for (std::size_t at = hash_function(wanted, name, arity) & mask; index->functions[at]; at = (at + 1) & mask) {
    const FunctionId id = index->functions[at];
    const Function& f = function(id);
    if (f.name == name && f.arity == arity && module_of(id) == wanted) return id;
  }
  return {};
}

}  // namespace beamwright::model
