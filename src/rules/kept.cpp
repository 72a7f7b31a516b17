#include "rules/kept.h"

#include <algorithm>
#include <array>

#include "analysis/possible_values.h"
#include "analysis/sites.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::PossibleKind;

namespace {

Symbol atom_at(const Unit& unit, ExprId id) {
  return id && unit.expr(id).kind == ExprKind::kAtom ? unit.expr(id).symbol() : Symbol();
}

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Is the call one of Map, maps, Access or the like, by the name it is written with?
void add_call_write(const Unit& unit, ExprId id, std::vector<FieldWrite>& found) {
  static constexpr std::array<std::string_view, 4> kPuts = {"put", "replace", "replace!", "put_new"};
  static constexpr std::array<std::string_view, 6> kUnknown = {"update",         "update!",      "update_with",
                                                               "get_and_update", "put_new_lazy", "put_new_lazy"};
  const model::Call& call = unit.call_of(unit.expr(id));
  const std::span<const ExprId> arguments = unit.children_of(id);
  const std::string_view name = call.name ? call.name.text() : std::string_view();
  if (call.module == sym::maps && arguments.size() == 3) {
    const Symbol key = atom_at(unit, arguments[0]);
    if (key && (name == "put" || name == "update")) found.push_back({id, key, arguments[1]});
    if (key && name == "update_with") found.push_back({id, key, {}});
    return;
  }
  if (arguments.size() >= 3 && (call.module == sym::Elixir_Map || name == "assign")) {
    const Symbol key = atom_at(unit, arguments[1]);
    if (key && (is_one_of(name, kPuts) || name == "assign")) found.push_back({id, key, arguments[2]});
    if (key && is_one_of(name, kUnknown)) found.push_back({id, key, {}});
    return;
  }
  if (arguments.empty() || call.target != model::TargetKind::kLocal) return;
  const Symbol key = field_read(unit, arguments[0]);
  if (key && name == "put_in" && arguments.size() == 2) found.push_back({id, key, arguments[1]});
  if (key && (name == "update_in" || name == "get_and_update_in")) found.push_back({id, key, {}});
}

Resource resource_of(PossibleKind kind) {
  switch (kind) {
    case PossibleKind::kMonitor:
      return Resource::kMonitor;
    case PossibleKind::kTimer:
      return Resource::kTimer;
    case PossibleKind::kTimerServer:
      return Resource::kTimerServer;
    case PossibleKind::kTask:
      return Resource::kTask;
    case PossibleKind::kRequest:
      return Resource::kRequest;
    case PossibleKind::kProcess:
      return Resource::kProcess;
    default:
      return Resource::kNone;
  }
}

}  // namespace

Origins origins_of(const Program& program, const Facts& facts, FunctionId function, ExprId expr) {
  const analysis::PossibleValues values = analysis::possible_values(program, facts, function, expr);
  Origins origins{{}, values.unknown, values.field};
  for (const analysis::PossibleValue& value : values.all) {
    const bool nothing = value.kind == PossibleKind::kAtom;  // nil, undefined: nothing is kept
    const Resource resource = resource_of(value.kind);
    if (resource != Resource::kNone) {
      const Unit& unit = program.unit(value.made.unit);
      origins.made.push_back({resource, CallId(unit.first_call + unit.expr(value.made.expr).payload)});
    } else if (!nothing) {
      origins.unknown = true;
    }
  }
  return origins;
}

std::vector<FieldWrite> field_writes(const Unit& unit, ExprId root) {
  std::vector<FieldWrite> found;
  any_below(unit, root, [&](ExprId id) {
    const model::Expr& e = unit.expr(id);
    if (e.has(model::kInPattern)) return false;
    const std::span<const ExprId> children = unit.children_of(e);
    if (e.kind == ExprKind::kMap) {
      for (std::size_t i = e.has(model::kUpdate) ? 1 : 0; i + 1 < children.size(); i += 2) {
        if (const Symbol key = atom_at(unit, children[i])) found.push_back({id, key, children[i + 1]});
      }
    } else if (e.kind == ExprKind::kTuple && children.size() == 2) {
      const ExprId around = unit.parent(id);
      const bool in_list = around && unit.expr(around).kind == ExprKind::kList;  // struct!(State, timer: ref)
      if (const Symbol key = in_list ? atom_at(unit, children[0]) : Symbol()) found.push_back({id, key, children[1]});
    } else if (e.kind == ExprKind::kCall) {
      add_call_write(unit, id, found);
    }
    return false;
  });
  return found;
}

Resource returned_by(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  return external && external->row && !program.call(site).capture ? external->row->returns : Resource::kNone;
}

std::vector<CallId> sites_that_return(const Program& program, const Facts& facts, Resource resource) {
  auto sites = analysis::sites_of_rows(facts.calls, [&](const knowledge::FunctionRow& row) { return row.returns == resource; });
  std::erase_if(sites, [&](CallId site) { return program.call(site).capture; });
  return sites;
}

std::vector<CallId> sites_that_release(const Program& program, const Facts& facts, Resource resource) {
  auto sites = analysis::sites_of_rows(facts.calls, [&](const knowledge::FunctionRow& row) { return row.releases == resource; });
  std::erase_if(sites, [&](CallId site) { return program.call(site).capture; });
  return sites;
}

Resource released_by(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  return external && external->row && !program.call(site).capture ? external->row->releases : Resource::kNone;
}

std::vector<ExprId> bodies_of(const Program& program, FunctionId function) {
  const Unit& unit = program.unit_of(function);
  std::vector<ExprId> bodies;
  for (const model::ClauseId clause : program.function(function).clauses) {
    if (unit.clause(clause).body) bodies.push_back(unit.clause(clause).body);
  }
  return bodies;
}

}  // namespace beamwright::rules
