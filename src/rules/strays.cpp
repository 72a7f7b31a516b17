#include "rules/strays.h"

#include <algorithm>
#include <array>

#include "analysis/results.h"
#include "analysis/sites.h"
#include "analysis/values.h"
#include "rules/narrowed.h"
#include "rules/rest_of_messages.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::Pattern;
using analysis::Runs;
using knowledge::FunctionRow;
using knowledge::Resource;

namespace {

struct Names {
  Symbol monitor = intern("monitor"), monitor_node = intern("monitor_node"), monitor_nodes = intern("monitor_nodes");
  Symbol start_timer = intern("start_timer"), connect = intern("connect"), active = intern("active");
  Symbol subscribe = intern("subscribe"), mnesia = intern("mnesia");
};

const Names& names() {
  static const Names kNames;
  return kNames;
}

class Finder {
 public:
  Finder(const Program& program, const Facts& facts, const StrayCauses& causes, ProcessId id)
      : program_(program),
        facts_(facts),
        causes_(causes),
        id_(id),
        process_(facts.process(id)),
        erlang_(in_erlang(program, process_.module)) {}

  std::vector<Stray> find() {
    for (const FunctionId f : program_.functions_of(process_.module)) {
      if (!runs_here(f)) continue;
      const bool waits_itself = function_has(program_, f, ExprKind::kReceive);
      for (const CallId site : program_.calls_of(f)) {
        if (program_.call(site).capture || facts_.calls.runs[site.index] != Runs::kCaller) continue;
        const analysis::External* external = facts_.calls.external(site);
        if (external && external->row) read_call(f, site, *external, *external->row, waits_itself);
        read_http(f, site);
        if (process_.traps_exits) read_link(f, site);
      }
      if (waits_itself) read_waits(f);
      read_survived_calls(f);
    }
    find_tasks_elsewhere();
    find_messages();
    return std::move(found_);
  }

 private:
  bool runs_here(FunctionId f) const {
    const std::vector<ProcessId>& processes = facts_.contexts.of(f).processes;
    return std::binary_search(processes.begin(), processes.end(), id_) && in_production(program_, facts_, f);
  }

  // Is it a clause that messages from outside arrive in? Of other callbacks for events only a state machine's take these as well.
  bool receives(const Handler& handler) const {
    return handler.kind == HandlerKind::kInfo || (is_state_machine(process_) && takes_info(program_, handler));
  }

  bool is_unreadable(const Pattern& p) const {
    return p.any || !p.expr || program_.unit(p.expr.unit).expr(p.expr.expr).kind == ExprKind::kUnknown;
  }

  // Does some clause take the message? A clause whose pattern cannot be read may take anything.
  bool taken(Symbol tag, std::uint32_t size) const {
    for (const HandlerId id : process_.handlers) {
      const Handler& handler = facts_.handler(id);
      if (!receives(handler)) continue;
      for (const Pattern& p : handled_by(program_, facts_, handler)) {
        if (is_unreadable(p) || (p.size == size && (!p.tag || p.tag == tag))) return true;
      }
    }
    return false;
  }

  // A clause for {ref, result} that takes only the task it has in mind: the reference is compared with the state's, or the guard
  // looks at the result.
  bool is_narrow(const Handler& handler) const {
    const Unit& unit = program_.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    const std::span<const ExprId> patterns = unit.patterns_of(clause);
    if (handler.pattern.size != 2 || handler.pattern.tag || !handler.pattern.expr || patterns.size() < 2) return false;
    const ExprId message = handler.pattern.expr.expr;
    const std::vector<model::VariableId> bound = variables_in(unit, message);
    return !bound.empty() && patterns.back() != message && mentions(unit, patterns.back(), bound);
  }

  // Several kinds of tasks and fewer clauses for their replies: some reply is left over.
  bool replies_left_over() const {
    std::size_t narrow = 0;
    for (const HandlerId id : process_.handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind != HandlerKind::kInfo) continue;
      const Pattern& p = handler.pattern;
      if (p.any || !p.expr || (p.size == 2 && !p.tag && !is_narrow(handler))) return false;
      narrow += is_narrow(handler);
    }
    std::size_t tasks = 0;
    for (const CallId site : causes_.tasks) tasks += program_.module_of(program_.function_of(site)) == process_.module;
    return narrow > 0 && tasks > narrow && !module_releases(process_.module, Resource::kTask);
  }

  std::string tuple(Symbol tag, std::string_view rest) const {
    return "{" + (tag ? atom_text(tag, erlang_) + ", " : std::string()) + std::string(rest) + "}";
  }

  std::string place(FunctionId f, CallId site) const {
    return callee_text(program_, facts_, site) + " in " + model::display_function(program_, f);
  }

  void add(FunctionId f, CallId site, Symbol tag, std::uint32_t size, std::string text, Severity severity,
           Confidence confidence = Confidence::kLikely, bool leftover = false) {
    if (taken(tag, size)) return;
    found_.push_back({call_span(program_, site), tag, size, std::move(text), place(f, site), severity, confidence, leftover});
  }

  void read_call(FunctionId f, CallId site, const analysis::External& external, const FunctionRow& row, bool waits_itself) {
    const bool nodes = external.name == names().monitor_nodes || external.name == names().monitor_node ||
                       (external.module == sym::Elixir_Node && external.name == names().monitor);
    if (nodes && !waits_itself) return read_nodes(f, site);
    if (row.returns == Resource::kMonitor && !waits_itself && external.arity < 3) read_monitor(f, site);
    if (row.returns == Resource::kTask && external.module != sym::rpc) read_task(f, site, external);
    if (external.name == sym::spawn_monitor && !waits_itself) read_monitor(f, site);
    if (row.effects.has(Effect::kTimer)) read_timer(f, site, external, row);
    if (row.effects.has(Effect::kSend) && row.message_argument != 0) read_send(f, site, row);
    if (row.returns == Resource::kSubscription) read_subscription(f, site, external);
    if (row.returns == Resource::kSocket) read_socket(f, site, external);
    if (row.returns == Resource::kPort) read_port(f, site);
  }

  // With exit_status a port says {Port, {exit_status, Status}} when its program ends (erlang: open_port/2).
  void read_port(FunctionId f, CallId site) {
    const Unit& unit = program_.unit_of(site);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (arguments.size() < 2) return;
    const ExprId options = analysis::local_value(unit, arguments[1]);
    const Symbol status = intern("exit_status");
    const bool asked = any_below(
        unit, options, [&](ExprId id) { return unit.expr(id).kind == ExprKind::kAtom && unit.expr(id).symbol() == status; });
    if (!asked || module_names_atom(program_, process_.module, intern("EXIT"))) return;
    bool any = false;
    for (const HandlerId id : process_.handlers) {
      const Handler& handler = facts_.handler(id);
      if (!receives(handler)) continue;
      for (const Pattern& p : handled_by(program_, facts_, handler)) {
        any = true;
        if (is_unreadable(p)) return;
        const Unit& there = program_.unit(p.expr.unit);
        if (p.size != 2 || there.expr(p.expr.expr).kind != ExprKind::kTuple || p.tag) continue;
        const ExprId content = there.child(p.expr.expr, 1);
        const Pattern inner = analysis::outline(there, p.expr.unit, content);
        if (inner.any || inner.tag == status || there.expr(content).kind == ExprKind::kUnknown) return;
      }
    }
    if (any)
      found_.push_back({call_span(program_, site), Symbol(), 2,
                        erlang_ ? "{Port, {exit_status, Status}}" : "{port, {:exit_status, status}}", place(f, site),
                        Severity::kMedium, Confidence::kLikely});
  }

  bool function_releases(FunctionId f, Resource resource) const {
    for (const CallId site : program_.calls_of(f)) {
      const analysis::External* external = facts_.calls.external(site);
      if (external && external->row && external->row->releases == resource) return true;
    }
    return false;
  }

  bool module_releases(ModuleId module, Resource resource) const {
    for (const FunctionId f : program_.functions_of(module)) {
      if (function_releases(f, resource)) return true;
    }
    return false;
  }

  void read_monitor(FunctionId f, CallId site) {
    if (every_clause_chooses(sym::DOWN, 5, 4)) {
      found_.push_back({call_span(program_, site), sym::DOWN, 5,
                        erlang_ ? "a {'DOWN', …} with any other reason" : "a {:DOWN, …} with any other reason", place(f, site),
                        Severity::kMedium, Confidence::kLikely});
    }
    if (function_releases(f, Resource::kMonitor)) return;
    add(f, site, sym::DOWN, 5, tuple(sym::DOWN, erlang_ ? "Ref, process, Pid, Reason" : "ref, :process, pid, reason"),
        Severity::kHigh);
  }

  // Clauses for the message are there, and each of them asks for one shape of the element at `at`: {reason, stack}, :normal.
  bool every_clause_chooses(Symbol tag, std::uint32_t size, std::size_t at) const {
    bool any = false;
    for (const HandlerId id : process_.handlers) {
      const Handler& handler = facts_.handler(id);
      if (!receives(handler)) continue;
      for (const Pattern& p : handled_by(program_, facts_, handler)) {
        if (p.any || !p.expr || !p.tag) return false;
        if (p.tag != tag || p.size != size) continue;
        const Unit& unit = program_.unit(p.expr.unit);
        const std::span<const ExprId> parts = unit.children_of(p.expr.expr);
        if (unit.expr(p.expr.expr).kind != ExprKind::kTuple || at >= parts.size()) return false;
        const ExprKind kind = unit.expr(parts[at]).kind;
        if (kind != ExprKind::kAtom && kind != ExprKind::kTuple && kind != ExprKind::kMap && kind != ExprKind::kList)
          return false;
        any = true;
      }
    }
    return any;
  }

  void read_nodes(FunctionId f, CallId site) {
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const Unit& unit = program_.unit_of(site);
    const bool all = program_.call(site).name == names().monitor_nodes;
    const std::size_t at = all ? 0 : 1;
    if (at >= arguments.size() || analysis::atom_value(unit, arguments[at]) != sym::true_) return;
    // Without options, or with none in the list, the messages hold no more than the node (kernel: net_kernel:monitor_nodes/2).
    const bool plain =
        arguments.size() < 2 || (unit.expr(arguments[1]).kind == ExprKind::kList && unit.expr(arguments[1]).child_count == 0);
    const std::uint32_t size = all && !plain ? 3 : 2;
    const std::string rest = erlang_ ? (size == 3 ? "Node, Info" : "Node") : (size == 3 ? "node, info" : "node");
    add(f, site, sym::nodedown, size, tuple(sym::nodedown, rest), Severity::kHigh);
    if (!all) return;
    add(f, site, sym::nodeup, size, tuple(sym::nodeup, rest), Severity::kHigh);
    for (const Symbol tag : {sym::nodedown, sym::nodeup}) {
      if (!takes_one_only(tag, size, 1)) continue;
      found_.push_back({call_span(program_, site), tag, size, "a " + tuple(tag, rest) + " of any other node", place(f, site),
                        Severity::kHigh, Confidence::kLikely});
    }
  }

  // Clauses for the message are there, and each of them is for one value of the element at `at`.
  bool takes_one_only(Symbol tag, std::uint32_t size, std::size_t at) const {
    bool any = false;
    for (const HandlerId id : process_.handlers) {
      const Handler& handler = facts_.handler(id);
      if (!receives(handler)) continue;
      for (const Pattern& p : handled_by(program_, facts_, handler)) {
        if (is_unreadable(p)) return false;
        if (p.size != size || (p.tag && p.tag != tag)) continue;
        if (!p.tag || !asks_for_one(program_, handler, p, at)) return false;
        any = true;
      }
    }
    return any;
  }

  // Clauses for {ref, {:error, :timeout}} name the reasons that they know, and none takes {:error, reason}.
  bool some_result_is_left() const {
    std::vector<Symbol> chosen, taken_whole;
    for (const HandlerId id : process_.handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind != HandlerKind::kInfo || stops_on_anything(program_, facts_, handler)) continue;
      const Pattern& p = handler.pattern;
      if (p.any || !p.expr) return false;
      const Unit& unit = program_.unit(p.expr.unit);
      if (p.size != 2 || p.tag || unit.expr(p.expr.expr).kind != ExprKind::kTuple) continue;
      const ExprId result = unit.child(p.expr.expr, 1);
      if (unit.expr(result).kind == ExprKind::kVariable || unit.expr(result).kind == ExprKind::kWildcard) return false;
      if (unit.expr(result).kind != ExprKind::kTuple || unit.expr(result).child_count != 2) continue;
      const std::optional<Symbol> tag = analysis::atom_value(unit, unit.child(result, 0));
      if (!tag) return false;
      (unit.expr(unit.child(result, 1)).kind == ExprKind::kAtom ? chosen : taken_whole).push_back(*tag);
    }
    return std::any_of(chosen.begin(), chosen.end(),
                       [&](Symbol tag) { return std::find(taken_whole.begin(), taken_whole.end(), tag) == taken_whole.end(); });
  }

  // What a task sends its owner: {ref, result}, then DOWN unless the monitor was removed; DOWN alone when it crashes.
  void read_task(FunctionId f, CallId site, const analysis::External& external) {
    if (some_result_is_left()) {
      found_.push_back(
          {call_span(program_, site), Symbol(), 2,
           erlang_ ? "a {Ref, {error, Reason}} with any other reason" : "a {ref, {:error, reason}} with any other reason",
           place(f, site), Severity::kMedium, Confidence::kLikely});
    }
    if (function_releases(f, Resource::kTask)) {
      const std::size_t before = found_.size();
      if (only_yields(f)) add_task_reply(f, site, Confidence::kLikely, Severity::kMedium);
      for (std::size_t i = before; i < found_.size(); ++i) found_[i].leftover = true;
      return;
    }
    const ModuleId module = program_.module_of(f);
    if (module_releases(module, Resource::kTask) || module_releases(process_.module, Resource::kTask)) return;
    add_task_reply(f, site, Confidence::kLikely, Severity::kHigh);
    const bool linked = external.row->effects.has(Effect::kLink);
    if (linked && module_releases(process_.module, Resource::kMonitor)) return;
    add(f, site, sym::DOWN, 5, tuple(sym::DOWN, erlang_ ? "Ref, process, Pid, Reason" : "ref, :process, pid, reason"),
        Severity::kHigh);
  }

  void add_task_reply(FunctionId f, CallId site, Confidence confidence, Severity severity) {
    if (taken(Symbol(), 2) && replies_left_over()) {
      found_.push_back({call_span(program_, site), Symbol(), 2, erlang_ ? "{Ref, Result}" : "{ref, result}",
                        place(f, site) + ", beside the task that a clause has in mind", severity, confidence});
    }
    add(f, site, Symbol(), 2, erlang_ ? "{Ref, Result}" : "{ref, result}", severity, confidence);
  }

  // Task.yield gives nil when the time is over, and the task goes on to send its reply.
  bool only_yields(FunctionId f) const {
    bool yields = false;
    for (const CallId site : program_.calls_of(f)) {
      const analysis::External* external = facts_.calls.external(site);
      if (!external || external->module != sym::Elixir_Task) continue;
      const std::string_view name = external->name.text();
      if (name.starts_with("await") || name == "shutdown" || name == "ignore") return false;
      yields |= name == "yield" || (name == "yield_many" && arguments_of(program_, site).size() == 1);
    }
    return yields;
  }

  bool is_self(const Unit& unit, ExprId target) const {
    target = analysis::local_value(unit, target);
    if (!target || unit.expr(target).kind != ExprKind::kCall) return false;
    const model::Call& call = unit.call_of(unit.expr(target));
    return call.name == sym::self && call.arity == 0;
  }

  // A timer that sends something to the process itself.
  void read_timer(FunctionId f, CallId site, const analysis::External& external, const FunctionRow& row) {
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (row.message_argument == 0 || row.message_argument > arguments.size()) return;
    const Unit& unit = program_.unit_of(site);
    if (row.target_argument != 0 && !is_self(unit, arguments[row.target_argument - 1u])) return;
    if (external.name == names().start_timer) {
      const Symbol timeout = sym::timeout;
      add(f, site, timeout, 3, tuple(timeout, erlang_ ? "Ref, Message" : "ref, message"), Severity::kHigh);
    } else {
      add_written(f, site, arguments[row.message_argument - 1u]);
    }
  }

  void read_send(FunctionId f, CallId site, const FunctionRow& row) {
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const Unit& unit = program_.unit_of(site);
    if (row.message_argument > arguments.size() || row.target_argument == 0 || row.target_argument > arguments.size()) return;
    if (is_self(unit, arguments[row.target_argument - 1u])) add_written(f, site, arguments[row.message_argument - 1u]);
  }

  // A message whose text stands in the sources and that no clause takes.
  void add_written(FunctionId f, CallId site, ExprId message) {
    const Pattern sent = analysis::outline(program_.unit_of(site), program_.call_units[site.index], message);
    if (!sent.tag || sent.tag.text().starts_with("$gen_")) return;  // a cast or call, as gen_server itself writes it
    for (const HandlerId id : process_.handlers) {
      const Handler& handler = facts_.handler(id);
      if (!receives(handler)) continue;
      const std::vector<Pattern> patterns = handled_by(program_, facts_, handler);
      if (std::any_of(patterns.begin(), patterns.end(), [&](const Pattern& p) { return analysis::may_match(p, sent); })) return;
    }
    found_.push_back({call_span(program_, site), sent.tag, sent.size, message_text(sent, erlang_), place(f, site),
                      Severity::kHigh, Confidence::kLikely});
  }

  void read_subscription(FunctionId f, CallId site, const analysis::External& external) {
    if (external.module == names().mnesia) {
      const std::span<const ExprId> arguments = arguments_of(program_, site);
      const Unit& unit = program_.unit_of(site);
      if (arguments.size() != 1) return;
      const std::optional<Symbol> what = analysis::atom_value(unit, arguments[0]);
      const std::string_view kind = what == intern("system") ? "system" : what == intern("activity") ? "activity" : "table";
      if (!what && unit.expr(arguments[0]).kind != ExprKind::kTuple) return;
      const Symbol tag = intern("mnesia_" + std::string(kind) + "_event");
      add(f, site, tag, 2, tuple(tag, erlang_ ? "Event" : "event"), Severity::kMedium);
    }
    if (external.module.text().ends_with("PubSub") && external.name == names().subscribe) read_broadcasts(f, site);
  }

  // Broadcasts of the project under the very topic that is subscribed here.
  void read_broadcasts(FunctionId f, CallId subscription) {
    const Symbol topic = text_argument(subscription, 1);
    if (!topic) return;
    for (const CallId site : causes_.broadcasts) {
      const std::span<const ExprId> arguments = arguments_of(program_, site);
      if (arguments.size() < 3 || text_argument(site, 1) != topic || !in_production(program_, facts_, program_.function_of(site)))
        continue;
      add_written(f, site, arguments[2]);
    }
  }

  Symbol text_argument(CallId site, std::size_t at) const {
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const Unit& unit = program_.unit_of(site);
    if (at >= arguments.size()) return {};
    const ExprId value = analysis::local_value(unit, arguments[at]);
    return value && unit.expr(value).kind == ExprKind::kString ? unit.expr(value).symbol() : Symbol();
  }

  // A socket in active mode whose data is handled and whose end is not.
  void read_socket(FunctionId f, CallId site, const analysis::External& external) {
    const bool tls = external.module == sym::ssl;
    if ((!tls && external.module != sym::gen_tcp) || external.name != names().connect || is_passive(site)) return;
    const Symbol data = intern(tls ? "ssl" : "tcp"), closed = intern(tls ? "ssl_closed" : "tcp_closed");
    const Symbol failed = intern(tls ? "ssl_error" : "tcp_error");
    if (!taken(data, 3)) return;
    add(f, site, closed, 2, tuple(closed, erlang_ ? "Socket" : "socket"), Severity::kMedium);
    add(f, site, failed, 3, tuple(failed, erlang_ ? "Socket, Reason" : "socket, reason"), Severity::kLow);
  }

  bool is_passive(CallId site) const {
    for (const ExprId argument : arguments_of(program_, site)) {
      const Unit& unit = program_.unit_of(site);
      const ExprId value = analysis::local_value(unit, argument);
      if (analysis::atom_value(unit, analysis::literal_option(unit, value, names().active)) == sym::false_) return true;
    }
    return false;
  }

  // Clients that run in the process that asks and leave messages behind, also in functions of other modules. Those of the
  // module itself are looked at by themselves.
  void read_http(FunctionId f, CallId site) {
    if (!causes_.clients->at(site)) return;
    const FunctionId callee = causes_.clients->callee(site);
    if (!callee || program_.module_of(callee) != process_.module) add_http(f, site);
  }

  void add_http(FunctionId f, CallId site) {
    const Symbol closed = intern("ssl_closed");
    add(f, site, closed, 2, tuple(closed, erlang_ ? "Socket" : "socket"), Severity::kMedium, Confidence::kPossible, true);
  }

  // A process that traps exits and links to others gets their EXIT, normal ones as well.
  void read_link(FunctionId f, CallId site) {
    if (!analysis::effects_at(program_, facts_, site).has(Effect::kLink)) return;
    const analysis::External* external = facts_.calls.external(site);
    if (external && external->row && external->row->returns == Resource::kTask) return;
    add(f, site, sym::EXIT, 3, tuple(sym::EXIT, erlang_ ? "Pid, Reason" : "pid, reason"), Severity::kMedium);
  }

  // A call whose timeout is caught. Before OTP 24 the reply comes all the same, later, as {ref, reply}; since then an alias of
  // the caller keeps it away (OTP 24 release notes, gen_server:call/3).
  void read_survived_calls(FunctionId f) {
    if (!catches_exits(f) || taken(Symbol(), 2) || !runs_on_old_releases()) return;
    for (const CallId site : program_.calls_of(f)) {
      const analysis::External* external = facts_.calls.external(site);
      if (!external || !external->row || external->name != sym::call || !external->row->effects.has(Effect::kCall)) continue;
      if (external->module != sym::Elixir_GenServer && external->module != sym::gen_server) continue;
      if (analysis::bound_at(program_, facts_, site, Effect::kCall) == analysis::Bound::kInfinite) continue;
      found_.push_back({call_span(program_, site), Symbol(), 2, erlang_ ? "{Ref, Reply}" : "{ref, reply}",
                        place(f, site) + ", whose timeout is caught: before OTP 24 the reply comes later", Severity::kMedium,
                        Confidence::kPossible});
    }
  }

  bool catches_exits(FunctionId f) const {
    const Unit& unit = program_.unit_of(f);
    for (const model::ClauseId clause : program_.function(f).clauses) {
      const bool found = any_below(unit, unit.clause(clause).body, [&](ExprId id) {
        if (unit.expr(id).kind != ExprKind::kTry) return false;
        for (const model::ClauseId c : unit.try_of(unit.expr(id)).catch_clauses) {
          const model::Clause& taken = unit.clause(c);
          const std::span<const ExprId> patterns = unit.patterns_of(taken);
          if ((taken.flags & model::kRescue) != 0 || patterns.empty()) continue;
          const model::Expr& kind = unit.expr(patterns[0]);
          if (kind.kind != ExprKind::kAtom || kind.symbol() == sym::exit) return true;
        }
        return false;
      });
      if (found) return true;
    }
    return false;
  }

  // May it run on a release before OTP 24? The mix.exs of an Elixir project says so: any Elixir before 1.15 does.
  bool runs_on_old_releases() const {
    if (erlang_) return true;  // what an Erlang project runs on is not in its sources
    const Unit& own = program_.unit_of(process_.module);
    for (const std::unique_ptr<Unit>& unit : program_.units) {
      if (unit->project != own.project || !program_.files->file(unit->file).path.ends_with("mix.exs")) continue;
      for (const model::Expr& e : unit->exprs) {
        if (e.kind != ExprKind::kTuple || e.child_count != 2) continue;
        const std::span<const ExprId> pair = unit->children_of(e);
        if (unit->expr(pair[0]).kind != ExprKind::kAtom || unit->expr(pair[0]).symbol().text() != "elixir") continue;
        if (unit->expr(pair[1]).kind == ExprKind::kString && is_before_1_15(unit->expr(pair[1]).symbol().text())) return true;
      }
    }
    return false;
  }

  static bool is_before_1_15(std::string_view requirement) {
    const std::size_t at = requirement.find("1.");
    if (at == std::string_view::npos) return false;
    int minor = 0;
    for (std::size_t i = at + 2; i < requirement.size() && requirement[i] >= '0' && requirement[i] <= '9' && minor < 100; ++i) {
      minor = minor * 10 + (requirement[i] - '0');
    }
    return minor < 15;
  }

  // receive … after: what was waited for comes later.
  void read_waits(FunctionId f) {
    const Unit& unit = program_.unit_of(f);
    const analysis::UnitId unit_id = program_.functions[f.index].unit;
    for (const model::ClauseId clause : program_.function(f).clauses) {
      any_below(unit, unit.clause(clause).body, [&](ExprId id) {
        const model::Expr& e = unit.expr(id);
        if (e.kind != ExprKind::kReceive || e.child_count == 0) return false;
        const std::optional<std::int64_t> limit = analysis::integer_value(unit, unit.child(id, 0));
        if (limit == 0 || analysis::atom_value(unit, unit.child(id, 0)) == sym::infinity) return false;
        for (const model::ClauseId c : unit.clauses_of(e)) {
          const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(c));
          if (!patterns.empty()) add_late(f, unit.span(id), analysis::outline(unit, unit_id, patterns[0]));
        }
        return false;
      });
    }
  }

  void add_late(FunctionId f, source::Span span, const Pattern& waited) {
    if (waited.any || waited.size == 0 || waited.tag == sym::EXIT || waited.tag == sym::nodedown ||
        taken(waited.tag, waited.size))
      return;
    if (waited.tag == sym::DOWN && function_releases(f, Resource::kMonitor)) return;
    const std::string text = waited.tag ? message_text(waited, erlang_) : erlang_ ? "{Ref, Reply}" : "{ref, reply}";
    found_.push_back({span, waited.tag, waited.size, text, "the wait that is given up in " + model::display_function(program_, f),
                      Severity::kMedium, Confidence::kLikely, true});
  }

  // Task.async in code of another module that this process runs.
  void find_tasks_elsewhere() {
    for (const CallId site : causes_.tasks) {
      const FunctionId f = program_.function_of(site);
      if (program_.module_of(f) == process_.module || !runs_here(f)) continue;
      if (is_handed_on(site)) continue;
      read_task(f, site, *facts_.calls.external(site));
    }
  }

  // The function is a wrapper whose callers get the task, and do something with it: mostly they await it.
  bool is_handed_on(CallId site) const {
    const std::vector<analysis::CallResult> results = analysis::results_of(program_, facts_, site);
    return std::any_of(results.begin(), results.end(), [this](const analysis::CallResult& result) {
      if (result.wrappers.empty() || program_.module_of(program_.function_of(result.wrappers.back())) == process_.module)
        return false;
      return result.use != analysis::ResultUse::kIgnored && result.use != analysis::ResultUse::kUnused;
    });
  }

  void find_messages() {
    for (const MessageId id : facts_.messages.to[id_.index]) {
      const Message& message = facts_.message(id);
      if (message.kind != MessageKind::kInfo || message.likely || !message.pattern.tag) continue;
      if (!in_production(program_, facts_, message.sender) || taken(message.pattern.tag, message.pattern.size)) continue;
      found_.push_back({call_span(program_, message.site), message.pattern.tag, message.pattern.size,
                        message_text(message.pattern, erlang_), place(message.sender, message.site), Severity::kHigh,
                        Confidence::kLikely});
    }
  }

  const Program& program_;
  const Facts& facts_;
  const StrayCauses& causes_;
  ProcessId id_;
  const Process& process_;
  bool erlang_;
  std::vector<Stray> found_;
};

}  // namespace

StrayCauses collect_stray_causes(const Program& program, const Facts& facts) {
  StrayCauses causes;
  causes.clients = std::make_shared<const LingeringClients>(program, facts);
  const auto is_task = [](const analysis::External& external) {
    return external.row && external.row->returns == Resource::kTask && external.module != sym::rpc;
  };
  causes.tasks = analysis::sites_of(facts.calls, is_task);
  std::erase_if(causes.tasks,
                [&](CallId site) { return program.call(site).capture || facts.calls.runs[site.index] != Runs::kCaller; });
  causes.broadcasts = analysis::sites_of(facts.calls, [](const analysis::External& external) {
    return external.module.text().ends_with("PubSub") && external.name.text().starts_with("broadcast");
  });
  std::erase_if(causes.broadcasts, [&](CallId site) { return program.call(site).capture; });
  return causes;
}

std::vector<Stray> untaken_strays(const Program& program, const Facts& facts, const StrayCauses& causes, ProcessId process) {
  return Finder(program, facts, causes, process).find();
}

}  // namespace beamwright::rules
