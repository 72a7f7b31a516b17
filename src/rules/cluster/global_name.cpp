// After a split both sides may have registered a name in global. When they see each other again, global settles it: without a
// function of one's own it keeps the process on the node whose name comes first and kills the other (global:random_exit_name is
// the default; measured: the smaller node name stays), whatever it was doing. register_name answers no when the name is taken,
// and a start under such a name answers {error, {already_started, Pid}}, which is no start to a supervisor: it gives up.
#include <set>

#include "analysis/forest.h"
#include "analysis/results.h"
#include "analysis/values.h"
#include "analysis/walk.h"
#include "rules/nodes.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

bool handles_conflicts(const Program& program, FunctionId function) {
  const Unit& unit = program.unit_of(function);
  static const Symbol conflict = intern("global_name_conflict");
  for (const ExprId id : unit.of_kind(ExprKind::kAtom)) {
    if (unit.expr(id).symbol() == conflict) return true;
  }
  return false;
}

// Does the function take messages about nodes that come and go?
bool follows_nodes(const Program& program, FunctionId function) {
  const Unit& unit = program.unit_of(function);
  for (const model::ClauseId id : program.function(function).clauses) {
    for (const ExprId pattern : unit.patterns_of(unit.clause(id))) {
      const Symbol tag = analysis::outline(unit, {}, pattern).tag;
      if (tag == sym::nodedown || tag == sym::nodeup) return true;
    }
  }
  return false;
}

// A name that each node makes for itself: of a random number, a reference, its own node or pid. No other node ever has it.
bool is_own_name(const Unit& unit, ExprId name) {
  return analysis::any_below(unit, name, [&](ExprId id) {
    const model::Expr& e = unit.expr(id);
    if (e.kind == ExprKind::kVariable) {
      const ExprId value = analysis::local_value(unit, id);
      return value != id && unit.expr(value).kind != ExprKind::kVariable && is_own_name(unit, value);
    }
    if (e.kind != ExprKind::kCall) return false;
    const std::string_view called = unit.call_of(e).name.text();
    for (const std::string_view word : {"rand", "unique", "uuid", "uniform", "make_ref"}) {
      if (called.find(word) != std::string_view::npos) return true;
    }
    return (called == "node" || called == "self") && e.child_count == 0;
  });
}

// The name that a caller gives: which one it is, and whether it may be there twice, is for him to say.
bool is_given(const Program& program, FunctionId function, ExprId name) {
  const Unit& unit = program.unit_of(function);
  ExprId value = analysis::local_value(unit, name);
  const model::Expr& made = unit.expr(value);  // binary_to_atom(Name, utf8)
  if (made.kind == ExprKind::kCall && made.child_count > 0 && unit.call_of(made).name.text().ends_with("to_atom"))
    value = analysis::local_value(unit, unit.child(value, 0));
  return unit.expr(value).kind == ExprKind::kVariable &&
         analysis::parameter_of(unit, program.function(function), model::VariableId(unit.expr(value).payload));
}

void registrations(const Program& program, const Facts& facts, Reporter& reporter) {
  const Symbol register_name = intern("register_name"), again = intern("re_register_name");
  std::set<FunctionId> reported;
  for (const CallId site : wanted_calls(program, reporter)) {
    const analysis::External* external = facts.calls.external(site);
    if (!external || external->module != sym::global || external->arity != 2 || program.call(site).capture) continue;
    if (external->name != register_name && external->name != again) continue;
    const FunctionId function = program.function_of(site);
    if (!function || !in_production(program, facts, function) || handles_conflicts(program, function)) continue;
    const ExprId name = arguments_of(program, site)[0];
    if (is_own_name(program.unit_of(site), name)) continue;
    bool ignored = false;
    for (const analysis::CallResult& result : analysis::results_of(program, facts, site)) {
      ignored |= result.use == analysis::ResultUse::kIgnored || result.use == analysis::ResultUse::kUnused;
    }
    if (!reported.insert(function).second) continue;
    const bool erlang = in_erlang(program, function);
    const std::string callee = callee_text(program, facts, site);
    Finding finding = found_in(reporter, program, function, call_span(program, site));
    // Whoever registers it again and again, when nodes go, asks for the clash.
    const bool decided =
        !is_given(program, function, name) && (external->name == register_name || follows_nodes(program, function));
    finding.severity = ignored && decided ? Severity::kMedium : Severity::kLow;
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " registers a global name and says nothing about a second holder" +
                      (ignored && external->name == register_name ? ", nor looks whether it got the name" : "");
    finding.why =
        "Both sides of a split hold the name; when it heals, global kills one of the two holders, by the order of the nodes' "
        "names, with all it knows, and logs it as a mere notice.";
    finding.fix = erlang
                      ? "Give it a function that settles the clash, `global:register_name(Name, Pid, fun Module:resolve/3)`, or "
                        "`fun global:random_notify_name/3` and take {global_name_conflict, Name}; and take `no`."
                      : "Give it a function that settles the clash, `:global.register_name(name, pid, &Module.resolve/3)`, or "
                        "`&:global.random_notify_name/3` and take {:global_name_conflict, name}; and take `:no`.";
    finding.path = {{finding.span, finding.function + " calls " + callee}};
    finding.key = callee;
    report_weighed(reporter, std::move(finding));
  }
}

// {global, Name} in the place of a start's name, or as its option `name:`.
ExprId global_name_of(const Program& program, CallId site) {
  const Unit& unit = program.unit_of(site);
  for (const ExprId argument : arguments_of(program, site)) {
    for (const ExprId name : {argument, analysis::literal_option(unit, argument, sym::name)}) {
      if (!name) continue;
      const ExprId value = analysis::local_value(unit, name);
      const model::Expr& e = unit.expr(value);
      if (e.kind != ExprKind::kTuple || e.child_count < 2 || e.child_count > 3) continue;
      // {via, global, Name} is the same name. One made of a node or a pid is another one on each node.
      const bool via = e.child_count == 3 && analysis::atom_value(unit, unit.child(value, 0)) == intern("via");
      if (e.child_count == 3 && !via) continue;
      if (analysis::atom_value(unit, unit.child(value, via ? 1 : 0)) == sym::global &&
          analysis::atom_value(unit, unit.child(value, via ? 2 : 1)))
        return value;
    }
  }
  return {};
}

bool names_atom(const Program& program, FunctionId function, Symbol atom) {
  const Unit& unit = program.unit_of(function);
  const auto is_it = [&](ExprId id) { return unit.expr(id).kind == ExprKind::kAtom && unit.expr(id).symbol() == atom; };
  for (const model::ClauseId id : program.function(function).clauses) {
    const model::Clause& clause = unit.clause(id);
    if (analysis::any_below(unit, clause.body, is_it)) return true;
  }
  return false;
}

// A child's start under a global name whose function does not take {error, {already_started, Pid}}.
struct GlobalChild {
  ProcessId process;
  CallId site;
  const analysis::TreeChild* child;
};

// Where the child is started: by its module's own start, or by a function of another name, {clock, {?MODULE, start_clock, []},
// …}.
std::vector<CallId> starts_of(const Program& program, const Facts& facts, ProcessId process, const analysis::TreeChild& child) {
  std::vector<CallId> sites = facts.process(process).starts;
  if (!child.start_function || facts.process(process).kind != analysis::ProcessKind::kSupervisor) return sites;
  for (const FunctionId function : program.functions_of(child.source)) {
    if (program.function(function).name != child.start_function) continue;
    const auto calls = program.calls_of(function);
    sites.insert(sites.end(), calls.begin(), calls.end());
  }
  return sites;
}

std::vector<GlobalChild> global_children(const Program& program, const Facts& facts, const analysis::Tree& tree) {
  const Symbol taken = intern("already_started");
  std::vector<GlobalChild> found;
  for (const analysis::TreeChild& child : tree.children) {
    const ProcessId process = child.source ? facts.processes.of(child.source) : ProcessId();
    if (!process || child.origin != analysis::Origin::kList || child.presence != analysis::Presence::kAlways) continue;
    for (const CallId site : starts_of(program, facts, process, child)) {
      const FunctionId function = program.function_of(site);
      if (!function || program.module_of(function) != child.source || !in_production(program, facts, function)) continue;
      if (child.start_function && program.function(function).name != child.start_function) continue;
      if (global_name_of(program, site) && !names_atom(program, function, taken)) found.push_back({process, site, &child});
    }
  }
  return found;
}

// A supervisor that more than one node starts, with children that only one node may have; told once, at the first of them.
void children(const Program& program, const Facts& facts, Reporter& reporter) {
  std::set<CallId> reported;
  for (const analysis::Tree& tree : analysis::forest_of(program, facts).trees) {
    const std::vector<GlobalChild> found = global_children(program, facts, tree);
    if (found.empty() || !reported.insert(found.front().site).second) continue;
    const GlobalChild& first = found.front();
    const FunctionId function = program.function_of(first.site);
    const bool erlang = in_erlang(program, function);
    const std::string name = process_name(program, facts, first.process);
    Finding finding = found_in(reporter, program, function, call_span(program, first.site));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kPossible;  // one node alone may run this supervisor
    finding.message = name + " starts under a global name in its supervisor's own list, and " + finding.function +
                      " does not expect that another node has it";
    finding.why =
        "On a second node with this supervisor the start answers {error, {already_started, Pid}}: the supervisor takes that for "
        "a "
        "failure and ends, with all that it holds. When a split heals, global kills one of the two holders.";
    finding.fix = std::string("Take ") + (erlang ? "`{error, {already_started, Pid}}`" : "`{:error, {:already_started, pid}}`") +
                  " in " + finding.function + " and return " + (erlang ? "`ignore`" : "`:ignore`") +
                  "; and let something start it again when the node of the holder goes: a process on each node that monitors it.";
    for (const GlobalChild& child : found) {
      finding.path.push_back(
          {call_span(program, child.site), process_name(program, facts, child.process) + " starts under a global name"});
    }
    finding.path.push_back(
        {program.unit(first.child->place.unit).span(first.child->place.expr), "its supervisor starts it here"});
    finding.key = name;
    report_weighed(reporter, std::move(finding));
  }
}

// The start answers {error, {already_started, Pid}}, and the function returns {ok, Pid}, or links to it: the holder on another
// node becomes the supervisor's child.
struct Adopted {
  ExprId result;  // {ok, Pid}; none where there is no such
  CallId link;
};

// The clause's pattern for {error, {already_started, Pid}}: the variable of the pid.
model::VariableId taken_pid(const Unit& unit, ExprId pattern) {
  const model::Expr& e = unit.expr(pattern);
  if (e.kind != ExprKind::kTuple || e.child_count != 2 || analysis::atom_value(unit, unit.child(pattern, 0)) != sym::error)
    return {};
  const ExprId reason = unit.child(pattern, 1);
  const model::Expr& r = unit.expr(reason);
  if (r.kind != ExprKind::kTuple || r.child_count != 2) return {};
  if (analysis::atom_value(unit, unit.child(reason, 0)) != intern("already_started")) return {};
  const model::Expr& pid = unit.expr(unit.child(reason, 1));
  return pid.kind == ExprKind::kVariable ? model::VariableId(pid.payload) : model::VariableId();
}

Adopted adopted_in(const Facts& facts, const Unit& unit, ExprId body, model::VariableId pid) {
  Adopted adopted;
  const auto is_pid = [&](ExprId id) {
    return unit.expr(id).kind == ExprKind::kVariable && model::VariableId(unit.expr(id).payload) == pid;
  };
  analysis::for_each_result(unit, body, [&](ExprId result) {
    const model::Expr& e = unit.expr(result);
    if (e.kind == ExprKind::kTuple && e.child_count == 2 && analysis::atom_value(unit, unit.child(result, 0)) == sym::ok &&
        is_pid(unit.child(result, 1)))
      adopted.result = result;
  });
  analysis::any_below(unit, body, [&](ExprId id) {
    if (unit.expr(id).kind != ExprKind::kCall) return false;
    const CallId site(unit.first_call + unit.expr(id).payload);
    const bool links = calls_external(facts, site, sym::erlang, intern("link")) ||
                       calls_external(facts, site, sym::Elixir_Process, intern("link"));
    const auto arguments = unit.children_of(id);
    if (links && arguments.size() == 1 && is_pid(arguments[0])) adopted.link = site;
    return static_cast<bool>(adopted.link);
  });
  return adopted;
}

void report_adopted(const Program& program, Reporter& reporter, CallId site, const Adopted& adopted) {
  const FunctionId function = program.function_of(site);
  const Unit& unit = program.unit_of(site);
  const bool erlang = in_erlang(program, function);
  const std::string taken = erlang ? "{error, {already_started, Pid}}" : "{:error, {:already_started, pid}}";
  Finding finding =
      found_in(reporter, program, function, adopted.link ? call_span(program, adopted.link) : unit.span(adopted.result));
  finding.severity = Severity::kMedium;
  finding.confidence = Confidence::kLikely;
  finding.message = finding.function +
                    (adopted.link ? " links its caller to the holder of a global name"
                                  : " gives the holder of a global name to its supervisor as a child") +
                    ", which may live on another node";
  finding.why =
      adopted.link
          ? "When that node leaves, all supervisors of the other nodes lose this child at once, start it again at once, and use "
            "up "
            "restarts each time: a few nodes that leave one after the other end them."
          : "The supervisor is not linked to it: when that process or its node goes, no supervisor is told, and the name stays "
            "empty until somebody starts the application again. And a supervisor that stops kills the process of another node.";
  finding.fix = std::string("Answer ") + taken + " with " + (erlang ? "`ignore`" : "`:ignore`") +
                ", or start a local process on each node that monitors the holder and starts the service again when it goes.";
  finding.path = {{call_span(program, site), finding.function + " starts under a global name"},
                  {finding.span, adopted.link ? "links to whoever has it" : "takes whoever has it for the child"}};
  finding.key = "adopted";
  report_weighed(reporter, std::move(finding));
}

void adoptions(const Program& program, const Facts& facts, Reporter& reporter) {
  for (const CallId site : wanted_calls(program, reporter)) {
    const std::string_view name = program.call(site).name ? program.call(site).name.text() : std::string_view();
    if (!name.starts_with("start") || program.call(site).capture || !global_name_of(program, site)) continue;
    const FunctionId function = program.function_of(site);
    if (!function || !in_production(program, facts, function) || !program.function(function).name.text().starts_with("start"))
      continue;
    const Unit& unit = program.unit_of(site);
    for (const analysis::CallResult& result : analysis::results_of(program, facts, site)) {
      if (!result.wrappers.empty() || !result.place) continue;
      const model::Expr& place = unit.expr(result.place.expr);
      // with {:error, {:already_started, pid}} <- start, do: {:ok, pid}
      if (place.kind == ExprKind::kGenerator && unit.expr(unit.parent(result.place.expr)).kind == ExprKind::kWith) {
        const model::VariableId pid = taken_pid(unit, unit.child(result.place.expr, 0));
        const ExprId with = unit.parent(result.place.expr);
        const Adopted adopted = pid ? adopted_in(facts, unit, unit.child(with, unit.expr(with).child_count - 1), pid) : Adopted();
        if (adopted.result || adopted.link) report_adopted(program, reporter, site, adopted);
      }
      if (place.kind != ExprKind::kCase && place.kind != ExprKind::kWith) continue;
      for (const model::ClauseId id : unit.clauses_of(place)) {
        const auto patterns = unit.patterns_of(unit.clause(id));
        const model::VariableId pid = patterns.size() == 1 ? taken_pid(unit, patterns[0]) : model::VariableId();
        if (!pid) continue;
        const Adopted adopted = adopted_in(facts, unit, unit.clause(id).body, pid);
        if (adopted.result || adopted.link) report_adopted(program, reporter, site, adopted);
      }
    }
  }
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  adoptions(program, facts, reporter);
  registrations(program, facts, reporter);
  children(program, facts, reporter);
}

}  // namespace

const Rule& global_name() {
  static const Rule rule{{.code = "BW601",
                          .name = "global-name",
                          .family = findings::Family::kCluster,
                          .severity = Severity::kMedium,
                          .summary = "A global name whose second holder is killed when a split heals"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
