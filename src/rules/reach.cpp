#include "rules/reach.h"

#include <algorithm>
#include <set>

#include "analysis/values.h"
#include "rules/conditions.h"

namespace beamwright::rules {

using analysis::Edge;
using analysis::Runs;

namespace {

// Code that leads further than this is a whole subsystem: whatever it reaches is no longer evidence about the place it began.
constexpr std::size_t kMaxFunctions = 3000;

struct Visit {
  CallId site;           // how the function was reached
  std::uint32_t before;  // the visit it was reached from
  FunctionId function;
  bool possible;
  KnownArguments arguments;
  std::uint64_t clauses;  // of the function: those that these arguments can reach
  bool handed = false;    // it was given the whole first argument of the function where all begins: a callback's message
};

Effect effect_of(MessageKind kind) {
  switch (kind) {
    case MessageKind::kCall:
      return Effect::kCall;
    case MessageKind::kCast:
      return Effect::kCast;
    case MessageKind::kInfo:
      return Effect::kSend;
  }
  return Effect::kSend;
}

class Search {
 public:
  Search(const Program& program, const Facts& facts, MessageKind kind, bool skip_guarded)
      : program_(program), facts_(facts), kind_(kind), skip_guarded_(skip_guarded) {}

  std::vector<Reached> run(CallId site) {
    if (facts_.calls.runs[site.index] != Runs::kCaller) return {};
    const FunctionId start = program_.function_of(site);
    // Both are in order of the site; a function may hold very many of them.
    const std::vector<MessageId>& sent = facts_.messages.by_function[start.index];
    const auto is_before = [this](MessageId id, CallId other) { return facts_.message(id).site < other; };
    for (auto at = std::lower_bound(sent.begin(), sent.end(), site, is_before);
         at != sent.end() && facts_.message(*at).site == site; ++at) {
      note(*at, UINT32_MAX);
    }
    const auto edges = facts_.calls.edges_of(start);
    const auto leaves_before = [](const Edge& edge, CallId other) { return edge.site < other; };
    for (auto at = std::lower_bound(edges.begin(), edges.end(), site, leaves_before); at != edges.end() && at->site == site;
         ++at) {
      enter(*at, UINT32_MAX);
    }
    for (std::uint32_t i = 0; i < visits_.size() && visits_.size() < kMaxFunctions; ++i) {
      const FunctionId function = visits_[i].function;
      for (const MessageId id : facts_.messages.by_function[function.index]) {
        if (stands_in(program_, function, facts_.message(id).site, visits_[i].clauses)) note(id, i);
      }
      for (const Edge& edge : facts_.calls.edges_of(function)) {
        if (stands_in(program_, function, edge.site, visits_[i].clauses)) enter(edge, i);
      }
    }
    return std::move(found_);
  }

 private:
  void enter(const Edge& edge, std::uint32_t before) {
    if (edge.runs != Runs::kCaller || !facts_.effects.all[edge.callee.index].has(effect_of(kind_))) return;
    if (skip_guarded_ && asks_who_it_is(program_, facts_, edge.callee)) return;
    const bool possible = edge.possible || depends(edge.site, before);
    KnownArguments arguments =
        arguments_at(program_, facts_, edge.site, before == UINT32_MAX ? KnownArguments() : visits_[before].arguments);
    const std::uint64_t clauses = feasible_clauses(program_, edge.callee, arguments);
    if (!seen_.emplace(edge.callee.index, clauses).second) return;
    const bool handed = before == UINT32_MAX && hands_first_parameter(edge.site);
    visits_.push_back({edge.site, before, edge.callee, possible, std::move(arguments), clauses, handed});
  }

  void note(MessageId id, std::uint32_t visit) {
    const Message& message = facts_.message(id);
    if (message.kind != kind_ || message.runs != Runs::kCaller || !noted_.insert(id).second) return;
    // The site may be the call of a wrapper around gen_server:call, and the wrapper may ask.
    const FunctionId wrapper = facts_.calls.callees[message.site.index].function;
    if (skip_guarded_ && wrapper && asks_who_it_is(program_, facts_, wrapper)) return;
    Reached reached{id, {message.site}, message.likely || depends(message.site, visit)};
    for (std::uint32_t i = visit; i != UINT32_MAX; i = visits_[i].before) {
      reached.chain.insert(reached.chain.begin(), visits_[i].site);
    }
    found_.push_back(std::move(reached));
  }

  bool hands_first_parameter(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    const model::Function& function = program_.function(program_.function_of(site));
    for (const ExprId argument : arguments_of(program_, site)) {
      const model::Expr& e = unit.expr(argument);
      if (e.kind != ExprKind::kVariable) continue;
      const auto parameter = analysis::parameter_of(unit, function, model::VariableId(e.payload));
      if (parameter && parameter->index == 0) return true;
    }
    return false;
  }

  // Is this call made only when something is so that the sources do not show?
  bool depends(CallId site, std::uint32_t visit) const {
    if (follows_failure(program_, site)) return true;
    if (visit == UINT32_MAX) return false;
    const Visit& at = visits_[visit];
    if (at.possible || at.handed) return at.possible;  // whoever sends the message chooses the clause
    return is_one_of_overloads(program_, facts_, at.function, site, at.arguments, at.clauses, effect_of(kind_));
  }

  const Program& program_;
  const Facts& facts_;
  MessageKind kind_;
  bool skip_guarded_;
  std::vector<Visit> visits_;
  std::set<std::pair<std::uint32_t, std::uint64_t>> seen_;
  std::set<MessageId> noted_;
  std::vector<Reached> found_;
};

}  // namespace

std::vector<Reached> messages_reached(const Program& program, const Facts& facts, CallId site, MessageKind kind,
                                      bool skip_guarded) {
  return Search(program, facts, kind, skip_guarded).run(site);
}

findings::Step call_step(const Program& program, const Facts& facts, CallId site) {
  return {call_span(program, site),
          model::display_function(program, program.function_of(site)) + " calls " + callee_text(program, facts, site)};
}

void append_chain(const Program& program, const Facts& facts, const std::vector<CallId>& chain,
                  std::vector<findings::Step>& path) {
  for (const CallId site : chain) path.push_back(call_step(program, facts, site));
}

}  // namespace beamwright::rules
