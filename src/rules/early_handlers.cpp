#include "rules/early_handlers.h"

#include <algorithm>
#include <optional>
#include <set>

#include "analysis/results.h"
#include "analysis/sites.h"
#include "analysis/values.h"

namespace beamwright::rules {
namespace {

using analysis::External;
using analysis::Runs;

struct Use {
  std::vector<CallId> chain;
  std::string name;
  Turn turn;
};

class Finder {
 public:
  Finder(const Program& program, const Facts& facts, const BootTurns& turns) : program_(program), facts_(facts), turns_(turns) {}

  std::vector<EarlyHandler> find() {
    const auto adds = [](const External& external) {
      return external.module.text() == "logger" && external.name.text() == "add_handler";
    };
    for (const CallId site : analysis::sites_of(facts_.calls, adds)) {
      if (program_.call(site).capture || arguments_of(program_, site).size() != 3) continue;
      of_site(site);
    }
    return std::move(found_);
  }

 private:
  void of_site(CallId site) {
    const FunctionId function = program_.function_of(site);
    if (!function || !in_production(program_, facts_, function)) return;
    const FunctionId handler = handler_of(site);
    const CallId begun = handler ? before_the_tree(site) : CallId();
    if (!begun) return;
    std::set<FunctionId> seen;
    std::vector<CallId> chain;
    if (std::optional<Use> use = use_in(handler, chain, seen))
      found_.push_back({site, begun, std::move(use->chain), handler, std::move(use->name), std::move(use->turn)});
  }

  // Module:log/2, which takes the events.
  FunctionId handler_of(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    const auto name = analysis::atom_value(unit, arguments_of(program_, site)[1]);
    const ModuleId module = name ? program_.find_module(*name, unit.project) : ModuleId();
    return module ? program_.find_function(module, intern("log"), 2) : FunctionId();
  }

  // The call in start/2 that adds it, directly or through a function, where the tree is started after it.
  CallId before_the_tree(CallId site) const {
    const FunctionId function = program_.function_of(site);
    if (const CallId begun = if_before(site)) return begun;
    for (const std::uint32_t incoming : facts_.calls.incoming_of(function)) {
      const analysis::Edge& edge = facts_.calls.edges[incoming];
      if (edge.possible || edge.runs != Runs::kCaller) continue;
      if (const CallId begun = if_before(edge.site)) return begun;
    }
    return {};
  }

  CallId if_before(CallId site) const {
    const FunctionId function = program_.function_of(site);
    const auto& applications = analysis::forest_of(program_, facts_).applications;
    const bool start = std::any_of(applications.begin(), applications.end(),
                                   [&](const analysis::TreeApplication& application) { return application.start == function; });
    if (!start) return {};
    const Unit& unit = program_.unit_of(site);
    const std::uint32_t begin = unit.expr(program_.call(site).expr).begin;
    for (const CallId later : program_.calls_of(function)) {
      if (program_.call(later).name == sym::start_link && unit.expr(program_.call(later).expr).begin > begin) return site;
    }
    return {};
  }

  // A registry, PubSub or task supervisor by its name, or a call of a server, that stands in a tree.
  std::optional<Use> use_in(FunctionId function, std::vector<CallId>& chain, std::set<FunctionId>& seen) {
    constexpr std::size_t kMaxChain = 3;
    if (chain.size() >= kMaxChain || !seen.insert(function).second) return {};
    for (const CallId site : program_.calls_of(function)) {
      if (facts_.calls.runs[site.index] != Runs::kCaller || program_.call(site).capture) continue;
      if ((analysis::classes_caught(program_, facts_, site) & (analysis::kExitClass | analysis::kErrorClass)) != 0) continue;
      if (program_.call(site).name == sym::whereis) return {};
      chain.push_back(site);
      if (const NamedTurns* named = asked(site)) return Use{chain, model::display_module(named->name), named->turns.front()};
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (callee) {
        if (std::optional<Use> use = use_in(callee, chain, seen)) return use;
      }
      chain.pop_back();
    }
    for (const MessageId id : facts_.messages.by_function[function.index]) {
      const Message& message = facts_.message(id);
      if (message.kind != MessageKind::kCall || !message.receiver || message.likely || message.runs != Runs::kCaller) continue;
      const Process& receiver = facts_.process(message.receiver);
      const std::vector<Turn>* turns = turns_.of(receiver.module);
      if (!turns || receiver.count != analysis::Count::kOne) continue;
      if ((analysis::classes_caught(program_, facts_, message.site) & analysis::kExitClass) != 0) continue;
      std::vector<CallId> whole = chain;
      whole.push_back(message.site);
      return Use{std::move(whole), process_name(program_, facts_, message.receiver), turns->front()};
    }
    return {};
  }

  const NamedTurns* asked(CallId site) const {
    const External* external = facts_.calls.external(site);
    const auto arguments = arguments_of(program_, site);
    if (!external || arguments.empty()) return nullptr;
    const auto name = analysis::atom_value(program_.unit_of(site), arguments[0]);
    const NamedTurns* named = name ? turns_.named(*name) : nullptr;
    return named && named->libraries.contains(external->module.text()) ? named : nullptr;
  }

  const Program& program_;
  const Facts& facts_;
  const BootTurns& turns_;
  std::vector<EarlyHandler> found_;
};

}  // namespace

std::vector<EarlyHandler> early_handlers(const Program& program, const Facts& facts, const BootTurns& turns) {
  return Finder(program, facts, turns).find();
}

}  // namespace beamwright::rules
