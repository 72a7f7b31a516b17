// A receive takes what matches and leaves the rest where it is. A process that is a plain loop and has no clause for every other
// message keeps what none of its clauses takes until it ends: memory that only grows, and each receive looks at all of it again.
// The loop is reported with what makes the message come: a monitor, a link under trap_exit, a timer, a wait given up, a socket
// that closes, or somebody in the program who sends it.
#include <algorithm>
#include <map>
#include <set>

#include "analysis/sites.h"
#include "analysis/values.h"
#include "rules/kept.h"
#include "rules/waits.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;
using analysis::Edge;
using analysis::Pattern;
using analysis::Runs;

// What is sent to names, collected once: the site by the name.
using SentToNames = std::multimap<std::uint32_t, CallId>;

struct Loop {
  ModuleId module;
  FunctionId root;              // what the new process runs
  CallId entered;               // where it is spawned, or called in the fun that is spawned
  bool linked = false;          // it was started with a link
  std::vector<FunctionId> run;  // functions of the module that it runs, the root first
  std::vector<HandWait> main;   // receives of functions that come back to themselves
  std::vector<Pattern> taken;   // of every receive it may stand in
  std::vector<Symbol> names;    // it registers under, or is registered under by whoever starts it
};

struct Left {
  source::Span span;  // what makes the message come
  std::string text;
  std::string cause;
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    std::vector<Loop> loops;
    std::set<FunctionId> seen;
    for (const Edge& edge : facts_.calls.edges) {
      if (edge.runs != Runs::kNewProcess || edge.possible || !facts_.effects.all[edge.callee.index].has(Effect::kReceive))
        continue;
      if (!seen.insert(edge.callee).second || !in_production(program_, facts_, edge.callee)) continue;
      const FunctionId starter = program_.function_of(edge.site);
      if (!starter || !in_production(program_, facts_, starter)) continue;
      loops.push_back(loop_from(edge));
    }
    // Two loops under one name: nobody knows which of them a message is for.
    std::map<std::uint32_t, std::size_t> bearers;
    for (const Loop& loop : loops) {
      for (const Symbol name : loop.names) ++bearers[name.index];
    }
    for (Loop& loop : loops) std::erase_if(loop.names, [&](Symbol name) { return bearers[name.index] > 1; });
    const SentToNames sent = sent_to_names(loops);
    for (const Loop& loop : loops) {
      if (is_open(loop)) look_at(loop, sent);
    }
  }

 private:
  Loop loop_from(const Edge& edge) const {
    Loop loop{program_.module_of(edge.callee), edge.callee, edge.site, false, {edge.callee}, {}, {}, {}};
    loop.linked = starts_linked(edge.site);
    constexpr std::size_t kMostFunctions = 60;
    for (std::size_t i = 0; i < loop.run.size() && loop.run.size() < kMostFunctions; ++i) {
      for (const Edge& next : facts_.calls.edges_of(loop.run[i])) {
        if (next.runs != Runs::kCaller || next.possible || program_.module_of(next.callee) != loop.module) continue;
        if (std::find(loop.run.begin(), loop.run.end(), next.callee) == loop.run.end()) loop.run.push_back(next.callee);
      }
    }
    const Unit& unit = program_.unit_of(edge.callee);
    const analysis::UnitId unit_id = program_.functions[edge.callee.index].unit;
    for (const FunctionId f : loop.run) {
      if (!facts_.effects.all[f.index].has(Effect::kReceive) || !function_has(program_, f, ExprKind::kReceive)) continue;
      for (const ExprId body : bodies_of(program_, f)) {
        for (const HandWait& wait : hand_waits(program_, facts_, f, body)) {
          if (wait.loops && lives_on(wait)) loop.main.push_back(wait);
          for (const model::ClauseId c : unit.clauses_of(unit.expr(wait.receive))) {
            const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(c));
            if (!patterns.empty()) loop.taken.push_back(analysis::outline(unit, unit_id, patterns[0]));
          }
        }
      }
    }
    append_names(edge.site, loop);
    return loop;
  }

  // A receive that ends when nothing comes for a while is a flush, or one step of something longer.
  bool lives_on(const HandWait& wait) const {
    if (wait.bound_ms == Bound::kInfinite) return true;
    const Unit& unit = program_.unit_of(wait.function);
    return wait.bound_ms != 0 && any_below(unit, unit.child(wait.receive, 1), [&](ExprId id) {
             const model::Expr& e = unit.expr(id);
             if (e.kind != ExprKind::kCall) return false;
             const FunctionId callee = facts_.calls.callees[unit.first_call + e.payload].function;
             return callee && program_.module_of(callee) == program_.module_of(wait.function) &&
                    facts_.effects.all[callee.index].has(Effect::kReceive);
           });
  }

  bool starts_linked(CallId site) const {
    const analysis::External* external = facts_.calls.external(site);
    return external && external->row && external->row->effects.has(Effect::kLink);
  }

  // A loop that lives on, and in which nothing takes what is left: neither a last clause, nor a flush somewhere below, nor a
  // clause whose pattern is not understood.
  bool is_open(const Loop& loop) const {
    if (loop.main.empty()) return false;
    const bool takes_any = std::any_of(loop.taken.begin(), loop.taken.end(), [&](const Pattern& p) {
      return p.any || !p.expr || program_.unit(p.expr.unit).expr(p.expr.expr).kind == ExprKind::kUnknown;
    });
    return !takes_any &&
           std::none_of(loop.main.begin(), loop.main.end(), [&](const HandWait& wait) { return counts_down(wait); });
  }

  // collect(0, Found) -> Found: a loop that ends when it has got what it was started for.
  bool counts_down(const HandWait& wait) const {
    const Unit& unit = program_.unit_of(wait.function);
    for (const model::ClauseId c : program_.function(wait.function).clauses) {
      for (const ExprId pattern : unit.patterns_of(unit.clause(c))) {
        const model::Expr& e = unit.expr(pattern);
        if (e.kind == ExprKind::kInteger || (e.kind == ExprKind::kList && e.child_count == 0)) return true;
      }
    }
    return false;
  }

  // register(Name, self()) by the loop, and register(Name, Pid) beside the start.
  void append_names(CallId start, Loop& loop) const {
    for (const FunctionId f : loop.run) {
      for (const CallId site : program_.calls_of(f)) append_name(site, CallId(), loop);
    }
    const FunctionId starter = program_.function_of(start);
    for (const CallId site : program_.calls_of(starter)) append_name(site, start, loop);
  }

  // Of the process that is started at `start`, or of the one that runs the call.
  void append_name(CallId site, CallId start, Loop& loop) const {
    const analysis::External* external = facts_.calls.external(site);
    if (!external || external->name != sym::register_) return;
    const Unit& unit = program_.unit_of(site);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (arguments.size() != 2) return;
    const bool elixir = external->module.text() == "Elixir.Process";
    const ExprId pid = arguments[elixir ? 0 : 1];
    if (start ? analysis::local_value(unit, pid) != program_.call(start).expr : !is_self(unit, pid)) return;
    if (const auto name = analysis::atom_value(unit, arguments[elixir ? 1 : 0])) loop.names.push_back(*name);
  }

  static bool is_self(const Unit& unit, ExprId id) {
    const ExprId value = analysis::local_value(unit, id);
    return value && unit.expr(value).kind == ExprKind::kCall && unit.call_of(unit.expr(value)).name == sym::self;
  }

  SentToNames sent_to_names(const std::vector<Loop>& loops) const {
    SentToNames sent;
    if (std::all_of(loops.begin(), loops.end(), [](const Loop& loop) { return loop.names.empty(); })) return sent;
    const auto sends = [](const knowledge::FunctionRow& row) {
      return row.effects.has(Effect::kSend) && row.message_argument != 0 && row.target_argument != 0;
    };
    for (const CallId site : analysis::sites_of_rows(facts_.calls, sends)) {
      if (program_.call(site).capture) continue;
      const knowledge::FunctionRow& row = *facts_.calls.external(site)->row;
      const std::span<const ExprId> arguments = arguments_of(program_, site);
      if (row.target_argument > arguments.size()) continue;
      const auto name = analysis::atom_value(program_.unit_of(site), arguments[row.target_argument - 1u]);
      if (name) sent.emplace(name->index, site);
    }
    return sent;
  }

  // ---- What is left behind ----------------------------------------------------------------------------------------------------

  static bool takes(const Loop& loop, const Pattern& sent) {
    return std::any_of(loop.taken.begin(), loop.taken.end(), [&](const Pattern& p) { return analysis::may_match(p, sent); });
  }

  bool takes(const Loop& loop, Symbol tag, std::uint32_t size) const {
    return std::any_of(loop.taken.begin(), loop.taken.end(), [&](const Pattern& p) {
      if (p.tag || p.size != 0) return p.size == size && (!p.tag || p.tag == tag);
      const ExprKind kind = program_.unit(p.expr.unit).expr(p.expr.expr).kind;
      return kind != ExprKind::kMap && kind != ExprKind::kList && kind != ExprKind::kString && kind != ExprKind::kInteger;
    });
  }

  void look_at(const Loop& loop, const SentToNames& sent) {
    std::vector<Left> left;
    for (const FunctionId f : loop.run) {
      for (const CallId site : program_.calls_of(f)) {
        if (!program_.call(site).capture && facts_.calls.runs[site.index] == Runs::kCaller) read_call(loop, f, site, left);
      }
      read_waits(loop, f, left);
    }
    read_beside(loop, left);
    read_sockets(loop, left);
    for (const Symbol name : loop.names) {
      const auto [first, last] = sent.equal_range(name.index);
      for (auto it = first; it != last; ++it) read_sent(loop, it->second, left);
    }
    read_interface(loop, left);
    if (!left.empty()) report(loop, left);
  }

  // spawn(fun() -> net_kernel:monitor_nodes(true), loop([]) end): what the fun does before it goes into the loop.
  void read_beside(const Loop& loop, std::vector<Left>& left) const {
    const ExprId fun = program_.call(loop.entered).closure;
    const Unit& unit = program_.unit_of(loop.entered);
    if (!fun || any_below(unit, fun, [&](ExprId id) { return unit.expr(id).kind == ExprKind::kReceive; })) return;
    const FunctionId starter = program_.function_of(loop.entered);
    for (const CallId site : program_.calls_of(starter)) {
      if (program_.call(site).closure == fun && !program_.call(site).capture) read_call(loop, starter, site, left);
    }
  }

  void read_call(const Loop& loop, FunctionId f, CallId site, std::vector<Left>& left) const {
    const analysis::External* external = facts_.calls.external(site);
    if (!external || !external->row) return;
    const knowledge::FunctionRow& row = *external->row;
    const bool erlang = in_erlang(program_, f);
    const std::string place = callee_text(program_, facts_, site) + " in " + model::display_function(program_, f);
    const bool monitors = (row.returns == Resource::kMonitor && external->arity < 3) || external->name == sym::spawn_monitor;
    if (monitors && !takes(loop, sym::DOWN, 5) && !gives_back(loop))
      left.push_back({call_span(program_, site), erlang ? "{'DOWN', …}" : "{:DOWN, …}", place});
    if (traps_exits(site, *external) && !takes(loop, sym::EXIT, 3)) {
      if (const std::string links = linked_by(loop); !links.empty())
        left.push_back({call_span(program_, site), erlang ? "{'EXIT', …}" : "{:EXIT, …}", place + ", and " + links});
    }
    if (row.effects.has(Effect::kTimer)) read_timer(loop, site, *external, place, left);
    if (external->name.text() == "monitor_nodes") read_nodes(loop, site, place, left);
    if (external->name.text() == "open_port" || place.starts_with("Port.open/2")) read_port(loop, site, place, left);
  }

  // monitor_nodes(true) sends both; with options they have a third element (kernel: net_kernel:monitor_nodes/2).
  void read_nodes(const Loop& loop, CallId site, const std::string& place, std::vector<Left>& left) const {
    static const Symbol kUp = intern("nodeup"), kDown = intern("nodedown");
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const Unit& unit = program_.unit_of(site);
    if (arguments.empty() || analysis::atom_value(unit, arguments[0]) != sym::true_) return;
    const bool erlang = in_erlang(program_, program_.function_of(site));
    const std::uint32_t size = arguments.size() > 1 ? 3 : 2;
    for (const Symbol tag : {kUp, kDown}) {
      if (takes(loop, tag, size)) continue;
      const std::string rest = size == 3 ? (erlang ? ", Node, Info}" : ", node, info}") : (erlang ? ", Node}" : ", node}");
      left.push_back({call_span(program_, site), "{" + atom_text(tag, erlang) + rest, place});
    }
  }

  // The loop takes what the port says and not that it has ended: exit_status asks for that message, and a linked port gives an
  // EXIT to who traps exits (erts: open_port/2).
  void read_port(const Loop& loop, CallId site, const std::string& place, std::vector<Left>& left) const {
    static const Symbol kData = intern("data"), kStatus = intern("exit_status");
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const Unit& unit = program_.unit_of(site);
    const bool asks = arguments.size() == 2 && any_below(unit, arguments[1], [&](ExprId id) {
                        return unit.expr(id).kind == ExprKind::kAtom && unit.expr(id).symbol() == kStatus;
                      });
    if (!asks) return;
    bool takes_data = false, takes_end = false;
    for (const Pattern& pattern : loop.taken) {
      const Unit& there = program_.unit(pattern.expr.unit);
      any_below(there, pattern.expr.expr, [&](ExprId id) {
        const model::Expr& e = there.expr(id);
        takes_data |= e.kind == ExprKind::kAtom && e.symbol() == kData;
        takes_end |= e.kind == ExprKind::kAtom && (e.symbol() == kStatus || e.symbol() == sym::EXIT);
        // {Port, Message}, {_, {What, _}}: what the message says is looked at later.
        takes_end |= pattern.size == 2 && e.kind == ExprKind::kTuple && id == pattern.expr.expr && e.child_count == 2 &&
                     there.expr(there.child(id, 1)).kind != ExprKind::kTuple;
        return false;
      });
    }
    const bool erlang = in_erlang(program_, program_.function_of(site));
    if (takes_data && !takes_end)
      left.push_back({call_span(program_, site), erlang ? "{Port, {exit_status, _}}" : "{port, {:exit_status, _}}", place});
  }

  bool gives_back(const Loop& loop) const {
    for (const FunctionId f : loop.run) {
      for (const CallId site : program_.calls_of(f)) {
        if (released_by(program_, facts_, site) == Resource::kMonitor) return true;
      }
    }
    return false;
  }

  bool traps_exits(CallId site, const analysis::External& external) const {
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const Unit& unit = program_.unit_of(site);
    const std::string_view name = external.name.text();
    if ((name != "process_flag" && name != "flag") || arguments.size() != 2) return false;
    return analysis::atom_value(unit, arguments[0]) == sym::trap_exit && analysis::atom_value(unit, arguments[1]) == sym::true_;
  }

  // Whose end it would hear of: what the loop starts with a link, or who started it.
  std::string linked_by(const Loop& loop) const {
    for (const FunctionId f : loop.run) {
      for (const CallId site : program_.calls_of(f)) {
        if (starts_linked(site) && returned_by(program_, facts_, site) == Resource::kProcess)
          return "its helpers are linked by " + callee_text(program_, facts_, site);
      }
    }
    return loop.linked ? "it is linked to who started it" : "";
  }

  void read_timer(const Loop& loop, CallId site, const analysis::External& external, const std::string& place,
                  std::vector<Left>& left) const {
    const knowledge::FunctionRow& row = *external.row;
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const Unit& unit = program_.unit_of(site);
    if (row.message_argument == 0 || row.message_argument > arguments.size()) return;
    if (row.target_argument != 0 && !is_self(unit, arguments[row.target_argument - 1u])) return;
    const bool erlang = in_erlang(program_, program_.function_of(site));
    if (external.name.text() == "start_timer") {
      if (!takes(loop, sym::timeout, 3))
        left.push_back({call_span(program_, site), erlang ? "{timeout, Ref, Message}" : "{:timeout, ref, message}", place});
      return;
    }
    const Pattern sent = written(site, arguments[row.message_argument - 1u]);
    if (sent.tag && !takes(loop, sent)) left.push_back({call_span(program_, site), message_text(sent, erlang), place});
  }

  Pattern written(CallId site, ExprId message) const {
    const Unit& unit = program_.unit_of(site);
    const ExprId value = analysis::local_value(unit, message);
    return value ? analysis::outline(unit, program_.call_units[site.index], value) : Pattern{};
  }

  // A wait for an answer that is given up: it still comes, and the loop does not know it.
  void read_waits(const Loop& loop, FunctionId f, std::vector<Left>& left) const {
    if (!facts_.effects.direct[f.index].has(Effect::kSend) || !function_has(program_, f, ExprKind::kReceive)) return;
    const Unit& unit = program_.unit_of(f);
    const analysis::UnitId unit_id = program_.functions[f.index].unit;
    for (const ExprId body : bodies_of(program_, f)) {
      for (const HandWait& wait : hand_waits(program_, facts_, f, body)) {
        if (wait.loops || wait.bound_ms == Bound::kInfinite || wait.bound_ms == 0 || ends_there(f, wait.receive)) continue;
        for (const model::ClauseId c : unit.clauses_of(unit.expr(wait.receive))) {
          const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(c));
          const Pattern waited = patterns.empty() ? Pattern{} : analysis::outline(unit, unit_id, patterns[0]);
          if (waited.size < 2 || waited.tag == sym::DOWN || waited.tag == sym::EXIT || taken_by_main(loop, waited)) continue;
          left.push_back({unit.span(wait.receive), source_text(program_, unit, patterns[0]),
                          "the wait that is given up in " + model::display_function(program_, f)});
          break;
        }
      }
    }
  }

  // The process ends where the wait is over.
  bool ends_there(FunctionId f, ExprId receive) const {
    const Unit& unit = program_.unit_of(f);
    const ExprId rest = unit.children_of(receive).size() == 2 ? unit.child(receive, 1) : ExprId();
    return rest && any_below(unit, rest, [&](ExprId id) {
             if (unit.expr(id).kind != ExprKind::kCall) return false;
             const CallId site(unit.first_call + unit.expr(id).payload);
             const FunctionId callee = facts_.calls.callees[site.index].function;
             const analysis::External* external = facts_.calls.external(site);
             return (external && external->row && external->row->effects.has(Effect::kExit)) ||
                    (callee && always_exits(program_, facts_, callee));
           });
  }

  bool taken_by_main(const Loop& loop, const Pattern& sent) const {
    for (const HandWait& wait : loop.main) {
      const analysis::UnitId unit_id = program_.functions[wait.function.index].unit;
      const Unit& unit = program_.unit(unit_id);
      for (const model::ClauseId c : unit.clauses_of(unit.expr(wait.receive))) {
        const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(c));
        if (!patterns.empty() && analysis::may_match(analysis::outline(unit, unit_id, patterns[0]), sent)) return true;
      }
    }
    return false;
  }

  // The data of a socket is taken, and its end is not: the process waits for a peer that is gone.
  void read_sockets(const Loop& loop, std::vector<Left>& left) const {
    static const Symbol kTcp = intern("tcp"), kSsl = intern("ssl"), kTcpClosed = intern("tcp_closed"),
                        kSslClosed = intern("ssl_closed");
    for (const auto& [data, closed] : {std::pair{kTcp, kTcpClosed}, std::pair{kSsl, kSslClosed}}) {
      const auto written = std::find_if(loop.taken.begin(), loop.taken.end(),
                                        [&, tag = data](const Pattern& p) { return p.tag == tag && p.size == 3; });
      if (written == loop.taken.end() || takes(loop, closed, 2)) continue;
      const bool waits =
          std::any_of(loop.main.begin(), loop.main.end(), [](const HandWait& wait) { return wait.bound_ms != Bound::kInfinite; });
      if (waits) continue;
      const bool erlang = in_erlang(program_, loop.root);
      left.push_back({program_.unit(written->expr.unit).span(written->expr.expr),
                      erlang ? "{" + std::string(closed.text()) + ", Socket}" : "{:" + std::string(closed.text()) + ", socket}",
                      "the peer of the socket whose data it takes"});
    }
  }

  void read_sent(const Loop& loop, CallId site, std::vector<Left>& left) const {
    const FunctionId sender = program_.function_of(site);
    if (!sender || !in_production(program_, facts_, sender)) return;
    const Pattern sent = written(site, arguments_of(program_, site)[facts_.calls.external(site)->row->message_argument - 1u]);
    if (!sent.tag || takes(loop, sent)) return;
    left.push_back({call_span(program_, site), message_text(sent, in_erlang(program_, sender)),
                    callee_text(program_, facts_, site) + " in " + model::display_function(program_, sender)});
  }

  // Client functions of the module, stop(Pid) -> Pid ! stop. That the parameter is the loop is known by another client function
  // whose message it takes.
  void read_interface(const Loop& loop, std::vector<Left>& left) const {
    bool known = false;
    std::vector<Left> untaken;
    for (const FunctionId f : program_.functions_of(loop.module)) {
      if (!program_.function(f).has(model::kPublic) || std::find(loop.run.begin(), loop.run.end(), f) != loop.run.end()) continue;
      if (!facts_.effects.direct[f.index].has(Effect::kSend)) continue;
      for (const CallId site : program_.calls_of(f)) {
        const Pattern sent = sent_to_first_parameter(f, site);
        if (!sent.tag) continue;
        if (takes(loop, sent)) {
          known = true;
        } else {
          untaken.push_back({call_span(program_, site), message_text(sent, in_erlang(program_, f)),
                             callee_text(program_, facts_, site) + " in " + model::display_function(program_, f)});
        }
      }
    }
    if (known && is_only_loop(loop)) left.insert(left.end(), untaken.begin(), untaken.end());
  }

  Pattern sent_to_first_parameter(FunctionId f, CallId site) const {
    const analysis::External* external = facts_.calls.external(site);
    if (!external || !external->row || !external->row->effects.has(Effect::kSend) || program_.call(site).closure) return {};
    const knowledge::FunctionRow& row = *external->row;
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (row.message_argument == 0 || row.target_argument == 0 || row.target_argument > arguments.size()) return {};
    const Unit& unit = program_.unit_of(f);
    const model::Expr& target = unit.expr(arguments[row.target_argument - 1u]);
    if (target.kind != ExprKind::kVariable) return {};
    const auto parameter = analysis::parameter_of(unit, program_.function(f), model::VariableId(target.payload));
    return parameter && parameter->index == 0 ? written(site, arguments[row.message_argument - 1u]) : Pattern{};
  }

  // Every receive of the module is one of the loop's or one of a client function that waits for an answer.
  bool is_only_loop(const Loop& loop) const {
    for (const FunctionId f : program_.functions_of(loop.module)) {
      if (std::find(loop.run.begin(), loop.run.end(), f) != loop.run.end()) continue;
      for (const ExprId body : bodies_of(program_, f)) {
        for (const HandWait& wait : hand_waits(program_, facts_, f, body)) {
          if (wait.loops) return false;
        }
      }
    }
    return true;
  }

  void report(const Loop& loop, const std::vector<Left>& left) {
    const HandWait& main = loop.main.front();
    if (!reported_.insert({main.function, main.receive}).second) return;
    const Unit& unit = program_.unit_of(main.function);
    const bool erlang = in_erlang(program_, main.function);
    std::vector<std::string> texts;
    for (const Left& one : left) {
      if (std::find(texts.begin(), texts.end(), one.text) == texts.end()) texts.push_back(one.text);
    }
    Finding finding = found_in(reporter_, program_, main.function, unit.span(main.receive));
    finding.confidence = Confidence::kLikely;
    finding.message = "No clause of the loop of " + finding.function + " takes " + join_names(texts) + ", which comes from " +
                      left.front().cause;
    finding.why =
        "A receive leaves what it does not match in the mailbox. Nothing ever takes it out of there: each one costs memory until "
        "the process ends, every receive of the loop looks at all of them again, and what the message says is never heard.";
    finding.fix = erlang ? "Write a clause for it, and end the receive with `Other -> logger:warning(…), " +
                               std::string(program_.function(main.function).name.text()) + "(…)`; or make it a gen_server."
                         : "Write a clause for it, and end the receive with `other -> Logger.warning(…)` before it comes back; "
                           "or make it a GenServer.";
    finding.path = {{finding.span, "the loop, which has no clause for every other message"}};
    constexpr std::size_t kShown = 3;
    for (std::size_t i = 0; i < left.size() && i < kShown; ++i)
      finding.path.push_back({left[i].span, left[i].text + " comes from " + left[i].cause});
    finding.key = "loop";
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::set<std::pair<FunctionId, ExprId>> reported_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& unhandled_messages_pile_up() {
  static const Rule rule{{.code = "BW205",
                          .name = "unhandled-messages-pile-up",
                          .family = findings::Family::kMailbox,
                          .severity = Severity::kMedium,
                          .summary = "A receive loop that leaves messages in its mailbox which really come"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
