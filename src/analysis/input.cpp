#include "analysis/input.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "analysis/input_identity.h"
#include "analysis/input_places.h"
#include "analysis/input_words.h"
#include "analysis/shared.h"
#include "analysis/state_fields.h"
#include "analysis/value_sources.h"
#include "analysis/values.h"
#include "analysis/walk.h"
#include "knowledge/knowledge.h"

namespace beamwright::analysis {

using model::Call;
using model::Clause;
using model::ClauseId;
using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;
using model::VariableId;

namespace {

constexpr int kMaxDepth = 24;   // expressions inside each other
constexpr int kMaxCalls = 4;    // calls upwards
constexpr int kMaxReturns = 3;  // calls downwards, into what functions return
constexpr std::size_t kMaxCallers = 40;
constexpr int kMaxVisits = 2000;  // expressions looked at for one question: callers of callers branch without end

// What the patterns say that a value was taken out of on its way to a variable.
struct TakenFrom {
  bool text_key = false;  // a value under a key that is a text
  bool settings = false;  // … of a map that everybody would call settings
  bool part = false;      // a tuple, list or map: it is not the whole
  bool cut = false;       // a binary that is cut into pieces
  bool scheme = false;    // the scheme of a parsed URL
};

class Search {
 public:
  Search(const Program& program, const Facts& facts, bool bytes)
      : program_(program), facts_(facts), states_(states_of(program, facts)), bytes_(bytes) {}

  TextOrigin of(FunctionId f, ExprId id, int depth, int calls) {
    if (!id || depth > kMaxDepth || ++visits_ > kMaxVisits) return {};
    const Unit& unit = program_.unit_of(f);
    const Expr& e = unit.expr(id);
    switch (e.kind) {
      case ExprKind::kAtom:
      case ExprKind::kInteger:
      case ExprKind::kFloat:
      case ExprKind::kString:
      case ExprKind::kCharlist:
        return {TextOriginKind::kFixed, "", {}};
      case ExprKind::kVariable:
        return of_variable(f, VariableId(e.payload), depth, calls);
      case ExprKind::kField:
        return of_field(f, id, depth, calls);
      case ExprKind::kCall:
        return of_call(f, id, depth, calls);
      case ExprKind::kTuple:
      case ExprKind::kMap: {
        if (const ExprId value = wanted_ ? value_under(unit, id, wanted_) : ExprId()) return of_wanted(f, value, depth, calls);
        // A structure that holds a time or a reference beside other things is not always a new text.
        TextOrigin worst = worst_of(f, unit.children_of(e), depth, calls);
        return worst.kind == TextOriginKind::kGrowing ? TextOrigin() : worst;
      }
      case ExprKind::kOperator:
        // A rest is as small as what it is divided by.
        if (e.symbol().text() == "rem" || e.symbol().text() == "band") return {TextOriginKind::kBounded, "", {}};
        return worst_of(f, unit.children_of(e), depth, calls);
      case ExprKind::kList:
        if (const ExprId value = wanted_ ? value_under(unit, id, wanted_) : ExprId()) return of_wanted(f, value, depth, calls);
        return worst_of(f, unit.children_of(e), depth, calls);
      case ExprKind::kBinary:
        return worst_of(f, unit.children_of(e), depth, calls);
      case ExprKind::kComprehension:
      case ExprKind::kPin:
        return e.child_count == 0 ? TextOrigin() : of(f, unit.children_of(e).back(), depth + 1, calls);
      case ExprKind::kBlock:
      case ExprKind::kCase:
      case ExprKind::kWith:
      case ExprKind::kTry:
      case ExprKind::kMatch:
      case ExprKind::kReceive: {
        TextOrigin worst{TextOriginKind::kFixed, "", {}};
        for_each_result(unit, id, [&](ExprId result) {
          if (result != id) keep_worse(worst, of(f, result, depth + 1, calls));
        });
        return worst;
      }
      default:
        return {};
    }
  }

 private:
  TextOrigin of_wanted(FunctionId f, ExprId value, int depth, int calls) {
    const Symbol wanted = std::exchange(wanted_, Symbol());
    TextOrigin origin = of(f, value, depth + 1, calls);
    wanted_ = wanted;
    exact_ = true;
    return origin;
  }

  // What stands under a key of a structure: the very value, where the way leads to the place at which it is put there.
  TextOrigin of_key(FunctionId f, ExprId base, Symbol key, int depth, int calls, bool& exact) {
    const Symbol wanted = std::exchange(wanted_, key);
    const bool before = std::exchange(exact_, false);
    TextOrigin origin = of(f, base, depth + 1, calls);
    exact = std::exchange(exact_, before) && origin.kind == TextOriginKind::kGrowing;
    wanted_ = wanted;
    return origin;
  }

  static void keep_worse(TextOrigin& worst, TextOrigin other) {
    if (other.kind > worst.kind) worst = std::move(other);
  }

  TextOrigin worst_of(FunctionId f, std::span<const ExprId> parts, int depth, int calls) {
    TextOrigin worst{TextOriginKind::kFixed, "", {}};
    for (const ExprId part : parts) keep_worse(worst, of(f, part, depth + 1, calls));
    return worst;
  }

  TextOrigin outside(FunctionId f, ExprId at, std::string what) const {
    return {TextOriginKind::kOutside, what, {{program_.unit_of(f).span(at), what + " comes from outside"}}};
  }

  // What a socket gives; `message` is the pattern that takes it, if a message brings it.
  TextOrigin of_peer(FunctionId f, ExprId at, std::string what, ExprId message = {}) const {
    TextOrigin origin = outside(f, at, std::move(what));
    origin.over_connection = !message || comes_over_connection(program_.unit_of(f), message);
    return origin;
  }

  TextOrigin growing(FunctionId f, ExprId at, ExprId what) const {
    const Unit& unit = program_.unit_of(f);
    return {TextOriginKind::kGrowing, source_text(program_, unit, what), {{unit.span(at), "always a new value"}}};
  }

  TextOrigin of_text_key(FunctionId f, ExprId at) const {
    const Unit& unit = program_.unit_of(f);
    return {TextOriginKind::kText,
            source_text(program_, unit, at),
            {{unit.span(at), "a value under a text key, as parsed input has"}}};
  }

  // Whoever writes the URL chooses its scheme.
  TextOrigin of_scheme(FunctionId f, ExprId at) const {
    const Unit& unit = program_.unit_of(f);
    return {TextOriginKind::kText, source_text(program_, unit, at), {{unit.span(at), "cut out of a URL"}}};
  }

  TextOrigin of_field(FunctionId f, ExprId id, int depth, int calls) {
    const Unit& unit = program_.unit_of(f);
    const Expr& e = unit.expr(id);
    const bool request = (facts_.contexts.of(f).flags & kInRequest) != 0;
    if (e.symbol().text() == "errors") return {TextOriginKind::kBounded, "", {}};
    if (e.symbol().text() == "private") return {};
    if (!e.has(model::kRecord) && is_input_field(e.symbol().text()) && (request || is_connection(unit, unit.child(id, 0)))) {
      return outside(f, id, source_text(program_, unit, id));
    }
    if (auto kept = of_state_field(f, e.symbol(), depth, calls)) return std::move(*kept);
    bool exact = false;
    const TextOrigin base = of_key(f, unit.child(id, 0), e.symbol(), depth, calls, exact);
    if (exact) return base;
    // A part of something public is no more than unknown; a part of outside text stays that.
    return base.kind == TextOriginKind::kPublic || base.kind <= TextOriginKind::kSettings ? TextOrigin() : part_of(base);
  }

  // A part of what is always new need not be new: the key of a row beside its time. But all parts of now() are times.
  TextOrigin part_of(TextOrigin whole) const {
    return whole.kind == TextOriginKind::kGrowing && whole.path.size() > 1 && !exact_ ? TextOrigin() : whole;
  }

  TextOrigin of_call(FunctionId f, ExprId id, int depth, int calls) {
    const Unit& unit = program_.unit_of(f);
    const Expr& e = unit.expr(id);
    const Call& call = unit.call_of(e);
    const std::span<const ExprId> arguments = unit.children_of(e);
    const CallId site(unit.first_call + e.payload);
    const External* external = facts_.calls.external(site);
    const std::string_view name = call.name.text();
    if (!external || !external->row) {
      if (asks_request(unit, call, arguments)) return outside(f, id, source_text(program_, unit, id));
    }
    // Req:parse_qs(): mochiweb's requests are modules with parameters.
    if (call.target == model::TargetKind::kDynamicModule && is_request_method(name))
      return outside(f, id, source_text(program_, unit, id));
    // Transport:recv(Socket, 0, Timeout), mod.recv(sock, 0): gen_tcp or ssl, whichever the connection has.
    if (call.target == model::TargetKind::kDynamicModule && name == "recv" && (arguments.size() == 2 || arguments.size() == 3))
      return of_peer(f, id, "the data that " + source_text(program_, unit, id) + " gives");
    if (const ExprId printed = returns_ < 2 ? printed_identity(program_, facts_, f, id) : ExprId())
      return growing(f, id, printed);
    if (!external || !external->row) {
      if (arguments.size() <= 1 && returns_ < 2 && makes_unique_text(name)) return growing(f, id, id);
    }
    if (!external) {
      TextOrigin given = of_project_call(f, site, depth, calls);
      const bool open = given.kind == TextOriginKind::kUnknown || given.kind == TextOriginKind::kPublic;
      if (open && decodes_by_unknown(program_, unit, call)) {
        TextOrigin decoded = of_given(f, arguments, depth, calls);
        if (decoded.kind == TextOriginKind::kOutside) return decoded;
      }
      return open && is_getter_of_part(name) && names_part(unit, arguments) ? of_text_key(f, id) : given;
    }
    const std::string_view module = external->module.text();
    if (is_bounded_call(module, name)) return {TextOriginKind::kBounded, "", {}};
    if (is_settings_call(module, name)) return {TextOriginKind::kSettings, "", {}};
    // Deep down in what functions return, `case Term of Pid when is_pid(Pid) -> pid_to_list(Pid)` says nothing about this value.
    if (is_growing_call(module, name) && returns_ < 2) {
      return growing(f, id, id);
    }
    if (external->row && !external->row->input.empty()) {
      // Whoever sits at the console or may write the files of the installation has no need of this.
      if (external->row->input == "file" && !arguments.empty() && is_upload(f, arguments[0], depth, calls))
        return outside(f, id, "the file that was uploaded to " + source_text(program_, unit, arguments[0]));
      if (external->row->input == "file" || external->row->input == "console" || external->row->input == "environment") {
        return {TextOriginKind::kSettings, "", {}};
      }
      if (external->row->input == "row") return {};  // the application's own data
      std::string what = "the " + std::string(external->row->input) + " that " + callee_text(program_, facts_, site) + " gives";
      return external->row->input == "frame" ? of_peer(f, id, std::move(what)) : outside(f, id, std::move(what));
    }
    if (module == "ets" || module == "mnesia" || module == "gen_server" || module == "Elixir.GenServer" || arguments.empty())
      return {};
    return of_lookup_or_text(f, id, *external, arguments, depth, calls);
  }

  // File.read!(upload.path), where the upload is a parameter of the request.
  bool is_upload(FunctionId f, ExprId path, int depth, int calls) {
    const Unit& unit = program_.unit_of(f);
    const Expr& e = unit.expr(local_value(unit, path));
    if (e.kind != ExprKind::kField || e.symbol().text() != "path") return false;
    return of(f, unit.children_of(e)[0], depth + 1, calls).kind >= TextOriginKind::kText;
  }

  // Map.get(params, "sort"), proplists:get_value(<<"sort">>, Params): looking under a text key. Everything else that is known by
  // name alone gives what it is given, in another form.
  TextOrigin of_lookup_or_text(FunctionId f, ExprId id, const External& external, std::span<const ExprId> arguments, int depth,
                               int calls) {
    const Unit& unit = program_.unit_of(f);
    const std::string_view module = external.module.text(), name = external.name.text();
    if (is_cutting_call(module, name)) {
      TextOrigin found = worst_of(f, arguments, depth, calls);
      const bool url = std::any_of(arguments.begin(), arguments.end(), [&](ExprId argument) {
        const Expr& separator = unit.expr(argument);
        return (separator.kind == ExprKind::kString || separator.kind == ExprKind::kCharlist) &&
               separator.symbol().text() == "://";
      });
      if (url && found.kind >= TextOriginKind::kUnknown && found.kind < TextOriginKind::kText) return of_scheme(f, id);
      if (found.kind == TextOriginKind::kPublic || found.kind == TextOriginKind::kUnknown) found.kind = TextOriginKind::kParsed;
      return found;
    }
    const bool map =
        module == "Elixir.Map" || module == "Elixir.Access" || module == "Elixir.Keyword" || module == "Elixir.Kernel";
    const bool list = module == "proplists" || module == "maps" || module == "lists";
    const bool looks_up = name.starts_with("get") || name.starts_with("fetch") || name == "keyfind" || name == "keysearch" ||
                          name == "find" || name == "pop";
    if (name == "nth" || name == "at" || name == "element" || name == "elem") {
      const bool index_first = name == "nth" || name == "element";
      return arguments.size() < 2 ? TextOrigin() : of(f, arguments[index_first ? 1 : 0], depth + 1, calls);
    }
    if ((map || list) && looks_up && arguments.size() >= 2) {
      const std::size_t key = list ? 0 : 1;
      const std::size_t base = list ? arguments.size() > 2 && module == "lists" ? 2 : 1 : 0;
      const Expr& written = unit.expr(local_value(unit, arguments[key]));
      const ExprKind kind = written.kind;
      bool exact = false;
      TextOrigin found = of_key(f, arguments[base], kind == ExprKind::kAtom ? written.symbol() : Symbol(), depth, calls, exact);
      if (exact) return found;
      // Keyword.get(options, :id, UUID.uuid4())
      if (arguments.size() == 3 && module != "lists") {
        TextOrigin otherwise = of(f, given_otherwise(unit, arguments[2]), depth + 1, calls);
        if (otherwise.kind == TextOriginKind::kGrowing) return otherwise;
      }
      if (kind == ExprKind::kAtom && is_connection(unit, arguments[base]) &&
          is_few_of_request(unit.expr(local_value(unit, arguments[key])).symbol().text()))
        return {TextOriginKind::kBounded, "", {}};
      if (found.kind < TextOriginKind::kText && is_called_settings(unit, arguments[base]))
        return {TextOriginKind::kSettings, "", {}};
      if (kind == ExprKind::kString && found.kind < TextOriginKind::kText && found.kind >= TextOriginKind::kUnknown) {
        return of_text_key(f, id);
      }
      if (found.kind == TextOriginKind::kPublic) return {};
      return part_of(std::move(found));
    }
    const bool puts = name.starts_with("put") && arguments.size() == 3 && wanted_;
    if (puts && (map || module == "maps")) {
      const std::size_t key = module == "maps" ? 0 : 1;
      if (atom_value(unit, arguments[key]) == wanted_) return of_wanted(f, given_otherwise(unit, arguments[2]), depth, calls);
    }
    // What some store keeps under a key is not made of the key.
    if (!external.row && !is_collection_module(module) && is_reading_call(name)) return {};
    TextOrigin worst = worst_of(f, arguments, depth, calls);
    const bool structure = map || module == "maps" || module == "Elixir.Phoenix.Component" || name == "assign";
    return structure && worst.kind == TextOriginKind::kGrowing ? TextOrigin() : worst;
  }

  // What a function of the sources returns, when it can be read without its arguments.
  TextOrigin of_project_call(FunctionId f, CallId site, int depth, int calls) {
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (!callee || calls >= kMaxCalls || returns_ >= kMaxReturns) return {};
    if (!entered_.insert({callee.index, UINT32_MAX}).second) return of_recursion(f, site, depth, calls);
    const Unit& unit = program_.unit_of(callee);
    const bool rows = facts_.effects.all[callee.index].has(knowledge::Effect::kDatabase);
    TextOrigin worst{TextOriginKind::kFixed, "", {}};
    for (const ClauseId clause : program_.function(callee).clauses) {
      for_each_result(unit, unit.clause(clause).body, [&](ExprId result) {
        ++returns_;
        TextOrigin origin = of(callee, result, depth + 1, calls + 1);
        --returns_;
        if (!origin.path.empty()) {
          origin.path.push_back({program_.span_of(site), model::display_function(program_, f) + " gets it from " +
                                                             model::display_function(program_, callee)});
        }
        // Bytes that a function gives are those that it was given only where it is one that changes their form.
        // What depends on the parameters is looked for in the arguments of this very call; rows that a database gives for them
        // are its own.
        const bool other = rows || (bytes_ && !is_text_call(program_.function(callee).name.text()));
        if (other && origin.kind >= TextOriginKind::kUnknown && origin.kind <= TextOriginKind::kParsed) {
          keep_worse(worst, {TextOriginKind::kUnknown, "", {}});
        } else if (origin.kind >= TextOriginKind::kUnknown && origin.kind <= TextOriginKind::kParsed) {
          keep_worse(worst, of_given(f, arguments_of(program_, site), depth, calls));
          if (worst.kind < TextOriginKind::kUnknown) worst = {TextOriginKind::kUnknown, "", {}};
        } else {
          keep_worse(worst, std::move(origin));
        }
      });
    }
    entered_.erase({callee.index, UINT32_MAX});
    return worst;
  }

  // recv(Buffer) -> receive {tcp, _, Data} -> recv(<<Buffer/binary, Data/binary>>) … end: what the function calls itself with
  // adds what it has read; anything else of a recursion is nothing new.
  TextOrigin of_recursion(FunctionId f, CallId site, int depth, int calls) {
    TextOrigin given = of_given(f, arguments_of(program_, site), depth, calls);
    return given.kind == TextOriginKind::kOutside ? given : TextOrigin{TextOriginKind::kFixed, "", {}};
  }

  // The worst of the arguments, and whether one of them is a list or text that is written out somewhere.
  TextOrigin of_given(FunctionId f, std::span<const ExprId> arguments, int depth, int calls) {
    TextOrigin worst{TextOriginKind::kFixed, "", {}};
    bool written = false;
    for (const ExprId argument : arguments) {
      TextOrigin origin = of(f, argument, depth + 1, calls);
      written |= program_.unit_of(f).expr(argument).kind == ExprKind::kVariable && origin.kind == TextOriginKind::kFixed;
      keep_worse(worst, std::move(origin));
    }
    worst.also_written |= written;
    return worst;
  }

  static bool is_written(const Unit& unit, ExprId argument, const TextOrigin& origin) {
    const ExprKind kind = unit.expr(local_value(unit, argument)).kind;
    return origin.kind == TextOriginKind::kFixed && kind != ExprKind::kVariable && kind != ExprKind::kCall;
  }

  TextOrigin of_variable(FunctionId f, VariableId variable, int depth, int calls) {
    const Unit& unit = program_.unit_of(f);
    if (!variable || variable.index >= unit.variables.size() || !unit.variables[variable.index].binding) return {};
    const Symbol key = key_of(unit, unit.variables[variable.index].binding);
    if (!key) return of_bound(f, variable, depth, calls);
    const Symbol wanted = std::exchange(wanted_, key);
    const bool before = std::exchange(exact_, false);
    TextOrigin origin = of_bound(f, variable, depth, calls);
    wanted_ = wanted;
    exact_ = before;
    return origin;
  }

  TextOrigin of_bound(FunctionId f, VariableId variable, int depth, int calls) {
    const Unit& unit = program_.unit_of(f);
    // From where it is bound outwards: through the pattern it stands in, to what the pattern is matched with.
    ExprId below = unit.variables[variable.index].binding;
    TakenFrom taken;
    for (ExprId around = unit.parent(below); around; below = around, around = unit.parent(around)) {
      const Expr& e = unit.expr(around);
      const std::span<const ExprId> children = unit.children_of(e);
      if (e.kind == ExprKind::kMap && e.has(model::kInPattern)) {
        taken.part = true;
        for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
          if (children[i + 1] != below) continue;
          const Expr& key = unit.expr(children[i]);
          taken.text_key |= key.kind == ExprKind::kString;
          taken.scheme |= key.kind == ExprKind::kAtom && key.symbol().text() == "scheme" && !e.has(model::kRecord);
          // The errors of a changeset or form are named after its fields; libraries keep what is theirs in conn.private.
          if (key.kind == ExprKind::kAtom && key.symbol().text() == "errors") return {TextOriginKind::kBounded, "", {}};
          if (key.kind == ExprKind::kAtom && key.symbol().text() == "private") return {};
          if (key.kind == ExprKind::kAtom && is_request_part(e.symbol(), key.symbol())) {
            return outside(f, children[i + 1], source_text(program_, unit, children[i + 1]) + " of the request");
          }
        }
      }
      if (e.kind == ExprKind::kTuple || e.kind == ExprKind::kList) taken.part = true;
      if (e.kind == ExprKind::kBinary && e.has(model::kInPattern)) taken.cut = true;
      if (e.kind == ExprKind::kList && e.has(model::kInPattern)) taken.cut |= is_list_of_characters(program_, f, around);
      if (e.kind == ExprKind::kMatch && !e.has(model::kInPattern) && children.size() == 2 && children[0] == below) {
        taken.settings = taken.text_key && is_called_settings(unit, children[1]);
        return refine(f, unit.variables[variable.index].binding, of(f, children[1], depth + 1, calls), taken);
      }
      if (e.kind == ExprKind::kGenerator && children.size() == 2 && children[0] == below) {
        return part_of(refine(f, unit.variables[variable.index].binding, of(f, children[1], depth + 1, calls), taken));
      }
      if (e.kind == ExprKind::kCase && children.size() == 1 && children[0] != below) {
        if (is_narrowed(unit, unit.clauses_of(e), below, variable)) return {TextOriginKind::kBounded, "", {}};
        return refine(f, unit.variables[variable.index].binding, of(f, children[0], depth + 1, calls), taken);
      }
      if (e.kind == ExprKind::kClosure) return of_closure_argument(f, around, below, variable, depth, calls);
      if (e.kind == ExprKind::kReceive && is_sent_by_peer(unit, below, unit.variables[variable.index].binding)) {
        const ExprId binding = unit.variables[variable.index].binding;
        return of_peer(f, binding, source_text(program_, unit, binding) + " of the received message", below);
      }
      if (const ExprId tried = tried_value(unit, around, below))
        return refine(f, unit.variables[variable.index].binding, of(f, tried, depth + 1, calls), taken);
      if (e.kind == ExprKind::kReceive || e.kind == ExprKind::kTry || e.kind == ExprKind::kWith) return {};
    }
    return of_parameter(f, below, variable, taken, depth, calls);
  }

  TextOrigin refine(FunctionId f, ExprId at, TextOrigin origin, const TakenFrom& taken) const {
    const bool open = origin.kind >= TextOriginKind::kUnknown && origin.kind < TextOriginKind::kText;
    if (taken.scheme && open) return of_scheme(f, at);
    if (taken.cut && (origin.kind == TextOriginKind::kUnknown || origin.kind == TextOriginKind::kPublic))
      origin.kind = TextOriginKind::kParsed;
    if (taken.settings && origin.kind < TextOriginKind::kText) return {TextOriginKind::kSettings, "", {}};
    if (taken.text_key && origin.kind >= TextOriginKind::kUnknown && origin.kind < TextOriginKind::kText) {
      return of_text_key(f, at);
    }
    if (taken.part && origin.kind == TextOriginKind::kPublic) return {};
    return taken.part ? part_of(std::move(origin)) : origin;
  }

  // Does the guard of the clause with this pattern restrict the variable to atoms or to values that are written?
  bool is_narrowed(const Unit& unit, model::ClauseRange clauses, ExprId pattern, VariableId variable) const {
    for (const ClauseId id : clauses) {
      const Clause& clause = unit.clause(id);
      const std::span<const ExprId> patterns = unit.patterns_of(clause);
      if (std::find(patterns.begin(), patterns.end(), pattern) == patterns.end()) continue;
      return clause.guard && restricts(unit, clause.guard, variable);
    }
    return false;
  }

  // An argument of a closure that is given to a function together with a collection.
  TextOrigin of_closure_argument(FunctionId f, ExprId closure, ExprId pattern, VariableId variable, int depth, int calls) {
    const Unit& unit = program_.unit_of(f);
    if (is_narrowed(unit, unit.clauses_of(unit.expr(closure)), pattern, variable)) return {TextOriginKind::kBounded, "", {}};
    const ExprId around = unit.parent(closure);
    if (!around || unit.expr(around).kind != ExprKind::kCall) return {};
    if (is_index(unit, around, pattern, variable)) return {TextOriginKind::kBounded, "", {}};
    TextOrigin worst{TextOriginKind::kFixed, "", {}};
    bool any = false;
    for (const ExprId argument : unit.children_of(around)) {
      if (argument == closure) continue;
      any = true;
      keep_worse(worst, of(f, argument, depth + 1, calls));
    }
    return any ? part_of(std::move(worst)) : TextOrigin();
  }

  TextOrigin of_parameter(FunctionId f, ExprId root, VariableId variable, const TakenFrom& taken, int depth, int calls) {
    const Unit& unit = program_.unit_of(f);
    for (const ClauseId id : program_.function(f).clauses) {
      const Clause& clause = unit.clause(id);
      const std::span<const ExprId> patterns = unit.patterns_of(clause);
      const auto found = std::find(patterns.begin(), patterns.end(), root);
      if (found == patterns.end()) continue;
      if (clause.guard && restricts(unit, clause.guard, variable)) return {TextOriginKind::kBounded, "", {}};
      const ExprId binding = unit.variables[variable.index].binding;
      const VariableId whole = whole_variable(unit, root);
      if (taken.text_key && whole && is_settings_name(unit.variables[whole.index].name.text()))
        return {TextOriginKind::kSettings, "", {}};
      // A clause of a helper, or of a callback that nobody knows: what a message of a connection looks like is known.
      if (states_.role(f) == nullptr && is_sent_by_peer(unit, root, binding))
        return of_peer(f, binding, source_text(program_, unit, binding) + " of the received message", root);
      if (auto kept = of_callback(f, id, static_cast<std::size_t>(found - patterns.begin()), root, binding, depth, calls))
        return refine(f, binding, std::move(*kept), taken);
      TextOrigin origin = of_argument(f, static_cast<std::size_t>(found - patterns.begin()), unit.variables[variable.index].name,
                                      root, depth, calls);
      return refine(f, binding, std::move(origin), taken);
    }
    return {};
  }

  // A parameter of a callback: what senders put into the message, what is kept in the state. Nothing where that is not known.
  std::optional<TextOrigin> of_callback(FunctionId f, ClauseId clause, std::size_t index, ExprId root, ExprId binding, int depth,
                                        int calls) {
    const CallbackArguments* role = states_.role(f);
    if (role == nullptr || returns_ > 0) return {};
    if (role->state == index + 1) {
      const Symbol field = key_of(program_.unit_of(f), binding);
      return field ? of_state_field(f, field, depth, calls) : std::nullopt;
    }
    if (role->kind == HandlerKind::kInit && index == 0 && role->message != 1) return of_start(f, *role, depth, calls);
    const bool message = role->message == index + 1;
    const bool told = role->kind == HandlerKind::kInfo || role->kind == HandlerKind::kEvent;
    if (message && told && is_sent_by_peer(program_.unit_of(f), root, binding))
      return of_peer(f, binding, source_text(program_, program_.unit_of(f), binding) + " of the received message", root);
    const bool request = facts_.process(role->process).kind == ProcessKind::kRequest;
    return message && !request ? of_message(*role, clause, root, binding, depth, calls) : std::nullopt;
  }

  // init(Argument): what stands behind the module where the process is started.
  std::optional<TextOrigin> of_start(FunctionId f, const CallbackArguments& role, int depth, int calls) {
    if (calls >= kMaxCalls || !entered_.insert({f.index, 0}).second) return {};
    TextOrigin worst{TextOriginKind::kFixed, "", {}};
    bool any = false;
    for (const CallId site : facts_.process(role.process).starts) {
      const External* external = facts_.calls.external(site);
      const std::span<const ExprId> arguments = arguments_of(program_, site);
      const FunctionId starter = program_.function_of(site);
      if (!external || !external->row || !starter) continue;
      const std::size_t module = external->row->module_argument;
      if (module == 0 || module >= arguments.size()) continue;
      any = true;
      TextOrigin origin = of(starter, arguments[module], depth + 1, calls + 1);
      origin.over_connection = false;
      keep_passed(worst, std::move(origin), site, f);
    }
    entered_.erase({f.index, 0});
    return any ? std::optional(std::move(worst)) : std::nullopt;
  }

  void keep_passed(TextOrigin& worst, TextOrigin origin, CallId site, FunctionId to) const {
    if (origin.kind <= worst.kind) return;
    origin.path.push_back({program_.span_of(site), model::display_function(program_, program_.function_of(site)) +
                                                       " passes it to " + model::display_function(program_, to)});
    worst = std::move(origin);
  }

  // start_link(Argument) of a module that stands in child specifications: what they hand to it, where that is always new or comes
  // from outside.
  std::optional<TextOrigin> of_child(FunctionId f, std::size_t index, int depth, int calls) {
    const model::Function& function = program_.function(f);
    if (calls >= kMaxCalls || !function.name.text().starts_with("start")) return {};
    const auto key = std::pair(f.index | 0x40000000u, static_cast<std::uint32_t>(index));
    if (!entered_.insert(key).second) return {};
    TextOrigin worst{TextOriginKind::kFixed, "", {}};
    for (const PlacedExpr& child : value_sources_of(program_, facts_).children[program_.module_of(f).index]) {
      const Unit& unit = program_.unit_of(child.function);
      const ExprId argument =
          argument_in_child(unit, local_value(unit, child.expr), function.name, static_cast<std::uint32_t>(index));
      if (!argument || !in_production(program_, facts_, child.function)) continue;
      TextOrigin origin = of(child.function, argument, depth + 1, calls + 1);
      if (origin.kind <= worst.kind) continue;
      origin.over_connection = false;
      origin.path.push_back({unit.span(child.expr), model::display_function(program_, child.function) + " passes it to " +
                                                        model::display_function(program_, f)});
      worst = std::move(origin);
    }
    entered_.erase(key);
    return worst.kind >= TextOriginKind::kGrowing ? std::optional(std::move(worst)) : std::nullopt;
  }

  std::optional<TextOrigin> of_message(const CallbackArguments& role, ClauseId clause, ExprId root, ExprId binding, int depth,
                                       int calls) {
    if (calls >= kMaxCalls) return {};
    for (const HandlerId id : facts_.process(role.process).handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.clause != clause ||
          &program_.unit_of(handler.function) != &program_.unit_of(facts_.process(role.process).module))
        continue;
      const auto key = std::pair(handler.function.index, 0x80000000u | clause.index);
      if (!entered_.insert(key).second) return TextOrigin{TextOriginKind::kFixed, "", {}};
      const auto element = element_of(program_.unit_of(handler.function), root, binding);
      TextOrigin worst{TextOriginKind::kFixed, "", {}};
      bool any = false;
      for (const MessageId m : facts_.messages.to[role.process.index])
        any |= of_sender(handler, facts_.message(m), element, worst, depth, calls);
      entered_.erase(key);
      return any ? std::optional(std::move(worst)) : std::nullopt;
    }
    return {};
  }

  // What one message carries in an element, or as a whole; false when it does not arrive in the handler.
  bool of_sender(const Handler& handler, const Message& message, std::optional<std::size_t> element, TextOrigin& worst, int depth,
                 int calls) {
    const bool arrives =
        handler.kind == HandlerKind::kEvent || handler.kind == (message.kind == MessageKind::kCall   ? HandlerKind::kCall
                                                                : message.kind == MessageKind::kCast ? HandlerKind::kCast
                                                                                                     : HandlerKind::kInfo);
    if (!arrives || !may_match(handler.pattern, message.pattern)) return false;
    if (program_.functions[message.sender.index].unit != message.pattern.expr.unit) return false;
    const Unit& unit = program_.unit_of(message.sender);
    ExprId sent = local_value(unit, message.pattern.expr.expr);
    const Expr& e = unit.expr(sent);
    if (element && e.kind == ExprKind::kTuple && *element < e.child_count) sent = unit.child(sent, *element);
    TextOrigin origin = of(message.sender, sent, depth + 1, calls + 1);
    if (origin.kind <= worst.kind) return true;
    origin.over_connection = false;
    origin.path.push_back({program_.span_of(message.site), model::display_function(program_, message.sender) + " sends it to " +
                                                               display_handler(program_, facts_, handler)});
    worst = std::move(origin);
    return true;
  }

  // The worst of what is written into a field of the state of the process whose module this is.
  std::optional<TextOrigin> of_state_field(FunctionId f, Symbol name, int depth, int calls) {
    const ProcessId process = facts_.processes.of(program_.module_of(f));
    const StateField* field = process ? states_.of(process).field(name) : nullptr;
    if (field == nullptr || calls >= kMaxCalls || returns_ > 0) return {};
    const auto key = std::pair(process.index | 0xC0000000u, name.index);
    if (!entered_.insert(key).second) return TextOrigin{TextOriginKind::kFixed, "", {}};
    TextOrigin worst{TextOriginKind::kFixed, "", {}};
    bool unknown = false;
    for (const StateWrite& write : field->writes) {
      unknown |= !write.value;
      if (!write.value) continue;
      TextOrigin origin = of(write.function, write.value, depth + 1, calls + 1);
      if (origin.kind <= worst.kind) continue;
      if (!origin.path.empty())
        origin.path.push_back(
            {program_.unit_of(write.function).span(write.place),
             "kept in the state as " + std::string(name.text()) + ", read in " + model::display_function(program_, f)});
      worst = std::move(origin);
    }
    entered_.erase(key);
    if (unknown && worst.kind < TextOriginKind::kUnknown) return TextOrigin();
    return worst;
  }

  // What callers pass as an argument of the function.
  TextOrigin of_argument(FunctionId f, std::size_t index, Symbol name, ExprId at, int depth, int calls) {
    if (is_input_argument(program_, facts_, f, index, name)) {
      TextOrigin origin = outside(
          f, at,
          "the argument " + source_text(program_, program_.unit_of(f), at, 30) + " of " + model::display_function(program_, f));
      origin.over_connection = takes_from_connection(program_, facts_, f);
      return origin;
    }
    // In a callee, its parameters are the arguments of the call that is followed, not those of all its callers.
    if (returns_ > 0) return {};
    if (auto child = of_child(f, index, depth, calls)) return std::move(*child);
    const std::span<const std::uint32_t> incoming = facts_.calls.incoming_of(f);
    const bool used =
        std::any_of(incoming.begin(), incoming.end(), [&](std::uint32_t i) { return facts_.calls.callers[i] != f; });
    const bool is_public = (facts_.contexts.of(f).flags & kFromOutside) != 0 && !used;
    if (is_public)
      return {TextOriginKind::kPublic, "a parameter of the public function " + model::display_function(program_, f), {}};
    const auto key = std::pair(f.index, static_cast<std::uint32_t>(index));
    if (calls >= kMaxCalls || incoming.empty() || incoming.size() > kMaxCallers) return {};
    if (!entered_.insert(key).second) return {TextOriginKind::kFixed, "", {}};
    TextOrigin worst{TextOriginKind::kFixed, "", {}};
    bool written = false;
    for (const std::uint32_t i : incoming) {
      const Edge& edge = facts_.calls.edges[i];
      if (!may_pass_on(program_, facts_, facts_.calls.callers[i])) continue;
      const ExprId argument = argument_given(program_, facts_, edge.site, f, index);
      TextOrigin origin = argument ? of(facts_.calls.callers[i], argument, depth + 1, calls + 1) : TextOrigin();
      written |= argument && facts_.calls.callers[i] != f && is_written(program_.unit_of(edge.site), argument, origin);
      keep_passed(worst, std::move(origin), edge.site, f);
    }
    entered_.erase(key);
    worst.also_written |= written;
    return worst;
  }

  const Program& program_;
  const Facts& facts_;
  const States& states_;
  const bool bytes_;  // the very bytes are asked for: what was found by a text from outside is something else
  int returns_ = 0;   // how many calls deep into what functions return
  std::set<std::pair<std::uint32_t, std::uint32_t>> entered_;
  int visits_ = 0;
  Symbol wanted_;       // the key whose value is asked for of what is a map or list of pairs
  bool exact_ = false;  // … and was found
};

}  // namespace

std::string_view to_string(TextOriginKind kind) {
  constexpr std::array<std::string_view, 9> kWords = {
      "fixed",      "bounded",     "from the settings", "unknown", "a public parameter", "parsed", "a value under a text key",
      "always new", "from outside"};
  return kWords[static_cast<std::size_t>(kind)];
}

TextOrigin text_origin_of(const Program& program, const Facts& facts, FunctionId function, ExprId expr) {
  return Search(program, facts, false).of(function, expr, 0, 0);
}

TextOrigin bytes_origin_of(const Program& program, const Facts& facts, FunctionId function, ExprId expr) {
  return Search(program, facts, true).of(function, expr, 0, 0);
}

}  // namespace beamwright::analysis
