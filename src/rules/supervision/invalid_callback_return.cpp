// A callback answers gen_server and gen_event with one of a few tuples. A branch that ends in a log call, in `:ok`, or in
// {:stop, reason} without the state answers with something else: the process dies with bad_return_value, gen_event throws the
// handler out. Dialyzer and the compiler see it seldom, for the branch that does it is the one that nobody runs: an error, a
// time-out, a message that should not come. What each callback may return: stdlib, gen_server and gen_event; a function that the
// callback calls last is left out where others may use what it gives.
#include <algorithm>
#include <array>
#include <set>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/support.h"

namespace beamwright::rules {
namespace {

using analysis::CallbackReturn;

struct Shape {
  std::string_view tag;
  std::size_t least, most;  // elements of the tuple
};
constexpr std::array<Shape, 3> kOfCall = {{{"reply", 3, 4}, {"noreply", 2, 3}, {"stop", 3, 4}}};
constexpr std::array<Shape, 2> kOfMessage = {{{"noreply", 2, 3}, {"stop", 3, 3}}};
constexpr std::array<Shape, 2> kOfEvent = {{{"ok", 2, 3}, {"swap_handler", 5, 5}}};
constexpr std::array<Shape, 3> kOfEventCall = {{{"ok", 3, 4}, {"swap_handler", 6, 6}, {"remove_handler", 2, 2}}};

std::span<const Shape> shapes_for(analysis::ProcessKind process, HandlerKind kind) {
  const bool message = kind == HandlerKind::kCast || kind == HandlerKind::kInfo || kind == HandlerKind::kContinue;
  if (process == analysis::ProcessKind::kGenServer) {
    if (kind == HandlerKind::kCall) return kOfCall;
    return message ? std::span<const Shape>(kOfMessage) : std::span<const Shape>();
  }
  if (process != analysis::ProcessKind::kGenEvent) return {};
  if (kind == HandlerKind::kCall) return kOfEventCall;
  return kind == HandlerKind::kInfo || kind == HandlerKind::kEvent ? std::span<const Shape>(kOfEvent) : std::span<const Shape>();
}

// Only OTP's own: behaviours that are like them, such as gen_server2 and Connection, have tuples of their own.
bool is_of_otp(const Process& process) {
  return process.behaviour == sym::gen_server || process.behaviour == sym::Elixir_GenServer ||
         process.behaviour == intern("gen_event");
}

// Functions that give no tuple, whatever happens: what a branch ends with when its author forgot the return.
bool gives_no_tuple(const analysis::External& external) {
  const std::string_view module = external.module.text(), name = external.name.text();
  constexpr std::array<std::string_view, 8> kLevels = {"debug",   "info",  "notice",   "warn",
                                                       "warning", "error", "critical", "alert"};
  const bool level = std::find(kLevels.begin(), kLevels.end(), name) != kLevels.end();
  if (module == "Elixir.Logger" || module == "logger") return level || name == "log";
  if (module == "lager") return level;
  if (module == "error_logger") return name.ends_with("_msg") || name.ends_with("_report");
  if (module == "Elixir.IO") return name == "puts";
  if (module == "io") return name == "format" || name == "put_chars";
  if (module == "Elixir.GenServer" || module == "gen_server") return name == "cast" || name == "reply" || name == "stop";
  if (module == "Elixir.Process") return name == "send_after" || name == "monitor" || name == "exit" || name == "demonitor";
  if (module == "erlang") return name == "send_after" || name == "start_timer" || name == "monitor" || name == "demonitor";
  if (module == "ets") return name == "insert" || name == "delete";
  return (module == "lists" && name == "foreach") || (module == "Elixir.Enum" && name == "each");
}

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void look_at(const Handler& handler) {
    const Process& process = facts_.process(handler.process);
    const std::span<const Shape> shapes = shapes_for(process.kind, handler.kind);
    if (shapes.empty() || !is_of_otp(process) || !in_production(program_, facts_, handler.function)) return;
    for (const CallbackReturn& made : analysis::returns_of(program_, facts_, handler)) {
      if (!made.expr || (made.by_helper && !is_last_for(handler, made))) continue;
      const std::string fault = fault_of(handler, made, shapes);
      if (!fault.empty()) report(handler, made, fault);
    }
    look_at_withs(handler, shapes);
  }

 private:
  // A helper of the module that this callback alone ends with: what it gives is an answer of the callback.
  bool is_last_for(const Handler& handler, const CallbackReturn& made) const {
    const Unit& unit = program_.unit(made.expr.unit);
    if (&unit != &program_.unit_of(handler.function)) return false;
    const analysis::Clauses::Place place = analysis::Clauses(unit).of(made.expr.expr);
    if (!place.function) return false;
    const FunctionId helper(unit.first_function + place.function.index);
    // Another callback: which of its clauses runs is decided by the message that it is handed.
    const bool callback = std::any_of(facts_.processes.handlers.begin(), facts_.processes.handlers.end(),
                                      [&](const Handler& other) { return other.function == helper; });
    if (callback) return false;
    const std::span<const std::uint32_t> incoming = facts_.calls.incoming_of(helper);
    return !incoming.empty() && std::all_of(incoming.begin(), incoming.end(), [&](std::uint32_t i) {
      return facts_.calls.callers[i] == handler.function && !facts_.calls.edges[i].possible &&
             is_result(facts_.calls.edges[i].site);
    });
  }

  // `with {:ok, x} <- f(), do: {:noreply, x}`: what does not match is what the callback returns.
  void look_at_withs(const Handler& handler, std::span<const Shape> shapes) {
    const analysis::UnitId unit_id = program_.functions[handler.function.index].unit;
    const Unit& unit = program_.unit(unit_id);
    const ExprId body = handler.clause ? unit.clause(handler.clause).body : ExprId();
    if (!body || unit.language != source::Language::kElixir) return;
    analysis::for_each_result(unit, body, [&](ExprId result) {
      ExprId at = result;
      for (ExprId around = unit.parent(at); around && at != body; at = around, around = unit.parent(around)) {
        const model::Expr& e = unit.expr(around);
        if (e.kind != ExprKind::kWith || unit.child(around, e.child_count - 1u) != at || !unit.clauses_of(e).empty()) continue;
        for (std::uint32_t i = 0; i + 1u < e.child_count; ++i) look_at_step(handler, unit_id, unit.child(around, i), shapes);
      }
    });
  }

  void look_at_step(const Handler& handler, analysis::UnitId unit_id, ExprId step, std::span<const Shape> shapes) {
    const Unit& unit = program_.unit(unit_id);
    if (unit.expr(step).kind != ExprKind::kGenerator) return;
    const ExprId pattern = unit.child(step, 0), source = unit.child(step, 1);
    const ExprKind taken = unit.expr(pattern).kind;
    if (taken != ExprKind::kTuple && taken != ExprKind::kAtom && taken != ExprKind::kMap) return;
    if (!gives_no_answer(unit, unit_id, pattern, source, shapes)) return;
    CallbackReturn made;
    made.expr = {unit_id, step};
    report(handler, made,
           "has no else for what " + source_text(program_, unit, source, 40) + " gives beside " +
               source_text(program_, unit, pattern, 30) + ", and returns that");
  }

  // Does the source of a step surely give something else than the pattern takes, and no answer of a callback?
  bool gives_no_answer(const Unit& unit, analysis::UnitId unit_id, ExprId pattern, ExprId source,
                       std::span<const Shape> shapes) const {
    const model::Expr& e = unit.expr(source);
    if (e.kind == ExprKind::kOperator) return unit.expr(pattern).kind == ExprKind::kAtom;
    if (e.kind != ExprKind::kCall) return false;
    const CallId site(unit.first_call + e.payload);
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (!callee) return facts_.calls.external(site) && facts_.calls.external(site)->row;
    const analysis::Pattern taken = analysis::outline(unit, unit_id, pattern);
    const Unit& there = program_.unit_of(callee);
    bool found = false;
    for (const model::ClauseId clause : program_.function(callee).clauses) {
      analysis::for_each_result(there, there.clause(clause).body, [&](ExprId result) {
        const analysis::Pattern given =
            analysis::outline(there, program_.functions[callee.index].unit, analysis::local_value(there, result));
        const bool answer = std::any_of(shapes.begin(), shapes.end(),
                                        [&](const Shape& shape) { return given.tag && shape.tag == given.tag.text(); });
        found |= given.tag && !answer && !may_match(taken, given);
      });
    }
    return found;
  }

  // Is the call the last that its function does, in this branch?
  bool is_result(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    bool last = false;
    for (const model::ClauseId clause : program_.function(program_.function_of(site)).clauses) {
      analysis::for_each_result(unit, unit.clause(clause).body, [&](ExprId id) { last |= id == program_.call(site).expr; });
    }
    return last;
  }

  // What is wrong with a return: empty when it is right, or when nobody can say.
  std::string fault_of(const Handler& handler, const CallbackReturn& made, std::span<const Shape> shapes) const {
    const Unit& unit = program_.unit(made.expr.unit);
    const model::Expr& e = unit.expr(made.expr.expr);
    if (e.has(model::kFromMacro) && e.kind != ExprKind::kAtom) return {};
    const bool erlang = in_erlang(program_, handler.function);
    switch (e.kind) {
      case ExprKind::kAtom:
        return fault_of_atom(handler, e.symbol(), erlang);
      case ExprKind::kInteger:
      case ExprKind::kString:
      case ExprKind::kMap:
        return "returns " + source_text(program_, unit, made.expr.expr, 40);
      case ExprKind::kTuple: {
        if (e.child_count == 0 || !made.tag) return {};
        for (const Shape& shape : shapes) {
          if (shape.tag == made.tag.text() && e.child_count >= shape.least && e.child_count <= shape.most) return {};
        }
        return "returns " + source_text(program_, unit, made.expr.expr, 40);
      }
      case ExprKind::kCall: {
        const CallId site(unit.first_call + e.payload);
        const analysis::External* external = facts_.calls.external(site);
        if (!external || program_.call(site).capture || !gives_no_tuple(*external)) return {};
        return "ends in " + callee_text(program_, facts_, site) + ", and returns what that gives";
      }
      default:
        return {};
    }
  }

  std::string fault_of_atom(const Handler& handler, Symbol atom, bool erlang) const {
    const bool event = facts_.process(handler.process).kind == analysis::ProcessKind::kGenEvent;
    if (event && handler.kind != HandlerKind::kCall && atom.text() == "remove_handler") return {};
    return "returns " + atom_text(atom, erlang);
  }

  void report(const Handler& handler, const CallbackReturn& made, const std::string& fault) {
    if (!reported_.insert({made.expr.unit.index, made.expr.expr.index}).second) return;
    const bool erlang = in_erlang(program_, handler.function);
    const bool event = facts_.process(handler.process).kind == analysis::ProcessKind::kGenEvent;
    const std::string name = process_name(program_, facts_, handler.process);
    Finding finding = found_in(reporter_, program_, handler.function, program_.unit(made.expr.unit).span(made.expr.expr));
    finding.severity = event ? Severity::kMedium : Severity::kHigh;
    finding.confidence = Confidence::kLikely;
    finding.message = analysis::display_handler(program_, facts_, handler) + " " + fault + ", which is no answer of " +
                      finding.function.substr(finding.function.find_last_of(".:") + 1);
    finding.why = event
                      ? "gen_event throws a handler out that answers with anything it does not know: the rest of the system goes "
                        "on without " +
                            name + ", and only the log says so."
                      : "gen_server ends a process whose callback returns anything that it does not know, with "
                        "bad_return_value: " +
                            name + " dies with its state whenever this branch is reached.";
    finding.fix = fix_for(handler, event, erlang);
    finding.path = {{finding.span, fault}};
    finding.key = fault;
    report_weighed(reporter_, std::move(finding));
  }

  static std::string fix_for(const Handler& handler, bool event, bool erlang) {
    if (event) return std::string("End the branch with ") + (erlang ? "{ok, State}." : "{:ok, state}.");
    if (handler.kind == HandlerKind::kCall) {
      return std::string("End the branch with ") + (erlang ? "{reply, Reply, State}" : "{:reply, reply, state}") + ", or with {" +
             (erlang ? "stop, Reason, Reply, State}." : ":stop, reason, reply, state}.");
    }
    return std::string("End the branch with ") + (erlang ? "{noreply, State}" : "{:noreply, state}") + ", or with " +
           (erlang ? "{stop, Reason, State}." : "{:stop, reason, state}.");
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> reported_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  Check check(program, facts, reporter);
  for (const Handler& handler : facts.processes.handlers) check.look_at(handler);
}

}  // namespace

const Rule& invalid_callback_return() {
  static const Rule rule{
      {.code = "BW123",
       .name = "invalid-callback-return",
       .family = findings::Family::kSupervision,
       .severity = Severity::kHigh,
       .summary = "A branch of a callback that returns what its behaviour does not know: the process dies there"},
      check};
  return rule;
}

}  // namespace beamwright::rules
