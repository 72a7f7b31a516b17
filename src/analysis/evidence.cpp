// Evidence for people: chains of calls down to an effect, waits, handlers by their messages.

#include <algorithm>

#include "analysis/calls.h"
#include "analysis/effects.h"
#include "analysis/facts.h"
#include "analysis/values.h"

namespace beamwright::analysis {

using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;

namespace {

// A chain longer than this is cut: nobody reads on.
constexpr std::size_t kMaxSteps = 24;

std::string effect_words(Effect effect, std::int64_t bound_ms, bool blocks) {
  std::string text = "(";
  text += knowledge::to_string(effect);
  for (char& c : text)
    if (c == '_') c = ' ';
  if (blocks) text += ", waits " + display_bound(bound_ms);
  return text + ")";
}

bool blocks(Effect e) {
  switch (e) {
    case Effect::kHttp:
    case Effect::kDatabase:
    case Effect::kSocket:
    case Effect::kSleep:
    case Effect::kSubprocess:
    case Effect::kCall:
    case Effect::kAwait:
    case Effect::kRpc:
    case Effect::kReceive:
    case Effect::kGlobalLock:
      return true;
    default:
      return false;
  }
}

void add_leaf(const Program& program, const Facts& facts, FunctionId in, const Witness& w, Effect effect,
              std::vector<findings::Step>& steps) {
  const std::string caller = model::display_function(program, in);
  const std::string words = effect_words(effect, w.bound_ms, blocks(effect));
  if (!w.site) {
    steps.push_back({program.unit_of(in).span(w.expr), caller + " waits for a message " + words});
    return;
  }
  const External* e = facts.calls.external(w.site);
  const std::string callee = e != nullptr ? model::display_mfa(e->module, e->name, e->arity) : "unknown code";
  steps.push_back({program.span_of(w.site), caller + " calls " + callee + " " + words});
}

void follow(const Program& program, const Facts& facts, FunctionId f, Effect effect, std::vector<findings::Step>& steps) {
  while (steps.size() < kMaxSteps) {
    const Witness* w = facts.effects.witness(f, effect);
    if (w == nullptr) return;
    if (!w->next) return add_leaf(program, facts, f, *w, effect, steps);
    steps.push_back(
        {program.span_of(w->site), model::display_function(program, f) + " calls " + model::display_function(program, w->next)});
    f = w->next;
  }
}

}  // namespace

EffectSet effects_at(const Program& program, const Facts& facts, CallId site) {
  if (facts.calls.runs[site.index] != Runs::kCaller) return {};
  EffectSet effects = leaf_effects(program, facts.calls, site);
  const Callee& callee = facts.calls.callees[site.index];
  if (callee.function && callee.external == UINT32_MAX) effects.bits |= facts.effects.all[callee.function.index].bits;
  return effects;
}

std::int64_t bound_at(const Program& program, const Facts& facts, CallId site, Effect effect) {
  if (leaf_effects(program, facts.calls, site).has(effect)) return leaf_bound(program, facts.calls, site);
  const FunctionId callee = facts.calls.callees[site.index].function;
  const Witness* w = callee ? facts.effects.witness(callee, effect) : nullptr;
  return w != nullptr ? w->bound_ms : Bound::kUnknown;
}

std::vector<findings::Step> path_to(const Program& program, const Facts& facts, CallId site, Effect effect) {
  std::vector<findings::Step> steps;
  const FunctionId caller = program.function_of(site);
  const Callee& callee = facts.calls.callees[site.index];
  if (leaf_effects(program, facts.calls, site).has(effect)) {
    Witness w;
    w.site = site;
    w.bound_ms = leaf_bound(program, facts.calls, site);
    add_leaf(program, facts, caller, w, effect, steps);
  } else if (callee.function) {
    steps.push_back({program.span_of(site),
                     model::display_function(program, caller) + " calls " + model::display_function(program, callee.function)});
    follow(program, facts, callee.function, effect, steps);
  }
  return steps;
}

std::vector<findings::Step> path_to(const Program& program, const Facts& facts, FunctionId function, Effect effect) {
  std::vector<findings::Step> steps;
  follow(program, facts, function, effect, steps);
  return steps;
}

std::string display_bound(std::int64_t bound_ms) {
  if (bound_ms == Bound::kUnknown) return "for an unknown time";
  if (bound_ms == Bound::kInfinite) return "without limit";
  if (bound_ms >= 1000 && bound_ms % 1000 == 0) return "up to " + std::to_string(bound_ms / 1000) + " s";
  return "up to " + std::to_string(bound_ms) + " ms";
}

std::vector<CallId> calls_in_clause(const Program& program, FunctionId function, model::ClauseId clause) {
  const Unit& unit = program.unit_of(function);
  const model::Clause& c = unit.clause(clause);
  std::vector<CallId> calls;
  for (const CallId id : program.calls_of(function)) {
    const std::uint32_t at = unit.expr(program.call(id).expr).begin;
    if (at >= c.begin && at < c.end) calls.push_back(id);
  }
  return calls;
}

std::string display_handler(const Program& program, const Facts&, const Handler& h) {
  std::string text = model::display_function(program, h.function);
  if (!h.pattern.tag) return text;
  const std::size_t slash = text.rfind('/');
  const bool elixir = program.unit_of(h.function).language == source::Language::kElixir;
  std::string message = (elixir ? ":" : "") + std::string(h.pattern.tag.text());
  if (h.pattern.size == 1) message = "{" + message + "}";
  if (h.pattern.size > 1) message = "{" + message + ", …}";
  return text.substr(0, slash) + "(" + message + ")";
}

}  // namespace beamwright::analysis
