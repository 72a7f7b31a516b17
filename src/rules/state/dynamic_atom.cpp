// Atoms are never collected, and the VM stops when there are 1,048,576 of them: no process can rescue that. Text from outside must
// not become atoms unless it is one of a fixed set.
#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "rules/origin.h"
#include "rules/support.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

// The text that a call makes an atom of; none when the call is no such thing.
ExprId text_of(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || !external->row || program.call(site).capture || external->row->text_argument == 0) return {};
  // binary_to_term is a hazard of its own, evaluating code is a tool's business.
  if (external->row->effects.has(Effect::kDecodeTerm) || external->module == sym::Elixir_Code) return {};
  if (!analysis::effects_at(program, facts, site).has(Effect::kAtomCreation)) return {};
  const std::span<const ExprId> arguments = arguments_of(program, site);
  return external->row->text_argument <= arguments.size() ? arguments[external->row->text_argument - 1u] : ExprId();
}

// Somebody asked before whether the text is one of a set: `if x in @allowed`, `case lists:member(X, ?ALLOWED) of true -> …`.
bool is_member_checked(const Program& program, CallId site, const std::vector<model::VariableId>& variables) {
  const Unit& unit = program.unit_of(site);
  for (ExprId around = unit.parent(program.call(site).expr); around; around = unit.parent(around)) {
    const model::Expr& e = unit.expr(around);
    if (e.kind != ExprKind::kCase && e.kind != ExprKind::kWith) continue;
    for (const ExprId child : unit.children_of(e)) {
      if (any_below(unit, child, [&](ExprId id) {
            const model::Expr& c = unit.expr(id);
            const bool in = c.kind == ExprKind::kOperator && c.symbol() == sym::in;
            if (!in && c.kind != ExprKind::kCall) return false;
            const std::string_view name = in ? "member" : unit.call_of(c).name.text();
            const bool asks = name.starts_with("member") || name == "in" || name == "has_key?" || name == "is_key" || name == "keymember";
            return asks && mentions(unit, id, variables);
          })) {
        return true;
      }
    }
  }
  return false;
}

// `try binary_to_existing_atom(X) catch error:badarg -> binary_to_atom(X)`: the author knows that it may be new.
bool is_fallback_of_existing(const Program& program, CallId site) {
  const Unit& unit = program.unit_of(site);
  for (ExprId around = unit.parent(program.call(site).expr); around; around = unit.parent(around)) {
    const model::Expr& e = unit.expr(around);
    if (e.kind != ExprKind::kTry) continue;
    return any_below(unit, unit.child(around, 0), [&](ExprId id) {
      const model::Expr& c = unit.expr(id);
      return c.kind == ExprKind::kCall && unit.call_of(c).name.text().find("to_existing_atom") != std::string_view::npos;
    });
  }
  return false;
}

// Inside `quote` it runs where the macro is used, and inside `unquote` where the function is defined, while that is compiled.
bool runs_while_compiling(const Program& program, const Unit& unit, ExprId expr) {
  for (ExprId around = unit.parent(expr); around; around = unit.parent(around)) {
    const ExprKind kind = unit.expr(around).kind;
    if (kind == ExprKind::kQuote) return true;
    if (kind == ExprKind::kUnknown && source_text(program, unit, around).starts_with("unquote")) return true;
  }
  return false;
}

struct Weight {
  Severity severity = Severity::kLow;
  Confidence confidence = Confidence::kPossible;
};

// A text that becomes an atom, and where that is said: at the call itself or, of a wrapper like `to_atom(Text) ->
// binary_to_atom(Text, utf8)`, at a call of the wrapper, for only there one sees what the text is.
struct Sink {
  CallId conversion;
  CallId site;
  FunctionId function;
  ExprId text;
};

// A process per request runs the code.
bool serves_requests(const Facts& facts, FunctionId function) {
  return (facts.contexts.of(function).flags & analysis::kInRequest) != 0;
}

// Names under which processes of a kind register that there is one of for each peer, user or session.
bool is_name_of_many(const Program& program, const Facts& facts, const Sink& sink) {
  constexpr std::array<std::string_view, 14> kMany = {"peer", "user", "session", "client", "connection", "address", "ip", "tenant",
                                                      "room", "device", "customer", "account", "email", "token"};
  const Unit& unit = program.unit_of(sink.function);
  const std::vector<model::VariableId> variables = variables_in(unit, sink.text);
  if (variables.size() != 1 || !unit.expr(sink.text).child_count) return false;
  std::string name(unit.variables[variables[0].index].name.text());
  std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (name.ends_with("_id")) name.resize(name.size() - 3);
  if (std::find(kMany.begin(), kMany.end(), name) == kMany.end()) return false;
  // The module starts or registers something under the name.
  for (const FunctionId f : program.functions_of(program.module_of(sink.function))) {
    for (const CallId site : program.calls_of(f)) {
      const analysis::External* external = facts.calls.external(site);
      if (external && external->row && (external->name == sym::start_link || external->name.text() == "register")) return true;
    }
  }
  return false;
}

Weight weigh(const Program& program, const Facts& facts, const Sink& sink, const Origin& origin, bool fallback) {
  const bool request = serves_requests(facts, sink.function);
  const ProcessId own = facts.processes.of(program.module_of(sink.function));
  const bool handler = request && own && facts.process(own).kind == analysis::ProcessKind::kRequest;
  switch (origin.kind) {
    case OriginKind::kOutside:
    case OriginKind::kGrowing: return {Severity::kHigh, Confidence::kLikely};
    case OriginKind::kText: return {request ? Severity::kHigh : Severity::kMedium, Confidence::kLikely};
    case OriginKind::kParsed: return {request ? Severity::kMedium : Severity::kLow, Confidence::kPossible};
    default: break;
  }
  if (fallback || is_name_of_many(program, facts, sink)) return {Severity::kMedium, Confidence::kLikely};
  return {handler ? Severity::kMedium : Severity::kLow, Confidence::kPossible};
}

std::string fix_for(const Program& program, CallId site, const std::string& text, bool erlang) {
  const std::string_view name = program.call(site).name.text();
  const std::string to_existing = erlang ? (name == "list_to_atom" ? "list_to_existing_atom(" : "binary_to_existing_atom(")
                                  : name == "concat"            ? "Module.safe_concat("
                                  : name == "to_atom" && program.call(site).module == sym::Elixir_List ? "List.to_existing_atom("
                                                                                                        : "String.to_existing_atom(";
  return "Map the texts that are allowed to atoms by a case with a clause for all others, or use " + to_existing + text +
         ") and answer its error; keep what has no end as text.";
}

std::string circumstance(const Facts& facts, const Sink& sink, const Origin& origin, bool fallback) {
  if (fallback && origin.kind < OriginKind::kText) return " when no such atom exists yet";
  if (origin.kind == OriginKind::kGrowing) return ", which holds " + origin.what + ": a new atom each time";
  if (!origin.what.empty()) return origin.kind >= OriginKind::kText ? ", and " + origin.what + " is sent by others" : ", " + origin.what;
  return serves_requests(facts, sink.function) ? " in a process that serves requests" : "";
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
  finding.message = finding.function + " makes an atom of " + shown + circumstance(facts, sink, origin, fallback);
  finding.why = "Atoms are never collected. At 1,048,576 of them the VM stops with all its processes, and nothing can rescue it" +
                std::string(origin.kind >= OriginKind::kText ? ": whoever sends enough different texts stops the node." : ".");
  finding.fix = fix_for(program, sink.conversion, shown, erlang);
  finding.path = {{finding.span, finding.function + " calls " + callee_text(program, facts, sink.site)}};
  if (sink.site != sink.conversion) {
    finding.path.push_back({call_span(program, sink.conversion), model::display_function(program, program.function_of(sink.conversion)) +
                                                                     " calls " + callee_text(program, facts, sink.conversion)});
  }
  finding.path.insert(finding.path.end(), origin.path.rbegin(), origin.path.rend());
  finding.key = callee_text(program, facts, sink.site) + " " + shown;
  report_weighed(reporter, std::move(finding));
}

// The calls of a wrapper; nothing when the text is more than its parameter, or when one place alone uses it.
std::vector<Sink> calls_of_wrapper(const Program& program, const Facts& facts, const Sink& sink) {
  constexpr std::size_t kMaxCallers = 60;
  std::vector<Sink> outer;
  const std::optional<std::size_t> parameter = parameter_index(program, sink.function, sink.text);
  const std::span<const std::uint32_t> incoming = facts.calls.incoming_of(sink.function);
  if (!parameter || incoming.size() < 2 || incoming.size() > kMaxCallers) return outer;
  for (const std::uint32_t i : incoming) {
    const CallId site = facts.calls.edges[i].site;
    const std::span<const ExprId> arguments = arguments_of(program, site);
    const bool direct = facts.calls.callees[site.index].function == sink.function && !program.call(site).capture;
    if (direct && *parameter < arguments.size()) {
      outer.push_back({sink.conversion, site, facts.calls.callers[i], arguments[*parameter]});
      continue;
    }
    // lists:map(fun to_atom/1, Texts): the elements of what stands beside the capture.
    const Unit& unit = program.unit_of(site);
    const ExprId call = program.call(site).capture ? unit.parent(program.call(site).expr) : program.call(site).expr;
    if (!call || unit.expr(call).kind != ExprKind::kCall) return {};
    for (const ExprId argument : unit.children_of(call)) {
      const ExprKind kind = unit.expr(argument).kind;
      if (kind != ExprKind::kCapture && kind != ExprKind::kClosure) outer.push_back({sink.conversion, site, facts.calls.callers[i], argument});
    }
  }
  return outer;
}

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t i = 0; i < program_.call_units.size(); ++i) {
      const CallId site(i);
      const ExprId text = text_of(program_, facts_, site);
      if (text && program_.call(site).function) review({site, site, program_.function_of(site), text}, 0);
    }
  }

 private:
  // Follows wrappers outwards for a few steps; returns whether something was reported on the way.
  bool review(const Sink& sink, int depth) {
    constexpr int kMaxWrappers = 2;
    if (!in_production(program_, facts_, sink.function)) return false;
    const Unit& unit = program_.unit_of(sink.function);
    if (runs_while_compiling(program_, unit, program_.call(sink.site).expr)) return false;
    if (is_member_checked(program_, sink.site, variables_in(unit, sink.text))) return false;
    const Origin origin = origin_of(program_, facts_, sink.function, sink.text);
    if (origin.kind <= OriginKind::kSettings) return false;
    if (depth < kMaxWrappers) {
      bool reported = false;
      const std::vector<Sink> outer = calls_of_wrapper(program_, facts_, sink);
      for (const Sink& call : outer) reported |= review(call, depth + 1);
      if (reported) return true;
    }
    if (depth > 0 && origin.kind < OriginKind::kText) return false;  // of a wrapper, calls with evidence only
    // Clauses for lists and binaries of one function are one finding.
    if (!origin.what.empty() && !reported_.emplace(sink.function, origin.what).second) return true;
    report(program_, facts_, reporter_, sink, origin);
    return true;
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
