// `:ok = publish(…)` in a server says that the network never fails. It does, and then everybody who uses the server loses it:
// their calls exit, its state is gone, and with a few more failures its supervisor gives up. The same of a hard match on an entry
// that another message may have taken out meanwhile.
#include <algorithm>
#include <array>
#include <set>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/child_starts.h"
#include "rules/gone_entries.h"
#include "rules/reach.h"
#include "rules/walk.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

using analysis::ResultUse;
using analysis::Runs;

struct Names {
  Symbol which_children = intern("which_children"), restarting = intern("restarting"), undefined = intern("undefined");
};

const Names& names() {
  static const Names kNames;
  return kNames;
}

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (const Handler& handler : facts_.processes.handlers) {
      const analysis::ProcessKind kind = facts_.process(handler.process).kind;
      const bool server = kind == analysis::ProcessKind::kGenServer || kind == analysis::ProcessKind::kGenStatem;
      if (!server || !in_production(program_, facts_, handler.function)) continue;
      if (handler.kind == HandlerKind::kCall || handler.kind == HandlerKind::kCast) look_for_effects(handler);
      if (handler.kind == HandlerKind::kInfo) {
        for (const GoneEntry& entry : gone_entries(program_, facts_, handler)) report_entry(handler, entry);
        look_for_accepts(handler);
      }
    }
    for (const CallId site : wanted_calls(program_, reporter_)) {
      if (program_.call(site).name == names().which_children && facts_.calls.external(site)) look_for_children(site);
    }
  }

 private:
  // ---- Effects ----------------------------------------------------------------------------------------------------------------

  void look_for_effects(const Handler& handler) {
    if (!may_fail(facts_.effects.all[handler.function.index])) return;
    std::set<std::uint32_t> seen;
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause))
      look_at(handler, site, {}, seen);
  }

  static bool may_fail(analysis::EffectSet effects) {
    return effects.has(Effect::kHttp) || effects.has(Effect::kDatabase) || effects.has(Effect::kSocket);
  }

  // Through helpers of the module, and the client modules behind them.
  void look_at(const Handler& handler, CallId site, std::vector<CallId> chain, std::set<std::uint32_t>& seen) {
    constexpr std::size_t kDeepest = 2;
    if (facts_.calls.runs[site.index] != Runs::kCaller || program_.call(site).capture) return;
    const analysis::External* external = facts_.calls.external(site);
    if (external && external->row && may_fail(external->row->effects) && !is_local_store(*external)) {
      if (is_matched_hard(site) && !is_caught(site) && is_shared(handler)) report_effect(handler, site, chain);
      return;
    }
    FunctionId callee = facts_.calls.callees[site.index].function;
    if (!callee && program_.call(site).target == model::TargetKind::kDynamicModule) callee = only_choice(site);
    if (!callee || chain.size() >= kDeepest || !may_fail(facts_.effects.all[callee.index]) || is_caught(site)) return;
    if (!program_.reviewed(callee) || !seen.insert(callee.index).second) return;
    chain.push_back(site);
    for (const CallId inner : program_.calls_of(callee)) look_at(handler, inner, chain, seen);
  }

  // Dispatcher:send(…), where one module in sight can be meant.
  FunctionId only_choice(CallId site) const {
    FunctionId found;
    for (const analysis::Edge& edge : facts_.calls.edges_of(program_.function_of(site))) {
      if (edge.site != site || edge.runs != Runs::kCaller) continue;
      if (found && found != edge.callee) return {};
      found = edge.callee;
    }
    return found;
  }

  // Tables of this node, which fail only where the node itself is broken, and what only gives bytes to the kernel.
  static bool is_local_store(const analysis::External& external) {
    static constexpr std::array<std::string_view, 5> kLocal = {"mria", "mnesia", "dets", "gen_udp", "inet"};
    const std::string_view module = external.module.text();
    const std::string_view name = external.name.text();
    return std::find(kLocal.begin(), kLocal.end(), module) != kLocal.end() || module.ends_with("Repo") || name == "listen" ||
           name == "close" || name == "setopts" || name == "controlling_process";
  }

  bool is_matched_hard(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    const ExprId around = unit.parent(program_.call(site).expr);
    if (!around || unit.expr(around).kind != ExprKind::kMatch || unit.child(around, 1) != program_.call(site).expr) return false;
    const model::Expr& pattern = unit.expr(unit.child(around, 0));
    if (pattern.kind == ExprKind::kAtom) return true;
    return pattern.kind == ExprKind::kTuple && pattern.child_count > 0 &&
           analysis::atom_value(unit, unit.child(unit.child(around, 0), 0)).has_value();
  }

  bool is_caught(CallId site) const { return (analysis::classes_caught(program_, facts_, site) & analysis::kErrorClass) != 0; }

  // Somebody waits for the server, or one server serves many.
  bool is_shared(const Handler& handler) const {
    const Process& process = facts_.process(handler.process);
    if (process.count == analysis::Count::kOne || !process.names.empty()) return true;
    // Under a name that is made of an argument: one for each of a few parts of the system.
    return std::any_of(process.starts.begin(), process.starts.end(), [&](CallId start) {
      const analysis::External* external = facts_.calls.external(start);
      const std::span<const ExprId> arguments = arguments_of(program_, start);
      return external && external->row && external->row->name_argument == 1 && arguments.size() == 4 &&
             program_.unit_of(start).expr(arguments[0]).kind == ExprKind::kTuple;
    });
  }

  void report_effect(const Handler& handler, CallId site, const std::vector<CallId>& chain) {
    if (!reported_.insert(site.index).second) return;
    const FunctionId function = program_.function_of(site);
    const bool erlang = in_erlang(program_, function);
    const std::string call = callee_text(program_, facts_, site), server = process_name(program_, facts_, handler.process);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    const Unit& unit = program_.unit_of(site);
    const std::string pattern = source_text(program_, unit, unit.child(unit.parent(program_.call(site).expr), 0));
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.confidence = Confidence::kLikely;
    finding.message = shown + " takes it for granted that " + call + " gives " + pattern + ": any other answer kills " + server +
                      " for all who use it";
    finding.why =
        "The first timeout or lost connection is a badmatch: whoever waits for " + server +
        " exits with it, its state is lost, and a few failures in its supervisor's period take the supervisor down too.";
    finding.fix =
        erlang ? "Give the result to the caller: Result = " + call + ", {reply, Result, State}; or match the error and decide."
               : "Give the result to the caller: {:reply, result, state}; or match the error and decide what to do.";
    if (program_.module_of(function) != program_.module_of(handler.function)) finding.confidence = Confidence::kPossible;
    for (const CallId step : chain) finding.path.push_back(call_step(program_, facts_, step));
    finding.path.push_back({finding.span, call + " may fail, and only " + pattern + " is taken"});
    finding.key = call;
    report_weighed(reporter_, std::move(finding));
  }

  // ---- Accept ---------------------------------------------------------------------------------------------------------------

  // {ok, Socket} = gen_tcp:accept(Listen) in the server that listens: emfile and econnaborted pass, and the port is closed for
  // good when the owner of the listening socket dies of them (kernel: gen_tcp, inet "POSIX Error Codes").
  void look_for_accepts(const Handler& handler) {
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (accepts(site)) report_accept(handler, site);
      if (!callee || program_.module_of(callee) != program_.module_of(handler.function)) continue;
      for (const CallId inner : program_.calls_of(callee)) {
        if (accepts(inner) && !is_caught(site)) report_accept(handler, inner);
      }
    }
  }

  bool accepts(CallId site) const {
    const analysis::External* external = facts_.calls.external(site);
    if (!external || facts_.calls.runs[site.index] != Runs::kCaller || program_.call(site).capture) return false;
    const std::string_view name = external->name.text(), module = external->module.text();
    const bool socket = module == "gen_tcp" || module == "ssl" || module == "socket" || module == "gen_sctp";
    return socket && (name == "accept" || name == "transport_accept") && is_matched_hard(site) && !is_caught(site);
  }

  void report_accept(const Handler& handler, CallId site) {
    const ModuleId module = program_.module_of(handler.function);
    bool listens = false;
    for (const FunctionId f : program_.functions_of(module)) {
      for (const CallId call : program_.calls_of(f))
        listens |= program_.call(call).name && program_.call(call).name.text() == "listen";
    }
    if (!listens || !reported_.insert(site.index).second) return;
    const bool erlang = in_erlang(program_, handler.function);
    const std::string call = callee_text(program_, facts_, site), server = process_name(program_, facts_, handler.process);
    Finding finding = found_in(reporter_, program_, program_.function_of(site), call_span(program_, site));
    finding.confidence = Confidence::kLikely;
    finding.message = analysis::display_handler(program_, facts_, handler) + " takes it for granted that " + call +
                      " gives a socket: an error that passes kills " + server + ", which owns the port";
    finding.why =
        "accept fails with emfile when the node has no file descriptors left, and with econnaborted when a peer hangs up first. "
        "Both are gone a moment later, but the listening socket is closed with its owner, for everybody.";
    finding.fix = erlang ? "Take {error, Reason}: stop for closed, and accept again after a while for everything else."
                         : "Take {:error, reason}: stop for :closed, and accept again after a while for everything else.";
    finding.path = {{finding.span, "only a socket is taken"}};
    finding.key = "accept " + call;
    report_weighed(reporter_, std::move(finding));
  }

  // ---- Entries ----------------------------------------------------------------------------------------------------------------

  void report_entry(const Handler& handler, const GoneEntry& entry) {
    if (!entries_.insert({entry.place.unit.index, entry.place.expr.index}).second) return;
    const FunctionId function = function_at(program_, entry.place);
    const bool erlang = in_erlang(program_, handler.function);
    const Unit& unit = program_.unit(entry.place.unit);
    const std::string server = process_name(program_, facts_, handler.process);
    const std::string what =
        entry.look_up ? callee_text(program_, facts_, entry.look_up) : source_text(program_, unit, entry.place.expr, 40);
    Finding finding = found_in(reporter_, program_, function, unit.span(entry.place.expr));
    finding.confidence = Confidence::kPossible;
    finding.message = analysis::display_handler(program_, facts_, handler) + " matches hard on the entry that " + what +
                      " finds, though another clause takes entries out";
    finding.why = "The message may come when the entry is gone already: then this is a badmatch that takes " + server +
                  " down with everything that it looks after.";
    finding.fix = erlang ? "Take the case without an entry as well, and ignore the message then."
                         : "Add a clause for a reference that is not known, and ignore the message then.";
    finding.path = {{finding.span, "only an entry that is there is taken"}};
    finding.key = "entry " + what;
    report_weighed(reporter_, std::move(finding));
  }

  // ---- Children without a pid -----------------------------------------------------------------------------------------------

  // which_children gives {Id, restarting, Type, Modules} for a child that is being restarted, and undefined for one that has
  // ended (stdlib: supervisor, which_children/1).
  void look_for_children(CallId listing) {
    const FunctionId function = program_.function_of(listing);
    if (!function || program_.call(listing).capture || !in_production(program_, facts_, function)) return;
    const ProcessId server = shared_server_running(function);
    if (!server || knows_of_gaps(function)) return;
    const Unit& unit = program_.unit_of(function);
    for (const model::ClauseId id : program_.function(function).clauses) {
      any_below(unit, unit.clause(id).body, [&](ExprId e) {
        const model::Expr& expr = unit.expr(e);
        if (expr.kind == ExprKind::kClosure) {
          for (const model::ClauseId clause : unit.clauses_of(expr)) {
            const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(clause));
            if (!patterns.empty()) look_at_child(function, listing, server, patterns[0], unit.clause(clause).body);
          }
        } else if (expr.kind == ExprKind::kComprehension && expr.child_count >= 2) {
          const ExprId first = unit.child(e, 0);
          if (unit.expr(first).kind == ExprKind::kGenerator) {
            look_at_child(function, listing, server, unit.child(first, 0), unit.child(e, expr.child_count - 1u));
          }
        }
        return false;
      });
    }
  }

  ProcessId shared_server_running(FunctionId function) const {
    for (const ProcessId id : facts_.contexts.of(function).processes) {
      const Process& process = facts_.process(id);
      if (process.kind == analysis::ProcessKind::kGenServer && process.count != analysis::Count::kMany) return id;
    }
    return {};
  }

  bool knows_of_gaps(FunctionId function) const {
    if (module_names_atom(program_, program_.module_of(function), names().restarting)) return true;
    for (const CallId site : program_.calls_of(function)) {
      if (program_.call(site).name.text() == "is_pid") return true;
    }
    return false;
  }

  void look_at_child(FunctionId function, CallId listing, ProcessId server, ExprId pattern, ExprId body) {
    const Unit& unit = program_.unit_of(function);
    if (!body || unit.expr(pattern).kind != ExprKind::kTuple || unit.expr(pattern).child_count != 4) return;
    const model::Expr& pid = unit.expr(unit.child(pattern, 1));
    if (pid.kind != ExprKind::kVariable || pid.payload >= unit.variables.size()) return;
    const std::vector<model::VariableId> variable{model::VariableId(pid.payload)};
    any_below(unit, body, [&](ExprId e) {
      if (unit.expr(e).kind != ExprKind::kCall) return false;
      const CallId site(unit.first_call + unit.expr(e).payload);
      if (!needs_pid(site)) return false;
      const std::span<const ExprId> arguments = arguments_of(program_, site);
      const analysis::External* external = facts_.calls.external(site);
      const std::size_t target = external && external->row ? external->row->target_argument : 0;
      for (std::size_t i = 0; i < arguments.size(); ++i) {
        const ExprId argument = arguments[i];
        if (target != 0 && i + 1 != target) continue;
        if (unit.expr(argument).kind != ExprKind::kVariable || !mentions(unit, argument, variable)) continue;
        const auto caught = analysis::classes_caught(program_, facts_, site, true);
        if ((caught & (analysis::kErrorClass | analysis::kExitClass)) == 0) report_child(function, listing, server, site);
        return true;
      }
      return false;
    });
  }

  // Exits or raises when it is given restarting or undefined.
  bool needs_pid(CallId site) const {
    const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
    if (effects.has(Effect::kCall)) return true;
    if (!facts_.calls.external(site)) return false;
    const std::string_view name = program_.call(site).name.text();
    return name == "info" || name == "process_info" || name == "exit" || name == "link" || name == "which_children" ||
           name == "count_children" || name == "send";
  }

  void report_child(FunctionId function, CallId listing, ProcessId server, CallId site) {
    if (!reported_.insert(site.index).second) return;
    const bool erlang = in_erlang(program_, function);
    const std::string call = callee_text(program_, facts_, site), name = process_name(program_, facts_, server);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.confidence = Confidence::kPossible;
    finding.message = finding.function + " gives each child of " + callee_text(program_, facts_, listing) + " to " + call +
                      ", and a child that is just being restarted has " + atom_text(names().restarting, erlang) + " for a pid";
    finding.why = "One that has ended has " + atom_text(names().undefined, erlang) + ". Then " + call + " fails, and takes " +
                  name + " down, which only wanted to look at the others.";
    finding.fix = erlang ? "Take children with a pid alone: `[... || {_, Pid, _, _} <- Children, is_pid(Pid)]`; one that dies "
                           "meanwhile exits with noproc."
                         : "Take children with a pid alone: `for {_, pid, _, _} <- children, is_pid(pid), do: …`; one that dies "
                           "meanwhile exits with noproc.";
    finding.path = {{call_span(program_, listing), "lists children, of which some may have no pid"},
                    {finding.span, "takes each for one"}};
    finding.key = "child " + call;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::set<std::uint32_t> reported_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> entries_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& brittle_match() {
  static const Rule rule{{.code = "BW120",
                          .name = "brittle-match",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kMedium,
                          .summary = "A hard match on what may fail, in a process that others share"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
