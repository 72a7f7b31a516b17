// The function given to Agent.get, update or get_and_update runs inside the agent. A request or a sleep in it keeps everybody
// waiting who wants the state, and with the default of five seconds they exit.
#include <algorithm>
#include <optional>

#include "analysis/closures.h"
#include "analysis/possible_values.h"
#include "analysis/values.h"
#include "rules/reach.h"
#include "rules/support.h"
#include "rules/waiting.h"
#include "rules/wanted.h"
#include "rules/work.h"

namespace beamwright::rules {
namespace {

constexpr Effect kHeavy[] = {Effect::kHttp, Effect::kDatabase, Effect::kSubprocess, Effect::kRpc, Effect::kSleep};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (const CallId site : wanted_calls(program_, reporter_)) {
      const analysis::External* external = facts_.calls.external(site);
      static const Symbol kAgent = intern("Elixir.Agent");
      if (!external || external->module != kAgent) continue;
      const std::string_view name = external->name.text();
      if (name != "get" && name != "update" && name != "get_and_update" && name != "cast") continue;
      const FunctionId function = program_.function_of(site);
      if (function && in_production(program_, facts_, function)) review(site, function);
    }
  }

 private:
  void review(CallId site, FunctionId function) {
    const Unit& unit = program_.unit_of(site);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (arguments.size() < 2) return;
    if (arguments.size() >= 4) return review_named(site, function, arguments);
    const ExprId given = analysis::local_value(unit, arguments[1]);
    if (!given || unit.expr(given).kind != ExprKind::kClosure) return;
    for (const CallId inner : analysis::calls_in_closure(program_, function, given)) {
      const std::optional<Effect> effect = heavy_effect(inner);
      if (effect) return report(site, function, inner, *effect);
    }
    for (const CallId inner : analysis::calls_in_closure(program_, function, given)) {
      if (program_.call(inner).target == model::TargetKind::kValue && review_handed_over(site, function, inner)) return;
    }
  }

  // Agent.update(agent, Module, :function, arguments): the agent calls it with its state before the arguments.
  void review_named(CallId site, FunctionId function, std::span<const ExprId> arguments) {
    const Unit& unit = program_.unit_of(site);
    const std::optional<Symbol> module = analysis::atom_value(unit, arguments[1]),
                                name = analysis::atom_value(unit, arguments[2]);
    const ExprId list = analysis::local_value(unit, arguments[3]);
    if (!module || !name || !list || unit.expr(list).kind != ExprKind::kList) return;
    const ModuleId found = program_.find_module(*module, unit.project);
    const FunctionId callee = found ? program_.find_function(found, *name, unit.expr(list).child_count + 1) : FunctionId();
    if (!callee) return;
    for (const CallId inner : program_.calls_of(callee)) {
      const std::optional<Effect> effect = heavy_effect(inner);
      if (effect && facts_.calls.runs[inner.index] == analysis::Runs::kCaller) return report(site, function, inner, *effect);
    }
  }

  // `fetch(key, fun)` that lets the agent run its callers' function: what they hand over.
  bool review_handed_over(CallId site, FunctionId function, CallId inner) {
    const ExprId value = program_.call(inner).module_expr;
    if (!value) return false;
    const analysis::PossibleValues values = analysis::possible_values(program_, facts_, function, value);
    for (const analysis::PossibleValue& given : values.all) {
      const analysis::RunEffects effects = analysis::effects_of_running(program_, facts_, given);
      for (const auto& [call, _] : effects.calls) {
        const std::optional<Effect> effect = heavy_effect(call);
        if (!effect) continue;
        report(site, function, call, *effect);
        return true;
      }
    }
    return false;
  }

  // What the call may do, wherever it is made.
  std::optional<Effect> heavy_effect(CallId inner) const {
    const analysis::External* external = facts_.calls.external(inner);
    const FunctionId callee = facts_.calls.callees[inner.index].function;
    for (const Effect effect : kHeavy) {
      if (external ? external->row && external->row->effects.has(effect) : callee && sure(callee, effect)) return effect;
    }
    if (waits_for_peer(inner)) return Effect::kSocket;
    if (asks_slow_server(inner)) return Effect::kCall;
    return {};
  }

  // A connect or receive, which takes as long as the peer likes; sending does not.
  bool waits_for_peer(CallId inner) const {
    const auto waits = [](const analysis::External& external) {
      const std::string_view name = external.name.text();
      return name == "connect" || name == "recv" || name == "accept" || name == "handshake";
    };
    const analysis::External* external = facts_.calls.external(inner);
    if (external) return external->row && external->row->effects.has(Effect::kSocket) && waits(*external);
    return below(inner, Effect::kSocket, [&](CallId site) {
      const std::vector<ReachedCall> reached = externals_reached(program_, facts_, site, Effect::kSocket, waits);
      return std::any_of(reached.begin(), reached.end(), [](const ReachedCall& call) { return !call.possible; });
    });
  }

  bool asks_slow_server(CallId inner) const {
    for (const MessageId id : facts_.messages.by_function[program_.function_of(inner).index]) {
      const Message& message = facts_.message(id);
      if (message.site == inner && message.kind == MessageKind::kCall && is_slow_to_answer(message)) return true;
    }
    return below(inner, Effect::kCall, [&](CallId site) {
      const std::vector<Reached> reached = messages_reached(program_, facts_, site, MessageKind::kCall);
      return std::any_of(reached.begin(), reached.end(),
                         [&](const Reached& each) { return !each.possible && is_slow_to_answer(facts_.message(each.message)); });
    });
  }

  // Is it so for some call of the function that is called here, which has the effect? What is written inside of the function
  // given to the agent is made in another process than the code around it.
  template <typename Wanted>
  bool below(CallId inner, Effect effect, Wanted&& wanted) const {
    const FunctionId callee = facts_.calls.callees[inner.index].function;
    if (!callee || !facts_.effects.all[callee.index].has(effect)) return false;
    const auto sites = program_.calls_of(callee);
    return std::any_of(sites.begin(), sites.end(), wanted);
  }

  bool is_slow_to_answer(const Message& message) const {
    for (const HandlerId handler : takers(facts_, message)) {
      for (const SlowWork& work : slow_work(program_, facts_, facts_.handler(handler), {.files = false, .calls = false})) {
        if (!work.possible && is_heavy(work) && !is_mnesia(facts_, work)) return true;
      }
    }
    return false;
  }

  bool sure(FunctionId callee, Effect effect) const {
    const analysis::Witness* witness = facts_.effects.witness(callee, effect);
    return witness && !witness->possible;
  }

  void report(CallId site, FunctionId function, CallId inner, Effect effect) {
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " does slow work inside the agent: " + callee_text(program_, facts_, inner) + " (" +
                      std::string(knowledge::to_string(effect)) + ") in the function given to " +
                      callee_text(program_, facts_, site);
    finding.why =
        "The function runs in the agent's process: until it is done the agent answers nobody, its callers exit after five "
        "seconds, and an exception in it takes the state along.";
    finding.fix =
        "Do the work in the caller and hand the agent the result: `value = fetch()`, then `Agent.update(agent, "
        "&Map.put(&1, key, value))`.";
    finding.path.push_back(call_step(program_, facts_, inner));
    const FunctionId callee = facts_.calls.callees[inner.index].function;
    if (callee) {
      for (findings::Step& step : analysis::path_to(program_, facts_, callee, effect)) finding.path.push_back(std::move(step));
    }
    finding.key = finding.function;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& work_inside_agent() {
  static const Rule rule{{.code = "BW305",
                          .name = "work-inside-agent",
                          .family = findings::Family::kBottleneck,
                          .severity = Severity::kMedium,
                          .summary = "Slow work in a function that an agent runs"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
