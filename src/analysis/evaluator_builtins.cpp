// What the Evaluator knows of OTP's and Elixir's own functions: those that build lists, options, names and child specifications,
// and those that start processes (Erlang/OTP stdlib: supervisor, gen_server; Elixir: Supervisor, DynamicSupervisor,
// Task.Supervisor, Registry, PartitionSupervisor, Supervisor.Spec).
#include <algorithm>
#include <charconv>

#include "analysis/evaluator.h"

namespace beamwright::analysis {

using knowledge::Effect;
using knowledge::FunctionRow;
using model::ExprKind;

namespace {

constexpr std::size_t kMaxText = 4096;

}  // namespace

ValueRef Builtins::call(Symbol module, Symbol name, const Arguments& a, const Frame& from, ExprRef place) {
  const std::string_view m = module.text();
  const std::string_view n = name.text();
  if (m == "erlang" || m == "Elixir.Kernel") return erlang(n, a, from, place);
  if (const ValueRef known = start(module, name, a, place)) return known;
  if (const ValueRef known = specification(module, n, a, place)) return known;
  if (m == "lists" || m == "Elixir.Enum" || m == "Elixir.List" || m == "Elixir.Stream") return lists(n, a, from.depth + 1);
  if (m == "proplists" || m == "maps") return options(n, a, true);
  if (m == "Elixir.Keyword" || m == "Elixir.Map" || m == "Elixir.Access") return options(n, a, false);
  return data(module, n, a);
}

std::optional<std::string> Builtins::characters(ValueRef given) {
  const ValueRef value = e_.force(given);
  if (value->kind == ValueKind::kText || value->kind == ValueKind::kAtom) return std::string(value->symbol.text());
  if (value->kind == ValueKind::kInteger) return std::to_string(value->integer);
  if (value->kind == ValueKind::kList && value->parts.empty() && !value->open) return std::string();
  return {};
}

ValueRef Builtins::data(Symbol module, std::string_view name, const Arguments& a) {
  const std::string_view m = module.text();
  const auto as_atom = [&](const Arguments& parts, const char* prefix) -> ValueRef {
    std::string out;
    for (const ValueRef part : parts) {
      const auto characters_of = characters(part);
      if (!characters_of) return e_.unknown();
      std::string_view piece = *characters_of;
      if (*prefix != '\0' && piece.starts_with("Elixir.")) piece.remove_prefix(7);
      out += (out.empty() ? prefix : ".") + std::string(piece);
    }
    return out.size() > kMaxText ? e_.unknown() : e_.atom(intern(out));
  };
  if (m == "Elixir.Module" && (name == "concat" || name == "safe_concat")) {
    if (a.size() == 2) return as_atom(a, "Elixir.");
    const ValueRef list = a.size() == 1 ? e_.as_list(a[0]) : nullptr;
    return list != nullptr && !list->open ? as_atom(list->parts, "Elixir.") : e_.unknown();
  }
  if (m == "Elixir.String" && a.size() == 1 && (name == "to_atom" || name == "to_existing_atom")) return as_atom(a, "");
  if ((m == "Elixir.Atom" || m == "Elixir.Integer" || m == "Elixir.String.Chars") && name == "to_string" && a.size() == 1) {
    const auto text = characters(a[0]);
    return text ? e_.text(*text, true) : e_.unknown();
  }
  // The default is one of the answers.
  if ((m == "Elixir.Application" || m == "application") && name == "get_env" && a.size() == 3)
    return e_.choice({e_.unknown(), e_.force(a[2])});
  if (m == "timer" && a.size() == 1) {
    const auto value = e_.integer_of(a[0]);
    const std::int64_t factor = name == "seconds" ? 1000 : name == "minutes" ? 60'000 : name == "hours" ? 3'600'000 : 0;
    std::int64_t out = 0;
    if (value && factor != 0 && !__builtin_mul_overflow(*value, factor, &out)) return e_.integer(out);
  }
  return nullptr;
}

ValueRef Builtins::type_test(std::string_view name, const Arguments& a) {
  if (a.size() != 1 || !name.starts_with("is_")) return nullptr;
  const ValueRef value = e_.force(a[0]);
  if (value->kind == ValueKind::kUnknown || value->kind == ValueKind::kChoice || value->kind == ValueKind::kNever)
    return e_.unknown();
  bool is = false;
  if (name == "is_atom")
    is = value->kind == ValueKind::kAtom;
  else if (name == "is_boolean")
    is = value->kind == ValueKind::kAtom && (value->symbol == sym::true_ || value->symbol == sym::false_);
  else if (name == "is_nil")
    is = value->kind == ValueKind::kAtom && value->symbol == sym::nil;
  else if (name == "is_integer" || name == "is_number")
    is = value->kind == ValueKind::kInteger;
  else if (name == "is_tuple")
    is = value->kind == ValueKind::kTuple;
  else if (name == "is_map")
    is = value->kind == ValueKind::kMap;
  else if (name == "is_list")
    is = value->kind == ValueKind::kList || (value->kind == ValueKind::kText && !value->binary);
  else if (name == "is_binary" || name == "is_bitstring")
    is = value->kind == ValueKind::kText && value->binary;
  else if (name == "is_function")
    is = value->kind == ValueKind::kClosure;
  else if (name == "is_pid")
    is = value->kind == ValueKind::kStart;
  else
    return nullptr;
  return e_.atom(is ? sym::true_ : sym::false_);
}

ValueRef Builtins::erlang(std::string_view name, const Arguments& a, const Frame& from, ExprRef place) {
  if (name == "error" || name == "exit" || name == "throw" || name == "raise" || name == "halt") return e_.choice({});
  if (name == "atom_to_list" || name == "integer_to_list" || name == "binary_to_list") {
    const auto text = a.empty() ? std::nullopt : characters(a[0]);
    return text ? e_.text(*text, false) : e_.unknown();
  }
  if (name == "atom_to_binary" || name == "integer_to_binary" || name == "list_to_binary" || name == "to_string") {
    const auto text = a.empty() ? std::nullopt : characters(a[0]);
    return text ? e_.text(*text, true) : e_.unknown();
  }
  if (name == "list_to_atom" || name == "list_to_existing_atom" || name == "binary_to_atom" ||
      name == "binary_to_existing_atom") {
    const auto text = a.empty() ? std::nullopt : characters(a[0]);
    return text && text->size() <= kMaxText ? e_.atom(intern(*text)) : e_.unknown();
  }
  if (name == "apply" && a.size() == 3) {
    const auto module = e_.atom_of(a[0]), function = e_.atom_of(a[1]);
    const ValueRef arguments = e_.force(a[2]);
    const bool sure = arguments->kind == ValueKind::kList && !arguments->open &&
                      std::all_of(arguments->presences.begin(), arguments->presences.end(),
                                  [](Presence presence) { return presence == Presence::kAlways; });
    return module && function && sure ? e_.call(*module, *function, arguments->parts, from, place) : e_.unknown();
  }
  if (name == "apply" && a.size() == 2) {
    const ValueRef arguments = e_.force(a[1]);
    return arguments->kind == ValueKind::kList && !arguments->open ? e_.apply(a[0], arguments->parts, from.depth + 1)
                                                                   : e_.unknown();
  }
  if ((name == "element" || name == "elem") && a.size() == 2) {
    const auto index = e_.integer_of(a[name == "element" ? 0 : 1]);
    const ValueRef tuple = e_.force(a[name == "element" ? 1 : 0]);
    const std::int64_t at = index ? *index - (name == "element" ? 1 : 0) : -1;
    if (tuple->kind == ValueKind::kStart) return at == 0 ? e_.atom(sym::ok) : tuple;
    return tuple->kind == ValueKind::kTuple && at >= 0 && at < static_cast<std::int64_t>(tuple->parts.size())
               ? e_.force(tuple->parts[static_cast<std::size_t>(at)])
               : e_.unknown();
  }
  if (name == "hd" && a.size() == 1) {
    const ValueRef list = e_.force(a[0]);
    return list->kind == ValueKind::kList && !list->parts.empty() && list->presences[0] == Presence::kAlways
               ? e_.force(list->parts[0])
               : e_.unknown();
  }
  return type_test(name, a);
}

// The results of a function for each element.
ValueRef Builtins::each(ValueRef given, ValueRef closure, int depth, bool flatten) {
  const ValueRef list = e_.as_list(given);
  Values parts = e_.values();
  Presences presences;
  bool open = false;
  const auto add = [&](ValueRef value, Presence presence) {
    if (!flatten) {
      parts.push_back(e_.force(value));
      presences.push_back(presence);
      return;
    }
    const ValueRef inner = e_.as_list(value);
    for (std::size_t i = 0; i < inner->parts.size(); ++i) {
      parts.push_back(inner->parts[i]);
      presences.push_back(std::max(presence, inner->presences[i]));
    }
    open = open || inner->open;
  };
  for (std::size_t i = 0; i < list->parts.size(); ++i) add(e_.apply(closure, {list->parts[i]}, depth), list->presences[i]);
  if (list->open) add(e_.apply(closure, {e_.unknown()}, depth), Presence::kMany);
  return e_.list(std::move(parts), std::move(presences), open);
}

// A filter: what is kept is not known, but nothing is added.
ValueRef Builtins::kept(ValueRef given) {
  const ValueRef list = e_.as_list(given);
  Presences presences = list->presences;
  for (Presence& presence : presences) presence = std::max(presence, Presence::kPerhaps);
  return e_.list(list->parts, std::move(presences), list->open);
}

// What flattening makes of an element that may be a list: `if(enabled?(module), do: module, else: [])` is the module, perhaps.
ValueRef Builtins::listed(ValueRef choice) {
  const auto is_list = [](ValueRef v) { return v->kind == ValueKind::kList; };
  if (std::none_of(choice->parts.begin(), choice->parts.end(), is_list)) return choice;
  Values lists = e_.values();
  for (const ValueRef part : choice->parts) lists.push_back(is_list(part) ? part : e_.list({part}, {}, false));
  return e_.as_list(e_.choice(lists));
}

ValueRef Builtins::flattened(ValueRef given, bool deep) {
  const ValueRef list = e_.as_list(given);
  Values parts = e_.values();
  Presences presences;
  bool open = list->open;
  for (std::size_t i = 0; i < list->parts.size(); ++i) {
    ValueRef part = e_.force(list->parts[i]);
    if (part->kind == ValueKind::kChoice) part = listed(part);
    if (part->kind != ValueKind::kList) {
      parts.push_back(part);
      presences.push_back(list->presences[i]);
      continue;
    }
    const ValueRef inner = deep && parts.size() < kMaxText ? flattened(part, true) : part;
    for (std::size_t p = 0; p < inner->parts.size(); ++p) {
      parts.push_back(inner->parts[p]);
      presences.push_back(std::max(list->presences[i], inner->presences[p]));
    }
    open = open || inner->open;
  }
  return e_.list(std::move(parts), std::move(presences), open);
}

ValueRef Builtins::lists(std::string_view name, const Arguments& a, int depth) {
  const auto pair = [&](ValueRef left, ValueRef right) { return flattened(e_.list({left, right}, {}, false), false); };
  const auto function_first = [&] { return e_.force(a[0])->kind == ValueKind::kClosure; };
  const bool two = a.size() == 2;
  if (name == "map" && two) return function_first() ? each(a[1], a[0], depth, false) : each(a[0], a[1], depth, false);
  if ((name == "flatmap" || name == "flat_map") && two)
    return function_first() ? each(a[1], a[0], depth, true) : each(a[0], a[1], depth, true);
  if (name == "append" && two) return pair(a[0], a[1]);
  if (name == "concat" && two) return pair(a[0], a[1]);
  if (name == "append" && a.size() == 1) return flattened(a[0], false);
  if (name == "concat" && a.size() == 1) {  // Enum.concat of lists, lists:concat of texts and atoms
    const ValueRef list = e_.as_list(a[0]);
    std::string out;
    for (const ValueRef part : list->parts) {
      const auto text = characters(part);
      if (!text || e_.force(part)->kind == ValueKind::kList) return flattened(a[0], false);
      out += *text;
    }
    return list->open || list->parts.empty() ? flattened(a[0], false) : e_.text(out, false);
  }
  if (name == "flatten" && a.size() == 1) return flattened(a[0], true);
  if ((name == "filter" || name == "reject") && two) return kept(function_first() ? a[1] : a[0]);
  if (name == "reject" && a.size() == 1) return kept(a[0]);
  if ((name == "uniq" || name == "usort" || name == "to_list" || name == "sort") && a.size() == 1) return e_.as_list(a[0]);
  if (name == "reverse" && a.size() == 1) {
    const ValueRef list = e_.as_list(a[0]);
    return e_.list({list->parts.rbegin(), list->parts.rend()}, {list->presences.rbegin(), list->presences.rend()}, list->open);
  }
  if (name == "wrap" && a.size() == 1) {
    const ValueRef value = e_.force(a[0]);
    if (value->kind == ValueKind::kAtom && value->symbol == sym::nil) return e_.list({}, {}, false);
    return value->kind == ValueKind::kAtom || value->kind == ValueKind::kTuple || value->kind == ValueKind::kMap
               ? e_.list({value}, {}, false)
               : e_.as_list(value);
  }
  if (name == "seq" && two) {
    const auto low = e_.integer_of(a[0]), high = e_.integer_of(a[1]);
    if (!low || !high || *high - *low > 100 || *high < *low) return e_.unknown();
    Values parts = e_.values();
    for (std::int64_t i = *low; i <= *high; ++i) parts.push_back(e_.integer(i));
    return e_.list(std::move(parts), {}, false);
  }
  if (name == "member" && two) return e_.unknown();
  return nullptr;
}

ValueRef Builtins::options(std::string_view name, const Arguments& a, bool key_first) {
  const auto key_at = [&](std::size_t count) -> std::optional<Symbol> {
    return a.size() < count ? std::nullopt : e_.atom_of(a[key_first ? 0 : 1]);
  };
  const auto container = [&] { return a[key_first ? 1 : 0]; };
  if (name == "get" || name == "get_value" || name == "fetch!") {
    const auto key = key_at(2);
    if (!key) return e_.unknown();
    const bool proplist = name == "get_value";
    const ValueRef missing = a.size() == 3 ? e_.force(a[2]) : e_.atom(proplist ? sym::undefined : sym::nil);
    const ValueRef found = e_.option(container(), *key, missing);
    return found->kind == ValueKind::kUnknown && a.size() == 3 ? e_.choice({found, missing}) : found;
  }
  if ((name == "put" || name == "put_new") && a.size() == 3) {
    const ValueRef entry =
        key_first ? e_.list({e_.tuple({a[0], a[1]})}, {}, false) : e_.list({e_.tuple({a[1], a[2]})}, {}, false);
    const ValueRef base = key_first ? a[2] : a[0];
    return name == "put" ? e_.merged(base, entry) : e_.merged(entry, base);
  }
  if (name == "merge" && a.size() == 2) return e_.merged(a[0], a[1]);
  return nullptr;
}

// ---- Supervision ------------------------------------------------------------------------------------------------------------

// The name in {local, Name}, {global, Name} or alone; none for {via, …} and what is not known.
Symbol Builtins::registered_name(ValueRef given) {
  const ValueRef value = e_.force(given);
  if (value->kind == ValueKind::kAtom && value->symbol != sym::nil && value->symbol != sym::undefined) return value->symbol;
  if (value->kind != ValueKind::kTuple || value->parts.size() != 2) return {};
  const auto kind = e_.atom_of(value->parts[0]);
  if (kind != sym::local && kind != sym::global) return {};
  return e_.atom_of(value->parts[1]).value_or(Symbol());
}

ValueRef Builtins::start(Symbol module, Symbol name, const Arguments& a, ExprRef place) {
  const std::string_view n = name.text();
  if (!n.starts_with("start")) return nullptr;
  const FunctionRow* row = knowledge::Knowledge::embedded().function(module, name, a.size());
  const std::string_view m = module.text();
  const bool supervisor = m == "Elixir.Supervisor" || m == "Elixir.DynamicSupervisor";
  const bool library = m == "Elixir.Task.Supervisor" || m == "Elixir.Registry" || m == "Elixir.PartitionSupervisor";
  const bool starts_own = m == "Elixir.Agent" || m == "Elixir.Task";
  if (n != "start_link" && n != "start" && n != "start_monitor" && n != "start_link_name") return nullptr;
  if (!supervisor && !library && !starts_own && (row == nullptr || row->module_argument == 0) && m != "gen_event") return nullptr;
  Start s;
  s.behaviour = module;
  s.place = place;
  const model::Unit& unit = program_.unit(place.unit);
  if (const model::Expr& e = unit.expr(place.expr); e.kind == ExprKind::kCall || e.kind == ExprKind::kCapture)
    s.function = program_.function_of(CallId(unit.first_call + e.payload));
  const auto* behaviour = knowledge::Knowledge::embedded().behaviour(module);
  s.supervisor = supervisor || library || (behaviour != nullptr && behaviour->process == "supervisor");
  if (library) {
    s.options = a.empty() ? e_.unknown() : a.back();
  } else if (supervisor) {
    // (children, options), (module, argument[, options]), or DynamicSupervisor's (options).
    const bool dynamic = m == "Elixir.DynamicSupervisor";
    const ValueRef first = a.empty() ? e_.unknown() : e_.force(a[0]);
    if (first->kind == ValueKind::kAtom && a.size() >= 2) {
      s.module = first->symbol;
      s.argument = a[1];
      s.options = a.size() == 3 ? a[2] : e_.list({}, {}, false);
    } else if (dynamic) {
      s.options = first;
    } else {
      s.children = first;
      s.options = a.size() >= 2 ? a[1] : e_.unknown();
    }
  } else {
    if (row != nullptr && row->module_argument != 0 && row->module_argument <= a.size()) {
      s.module = e_.atom_of(a[row->module_argument - 1u]).value_or(Symbol());
      if (row->module_argument < a.size()) s.argument = a[row->module_argument];
    }
    if (row != nullptr && row->name_argument != 0 && row->name_argument <= a.size())
      s.name = registered_name(a[row->name_argument - 1u]);
    if (m == "gen_event" && !a.empty()) s.name = registered_name(a[0]);
    if (m.starts_with("Elixir.") && !a.empty()) s.options = a.back();
  }
  if (s.options != nullptr && !s.name) s.name = registered_name(e_.option(s.options, sym::name, e_.atom(sym::nil)));
  e_.starts.push_back(s);
  Value& value = e_.fresh(ValueKind::kStart, place);
  value.integer = static_cast<std::int64_t>(e_.starts.size() - 1);
  return &value;
}

// Supervisor.init/2 and its like give what init/1 of an Erlang supervisor gives; Supervisor.child_spec/2 and the functions of
// Supervisor.Spec make specifications.
ValueRef Builtins::specification(Symbol module, std::string_view name, const Arguments& a, ExprRef place) {
  const std::string_view m = module.text();
  const bool old = m == "Elixir.Supervisor.Spec";
  if ((m == "Elixir.Supervisor" && name == "init" && a.size() == 2) || (old && name == "supervise" && a.size() == 2))
    return e_.tuple({e_.atom(sym::ok), e_.tuple({a[1], a[0]})}, place);
  if (m == "Elixir.DynamicSupervisor" && name == "init" && a.size() == 1)
    return e_.tuple({e_.atom(sym::ok), e_.tuple({a[0], e_.list({}, {}, false)})}, place);
  if (m == "Elixir.Supervisor" && name == "child_spec" && a.size() == 2)
    return e_.tuple({e_.atom(sym::child_spec), a[0], a[1]}, place);
  // Registry.child_spec(options) is what a list takes {Registry, options} for.
  if (name == "child_spec" && a.size() == 1 &&
      (m == "Elixir.Registry" || m == "Elixir.Task.Supervisor" || m == "Elixir.DynamicSupervisor" ||
       m == "Elixir.PartitionSupervisor" || m == "Elixir.Agent" || m == "Elixir.Task"))
    return e_.tuple({e_.atom(module), a[0]}, place);
  if (!old || (name != "worker" && name != "supervisor") || a.size() < 2) return nullptr;
  const ValueRef given = a.size() == 3 ? a[2] : e_.list({}, {}, false);
  const auto get = [&](const char* key, ValueRef otherwise) { return e_.option(given, intern(key), otherwise); };
  const bool worker = name == "worker";
  const ValueRef start = e_.tuple({a[0], get("function", e_.atom(sym::start_link)), a[1]});
  return e_.tuple({get("id", a[0]), start, get("restart", e_.atom(intern("permanent"))),
                   get("shutdown", worker ? e_.integer(5000) : e_.atom(sym::infinity)), e_.atom(intern(name)), e_.unknown()},
                  place);
}

}  // namespace beamwright::analysis
