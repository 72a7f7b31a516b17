// {global, Name} and {via, Registry, Name} are names to gen_server, gen_statem, supervisor and their like, which look them up.
// The functions of the VM do not: a timer, a monitor, a link and an exit signal end with badarg, and so does a message to {via,
// _, _}; a message to {global, Name} goes to a process `global` on a node of that name, which is nobody (erts: erlang:send/2,
// erlang:start_timer/3). Measured on OTP 25.2 and 27.3: none of them ever arrives.
#include <array>
#include <optional>

#include "analysis/possible_values.h"
#include "analysis/results.h"
#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/nodes.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

struct Taker {
  std::string_view module, name;
  std::uint32_t least;  // arity
  std::uint32_t most;
  std::uint32_t argument;  // the process, counted from 1
  bool sends;              // takes {Name, Node} as well
};

constexpr std::array kTakers = {
    Taker{"erlang", "send", 2, 3, 1, true},
    Taker{"erlang", "send_nosuspend", 2, 3, 1, true},
    Taker{"Elixir.Kernel", "send", 2, 2, 1, true},
    Taker{"Elixir.Process", "send", 3, 3, 1, true},
    Taker{"timer", "send_after", 3, 3, 2, true},
    Taker{"timer", "send_interval", 3, 3, 2, true},
    Taker{"erlang", "send_after", 3, 4, 2, false},
    Taker{"erlang", "start_timer", 3, 4, 2, false},
    Taker{"Elixir.Process", "send_after", 3, 4, 1, false},
    Taker{"erlang", "monitor", 2, 3, 2, false},
    Taker{"Elixir.Process", "monitor", 1, 2, 1, false},
    Taker{"erlang", "link", 1, 1, 1, false},
    Taker{"Elixir.Process", "link", 1, 1, 1, false},
    Taker{"erlang", "exit", 2, 2, 1, false},
    Taker{"Elixir.Process", "exit", 2, 2, 1, false},
    Taker{"erlang", "is_process_alive", 1, 1, 1, false},
    Taker{"Elixir.Process", "alive?", 1, 1, 1, false},
};

const Taker* taker_at(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || program.call(site).capture) return nullptr;
  const std::string_view module = external->module.text(), name = external->name.text();
  for (const Taker& taker : kTakers) {
    if (taker.module == module && taker.name == name && external->arity >= taker.least && external->arity <= taker.most)
      return &taker;
  }
  return nullptr;
}

enum class Name : std::uint8_t { kGlobal, kVia };

std::optional<Name> looked_up_name(const Unit& unit, ExprId target) {
  if (!target || unit.expr(target).kind != ExprKind::kTuple || unit.expr(target).has(model::kInPattern)) return {};
  const std::optional<Symbol> tag = analysis::atom_value(unit, unit.child(target, 0));
  if (unit.expr(target).child_count == 2 && tag == sym::global) return Name::kGlobal;
  if (unit.expr(target).child_count == 3 && tag == sym::via) return Name::kVia;
  return {};
}

// state.board, where all that the field may hold is such a name.
analysis::ExprRef kept_name(const Program& program, const Facts& facts, FunctionId function, ExprId field,
                            analysis::ExprRef otherwise) {
  const analysis::PossibleValues values = analysis::possible_values(program, facts, function, field);
  if (values.unknown || values.all.empty()) return otherwise;
  for (const analysis::PossibleValue& value : values.all) {
    if (value.kind != analysis::PossibleKind::kTerm || !looked_up_name(program.unit(value.made.unit), value.made.expr))
      return otherwise;
  }
  return values.all.front().made;
}

std::string why(const Taker& taker, Name name, bool erlang) {
  if (taker.sends && name == Name::kGlobal) {
    return erlang
               ? "The VM reads {global, Name} as {Name, Node}: the message goes to a process `global` on the node Name, which is "
                 "nobody, and where Name is no atom the call ends with badarg. It never arrives."
               : "The VM reads {:global, name} as {name, node}: the message goes to a process :global on the node `name`, which "
                 "is nobody, and where `name` is no atom the call raises ArgumentError. It never arrives.";
  }
  return std::string(
             "Only gen_server, gen_statem, supervisor and their like look such a name up; the VM takes a pid or a local "
             "name here and ") +
         (erlang ? "ends the call with badarg" : "raises ArgumentError") + ", whether the process lives or not.";
}

std::string fix(Name name, bool erlang) {
  const std::string look = name == Name::kGlobal ? (erlang ? "global:whereis_name(Name)" : "GenServer.whereis({:global, name})")
                                                 : (erlang ? "Registry:whereis_name(Name)" : "GenServer.whereis(name)");
  const std::string nobody = erlang ? "undefined" : "nil";
  return "Look it up first, `" + look + "`, and say what becomes of it where that is " + nobody +
         ", or send a cast and let the process set its own timer.";
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  for (const CallId site : wanted_calls(program, reporter)) {
    const Taker* taker = taker_at(program, facts, site);
    if (!taker) continue;
    const FunctionId function = program.function_of(site);
    const ExprId written = argument_at(program, site, taker->argument);
    if (!function || !written) continue;
    analysis::ExprRef target = analysis::resolve_value(program, facts, {program.call_units[site.index], written});
    if (analysis::field_read(program.unit_of(site), written)) target = kept_name(program, facts, function, written, target);
    if (!target) continue;
    const std::optional<Name> name = looked_up_name(program.unit(target.unit), target.expr);
    if (!name || !in_production(program, facts, function)) continue;
    const bool erlang = in_erlang(program, function);
    const std::string callee = callee_text(program, facts, site);
    const std::string text = source_text(program, program.unit(target.unit), target.expr, 60);
    Finding finding = found_in(reporter, program, function, call_span(program, site));
    finding.severity = Severity::kHigh;
    finding.confidence = Confidence::kCertain;
    finding.message = finding.function + " gives " + callee + " the name " + text + ", which it cannot look up" +
                      run_by_text(program, facts, function);
    finding.why = why(*taker, *name, erlang);
    finding.fix = fix(*name, erlang);
    finding.path = {
        {program.unit(target.unit).span(target.expr), "the name"},
        {finding.span, callee + (taker->sends ? " takes a pid, a local name or {Name, Node}" : " takes a pid or a local name")}};
    finding.key = callee + " " + text;
    report_weighed(reporter, std::move(finding));
  }
}

}  // namespace

const Rule& send_to_global_name() {
  static const Rule rule{{.code = "BW617",
                          .name = "send-to-global-name",
                          .family = findings::Family::kCluster,
                          .severity = Severity::kHigh,
                          .summary = "A message, timer or monitor for a {global, _} or {via, _, _} name, which never arrives"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
