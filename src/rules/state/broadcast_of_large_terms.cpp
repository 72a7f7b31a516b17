// A message is copied for each receiver. To send a whole collection to each of many subscribers costs its size times their
// number, in the one process that sends, and as much memory on the receivers' heaps.
#include <algorithm>
#include <set>

#include "analysis/closures.h"
#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/support.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Change;
using analysis::PossibleKind;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter), states_(analysis::states_of(program, facts)) {}

  void run() {
    for (std::uint32_t i = 0; i < program_.functions.size(); ++i) {
      const FunctionId function(i);
      const ProcessId process = facts_.processes.of(program_.module_of(function));
      const analysis::EffectSet direct = facts_.effects.direct[i];
      if (!process || !(direct.has(Effect::kSend) || direct.has(Effect::kCast)) || !in_production(program_, facts_, function))
        continue;
      for (const CallId site : program_.calls_of(function)) review(site, function, process);
    }
  }

 private:
  void review(CallId site, FunctionId function, ProcessId process) {
    const analysis::External* external = facts_.calls.external(site);
    if (!external || !external->row || program_.call(site).capture || external->row->message_argument == 0) return;
    if (!external->row->effects.has(Effect::kSend) && !external->row->effects.has(Effect::kCast)) return;
    const std::string_view name = external->name.text();
    const bool broadcast = name.find("broadcast") != std::string_view::npos || name == "abcast";
    if (!broadcast && !in_loop(program_, facts_, site) && !is_called_in_loop(function)) return;
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (external->row->message_argument > arguments.size()) return;
    const ExprId message = arguments[external->row->message_argument - 1u];
    const std::string large = collection_in(function, process, message, 0);
    if (!large.empty()) report(site, function, process, large, broadcast);
  }

  // `Enum.each(subscribers, &send_data(&1, state))`: a private function that a loop of the module runs for each of many.
  bool is_called_in_loop(FunctionId function) const {
    if (program_.function(function).has(model::kPublic)) return false;
    const std::span<const std::uint32_t> incoming = facts_.calls.incoming_of(function);
    return std::any_of(incoming.begin(), incoming.end(), [&](std::uint32_t i) {
      const CallId call = facts_.calls.edges[i].site;
      return program_.module_of(facts_.calls.callers[i]) == program_.module_of(function) && in_loop(program_, facts_, call);
    });
  }

  // The collection of the process's state that is part of the message, by name.
  std::string collection_in(FunctionId function, ProcessId process, ExprId term, int depth) const {
    const Unit& unit = program_.unit_of(function);
    constexpr int kMaxDepth = 6;
    if (!term || depth > kMaxDepth) return {};
    const Symbol field = analysis::field_read(unit, term);
    if (field && (gains(process, field) || is_replaced(process, field))) return std::string(field.text());
    const ExprId value = analysis::local_value(unit, term);
    if (value != term) return collection_in(function, process, value, depth + 1);
    const model::Expr& e = unit.expr(term);
    if (e.kind == ExprKind::kVariable) return collection_from_callers(function, process, term, depth);
    // `Entries#{Key => Value}`, maps:put(Key, Value, Entries): the collection with an entry more.
    if (e.kind == ExprKind::kMap && e.has(model::kUpdate) && !e.symbol())
      return collection_in(function, process, unit.child(term, 0), depth + 1);
    if (e.kind == ExprKind::kCall) {
      if (const analysis::External* external = facts_.calls.external(CallId(unit.first_call + e.payload))) {
        const analysis::Grown grown = analysis::growth_of(unit, term, *external);
        if (grown.growth == analysis::Growth::kGains || grown.growth == analysis::Growth::kSame)
          return collection_in(function, process, grown.collection, depth + 1);
      }
    }
    if (e.kind == ExprKind::kTuple || e.kind == ExprKind::kList || (e.kind == ExprKind::kMap && !e.has(model::kUpdate))) {
      for (const ExprId child : unit.children_of(e)) {
        std::string found = collection_in(function, process, child, depth + 1);
        if (!found.empty()) return found;
      }
    }
    return e.kind == ExprKind::kCall ? collection_given(function, process, term, depth) : std::string();
  }

  // What the module gives its own helper: `tell_all(state.items)`.
  std::string collection_from_callers(FunctionId function, ProcessId process, ExprId variable, int depth) const {
    const Unit& unit = program_.unit_of(function);
    if (program_.function(function).has(model::kPublic)) return {};
    const auto parameter =
        analysis::parameter_of(unit, program_.function(function), model::VariableId(unit.expr(variable).payload));
    if (!parameter) return {};
    for (const std::uint32_t i : facts_.calls.incoming_of(function)) {
      const FunctionId caller = facts_.calls.callers[i];
      const CallId site = facts_.calls.edges[i].site;
      const std::span<const ExprId> arguments = arguments_of(program_, site);
      if (caller == function || program_.module_of(caller) != program_.module_of(function) || program_.call(site).capture)
        continue;
      if (parameter->index >= arguments.size()) continue;
      std::string found = collection_in(caller, process, arguments[parameter->index], depth + 1);
      if (!found.empty()) return found;
    }
    return {};
  }

  // What a function of the module gives for the state: `data_to_send(state)`.
  std::string collection_given(FunctionId function, ProcessId process, ExprId call, int depth) const {
    const Unit& unit = program_.unit_of(function);
    const FunctionId callee = facts_.calls.callees[unit.first_call + unit.expr(call).payload].function;
    if (!callee || program_.module_of(callee) != program_.module_of(function)) return {};
    std::string found;
    for (const model::ClauseId clause : program_.function(callee).clauses) {
      analysis::for_each_result(unit, unit.clause(clause).body, [&](ExprId result) {
        if (found.empty()) found = collection_in(callee, process, result, depth + 1);
      });
    }
    return found;
  }

  // A collection that starts empty and is replaced as a whole by what messages bring.
  bool is_replaced(ProcessId process, Symbol name) const {
    const analysis::StateField* field = states_.of(process).field(name);
    if (!field) return false;
    bool empty = false, replaced = false;
    for (const analysis::StateWrite& write : field->writes) {
      if (!write.value) continue;
      const Unit& unit = program_.unit_of(write.function);
      const model::Expr& e = unit.expr(analysis::local_value(unit, write.value));
      const bool collection = e.kind == ExprKind::kList || (e.kind == ExprKind::kMap && !e.symbol());
      empty |= write.initial && collection && e.child_count == 0;
      replaced |= !write.initial && e.kind == ExprKind::kVariable && write.changes.has(Change::kSets);
    }
    return empty && replaced;
  }

  bool gains(ProcessId process, Symbol name) const {
    const analysis::StateField* field = states_.of(process).field(name);
    return field && std::any_of(field->writes.begin(), field->writes.end(), [](const analysis::StateWrite& write) {
             return !write.initial && write.changes.has(Change::kGains);
           });
  }

  // Where messages make the collection what it is.
  void add_writes(ProcessId process, const std::string& large, Finding& finding) const {
    const analysis::StateField* field = states_.of(process).field(intern(large));
    if (!field) return;
    for (const analysis::StateWrite& write : field->writes) {
      if (write.initial || !(write.changes.has(Change::kGains) || write.changes.has(Change::kSets))) continue;
      finding.path.push_back(
          {program_.unit_of(write.function).span(write.place),
           large + (write.changes.has(Change::kGains) ? " grows here" : " is replaced here, as long as what came")});
      return;
    }
  }

  void report(CallId site, FunctionId function, ProcessId process, const std::string& large, bool broadcast) {
    const bool erlang = in_erlang(program_, function);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kPossible;
    finding.message = finding.function + " sends all of " + large +
                      (broadcast ? " to every subscriber" : " to each receiver in a loop") +
                      ": it is copied once for each of them";
    finding.why =
        "A message is copied for each receiver, 0.4 to 1.3 ms a megabyte, by the one process that sends. The cost is the size of "
        "the "
        "collection times the number of receivers, and both grow.";
    finding.fix =
        erlang ? "Send what has changed, or a key, and let receivers read the rest from an ETS table; a binary of more than 64 "
                 "bytes, such as an encoded message, is shared and not copied."
               : "Send what has changed, or a key, and let receivers read the rest from an ETS table; a binary of more than "
                 "64 bytes, such as an encoded message, is shared and not copied.";
    finding.path = {{finding.span, finding.function + " calls " + callee_text(program_, facts_, site)}};
    add_writes(process, large, finding);
    finding.key = large;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  const analysis::States& states_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& broadcast_of_large_terms() {
  static const Rule rule{{.code = "BW505",
                          .name = "broadcast-of-large-terms",
                          .family = findings::Family::kState,
                          .severity = Severity::kMedium,
                          .summary = "A whole collection of the state sent to each of many receivers"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
