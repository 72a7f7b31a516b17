#include "analysis/choices.h"

#include <algorithm>
#include <string_view>

#include "analysis/value_sources.h"
#include "analysis/values.h"

namespace beamwright::analysis {

using model::Call;
using model::Expr;
using model::ExprKind;
using model::LocalModuleId;
using model::Program;
using model::Unit;

namespace {

constexpr int kMaxVisits = 120;
constexpr int kMaxDepth = 24;
constexpr std::size_t kMaxClauses = 4;

Selector item() { return {}; }

Selector any_value() {
  Selector s;
  s.kind = Selector::kValue;
  return s;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

Symbol atom_at(const Unit& unit, ExprId id) {
  return id && unit.expr(id).kind == ExprKind::kAtom ? unit.expr(id).symbol() : Symbol();
}

}  // namespace

Choices::Choices(const Program& program, const Configuration& configuration) : program_(program), configuration_(configuration) {
  for (std::uint32_t u = 0; u < program.units.size(); ++u) {
    const Unit& unit = *program.units[u];
    for (const Call& call : unit.calls) {
      const bool table = call.module == sym::ets && (call.name.text() == "insert" || call.name.text() == "insert_new");
      if ((!table && (call.module != sym::persistent_term || call.name != sym::put)) || call.capture || !call.function) continue;
      const auto arguments = unit.children_of(call.expr);
      if (arguments.size() != 2) continue;
      const Symbol name = table ? atom_value(unit, arguments[0]).value_or(Symbol()) : storage_key(unit, arguments[0]);
      if (name) (table ? tables_ : terms_)[name].push_back({UnitId(u), unit.functions[call.function.index].module, arguments[1]});
    }
  }
}

// One question. A place is a unit and a module of it, whose attributes are meant.
class ChoiceWalk {
 public:
  ChoiceWalk(const Choices& choices, const Calls& calls) : program_(choices.program_), choices_(choices), calls_(calls) {}

  Choice run(UnitId unit, LocalModuleId module, ExprId expr) {
    follow({unit, module}, expr, {});
    return std::move(found_);
  }

 private:
  struct Place {
    UnitId unit;
    LocalModuleId module;
  };

  const Unit& unit_of(const Place& place) const { return program_.unit(place.unit); }

  void follow(const Place& place, ExprId id, const Path& path) {
    if (!id || ++visits_ > kMaxVisits || depth_ >= kMaxDepth) return void(found_.open = true);
    const int before = visits_;
    ++depth_;
    step(place, id, path);
    --depth_;
    if (visits_ == before && !is_literal(unit_of(place).expr(id).kind)) found_.open = true;
  }

  // Of these nothing is there but what is written; all else that leads nowhere is not known.
  static bool is_literal(ExprKind kind) {
    return kind == ExprKind::kAtom || kind == ExprKind::kCapture || kind == ExprKind::kTuple || kind == ExprKind::kList ||
           kind == ExprKind::kMap || kind == ExprKind::kInteger || kind == ExprKind::kString;
  }

  // Behind one more step into the value.
  void follow(const Place& place, ExprId id, const Selector& first, const Path& path) {
    if (!path.full()) follow(place, id, path.with_front(first));
  }

  void step(const Place& place, ExprId id, const Path& path) {
    const Unit& unit = unit_of(place);
    const Expr& e = unit.expr(id);
    switch (e.kind) {
      case ExprKind::kAtom:
        if (path.empty()) add_module(e.symbol());
        return;
      case ExprKind::kCapture:
        if (path.empty()) found_.captures.push_back(CallId(unit.first_call + e.payload));
        return;
      case ExprKind::kVariable:
        return variable(place, id, path);
      case ExprKind::kBlock:
      case ExprKind::kMatch:
      case ExprKind::kCase:
      case ExprKind::kTry:
      case ExprKind::kWith:
        return for_each_result(unit, id, [&](ExprId result) {
          if (result != id) follow(place, result, path);
        });
      case ExprKind::kTuple:
        if (!path.empty() && path.front().kind == Selector::kElement && path.front().index < e.child_count &&
            (path.front().size == 0 || path.front().size == e.child_count))
          follow(place, unit.child(id, path.front().index), path.without());
        return;
      case ExprKind::kList:
        return list(place, id, path);
      case ExprKind::kMap:
        return map(place, id, path);
      case ExprKind::kField:
        return follow(place, unit.child(id, 0), key(e.symbol()), path);
      case ExprKind::kOperator:
        if (e.symbol() == sym::concat || is_one_of(e.symbol().text(), {"||", "or"}))
          for (const ExprId child : unit.children_of(e)) follow(place, child, path);
        return;
      case ExprKind::kUnknown:
        if (e.payload != 0) attribute(place, e.symbol(), path);
        return;
      case ExprKind::kCall:
        return call(place, id, path);
      default:
        return;
    }
  }

  void add_module(Symbol name) {
    if (name == sym::nil || name == sym::undefined || name == sym::true_ || name == sym::false_) return;
    if (std::find(found_.modules.begin(), found_.modules.end(), name) == found_.modules.end()) found_.modules.push_back(name);
  }

  // An attribute whose value is not written out at its use. One that is set several times may accumulate.
  void attribute(const Place& place, Symbol name, const Path& path) {
    const Unit& unit = unit_of(place);
    if (place.module.index >= unit.modules.size()) return;
    const auto attributes = unit.attributes_of(unit.modules[place.module.index]);
    const auto is = [&](const model::Attribute& a) { return a.name == name && a.value; };
    const bool several = std::count_if(attributes.begin(), attributes.end(), is) > 1;
    for (const model::Attribute& a : attributes) {
      if (!is(a)) continue;
      follow(place, a.value, path);
      if (several && !path.empty() && path.front().kind == Selector::kItem) follow(place, a.value, path.without());
    }
  }

  void list(const Place& place, ExprId id, const Path& path) {
    if (path.empty()) return;
    const Unit& unit = unit_of(place);
    const Expr& e = unit.expr(id);
    const auto children = unit.children_of(e);
    const Selector& first = path.front();
    for (std::size_t i = 0; i < children.size(); ++i) {
      const Expr& child = unit.expr(children[i]);
      const bool pair = child.kind == ExprKind::kTuple && child.child_count == 2;
      if (e.has(model::kHasTail) && i + 1 == children.size()) {
        follow(place, children[i], path);
      } else if (first.kind == Selector::kItem) {
        follow(place, children[i], path.without());
      } else if (pair && (first.kind == Selector::kValue ||
                          (first.kind == Selector::kKey && atom_at(unit, unit.child(children[i], 0)) == first.name))) {
        follow(place, unit.child(children[i], 1), path.without());
      }
    }
  }

  void map(const Place& place, ExprId id, const Path& path) {
    if (path.empty()) return;
    const Unit& unit = unit_of(place);
    const Expr& e = unit.expr(id);
    const auto children = unit.children_of(e);
    const Selector& first = path.front();
    // A map that is enumerated gives pairs of its keys and values.
    const bool enumerated = first.kind == Selector::kItem && path.size() > 1 && path.at(1).kind == Selector::kElement;
    for (std::size_t i = e.has(model::kUpdate) ? 1 : 0; i + 1 < children.size(); i += 2) {
      if (enumerated && path.at(1).index < 2) follow(place, children[i + path.at(1).index], path.without(2));
      const bool named = first.kind == Selector::kKey && atom_at(unit, children[i]) == first.name;
      if (named) return follow(place, children[i + 1], path.without());
      if (first.kind == Selector::kValue) follow(place, children[i + 1], path.without());
    }
    if (e.has(model::kUpdate)) follow(place, children[0], path);
  }

  // ---- Variables ------------------------------------------------------------------------------------------------------------

  void variable(const Place& place, ExprId id, Path path) {
    const Unit& unit = unit_of(place);
    const std::uint32_t index = unit.expr(id).payload;
    if (index >= unit.variables.size() || !unit.variables[index].binding) return;
    ExprId at = unit.variables[index].binding;
    for (ExprId around = unit.parent(at); around && unit.expr(around).has(model::kInPattern); around = unit.parent(at)) {
      if (path.full() || !climb(unit, around, at, path)) return;
      at = around;
    }
    matched_with(place, at, path);
  }

  // Adds the step from a pattern to the part of it; false where that is not followed.
  static bool climb(const Unit& unit, ExprId around, ExprId part, Path& path) {
    const Expr& e = unit.expr(around);
    const auto children = unit.children_of(e);
    const auto position = static_cast<std::size_t>(std::find(children.begin(), children.end(), part) - children.begin());
    switch (e.kind) {
      case ExprKind::kMatch:
        return true;
      case ExprKind::kTuple:
        path = path.with_front(element(static_cast<std::uint32_t>(position), e.child_count));
        return true;
      case ExprKind::kMap: {
        if (position % 2 == 0) return false;
        const Symbol name = atom_at(unit, children[position - 1]);
        path = path.with_front(name ? key(name) : any_value());
        return true;
      }
      case ExprKind::kList:
        if (!e.has(model::kHasTail) || position + 1 != children.size()) path = path.with_front(item());
        return true;
      default:
        return false;
    }
  }

  void matched_with(const Place& place, ExprId pattern, const Path& path) {
    const Unit& unit = unit_of(place);
    const ExprId around = unit.parent(pattern);
    if (!around) return kept_in_field(place, path);
    const Expr& e = unit.expr(around);
    const auto children = unit.children_of(e);
    if (e.kind == ExprKind::kMatch && children[0] == pattern) return follow(place, children[1], path);
    if (e.kind == ExprKind::kCase && !children.empty() && children[0] != pattern) return follow(place, children[0], path);
    if (e.kind == ExprKind::kClosure) return closure_parameter(place, around, pattern, path);
    if (e.kind != ExprKind::kGenerator || children[0] != pattern) return;
    const ExprId outer = unit.parent(around);
    if (outer && unit.expr(outer).kind == ExprKind::kComprehension) return follow(place, children[1], item(), path);
    follow(place, children[1], path);
  }

  // A parameter: callers are not asked. But of a state, a record or a struct the module itself knows what it puts into a field:
  // (State#state.on_close)(Reason).
  void kept_in_field(const Place& place, const Path& path) {
    if (path.empty() || path.front().kind != Selector::kKey) return;
    const Symbol field = path.front().name;
    if (std::find(fields_.begin(), fields_.end(), field) != fields_.end()) return;
    const Unit& unit = unit_of(place);
    found_.open = true;  // others may have filled it
    fields_.push_back(field);
    for (const ExprId id : unit.of_kind(ExprKind::kMap)) {
      const Expr& e = unit.expr(id);
      if (e.has(model::kInPattern)) continue;
      const auto children = unit.children_of(e);
      for (std::size_t i = e.has(model::kUpdate) ? 1 : 0; i + 1 < children.size(); i += 2) {
        if (atom_at(unit, children[i]) == field) follow(place, children[i + 1], path.without());
      }
    }
    fields_.pop_back();
  }

  // The first parameter of a closure given to Enum.each, lists:foldl and their like is an item of their list.
  void closure_parameter(const Place& place, ExprId closure, ExprId pattern, const Path& path) {
    const Unit& unit = unit_of(place);
    const ExprId call = unit.parent(closure);
    if (!call || unit.expr(call).kind != ExprKind::kCall) return;
    bool first = false;
    for (const model::ClauseId clause : unit.clauses_of(unit.expr(closure))) {
      const auto patterns = unit.patterns_of(unit.clause(clause));
      first = first || (!patterns.empty() && patterns[0] == pattern);
    }
    const auto arguments = unit.children_of(call);
    const Symbol module = unit.call_of(unit.expr(call)).module;
    const bool elixir = module == sym::Elixir_Enum || module.text() == "Elixir.Stream";
    if (!first || arguments.size() < 2 || (!elixir && module != sym::lists)) return;
    follow(place, elixir ? arguments.front() : arguments.back(), item(), path);
  }

  // ---- Calls ----------------------------------------------------------------------------------------------------------------

  void call(const Place& place, ExprId id, const Path& path) {
    const Unit& unit = unit_of(place);
    const CallId site(unit.first_call + unit.expr(id).payload);
    if (const auto read = choices_.configuration_.read_by(unit, id)) return setting(place, *read, path);
    const External* external = calls_.external(site);
    if (external != nullptr) return library(place, id, *external, path);
    const FunctionId callee = calls_.callees[site.index].function;
    if (!callee || program_.function(callee).clauses.size() > kMaxClauses) return;
    const Unit& there = program_.unit_of(callee);
    const Place inside{program_.functions[callee.index].unit, program_.function(callee).module};
    for (const model::ClauseId clause : program_.function(callee).clauses) follow(inside, there.clause(clause).body, path);
  }

  void setting(const Place& place, const SettingRead& read, Path path) {
    if (read.wrapped) {
      if (path.empty() || path.front().kind != Selector::kElement || path.front().index != 1) return;
      path = path.without();
    }
    if (read.inner && path.full()) return;
    const Path whole = read.inner ? path.with_front(key(read.inner)) : path;
    const std::size_t modules = found_.modules.size(), captures = found_.captures.size();
    for (const Configured& c : choices_.configuration_.of(read.application, read.key)) {
      if (c.project != unit_of(place).project) continue;
      if (c.kind == Configured::kWritten) {
        follow({c.value.unit, LocalModuleId(0u)}, c.value.expr, whole);
      } else if (c.kind == Configured::kAtom && selects(c, whole)) {
        add_module(c.text);
      }
    }
    if (found_.modules.size() == modules && found_.captures.size() == captures) follow(place, read.fallback, path);
  }

  static bool selects(const Configured& c, const Path& path) {
    if (c.item) return path.size() == 1 && path.front().kind == Selector::kItem;
    if (!c.inner) return path.empty();
    return path.size() == 1 &&
           (path.front().kind == Selector::kValue || (path.front().kind == Selector::kKey && path.front().name == c.inner));
  }

  // Readers of collections of both standard libraries, of tables and persistent terms.
  void library(const Place& place, ExprId id, const External& external, const Path& path) {
    const Unit& unit = unit_of(place);
    const auto arguments = unit.children_of(id);
    const std::string_view module = external.module.text(), name = external.name.text();
    if (arguments.empty()) return;
    if (module == "ets" || module == "persistent_term") return stored(unit, module == "ets", name, arguments, path);
    const bool erlang_keys = module == "maps" || module == "proplists" || name == "map_get";
    if (erlang_keys || is_one_of(module, {"Elixir.Map", "Elixir.Keyword", "Elixir.Access"})) {
      if (is_one_of(name, {"values", "to_list"})) {
        if (!path.empty() && path.front().kind == Selector::kItem)
          follow(place, arguments[0], name == "values" ? path.without().with_front(any_value()) : path);
        return;
      }
      return keyed(place, arguments, erlang_keys, name, path);
    }
    if (module == "Elixir.Enum" || module == "Elixir.List" || module == "lists" || module == "Elixir.Stream")
      return of_list(place, arguments, module == "lists", name, path);
    if (name == "hd") return follow(place, arguments[0], item(), path);
    if ((name != "elem" && name != "element") || arguments.size() != 2) return;
    const auto index = integer_value(unit, arguments[name == "elem" ? 1 : 0]);
    const std::int64_t from = name == "elem" ? 0 : 1;
    if (index && *index >= from && *index < 200)
      follow(place, arguments[name == "elem" ? 0 : 1], element(static_cast<std::uint32_t>(*index - from)), path);
  }

  void keyed(const Place& place, std::span<const ExprId> arguments, bool erlang, std::string_view name, Path path) {
    if (arguments.size() < 2) return;
    const bool fetches = name == "fetch" || name == "find";
    if (!fetches && !is_one_of(name, {"get", "fetch!", "get_value", "pop!", "map_get"})) return;
    if (fetches) {
      if (path.empty() || path.front().kind != Selector::kElement || path.front().index != 1) return;
      path = path.without();
    }
    const Symbol written = atom_value(unit_of(place), arguments[erlang ? 0 : 1]).value_or(Symbol());
    follow(place, arguments[erlang ? 1 : 0], written ? key(written) : any_value(), path);
    if (arguments.size() == 3) follow(place, arguments[2], path);
  }

  void of_list(const Place& place, std::span<const ExprId> arguments, bool erlang, std::string_view name, const Path& path) {
    const ExprId collection = erlang ? arguments.back() : arguments.front();
    if (is_one_of(name, {"at", "random", "first", "last", "find", "fetch!", "nth", "max_by", "min_by"}))
      return follow(place, collection, item(), path);
    if (name == "keyfind" && arguments.size() >= 3) return follow(place, arguments[erlang ? 2 : 0], item(), path);
    if (is_one_of(name, {"filter", "reject", "reverse", "sort", "sort_by", "usort", "uniq", "take", "drop", "shuffle", "to_list",
                         "dedup", "take_random"}))
      return follow(place, name == "reverse" ? arguments.front() : collection, path);
    if (is_one_of(name, {"concat", "append"}))
      for (const ExprId argument : arguments) follow(place, argument, path);
  }

  void stored(const Unit& unit, bool table, std::string_view name, std::span<const ExprId> arguments, const Path& path) {
    const bool lookup = name == "lookup" || name == "lookup_element";
    if (table ? !lookup : name != "get") return;
    const Symbol place_name = table ? atom_value(unit, arguments[0]).value_or(Symbol()) : storage_key(unit, arguments[0]);
    const auto& all = table ? choices_.tables_ : choices_.terms_;
    const auto found = all.find(place_name);
    if (!place_name || found == all.end()) return;
    Path rest = path;
    if (table && name == "lookup") {
      if (path.empty() || path.front().kind != Selector::kItem) return;
      rest = path.without();
    } else if (table) {
      const auto position = arguments.size() >= 3 ? integer_value(unit, arguments[2]) : std::nullopt;
      if (!position || *position < 1 || *position > 200 || path.full()) return;
      rest = path.with_front(element(static_cast<std::uint32_t>(*position - 1)));
    }
    for (const Choices::Stored& s : found->second) {
      const Unit& there = program_.unit(s.unit);
      if (there.project != unit.project) continue;
      follow({s.unit, s.module}, s.expr, rest);
      // A list of rows at once.
      if (table && there.expr(local_value(there, s.expr)).kind == ExprKind::kList)
        follow({s.unit, s.module}, s.expr, item(), rest);
    }
  }

  const Program& program_;
  const Choices& choices_;
  const Calls& calls_;
  Choice found_;
  std::vector<Symbol> fields_;  // that the walk is inside of
  int visits_ = 0;
  int depth_ = 0;
};

Choice Choices::of(const Calls& calls, UnitId unit, model::LocalFunctionId function, ExprId expr) const {
  return ChoiceWalk(*this, calls).run(unit, program_.unit(unit).functions[function.index].module, expr);
}

}  // namespace beamwright::analysis
