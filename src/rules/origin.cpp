#include "rules/origin.h"

#include <algorithm>
#include <array>
#include <set>

#include "analysis/values.h"
#include "knowledge/knowledge.h"
#include "rules/walk.h"

namespace beamwright::rules {

using model::Call;
using model::Clause;
using model::ClauseId;
using model::Expr;
using model::VariableId;

namespace {

constexpr int kMaxDepth = 24;   // expressions inside each other
constexpr int kMaxCalls = 4;    // calls upwards
constexpr int kMaxReturns = 3;  // calls downwards, into what functions return
constexpr std::size_t kMaxCallers = 40;
constexpr int kMaxVisits = 2000;  // expressions looked at for one question: callers of callers branch without end

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// Results that are as few as there are atoms, nodes, schedulers or modules.
bool is_bounded_call(std::string_view module, std::string_view name) {
  constexpr std::array<std::string_view, 17> kNames = {
      "atom_to_list",        "atom_to_binary", "node",        "nodes",
      "system_info",         "get_keys",       "module_info", "__info__",
      "schedulers_online",   "list",           "get_module",  "which_applications",
      "loaded_applications", "all_loaded",     "phash2",      "phash",
      "otp_release"};
  if (module == "Elixir.Atom" || module == "Elixir.Module" || module == "code") return true;
  if (module == "Elixir.Node" || module == "Elixir.Kernel" || module == "erlang" || module == "application")
    return is_one_of(name, kNames);
  return false;
}

bool is_settings_call(std::string_view module, std::string_view name) {
  constexpr std::array<std::string_view, 12> kNames = {
      "get_env",     "fetch_env",    "fetch_env!",    "compile_env",         "compile_env!", "getenv",
      "get_all_env", "get_argument", "get_arguments", "get_plain_arguments", "argv",         "get_key"};
  constexpr std::array<std::string_view, 6> kModules = {"application", "Elixir.Application", "Elixir.System", "os",
                                                        "init",        "Elixir.Config"};
  return is_one_of(module, kModules) && is_one_of(name, kNames);
}

bool is_growing_call(std::string_view name) {
  constexpr std::array<std::string_view, 11> kNames = {"unique_integer", "pid_to_list",    "ref_to_list", "port_to_list",
                                                       "system_time",    "monotonic_time", "os_time",     "strong_rand_bytes",
                                                       "rand_bytes",     "uuid1",          "uuid4"};
  return is_one_of(name, kNames);
}

// Fields of connections, sockets and requests that hold what the peer sent.
bool is_input_field(std::string_view name) {
  constexpr std::array<std::string_view, 11> kNames = {"params",       "query_params", "body_params", "path_params",
                                                       "query_string", "req_headers",  "req_cookies", "cookies",
                                                       "headers",      "request_path", "path_info"};
  return is_one_of(name, kNames);
}

// Functions that cut a text into pieces.
bool is_cutting_call(std::string_view module, std::string_view name) {
  constexpr std::array<std::string_view, 8> kNames = {"split", "tokens",   "lexemes",        "run",
                                                      "scan",  "splitter", "named_captures", "parse_query"};
  constexpr std::array<std::string_view, 6> kModules = {"binary", "string", "re", "Elixir.String", "Elixir.Regex", "uri_string"};
  return is_one_of(module, kModules) && is_one_of(name, kNames);
}

// A record or struct that holds a request, taken apart: #request{data = Data}.
bool is_request_part(Symbol record, Symbol field) {
  constexpr std::array<std::string_view, 4> kRecords = {"request", "req", "http_request", "Elixir.Plug.Conn"};
  constexpr std::array<std::string_view, 12> kFields = {
      "data", "body", "q", "qs", "query", "path", "headers", "params", "args", "query_params", "body_params", "req_headers"};
  return is_one_of(record.text(), kRecords) && is_one_of(field.text(), kFields);
}

bool is_input_name(std::string_view name) {
  constexpr std::array<std::string_view, 8> kNames = {"params",  "_params", "query_params", "body_params",
                                                      "headers", "Headers", "Params",       "QueryString"};
  return is_one_of(name, kNames);
}

class Search {
 public:
  Search(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  Origin of(FunctionId f, ExprId id, int depth, int calls) {
    if (!id || depth > kMaxDepth || ++visits_ > kMaxVisits) return {};
    const Unit& unit = program_.unit_of(f);
    const Expr& e = unit.expr(id);
    switch (e.kind) {
      case ExprKind::kAtom:
      case ExprKind::kInteger:
      case ExprKind::kFloat:
      case ExprKind::kString:
      case ExprKind::kCharlist:
        return {OriginKind::kFixed, "", {}};
      case ExprKind::kVariable:
        return of_variable(f, VariableId(e.payload), depth, calls);
      case ExprKind::kField:
        return of_field(f, id, depth, calls);
      case ExprKind::kCall:
        return of_call(f, id, depth, calls);
      case ExprKind::kTuple:
      case ExprKind::kMap: {
        // A structure that holds a time or a reference beside other things is not always a new text.
        Origin worst = worst_of(f, unit.children_of(e), depth, calls);
        return worst.kind == OriginKind::kGrowing ? Origin() : worst;
      }
      case ExprKind::kList:
      case ExprKind::kBinary:
      case ExprKind::kOperator:
        return worst_of(f, unit.children_of(e), depth, calls);
      case ExprKind::kComprehension:
      case ExprKind::kPin:
        return e.child_count == 0 ? Origin() : of(f, unit.children_of(e).back(), depth + 1, calls);
      case ExprKind::kBlock:
      case ExprKind::kCase:
      case ExprKind::kWith:
      case ExprKind::kTry:
      case ExprKind::kMatch:
      case ExprKind::kReceive: {
        Origin worst{OriginKind::kFixed, "", {}};
        analysis::for_each_result(unit, id, [&](ExprId result) {
          if (result != id) keep_worse(worst, of(f, result, depth + 1, calls));
        });
        return worst;
      }
      default:
        return {};
    }
  }

 private:
  static void keep_worse(Origin& worst, Origin other) {
    if (other.kind > worst.kind) worst = std::move(other);
  }

  Origin worst_of(FunctionId f, std::span<const ExprId> parts, int depth, int calls) {
    Origin worst{OriginKind::kFixed, "", {}};
    for (const ExprId part : parts) keep_worse(worst, of(f, part, depth + 1, calls));
    return worst;
  }

  Origin outside(FunctionId f, ExprId at, std::string what) const {
    return {OriginKind::kOutside, what, {{program_.unit_of(f).span(at), what + " comes from outside"}}};
  }

  Origin of_field(FunctionId f, ExprId id, int depth, int calls) {
    const Unit& unit = program_.unit_of(f);
    const Expr& e = unit.expr(id);
    const bool request = (facts_.contexts.of(f).flags & analysis::kInRequest) != 0;
    if (!e.has(model::kRecord) && is_input_field(e.symbol().text()) && (request || is_connection(unit, unit.child(id, 0)))) {
      return outside(f, id, source_text(program_, unit, id));
    }
    const Origin base = of(f, unit.child(id, 0), depth + 1, calls);
    // A part of something public is no more than unknown; a part of outside text stays that.
    return base.kind == OriginKind::kPublic || base.kind <= OriginKind::kSettings ? Origin() : base;
  }

  static bool is_connection(const Unit& unit, ExprId id) {
    const Expr& e = unit.expr(id);
    if (e.kind != ExprKind::kVariable || e.payload >= unit.variables.size()) return false;
    const std::string_view name = unit.variable_of(e).name.text();
    return name == "conn" || name == "socket" || name == "req" || name == "request";
  }

  Origin of_call(FunctionId f, ExprId id, int depth, int calls) {
    const Unit& unit = program_.unit_of(f);
    const Expr& e = unit.expr(id);
    const Call& call = unit.call_of(e);
    const std::span<const ExprId> arguments = unit.children_of(e);
    const CallId site(unit.first_call + e.payload);
    const analysis::External* external = facts_.calls.external(site);
    const std::string_view name = call.name.text();
    if (!external) return of_project_call(f, site, depth, calls);
    const std::string_view module = external->module.text();
    if (is_bounded_call(module, name)) return {OriginKind::kBounded, "", {}};
    if (is_settings_call(module, name)) return {OriginKind::kSettings, "", {}};
    // Deep down in what functions return, `case Term of Pid when is_pid(Pid) -> pid_to_list(Pid)` says nothing about this value.
    if (is_growing_call(name) && returns_ < 2) {
      return {OriginKind::kGrowing, source_text(program_, unit, id), {{unit.span(id), "always a new value"}}};
    }
    if (external->row && !external->row->input.empty()) {
      // Whoever sits at the console or may write the files of the installation has no need of this.
      if (external->row->input == "file" || external->row->input == "console" || external->row->input == "environment") {
        return {OriginKind::kSettings, "", {}};
      }
      if (external->row->input == "row") return {};  // the application's own data
      return outside(f, id,
                     "the " + std::string(external->row->input) + " that " + callee_text(program_, facts_, site) + " gives");
    }
    if (module == "ets" || module == "mnesia" || module == "gen_server" || module == "Elixir.GenServer" || arguments.empty())
      return {};
    return of_lookup_or_text(f, id, *external, arguments, depth, calls);
  }

  // Map.get(params, "sort"), proplists:get_value(<<"sort">>, Params): looking under a text key. Everything else that is known by
  // name alone gives what it is given, in another form.
  Origin of_lookup_or_text(FunctionId f, ExprId id, const analysis::External& external, std::span<const ExprId> arguments,
                           int depth, int calls) {
    const Unit& unit = program_.unit_of(f);
    const std::string_view module = external.module.text(), name = external.name.text();
    if (is_cutting_call(module, name)) {
      Origin found = worst_of(f, arguments, depth, calls);
      if (found.kind == OriginKind::kPublic || found.kind == OriginKind::kUnknown) found.kind = OriginKind::kParsed;
      return found;
    }
    const bool map =
        module == "Elixir.Map" || module == "Elixir.Access" || module == "Elixir.Keyword" || module == "Elixir.Kernel";
    const bool list = module == "proplists" || module == "maps" || module == "lists";
    const bool looks_up = name.starts_with("get") || name.starts_with("fetch") || name == "keyfind" || name == "keysearch" ||
                          name == "find" || name == "pop";
    if (name == "nth" || name == "at" || name == "element" || name == "elem") {
      const bool index_first = name == "nth" || name == "element";
      return arguments.size() < 2 ? Origin() : of(f, arguments[index_first ? 1 : 0], depth + 1, calls);
    }
    if ((map || list) && looks_up && arguments.size() >= 2) {
      const std::size_t key = list ? 0 : 1;
      const std::size_t base = list ? arguments.size() > 2 && module == "lists" ? 2 : 1 : 0;
      Origin found = of(f, arguments[base], depth + 1, calls);
      const ExprKind kind = unit.expr(analysis::local_value(unit, arguments[key])).kind;
      if (kind == ExprKind::kString && found.kind < OriginKind::kText && found.kind >= OriginKind::kUnknown) {
        return {OriginKind::kText,
                source_text(program_, unit, id),
                {{unit.span(id), "a value under a text key, as parsed input has"}}};
      }
      if (found.kind == OriginKind::kPublic) return {};
      return found;
    }
    return worst_of(f, arguments, depth, calls);
  }

  // What a function of the sources returns, when it can be read without its arguments.
  Origin of_project_call(FunctionId f, CallId site, int depth, int calls) {
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (!callee || calls >= kMaxCalls || returns_ >= kMaxReturns) return {};
    if (!entered_.insert({callee.index, UINT32_MAX}).second) return {OriginKind::kFixed, "", {}};  // recursion adds nothing new
    const Unit& unit = program_.unit_of(callee);
    Origin worst{OriginKind::kFixed, "", {}};
    for (const ClauseId clause : program_.function(callee).clauses) {
      analysis::for_each_result(unit, unit.clause(clause).body, [&](ExprId result) {
        ++returns_;
        Origin origin = of(callee, result, depth + 1, calls + 1);
        --returns_;
        if (!origin.path.empty()) {
          origin.path.push_back({call_span(program_, site), model::display_function(program_, f) + " gets it from " +
                                                                model::display_function(program_, callee)});
        }
        // What depends on the parameters is looked for in the arguments of this very call.
        if (origin.kind >= OriginKind::kUnknown && origin.kind <= OriginKind::kParsed) {
          keep_worse(worst, worst_of(f, arguments_of(program_, site), depth, calls));
          if (worst.kind < OriginKind::kUnknown) worst = {OriginKind::kUnknown, "", {}};
        } else {
          keep_worse(worst, std::move(origin));
        }
      });
    }
    entered_.erase({callee.index, UINT32_MAX});
    return worst;
  }

  Origin of_variable(FunctionId f, VariableId variable, int depth, int calls) {
    const Unit& unit = program_.unit_of(f);
    if (!variable || variable.index >= unit.variables.size() || !unit.variables[variable.index].binding) return {};
    // From where it is bound outwards: through the pattern it stands in, to what the pattern is matched with.
    ExprId below = unit.variables[variable.index].binding;
    bool text_key = false;
    bool part = false;
    for (ExprId around = unit.parent(below); around; below = around, around = unit.parent(around)) {
      const Expr& e = unit.expr(around);
      const std::span<const ExprId> children = unit.children_of(e);
      if (e.kind == ExprKind::kMap && e.has(model::kInPattern)) {
        part = true;
        for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
          if (children[i + 1] != below) continue;
          const Expr& key = unit.expr(children[i]);
          text_key |= key.kind == ExprKind::kString;
          if (key.kind == ExprKind::kAtom && is_request_part(e.symbol(), key.symbol())) {
            return outside(f, children[i + 1], source_text(program_, unit, children[i + 1]) + " of the request");
          }
        }
      }
      if (e.kind == ExprKind::kTuple || e.kind == ExprKind::kList) part = true;
      if (e.kind == ExprKind::kMatch && !e.has(model::kInPattern) && children.size() == 2 && children[0] == below) {
        return refine(f, unit.variables[variable.index].binding, of(f, children[1], depth + 1, calls), text_key, part);
      }
      if (e.kind == ExprKind::kGenerator && children.size() == 2 && children[0] == below) {
        return refine(f, unit.variables[variable.index].binding, of(f, children[1], depth + 1, calls), text_key, part);
      }
      if (e.kind == ExprKind::kCase && children.size() == 1 && children[0] != below) {
        if (is_narrowed(unit, unit.clauses_of(e), below, variable)) return {OriginKind::kBounded, "", {}};
        return refine(f, unit.variables[variable.index].binding, of(f, children[0], depth + 1, calls), text_key, part);
      }
      if (e.kind == ExprKind::kClosure) return of_closure_argument(f, around, below, variable, depth, calls);
      if (e.kind == ExprKind::kReceive || e.kind == ExprKind::kTry || e.kind == ExprKind::kWith) return {};
    }
    return of_parameter(f, below, variable, text_key, part, depth, calls);
  }

  Origin refine(FunctionId f, ExprId at, Origin origin, bool text_key, bool part) const {
    const Unit& unit = program_.unit_of(f);
    if (text_key && origin.kind >= OriginKind::kUnknown && origin.kind < OriginKind::kText) {
      return {
          OriginKind::kText, source_text(program_, unit, at), {{unit.span(at), "a value under a text key, as parsed input has"}}};
    }
    if (part && origin.kind == OriginKind::kPublic) return {};
    return origin;
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

  bool restricts(const Unit& unit, ExprId guard, VariableId variable) const {
    return any_below(unit, guard, [&](ExprId id) {
      const Expr& e = unit.expr(id);
      const bool compares = e.kind == ExprKind::kOperator &&
                            is_one_of(e.symbol().text(), std::array<std::string_view, 5>{"in", "==", "===", "=:=", "member"});
      const bool atom =
          e.kind == ExprKind::kCall && (unit.call_of(e).name.text() == "is_atom" || unit.call_of(e).name.text() == "in");
      return (compares || atom) && mentions(unit, id, {variable});
    });
  }

  // An argument of a closure that is given to a function together with a collection.
  Origin of_closure_argument(FunctionId f, ExprId closure, ExprId pattern, VariableId variable, int depth, int calls) {
    const Unit& unit = program_.unit_of(f);
    if (is_narrowed(unit, unit.clauses_of(unit.expr(closure)), pattern, variable)) return {OriginKind::kBounded, "", {}};
    const ExprId around = unit.parent(closure);
    if (!around || unit.expr(around).kind != ExprKind::kCall) return {};
    Origin worst{OriginKind::kFixed, "", {}};
    bool any = false;
    for (const ExprId argument : unit.children_of(around)) {
      if (argument == closure) continue;
      any = true;
      keep_worse(worst, of(f, argument, depth + 1, calls));
    }
    return any ? worst : Origin();
  }

  Origin of_parameter(FunctionId f, ExprId root, VariableId variable, bool text_key, bool part, int depth, int calls) {
    const Unit& unit = program_.unit_of(f);
    for (const ClauseId id : program_.function(f).clauses) {
      const Clause& clause = unit.clause(id);
      const std::span<const ExprId> patterns = unit.patterns_of(clause);
      const auto found = std::find(patterns.begin(), patterns.end(), root);
      if (found == patterns.end()) continue;
      if (clause.guard && restricts(unit, clause.guard, variable)) return {OriginKind::kBounded, "", {}};
      const ExprId binding = unit.variables[variable.index].binding;
      Origin origin = of_argument(f, static_cast<std::size_t>(found - patterns.begin()), unit.variables[variable.index].name,
                                  root, depth, calls);
      return refine(f, binding, std::move(origin), text_key, part);
    }
    return {};
  }

  // What callers pass as an argument of the function.
  Origin of_argument(FunctionId f, std::size_t index, Symbol name, ExprId at, int depth, int calls) {
    if (is_input_argument(f, index, name)) {
      return outside(
          f, at,
          "the argument " + source_text(program_, program_.unit_of(f), at, 30) + " of " + model::display_function(program_, f));
    }
    // In a callee, its parameters are the arguments of the call that is followed, not those of all its callers.
    if (returns_ > 0) return {};
    const std::span<const std::uint32_t> incoming = facts_.calls.incoming_of(f);
    const bool used =
        std::any_of(incoming.begin(), incoming.end(), [&](std::uint32_t i) { return facts_.calls.callers[i] != f; });
    const bool is_public = (facts_.contexts.of(f).flags & analysis::kFromOutside) != 0 && !used;
    if (is_public) return {OriginKind::kPublic, "a parameter of the public function " + model::display_function(program_, f), {}};
    const auto key = std::pair(f.index, static_cast<std::uint32_t>(index));
    if (calls >= kMaxCalls || incoming.empty() || incoming.size() > kMaxCallers) return {};
    if (!entered_.insert(key).second) return {OriginKind::kFixed, "", {}};
    Origin worst{OriginKind::kFixed, "", {}};
    for (const std::uint32_t i : incoming) {
      const analysis::Edge& edge = facts_.calls.edges[i];
      if (!in_production(program_, facts_, facts_.calls.callers[i])) continue;
      const std::span<const ExprId> arguments = arguments_of(program_, edge.site);
      const bool direct = facts_.calls.callees[edge.site.index].function == f && !program_.call(edge.site).capture;
      Origin origin =
          direct && index < arguments.size() ? of(facts_.calls.callers[i], arguments[index], depth + 1, calls + 1) : Origin();
      if (origin.kind <= worst.kind) continue;
      origin.path.push_back({call_span(program_, edge.site), model::display_function(program_, facts_.calls.callers[i]) +
                                                                 " passes it to " + model::display_function(program_, f)});
      worst = std::move(origin);
    }
    entered_.erase(key);
    return worst;
  }

  // Callbacks that are given text from outside: by what knowledge says, and by what everybody calls such an argument.
  bool is_input_argument(FunctionId f, std::size_t index, Symbol name) const {
    const bool request = (facts_.contexts.of(f).flags & analysis::kInRequest) != 0;
    if (request && is_input_name(name.text())) return true;
    const ProcessId process = facts_.processes.of(program_.module_of(f));
    if (!process) return false;
    const model::Function& function = program_.function(f);
    const knowledge::CallbackRow* row =
        knowledge::Knowledge::embedded().callback(facts_.process(process).behaviour, function.name, function.arity);
    return row && row->input_argument == index + 1;
  }

  const Program& program_;
  const Facts& facts_;
  int returns_ = 0;  // how many calls deep into what functions return
  std::set<std::pair<std::uint32_t, std::uint32_t>> entered_;
  int visits_ = 0;
};

}  // namespace

std::optional<std::size_t> parameter_index(const Program& program, FunctionId function, ExprId expr) {
  const Unit& unit = program.unit_of(function);
  const ExprId value = analysis::local_value(unit, expr);
  if (!value || unit.expr(value).kind != ExprKind::kVariable) return {};
  const auto found = analysis::parameter_of(unit, program.function(function), VariableId(unit.expr(value).payload));
  if (!found) return {};
  return found->index;
}

Origin origin_of(const Program& program, const Facts& facts, FunctionId function, ExprId expr) {
  return Search(program, facts).of(function, expr, 0, 0);
}

}  // namespace beamwright::rules
