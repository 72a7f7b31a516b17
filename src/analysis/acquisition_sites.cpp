#include "analysis/acquisition_sites.h"

#include <algorithm>

#include "analysis/resource_uses.h"
#include "analysis/shared.h"
#include "analysis/values.h"
#include "analysis/walk.h"

namespace beamwright::analysis {

using knowledge::Resource;
using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;
using model::VariableId;

namespace {

constexpr int kMaxHelpers = 2;

// Everybody who knows its name has a named table. Its uses are those of tables.h.
bool is_named_table(const Program& program, const Facts& facts, CallId site) {
  const External* external = facts.calls.external(site);
  if (external->module != sym::ets || external->arity != 2 || external->name.text() != "new") return false;
  const Unit& unit = program.unit_of(site);
  const ExprRef options = resolve_value(program, facts, {program.call_units[site.index], unit.child(program.call(site).expr, 1)});
  const Unit& in = program.unit(options.unit);
  return any_below(in, options.expr, [&](ExprId id) {
    return in.expr(id).kind == ExprKind::kAtom && in.expr(id).symbol().text() == "named_table";
  });
}

// Some function of the module sends a request and gives a reference to it.
bool sends_requests(Symbol module) {
  static const std::vector<Symbol> kModules = [] {
    std::vector<Symbol> found;
    for (const knowledge::FunctionRow& row : knowledge::Knowledge::embedded().functions()) {
      const bool again = std::find(found.begin(), found.end(), row.module) != found.end();
      if (row.returns == Resource::kRequest && !again) found.push_back(row.module);
    }
    return found;
  }();
  return std::find(kModules.begin(), kModules.end(), module) != kModules.end();
}

// What a function of the sources gives to whoever calls it.
struct Handed {
  Resource resource = Resource::kNone;
  bool dropped = false;
};

class Search {
 public:
  Search(const Program& program, const Facts& facts) : program_(program), facts_(facts), uses_(program, facts) {}

  std::vector<AcquisitionSite> of(FunctionId function, Resource wanted) const {
    std::vector<AcquisitionSite> out;
    const auto is_wanted = [&](Resource resource) { return wanted == Resource::kNone || wanted == resource; };
    for (const CallId site : program_.calls_of(function)) {
      if (program_.call(site).capture) continue;
      const External* external = facts_.calls.external(site);
      if (is_wanted(Resource::kSubscription) && subscribes(program_, facts_, site)) {
        out.push_back({site, Resource::kSubscription, {}, false, false});
      } else if (external && external->row) {
        add_external(site, *external, out);
      } else if (!external && (is_wanted(Resource::kProcess) || is_wanted(Resource::kRequest))) {
        const FunctionId callee = facts_.calls.callees[site.index].function;
        if (!callee || callee == function) continue;
        const Handed handed = handed_by(callee, 0);
        if (handed.resource != Resource::kNone) out.push_back({site, handed.resource, callee, handed.dropped, false});
      }
    }
    std::erase_if(out, [&](const AcquisitionSite& one) { return !is_wanted(one.resource); });
    return out;
  }

 private:
  void add_external(CallId site, const External& external, std::vector<AcquisitionSite>& out) const {
    const Resource resource = external.row->returns;
    if (resource == Resource::kSubscription) return;
    if (resource != Resource::kNone && !is_named_table(program_, facts_, site)) {
      out.push_back({site, resource, {}, false, false});
      if (resource == Resource::kProcess && external.row->effects.has(Effect::kMonitor))
        out.push_back({site, Resource::kMonitor, {}, false, false});
      return;
    }
    if (waits_for_request(program_, facts_, site) && is_given(site)) out.push_back({site, Resource::kRequest, {}, false, true});
  }

  // The request is a parameter or a part of one: it was sent by another function.
  bool is_given(CallId site) const {
    const FunctionId function = program_.function_of(site);
    const Unit& unit = program_.unit_of(site);
    const ExprId request = request_awaited(program_, site);
    if (!function || !request || unit.expr(request).kind != ExprKind::kVariable) return false;
    const VariableId variable(unit.expr(request).payload);
    if (variable.index >= unit.variables.size()) return false;
    if (parameter_of(unit, program_.function(function), variable)) return true;
    // #{stream := Ref} as the parameter, or taken out of it by a match.
    ExprId root;
    for (ExprId at = unit.variables[variable.index].binding; at; at = unit.parent(at)) {
      const Expr& e = unit.expr(at);
      root = at;
      if (e.kind != ExprKind::kMatch || e.has(model::kInPattern)) continue;
      const Expr& value = unit.expr(unit.child(at, 1));
      return value.kind == ExprKind::kVariable &&
             parameter_of(unit, program_.function(function), VariableId(value.payload)).has_value();
    }
    const model::ClauseRange clauses = program_.function(function).clauses;
    return std::any_of(clauses.begin(), clauses.end(), [&](model::ClauseId id) {
      const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(id));
      return std::find(patterns.begin(), patterns.end(), root) != patterns.end();
    });
  }

  // Only of what its maker is answerable for: processes that are linked to whoever calls, and requests.
  static bool is_handed_on(const External& external) {
    if (external.row->returns == Resource::kRequest) return true;
    return external.row->returns == Resource::kProcess && external.name.text().starts_with("start_link");
  }

  Handed handed_by(FunctionId function, int depth) const {
    for (const CallId site : program_.calls_of(function)) {
      const model::Call& call = program_.call(site);
      if (call.capture || call.closure) continue;
      const External* external = facts_.calls.external(site);
      if (external && external->row && is_handed_on(*external)) {
        const Resource resource = external->row->returns;
        if (is_returned(function, site, resource)) return {resource, false};
        // start_link() -> case gen_server:start_link(…) of {ok, _Pid} -> ok; …: linked to the caller, who does not get the pid.
        if (resource == Resource::kProcess && program_.function(function).name == external->name && !is_read(function, site))
          return {resource, true};
      }
      const FunctionId callee = external ? FunctionId() : facts_.calls.callees[site.index].function;
      if (!callee || callee == function || depth + 1 >= kMaxHelpers) continue;
      const Handed inner = handed_by(callee, depth + 1);
      if (inner.resource != Resource::kNone && !inner.dropped && is_returned(function, site, inner.resource)) return inner;
    }
    return {};
  }

  // Does the function return what it gets at the call?
  bool is_returned(FunctionId function, CallId site, Resource resource) const {
    const auto returned = [](const ResourceUse& use) {
      return use.fate == ResourceFate::kKept && use.keeper == Keeper::kReturned;
    };
    const Unit& unit = program_.unit_of(function);
    if (returned(uses_.of(function, program_.call(site).expr, resource))) return true;
    const ExprId body = root_of(unit, program_.call(site).expr);
    const std::vector<VariableId> holders = uses_.holders(function, body, site, resource);
    return !holders.empty() && any_below(unit, body, [&](ExprId at) {
      return is_occurrence(unit, at, holders) && returned(uses_.of(function, at, resource));
    });
  }

  bool is_read(FunctionId function, CallId site) const {
    const Unit& unit = program_.unit_of(function);
    const ExprId body = root_of(unit, program_.call(site).expr);
    const std::vector<VariableId> holders = uses_.holders(function, body, site, Resource::kProcess);
    if (!holders.empty()) return any_below(unit, body, [&](ExprId at) { return is_occurrence(unit, at, holders); });
    return uses_.of(function, program_.call(site).expr, Resource::kProcess).fate != ResourceFate::kUsed;
  }

  static bool is_occurrence(const Unit& unit, ExprId at, const std::vector<VariableId>& holders) {
    const Expr& e = unit.expr(at);
    return e.kind == ExprKind::kVariable && !e.has(model::kInPattern) && !e.has(model::kBinds) &&
           std::find(holders.begin(), holders.end(), VariableId(e.payload)) != holders.end();
  }

  const Program& program_;
  const Facts& facts_;
  const ResourceUses uses_;
};

// net_kernel:monitor_nodes(true) subscribes, and with false ends it.
bool is_flag(const Program& program, CallId site, bool wanted) {
  const std::span<const ExprId> arguments = program.unit_of(site).children_of(program.call(site).expr);
  if (arguments.empty()) return false;
  return atom_value(program.unit_of(site), arguments[0]) == intern(wanted ? "true" : "false");
}

// endpoint.subscribe(topic), @pubsub.subscribe(…): a module that is chosen while the program runs.
bool is_of_endpoint(const Program& program, CallId site, std::string_view name) {
  const model::Call& call = program.call(site);
  if (!call.name || call.name.text() != name || call.arity == 0) return false;
  const auto ends = [](std::string_view text) {
    return text.ends_with("ndpoint") || text.ends_with("PubSub") || text.ends_with("pubsub");
  };
  if (call.target != model::TargetKind::kDynamicModule)
    return call.target == model::TargetKind::kRemote && ends(call.module.text());
  return call.module_expr && ends(source_text(program, program.unit_of(site), call.module_expr));
}

}  // namespace

bool subscribes(const Program& program, const Facts& facts, CallId site) {
  if (program.call(site).capture) return false;
  const External* external = facts.calls.external(site);
  const bool known = external && external->row && external->row->returns == Resource::kSubscription;
  if (known && external->name.text() == "monitor_nodes") return is_flag(program, site, true);
  return known || (!facts.calls.callees[site.index].function && is_of_endpoint(program, site, "subscribe"));
}

bool unsubscribes(const Program& program, const Facts& facts, CallId site) {
  if (program.call(site).capture) return false;
  const External* external = facts.calls.external(site);
  if (external && external->row && external->name.text() == "monitor_nodes") return is_flag(program, site, false);
  const bool known = external && external->row && external->row->releases == Resource::kSubscription;
  return known || (!facts.calls.callees[site.index].function && is_of_endpoint(program, site, "unsubscribe"));
}

bool waits_for_request(const Program& program, const Facts& facts, CallId site) {
  const External* external = facts.calls.external(site);
  if (!external || !external->row || program.call(site).capture || external->arity < 2) return false;
  const knowledge::FunctionRow& row = *external->row;
  if (!row.effects.has(Effect::kAwait) || row.releases != Resource::kNone || row.timeout_argument == 2) return false;
  return sends_requests(external->module);
}

ExprId request_awaited(const Program& program, CallId site) {
  const std::span<const ExprId> arguments = program.unit_of(site).children_of(program.call(site).expr);
  return arguments.size() < 2 ? ExprId() : arguments[1];
}

std::vector<AcquisitionSite> acquisition_sites(const Program& program, const Facts& facts, FunctionId function, Resource wanted) {
  return Search(program, facts).of(function, wanted);
}

}  // namespace beamwright::analysis
