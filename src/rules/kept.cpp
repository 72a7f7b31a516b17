#include "rules/kept.h"

#include <algorithm>
#include <array>

#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {

namespace {

constexpr int kMaxSteps = 6;

Symbol atom_at(const Unit& unit, ExprId id) {
  return id && unit.expr(id).kind == ExprKind::kAtom ? unit.expr(id).symbol() : Symbol();
}

// Where a pattern stands for a variable as a whole, aliases included: the outermost of these.
ExprId whole_pattern(const Unit& unit, ExprId binding) {
  ExprId at = binding;
  for (ExprId around = unit.parent(at); around; around = unit.parent(at)) {
    const model::Expr& e = unit.expr(around);
    if (e.kind != ExprKind::kMatch || !e.has(model::kInPattern)) break;
    at = around;
  }
  return at;
}

// The key under which a pattern binds a variable: %{timer: ref}, #state{timer = Ref}.
Symbol key_of_binding(const Unit& unit, ExprId binding) {
  const ExprId at = whole_pattern(unit, binding);
  const ExprId around = unit.parent(at);
  if (!around || unit.expr(around).kind != ExprKind::kMap || !unit.expr(around).has(model::kInPattern)) return {};
  const std::span<const ExprId> children = unit.children_of(around);
  for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
    if (children[i + 1] == at) return atom_at(unit, children[i]);
  }
  return {};
}

// What a pattern is matched with: the value of a match or generator, the subject of a case.
ExprId subject_of(const Unit& unit, ExprId pattern) {
  const ExprId around = unit.parent(pattern);
  if (!around) return {};
  const model::Expr& e = unit.expr(around);
  const std::span<const ExprId> children = unit.children_of(e);
  if ((e.kind == ExprKind::kMatch || e.kind == ExprKind::kGenerator) && children.size() == 2) {
    return children[0] == pattern ? children[1] : ExprId();
  }
  return e.kind == ExprKind::kCase && children.size() == 1 && children[0] != pattern ? children[0] : ExprId();
}

class Search {
 public:
  Search(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  Origins run(FunctionId function, ExprId expr) {
    follow(function, expr, 0);
    return std::move(found_);
  }

 private:
  void give_up() { found_.unknown = true; }

  void follow(FunctionId function, ExprId expr, int depth) {
    const Unit& unit = program_.unit_of(function);
    const ExprId value = expr ? analysis::local_value(unit, expr) : expr;
    if (!value || depth > kMaxSteps) return give_up();
    const model::Expr& e = unit.expr(value);
    if (e.kind == ExprKind::kAtom) return;  // nil, undefined: nothing is kept
    if (const Symbol field = field_read(unit, value)) return follow_field(function, field, depth);
    if (e.kind == ExprKind::kVariable) return follow_variable(function, value, depth);
    if (e.kind == ExprKind::kCase) return follow_results(function, value, depth);
    if (e.kind == ExprKind::kCall) return follow_call(unit, value, depth);
    give_up();
  }

  void follow_call(const Unit& unit, ExprId value, int depth) {
    const CallId site(unit.first_call + unit.expr(value).payload);
    const Resource resource = returned_by(program_, facts_, site);
    if (resource != Resource::kNone) {
      found_.made.push_back({resource, site});
      return;
    }
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (!callee || facts_.calls.external(site)) return give_up();
    for (const ExprId body : bodies_of(program_, callee)) follow_results(callee, body, depth);
  }

  void follow_results(FunctionId function, ExprId expr, int depth) {
    std::vector<ExprId> results;
    analysis::for_each_result(program_.unit_of(function), expr, [&](ExprId result) { results.push_back(result); });
    for (const ExprId result : results) follow(function, result, depth + 1);
  }

  void follow_variable(FunctionId function, ExprId use, int depth) {
    const Unit& unit = program_.unit_of(function);
    const model::VariableId variable(unit.expr(use).payload);
    if (!variable || variable.index >= unit.variables.size() || !unit.variables[variable.index].binding) return give_up();
    if (const auto parameter = analysis::parameter_of(unit, program_.function(function), variable)) {
      return follow_callers(function, parameter->index, depth);
    }
    const ExprId whole = whole_pattern(unit, unit.variables[variable.index].binding);
    if (const ExprId subject = subject_of(unit, whole)) return follow(function, subject, depth + 1);
    // {:ok, ref} = :timer.send_after(…), and {pid, ref} = spawn_monitor(…).
    const ExprId around = unit.parent(whole);
    if (!around || unit.expr(around).kind != ExprKind::kTuple || unit.expr(around).child_count != 2) return give_up();
    if (unit.child(around, 1) != whole) return give_up();
    follow_second(function, subject_of(unit, whole_pattern(unit, around)), atom_at(unit, unit.child(around, 0)));
  }

  void follow_second(FunctionId function, ExprId subject, Symbol tag) {
    const Unit& unit = program_.unit_of(function);
    const ExprId value = subject ? analysis::local_value(unit, subject) : subject;
    if (!value || unit.expr(value).kind != ExprKind::kCall) return give_up();
    const CallId site(unit.first_call + unit.expr(value).payload);
    const Resource resource = returned_by(program_, facts_, site);
    if (resource == Resource::kTimerServer && tag == sym::ok) {
      found_.made.push_back({resource, site});
    } else if (resource == Resource::kProcess && !tag && unit.call_of(unit.expr(value)).name.text() == "spawn_monitor") {
      found_.made.push_back({Resource::kMonitor, site});
    } else {
      give_up();
    }
  }

  // A helper holds what its callers give it. Only one of this module can be known by all its callers.
  void follow_callers(FunctionId function, std::size_t index, int depth) {
    bool any = false;
    for (const std::uint32_t i : facts_.calls.incoming_of(function)) {
      const FunctionId caller = facts_.calls.callers[i];
      const analysis::Edge& edge = facts_.calls.edges[i];
      const std::span<const ExprId> arguments = arguments_of(program_, edge.site);
      if (caller == function) continue;
      const bool plain = !edge.possible && !program_.call(edge.site).capture && index < arguments.size() &&
                         program_.module_of(caller) == program_.module_of(function) &&
                         facts_.calls.callees[edge.site.index].function == function;
      if (!plain) return give_up();
      any = true;
      follow(caller, arguments[index], depth + 1);
    }
    if (!any) give_up();
  }

  void follow_field(FunctionId function, Symbol field, int depth) {
    if (found_.field && found_.field != field) return give_up();
    if (found_.field) return;  // followed already
    found_.field = field;
    const Unit& unit = program_.unit_of(function);
    for (const FunctionId other : program_.functions_of(program_.module_of(function))) {
      for (const ExprId body : bodies_of(program_, other)) {
        for (const FieldWrite& write : field_writes(unit, body)) {
          if (write.field == field) follow(other, write.value, depth + 1);
        }
      }
    }
  }

  const Program& program_;
  const Facts& facts_;
  Origins found_;
};

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

}  // namespace

Origins origins_of(const Program& program, const Facts& facts, FunctionId function, ExprId expr) {
  return Search(program, facts).run(function, expr);
}

Symbol field_read(const Unit& unit, ExprId expr) {
  if (!expr) return {};
  const model::Expr& e = unit.expr(expr);
  if (e.kind == ExprKind::kField) return e.symbol();
  if (e.kind == ExprKind::kVariable) {
    const model::VariableId variable(e.payload);
    if (!variable || variable.index >= unit.variables.size()) return {};
    const ExprId binding = unit.variables[variable.index].binding;
    return binding ? key_of_binding(unit, binding) : Symbol();
  }
  if (e.kind != ExprKind::kCall || e.child_count < 2) return {};
  const model::Call& call = unit.call_of(e);
  if (!call.name) return {};
  const std::string_view name = call.name.text();
  const bool reads = name == "get" || name == "fetch!";
  if (reads && (call.module == sym::Elixir_Map || call.module == sym::Elixir_Access)) return atom_at(unit, unit.child(expr, 1));
  if (name == "get" && call.module == sym::maps) return atom_at(unit, unit.child(expr, 0));
  return {};
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
