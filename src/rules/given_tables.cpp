#include "rules/given_tables.h"

#include <algorithm>

#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

// The field of its owner's state that holds what this creation gives.
Symbol field_of(const Program& program, const Facts& facts, const analysis::TableCreation& creation, ProcessId owner) {
  const Unit& unit = program.unit_of(creation.site);
  for (const analysis::StateField& field : analysis::states_of(program, facts).of(owner).fields) {
    for (const analysis::StateWrite& write : field.writes) {
      if (!field.name || !write.value || &program.unit_of(write.function) != &unit) continue;
      if (analysis::local_value(unit, write.value) == program.call(creation.site).expr) return field.name;
    }
  }
  return {};
}

// Is the field itself part of a term? What a call makes of it is not the table.
bool holds_field(const Unit& unit, ExprId term, Symbol field, int depth = 0) {
  constexpr int kMaxDepth = 6;
  if (!term || depth > kMaxDepth) return false;
  if (analysis::field_read(unit, term) == field) return true;
  const model::Expr& e = unit.expr(term);
  if (e.kind != ExprKind::kTuple && e.kind != ExprKind::kList && (e.kind != ExprKind::kMap || e.has(model::kUpdate)))
    return false;
  const std::span<const ExprId> parts = unit.children_of(e);
  return std::any_of(parts.begin(), parts.end(), [&](ExprId part) { return holds_field(unit, part, field, depth + 1); });
}

// {reply, Table, State}
ExprId answer_of(const Unit& unit, ExprId expr) {
  const model::Expr& e = unit.expr(expr);
  const bool reply = e.kind == ExprKind::kTuple && e.child_count >= 3 && !e.has(model::kInPattern) &&
                     unit.expr(unit.child(expr, 0)).kind == ExprKind::kAtom &&
                     unit.expr(unit.child(expr, 0)).symbol() == sym::reply;
  return reply ? unit.child(expr, 1) : ExprId();
}

ExprId message_of(const Program& program, const Facts& facts, const Unit& unit, ExprId expr) {
  const model::Expr& e = unit.expr(expr);
  if (e.kind != ExprKind::kCall) return {};
  const CallId site(unit.first_call + e.payload);
  const analysis::External* external = facts.calls.external(site);
  if (!external || !external->row || external->row->message_argument == 0) return {};
  const std::span<const ExprId> arguments = arguments_of(program, site);
  return external->row->message_argument <= arguments.size() ? arguments[external->row->message_argument - 1u] : ExprId();
}

}  // namespace

source::Span given_away(const Program& program, const Facts& facts, const analysis::Table& table) {
  for (const analysis::TableCreation& creation : table.creations) {
    if (creation.named == analysis::TableSetting::kOn) continue;
    for (const analysis::TableOwner& owner : creation.owners) {
      const Symbol field = owner.process ? field_of(program, facts, creation, owner.process) : Symbol();
      if (!field) continue;
      const ModuleId module = facts.process(owner.process).module;
      for (const FunctionId function : program.functions_of(module)) {
        if (!in_production(program, facts, function)) continue;
        const Unit& unit = program.unit_of(function);
        for (const model::ClauseId clause : program.function(function).clauses) {
          ExprId place;
          any_below(unit, unit.clause(clause).body, [&](ExprId at) {
            const ExprId answer = answer_of(unit, at);
            const ExprId sent = answer ? answer : message_of(program, facts, unit, at);
            if (sent && holds_field(unit, sent, field)) place = at;
            return static_cast<bool>(place);
          });
          if (place) return unit.span(place);
        }
      }
    }
  }
  return {};
}

}  // namespace beamwright::rules
