#include "rules/stale_timers.h"

#include <algorithm>
#include <array>
#include <optional>

#include "analysis/data_functions.h"
#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/clause_scopes.h"
#include "rules/dropped_monitors.h"
#include "rules/kept.h"
#include "rules/walk.h"

namespace beamwright::rules {

using model::VariableId;

namespace {

bool has_word(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return text.find(word) != text.npos; });
}

// nil, undefined and their like: nothing is there any more.
bool is_nothing(const Unit& unit, ExprId value) {
  const std::optional<Symbol> atom = analysis::atom_value(unit, value);
  return atom && (*atom == sym::nil || *atom == sym::undefined || atom->text() == "none" || atom->text() == "idle");
}

class Finder {
 public:
  Finder(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::vector<StaleTimer> find() {
    for (const CallId site : sites_that_return(program_, facts_, Resource::kTimer)) look_at(site);
    return std::move(found_);
  }

 private:
  // start_timer sends its reference along, by which its clause may know it.
  void look_at(CallId site) {
    const FunctionId function = program_.function_of(site);
    const analysis::External* external = facts_.calls.external(site);
    if (!function || program_.call(site).closure || external->name.text() != "send_after") return;
    if (!in_production(program_, facts_, function) || !drops_result(program_, facts_, site)) return;
    const ExprId message = message_of(site, *external);
    if (!message) return;
    const analysis::Pattern sent = analysis::outline(program_.unit_of(site), program_.call_units[site.index], message);
    if (!sent.tag) return;
    for (const ProcessId process : facts_.contexts.of(function).processes) {
      if (facts_.process(process).kind != analysis::ProcessKind::kGenServer) continue;
      for (const HandlerId own : takers(process, sent)) {
        if (looks_before_it_acts(facts_.handler(own), sent.tag)) continue;
        if (look_at_sender(site, function, message, sent, process, own)) return;
      }
    }
  }

  bool look_at_sender(CallId site, FunctionId function, ExprId message, const analysis::Pattern& sent, ProcessId process,
                      HandlerId own) {
    for (const HandlerId id : analysis::handlers_running(program_, facts_, process, function)) {
      if (facts_.handler(id).pattern.tag == sent.tag || !comes_again(facts_.handler(id)) ||
          !runs_in(facts_.handler(id), function, site))
        continue;
      if (sent.size > 1 ? look_at_key(site, message, id, own) : look_at_job(site, id, own)) return true;
    }
    return false;
  }

  ExprId message_of(CallId site, const analysis::External& external) const {
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const std::size_t at = external.row ? external.row->message_argument : 0;
    return at == 0 || at > arguments.size() ? ExprId() : analysis::local_value(program_.unit_of(site), arguments[at - 1]);
  }

  std::vector<HandlerId> takers(ProcessId process, const analysis::Pattern& sent) const {
    std::vector<HandlerId> found;
    for (const HandlerId id : facts_.process(process).handlers) {
      const Handler& handler = facts_.handler(id);
      const bool same = handler.pattern.tag == sent.tag && handler.pattern.size == sent.size;
      if (handler.kind == HandlerKind::kInfo && same && !program_.unit_of(handler.function).clause(handler.clause).guard)
        found.push_back(id);
    }
    return found;
  }

  // It asks what time it is, or compares: it knows when it comes too early. One that arms itself again is a tick.
  bool looks_before_it_acts(const Handler& own, Symbol tag) const {
    constexpr std::size_t kNear = 4;  // what is called further down looks at other things
    std::vector<Scope> scopes = scopes_of(program_, facts_, own, Follow::kAll);
    if (scopes.size() > kNear) scopes.resize(kNear);
    for (const Scope& scope : scopes) {
      const Unit& unit = program_.unit_of(scope.function);
      for (const ExprId root : scope.roots) {
        if (any_below(unit, root, [&](ExprId id) {
              const model::Expr& e = unit.expr(id);
              if (e.kind == ExprKind::kOperator)
                return e.symbol().text().find_first_of("<>") != std::string_view::npos && e.symbol().text() != "<>";
              if (e.kind != ExprKind::kCall || !unit.call_of(e).name) return false;
              const CallId site(unit.first_call + e.payload);
              if (returned_by(program_, facts_, site) == Resource::kTimer) return sends(site, tag);
              return has_word(unit.call_of(e).name.text(), {"_time", "timestamp", "diff", "compare"});
            }))
          return true;
      }
    }
    return false;
  }

  bool sends(CallId timer, Symbol tag) const {
    const analysis::External* external = facts_.calls.external(timer);
    const ExprId message = message_of(timer, *external);
    return !message || analysis::outline(program_.unit_of(timer), program_.call_units[timer.index], message).tag == tag;
  }

  // Not what announces a beginning, which comes once.
  static bool comes_again(const Handler& handler) {
    const bool told =
        handler.kind == HandlerKind::kCall || handler.kind == HandlerKind::kCast || handler.kind == HandlerKind::kInfo;
    if (!told || !handler.pattern.tag || handler.pattern.tag == sym::DOWN || handler.pattern.tag == sym::EXIT) return false;
    return !has_word(handler.pattern.tag.text(), {"init", "boot", "timeout", "setup"});
  }

  bool runs_in(const Handler& handler, FunctionId function, CallId site) const {
    if (handler.function != function) return true;
    const std::vector<CallId> sites = analysis::calls_in_clause(program_, handler.function, handler.clause);
    return std::find(sites.begin(), sites.end(), site) != sites.end();
  }

  // ---- {expire, Key}, after a put of the same key
  // ------------------------------------------------------------------------------

  bool look_at_key(CallId site, ExprId message, HandlerId id, HandlerId own) {
    const Handler& handler = facts_.handler(id);
    const FunctionId function = program_.function_of(site);
    const Unit& unit = program_.unit_of(function);
    if (has_word(handler.pattern.tag.text(), {"new", "create", "open", "start"})) return false;
    const std::vector<Scope> scopes = scopes_of(program_, facts_, handler, Follow::kAll);
    const std::span<const ExprId> parts = unit.children_of(message);
    for (std::size_t i = 1; i < parts.size(); ++i) {
      if (unit.expr(parts[i]).kind != ExprKind::kVariable) return false;
      const VariableId variable(unit.expr(parts[i]).payload);
      if (is_of_one(unit, variable) || !comes_in_message(program_, handler, scopes, function, variable)) return false;
    }
    for (const Scope& scope : scopes) {
      if (looks_up(program_, facts_, scope) || !takes_key_out(facts_.handler(own))) return false;
    }
    for (const Scope& scope : scopes) {
      const ExprId place = scope.function == function ? put_of(scope, VariableId(unit.expr(parts[1]).payload)) : ExprId();
      if (!place) continue;
      found_.push_back({function, site, id, own, {}, {}, parts[1], scope.function, place});
      return true;
    }
    return false;
  }

  // By its name each is another one: there is nothing under it before.
  static bool is_of_one(const Unit& unit, VariableId variable) {
    if (variable.index >= unit.variables.size()) return true;
    std::string name(unit.variables[variable.index].name.text());
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return has_word(name, {"ref", "uuid", "nonce", "token", "req", "corr", "seq", "msg", "message", "tag", "from", "task"});
  }

  // Map.put(state, key, …), State#{Key => …}, ets:insert(Table, {Key, …}).
  ExprId put_of(const Scope& scope, VariableId key) const {
    const Unit& unit = program_.unit_of(scope.function);
    const auto is_key = [&](ExprId id) {
      return id && unit.expr(id).kind == ExprKind::kVariable && VariableId(unit.expr(id).payload) == key;
    };
    ExprId found;
    for (const ExprId root : scope.roots) {
      any_below(unit, root, [&](ExprId place) {
        const model::Expr& e = unit.expr(place);
        if (e.kind == ExprKind::kMap && e.has(model::kUpdate) && !e.has(model::kInPattern)) {
          const std::span<const ExprId> children = unit.children_of(e);
          for (std::size_t i = 1; i + 1 < children.size(); i += 2) {
            if (is_key(children[i])) found = place;
          }
        }
        if (e.kind != ExprKind::kCall) return false;
        const analysis::External* external = facts_.calls.external(CallId(unit.first_call + e.payload));
        if (!external || external->name.text().find("new") != std::string_view::npos) return false;
        const std::span<const ExprId> arguments = unit.children_of(e);
        const analysis::Grown grown = analysis::growth_of(unit, place, *external);
        if (grown.growth == analysis::Growth::kGains && is_key(grown.key)) found = place;
        const bool row = external->row && external->row->effects.has(Effect::kEtsWrite) && arguments.size() == 2 &&
                         unit.expr(arguments[1]).kind == ExprKind::kTuple && unit.expr(arguments[1]).child_count > 1;
        if (row && is_key(unit.child(arguments[1], 0))) found = place;
        return false;
      });
    }
    return found;
  }

  // Without a question, in the clause or in a helper below it.
  bool takes_key_out(const Handler& own) const {
    const std::vector<Scope> scopes = scopes_of(program_, facts_, own, Follow::kAll);
    static constexpr std::array<std::string_view, 4> kOut = {"delete", "remove", "pop", "drop"};
    bool found = false;
    for (const Scope& scope : scopes) {
      const Unit& unit = program_.unit_of(scope.function);
      for (const ExprId root : scope.roots) {
        const bool asks = any_below(unit, root, [&](ExprId place) {
          const model::Expr& e = unit.expr(place);
          if (e.kind == ExprKind::kCase || e.kind == ExprKind::kWith) return true;
          if (e.kind != ExprKind::kCall || !unit.call_of(e).name) return false;
          const std::string_view name = unit.call_of(e).name.text();
          if (std::find(kOut.begin(), kOut.end(), name) == kOut.end()) return false;
          const std::vector<VariableId> named = variables_in(unit, place);
          found |= std::any_of(named.begin(), named.end(),
                               [&](VariableId v) { return comes_in_message(program_, own, scopes, scope.function, v); });
          return false;
        });
        if (asks) return false;
      }
    }
    return found;
  }

  // ---- job_timeout, of a job that others end
  // -----------------------------------------------------------------------------------

  bool look_at_job(CallId site, HandlerId id, HandlerId own) {
    const FunctionId function = program_.function_of(site);
    for (const Scope& scope : scopes_of(program_, facts_, facts_.handler(id), Follow::kAll)) {
      // What is filled elsewhere has its own time.
      if (scope.function != function && scope.function != facts_.handler(id).function) continue;
      const Unit& unit = program_.unit_of(scope.function);
      for (const ExprId root : scope.roots) {
        for (const FieldWrite& write : field_writes(unit, root)) {
          if (!is_something(unit, write.value) || !empties(facts_.handler(own), write.field)) continue;
          const HandlerId ends = other_end(id, own, write.field);
          if (!ends) continue;
          found_.push_back({function, site, id, own, ends, write.field, {}, scope.function, write.place});
          return true;
        }
      }
    }
    return false;
  }

  static bool is_something(const Unit& unit, ExprId value) {
    const ExprId made = value ? analysis::local_value(unit, value) : ExprId();
    if (!made) return false;
    const ExprKind kind = unit.expr(made).kind;
    return kind == ExprKind::kCall || kind == ExprKind::kVariable || kind == ExprKind::kTuple || kind == ExprKind::kMap;
  }

  bool empties(const Handler& handler, Symbol field) const {
    for (const Scope& scope : scopes_of(program_, facts_, handler, Follow::kAll)) {
      const Unit& unit = program_.unit_of(scope.function);
      for (const ExprId root : scope.roots) {
        for (const FieldWrite& write : field_writes(unit, root)) {
          if (write.field == field && write.value && is_nothing(unit, write.value)) return true;
        }
      }
    }
    return false;
  }

  // Another message after which the next one can begin while the timer runs.
  HandlerId other_end(HandlerId asked, HandlerId own, Symbol field) const {
    for (const HandlerId id : facts_.process(facts_.handler(own).process).handlers) {
      const Handler& handler = facts_.handler(id);
      const bool told =
          handler.kind == HandlerKind::kInfo || handler.kind == HandlerKind::kCast || handler.kind == HandlerKind::kCall;
      if (told && id != asked && handler.pattern.tag != facts_.handler(own).pattern.tag && empties(handler, field)) return id;
    }
    return {};
  }

  const Program& program_;
  const Facts& facts_;
  std::vector<StaleTimer> found_;
};

}  // namespace

std::vector<StaleTimer> stale_timers(const Program& program, const Facts& facts) { return Finder(program, facts).find(); }

}  // namespace beamwright::rules
