#include "rules/half_made.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::ExprRef;
using analysis::External;
using analysis::field_read;
using model::Expr;

namespace {

bool is_empty(const Unit& unit, ExprId value) {
  const auto atom = value ? analysis::atom_value(unit, value) : std::nullopt;
  return atom == sym::nil || atom == sym::undefined;
}

bool is_literal(const Unit& unit, ExprId pattern) {
  const ExprKind kind = unit.expr(pattern).kind;
  return kind != ExprKind::kVariable && kind != ExprKind::kWildcard;
}

class HardUses {
 public:
  HardUses(const Program& program, const Facts& facts, const std::vector<EmptyField>& fields) : program_(program), facts_(facts) {
    for (const EmptyField& field : fields) {
      names_.insert(field.name.index);
      if (field.absent) absent_.insert(field.name.index);
    }
  }

  std::optional<HardUse> find(HandlerId id) const {
    const Handler& handler = facts_.handler(id);
    if (!handler.any_state || is_taken_care_of(handler)) return {};
    const Unit& unit = program_.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    if (asks(unit, clause)) return {};
    if (const auto use = absent_key(handler, unit, clause)) return use;
    const std::vector<CallId> sites = analysis::calls_in_clause(program_, handler.function, handler.clause);
    if (const auto use = in_sites(handler.function, sites, {})) return use;
    for (const CallId site : sites) {
      const FunctionId callee = own_callee(handler, site);
      if (!callee || asks(callee)) continue;
      if (const auto use = in_sites(callee, all_sites(callee), site)) return use;
    }
    return {};
  }

 private:
  bool is_one(Symbol field) const { return field && names_.contains(field.index); }

  bool reads(const Unit& unit, ExprId id, Symbol& field) const {
    Symbol read = field_read(unit, id);
    if (!read && unit.expr(id).kind == ExprKind::kVariable) {
      const ExprId value = analysis::local_value(unit, id);
      if (value && value != id) read = field_read(unit, value);
    }
    field = read;
    return is_one(read);
  }
  bool mentions_field(const Unit& unit, ExprId root) const {
    Symbol field;
    return any_below(unit, root, [&](ExprId id) { return reads(unit, id, field); });
  }

  // %{conn: %Conn{}} or #state{conn = undefined}: the clause is for some states only. In a head any field tells them apart, such
  // as a status; in a body only those that are empty.
  bool selects(const Unit& unit, ExprId pattern, bool any_field) const {
    return any_below(unit, pattern, [&](ExprId id) {
      const Expr& e = unit.expr(id);
      if (e.kind != ExprKind::kMap || !e.has(model::kInPattern) || e.has(model::kUpdate)) return false;
      const auto children = unit.children_of(e);
      for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
        const auto key = analysis::atom_value(unit, children[i]);
        if (key && (any_field || is_one(*key)) && is_literal(unit, children[i + 1])) return true;
      }
      return false;
    });
  }

  // Does it look at one of the fields before it uses any: a guard, a condition, a pattern?
  bool asks(const Unit& unit, const model::Clause& clause) const {
    for (const ExprId pattern : unit.patterns_of(clause)) {
      if (selects(unit, pattern, true)) return true;
    }
    if (guards_state(unit, clause)) return true;
    return any_below(unit, clause.body, [&](ExprId id) { return is_question(unit, id); });
  }

  static bool guards_state(const Unit& unit, const model::Clause& clause) {
    return clause.guard && any_below(unit, clause.guard, [&](ExprId id) { return static_cast<bool>(field_read(unit, id)); });
  }

  bool is_question(const Unit& unit, ExprId id) const {
    const Expr& e = unit.expr(id);
    switch (e.kind) {
      case ExprKind::kCase:
      case ExprKind::kTry:
        return e.child_count > 0 && is_condition(unit, unit.child(id, 0));
      case ExprKind::kOperator: {
        const std::string_view name = e.symbol().text();
        constexpr std::array<std::string_view, 16> kAsking = {"==", "!=",  "=:=", "=/=", "/=", "===", "!==",     "&&",
                                                              "||", "and", "or",  "not", "!",  "in",  "andalso", "orelse"};
        return std::find(kAsking.begin(), kAsking.end(), name) != kAsking.end() && mentions_field(unit, id);
      }
      case ExprKind::kGenerator:
      case ExprKind::kMatch: {
        Symbol field;
        return e.child_count == 2 && is_literal(unit, unit.child(id, 0)) && unit.expr(unit.child(id, 0)).kind != ExprKind::kMap &&
               reads(unit, unit.child(id, 1), field);
      }
      case ExprKind::kCall: {
        const std::string_view name = unit.call_of(e).name.text();
        const bool asking = name.starts_with("is_") || name.ends_with("?") || name == "whereis" || name == "is_process_alive";
        return asking && mentions_field(unit, id);
      }
      default:
        return selects(unit, id, false);
    }
  }

  // The field alone, or as a part of what is compared; not as an argument of a call that does something with it.
  bool is_condition(const Unit& unit, ExprId subject) const {
    Symbol field;
    if (reads(unit, subject, field)) return true;
    const Expr& e = unit.expr(subject);
    if (e.kind != ExprKind::kTuple && e.kind != ExprKind::kOperator) return false;
    const auto children = unit.children_of(e);
    return std::any_of(children.begin(), children.end(), [&](ExprId child) { return is_condition(unit, child); });
  }

  bool asks(FunctionId function) const {
    const Unit& unit = program_.unit_of(function);
    for (const model::ClauseId id : program_.function(function).clauses) {
      if (asks(unit, unit.clause(id))) return true;
    }
    return false;
  }

  // A clause before it takes the message in the states where a field is empty.
  bool is_taken_care_of(const Handler& handler) const {
    const Process& process = facts_.process(handler.process);
    for (const HandlerId id : process.handlers) {
      const Handler& other = facts_.handler(id);
      if (other.kind != handler.kind || other.function != handler.function || other.clause == handler.clause) continue;
      if (!may_match(other.pattern, handler.pattern)) continue;
      const Unit& unit = program_.unit_of(other.function);
      const model::Clause& clause = unit.clause(other.clause);
      const auto patterns = unit.patterns_of(clause);
      if (!other.any_state || guards_state(unit, clause)) return true;
      if (!patterns.empty() && selects(unit, patterns.back(), true)) return true;
      // What it does not take for want of a key, a later clause for anything takes.
      if (!absent_.empty() && other.catch_all && handler.clause < other.clause) return true;
    }
    return false;
  }

  // handle_call(…, _from, %{channel: channel}) of a map that has no such key yet: no clause matches.
  std::optional<HardUse> absent_key(const Handler& handler, const Unit& unit, const model::Clause& clause) const {
    if (absent_.empty()) return {};
    const auto patterns = unit.patterns_of(clause);
    if (patterns.empty()) return {};
    std::optional<HardUse> found;
    any_below(unit, patterns.back(), [&](ExprId id) {
      const Expr& e = unit.expr(id);
      if (e.kind != ExprKind::kMap) return false;
      const auto children = unit.children_of(e);
      for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
        const auto key = analysis::atom_value(unit, children[i]);
        if (!key || !absent_.contains(key->index)) continue;
        found = HardUse{*key, {}, handler.function, id, "the clause takes no state without it"};
        return true;
      }
      return false;
    });
    return found;
  }

  FunctionId own_callee(const Handler& handler, CallId site) const {
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (!callee || facts_.calls.runs[site.index] != knowledge::Runs::kCaller) return {};
    if (program_.module_of(callee) != program_.module_of(handler.function)) return {};
    // The callbacks themselves are other messages.
    const auto& handlers = facts_.process(handler.process).handlers;
    const bool callback =
        std::any_of(handlers.begin(), handlers.end(), [&](HandlerId id) { return facts_.handler(id).function == callee; });
    return callback ? FunctionId() : callee;
  }

  std::vector<CallId> all_sites(FunctionId function) const {
    std::vector<CallId> sites;
    for (const CallId site : program_.calls_of(function)) sites.push_back(site);
    return sites;
  }

  std::optional<HardUse> in_sites(FunctionId function, const std::vector<CallId>& sites, CallId way) const {
    const Unit& unit = program_.unit_of(function);
    for (const CallId site : sites) {
      const model::Call& call = program_.call(site);
      if (call.capture || call.in_guard || facts_.calls.runs[site.index] != knowledge::Runs::kCaller) continue;
      const auto arguments = arguments_of(program_, site);
      for (std::size_t i = 0; i < arguments.size(); ++i) {
        Symbol field;
        if (!reads(unit, arguments[i], field) || !is_hard(site, i, 2) || is_guarded(site)) continue;
        return HardUse{field, way, function, arguments[i], callee_text(program_, facts_, site) + " is given it"};
      }
    }
    return {};
  }

  bool is_guarded(CallId site) const {
    return (analysis::classes_caught(program_, facts_, site) & (analysis::kExitClass | analysis::kErrorClass)) != 0;
  }

  // Does the call raise when this argument is nil or undefined?
  bool is_hard(CallId site, std::size_t index, int depth) const {
    if (const FunctionId callee = facts_.calls.callees[site.index].function) return takes_hard(callee, index, depth);
    const External* external = facts_.calls.external(site);
    if (!external) return false;
    const std::string_view module = external->module.text(), name = external->name.text();
    if (module == "erlang")
      return index == 0 && (name == "send" || name == "link" || name == "port_command" || name == "element");
    constexpr std::array<std::string_view, 6> kServers = {"Elixir.GenServer", "gen_server", "gen_statem",
                                                          "Elixir.Agent",     "gen_event",  "supervisor"};
    if (std::find(kServers.begin(), kServers.end(), module) != kServers.end())
      return index == 0 && (name == "call" || name == "get" || name == "update" || name == "get_and_update");
    constexpr std::array<std::string_view, 11> kFirst = {
        "gen_tcp",        "ssl",           "gen_udp", "inet",           "Elixir.Enum", "Elixir.Map",
        "Elixir.Keyword", "Elixir.MapSet", "ets",     "Elixir.Process", "dets"};
    if (std::find(kFirst.begin(), kFirst.end(), module) != kFirst.end()) {
      return index == 0 && name != "info" && name != "whereis" && name != "monitor" && name != "cancel_timer" && name != "new";
    }
    if (module == "maps" || module == "dict" || module == "gb_trees" || module == "orddict") {
      return index == 1 || (index == 2 && (name == "get" || name == "put" || name == "store"));
    }
    if (module == "queue") return (index == 0 && name == "out") || (index == 1 && name == "in");
    // A library that waits for another machine takes what it handed out first: a connection, a channel.
    return index == 0 && external->row != nullptr &&
           (external->row->effects.has(Effect::kSocket) || external->row->effects.has(Effect::kDatabase));
  }

  // Every clause hands the parameter on to what raises, and none asks for it.
  bool takes_hard(FunctionId function, std::size_t index, int depth) const {
    if (depth == 0) return false;
    const Unit& unit = program_.unit_of(function);
    bool hard = false;
    for (const model::ClauseId id : program_.function(function).clauses) {
      const model::Clause& clause = unit.clause(id);
      const auto patterns = unit.patterns_of(clause);
      if (index >= patterns.size() || clause.guard) return false;
      const ExprId pattern = patterns[index];
      if (is_empty(unit, pattern)) return false;
      const model::VariableId variable = analysis::whole_variable(unit, pattern);
      if (!variable) continue;
      if (is_literal(unit, pattern)) {
        hard = true;  // %Conn{} = conn
        continue;
      }
      if (questions(unit, clause, variable)) return false;
      hard = hard || hands_on(function, clause, variable, depth);
    }
    return hard;
  }

  bool questions(const Unit& unit, const model::Clause& clause, model::VariableId variable) const {
    return any_below(unit, clause.body, [&](ExprId id) {
      const Expr& e = unit.expr(id);
      if (e.kind == ExprKind::kOperator || (e.kind == ExprKind::kCase && e.child_count > 0)) {
        const auto children = unit.children_of(e);
        return std::any_of(children.begin(), children.end(), [&](ExprId child) { return is_variable(unit, child, variable); });
      }
      return e.kind == ExprKind::kTry;
    });
  }

  static bool is_variable(const Unit& unit, ExprId id, model::VariableId variable) {
    return unit.expr(id).kind == ExprKind::kVariable && unit.expr(id).payload == variable.index;
  }

  bool hands_on(FunctionId function, const model::Clause& clause, model::VariableId variable, int depth) const {
    const Unit& unit = program_.unit_of(function);
    for (const CallId site : program_.calls_of(function)) {
      const model::Call& call = program_.call(site);
      const std::uint32_t begin = unit.expr(call.expr).begin;
      if (call.capture || begin < clause.begin || begin >= clause.end) continue;
      const auto arguments = arguments_of(program_, site);
      for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (is_variable(unit, arguments[i], variable) && is_hard(site, i, depth - 1)) return true;
      }
    }
    return false;
  }

  const Program& program_;
  const Facts& facts_;
  std::set<std::uint32_t> names_, absent_;
};

// A write of a value by a function of another unit is told of in that unit.
const Unit& unit_of(const Program& program, const analysis::StateWrite& write) { return program.unit_of(write.function); }

// Does the definition of a record, in the file of the module, give the field no value of its own? The model does not hold the
// definitions, so their text is read: `-record(state, {socket, table = ets:new(…) :: ets:tid()})`. False where it is in a header.
bool is_undefined_by_default(std::string_view text, std::string_view record, std::string_view field) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '@'; };
  constexpr std::string_view kRecord = "-record(";
  for (std::size_t at = text.find(kRecord); at != text.npos; at = text.find(kRecord, at + 1)) {
    const std::size_t name = text.find_first_not_of(kBlank, at + kRecord.size());
    if (name == text.npos || text.substr(name, record.size()) != record || is_word(text[name + record.size()])) continue;
    const std::string_view definition = text.substr(name, text.find(").", name) - name);
    for (std::size_t found = definition.find(field, record.size()); found != definition.npos;
         found = definition.find(field, found + 1)) {
      const std::size_t end = definition.find_first_not_of(kBlank, found + field.size());
      if (end == definition.npos || is_word(definition[found - 1]) || is_word(definition[found + field.size()])) continue;
      if (definition[end] == ',' || definition[end] == '}' || definition.substr(end, 2) == "::" || definition[end] == '%')
        return true;
      if (definition[end] != '=') continue;
      const std::size_t value = definition.find_first_not_of(kBlank, end + 1);
      return value != definition.npos && definition.substr(value).starts_with("undefined");
    }
    return false;
  }
  return false;
}

}  // namespace

std::vector<EmptyField> fields_filled_by(const Program& program, const Facts& facts, HandlerId step) {
  std::vector<EmptyField> found;
  const analysis::StateClass& state = analysis::states_of(program, facts).of(facts.handler(step).process);
  for (const analysis::StateField& field : state.fields) {
    if (!field.name) continue;
    bool filled = false, begun = false, empty = true;
    for (const analysis::StateWrite& write : field.writes) {
      const bool nothing = is_empty(unit_of(program, write), write.value);
      const bool at_init = write.initial || std::any_of(write.handlers.begin(), write.handlers.end(), [&](HandlerId id) {
                             return facts.handler(id).kind == HandlerKind::kInit;
                           });
      if (at_init) {
        begun = true;
        empty = empty && nothing;
      } else if (!nothing && std::find(write.handlers.begin(), write.handlers.end(), step) != write.handlers.end()) {
        filled = true;
      }
    }
    if (!filled || !empty) continue;
    // Whatever stands in the state that init is given is not known to be absent.
    const bool plain = state.shape == analysis::StateShape::kMap && !state.record;
    if (!begun && plain && !state.complete) continue;
    if (!begun && state.shape == analysis::StateShape::kRecord &&
        !is_undefined_by_default(program.files->file(program.unit_of(facts.handler(step).function).file).text,
                                 state.record.text(), field.name.text()))
      continue;
    found.push_back({field.name, !begun && plain});
  }
  return found;
}

std::optional<HardUse> hard_use_of(const Program& program, const Facts& facts, HandlerId handler,
                                   const std::vector<EmptyField>& fields) {
  if (fields.empty()) return {};
  return HardUses(program, facts, fields).find(handler);
}

}  // namespace beamwright::rules
