// Persistent terms are read without a copy because nobody may change them: to replace or erase one, the VM scans the heap of
// every process for references to the old term, and each process that has one makes a copy and a full collection.
#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "analysis/possible_values.h"
#include "analysis/values.h"
#include "rules/origin.h"
#include "rules/support.h"
#include "rules/walk.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

using analysis::Count;
using analysis::ProcessKind;

enum class When : std::uint8_t { kRequest, kMessage, kInstance, kDeath, kTimer, kRareTimer };

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (const CallId site : wanted_calls(program_, reporter_)) {
      const analysis::External* external = facts_.calls.external(site);
      if (!external || !external->row || external->module != sym::persistent_term || program_.call(site).capture) continue;
      if (!external->row->effects.has(Effect::kPersistentTermWrite)) continue;
      const FunctionId function = program_.function_of(site);
      if (function && in_production(program_, facts_, function)) review(site, function);
    }
  }

 private:
  void review(CallId site, FunctionId function) {
    const Unit& unit = program_.unit_of(site);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (arguments.empty() || puts_once(site, function)) return;
    if (arguments.size() == 1 ? erases_immediate(site, arguments[0]) : is_immediate(function, arguments[1])) return;
    const bool dynamic = is_dynamic(function, arguments[0]);
    const std::optional<When> when = dynamic && erases_for_the_dead(site, function)
                                         ? When::kDeath
                                         : runs(function, dynamic, dynamic && is_fresh(unit, arguments[0]));
    if (when) report(site, function, arguments[0], dynamic, *when);
  }

  // An atom or a small number is no term that anybody holds a reference to: nothing is scanned when it goes. So is the answer
  // of a question and what guards or all callers say is one.
  bool is_immediate(FunctionId function, ExprId value) const {
    const Unit& unit = program_.unit_of(function);
    const ExprId at = analysis::local_value(unit, value);
    const model::Expr& e = unit.expr(at);
    if (e.kind == ExprKind::kAtom || e.kind == ExprKind::kInteger || e.kind == ExprKind::kFloat)
      return e.kind != ExprKind::kFloat;
    if (e.kind == ExprKind::kOperator) return gives_immediate(e.symbol().text());
    if (e.kind == ExprKind::kCall && unit.call_of(e).name.text().starts_with("is_")) return true;
    if (e.kind == ExprKind::kVariable && is_guarded(unit, at)) return true;
    const analysis::PossibleValues values = analysis::possible_values(program_, facts_, function, value);
    return !values.unknown && !values.message && !values.all.empty() &&
           std::all_of(values.all.begin(), values.all.end(), [](const analysis::PossibleValue& one) {
             return one.kind == analysis::PossibleKind::kAtom || one.kind == analysis::PossibleKind::kInteger;
           });
  }

  static bool gives_immediate(std::string_view name) {
    constexpr std::array<std::string_view, 19> kNames = {
        "==", "=:=", "===", "!=", "=/=", "/=", "!==", "<", ">", "<=", "=<", ">=", "not", "!", "and", "or", "+", "-", "rem"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
  }

  // `when is_atom(Value)`, in a clause around the place.
  static bool is_guarded(const Unit& unit, ExprId variable) {
    const model::VariableId id(unit.expr(variable).payload);
    if (!id || id.index >= unit.variables.size()) return false;
    const auto asks = [&](ExprId guard) {
      return any_below(unit, guard, [&](ExprId at) {
        const model::Expr& e = unit.expr(at);
        if (e.kind != ExprKind::kCall || e.child_count != 1 || !mentions(unit, at, {id})) return false;
        const std::string_view name = unit.call_of(e).name.text();
        return name == "is_atom" || name == "is_boolean" || name == "is_integer";
      });
    };
    for (const model::Clause& clause : unit.clauses) {
      const ExprId binding = unit.variables[id.index].binding;
      if (!clause.guard || !binding || clause.begin > unit.expr(binding).begin || clause.end < unit.expr(variable).end) continue;
      if (asks(clause.guard)) return true;
    }
    return false;
  }

  // What is put under the same key, as it is written, is never anything else than an atom or a small number.
  bool erases_immediate(CallId site, ExprId key) const {
    const std::string shown = source_text(program_, program_.unit_of(site), key, 80);
    bool any = false;
    for (const FunctionId function : program_.functions_of(program_.module_of(program_.function_of(site)))) {
      for (const CallId other : program_.calls_of(function)) {
        const analysis::External* external = facts_.calls.external(other);
        const auto arguments = arguments_of(program_, other);
        if (!external || external->module != sym::persistent_term || arguments.size() != 2) continue;
        if (!external->name.text().starts_with("put")) continue;
        if (source_text(program_, program_.unit_of(other), arguments[0], 80) != shown) continue;
        if (!is_immediate(function, arguments[1])) return false;
        any = true;
      }
    }
    return any;
  }

  // `Seen = persistent_term:get(seen), persistent_term:put(seen, maps:put(Id, Now, Seen))`: each time another one.
  bool is_made_of(const Unit& unit, CallId read, ExprId value) const {
    const ExprId around = unit.parent(program_.call(read).expr);
    if (!around || unit.expr(around).kind != ExprKind::kMatch || !value) return false;
    const std::vector<model::VariableId> bound = variables_in(unit, unit.child(around, 0));
    const ExprId made = analysis::local_value(unit, value);
    return unit.expr(made).kind != ExprKind::kVariable && mentions(unit, made, bound);
  }

  // The function asks first whether it is there, or what it is: then it is put once, or when it has changed.
  bool puts_once(CallId site, FunctionId function) const {
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    for (const CallId other : program_.calls_of(function)) {
      const analysis::External* external = facts_.calls.external(other);
      if (!external || other == site || external->module != sym::persistent_term || external->name != sym::get) continue;
      return !(arguments.size() == 2 && is_made_of(program_.unit_of(site), other, arguments[1])) &&
             !(serves_requests(function) && is_dynamic(function, arguments[0]) &&
               origin_of(program_, facts_, function, arguments[0]).kind >= OriginKind::kText);
    }
    for (const std::uint32_t i : facts_.calls.incoming_of(function)) {
      for (const CallId other : program_.calls_of(facts_.calls.callers[i])) {
        const analysis::External* external = facts_.calls.external(other);
        if (external && external->module == sym::persistent_term && external->name == sym::get) return true;
      }
    }
    return false;
  }

  bool is_dynamic(FunctionId function, ExprId key) const {
    const Unit& unit = program_.unit_of(function);
    if (variables_in(unit, key).empty()) return false;
    const OriginKind kind = origin_of(program_, facts_, function, key).kind;
    return kind != OriginKind::kFixed && kind != OriginKind::kBounded && kind != OriginKind::kSettings;
  }

  // In the module of a process for requests, or called from there: what lies deeper is mostly set up once.
  bool serves_requests(FunctionId function) const {
    const auto own = [&](FunctionId f) {
      const ProcessId process = facts_.processes.of(program_.module_of(f));
      return process && facts_.process(process).kind == ProcessKind::kRequest &&
             (facts_.contexts.of(f).flags & analysis::kInRequest) != 0;
    };
    if (own(function)) return true;
    const std::span<const std::uint32_t> incoming = facts_.calls.incoming_of(function);
    return std::any_of(incoming.begin(), incoming.end(), [&](std::uint32_t i) { return own(facts_.calls.callers[i]); });
  }

  std::optional<When> runs(FunctionId function, bool dynamic, bool fresh) const {
    if (serves_requests(function)) return When::kRequest;
    for (const ProcessId id : facts_.contexts.of(function).processes) {
      const Process& process = facts_.process(id);
      if (process.kind == ProcessKind::kRequest || process.module != program_.module_of(function)) continue;
      for (const HandlerId handler_id : process.handlers) {
        const Handler& handler = facts_.handler(handler_id);
        const bool serves =
            handler.kind == HandlerKind::kCall || handler.kind == HandlerKind::kCast || handler.kind == HandlerKind::kEvent;
        if (serves && !handler.catch_all && runs_in(handler, function)) return When::kMessage;
      }
      for (const HandlerId handler_id : process.handlers) {
        const Handler& handler = facts_.handler(handler_id);
        if (handler.kind != HandlerKind::kInfo || !handler.pattern.tag || !runs_in(handler, function)) continue;
        if (const auto period = period_of(process.module, handler.pattern.tag))
          return dynamic || *period <= kOftenMs ? When::kTimer : When::kRareTimer;
      }
      if (dynamic && process.count == Count::kMany) return When::kInstance;
      // One for each of many that come and go, and nothing in the sources ever takes one back.
      if (fresh && process.count != Count::kOne && !erases()) return When::kInstance;
    }
    return {};
  }

  // After how many milliseconds the message of a timer comes again, where the module arms one with it; `kRareMs` where the time
  // is not written there.
  std::optional<std::int64_t> period_of(ModuleId module, Symbol tag) const {
    // What is tried again until it succeeds comes to an end.
    for (const std::string_view word : {"retry", "connect", "establish", "init", "boot", "start"})
      if (tag.text().find(word) != std::string_view::npos) return {};
    for (const FunctionId function : program_.functions_of(module)) {
      const bool begins = program_.function(function).name == sym::init;
      for (const CallId site : program_.calls_of(function)) {
        const analysis::External* external = facts_.calls.external(site);
        if (!external || !external->row || !external->row->effects.has(Effect::kTimer)) continue;
        if (begins && external->name.text().find("interval") == std::string_view::npos) continue;
        const Unit& unit = program_.unit_of(site);
        bool armed = false;
        std::optional<std::int64_t> time;
        for (const ExprId argument : arguments_of(program_, site)) {
          armed |= analysis::outline(unit, program_.call_units[site.index], argument).tag == tag;
          if (!time) time = analysis::integer_value(unit, analysis::local_value(unit, argument));
        }
        if (armed) return time.value_or(kRareMs);
      }
    }
    return {};
  }

  // A registry that takes back the term of each process that ends: of many at once where their supervisor or node goes.
  bool erases_for_the_dead(CallId site, FunctionId function) const {
    if (program_.call(site).name.text() != "erase") return false;
    for (const ProcessId id : facts_.contexts.of(function).processes) {
      for (const HandlerId handler_id : facts_.process(id).handlers) {
        const Handler& handler = facts_.handler(handler_id);
        const bool death =
            handler.kind == HandlerKind::kInfo && (handler.pattern.tag == sym::DOWN || handler.pattern.tag == intern("EXIT"));
        if (death && runs_in(handler, function)) return true;
      }
    }
    return false;
  }

  // A reference or a pid in the key: there is a new one each time.
  static bool is_fresh(const Unit& unit, ExprId key) {
    return any_below(unit, key, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      std::string_view name;
      if (e.kind == ExprKind::kField) name = e.symbol().text();
      if (e.kind == ExprKind::kVariable && model::VariableId(e.payload)) name = unit.variable_of(e).name.text();
      return name == "ref" || name == "Ref" || name == "pid" || name == "Pid" || name.ends_with("_ref") || name.ends_with("_pid");
    });
  }

  // Does anything in the sources erase a persistent term?
  bool erases() const {
    const std::vector<analysis::External>& externals = facts_.calls.externals;
    return std::any_of(externals.begin(), externals.end(), [](const analysis::External& external) {
      return external.module == sym::persistent_term && external.name.text() == "erase";
    });
  }

  bool runs_in(const Handler& handler, FunctionId function) const {
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      if (handler.function == function) {
        const analysis::External* external = facts_.calls.external(site);
        if (external && external->module == sym::persistent_term && external->name != sym::get) return true;
      }
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (callee == function) return true;
      if (!callee || !facts_.effects.all[callee.index].has(Effect::kPersistentTermWrite)) continue;
      for (const analysis::Edge& edge : facts_.calls.edges_of(callee)) {
        if (edge.callee == function) return true;
      }
    }
    return false;
  }

  void report(CallId site, FunctionId function, ExprId key, bool dynamic, When when) {
    const Unit& unit = program_.unit_of(site);
    const bool erlang = in_erlang(program_, function);
    const std::string shown = source_text(program_, unit, key, 40);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    // What one server replaces now and then costs little; keys that senders choose do not end.
    const bool chosen = dynamic && origin_of(program_, facts_, function, key).kind >= OriginKind::kText;
    const bool rare = when == When::kMessage || when == When::kRareTimer;
    finding.severity = !rare || chosen ? Severity::kMedium : Severity::kLow;
    finding.confidence = Confidence::kPossible;
    const std::string often = when == When::kRequest    ? "in a process that serves requests"
                              : when == When::kMessage  ? "for a message"
                              : when == When::kDeath    ? "for each process that ends"
                              : when == When::kInstance ? "in each of many processes"
                                                        : "at each tick of a timer";
    finding.message = finding.function + " changes the persistent term " + shown + " " + often +
                      (dynamic ? ", one for each key" : ": each change makes the VM scan all processes");
    finding.why =
        "A new key costs microseconds; to replace or erase one, the VM scans every process (20,000 of them: 11 to 18 ms of CPU), "
        "and "
        "those that hold the old term copy it and collect their whole heap.";
    finding.fix =
        erlang ? "Keep what changes in an ETS table with read_concurrency; put into a persistent term what is settled when the "
                 "system starts, or an atomics or counters reference."
               : "Keep what changes in an ETS table with read_concurrency; put into :persistent_term what is settled when "
                 "the system starts, or an :atomics or :counters reference.";
    finding.path = {{finding.span, finding.function + " calls " + callee_text(program_, facts_, site)}};
    finding.key = callee_text(program_, facts_, site) + " " + shown;
    report_weighed(reporter_, std::move(finding));
  }

  static constexpr std::int64_t kOftenMs = 60'000;
  static constexpr std::int64_t kRareMs = 3'600'000;

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& persistent_term_churn() {
  static const Rule rule{{.code = "BW507",
                          .name = "persistent-term-churn",
                          .family = findings::Family::kState,
                          .severity = Severity::kMedium,
                          .summary = "A persistent term that is replaced or erased while the system serves"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
