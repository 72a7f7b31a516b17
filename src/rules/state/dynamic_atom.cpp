// Atoms are never collected, and the VM stops when there are 1,048,576 of them: no process can rescue that. Text from outside must
// not become atoms unless it is one of a fixed set.
#include <set>

#include "rules/origin.h"
#include "rules/support.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

// The text that a call makes an atom of; none when the call is no such thing.
ExprId text_of(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || !external->row || program.call(site).capture || external->row->text_argument == 0) return {};
  // binary_to_term is a hazard of its own, evaluating code is a tool's business.
  if (external->row->effects.has(Effect::kDecodeTerm) || external->module == sym::Elixir_Code) return {};
  if (!analysis::effects_at(program, facts, site).has(Effect::kAtomCreation)) return {};
  const std::span<const ExprId> arguments = arguments_of(program, site);
  return external->row->text_argument <= arguments.size() ? arguments[external->row->text_argument - 1u] : ExprId();
}

// Somebody asked before whether the text is one of a set: `if x in @allowed`, `case lists:member(X, ?ALLOWED) of true -> …`.
bool is_member_checked(const Program& program, CallId site, const std::vector<model::VariableId>& variables) {
  const Unit& unit = program.unit_of(site);
  for (ExprId around = unit.parent(program.call(site).expr); around; around = unit.parent(around)) {
    const model::Expr& e = unit.expr(around);
    if (e.kind != ExprKind::kCase && e.kind != ExprKind::kWith) continue;
    for (const ExprId child : unit.children_of(e)) {
      if (any_below(unit, child, [&](ExprId id) {
            const model::Expr& c = unit.expr(id);
            const bool in = c.kind == ExprKind::kOperator && c.symbol() == sym::in;
            if (!in && c.kind != ExprKind::kCall) return false;
            const std::string_view name = in ? "member" : unit.call_of(c).name.text();
            const bool asks = name.starts_with("member") || name == "in" || name == "has_key?" || name == "is_key" || name == "keymember";
            return asks && mentions(unit, id, variables);
          })) {
        return true;
      }
    }
  }
  return false;
}

// `try binary_to_existing_atom(X) catch error:badarg -> binary_to_atom(X)`: the author knows that it may be new.
bool is_fallback_of_existing(const Program& program, CallId site) {
  const Unit& unit = program.unit_of(site);
  for (ExprId around = unit.parent(program.call(site).expr); around; around = unit.parent(around)) {
    const model::Expr& e = unit.expr(around);
    if (e.kind != ExprKind::kTry) continue;
    return any_below(unit, unit.child(around, 0), [&](ExprId id) {
      const model::Expr& c = unit.expr(id);
      return c.kind == ExprKind::kCall && unit.call_of(c).name.text().find("to_existing_atom") != std::string_view::npos;
    });
  }
  return false;
}

// Inside `quote` it runs where the macro is used, and inside `unquote` where the function is defined, while that is compiled.
bool runs_while_compiling(const Program& program, const Unit& unit, ExprId expr) {
  for (ExprId around = unit.parent(expr); around; around = unit.parent(around)) {
    const ExprKind kind = unit.expr(around).kind;
    if (kind == ExprKind::kQuote) return true;
    if (kind == ExprKind::kUnknown && source_text(program, unit, around).starts_with("unquote")) return true;
  }
  return false;
}

struct Weight {
  Severity severity = Severity::kLow;
  Confidence confidence = Confidence::kPossible;
};

// `request`: a process per request runs it; `handler`: the code of such a process itself.
Weight weigh(const Origin& origin, bool request, bool handler, bool fallback) {
  switch (origin.kind) {
    case OriginKind::kOutside: return {Severity::kHigh, Confidence::kLikely};
    case OriginKind::kGrowing: return {Severity::kHigh, Confidence::kLikely};
    case OriginKind::kText: return {request ? Severity::kHigh : Severity::kMedium, Confidence::kLikely};
    default: break;
  }
  if (fallback) return {Severity::kMedium, Confidence::kLikely};
  return {handler ? Severity::kMedium : Severity::kLow, Confidence::kPossible};
}

std::string fix_for(const Program& program, CallId site, const std::string& text, bool erlang) {
  const std::string_view name = program.call(site).name.text();
  const std::string to_existing = erlang ? (name == "list_to_atom" ? "list_to_existing_atom(" : "binary_to_existing_atom(")
                                  : name == "concat"            ? "Module.safe_concat("
                                  : name == "to_atom" && program.call(site).module == sym::Elixir_List ? "List.to_existing_atom("
                                                                                                        : "String.to_existing_atom(";
  return "Map the texts that are allowed to atoms by a case with a clause for all others, or use " + to_existing + text +
         ") and answer its error; keep what has no end as text.";
}

void report(const Program& program, const Facts& facts, Reporter& reporter, CallId site, ExprId text, const Origin& origin) {
  const FunctionId function = program.function_of(site);
  const Unit& unit = program.unit_of(function);
  const bool erlang = in_erlang(program, function);
  const std::string shown = source_text(program, unit, text, 40);
  const bool request = (facts.contexts.of(function).flags & analysis::kInRequest) != 0;
  const bool fallback = is_fallback_of_existing(program, site);
  const ProcessId own = facts.processes.of(program.module_of(function));
  const bool handler = request && own && facts.process(own).kind == analysis::ProcessKind::kRequest;
  const Weight weight = weigh(origin, request, handler, fallback);

  Finding finding = found_in(reporter, program, function, call_span(program, site));
  finding.severity = weight.severity;
  finding.confidence = weight.confidence;
  finding.message = finding.function + " makes an atom of " + shown;
  if (fallback && origin.kind < OriginKind::kText) {
    finding.message += " when no such atom exists yet";
  } else if (origin.kind == OriginKind::kGrowing) {
    finding.message += ", which holds " + origin.what + ": a new atom each time";
  } else if (!origin.what.empty()) {
    finding.message += origin.kind >= OriginKind::kText ? ", and " + origin.what + " is sent by others" : ", " + origin.what;
  } else if (handler) {
    finding.message += " in a process that serves requests";
  }
  finding.why = "Atoms are never collected. At 1,048,576 of them the VM stops with all its processes, and nothing can rescue it" +
                std::string(origin.kind >= OriginKind::kText ? ": whoever sends enough different texts stops the node." : ".");
  finding.fix = fix_for(program, site, shown, erlang);
  finding.path = {{finding.span, finding.function + " calls " + callee_text(program, facts, site)}};
  finding.path.insert(finding.path.end(), origin.path.rbegin(), origin.path.rend());
  finding.key = callee_text(program, facts, site) + " " + shown;
  report_weighed(reporter, std::move(finding));
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  std::set<std::pair<FunctionId, std::string>> reported;  // clauses for lists and binaries of one function are one finding
  for (std::uint32_t i = 0; i < program.call_units.size(); ++i) {
    const CallId site(i);
    const ExprId text = text_of(program, facts, site);
    if (!text || !program.call(site).function || !in_production(program, facts, program.function_of(site))) continue;
    const Unit& unit = program.unit_of(site);
    if (runs_while_compiling(program, unit, program.call(site).expr) || is_member_checked(program, site, variables_in(unit, text))) continue;
    const Origin origin = origin_of(program, facts, program.function_of(site), text);
    if (origin.kind <= OriginKind::kSettings) continue;
    if (!origin.what.empty() && !reported.emplace(program.function_of(site), origin.what).second) continue;
    report(program, facts, reporter, site, text, origin);
  }
}

}  // namespace

const Rule& dynamic_atom() {
  static const Rule rule{{.code = "BW501",
                          .name = "dynamic-atom",
                          .family = findings::Family::kState,
                          .severity = Severity::kMedium,
                          .summary = "Text that is not fixed becomes atoms, which are never collected"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
