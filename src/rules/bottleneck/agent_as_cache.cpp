// An agent is one process that answers one question at a time. As a cache that many processes read it is slower than what it
// caches as soon as enough of them read at once; an ETS table or a persistent term is read by all of them together.
#include <algorithm>
#include <map>
#include <optional>

#include "analysis/sites.h"
#include "analysis/values.h"
#include "rules/reach.h"
#include "rules/support.h"

namespace beamwright::rules {
namespace {

// Who uses the agent of one name.
struct Users {
  CallId read;  // the first Agent.get
  std::vector<CallId> sites;
  std::vector<ModuleId> modules;      // that read it
  std::vector<FunctionId> functions;  // of other modules that read it
  std::vector<FunctionId> writers;    // that requests run and that write it
  bool requests = false;              // requests read it

  // Of two places that requests run nobody knows which is run more often; two readers to one writer say that it is read, mostly.
  bool is_written_as_often() const { return writers.size() * 2 > functions.size(); }
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    std::map<std::string, Users> agents;  // in order of the names
    static const Symbol kAgent = intern("Elixir.Agent");
    const auto is_agent = [](const analysis::External& external) { return external.module == kAgent; };
    for (const CallId site : analysis::sites_of(facts_.calls, is_agent)) note(site, agents);
    for (const auto& [name, users] : agents) {
      if (users.read && !users.is_written_as_often() && (users.requests || users.modules.size() >= 3)) report(name, users);
    }
  }

 private:
  void note(CallId site, std::map<std::string, Users>& agents) const {
    const analysis::External* external = facts_.calls.external(site);
    const FunctionId function = program_.function_of(site);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (!function || arguments.empty() || !in_production(program_, facts_, function)) return;
    const std::string target = agent_name(program_.unit_of(site), arguments[0]);
    if (target.empty()) return;
    Users& users = agents[target];
    const std::string_view name = external->name.text();
    if (name == "get") {
      if (!users.read) users.read = site;
      climb(function, users);
    } else if (name == "update" || name == "get_and_update" || name == "cast") {
      Users writers;
      if (!is_after_a_miss(site)) climb(function, writers, true);
      users.writers.insert(users.writers.end(), writers.writers.begin(), writers.writers.end());
    }
  }

  // The atom it is registered under: `Shop.Rates`, {:global, Shop.Rates}, {:via, Registry, {Shop.Registry, Shop.Rates}}; empty
  // where it is not written.
  static std::string agent_name(const Unit& unit, ExprId given) {
    if (const std::optional<Symbol> atom = analysis::atom_value(unit, given)) return model::display_module(*atom);
    const ExprId name = analysis::local_value(unit, given);
    if (!name || unit.expr(name).kind != ExprKind::kTuple || unit.expr(name).child_count < 2) return {};
    const std::optional<Symbol> kind = analysis::atom_value(unit, unit.child(name, 0));
    if (kind != sym::global && kind != sym::via && kind != sym::local && unit.expr(name).child_count != 2) return {};
    return agent_name(unit, unit.children_of(name).back());
  }

  // `nil -> Agent.update(…)` of a case over what was looked up: a cache is filled by who reads it.
  bool is_after_a_miss(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    const std::uint32_t at = unit.expr(program_.call(site).expr).begin;
    for (ExprId around = unit.parent(program_.call(site).expr); around; around = unit.parent(around)) {
      const model::Expr& e = unit.expr(around);
      if (e.kind != ExprKind::kCase || e.child_count == 0) continue;
      const ExprKind subject = unit.expr(analysis::local_value(unit, unit.child(around, 0))).kind;
      if (subject != ExprKind::kCall) continue;
      for (const model::ClauseId id : unit.clauses_of(e)) {
        const model::Clause& clause = unit.clause(id);
        if (at < clause.begin || at >= clause.end || unit.patterns_of(clause).empty()) continue;
        const model::Expr& pattern = unit.expr(unit.patterns_of(clause)[0]);
        if (pattern.kind == ExprKind::kAtom && says_missing(pattern.symbol().text())) return true;
      }
    }
    return false;
  }

  static bool says_missing(std::string_view answer) {
    return answer == "nil" || answer == "error" || answer == "undefined" || answer == "miss" || answer == "not_found" ||
           answer == "none";
  }

  // From a function of the agent's module to who calls it. Of writers, a module that a request runs is one itself.
  void climb(FunctionId function, Users& readers, bool writes = false) const {
    const ModuleId home = program_.module_of(function);
    std::vector<FunctionId> waiting = {function}, seen;
    while (!waiting.empty()) {
      const FunctionId at = waiting.back();
      waiting.pop_back();
      if (std::find(seen.begin(), seen.end(), at) != seen.end()) continue;
      seen.push_back(at);
      const bool request = (facts_.contexts.of(at).flags & analysis::kInRequest) != 0;
      readers.requests |= request;
      bool called = false;
      for (const std::uint32_t i : facts_.calls.incoming_of(at)) {
        const FunctionId caller = facts_.calls.callers[i];
        const ModuleId module = program_.module_of(caller);
        called = true;
        if (module == home) {
          if (!writes || !is_after_a_miss(facts_.calls.edges[i].site)) waiting.push_back(caller);
        } else if (in_production(program_, facts_, caller)) {
          readers.sites.push_back(facts_.calls.edges[i].site);
          const bool serves = (facts_.contexts.of(caller).flags & analysis::kInRequest) != 0;
          readers.requests |= serves;
          add(readers.functions, caller);
          if (writes && serves) add(readers.writers, caller);
          if (std::find(readers.modules.begin(), readers.modules.end(), module) == readers.modules.end())
            readers.modules.push_back(module);
        }
      }
      if (!called && request) add(writes ? readers.writers : readers.functions, at);
    }
  }

  static void add(std::vector<FunctionId>& functions, FunctionId function) {
    if (std::find(functions.begin(), functions.end(), function) == functions.end()) functions.push_back(function);
  }

  void report(const std::string& name, const Users& readers) {
    Finding finding = found_in(reporter_, program_, program_.function_of(readers.read), call_span(program_, readers.read));
    finding.confidence = Confidence::kLikely;
    finding.message =
        "The agent " + name + " is a cache that " +
        (readers.requests ? std::string("every request reads") : std::to_string(readers.modules.size()) + " modules read") +
        ": each read waits for one process";
    finding.why =
        "One process answers 0.2 to 0.4 million small reads a second on all cores together, ETS 4 to 12 and persistent_term "
        "13 to 19; while the agent is busy or restarts, nobody reads.";
    finding.fix =
        "Keep the values in an ETS table (`:ets.new(" + name +
        ", [:named_table, :protected, read_concurrency: true])`) that a GenServer owns and writes, or in persistent_term "
        "when they hardly ever change.";
    finding.path.push_back(call_step(program_, facts_, readers.read));
    for (std::size_t i = 0; i < readers.sites.size() && i < 3; ++i)
      finding.path.push_back(call_step(program_, facts_, readers.sites[i]));
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& agent_as_cache() {
  static const Rule rule{{.code = "BW304",
                          .name = "agent-as-cache",
                          .family = findings::Family::kBottleneck,
                          .severity = Severity::kMedium,
                          .summary = "An agent holds what many processes read"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
