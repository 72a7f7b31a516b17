#include "rules/created_twice.h"

#include <algorithm>
#include <set>

#include "analysis/values.h"
#include "rules/kept.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::TableOperation;
using analysis::TableUse;
using analysis::TableUseId;

class Finder {
 public:
  Finder(const Program& program, const Facts& facts)
      : program_(program), facts_(facts), tables_(analysis::tables_of(program, facts)) {}

  std::vector<CreatedTwice> find() {
    for (std::uint32_t i = 0; i < tables_.uses.size(); ++i) {
      const TableUse& use = tables_.use(TableUseId(i));
      if (use.operation != TableOperation::kInsert || use.possible || !use.via.empty()) continue;
      if (tables_.table(use.table).kind != analysis::TableKind::kEts || !in_production(program_, facts_, use.function)) continue;
      const Created created = created_for(use);
      if (!created.site) continue;
      for (const ProcessId process : facts_.contexts.of(use.function).processes) {
        for (const HandlerId id : facts_.process(process).handlers) look_at(id, use, created);
      }
    }
    return std::move(found_);
  }

 private:
  struct Created {
    CallId site;
    ExprId key;
  };

  // {Key, ets:new(…)}, {Key, Pid} after {ok, Pid} = start(…): what is put under the key was made for it.
  Created created_for(const TableUse& use) const {
    const std::span<const ExprId> arguments = arguments_of(program_, use.site);
    if (arguments.size() < 2) return {};
    const Unit& unit = program_.unit_of(use.site);
    const ExprId row = analysis::local_value(unit, arguments[1]);
    if (!row || unit.expr(row).kind != ExprKind::kTuple || unit.expr(row).child_count < 2) return {};
    for (std::uint32_t i = 1; i < unit.expr(row).child_count; ++i) {
      const ExprId part = unit.child(row, i);
      ExprId value = analysis::local_value(unit, part);
      if (value && unit.expr(value).kind == ExprKind::kVariable) value = matched_call(unit, value);
      if (value && unit.expr(value).kind == ExprKind::kCall) {
        const CallId site(unit.first_call + unit.expr(value).payload);
        const Resource made = returned_by(program_, facts_, site);
        if (made == Resource::kTable || made == Resource::kProcess || made == Resource::kSocket || made == Resource::kPort)
          return {site, unit.child(row, 0)};
      }
    }
    return {};
  }

  // {ok, Pid} = call()
  static ExprId matched_call(const Unit& unit, ExprId variable) {
    const model::Expr& e = unit.expr(variable);
    if (e.payload >= unit.variables.size() || !unit.variables[e.payload].binding) return {};
    const ExprId pair = unit.parent(unit.variables[e.payload].binding);
    const ExprId match = pair ? unit.parent(pair) : ExprId();
    if (!match || unit.expr(pair).kind != ExprKind::kTuple || unit.expr(match).kind != ExprKind::kMatch) return {};
    return unit.child(match, 0) == pair ? unit.child(match, 1) : ExprId();
  }

  void look_at(HandlerId id, const TableUse& use, const Created& created) {
    const Handler& handler = facts_.handler(id);
    if (handler.kind != HandlerKind::kCall || handler.function != use.function) return;
    const Unit& unit = program_.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    const std::uint32_t at = unit.expr(program_.call(use.site).expr).begin;
    const std::span<const ExprId> patterns = unit.patterns_of(clause);
    if (at < clause.begin || at >= clause.end || patterns.empty()) return;
    const std::vector<model::VariableId> named = variables_in(unit, created.key);
    if (named.empty() || !mentions(unit, patterns[0], named) || looks_again(handler, use.table)) return;
    for (const MessageId message : messages_to(facts_, id)) {
      const CallId asked = facts_.message(message).site;
      const FunctionId sender = facts_.message(message).sender;
      if (looks_up_first(sender, asked, use.table, id, use, created)) return;
      for (const std::uint32_t index : facts_.calls.incoming_of(sender)) {
        const CallId site = facts_.calls.edges[index].site;
        if (looks_up_first(facts_.calls.callers[index], site, use.table, id, use, created)) return;
      }
    }
  }

  // Does the clause, or what it calls, look whether the row is there by now?
  bool looks_again(const Handler& handler, analysis::TableId table) const {
    constexpr std::size_t kMostFunctions = 40;
    std::set<FunctionId> seen = {handler.function};
    std::vector<CallId> sites = analysis::calls_in_clause(program_, handler.function, handler.clause);
    for (std::size_t i = 0; i < sites.size(); ++i) {
      const Symbol name = program_.call(sites[i]).name;
      if (name) {
        for (const std::string_view word : {"lookup", "member", "whereis", "insert_new", "find", "get_", "info", "exists"})
          if (name.text().find(word) != std::string_view::npos) return true;
      }
      const FunctionId callee = facts_.calls.callees[sites[i].index].function;
      if (!callee || facts_.calls.runs[sites[i].index] != analysis::Runs::kCaller || !seen.insert(callee).second) continue;
      if (seen.size() > kMostFunctions || reads(callee, table)) return true;
      for (const CallId site : program_.calls_of(callee)) sites.push_back(site);
    }
    return false;
  }

  bool reads(FunctionId function, analysis::TableId table) const {
    const std::span<const TableUseId> uses = tables_.uses_in(function);
    return std::any_of(uses.begin(), uses.end(), [&](TableUseId id) {
      return tables_.use(id).table == table && tables_.use(id).operation == TableOperation::kLookup;
    });
  }

  // The request stands in a clause of the case or behind the step of a with that takes the look-up, or is made by a helper that
  // is given what it finds: line(ets:lookup(Table, Key), Key).
  static bool decides(const Unit& unit, ExprId look_up, ExprId asked) {
    for (const ExprId argument : unit.children_of(asked)) {
      if (argument == look_up) return true;
    }
    for (ExprId around = unit.parent(asked); around; around = unit.parent(around)) {
      const model::Expr& e = unit.expr(around);
      if (e.kind == ExprKind::kWith) {
        for (const ExprId step : unit.children_of(around)) {
          if (unit.expr(step).kind == ExprKind::kGenerator && unit.child(step, 1) == look_up) return true;
        }
      }
      if (e.kind != ExprKind::kCase || e.child_count == 0) continue;
      const ExprId subject = unit.child(around, 0);
      if (subject == look_up || analysis::local_value(unit, subject) == look_up) return true;
    }
    return false;
  }

  bool looks_up_first(FunctionId client, CallId asked, analysis::TableId table, HandlerId handler, const TableUse& use,
                      const Created& created) {
    if (!client || !in_production(program_, facts_, client) || program_.function_of(asked) != client) return false;
    const Unit& unit = program_.unit_of(client);
    for (const TableUseId id : tables_.uses_in(client)) {
      const TableUse& look = tables_.use(id);
      if (look.table != table || look.operation != TableOperation::kLookup) continue;
      const ExprId call = program_.call(look.outermost()).expr;
      if (!decides(unit, call, program_.call(asked).expr)) continue;
      found_.push_back({table, look.outermost(), asked, handler, created.site, use.site});
      return true;
    }
    return false;
  }

  const Program& program_;
  const Facts& facts_;
  const analysis::Tables& tables_;
  std::vector<CreatedTwice> found_;
};

}  // namespace

std::vector<CreatedTwice> created_twice(const Program& program, const Facts& facts) { return Finder(program, facts).find(); }

}  // namespace beamwright::rules
