// Atoms are never collected, and the VM stops when there are 1,048,576 of them: no process can rescue that. Text from outside
// must not become atoms unless it is one of a fixed set.
#include <algorithm>
#include <array>
#include <set>

#include "analysis/sites.h"
#include "analysis/values.h"
#include "rules/atoms.h"
#include "rules/origin.h"
#include "rules/support.h"
#include "rules/walk.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

struct Weight {
  Severity severity = Severity::kLow;
  Confidence confidence = Confidence::kPossible;
};

// A process per request runs the code.
bool serves_requests(const Facts& facts, FunctionId function) {
  return (facts.contexts.of(function).flags & analysis::kInRequest) != 0;
}

// A server or task runs the code, or a request does: what starts up or is run by hand reads the installation's own files.
bool serves(const Program& program, const Facts& facts, FunctionId function) {
  const analysis::Context& context = facts.contexts.of(function);
  if ((context.flags & analysis::kInTool) != 0) return false;
  if ((context.flags & (analysis::kInRequest | analysis::kInTask)) != 0) return true;
  return std::any_of(context.processes.begin(), context.processes.end(), [&](ProcessId id) {
    const analysis::ProcessKind kind = facts.process(id).kind;
    return (kind == analysis::ProcessKind::kGenServer || kind == analysis::ProcessKind::kStage) &&
           facts.process(id).module != program.module_of(function);
  });
}

// The module takes apart what comes out of a socket: the wire format of a peer.
bool reads_socket(const Program& program, const Facts& facts, ModuleId module) {
  for (const FunctionId function : program.functions_of(module)) {
    if (facts.effects.all[function.index].has(Effect::kSocket)) return true;
  }
  return false;
}

std::string lower_case(std::string_view variable) {
  std::string name(variable);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return name;
}

// What everybody calls a text from elsewhere that may as well only stand beside the one in question.
bool is_called_foreign(std::string_view variable) {
  const std::string name = lower_case(variable);
  for (const std::string_view whole : {"url", "uri", "mail", "email"})
    if (name == whole) return true;
  return name.find("header") != std::string::npos || name == "querystring" || name == "query_string";
}

bool is_called_packed(std::string_view variable) {
  const std::string name = lower_case(variable);
  for (const std::string_view word : {"token", "packet", "cookie", "frame", "payload", "serialized", "encoded", "bookmark"}) {
    const std::size_t found = name.find(word);
    if (found != std::string::npos && name.compare(found + word.size(), 1, "s") != 0) return true;  // not a parser's tokens
  }
  return false;
}

// Is the expression the variable, or made of it by matches of the same function?
bool is_made_of(const Unit& unit, ExprId expr, model::VariableId variable, int steps) {
  if (mentions(unit, expr, {variable})) return true;
  if (steps == 0) return false;
  for (const model::VariableId part : variables_in(unit, expr)) {
    for (ExprId below = unit.variables[part.index].binding; below; below = unit.parent(below)) {
      const ExprId around = unit.parent(below);
      if (!around || unit.expr(around).kind != ExprKind::kMatch || unit.expr(around).child_count != 2) continue;
      if (unit.child(around, 0) == below && is_made_of(unit, unit.child(around, 1), variable, steps - 1)) return true;
    }
  }
  return false;
}

// The clause of the function that holds the place is given something that others packed, by its name.
bool is_given_packed(const Program& program, FunctionId function, ExprId place) {
  constexpr int kMaxMatches = 4;
  const Unit& unit = program.unit_of(function);
  const std::uint32_t at = unit.expr(place).begin;
  for (const model::ClauseId id : program.function(function).clauses) {
    const model::Clause& clause = unit.clause(id);
    if (at < clause.begin || at >= clause.end) continue;
    for (const ExprId pattern : unit.patterns_of(clause)) {
      for (const model::VariableId variable : variables_in(unit, pattern)) {
        const std::string_view name = unit.variables[variable.index].name.text();
        if (is_called_packed(name) || (is_called_foreign(name) && is_made_of(unit, place, variable, kMaxMatches))) return true;
      }
    }
  }
  return false;
}

// decode_data(Bytes, Index): functions that take apart bytes of a format. What decodes atoms was given atoms.
bool is_decoder(std::string_view name) {
  if (name.find("atom") != std::string_view::npos) return false;
  for (const std::string_view verb : {"decode_", "deserialize", "unpack", "unmarshal"})
    if (name.starts_with(verb)) return true;
  return name == "decode";
}

// `if atom_keys?, do: String.to_atom(name)`: whoever reads the data asks for atoms.
bool is_asked_for_atoms(const Program& program, const Sink& sink) {
  const Unit& unit = program.unit_of(sink.function);
  for (ExprId around = unit.parent(program.call(sink.site).expr); around; around = unit.parent(around)) {
    const model::Expr& e = unit.expr(around);
    if (e.kind != ExprKind::kCase || e.child_count == 0) continue;
    for (const model::VariableId variable : variables_in(unit, unit.child(around, 0))) {
      const std::string_view name = unit.variables[variable.index].name.text();
      if (name.find("atom") != std::string_view::npos || name.find("Atom") != std::string_view::npos) return true;
    }
  }
  return false;
}

// The text is cut out of something that others packed: a token, a packet, a cookie, the header lines of a mail. There, or where a
// helper such as key_to_atom(Name) is called.
bool takes_packed_text(const Program& program, const Facts& facts, const Sink& sink) {
  constexpr std::size_t kMaxCallers = 6;
  if (is_asked_for_atoms(program, sink)) return false;
  if (is_decoder(program.function(sink.function).name.text()) ||
      is_given_packed(program, sink.function, program.call(sink.site).expr))
    return true;
  const std::span<const std::uint32_t> incoming = facts.calls.incoming_of(sink.function);
  const bool of_arguments = !variables_in(program.unit_of(sink.function), sink.text).empty();
  if (incoming.size() > kMaxCallers || !of_arguments) return false;
  return std::any_of(incoming.begin(), incoming.end(), [&](std::uint32_t i) {
    const CallId site = facts.calls.edges[i].site;
    return program.function_of(site) && is_given_packed(program, program.function_of(site), program.call(site).expr);
  });
}

bool has_fixed_part(const Program& program, const Sink& sink) {
  const Unit& unit = program.unit_of(sink.function);
  const ExprId text = analysis::local_value(unit, sink.text);
  const model::Expr& e = unit.expr(text);
  if (e.kind != ExprKind::kBinary && e.kind != ExprKind::kOperator) return false;
  const std::span<const ExprId> parts = unit.children_of(e);
  return std::any_of(parts.begin(), parts.end(), [&](ExprId part) {
    return unit.expr(part).kind == ExprKind::kString || unit.expr(part).kind == ExprKind::kCharlist;
  });
}

// A module that is called after a format of the wire: what it decodes was sent, and was not stored by this system itself.
bool is_of_wire(const Program& program, FunctionId function) {
  const std::string module = lower_case(program.module(program.module_of(function)).name.text());
  constexpr std::array<std::string_view, 7> kWords = {"rpc", "xml", "codec", "packet", "protocol", "wire", "frame"};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return module.find(word) != std::string::npos; });
}

// A part of what a decoder is given, which nobody can follow any further: in it, or where it hands the part to `new({Name,
// Version})`.
bool decodes_parts(const Program& program, const Facts& facts, const Sink& sink) {
  constexpr std::size_t kMaxCallers = 6;
  if (is_asked_for_atoms(program, sink) || has_fixed_part(program, sink)) return false;
  if (!is_of_wire(program, sink.function) || variables_in(program.unit_of(sink.function), sink.text).empty()) return false;
  if (is_decoder(program.function(sink.function).name.text())) return true;
  const std::span<const std::uint32_t> incoming = facts.calls.incoming_of(sink.function);
  return incoming.size() <= kMaxCallers && std::any_of(incoming.begin(), incoming.end(), [&](std::uint32_t i) {
           const FunctionId caller = facts.calls.callers[i];
           return in_production(program, facts, caller) && is_decoder(program.function(caller).name.text());
         });
}

// The atom is the module of a call: `apply(String.to_atom(name), :perform, args)`. What is named so is run.
bool names_code(const Program& program, const Sink& sink) {
  const Unit& unit = program.unit_of(sink.function);
  const ExprId atom = program.call(sink.site).expr;
  for (const CallId site : program.calls_of(sink.function)) {
    const model::Call& call = program.call(site);
    if (call.target == model::TargetKind::kDynamicModule && call.module_expr &&
        analysis::local_value(unit, call.module_expr) == atom)
      return true;
    const std::span<const ExprId> arguments = arguments_of(program, site);
    const std::span<const ExprId> children = unit.children_of(call.expr);
    if (call.target == model::TargetKind::kDynamic && !children.empty() && analysis::local_value(unit, children[0]) == atom)
      return true;
    const bool applies = call.name && call.name.text() == "apply" && arguments.size() == 3;
    if (applies && analysis::local_value(unit, arguments[0]) == atom) return true;
  }
  return false;
}

// A message, a job or a request brings the text.
bool is_given_work(const Facts& facts, FunctionId function) {
  for (const ProcessId id : facts.contexts.of(function).processes) {
    for (const HandlerId handler : facts.process(id).handlers) {
      const Handler& h = facts.handler(handler);
      if (h.function == function && (h.kind == HandlerKind::kCast || h.kind == HandlerKind::kInfo ||
                                     h.kind == HandlerKind::kCall || h.kind == HandlerKind::kRun)) {
        return true;
      }
    }
  }
  return false;
}

Weight weigh(const Program& program, const Facts& facts, const Sink& sink, const Origin& origin, bool fallback) {
  const bool request = serves_requests(facts, sink.function);
  const ProcessId own = facts.processes.of(program.module_of(sink.function));
  const bool handler = request && own && facts.process(own).kind == analysis::ProcessKind::kRequest;
  // Module.concat is given modules as a rule; only a text taken from a request right there is none for sure.
  constexpr std::size_t kNear = 2;
  const bool concat = program.call(sink.conversion).name == intern("concat");
  if (concat && origin.kind == OriginKind::kOutside && origin.path.size() > kNear)
    return {Severity::kMedium, Confidence::kPossible};
  switch (origin.kind) {
    case OriginKind::kOutside:
    case OriginKind::kGrowing:
      return {Severity::kHigh, Confidence::kLikely};
    case OriginKind::kText:
      // A text key is what parsed input has, and what a configuration has as well.
      // Around a fixed part, `"seq_#{platform}"`, it is one of few as a rule.
      return request && !has_fixed_part(program, sink) ? Weight{Severity::kHigh, Confidence::kLikely}
                                                       : Weight{Severity::kMedium, Confidence::kPossible};
    case OriginKind::kParsed:
      return {request || reads_socket(program, facts, program.module_of(sink.function)) || takes_packed_text(program, facts, sink)
                  ? Severity::kMedium
                  : Severity::kLow,
              Confidence::kPossible};
    default:
      break;
  }
  if (fallback || is_name_of_many(program, facts, sink)) return {Severity::kMedium, Confidence::kLikely};
  if (makes_keys(program, sink))
    return {serves(program, facts, sink.function) ? Severity::kMedium : Severity::kLow, Confidence::kPossible};
  if (names_code(program, sink) && is_given_work(facts, sink.function)) return {Severity::kMedium, Confidence::kPossible};
  if (is_made_for_each(program, facts, sink)) return {Severity::kMedium, Confidence::kPossible};
  if (origin.kind == OriginKind::kUnknown && decodes_parts(program, facts, sink))
    return {Severity::kMedium, Confidence::kPossible};
  return {handler ? Severity::kMedium : Severity::kLow, Confidence::kPossible};
}

std::string fix_for(const Program& program, CallId site, const std::string& text, bool erlang) {
  const std::string_view name = program.call(site).name.text();
  const std::string to_existing = erlang ? (name == "list_to_atom" ? "list_to_existing_atom(" : "binary_to_existing_atom(")
                                  : name == "concat" ? "Module.safe_concat("
                                  : name == "to_atom" && program.call(site).module == sym::Elixir_List
                                      ? "List.to_existing_atom("
                                      : "String.to_existing_atom(";
  return "Map the texts that are allowed to atoms by a case with a clause for all others, or use " + to_existing + text +
         ") and answer its error; keep what has no end as text.";
}

std::string circumstance(const Program& program, const Facts& facts, const Sink& sink, const Origin& origin, bool fallback) {
  if (fallback && origin.kind < OriginKind::kText) return " when no such atom exists yet";
  if (origin.kind == OriginKind::kGrowing) return ", which holds " + origin.what + ": a new atom each time";
  if (!origin.what.empty())
    return origin.kind >= OriginKind::kText ? ", and " + origin.what + " is sent by others" : ", " + origin.what;
  if (serves_requests(facts, sink.function)) return " in a process that serves requests";
  return decodes_parts(program, facts, sink) ? ", a part of what is decoded" : "";
}

// Who gets the atoms of a helper such as `to_name(Pid)`: where they are made for each of many.
void add_callers(const Program& program, const Facts& facts, FunctionId function, Finding& finding) {
  constexpr std::size_t kMostSteps = 3;
  std::size_t shown = 0;
  for (const std::uint32_t i : facts.calls.incoming_of(function)) {
    const FunctionId caller = facts.calls.callers[i];
    if (caller == function || !in_production(program, facts, caller) || program.call(facts.calls.edges[i].site).capture) continue;
    finding.path.push_back(
        {call_span(program, facts.calls.edges[i].site), model::display_function(program, caller) + " calls " + finding.function});
    if (++shown == kMostSteps) return;
  }
}

void report(const Program& program, const Facts& facts, Reporter& reporter, const Sink& sink, const Origin& origin) {
  const Unit& unit = program.unit_of(sink.function);
  const bool erlang = in_erlang(program, sink.function);
  const std::string shown = source_text(program, unit, sink.text, 40);
  const bool fallback = is_fallback_of_existing(program, sink.conversion);
  const Weight weight = weigh(program, facts, sink, origin, fallback);

  Finding finding = found_in(reporter, program, sink.function, call_span(program, sink.site));
  finding.severity = weight.severity;
  finding.confidence = weight.confidence;
  finding.message = finding.function + " makes an atom of " + shown + circumstance(program, facts, sink, origin, fallback);
  finding.why = "Atoms are never collected. At 1,048,576 of them the VM stops with all its processes, and nothing can rescue it" +
                std::string(origin.kind >= OriginKind::kText ? ": whoever sends enough different texts stops the node." : ".");
  finding.fix = fix_for(program, sink.conversion, shown, erlang);
  finding.path = {{finding.span, finding.function + " calls " + callee_text(program, facts, sink.site)}};
  if (sink.site != sink.conversion) {
    finding.path.push_back(
        {call_span(program, sink.conversion), model::display_function(program, program.function_of(sink.conversion)) + " calls " +
                                                  callee_text(program, facts, sink.conversion)});
  }
  finding.path.insert(finding.path.end(), origin.path.rbegin(), origin.path.rend());
  if (origin.kind <= OriginKind::kPublic || origin.kind == OriginKind::kGrowing)
    add_callers(program, facts, sink.function, finding);
  finding.key = callee_text(program, facts, sink.site) + " " + shown;
  report_weighed(reporter, std::move(finding));
}

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    const auto makes = [](const knowledge::FunctionRow& row) { return row.text_argument != 0; };
    for (const CallId site : analysis::sites_of_rows(facts_.calls, makes)) {
      const ExprId text = atom_text_at(program_, facts_, site);
      if (!text || !program_.call(site).function) continue;
      const FunctionId function = program_.function_of(site);
      if (wants_caller(program_, facts_, reporter_, function, kMaxWrappers)) review({site, site, function, text}, 0);
    }
  }

 private:
  static constexpr int kMaxWrappers = 2;

  // Follows wrappers outwards for a few steps; returns whether something was reported on the way.
  bool review(const Sink& sink, int depth) {
    if (!in_production(program_, facts_, sink.function)) return false;
    const Unit& unit = program_.unit_of(sink.function);
    if (runs_while_compiling(program_, unit, program_.call(sink.site).expr)) return false;
    if (is_member_checked(program_, sink.site, variables_in(unit, sink.text)) || is_quoted_text(sink)) return false;
    const Origin origin = origin_of(program_, facts_, sink.function, sink.text);
    if (origin.kind <= OriginKind::kSettings) return false;
    if (origin.kind == OriginKind::kGrowing && (runs_once(sink.function) || is_node_name(sink))) return false;
    if (depth < kMaxWrappers) {
      bool reported = false;
      const std::vector<Sink> outer = calls_of_wrapper(program_, facts_, sink);
      for (const Sink& call : outer) reported |= review(call, depth + 1);
      if (reported) return true;
    }
    if (depth > 0 && origin.kind < OriginKind::kText) return false;  // of a wrapper, calls with evidence only
    if (origin.kind == OriginKind::kParsed && is_compared_before(program_, sink.site, variables_in(unit, sink.text)))
      return false;
    if (origin.kind < OriginKind::kParsed && !is_worth_a_look(sink, origin)) return false;
    // Clauses for lists and binaries of one function are one finding.
    const std::string place = origin.path.empty() ? std::string() : std::to_string(origin.path.front().span.begin);
    if (!origin.what.empty() && !reported_.emplace(sink.function, origin.what + place).second) return true;
    report(program_, facts_, reporter_, sink, origin);
    return true;
  }

  // erl_scan:string("\"" ++ Text ++ "\""): one string, no atoms.
  bool is_quoted_text(const Sink& sink) const {
    if (!calls_external(facts_, sink.conversion, intern("erl_scan"), intern("string"))) return false;
    const Unit& unit = program_.unit_of(sink.function);
    const ExprId text = analysis::local_value(unit, sink.text);
    const bool made = unit.expr(text).kind == ExprKind::kBinary || unit.expr(text).kind == ExprKind::kOperator;
    if (!made || unit.expr(text).child_count == 0) return false;
    const model::Expr& first = unit.expr(unit.child(text, 0));
    return (first.kind == ExprKind::kString || first.kind == ExprKind::kCharlist) && first.symbol().text().starts_with('"');
  }

  // A node has one name.
  bool is_node_name(const Sink& sink) const {
    const Unit& unit = program_.unit_of(sink.function);
    return any_below(unit, analysis::local_value(unit, sink.text), [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      return (e.kind == ExprKind::kString || e.kind == ExprKind::kCharlist) && e.symbol().text().starts_with('@');
    });
  }

  // A name drawn when the system starts is one name.
  bool runs_once(FunctionId function) const {
    const analysis::Context& context = facts_.contexts.of(function);
    return context.processes.empty() && !context.many && context.flags == analysis::kInBoot;
  }

  // Of a text that nobody can follow to its origin there must be some other sign that there is no end of it. A name with a fixed
  // part around it (`:"#{name}.Supervisor"`) is one of few as a rule.
  bool is_worth_a_look(const Sink& sink, const Origin& origin) const {
    if (is_fallback_of_existing(program_, sink.conversion) || is_name_of_many(program_, facts_, sink)) return true;
    if (is_made_for_each(program_, facts_, sink)) return true;
    // What a function without parameters makes does not depend on who asks.
    const bool asked = program_.function(sink.function).arity > 0;
    // Beside a list of names that is written out, other names are few as well.
    if ((makes_keys(program_, sink) && !origin.also_written) || (asked && serves_requests(facts_, sink.function))) return true;
    if (names_code(program_, sink) && is_given_work(facts_, sink.function)) return true;
    if (origin.kind == OriginKind::kUnknown && decodes_parts(program_, facts_, sink)) return true;
    return origin.kind == OriginKind::kPublic && parameter_index(program_, sink.function, sink.text).has_value();
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::set<std::pair<FunctionId, std::string>> reported_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& dynamic_atom() {
  static const Rule rule{{.code = "BW501",
                          .name = "dynamic-atom",
                          .family = findings::Family::kState,
                          .severity = Severity::kMedium,
                          .summary = "Text that is not fixed becomes atoms, which are never collected"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
