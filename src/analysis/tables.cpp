// First every creation is read, then every operation is traced to the name or the creation of its table.
#include "analysis/tables.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>

#include "analysis/instances.h"
#include "analysis/on_demand.h"
#include "analysis/table_creations.h"
#include "analysis/table_names.h"
#include "analysis/table_operations.h"
#include "analysis/trace.h"
#include "analysis/values.h"
#include "analysis/walk.h"

namespace beamwright::analysis {

using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;

namespace {

// Tables are told apart by their name, those without one by the place that makes them.
struct Key {
  TableKind kind;
  std::string name;
  CallId unnamed;
  bool operator<(const Key& other) const {
    return std::tie(kind, name, unnamed) < std::tie(other.kind, other.name, other.unnamed);
  }
};

FunctionId outermost_function(const Program& program, CallId site, const std::vector<CallId>& via) {
  return program.function_of(via.empty() ? site : via.back());
}

class Finder {
 public:
  Finder(const Program& program, const Facts& facts)
      : program_(program), facts_(facts), tracer_(program, facts), options_tracer_(program, facts), owners_(program, facts) {}

  Tables find() {
    collect_sites();
    for (const Site& site : sites_) {
      if (site.function.creates) create(site);
    }
    for (const Site& site : sites_) {
      if (!site.function.creates) use(site);
    }
    adopt_lost();
    finish();
    return std::move(out_);
  }

 private:
  struct Site {
    CallId call;
    TableFunction function;
  };

  void collect_sites() {
    const std::vector<External>& externals = facts_.calls.externals;
    std::vector<std::optional<TableFunction>> functions(externals.size());
    for (std::size_t i = 0; i < externals.size(); ++i) functions[i] = table_function(externals[i]);
    const Instantiated instantiated(program_);
    for (std::uint32_t i = 0; i < facts_.calls.callees.size(); ++i) {
      const std::uint32_t external = facts_.calls.callees[i].external;
      if (external == UINT32_MAX || !functions[external]) continue;
      const CallId call(i);
      const FunctionId in = program_.function_of(call);
      // The library that makes tables what they are says nothing about the tables of programs.
      if (!in || program_.call(call).capture || is_table_library(program_.module(program_.module_of(in)).name)) continue;
      if (!instantiated.contains(program_, in)) sites_.push_back({call, *functions[external]});
    }
  }

  static bool is_table_library(Symbol module) {
    const std::string_view name = module.text();
    return name == "ets" || name == "dets" || name == "dets_utils" || name == "dets_v9" || name.starts_with("mnesia");
  }

  ExprId argument(CallId site, std::size_t index) const {
    const Unit& unit = program_.unit_of(site);
    const auto arguments = unit.children_of(program_.call(site).expr);
    return index < arguments.size() ? arguments[index] : ExprId();
  }

  // Where some ways tell a name, those that tell none, or less of it, are other cases of the same.
  void keep_best(std::vector<TraceEnd>& ends) {
    if (ends.size() < 2) return;
    std::vector<int> told;
    for (const TraceEnd& end : ends) {
      const std::optional<TableName> name = table_name(program_, tracer_, end);
      told.push_back(is_creation(end) ? 2 : !name ? 0 : name->text.starts_with("made by ") ? 1 : 2);
    }
    const int best = *std::max_element(told.begin(), told.end());
    std::size_t kept = 0;
    for (std::size_t i = 0; i < ends.size(); ++i) {
      if (told[i] != best) continue;
      if (kept != i) ends[kept] = std::move(ends[i]);
      ++kept;
    }
    ends.resize(kept);
  }

  bool is_creation(const TraceEnd& end) const {
    const Unit& unit = program_.unit_of(end.place.function);
    const Expr& e = unit.expr(end.place.expr);
    if (e.kind != ExprKind::kCall) return false;
    const CallId made(unit.first_call + e.payload);
    const auto at = std::lower_bound(creations_.begin(), creations_.end(), std::pair(made, TableId(std::size_t{0})));
    return at != creations_.end() && at->first == made;
  }

  // ---- Creations

  void create(const Site& site) {
    const FunctionId in = program_.function_of(site.call);
    const ExprId name = argument(site.call, site.function.argument);
    std::vector<TraceEnd> ends = name ? tracer_.trace(in, name) : std::vector<TraceEnd>();
    keep_best(ends);
    if (ends.empty()) ends.push_back({.place = {in, name}, .via = {}});
    for (const TraceEnd& end : ends) create_one(site, end);
  }

  void create_one(const Site& site, const TraceEnd& end) {
    TableCreation made;
    made.site = site.call;
    made.via = end.via;
    made.function = outermost_function(program_, site.call, made.via);
    const std::optional<TableName> name = end.place.expr ? table_name(program_, tracer_, end) : std::nullopt;
    const ExprId options = argument(site.call, site.function.options);
    made.type = intern("set");
    if (options) {
      read_options(program_, options_tracer_, options, made);
    } else if (site.function.kind == TableKind::kEts) {
      made.loaded = true;
      made.options_known = false;
      made.access = TableAccess::kUnknown;
      made.type = {};
      made.named = made.read_concurrency = made.write_concurrency = made.heir = TableSetting::kUnknown;
    }
    if (site.function.kind != TableKind::kEts) made.named = TableSetting::kOn;
    made.owners = owners_.of(made);
    const bool named = made.named != TableSetting::kOff;
    const bool given = named && !name && site.function.kind == TableKind::kEts && is_given(site);
    const TableId id = given           ? given_to(program_.module_of(program_.function_of(site.call)))
                       : named && name ? table_of(site.function.kind, *name)
                                       : unnamed(site, name);
    Table& table = out_.tables[id.index];
    if (!table.module) table.module = program_.module_of(made.function);
    const bool again = std::any_of(table.creations.begin(), table.creations.end(),
                                   [&](const TableCreation& other) { return other.site == made.site && other.via == made.via; });
    if (!again) table.creations.push_back(std::move(made));
    creations_.emplace_back(site.call, id);
  }

  TableId table_of(TableKind kind, const TableName& name) {
    const auto [at, fresh] = ids_.try_emplace({kind, name.text, {}}, TableId(out_.tables.size()));
    if (fresh) {
      Table table;
      table.kind = kind;
      table.name = name.text;
      table.atom = name.atom;
      table.dynamic = name.dynamic;
      out_.tables.push_back(std::move(table));
    }
    return at->second;
  }

  // `init(Table) -> ets:new(Table, [named_table])`: whoever starts the owner says the name. For the functions of the module that
  // are given a name as well it is one table, whatever it is called: theirs.
  bool is_given(const Site& site) const {
    const ExprId name = argument(site.call, site.function.argument);
    return name && program_.unit_of(site.call).expr(name).kind == ExprKind::kVariable;
  }

  TableId given_to(ModuleId module) {
    const TableId id =
        table_of(TableKind::kEts, {"whose name is given to " + model::display_module(program_.module(module).name), {}, true});
    if (std::find(given_.begin(), given_.end(), std::pair(module, id)) == given_.end()) given_.emplace_back(module, id);
    return id;
  }

  TableId unnamed(const Site& site, const std::optional<TableName>& name) {
    const auto [at, fresh] = ids_.try_emplace({site.function.kind, {}, site.call}, TableId(out_.tables.size()));
    if (fresh) {
      Table table;
      table.kind = site.function.kind;
      table.name = (name ? name->text + " " : std::string()) + "without a name, of " +
                   model::display_function(program_, program_.function_of(site.call));
      out_.tables.push_back(std::move(table));
    }
    return at->second;
  }

  // ---- Operations

  void use(const Site& site) {
    const FunctionId in = program_.function_of(site.call);
    // The process dictionary belongs to one process: keys that come from elsewhere are rare and dear to look for.
    tracer_.set_callers(site.function.kind != TableKind::kProcessDictionary);
    std::vector<TraceEnd> ends = tracer_.trace(in, argument(site.call, site.function.argument));
    if (site.function.naming == TableNaming::kArgument) keep_best(ends);
    const std::size_t before = out_.uses.size();
    for (const TraceEnd& end : ends) use_end(site, end, ends.size() > 1 && end.via.empty());
    tracer_.set_callers(true);
    use_given(site, before, ends);
    if (out_.uses.size() == before) out_.lost.push_back({site.function.kind, site.function.operation, site.call});
  }

  void use_end(const Site& site, const TraceEnd& end, bool choice) {
    for (const TableId id : tables_at(site, end)) add_use(site, end, id, choice);
  }

  // What a function does to the table that it is given, in the module whose owner is given its name: where that is no table that
  // somebody else makes, and no one without a name.
  void use_given(const Site& site, std::size_t before, const std::vector<TraceEnd>& ends) {
    if (given_.empty() || site.function.kind != TableKind::kEts || !is_given(site)) return;
    const FunctionId in = program_.function_of(site.call);
    const auto at = std::find_if(given_.begin(), given_.end(), [&](const auto& g) { return g.first == program_.module_of(in); });
    if (at == given_.end()) return;
    for (std::size_t i = before; i < out_.uses.size(); ++i) {
      if (!out_.tables[out_.uses[i].table.index].creations.empty()) return;
    }
    if (!is_parameter(in, argument(site.call, site.function.argument))) return;
    for (const TraceEnd& end : ends) add_use(site, end, at->second, true);
  }

  bool is_parameter(FunctionId function, ExprId variable) const {
    const Unit& unit = program_.unit_of(function);
    const model::VariableId name(unit.expr(variable).payload);
    for (const model::ClauseId clause : program_.function(function).clauses) {
      for (const ExprId pattern : unit.patterns_of(unit.clause(clause))) {
        if (mentions(unit, pattern, {name})) return true;
      }
    }
    return false;
  }

  void add_use(const Site& site, const TraceEnd& end, TableId id, bool choice) {
    constexpr std::size_t kLast = 8;  // ways of one site stand side by side
    const auto last = out_.uses.rbegin() + static_cast<std::ptrdiff_t>(std::min(kLast, out_.uses.size()));
    const bool again = std::any_of(out_.uses.rbegin(), last, [&](const TableUse& other) {
      return other.site == site.call && other.table == id && other.via == end.via;
    });
    if (again) return;
    TableUse use;
    use.table = id;
    use.operation = site.function.operation;
    use.site = site.call;
    use.via = end.via;
    use.function = outermost_function(program_, site.call, end.via);
    use.possible = end.possible || choice;
    out_.uses.push_back(std::move(use));
  }

  std::vector<TableId> tables_at(const Site& site, const TraceEnd& end) {
    if (!end.place.expr) return {};
    const Unit& unit = program_.unit_of(end.place.function);
    const Expr& e = unit.expr(end.place.expr);
    switch (site.function.naming) {
      case TableNaming::kArgument:
        break;
      case TableNaming::kRecord:
        if (e.kind == ExprKind::kMap && e.has(model::kRecord) && e.symbol()) {
          return {table_of(site.function.kind, {std::string(e.symbol().text()), e.symbol(), false})};
        }
        return e.kind == ExprKind::kTuple && e.child_count > 0 ? named_by(site, end, unit.child(end.place.expr, 0)) : none();
      case TableNaming::kPair:
        return e.kind == ExprKind::kTuple && e.child_count == 2 ? named_by(site, end, unit.child(end.place.expr, 0)) : none();
      case TableNaming::kSubscribed:
        return e.kind == ExprKind::kTuple && e.child_count > 1 ? named_by(site, end, unit.child(end.place.expr, 1)) : none();
    }
    if (e.kind == ExprKind::kCall) {
      const CallId made(unit.first_call + e.payload);
      if (const auto known = created_at(site, end, made)) return {*known};
    }
    return named(site, end);
  }

  static std::vector<TableId> none() { return {}; }

  std::vector<TableId> named(const Site& site, const TraceEnd& end) {
    const std::optional<TableName> name = table_name(program_, tracer_, end);
    return name ? std::vector<TableId>{table_of(site.function.kind, *name)} : none();
  }

  std::vector<TableId> named_by(const Site& site, const TraceEnd& end, ExprId expr) {
    const std::vector<TraceEnd> ends = tracer_.go_on(end, expr);
    return ends.size() == 1 ? named(site, ends[0]) : none();
  }

  // The reference was made right there. A helper that makes several tables is told by the name it was given.
  std::optional<TableId> created_at(const Site& site, const TraceEnd& end, CallId made) {
    std::vector<TableId> ids;
    const auto first = std::lower_bound(creations_.begin(), creations_.end(), std::pair(made, TableId(std::size_t{0})));
    for (auto at = first; at != creations_.end() && at->first == made; ++at) {
      if (std::find(ids.begin(), ids.end(), at->second) == ids.end()) ids.push_back(at->second);
    }
    if (ids.empty()) return {};
    if (ids.size() == 1) return ids[0];
    const std::vector<TraceEnd> ends = tracer_.go_on(end, program_.unit_of(made).child(program_.call(made).expr, 0));
    if (ends.size() != 1) return {};
    const std::vector<TableId> exact = named(site, ends[0]);
    return exact.empty() ? std::nullopt : std::optional(exact[0]);
  }

  // A reference that was put away where it cannot be followed, in a persistent term, another table, an environment, comes back in
  // the functions of the module that made the table: where that made just one without a name, it is that one, most likely.
  void adopt_lost() {
    std::map<ModuleId, std::vector<TableId>> unnamed;
    for (std::uint32_t i = 0; i < out_.tables.size(); ++i) {
      const Table& table = out_.tables[i];
      if (table.kind != TableKind::kEts || table.creations.empty() || table.creations.front().named != TableSetting::kOff)
        continue;
      unnamed[program_.module_of(program_.function_of(table.creations.front().site))].push_back(TableId(i));
    }
    const auto adopt = [&](TableOperation operation, CallId site, FunctionId function) {
      const auto at = function ? unnamed.find(program_.module_of(function)) : unnamed.end();
      if (at == unnamed.end() || at->second.size() != 1) return;
      TableUse use;
      use.table = at->second.front();
      use.operation = operation;
      use.site = site;
      use.function = function;
      use.possible = true;
      out_.uses.push_back(std::move(use));
    };
    const std::size_t known = out_.uses.size();
    for (const LostTableUse& lost : out_.lost) {
      if (lost.kind == TableKind::kEts) adopt(lost.operation, lost.site, program_.function_of(lost.site));
    }
    // `defp table, do: :persistent_term.get(…)`: known by the function that gives it, and made by nobody.
    for (std::size_t i = 0; i < known; ++i) {
      const TableUse use = out_.uses[i];
      const Table& table = out_.tables[use.table.index];
      if (table.kind != TableKind::kEts || !table.creations.empty() || !table.name.starts_with("made by ")) continue;
      adopt(use.operation, use.site, program_.function_of(use.site));
    }
  }

  // ---- Order

  void finish() {
    Tables& t = out_;
    const auto order = [&](TableUseId a, TableUseId b) {
      const TableUse& x = t.uses[a.index];
      const TableUse& y = t.uses[b.index];
      return std::tuple(x.function, x.outermost(), x.site, x.table, a) <
             std::tuple(y.function, y.outermost(), y.site, y.table, b);
    };
    for (std::uint32_t i = 0; i < t.uses.size(); ++i) t.by_function.push_back(TableUseId(i));
    std::sort(t.by_function.begin(), t.by_function.end(), order);
    t.first_of_function.assign(program_.functions.size() + 1, 0);
    for (const TableUse& use : t.uses) ++t.first_of_function[use.function.index + 1];
    for (std::size_t i = 1; i < t.first_of_function.size(); ++i) t.first_of_function[i] += t.first_of_function[i - 1];
    for (const TableUseId id : t.by_function) {
      Table& table = t.tables[t.uses[id.index].table.index];
      table.uses.push_back(id);
      if (!table.module) table.module = program_.module_of(t.uses[id.index].function);
    }
  }

  const Program& program_;
  const Facts& facts_;
  Tracer tracer_;
  Tracer options_tracer_;  // a tracer's ends last until its next trace: those of names are still wanted
  TableOwners owners_;
  std::vector<Site> sites_;
  std::map<Key, TableId> ids_;
  std::vector<std::pair<CallId, TableId>> creations_;  // in order of site
  std::vector<std::pair<ModuleId, TableId>> given_;    // tables that whoever starts their owner names
  Tables out_;
};

TableSetting agreed(const std::vector<TableCreation>& creations, TableSetting TableCreation::*member) {
  if (creations.empty()) return TableSetting::kUnknown;
  const TableSetting first = creations[0].*member;
  const bool all = std::all_of(creations.begin(), creations.end(), [&](const TableCreation& c) { return c.*member == first; });
  return all ? first : TableSetting::kUnknown;
}

void add_steps(const Program& program, const Facts& facts, const Tables& tables, FunctionId function,
               std::vector<FunctionId>& inside, std::vector<CallId>& calls, std::vector<TableStep>& out) {
  constexpr std::size_t kMaxDepth = 3;
  constexpr std::size_t kMaxSteps = 64;
  inside.push_back(function);
  const std::span<const TableUseId> uses = tables.uses_in(function);
  std::size_t next = 0;
  const auto uses_before = [&](CallId site) {
    for (; next < uses.size() && tables.use(uses[next]).outermost() <= site; ++next) {
      const CallId at = tables.use(uses[next]).outermost();
      if (facts.calls.runs[at.index] != Runs::kCaller || out.size() >= kMaxSteps) continue;
      out.push_back({uses[next], calls});
      out.back().calls.push_back(at);
    }
  };
  for (const Edge& edge : facts.calls.edges_of(function)) {
    uses_before(edge.site);
    const bool enters = edge.runs == Runs::kCaller && !edge.possible && inside.size() <= kMaxDepth;
    if (!enters || std::find(inside.begin(), inside.end(), edge.callee) != inside.end()) continue;
    calls.push_back(edge.site);
    add_steps(program, facts, tables, edge.callee, inside, calls, out);
    calls.pop_back();
  }
  uses_before(CallId(CallId::kNone - 1));
  inside.pop_back();
}

}  // namespace

TableAccess Table::access() const {
  if (creations.empty()) return TableAccess::kUnknown;
  const TableAccess first = creations[0].access;
  const bool all = std::all_of(creations.begin(), creations.end(), [&](const TableCreation& c) { return c.access == first; });
  return all ? first : TableAccess::kUnknown;
}

TableSetting Table::read_concurrency() const { return agreed(creations, &TableCreation::read_concurrency); }
TableSetting Table::write_concurrency() const { return agreed(creations, &TableCreation::write_concurrency); }

const Tables& tables_of(const Program& program, const Facts& facts) {
  OnDemand& on_demand = *facts.on_demand;
  std::call_once(on_demand.tables_once,
                 [&] { on_demand.tables = std::make_shared<const Tables>(Finder(program, facts).find()); });
  return *on_demand.tables;
}

std::vector<TableStep> table_steps(const Program& program, const Facts& facts, const Tables& tables, FunctionId function) {
  std::vector<TableStep> out;
  std::vector<FunctionId> inside;
  std::vector<CallId> calls;
  add_steps(program, facts, tables, function, inside, calls, out);
  return out;
}

}  // namespace beamwright::analysis
