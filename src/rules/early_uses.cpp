#include "rules/early_uses.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

#include "analysis/results.h"
#include "analysis/sites.h"
#include "analysis/values.h"
#include "rules/at_start.h"
#include "rules/reach.h"

namespace beamwright::rules {

using analysis::Edge;
using analysis::External;
using analysis::ProcessKind;
using analysis::Runs;

namespace {

// A longer way is no evidence any more: it leads through a whole subsystem.
constexpr std::size_t kMaxSteps = 7;
constexpr std::size_t kMaxFunctions = 150;
// One of many places is as good as the other; a repository is asked everywhere.
constexpr std::size_t kMaxSites = 60;

// Something that starts at its turn, and the places that use it.
struct Used {
  std::string name;
  std::string_view kind;
  const std::vector<Turn>* turns = nullptr;
  ModuleId server;
  std::vector<CallId> sites;
  std::vector<MessageId> messages;  // by site, of servers
  bool requests_only = false;
};

std::string_view kind_of(const std::set<std::string_view>& libraries) {
  if (libraries.contains("Elixir.Task.Supervisor")) return "the task supervisor";
  if (libraries.contains("Elixir.Registry")) return "the registry";
  if (libraries.contains("Elixir.Phoenix.PubSub")) return "the PubSub server";
  if (libraries.contains("supervisor")) return "the supervisor";
  return "the process";
}

// Functions that need no such process, or start it.
bool needs_none(std::string_view name) {
  constexpr std::array<std::string_view, 6> kStarts = {"child_spec", "start_link", "start", "init", "whereis", "stop"};
  return std::find(kStarts.begin(), kStarts.end(), name) != kStarts.end();
}

bool is_web(const Process& process) {
  if (process.kind != ProcessKind::kRequest) return false;
  constexpr std::array<std::string_view, 11> kWeb = {
      "Elixir.Phoenix.", "Elixir.Plug",     "cowboy",           "elli",         "ranch",           "Elixir.Bandit",
      "Elixir.WebSock",  "Elixir.Absinthe", "Elixir.ThousandI", "Elixir.GRPC.", "Elixir.Ash.Plug",
  };
  const std::string_view behaviour = process.behaviour.text();
  return std::any_of(kWeb.begin(), kWeb.end(), [&](std::string_view prefix) { return behaviour.starts_with(prefix); });
}

class Finder {
 public:
  Finder(const Program& program, const Facts& facts, const BootTurns& turns) : program_(program), facts_(facts), turns_(turns) {
    for (std::uint32_t i = 0; i < facts.processes.handlers.size(); ++i) {
      const HandlerId id(i);
      if (turns.of_user(facts.process(facts.handler(id).process).module))
        handlers_[facts.handler(id).function.index].push_back(id);
    }
  }

  std::vector<EarlyUse> find() {
    for (const Used& used : collect()) {
      for (std::size_t i = 0; i < std::min(used.sites.size(), kMaxSites); ++i) {
        climb(used, used.sites[i], i < used.messages.size() ? used.messages[i] : MessageId());
      }
    }
    return std::move(out_);
  }

 private:
  // ---- Uses

  std::vector<Used> collect() {
    std::map<std::string_view, Used> named;
    std::map<ModuleId, Used> servers, repositories;
    const std::set<std::string_view> libraries = turns_.libraries();
    const auto is_of_library = [&](const External& external) {
      return libraries.contains(external.module.text()) && !needs_none(external.name.text());
    };
    for (const CallId site : analysis::sites_of(facts_.calls, is_of_library)) {
      const NamedTurns* asked = is_made_here(site) ? asks_for(site) : nullptr;
      if (asked == nullptr) continue;
      Used& used = named[asked->name.text()];
      used.name = model::display_module(asked->name);
      used.kind = kind_of(asked->libraries);
      used.turns = &asked->turns;
      used.sites.push_back(site);
    }
    const bool repository_is_asked = !turns_.repositories().empty() && !turns_.listeners().empty();
    for (std::uint32_t i = 0; repository_is_asked && i < program_.call_units.size(); ++i) {
      const CallId site(i);
      const model::Call& call = program_.call(site);
      if (!is_made_here(site) || call.target != model::TargetKind::kRemote) continue;
      const ModuleId asked = program_.find_module(call.module, program_.unit_of(site).project);
      const auto repository = asked ? turns_.repositories().find(asked) : turns_.repositories().end();
      if (repository == turns_.repositories().end() || needs_none(call.name.text())) continue;
      Used& used = repositories[asked];
      used = {model::display_module(call.module), "the repository", &repository->second, {}, std::move(used.sites), {}, true};
      used.sites.push_back(site);
    }
    for (std::uint32_t i = 0; i < facts_.messages.messages.size(); ++i) {
      const Message& message = facts_.message(MessageId(i));
      if (message.kind != MessageKind::kCall || !message.receiver || message.likely || message.runs != Runs::kCaller) continue;
      const Process& receiver = facts_.process(message.receiver);
      if (receiver.count != analysis::Count::kOne || !turns_.of(receiver.module)) continue;
      if (goes_to_nodes(program_, facts_, message)) continue;
      Used& used = servers[receiver.module];
      used.name = process_name(program_, facts_, message.receiver);
      used.turns = turns_.of(receiver.module);
      used.server = receiver.module;
      used.sites.push_back(message.site);
      used.messages.push_back(MessageId(i));
    }
    std::vector<Used> all;
    for (auto& [name, used] : named) all.push_back(std::move(used));
    for (auto& [module, used] : servers) all.push_back(std::move(used));
    for (auto& [module, used] : repositories) all.push_back(std::move(used));
    return all;
  }

  bool is_made_here(CallId site) const {
    const model::Call& call = program_.call(site);
    return !call.capture && call.function && facts_.calls.runs[site.index] == Runs::kCaller;
  }

  // The child that a function of its library is given the name of.
  const NamedTurns* asks_for(CallId site) const {
    const External* external = facts_.calls.external(site);
    const Unit& unit = program_.unit_of(site);
    for (const ExprId argument : arguments_of(program_, site)) {
      const ExprKind kind = unit.expr(argument).kind;
      if (kind != ExprKind::kAtom && kind != ExprKind::kVariable && kind != ExprKind::kCall) continue;
      const auto name = analysis::atom_value(unit, argument);
      const NamedTurns* named = name ? turns_.named(*name) : nullptr;
      if (named && named->libraries.contains(external->module.text())) return named;
    }
    return nullptr;
  }

  // ---- Who makes them

  struct Visit {
    FunctionId function;
    CallId site;         // in the function, on the way down
    std::size_t before;  // the visit one step further down
    std::size_t steps;
  };

  void climb(const Used& used, CallId site, MessageId message) {
    std::vector<Visit> visits{{program_.function_of(site), site, SIZE_MAX, 1}};
    std::unordered_set<std::uint32_t> seen{visits.front().function.index};
    for (std::size_t i = 0; i < visits.size() && visits.size() < kMaxFunctions; ++i) {
      const Visit visit = visits[i];
      if (!in_production(program_, facts_, visit.function) || is_careful(visit, used)) continue;
      arrive(used, message, visits, i);
      if (visit.steps >= kMaxSteps) continue;
      for (const std::uint32_t incoming : facts_.calls.incoming_of(visit.function)) {
        const Edge& edge = facts_.calls.edges[incoming];
        const FunctionId caller = facts_.calls.callers[incoming];
        if (edge.possible || edge.runs != Runs::kCaller || facts_.calls.runs[edge.site.index] != Runs::kCaller) continue;
        if (seen.insert(caller.index).second) visits.push_back({caller, edge.site, i, visit.steps + 1});
      }
    }
  }

  // It takes an exit, or asks first who is there.
  bool is_careful(const Visit& visit, const Used& used) const {
    if ((analysis::classes_caught(program_, facts_, visit.site) & (analysis::kExitClass | analysis::kErrorClass)) != 0)
      return true;
    if (used.server && asks_who_it_is(program_, facts_, visit.function)) return true;
    for (const CallId site : program_.calls_of(visit.function)) {
      if (program_.call(site).name == sym::whereis) return true;
    }
    return false;
  }

  void arrive(const Used& used, MessageId message, const std::vector<Visit>& visits, std::size_t at) {
    const Visit& visit = visits[at];
    std::vector<CallId> chain;
    for (std::size_t i = at; i != SIZE_MAX; i = visits[i].before) chain.push_back(visits[i].site);
    if (const auto found = handlers_.find(visit.function.index); found != handlers_.end() && !used.requests_only) {
      const Unit& unit = program_.unit_of(visit.function);
      const std::uint32_t begin = unit.expr(program_.call(visit.site).expr).begin;
      for (const HandlerId id : found->second) {
        const model::Clause& clause = unit.clause(facts_.handler(id).clause);
        if (clause.begin <= begin && begin < clause.end) of_handler(used, message, id, visit.function, chain);
      }
    }
    const ProcessId own = facts_.processes.of(program_.module_of(visit.function));
    const bool request = (own && is_web(facts_.process(own))) || (!own && is_routed(visit.function));
    if (request && !turns_.listeners().empty()) of_request(used, message, visit.function, std::move(chain));
  }

  // A handler of cowboy that needs no behaviour.
  bool is_routed(FunctionId function) const {
    const model::Function& f = program_.function(function);
    return f.name == sym::init && f.arity == 2 && (facts_.contexts.of(function).flags & analysis::kInRequest) != 0;
  }

  void of_request(const Used& used, MessageId message, FunctionId function, std::vector<CallId> chain) {
    const auto later = BootTurns::later(turns_.listeners(), *used.turns);
    if (!later) return;
    // The handlers of one application are not run by the listener of another that lies beside it.
    const auto own = std::find_if(turns_.listeners().begin(), turns_.listeners().end(), [&](const Turn& turn) {
      return turn.above.front() == later->above.front() &&
             program_.unit(turn.place.unit).project == program_.unit_of(function).project;
    });
    if (own == turns_.listeners().end() || !is_sure(message, chain)) return;
    add({Moment::kRequest, {}, function, std::move(chain), used.name, used.kind, *own, *later, {}});
  }

  void of_handler(const Used& used, MessageId message, HandlerId id, FunctionId function, const std::vector<CallId>& chain) {
    const Handler& handler = facts_.handler(id);
    const Process& process = facts_.process(handler.process);
    // A gen_event's init/1 is its handlers', which others add when all runs.
    if (process.kind == ProcessKind::kGenEvent || process.module == used.server) return;
    const std::vector<Turn>* own = turns_.of_user(process.module);
    const auto later = own ? BootTurns::later(*own, *used.turns) : std::nullopt;
    if (!later) return;
    EarlyUse out{Moment::kLater, handler.process, function, chain, used.name, used.kind, own->front(), *later, {}};
    if (handler.kind == HandlerKind::kInit) {
      // Calls of servers are looked for from above, with what is known of their arguments; an init on demand is as late as that.
      if (used.server || !turns_.of(process.module)) return;
      out.moment = Moment::kInit;
    } else if (turns_.of(process.module) && runs_at_start(program_, facts_, handler)) {
      out.moment = Moment::kAtStart;
    } else {
      const auto because = comes_early(used, handler, own->front(), *later);
      if (!because) return;
      out.because = *because;
    }
    if (is_sure(message, chain)) add(std::move(out));
  }

  // With what is known of the arguments on the way down, is the message still sent?
  bool is_sure(MessageId message, const std::vector<CallId>& chain) const {
    if (!message) return true;
    const auto all = messages_reached(program_, facts_, chain.front(), MessageKind::kCall, true);
    return std::any_of(all.begin(), all.end(), [&](const Reached& r) { return r.message == message && !r.possible; });
  }

  // ---- When

  // Somebody sends the message who starts before what is used does; or, of what is no server, the order of the list says that it
  // depends on its user, where in truth its user depends on it.
  std::optional<std::string> comes_early(const Used& used, const Handler& handler, const Turn& own, const Turn& later) const {
    if (handler.kind != HandlerKind::kCall && handler.kind != HandlerKind::kCast && handler.kind != HandlerKind::kInfo) return {};
    if (!used.server && used.kind != "the process" && turns_.strategy_above(own, later) == sym::rest_for_one)
      return "rest_for_one says that what comes later depends on what comes before";
    for (const MessageId id :
         messages_to(facts_, HandlerId(static_cast<std::uint32_t>(&handler - facts_.processes.handlers.data())))) {
      const FunctionId sender = facts_.message(id).sender;
      if (!in_production(program_, facts_, sender)) continue;
      const analysis::Context& context = facts_.contexts.of(sender);
      for (const ProcessId other : context.processes) {
        const Process& process = facts_.process(other);
        if (other == handler.process || !turns_.of(process.module)) continue;
        const auto* sends = turns_.of(process.module);
        if (BootTurns::later(*sends, *used.turns))
          return process_name(program_, facts_, other) + " sends it, which starts before";
      }
      if ((context.flags & analysis::kInRequest) != 0 && BootTurns::later(turns_.listeners(), *used.turns))
        return "requests send it, which are taken before";
    }
    return {};
  }

  void add(EarlyUse use) {
    const std::uint32_t user = use.user ? use.user.index : use.own.place.expr.index;
    const std::string key = (use.user ? "process " : "listener ") + std::to_string(user) + " " + use.used;
    const auto known = known_.find(key);
    if (known == known_.end()) {
      known_[key] = out_.size();
      out_.push_back(std::move(use));
    } else if (EarlyUse& other = out_[known->second];
               use.moment < other.moment || (use.moment == other.moment && use.chain.size() < other.chain.size())) {
      other = std::move(use);
    }
  }

  const Program& program_;
  const Facts& facts_;
  const BootTurns& turns_;
  std::unordered_map<std::uint32_t, std::vector<HandlerId>> handlers_;  // by function
  std::map<std::string, std::size_t> known_;
  std::vector<EarlyUse> out_;
};

}  // namespace

std::vector<EarlyUse> early_uses(const Program& program, const Facts& facts, const BootTurns& turns) {
  return Finder(program, facts, turns).find();
}

}  // namespace beamwright::rules
