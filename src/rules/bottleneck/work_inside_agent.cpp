// The function given to Agent.get, update or get_and_update runs inside the agent. A request or a sleep in it keeps everybody
// waiting who wants the state, and with the default of five seconds they exit.
#include "analysis/values.h"
#include "rules/reach.h"
#include "rules/support.h"
#include "rules/wanted.h"

#include "analysis/closures.h"

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
    const ExprId given = analysis::local_value(unit, arguments[1]);
    if (!given || unit.expr(given).kind != ExprKind::kClosure) return;
    for (const CallId inner : analysis::calls_in_closure(program_, function, given)) {
      const Effect* effect = heavy_effect(inner);
      if (!effect) continue;
      report(site, function, inner, *effect);
      return;
    }
  }

  // What the call may do, wherever it is made.
  const Effect* heavy_effect(CallId inner) const {
    const analysis::External* external = facts_.calls.external(inner);
    const FunctionId callee = facts_.calls.callees[inner.index].function;
    for (const Effect& effect : kHeavy) {
      if (external ? external->row && external->row->effects.has(effect) : callee && sure(callee, effect)) return &effect;
    }
    return nullptr;
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
