// A process that is started by hand stands outside the tree. Without a link nobody starts it again when it crashes, nobody stops
// it when the application stops or the one that wanted it is gone, and no tool that walks the supervisors sees it (erlang:
// spawn/1; stdlib: gen_server, start/3,4: "stand-alone"). With a link, from a callback whose pid is thrown away, its crash is a
// crash of the server that started it, and a server that ends `normal` leaves it behind.
#include <algorithm>
#include <optional>
#include <set>

#include "analysis/forest.h"
#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/linked_work.h"
#include "rules/lone_processes.h"
#include "rules/rule.h"
#include "rules/siblings.h"
#include "rules/support.h"
#include "rules/unlinked_starts.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::CallResult;
using analysis::ProcessKind;
using analysis::ResultUse;

// Where production code starts a process of a class.
struct Start {
  ProcessId child;
  CallId site;         // the spawn, or the call of the child's start function
  FunctionId starter;  // that holds it
  CallId beneath;      // the gen_server:start or start_link itself
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter), siblings_(program, facts) {}

  void run() {
    for (const UnlinkedStart& start : unlinked_starts(program_, facts_)) promises_a_link(start);
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const ProcessId id(i);
      const Process& process = facts_.process(id);
      if (program_.unit_of(process.module).role != source::Role::kReviewed) continue;
      if (process.receive_loop) {
        for (const CallId site : process.starts) spawned_loop(id, process, site);
      } else if (process.kind == ProcessKind::kGenServer || process.kind == ProcessKind::kGenStatem ||
                 process.kind == ProcessKind::kStage) {
        for (const CallId site : process.starts) started_by_hand(id, process, site);
      }
    }
    for (const analysis::TreeApplication& application : analysis::forest_of(program_, facts_).applications) {
      if (!application.tree && application.start) top_process(application, application.start, 0);
    }
    for (const LinkedWork& work : linked_work(program_, facts_)) linked(work);
    for (const LoneProcess& process : lone_processes(program_, facts_)) alone(process);
  }

 private:
  bool is_linked(CallId site) const {
    const analysis::External* external = facts_.calls.external(site);
    if (!external || !external->row) return true;
    const auto& effects = external->row->effects;
    return effects.has(Effect::kLink) || effects.has(Effect::kMonitor) || external->name.text().find("opt") != std::string::npos;
  }

  // ---- start_link that makes no link ------------------------------------------------------------------------------------------

  void promises_a_link(const UnlinkedStart& start) {
    const bool erlang = in_erlang(program_, start.holder);
    const std::string call = callee_text(program_, facts_, start.site);
    const bool listed = start.child.end > start.child.begin;
    Finding finding = begin(start.holder, start.site);
    finding.severity = Severity::kHigh;
    finding.confidence = listed ? Confidence::kCertain : Confidence::kLikely;
    const std::string name = model::display_function(program_, start.function);
    finding.message = name + " starts the process with " + call +
                      ", which makes no link: " + (listed ? "its supervisor" : "a supervisor") + " never learns of its crash";
    finding.why =
        "A supervisor is told of the end of a child by the link that the start function makes. Without one the first crash "
        "leaves "
        "a dead process in its list: nobody starts it again, and which_children still shows it. Where the supervisor itself "
        "ends, "
        "the process stays, and a name that it holds fails the next start with already_started.";
    finding.fix = start.process_only ? (erlang ? "Use proc_lib:start_link, which also waits until it is ready."
                                               : "Use Task.start_link or a GenServer.")
                                     : "Use start_link in its place.";
    finding.path = {{finding.span, call + " makes no link"}};
    if (start.holder != start.function) finding.path.push_back({name_span(program_, start.function), name + " ends in it"});
    if (listed) finding.path.push_back({start.child, "it is the start function of a child"});
    finding.key = "no link " + name;
    const ProcessId process = facts_.processes.of(program_.module_of(start.holder));
    if (process) reported_.insert(process.index);
    report_weighed(reporter_, std::move(finding));
  }

  // ---- spawn of a loop ------------------------------------------------------------------------------------------------------

  // spawn(fun() -> loop(State) end): the call of the loop stands inside the one that starts the process.
  CallId spawn_around(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    for (ExprId e = program_.call(site).expr; e; e = unit.parent(e)) {
      if (unit.expr(e).kind != ExprKind::kCall && unit.expr(e).kind != ExprKind::kCapture) continue;
      const CallId call(unit.first_call + unit.expr(e).payload);
      const analysis::External* external = facts_.calls.external(call);
      if (external && external->row && external->row->effects.has(Effect::kSpawn)) return call;
    }
    return {};
  }

  // A loop that registers a name is a server for others, and one that they lose at its first crash.
  void spawned_loop(ProcessId id, const Process& process, CallId inner) {
    const CallId site = spawn_around(inner);
    if (!site) return;
    const FunctionId starter = program_.function_of(site);
    if (!starter || is_linked(site) || !in_production(program_, facts_, starter) || !runs_in_service(starter)) return;
    if (process.names.empty() || watches(starter) || siblings_.is_known(process.module)) return;
    spawned_.insert(site.index);
    const std::string name = atom_text(process.names.front(), in_erlang(program_, starter));
    Finding finding = begin(starter, site);
    finding.confidence = Confidence::kLikely;
    finding.message = callee_text(program_, facts_, site) + " starts the server " + name +
                      " without a link or a supervisor: after its first crash nobody starts it again";
    finding.why = "Whoever sends to " + name +
                  " then fails with badarg, or is never answered, until the node is restarted; and no "
                  "log but the emulator's own error report says that it is gone.";
    finding.fix = in_erlang(program_, starter)
                      ? "Make it a child of a supervisor: proc_lib:start_link/3 in its start function, or a gen_server."
                      : "Make it a child of a supervisor: a GenServer, or a Task with `restart: :permanent`.";
    finding.path = {{finding.span, "nobody is linked to it or monitors it"}};
    finding.key = name;
    finish(id, std::move(finding));
  }

  // ---- gen_server:start, start_link from a callback ---------------------------------------------------------------------------

  void started_by_hand(ProcessId id, const Process& process, CallId site) {
    const FunctionId function = program_.function_of(site);
    if (!function || program_.unit_of(site).role != source::Role::kReviewed) return;
    const analysis::External* external = facts_.calls.external(site);
    if (external && external->module.text() == "Elixir.Supervisor.Spec") return;  // an entry in a list
    const bool linked = is_linked(site);
    if (program_.module_of(function) != process.module) {
      if (!linked) without_link({id, site, function, site}, process);
      return;
    }
    // gen_server:start(?MODULE, …) in the middle of a request, and then the socket.
    if (!linked && hands_a_socket(function) && !watches(function)) return without_link({id, site, function, site}, process);
    for (const std::uint32_t i : facts_.calls.incoming_of(function)) {
      const analysis::Edge& edge = facts_.calls.edges[i];
      const FunctionId caller = facts_.calls.callers[i];
      if (edge.possible || edge.runs != analysis::Runs::kCaller || program_.call(edge.site).capture) continue;
      if (facts_.calls.callees[edge.site.index].function != function || program_.module_of(caller) == process.module) continue;
      if (linked) {
        with_link({id, edge.site, caller, site}, process);
      } else {
        without_link({id, edge.site, caller, site}, process);
      }
    }
  }

  // The class of the server whose callbacks run the start; none for supervisors, requests and whatever is not known.
  ProcessId server_behind(FunctionId function) const {
    const ProcessId own = facts_.processes.of(program_.module_of(function));
    if (!own || (facts_.process(own).kind != ProcessKind::kGenServer && facts_.process(own).kind != ProcessKind::kGenStatem))
      return {};
    const std::vector<ProcessId>& runners = facts_.contexts.of(function).processes;
    return std::binary_search(runners.begin(), runners.end(), own) ? own : ProcessId();
  }

  void without_link(const Start& start, const Process& process) {
    if (!in_production(program_, facts_, start.starter) || siblings_.is_known(process.module)) return;
    const CallId handed = hands_a_socket(start.starter);
    if (handed && !watches(start.starter)) return holds_a_connection(start, handed);
    if (looks_after_others(process) || ends_by_itself(process) || is_stopped(start, process)) return;
    const ProcessId server = server_behind(start.starter);
    const bool named = !process.names.empty();
    const bool boots = (facts_.contexts.of(start.starter).flags & analysis::kInBoot) != 0;
    if (!server && ((!named && !boots) || watches(start.starter) || !runs_in_service(start.starter))) return;
    const std::string child = process_name(program_, facts_, start.child);
    Finding finding = begin(start.starter, start.site);
    finding.confidence = named && !watches(start.starter) ? Confidence::kLikely : Confidence::kPossible;
    if (server) {
      const std::string name = process_name(program_, facts_, server);
      finding.message = finding.function + " starts " + child + " without a link: when " + name + " dies, it stays";
      finding.why = "A restarted " + name + " knows nothing of it: " +
                    (named ? "its start fails with already_started, " : "it starts another one beside it, ") +
                    "and a supervisor that stops the tree does not reach it. It holds what it has until the node ends.";
    } else {
      finding.message = finding.function + " starts " + child +
                        " without a link or a supervisor: after its first crash nobody "
                        "starts it again";
      finding.why = "Whoever calls " + child + " then exits with noproc until the node is restarted.";
    }
    finding.fix =
        in_erlang(program_, start.starter)
            ? "Start it with start_link under a supervisor (simple_one_for_one where there are many); a server that has to "
              "know when it ends monitors it as well."
            : "Start it with start_link under a supervisor (DynamicSupervisor where there are many); a server that has to "
              "know when it ends monitors it as well.";
    finding.path = {{finding.span, "no link to " + child},
                    {call_span(program_, start.beneath), callee_text(program_, facts_, start.beneath) + " leaves it on its own"}};
    finding.key = child;
    finish(start.child, std::move(finding));
  }

  CallId hands_a_socket(FunctionId function) const {
    for (const CallId site : program_.calls_of(function)) {
      if (program_.call(site).name && program_.call(site).name.text() == "controlling_process") return site;
    }
    return {};
  }

  void holds_a_connection(const Start& start, CallId handed) {
    const std::string child = process_name(program_, facts_, start.child);
    Finding finding = begin(start.starter, start.site);
    finding.confidence = Confidence::kPossible;
    finding.message = finding.function + " gives a connection to " + child + ", which stands outside every supervisor";
    finding.why =
        "Nobody stops " + child +
        " when the application stops or is upgraded, nobody counts how many there are, and a crash leaves no more than a "
        "line in the log; the connections go on until the other side closes them.";
    finding.fix = in_erlang(program_, start.starter)
                      ? "Start it with start_link under a supervisor: simple_one_for_one, temporary children."
                      : "Start it with start_link under a DynamicSupervisor, as a temporary child.";
    finding.path = {{finding.span, "no link to " + child},
                    {call_span(program_, start.beneath), callee_text(program_, facts_, start.beneath) + " leaves it on its own"},
                    {call_span(program_, handed), "it gets the connection"}};
    finding.key = child;
    finish(start.child, std::move(finding));
  }

  // Several helpers that a server starts and forgets: a supervisor without a strategy.
  void with_link(const Start& start, const Process& process) {
    const ProcessId server = server_behind(start.starter);
    if (!server || server == start.child || facts_.process(server).traps_exits || siblings_.is_known(process.module)) return;
    if (!in_production(program_, facts_, start.starter) || !forgets(start) || ends_by_itself(process)) return;
    const std::string child = process_name(program_, facts_, start.child);
    const std::string name = process_name(program_, facts_, server);
    Finding finding = begin(start.starter, start.site);
    finding.confidence = Confidence::kPossible;
    finding.message = finding.function + " starts and links " + child + " and forgets it: " + name +
                      " is its supervisor and does nothing of one";
    finding.why = "A start that fails goes unseen. A crash of " + child + " ends " + name +
                  " with all that it has started, on the restarts of " + name + "; and where " + name + " stops `normal`, " +
                  child + " stays.";
    finding.fix =
        "Start " + child + " under a supervisor, with " + name + " as its sibling, and choose there what falls with what.";
    finding.path = {{finding.span, "the result is ignored"}};
    finding.key = child;
    finish(start.child, std::move(finding));
  }

  bool forgets(const Start& start) const {
    const std::vector<CallResult> results = analysis::results_of(program_, facts_, start.site);
    return !results.empty() && std::all_of(results.begin(), results.end(), [](const CallResult& result) {
      return result.use == ResultUse::kIgnored || result.use == ResultUse::kUnused;
    });
  }

  // ---- An application without a supervisor ------------------------------------------------------------------------------------

  static bool starts_a_server(const analysis::External& external) {
    const std::string_view module = external.module.text();
    const bool known = module == "Elixir.GenServer" || module == "Elixir.Agent" || module == "gen_server" ||
                       module == "gen_statem" || module == "Elixir.GenStateMachine" || module == "Elixir.GenStage";
    return known && (external.name == sym::start_link || external.name == sym::start);
  }

  // What start/2 returns is the start of one server: the application's top process, with nobody above it.
  bool top_process(const analysis::TreeApplication& application, FunctionId function, int depth) {
    constexpr int kMaxDepth = 3;
    if (depth > kMaxDepth || !in_production(program_, facts_, application.start)) return false;
    const Unit& unit = program_.unit_of(function);
    for (const model::ClauseId clause : program_.function(function).clauses) {
      CallId found;
      analysis::for_each_result(unit, unit.clause(clause).body, [&](ExprId id) {
        if (unit.expr(id).kind == ExprKind::kCall) found = CallId(unit.first_call + unit.expr(id).payload);
      });
      if (!found || program_.call(found).closure) continue;
      const analysis::External* external = facts_.calls.external(found);
      const FunctionId callee = facts_.calls.callees[found.index].function;
      if (external ? starts_a_server(*external) : callee && top_process(application, callee, depth + 1)) {
        if (depth == 0) report_top(application, found);
        return true;
      }
    }
    return false;
  }

  void report_top(const analysis::TreeApplication& application, CallId site) {
    Finding finding = begin(application.start, site);
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " starts one process and no supervisor: its first crash ends the application" +
                      (application.name.empty() ? "" : " " + application.name);
    finding.why =
        "What start/2 returns is the top of the application, and nobody starts that again: after its first crash the application "
        "is over, with all that depends on it, and a permanent one ends the node.";
    finding.fix = in_erlang(program_, application.start)
                      ? "Return the start of a supervisor that has it as a child."
                      : "Return Supervisor.start_link([…], strategy: :one_for_one) with it as a child.";
    finding.path = {{finding.span, callee_text(program_, facts_, site) + " starts a server, and no supervisor above it"}};
    finding.key = "top process";
    report_weighed(reporter_, std::move(finding));
  }

  // ---- Work that ends its server ----------------------------------------------------------------------------------------------

  void linked(const LinkedWork& work) {
    if (!servers_with_work_.insert(work.server.index).second) return;
    const bool erlang = in_erlang(program_, work.function);
    const std::string name = process_name(program_, facts_, work.server);
    const std::string call = callee_text(program_, facts_, work.site);
    Finding finding = begin(work.function, work.site);
    finding.confidence = Confidence::kPossible;
    finding.message =
        finding.function + " starts work with a link to " + name + " and forgets it: when it fails, " + name + " dies";
    finding.why = "The work " + work.what + ". An exit of a linked process is one of " + name +
                  ", which does not trap exits: its state goes with it, and so does everybody who waits for it, for the sake of "
                  "one piece of work.";
    finding.fix = erlang
                      ? "Start it under a supervisor (simple_one_for_one, temporary children), or with spawn_monitor where the "
                        "result matters."
                      : "Use Task.Supervisor.start_child/2: nobody is linked to the task.";
    finding.path = {{finding.span, call + " links it to " + name}, {call_span(program_, work.outside), "it " + work.what}};
    finding.key = "linked work";
    report_weighed(reporter_, std::move(finding));
  }

  // ---- Spawned, and nobody is told of its end ---------------------------------------------------------------------------------

  void alone(const LoneProcess& process) {
    if (!spawned_.insert(process.site.index).second) return;
    const bool erlang = in_erlang(program_, process.starter);
    const std::string call = callee_text(program_, facts_, process.site);
    const std::string what = process.runs ? model::display_function(program_, process.runs) : std::string("the new process");
    Finding finding = begin(process.starter, process.site);
    finding.confidence = process.why == Reliance::kLoop ? Confidence::kLikely : Confidence::kPossible;
    finding.path = {{finding.span, "no link, no monitor"}};
    if (process.why == Reliance::kLoop) {
      finding.message = finding.function + " starts the loop " + what + " with " + call +
                        ", without a link or a supervisor: after its first crash nobody starts it again";
      finding.why =
          "What the loop does is simply not done any more from then on, until the node is restarted; whoever sends to its "
          "pid sends into the void. And when the one that started it is restarted, there are two of them.";
      finding.path.push_back({name_span(program_, process.runs), "it goes on for ever"});
    } else if (process.why == Reliance::kConnection) {
      finding.message = finding.function + " gives a connection to a process that " + call + " starts outside every supervisor";
      finding.why =
          "Nobody stops it when the application stops or is upgraded, nobody counts how many there are, and a crash leaves no "
          "more "
          "than a line in the log.";
      finding.path.push_back({call_span(program_, process.detail), "it gets the connection"});
    } else {
      finding.message = finding.function + " leaves what has to be acknowledged to a process that " + call +
                        " starts: when that crashes, it never is";
      finding.why =
          "Nobody is linked to the process or monitors it. The message stays unacknowledged: the broker counts it against the "
          "prefetch limit, and after a few of them delivers nothing more.";
      finding.path.push_back({call_span(program_, process.detail), "the acknowledgement"});
    }
    finding.fix =
        erlang ? "Start it under a supervisor (simple_one_for_one where there are many), or monitor it and take its 'DOWN'."
               : "Start it under a supervisor (Task.Supervisor or DynamicSupervisor), or monitor it and take its :DOWN.";
    finding.key = "alone " + what;
    report_weighed(reporter_, std::move(finding));
  }

  // ---- What takes care of it --------------------------------------------------------------------------------------------------

  // Not only from a shell, a tool or a start by hand in development.
  bool runs_in_service(FunctionId function) const {
    const analysis::Context& context = facts_.contexts.of(function);
    return !context.processes.empty() || context.many ||
           (context.flags & (analysis::kInRequest | analysis::kInTask | analysis::kInBoot)) != 0;
  }

  bool watches(FunctionId function) const {
    for (const CallId site : program_.calls_of(function)) {
      const std::string_view name = program_.call(site).name.text();
      if (name == "monitor" || name == "link" || name == "start_monitor") return true;
    }
    return false;
  }

  // The child ends with somebody whom it monitors or links to.
  bool looks_after_others(const Process& process) const {
    for (const FunctionId f : program_.functions_of(process.module)) {
      if (facts_.effects.direct[f.index].has(Effect::kMonitor) || facts_.effects.direct[f.index].has(Effect::kLink)) {
        for (const CallId site : program_.calls_of(f)) {
          const std::string_view name = program_.call(site).name.text();
          if (name == "monitor" || name == "link") return true;
        }
      }
    }
    return false;
  }

  // Its work is done some day: a stop with a good reason, or a time after which it stops.
  bool ends_by_itself(const Process& process) const {
    for (const auto id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind == HandlerKind::kInit || handler.kind == HandlerKind::kTerminate) continue;
      for (const analysis::CallbackReturn& made : analysis::returns_of(program_, facts_, handler)) {
        if (made.tag != sym::stop) continue;
        if (!made.reason) return true;
        const Unit& unit = program_.unit(made.reason.unit);
        const ExprId reason = analysis::local_value(unit, made.reason.expr);
        const std::optional<Symbol> atom = analysis::atom_value(unit, reason);
        if (!atom || *atom == sym::normal || *atom == sym::shutdown) return true;
      }
    }
    return false;
  }

  // The starter's module, or the child's own interface in use, stops it.
  bool is_stopped(const Start& start, const Process& process) const {
    for (const ModuleId module : {program_.module_of(start.starter), process.module}) {
      for (const FunctionId f : program_.functions_of(module)) {
        for (const CallId site : program_.calls_of(f)) {
          const std::string_view name = program_.call(site).name.text();
          if (name == "stop" || name == "exit" || name == "terminate_child" || name == "shutdown" || name == "close") return true;
        }
      }
    }
    return false;
  }

  Finding begin(FunctionId function, CallId site) const {
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.severity = Severity::kMedium;
    finding.structural = true;
    return finding;
  }

  void finish(ProcessId child, Finding finding) {
    if (reported_.insert(child.index).second) report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  Siblings siblings_;
  std::set<std::uint32_t> reported_;
  std::set<std::uint32_t> servers_with_work_;
  std::set<std::uint32_t> spawned_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& unsupervised_process() {
  static const Rule rule{{.code = "BW107",
                          .name = "unsupervised-process",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kMedium,
                          .summary = "A process that others need and no supervisor starts again or stops"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
