// Some callbacks do not run in a process of ours: a library runs them in the one process that it does all its work in. Whoever
// waits in there stops the library: registrations, conflict resolution, the events of every other handler.
#include <algorithm>
#include <array>
#include <optional>

#include "rules/reach.h"
#include "rules/support.h"
#include "rules/waiting.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;

// A callback and the process that it runs in. Sources: syn 3 (syn_event_handler), Phoenix.Tracker (handle_diff/2).
struct Host {
  std::string_view name;
  std::uint32_t arity;
  std::string_view behaviour;  // that the module must name; empty where the name of the callback says enough
  std::string_view process;
};
constexpr std::array<Host, 7> kHosts = {{
    {"resolve_registry_conflict", 4, "", "the process of syn that keeps the registry of its scope"},
    {"on_process_registered", 5, "syn_event_handler", "the process of syn that keeps the registry of its scope"},
    {"on_process_unregistered", 5, "syn_event_handler", "the process of syn that keeps the registry of its scope"},
    {"on_process_joined", 5, "syn_event_handler", "the process of syn that keeps the groups of its scope"},
    {"on_process_left", 5, "syn_event_handler", "the process of syn that keeps the groups of its scope"},
    {"on_registry_process_updated", 5, "syn_event_handler", "the process of syn that keeps the registry of its scope"},
    {"handle_diff", 2, "Elixir.Phoenix.Tracker", "the shard of Phoenix.Tracker that keeps all presences of its topics"},
}};

struct Wait {
  Effect effect;
  std::int64_t bound_ms;
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t i = 0; i < program_.functions.size(); ++i) {
      const FunctionId function(i);
      if (const Host* host = host_of(function)) review(function, *host);
    }
  }

 private:
  const Host* host_of(FunctionId id) const {
    const model::Function& function = program_.function(id);
    if (!function.has(model::kPublic) || (function.arity != 4 && function.arity != 5 && function.arity != 2)) return nullptr;
    const std::string_view name = function.name.text();
    const auto host =
        std::find_if(kHosts.begin(), kHosts.end(), [&](const Host& h) { return h.arity == function.arity && h.name == name; });
    if (host == kHosts.end() || (!host->behaviour.empty() && !names_behaviour(program_.module_of(id), host->behaviour)))
      return nullptr;
    return in_production(program_, facts_, id) ? &*host : nullptr;
  }

  bool names_behaviour(ModuleId module, std::string_view behaviour) const {
    const Unit& unit = program_.unit_of(module);
    const auto directives = unit.directives_of(program_.module(module));
    return std::any_of(directives.begin(), directives.end(), [&](const model::Directive& directive) {
      const bool says = directive.kind == model::DirectiveKind::kUse || directive.kind == model::DirectiveKind::kBehaviour;
      return says && directive.module && directive.module.text() == behaviour;
    });
  }

  void review(FunctionId function, const Host& host) {
    for (const CallId site : program_.calls_of(function)) {
      if (facts_.calls.runs[site.index] != analysis::Runs::kCaller) continue;
      const std::optional<Wait> wait = wait_at(site);
      if (!wait) continue;
      report(function, host, site, *wait);
      return;
    }
  }

  std::optional<Wait> wait_at(CallId site) const {
    constexpr std::int64_t kNotable = 1000;
    const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
    for (const Effect effect :
         {Effect::kRpc, Effect::kHttp, Effect::kDatabase, Effect::kSubprocess, Effect::kSleep, Effect::kCall, Effect::kAwait}) {
      if (!effects.has(effect)) continue;
      const std::int64_t bound = analysis::bound_at(program_, facts_, site, effect);
      const bool vague = effect == Effect::kCall || effect == Effect::kAwait || effect == Effect::kSleep;
      if (bound == Bound::kUnknown ? !vague : bound == Bound::kInfinite || bound >= kNotable) return Wait{effect, bound};
    }
    return {};
  }

  void report(FunctionId function, const Host& host, CallId site, const Wait& wait) {
    const bool erlang = in_erlang(program_, function);
    const std::string callee = callee_text(program_, facts_, site);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.confidence = Confidence::kLikely;
    finding.message =
        finding.function + " calls " + callee + " and waits" + wait_text(wait.bound_ms) + ", in " + std::string(host.process);
    finding.why =
        "That process serves everybody on the node: while the callback waits, nothing is registered, found out or resolved, "
        "and an exit of the call takes it down.";
    finding.fix =
        erlang ? "Decide in the callback, act elsewhere: spawn a process for what waits (with a catch around it), or send a "
                 "message to one that is there for it."
               : "Decide in the callback, act elsewhere: start a task for what waits (with a catch around it), or send a "
                 "message to a process that is there for it.";
    finding.path = analysis::path_to(program_, facts_, site, wait.effect);
    if (finding.path.empty()) finding.path.push_back(call_step(program_, facts_, site));
    finding.key = callee;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& blocking_library_callback() {
  static const Rule rule{{.code = "BW415",
                          .name = "blocking-library-callback",
                          .family = findings::Family::kBlocking,
                          .severity = Severity::kMedium,
                          .summary = "A callback that a library runs in its own single process waits there"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
