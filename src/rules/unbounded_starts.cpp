#include "rules/unbounded_starts.h"

#include <algorithm>
#include <array>
#include <set>

#include "analysis/sites.h"
#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/clause_scopes.h"
#include "rules/kept.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::Runs;

namespace {

constexpr std::array<std::string_view, 12> kCounts = {"map_size",       "length",       "count",    "size",
                                                      "count_children", "max_children", "checkout", "max_concurrency",
                                                      "limit",          "throttle",     "rate",     "queue"};

bool starts_process(const analysis::External& external) {
  const std::string_view name = external.name.text();
  if (external.module.text() == "Elixir.Task.Supervisor") return name == "start_child" || name.starts_with("async");
  return external.row && external.row->effects.has(Effect::kSpawn) &&
         (external.row->returns == Resource::kProcess || external.row->returns == Resource::kTask) &&
         !name.starts_with("async_stream");
}

class Finder {
 public:
  Finder(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::vector<UnboundedStart> find() {
    std::set<ModuleId> starting;
    for (const CallId site : analysis::sites_of(facts_.calls, starts_process)) {
      const FunctionId function = program_.function_of(site);
      if (function && !program_.call(site).capture) starting.insert(program_.module_of(function));
    }
    for (const ModuleId module : starting) {
      const ProcessId process = facts_.processes.of(module);
      if (!process || is_bounded(module)) continue;
      if (facts_.process(process).kind == analysis::ProcessKind::kRequest) look_at_frames(process);
      if (facts_.process(process).kind != analysis::ProcessKind::kGenServer) continue;
      for (const HandlerId id : facts_.process(process).handlers) look_at(process, id);
    }
    return std::move(found_);
  }

 private:
  // Somewhere in the module, or in a specification beside it, somebody says how many there may be.
  bool is_bounded(ModuleId module) const {
    static const Symbol kMax = intern("max_children"), kConcurrency = intern("max_concurrency");
    if (module_names_atom(program_, module, kMax) || module_names_atom(program_, module, kConcurrency)) return true;
    return false;
  }

  void look_at(ProcessId process, HandlerId id) {
    const Handler& handler = facts_.handler(id);
    const bool told =
        handler.kind == HandlerKind::kInfo || handler.kind == HandlerKind::kCast || handler.kind == HandlerKind::kContinue;
    if (!told || !in_production(program_, facts_, handler.function)) return;
    if (handler.pattern.tag == sym::DOWN || handler.pattern.tag == sym::EXIT) return;
    const std::vector<Scope> scopes = scopes_of(program_, facts_, handler);
    if (counts(scopes)) return;
    for (const Scope& scope : scopes) look_for_loops(process, id, scope);
    if (handler.kind == HandlerKind::kInfo && is_subscription(process, handler)) look_for_starts(id);
  }

  // What a client sends over its connection, one message after the other and as fast as it likes: cowboy_websocket,
  // WebSock and Phoenix channels hand over each by itself, and only the work of the process itself slows the client down.
  void look_at_frames(ProcessId process) {
    static constexpr std::array<std::string_view, 4> kFrames = {"websocket_handle", "handle_in", "handle_frame", "handle_data"};
    for (const HandlerId id : facts_.process(process).handlers) {
      const Handler& handler = facts_.handler(id);
      const std::string_view name = program_.function(handler.function).name.text();
      if (std::find(kFrames.begin(), kFrames.end(), name) == kFrames.end()) continue;
      if (!in_production(program_, facts_, handler.function) || counts(scopes_of(program_, facts_, handler))) continue;
      look_for_starts(id);
    }
  }

  bool counts(const std::vector<Scope>& scopes) const {
    for (const Scope& scope : scopes) {
      const Unit& unit = program_.unit_of(scope.function);
      for (const ExprId root : scope.roots) {
        if (any_below(unit, root, [&](ExprId id) {
              const model::Expr& e = unit.expr(id);
              if (e.kind != ExprKind::kCall && e.kind != ExprKind::kField) return false;
              const Symbol name = e.kind == ExprKind::kField ? e.symbol() : unit.call_of(e).name;
              if (!name) return false;
              return std::any_of(kCounts.begin(), kCounts.end(), [&](std::string_view word) {
                return e.kind == ExprKind::kField ? name.text().find(word) != std::string_view::npos && word.size() > 4
                                                  : name.text().find(word) != std::string_view::npos;
              });
            }))
          return true;
      }
    }
    return false;
  }

  // ---- One for each entry
  // -----------------------------------------------------------------------------------------------------

  void look_for_loops(ProcessId process, HandlerId id, const Scope& scope) {
    const Unit& unit = program_.unit_of(scope.function);
    for (const ExprId root : scope.roots) {
      any_below(unit, root, [&](ExprId place) {
        const ExprId collection = collection_of(unit, place);
        if (!collection || !grows(process, unit, collection)) return false;
        for (const CallId site : calls_below(unit, place)) {
          const std::uint32_t at = unit.expr(program_.call(site).expr).begin;
          if (unit.expr(collection).begin <= at && at < unit.expr(collection).end) continue;
          if (UnboundedStart start = start_below(site, id); start.start) {
            start.looping = scope.function;
            start.loop = place;
            start.collection = collection;
            note(std::move(start));
            break;
          }
        }
        return false;
      });
    }
  }

  // The list of a comprehension, of Enum.each(list, fn …) and their like.
  ExprId collection_of(const Unit& unit, ExprId place) const {
    const model::Expr& e = unit.expr(place);
    if (e.kind == ExprKind::kComprehension) {
      for (const ExprId child : unit.children_of(e)) {
        if (unit.expr(child).kind == ExprKind::kGenerator) return unit.child(child, 1);
      }
      return {};
    }
    if (e.kind != ExprKind::kCall || !unit.call_of(e).name) return {};
    static constexpr std::array<std::string_view, 10> kFolds = {"each",  "map",  "reduce",   "foreach",  "foldl",
                                                                "foldr", "fold", "flat_map", "for_each", "filtermap"};
    const model::Call& call = unit.call_of(e);
    if (std::find(kFolds.begin(), kFolds.end(), call.name.text()) == kFolds.end()) return {};
    const bool otp = call.module == sym::lists || call.module == sym::maps;
    if ((!otp && call.module != sym::Elixir_Enum) || e.child_count < 2) return {};
    return otp ? unit.children_of(e).back() : unit.child(place, 0);
  }

  // A field of the state that gains entries while the process serves.
  bool grows(ProcessId process, const Unit& unit, ExprId collection) const {
    Symbol name = analysis::field_read(unit, collection);
    if (!name && unit.expr(collection).kind == ExprKind::kVariable) {
      const ExprId value = analysis::local_value(unit, collection);
      name = value ? analysis::field_read(unit, value) : Symbol();
    }
    if (!name) return false;
    const analysis::StateField* field = analysis::states_of(program_, facts_).of(process).field(name);
    return field && field->gains();
  }

  std::vector<CallId> calls_below(const Unit& unit, ExprId place) const {
    std::vector<CallId> sites;
    any_below(unit, place, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      if (id != place && (e.kind == ExprKind::kCall || e.kind == ExprKind::kCapture))
        sites.push_back(CallId(unit.first_call + e.payload));
      return false;
    });
    return sites;
  }

  // The start that a call is or gets to, in functions of the module.
  UnboundedStart start_below(CallId first, HandlerId id) const {
    constexpr std::size_t kDeepest = 5, kMostSites = 120;
    std::vector<std::vector<CallId>> chains = {{first}};
    std::set<FunctionId> entered;
    for (std::size_t i = 0; i < chains.size() && i < kMostSites; ++i) {
      const std::vector<CallId> chain = chains[i];
      const CallId site = chain.back();
      if (const analysis::External* external = facts_.calls.external(site); external && starts_process(*external)) {
        if (program_.call(site).capture || facts_.calls.runs[site.index] != Runs::kCaller) continue;
        return {id, program_.function_of(site), site, {chain.begin(), chain.end() - 1}, {}, {}, {}};
      }
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (!callee || chain.size() >= kDeepest || program_.module_of(callee) != program_.module_of(program_.function_of(first)))
        continue;
      if (!entered.insert(callee).second) continue;
      for (const CallId next : program_.calls_of(callee)) {
        chains.push_back(chain);
        chains.back().push_back(next);
      }
    }
    return {};
  }

  // ---- One for each message
  // ---------------------------------------------------------------------------------------------------

  // The process has subscribed, and this clause takes what is published: not a tick, nor what a task or socket sends.
  bool is_subscription(ProcessId process, const Handler& handler) const {
    if (!handler.pattern.expr) return false;
    if (handler.pattern.tag) return is_delivery(handler) && !is_prefetched(facts_.process(process).module);
    const Unit& unit = program_.unit(handler.pattern.expr.unit);
    const ExprKind kind = unit.expr(handler.pattern.expr.expr).kind;
    if (kind == ExprKind::kTuple)  // amqp_client gives {#'basic.deliver'{}, Message}
      return source_text(program_, unit, handler.pattern.expr.expr, 60).find("basic.deliver'{") != std::string::npos &&
             !is_prefetched(facts_.process(process).module);
    if (!handler.pattern.any && kind != ExprKind::kMap && kind != ExprKind::kMatch) return false;
    static const Symbol kSubscribe = intern("subscribe");
    for (const FunctionId f : program_.functions_of(facts_.process(process).module)) {
      for (const CallId site : program_.calls_of(f)) {
        if (program_.call(site).name == kSubscribe && !program_.call(site).capture) return true;
      }
    }
    return false;
  }

  // What the client of a broker sends its consumer: {:basic_deliver, payload, meta} of amqp, {#'basic.deliver'{}, Message} of
  // amqp_client, {publish, Message} of emqtt and tortoise, {:notification, …} of Postgrex and Redis' {:redix_pubsub, …, :message,
  // …}.
  bool is_delivery(const Handler& handler) const {
    static constexpr std::array<std::string_view, 7> kDeliveries = {
        "basic_deliver", "basic.deliver", "publish", "kafka_message_set", "deliver", "notification", "redix_pubsub"};
    const std::string_view tag = handler.pattern.tag.text();
    return handler.pattern.size > 1 && std::find(kDeliveries.begin(), kDeliveries.end(), tag) != kDeliveries.end();
  }

  // A broker sends no more than so many that are not acknowledged yet.
  bool is_prefetched(ModuleId module) const {
    for (const std::string_view name : {"prefetch_count", "basic.qos", "prefetch", "qos"}) {
      if (module_names_atom(program_, module, intern(name))) return true;
    }
    for (const FunctionId f : program_.functions_of(module)) {
      for (const CallId site : program_.calls_of(f)) {
        if (program_.call(site).name && program_.call(site).name.text() == "qos") return true;
      }
    }
    return false;
  }

  void look_for_starts(HandlerId id) {
    const Handler& handler = facts_.handler(id);
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      if (program_.call(site).closure) continue;
      if (UnboundedStart start = start_below(site, id); start.start) return note(std::move(start));
    }
  }

  void note(UnboundedStart start) {
    const bool known =
        std::any_of(found_.begin(), found_.end(), [&](const UnboundedStart& other) { return other.start == start.start; });
    if (!known) found_.push_back(std::move(start));
  }

  const Program& program_;
  const Facts& facts_;
  std::vector<UnboundedStart> found_;
};

}  // namespace

std::vector<UnboundedStart> unbounded_starts(const Program& program, const Facts& facts) { return Finder(program, facts).find(); }

}  // namespace beamwright::rules
