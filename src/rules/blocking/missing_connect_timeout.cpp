// gen_tcp:connect/3 and ssl:connect/3 wait for ever by default, and so does httpc:request without a timeout among its options. In
// a server, or in the init of one, whoever waits for the process waits as long as the network is silent. The same holds of
// gen_tcp:recv/2 and ssl:recv/2 once the peer has accepted and says nothing.
#include <algorithm>
#include <set>
#include <vector>

#include "analysis/possible_values.h"
#include "analysis/values.h"
#include "rules/support.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;
using analysis::Runs;

// ssl:connect/3 is two functions: (Host, Port, Options), and (Socket, Options, Timeout), which has a timeout. A peer on this
// machine, {local, Path} or {127, 0, 0, 1}, answers at once or not at all.
bool names_a_peer(const Program& program, CallId site, bool tls) {
  const std::span<const ExprId> arguments = arguments_of(program, site);
  const Unit& unit = program.unit_of(site);
  if (arguments.size() != 3) return false;
  const ExprId host = analysis::local_value(unit, arguments[0]), options = analysis::local_value(unit, arguments[2]);
  if (host && unit.expr(host).kind == ExprKind::kTuple) return false;
  const std::string here = source_text(program, unit, arguments[0], 200), last = source_text(program, unit, arguments[2], 200);
  if (here.find("127.0.0.1") != std::string::npos || here.find("localhost") != std::string::npos) return false;
  if (last.find("imeout") != std::string::npos) return false;  // gen_tcp:connect(SockAddr, Options, Timeout)
  if (!tls) return true;
  // The third argument of an upgrade is a time-out, its second the options, and its first a socket.
  const ExprId second = analysis::local_value(unit, arguments[1]);
  const bool upgrade = (second && unit.expr(second).kind == ExprKind::kList) || !options ||
                       analysis::integer_value(unit, arguments[2]) || unit.expr(options).kind == ExprKind::kAtom ||
                       here.find("ock") != std::string::npos;
  return !upgrade;
}

// transport.connect(host, port, options) with a module that is gen_tcp or ssl, as far as it is known.
bool connects_by_module(const Program& program, const Facts& facts, CallId site) {
  const model::Call& call = program.call(site);
  if (call.target != model::TargetKind::kDynamicModule || call.arity != 3 || call.name.text() != "connect") return false;
  if (call.capture || facts.calls.runs[site.index] != Runs::kCaller || !names_a_peer(program, site, false)) return false;
  const analysis::PossibleValues modules = analysis::possible_values(program, facts, program.function_of(site), call.module_expr);
  return std::any_of(modules.all.begin(), modules.all.end(), [](const analysis::PossibleValue& value) {
    return value.kind == analysis::PossibleKind::kAtom && (value.name == sym::gen_tcp || value.name == sym::ssl);
  });
}

// The port mapper of another host is asked over a connection that nobody can give a limit (kernel: erl_epmd).
bool asks_port_mapper(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || program.call(site).capture || external->arity != 1 || external->name.text() != "names") return false;
  // In a process of its own it can be given up on; a function of the same name stands in for the mapper's module.
  const FunctionId function = program.function_of(site);
  if (facts.calls.runs[site.index] != Runs::kCaller || !function || program.function(function).name == external->name)
    return false;
  const std::string_view module = external->module.text();
  return module == "net_adm" || module == "erl_epmd";
}

// A directory or a shell on another host, whose options, written where they can be read, set no limit (eldap, ssh: infinity).
bool opens_session(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || program.call(site).capture || facts.calls.runs[site.index] != Runs::kCaller) return false;
  const bool directory = external->module.text() == "eldap" && external->name.text() == "open" && external->arity <= 2;
  const bool shell = external->module.text() == "ssh" && external->name.text() == "connect" && external->arity == 3;
  if (!directory && !shell) return false;
  if (directory && external->arity == 1) return true;
  const Unit& unit = program.unit_of(site);
  const ExprId options = analysis::local_value(unit, arguments_of(program, site).back());
  if (!options || unit.expr(options).kind != ExprKind::kList || unit.expr(options).has(model::kHasTail)) return false;
  return !analysis::literal_option(unit, options, directory ? sym::timeout : intern("connect_timeout"));
}

// gen_tcp:connect(Host, Port, Options, infinity), written there or by an option that says so unless it is given.
bool waits_by_choice(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  const bool connects = external && (external->module == sym::gen_tcp || external->module == sym::ssl) &&
                        external->name.text() == "connect" && external->arity == 4;
  if (!connects || program.call(site).capture || facts.calls.runs[site.index] != Runs::kCaller) return false;
  const analysis::PossibleValues limits =
      analysis::possible_values(program, facts, program.function_of(site), arguments_of(program, site)[3]);
  if (limits.has(analysis::PossibleKind::kInteger)) return false;
  return std::any_of(limits.all.begin(), limits.all.end(), [](const analysis::PossibleValue& value) {
    return value.kind == analysis::PossibleKind::kAtom && value.name == sym::infinity;
  });
}

// gen_tcp:recv(Socket, Length): infinity is the default (kernel: gen_tcp:recv/2; ssl: ssl:recv/2).
bool receives(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  return external && (external->module == sym::gen_tcp || external->module == sym::ssl) && external->arity == 2 &&
         external->name.text() == "recv" && !program.call(site).capture && facts.calls.runs[site.index] == Runs::kCaller;
}

// Does somebody wait while the server runs the function: its supervisor during init, or callers of one of many servers? Of the
// one server that many share, blocking-call-handler speaks. A server that reads a socket for nobody but itself may wait for its
// peer.
ProcessId awaited_server_of(const Facts& facts, FunctionId function) {
  constexpr std::size_t kMostFunctions = 40;
  std::vector<FunctionId> below{function};
  for (std::size_t i = 0; i < below.size() && below.size() < kMostFunctions; ++i) {
    for (const std::uint32_t incoming : facts.calls.incoming_of(below[i])) {
      const analysis::Edge& edge = facts.calls.edges[incoming];
      const FunctionId caller = facts.calls.callers[incoming];
      if (edge.possible || edge.runs != Runs::kCaller || !caller) continue;
      if (std::find(below.begin(), below.end(), caller) == below.end()) below.push_back(caller);
    }
  }
  for (const ProcessId id : facts.contexts.of(function).processes) {
    const analysis::Process& process = facts.process(id);
    if (process.kind != analysis::ProcessKind::kGenServer && process.kind != analysis::ProcessKind::kGenStatem) continue;
    for (const analysis::HandlerId handler : process.handlers) {
      const analysis::Handler& known = facts.handler(handler);
      const bool waited_for = known.kind == analysis::HandlerKind::kInit ||
                              (known.kind == analysis::HandlerKind::kCall && process.count != analysis::Count::kOne);
      if (waited_for && std::find(below.begin(), below.end(), known.function) != below.end()) return id;
    }
  }
  return {};
}

// Does the call wait for a peer without limit, because nobody said anything?
bool is_unlimited(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || !external->row || program.call(site).capture || facts.calls.runs[site.index] != Runs::kCaller) return false;
  const bool connects = (external->module == sym::gen_tcp || external->module == sym::ssl) && external->name.text() == "connect";
  const bool requests = external->module == sym::httpc && external->name.text() == "request";
  if (connects) return external->arity == 3 && names_a_peer(program, site, external->module == sym::ssl);
  if (!requests) return false;
  // Options that are made elsewhere may hold a timeout.
  const std::span<const ExprId> arguments = arguments_of(program, site);
  if (arguments.size() >= 4) {
    const Unit& unit = program.unit_of(site);
    const ExprId options = analysis::local_value(unit, arguments[2]);
    if (!options || unit.expr(options).kind != ExprKind::kList || unit.expr(options).has(model::kHasTail)) return false;
    for (const ExprId option : unit.children_of(options)) {
      if (unit.expr(option).kind != ExprKind::kTuple) return false;
    }
    if (analysis::literal_option(unit, options, sym::timeout)) return false;
    // {sync, false}: the answer comes as a message, and nobody waits in the call.
    const ExprId sync = analysis::literal_option(unit, arguments[3], intern("sync"));
    if (sync && analysis::atom_value(unit, sync) == sym::false_) return false;
  }
  return true;
}

bool is_called(const Facts& facts, ProcessId id) {
  return std::any_of(facts.messages.to[id.index].begin(), facts.messages.to[id.index].end(),
                     [&](MessageId message) { return facts.message(message).kind == MessageKind::kCall; });
}

// A server that runs the function: one that others call before any other.
ProcessId server_of(const Facts& facts, FunctionId function) {
  ProcessId found;
  for (const ProcessId id : facts.contexts.of(function).processes) {
    const analysis::ProcessKind kind = facts.process(id).kind;
    if (kind != analysis::ProcessKind::kGenServer && kind != analysis::ProcessKind::kGenStatem) continue;
    if (is_called(facts, id)) return id;
    if (!found) found = id;
  }
  return found;
}

// The same through a callback: a function that may be what `Transport:connect(…)` in the server means.
ProcessId guessed_server_of(const Facts& facts, FunctionId function) {
  for (const std::uint32_t i : facts.calls.incoming_of(function)) {
    const analysis::Edge& edge = facts.calls.edges[i];
    if (!edge.possible || edge.runs != Runs::kCaller) continue;
    if (const ProcessId found = server_of(facts, facts.calls.callers[i])) return found;
  }
  return {};
}

bool is_http(const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  return external && external->module == sym::httpc;
}

void report(const Program& program, const Facts& facts, Reporter& reporter, CallId site, ProcessId server, bool possible) {
  const FunctionId function = program.function_of(site);
  const bool erlang = in_erlang(program, function);
  const std::string callee = callee_text(program, facts, site);
  const std::string name = server ? process_name(program, facts, server) : std::string("whoever calls it");
  const bool http = is_http(facts, site), reads = receives(program, facts, site);
  const bool shared = server && facts.process(server).count == analysis::Count::kOne && is_called(facts, server);
  Finding finding = found_in(reporter, program, function, call_span(program, site));
  finding.severity = shared ? Severity::kHigh : Severity::kMedium;
  finding.confidence = possible ? Confidence::kPossible : Confidence::kLikely;
  finding.message = finding.function + " calls " + callee + " without a timeout" + (server ? ", in the process " + name : "");
  finding.why =
      std::string(http    ? "httpc waits for ever for a server that accepts and says nothing"
                  : reads ? "A peer that accepts and says nothing is waited for without end"
                          : "A peer that drops packets is waited for as long as the operating system likes, about two minutes") +
      "; meanwhile " + name +
      (server ? " answers nobody, and a supervisor that starts it waits as well."
              : " hangs, with no error and nothing in the log.");
  if (asks_port_mapper(program, facts, site)) {
    finding.fix = erlang ? "Ask in a process that is given up on: erpc:call(node(), net_adm, names, [Host], 5000), with "
                           "error:{erpc, timeout} caught."
                         : "Ask in a process that is given up on: :erpc.call(node(), :net_adm, :names, [host], 5_000), with the "
                           "timeout rescued.";
  } else if (opens_session(program, facts, site)) {
    const std::string option = facts.calls.external(site)->module.text() == "ssh" ? "connect_timeout" : "timeout";
    finding.fix =
        erlang ? "Give it {" + option + ", 5000} among its options." : "Give it " + option + ": 5_000 among its options.";
  } else if (http) {
    finding.fix = erlang ? "Give it {timeout, 5000} and {connect_timeout, 2000} among the HTTP options, the third argument."
                         : "Give it timeout: 5_000 and connect_timeout: 2_000 among the HTTP options, the third argument.";
  } else if (reads) {
    finding.fix = erlang ? "Give it a timeout as its third argument, such as 5000, and match {error, timeout}."
                         : "Give it a timeout as its third argument, such as 5_000, and match {:error, :timeout}.";
  } else {
    finding.fix = erlang ? "Give it a timeout as its fourth argument, such as 5000, and match {error, timeout}."
                         : "Give it a timeout as its fourth argument, such as 5_000, and match {:error, :timeout}.";
  }
  finding.path = {{finding.span, callee + " waits without limit"}};
  finding.key = callee;
  report_weighed(reporter, std::move(finding));
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  std::set<std::pair<FunctionId, std::string>> reported;
  for (const CallId site : wanted_calls(program, reporter)) {
    const FunctionId function = program.function_of(site);
    if (!function || !in_production(program, facts, function)) continue;
    if (receives(program, facts, site)) {
      const ProcessId server = awaited_server_of(facts, function);
      if (server && reported.emplace(function, callee_text(program, facts, site)).second)
        report(program, facts, reporter, site, server, false);
      continue;
    }
    const bool mapper = asks_port_mapper(program, facts, site);
    const bool chosen = !mapper && !opens_session(program, facts, site) && !is_unlimited(program, facts, site);
    if (chosen && !waits_by_choice(program, facts, site) && !connects_by_module(program, facts, site)) continue;
    const ProcessId known = server_of(facts, function);
    const ProcessId server = known ? known : guessed_server_of(facts, function);
    // httpc's own default is for ever (inets: httpc:request/4): whatever process runs it may hang.
    const bool http = is_http(facts, site);
    const bool outside = (facts.contexts.of(function).flags & (analysis::kFromOutside | analysis::kInRequest)) != 0;
    if ((!server && !(http && outside) && !mapper) || !reported.emplace(function, callee_text(program, facts, site)).second)
      continue;
    report(program, facts, reporter, site, server, chosen || (!known && server));
  }
}

}  // namespace

const Rule& missing_connect_timeout() {
  static const Rule rule{{.code = "BW406",
                          .name = "missing-connect-timeout",
                          .family = findings::Family::kBlocking,
                          .severity = Severity::kMedium,
                          .summary = "A connection or HTTP request without a timeout inside a server"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
