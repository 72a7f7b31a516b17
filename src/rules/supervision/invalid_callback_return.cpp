// A callback answers gen_server and gen_event with one of a few tuples. A branch that ends in a log call, in `:ok`, or in
// {:stop, reason} without the state answers with something else: the process dies with bad_return_value, gen_event throws the
// handler out. Dialyzer and the compiler see it seldom, for the branch that does it is the one that nobody runs: an error, a
// time-out, a message that should not come. What each callback may return: stdlib, gen_server and gen_event; a function that the
// callback calls last is left out, for others may use what it gives.
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
      if (made.by_helper || !made.expr) continue;
      const std::string fault = fault_of(handler, made, shapes);
      if (!fault.empty()) report(handler, made, fault);
    }
  }

 private:
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
