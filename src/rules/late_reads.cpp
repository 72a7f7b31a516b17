#include "rules/late_reads.h"

#include <algorithm>
#include <map>
#include <set>

#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/reach.h"
#include "rules/sequence.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Table;
using analysis::TableOperation;
using analysis::Tables;
using analysis::TableStep;
using analysis::TableUse;

bool changes_rows(TableOperation operation) {
  return operation == TableOperation::kInsert || operation == TableOperation::kInsertNew ||
         operation == TableOperation::kDeleteKey || operation == TableOperation::kDeleteMatching;
}
bool reads_rows(TableOperation operation) {
  return operation == TableOperation::kLookup || operation == TableOperation::kScan || operation == TableOperation::kTraverse;
}

class Search {
 public:
  Search(const Program& program, const Facts& facts)
      : program_(program), facts_(facts), tables_(analysis::tables_of(program, facts)) {}

  std::vector<LateRead> run() {
    for (std::uint32_t i = 0; i < facts_.messages.messages.size(); ++i) {
      const Message& message = facts_.message(MessageId(i));
      if (!message.receiver || message.runs != analysis::Runs::kCaller) continue;
      for (const HandlerId handler : takers(facts_, message)) {
        for (const TableStep& write : writes_of(handler)) {
          if (message.kind == MessageKind::kCall && !answers_before(handler, write)) continue;
          from_sender(MessageId(i), handler, write);
        }
      }
    }
    return std::move(found_);
  }

 private:
  // What the clause writes when it takes the message.
  const std::vector<TableStep>& writes_of(HandlerId id) {
    const auto [at, fresh] = writes_.try_emplace(id);
    const Handler& handler = facts_.handler(id);
    if (!fresh || !writes_tables(handler.function)) return at->second;
    for (const TableStep& step : steps_of(handler.function)) {
      const TableUse& use = tables_.use(step.use);
      const Table& table = tables_.table(use.table);
      if (!changes_rows(use.operation) || use.possible || table.dynamic) continue;
      if (table.kind == analysis::TableKind::kProcessDictionary || table.access() == analysis::TableAccess::kPrivate) continue;
      if (is_in_clause(handler, step.calls[0])) at->second.push_back(step);
    }
    return at->second;
  }

  bool writes_tables(FunctionId function) const {
    const analysis::EffectSet effects = facts_.effects.all[function.index];
    return effects.has(Effect::kEtsWrite) || effects.has(Effect::kPersistentTermWrite);
  }

  const std::vector<TableStep>& steps_of(FunctionId function) {
    const auto [at, fresh] = steps_.try_emplace(function);
    if (fresh) at->second = analysis::table_steps(program_, facts_, tables_, function);
    return at->second;
  }

  bool is_in_clause(const Handler& handler, CallId site) const {
    const Unit& unit = program_.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    const std::uint32_t at = unit.expr(program_.call(site).expr).begin;
    return clause.begin <= at && at < clause.end;
  }

  // gen_server:reply(From, ok) and then the write, in one clause.
  bool answers_before(HandlerId id, const TableStep& write) const {
    const Handler& handler = facts_.handler(id);
    const Unit& unit = program_.unit_of(handler.function);
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      const bool reply = calls_external(facts_, site, sym::gen_server, sym::reply) ||
                         calls_external(facts_, site, sym::Elixir_GenServer, sym::reply) ||
                         calls_external(facts_, site, intern("gen"), sym::reply);
      if (reply && runs_after(unit, program_.call(site).expr, program_.call(write.calls[0]).expr)) return true;
    }
    return false;
  }

  void from_sender(MessageId id, HandlerId handler, const TableStep& write) {
    const Message& message = facts_.message(id);
    look_from(id, handler, write, message.sender, {message.site}, {}, 0);
    if (message.kind == MessageKind::kCall) return;
    // A server that is called and passes it on: its callers come back before the receiver has done anything.
    for (const ProcessId server : facts_.contexts.of(message.sender).processes) {
      if (server == message.receiver) continue;
      for (const HandlerId by : analysis::handlers_running(program_, facts_, server, message.sender)) {
        const Handler& clause = facts_.handler(by);
        if (clause.kind != HandlerKind::kCall || clause.function != message.sender || !is_in_clause(clause, message.site))
          continue;
        for (const MessageId asked : messages_to(facts_, by)) {
          const Message& call = facts_.message(asked);
          if (call.runs == analysis::Runs::kCaller) look_from(id, handler, write, call.sender, {call.site, message.site}, by, 0);
        }
      }
    }
  }

  // In the function that tells, and in those that call it.
  void look_from(MessageId id, HandlerId handler, const TableStep& write, FunctionId function, const std::vector<CallId>& told,
                 HandlerId by, int level) {
    constexpr int kLevels = 2;
    look_in(id, handler, write, function, told, by);
    if (level == kLevels) return;
    for (const std::uint32_t i : facts_.calls.incoming_of(function)) {
      const analysis::Edge& edge = facts_.calls.edges[i];
      const FunctionId caller = facts_.calls.callers[i];
      if (edge.possible || edge.runs != analysis::Runs::kCaller || program_.call(edge.site).capture || caller == function)
        continue;
      if (facts_.calls.callees[edge.site.index].function != function) continue;
      std::vector<CallId> chain = {edge.site};
      chain.insert(chain.end(), told.begin(), told.end());
      look_from(id, handler, write, caller, chain, by, level + 1);
    }
  }

  void look_in(MessageId id, HandlerId handler, const TableStep& write, FunctionId function, const std::vector<CallId>& told,
               HandlerId by) {
    const analysis::EffectSet effects = facts_.effects.all[function.index];
    const Table& table = tables_.table(tables_.use(write.use).table);
    if (table.kind == analysis::TableKind::kEts && !effects.has(Effect::kEtsRead)) return;
    if (!in_production(program_, facts_, function) || is_run_by_receiver(function, id)) return;
    const Unit& unit = program_.unit_of(function);
    const ExprId first = program_.call(told[0]).expr;
    for (const TableStep& read : steps_of(function)) {
      const TableUse& use = tables_.use(read.use);
      if (use.table != tables_.use(write.use).table || !reads_rows(use.operation) || use.possible) continue;
      const ExprId second = program_.call(read.calls[0]).expr;
      if (!runs_after(unit, first, second) || asks_before_telling(id, read) || is_read_later(read)) continue;
      if (!is_about_the_same(function, told[0], read)) continue;
      if (waits_between(function, first, second, facts_.message(id).receiver)) continue;
      if (!seen_.emplace(function, told[0], use.table).second) continue;
      const bool replied = facts_.message(id).kind == MessageKind::kCall;
      found_.push_back({function, told, handler, write, read, id, by, replied});
      return;
    }
  }

  // A process does one thing at a time: what it tells itself it knows to come later.
  bool is_run_by_receiver(FunctionId function, MessageId id) const {
    const analysis::Context& context = facts_.contexts.of(function);
    return context.processes.size() == 1 && context.processes[0] == facts_.message(id).receiver;
  }

  // `case lookup(Key) of [] -> cast({fetch, Key}); _ -> ok end`: that it is told twice now and then is what the look spares,
  // mostly.
  bool asks_before_telling(MessageId id, const TableStep& read) const {
    return read.calls.size() > 1 && program_.function_of(tables_.use(read.use).site) == facts_.message(id).sender;
  }

  // In a function value that a helper gives back: nobody knows when it is run.
  bool is_read_later(const TableStep& read) const {
    return std::any_of(read.calls.begin() + 1, read.calls.end(),
                       [&](CallId site) { return static_cast<bool>(program_.call(site).closure); });
  }

  // What was told and the key that is read have a variable in common; or there is nothing to have in common.
  bool is_about_the_same(FunctionId function, CallId told, const TableStep& read) const {
    const Unit& unit = program_.unit_of(function);
    std::vector<model::VariableId> one;
    for (const ExprId argument : arguments_of(program_, told)) {
      for (const model::VariableId variable : variables_in(unit, argument)) one.push_back(variable);
    }
    const TableUse& use = tables_.use(read.use);
    if (use.operation != TableOperation::kLookup) return one.empty();
    const std::vector<model::VariableId> other = variables_of_key(read);
    if (one.empty() && other.empty()) return tables_.table(use.table).kind == analysis::TableKind::kPersistentTerm;
    return std::any_of(one.begin(), one.end(), [&](model::VariableId v) {
      return std::find(other.begin(), other.end(), v) != other.end() && !names_a_place(unit, v);
    });
  }

  // The variables of the outermost function that the key of a look-up is made of, followed up through the arguments.
  std::vector<model::VariableId> variables_of_key(const TableStep& read) const {
    const TableUse& use = tables_.use(read.use);
    std::vector<CallId> chain = read.calls;
    chain.insert(chain.end(), use.via.rbegin(), use.via.rend());
    if (chain.back() != use.site) chain.push_back(use.site);
    chain.erase(std::unique(chain.begin(), chain.end()), chain.end());
    const bool term = tables_.table(use.table).kind == analysis::TableKind::kPersistentTerm;
    const std::span<const ExprId> written = arguments_of(program_, use.site);
    const std::size_t position = term ? 0 : 1;
    if (position >= written.size()) return {};
    std::vector<ExprId> keys = {written[position]};
    for (std::size_t i = chain.size(); i-- > 0;) {
      const Unit& unit = program_.unit_of(chain[i]);
      std::vector<model::VariableId> variables;
      for (const ExprId key : keys) {
        const std::vector<model::VariableId> found = variables_in(unit, analysis::local_value(unit, key));
        variables.insert(variables.end(), found.begin(), found.end());
      }
      if (i == 0) return variables;
      keys.clear();
      const std::span<const ExprId> arguments = arguments_of(program_, chain[i - 1]);
      for (const model::VariableId variable : variables) {
        const auto parameter = analysis::parameter_of(unit, program_.function(program_.function_of(chain[i])), variable);
        if (parameter && parameter->index < arguments.size()) keys.push_back(arguments[parameter->index]);
      }
    }
    return {};
  }

  // The table, server or state that both calls are given is not what they are about.
  static bool names_a_place(const Unit& unit, model::VariableId variable) {
    if (!variable || variable.index >= unit.variables.size()) return true;
    const std::string_view name = unit.variables[variable.index].name.text();
    for (const std::string_view word : {"tab", "Tab", "table", "Table", "state", "State", "server", "Server", "opts", "Opts",
                                        "pid", "Pid", "context", "Context", "name", "Name"}) {
      if (name == word) return true;
    }
    return false;
  }

  // A call to the receiver comes back when it has taken what was sent before; a receive, an await and a sleep wait on purpose.
  bool waits_between(FunctionId function, ExprId first, ExprId second, ProcessId receiver) const {
    const Unit& unit = program_.unit_of(function);
    if (receives_between(unit, first, second)) return true;
    for (const CallId site : calls_between(program_, function, first, second)) {
      const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
      if (effects.has(Effect::kAwait) || effects.has(Effect::kSleep) || effects.has(Effect::kReceive)) return true;
      if (!effects.has(Effect::kCall)) continue;
      const std::vector<Reached> calls = messages_reached(program_, facts_, site, MessageKind::kCall);
      if (calls.empty()) return true;
      for (const Reached& reached : calls) {
        const ProcessId asked = facts_.message(reached.message).receiver;
        if (!asked || asked == receiver) return true;
      }
    }
    return false;
  }

  const Program& program_;
  const Facts& facts_;
  const Tables& tables_;
  std::map<HandlerId, std::vector<TableStep>> writes_;
  std::map<FunctionId, std::vector<TableStep>> steps_;
  std::set<std::tuple<FunctionId, CallId, analysis::TableId>> seen_;
  std::vector<LateRead> found_;
};

}  // namespace

std::vector<LateRead> late_reads(const Program& program, const Facts& facts) { return Search(program, facts).run(); }

}  // namespace beamwright::rules
