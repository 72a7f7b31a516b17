// binary_to_term builds whatever the bytes say: new atoms, which are never collected, funs and references to other processes, and
// compressed terms many times their size. Bytes that others send must not be read without `safe`.
#include <algorithm>
#include <array>
#include <set>

#include "analysis/values.h"
#include "rules/origin.h"
#include "rules/support.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

// The bytes that the call reads without `safe`; none when it is no such call.
ExprId bytes_at(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || !external->row || program.call(site).capture || external->row->text_argument == 0) return {};
  if (!external->row->effects.has(Effect::kDecodeTerm)) return {};
  if (!analysis::effects_at(program, facts, site).has(Effect::kDecodeTerm)) return {};
  const std::span<const ExprId> arguments = arguments_of(program, site);
  if (arguments.size() > 1) {  // options that cannot be read may well be safe
    const analysis::ExprRef options = analysis::resolve_value(program, facts, {program.call_units[site.index], arguments[1]});
    if (program.unit(options.unit).expr(options.expr).kind != ExprKind::kList) return {};
  }
  return external->row->text_argument <= arguments.size() ? arguments[external->row->text_argument - 1u] : ExprId();
}

// Functions that cut, decode or pick out text and give back what was in it. What another function gives, with an outside text as
// its key or after checking a signature, is not what was sent.
bool hands_on(const analysis::External& external) {
  constexpr std::array<std::string_view, 16> kModules = {
      "base64",      "binary",        "uri_string", "lists",      "maps",       "proplists", "zlib",          "erlang",
      "Elixir.Base", "Elixir.String", "string",     "Elixir.Map", "Elixir.URI", "gb_trees",  "Elixir.Access", "Elixir.Keyword"};
  if (external.row && !external.row->input.empty()) return true;
  return std::find(kModules.begin(), kModules.end(), external.module.text()) != kModules.end();
}

// The value that a variable was taken out of; none for a parameter and a received message.
ExprId taken_from(const Unit& unit, const model::Expr& variable) {
  if (!model::VariableId(variable.payload)) return {};
  ExprId at = unit.variable_of(variable).binding;
  for (ExprId around = at ? unit.parent(at) : ExprId(); around; at = around, around = unit.parent(around)) {
    const model::Expr& e = unit.expr(around);
    if (e.has(model::kInPattern)) continue;
    if (e.kind == ExprKind::kMatch || e.kind == ExprKind::kGenerator) return unit.child(around, 1);
    return e.kind == ExprKind::kCase && e.child_count > 0 ? unit.child(around, 0) : ExprId();
  }
  return {};
}

// Are the bytes what came in, at most cut or decoded on the way in this function?
bool is_as_sent(const Unit& unit, const Facts& facts, ExprId bytes) {
  constexpr int kMaxSteps = 12;
  ExprId at = bytes;
  for (int step = 0; step < kMaxSteps && at; ++step) {
    at = analysis::local_value(unit, at);
    const model::Expr& e = unit.expr(at);
    if (e.kind == ExprKind::kVariable) {
      at = taken_from(unit, e);
      continue;
    }
    if (e.kind != ExprKind::kCall) return true;
    const analysis::External* external = facts.calls.external(CallId(unit.first_call + e.payload));
    if (!external || !hands_on(*external)) return false;
    if (external->row && !external->row->input.empty()) return true;
    at = e.child_count > 0 ? unit.child(at, 0) : ExprId();
  }
  return true;
}

bool has_word(std::string text, std::span<const std::string_view> words) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

// decode(Bytes, …) of a module that implements somebody's codec: what it is given comes from the other side, as a rule.
bool is_decoder(const Program& program, FunctionId function, ExprId bytes) {
  constexpr std::array<std::string_view, 6> kCodecs = {"codec", "serializ", "serialis", "decod", "marshal", "packer"};
  constexpr std::array<std::string_view, 6> kVerbs = {"decode", "deserial", "unpack", "parse", "unmarshal", "from_binary"};
  const model::Function& row = program.function(function);
  if (!row.has(model::kPublic) || !has_word(std::string(row.name.text()), kVerbs)) return false;
  if (!analysis::parameter_index(program, function, bytes)) return false;
  const ModuleId module = program.module_of(function);
  for (const model::Directive& directive : program.unit_of(module).directives_of(program.module(module))) {
    if (directive.kind == model::DirectiveKind::kBehaviour && !directive.quoted &&
        has_word(std::string(directive.module.text()), kCodecs)) {
      return true;
    }
  }
  return false;
}

void report(const Program& program, const Facts& facts, Reporter& reporter, CallId site, ExprId bytes, const Origin& origin) {
  const FunctionId function = program.function_of(site);
  const bool erlang = in_erlang(program, function);
  const Unit& unit = program.unit_of(site);
  const std::string shown = source_text(program, unit, bytes, 40);
  const std::string callee = callee_text(program, facts, site);
  const bool executable = program.call(site).name.text().starts_with("binary_to_term");

  Finding finding = found_in(reporter, program, function, call_span(program, site));
  finding.severity = origin.kind == OriginKind::kOutside && executable ? Severity::kHigh : Severity::kMedium;
  finding.confidence =
      origin.kind == OriginKind::kParsed || origin.kind == OriginKind::kPublic ? Confidence::kPossible : Confidence::kLikely;
  finding.message =
      finding.function + " reads " + shown + " with " + callee + " and without `safe`, and " + origin.what + " is sent by others";
  finding.why =
      "Whoever sends the bytes chooses the term: a few thousand of them fill the atom table and stop the VM, a compressed one "
      "fills the memory" +
      std::string(executable ? ", and a fun in it runs as soon as something like Enum calls it." : ".");
  finding.fix = erlang ? "Use `binary_to_term(Binary, [safe])` and check the shape of the term, or a format without atoms, such "
                         "as JSON; bytes that this "
                         "system made itself should be signed."
                       : "Use `Plug.Crypto.non_executable_binary_to_term(binary, [:safe])`, or at least "
                         "`:erlang.binary_to_term(binary, [:safe])`, and check "
                         "the shape of the term; bytes that this system made itself should be signed.";
  finding.path = {{finding.span, finding.function + " calls " + callee}};
  finding.path.insert(finding.path.end(), origin.path.rbegin(), origin.path.rend());
  finding.key = callee + " " + shown;
  report_weighed(reporter, std::move(finding));
}

// The function computes or checks a signature: bytes that do not bear it are not read.
bool checks_signature(const Program& program, const Facts& facts, FunctionId function) {
  for (const CallId site : program.calls_of(function)) {
    const analysis::External* external = facts.calls.external(site);
    if (!external) continue;
    const std::string_view module = external->module.text(), name = external->name.text();
    const bool mac = module == "crypto" && (name.starts_with("mac") || name.starts_with("hmac") || name == "verify");
    if (mac || name == "secure_compare" || name == "verify_signed" || name == "hash_equals") return true;
  }
  return false;
}

// base64:decode(Token), decodeBase64Url(Packed): bytes that came as text, as cookies, bookmarks and tokens do; unpacked or not.
bool was_text(const Unit& unit, const Facts& facts, ExprId bytes) {
  constexpr int kMostSteps = 6;
  for (int step = 0; step < kMostSteps && bytes; ++step) {
    const model::Expr& e = unit.expr(analysis::local_value(unit, bytes));
    if (e.kind == ExprKind::kVariable) {  // {:ok, bytes} <- Base.url_decode64(cursor)
      bytes = taken_from(unit, e);
      continue;
    }
    if (e.kind != ExprKind::kCall) return false;
    const model::Call& call = unit.call_of(e);
    const analysis::External* external = facts.calls.external(CallId(unit.first_call + e.payload));
    const std::string_view module = external ? external->module.text() : std::string_view();
    const std::string_view name = call.name ? call.name.text() : std::string_view();
    const bool decodes = name.find("ecode") != std::string_view::npos;
    if (decodes && (module == "base64" || module == "Elixir.Base" || name.find("ase64") != std::string_view::npos)) return true;
    if (!external || !hands_on(*external) || e.child_count == 0) return false;
    bytes = unit.children_of(e)[0];
  }
  return false;
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  std::set<std::pair<FunctionId, std::string>> reported;
  for (const CallId site : wanted_calls(program, reporter)) {
    const FunctionId function = program.function_of(site);
    const ExprId bytes = function ? bytes_at(program, facts, site) : ExprId();
    if (!bytes || !in_production(program, facts, function) ||
        (!was_text(program.unit_of(site), facts, bytes) && !is_as_sent(program.unit_of(site), facts, bytes))) {
      continue;
    }
    if (checks_signature(program, facts, function)) continue;
    Origin origin = analysis::bytes_origin_of(program, facts, function, bytes);
    if (origin.kind == OriginKind::kUnknown && was_text(program.unit_of(site), facts, bytes)) {
      origin.kind = OriginKind::kParsed;
      origin.what = "what was packed into text";
    }
    if (origin.kind >= OriginKind::kUnknown && origin.kind <= OriginKind::kParsed && is_decoder(program, function, bytes)) {
      origin.kind = OriginKind::kParsed;
      origin.what = "what a codec decodes";
      report(program, facts, reporter, site, bytes, origin);
      continue;
    }
    const bool request = (facts.contexts.of(function).flags & analysis::kInRequest) != 0;
    const bool outside = origin.kind == OriginKind::kOutside || origin.kind == OriginKind::kText ||
                         ((origin.kind == OriginKind::kPublic || origin.kind == OriginKind::kParsed) &&
                          was_text(program.unit_of(site), facts, bytes));
    if ((!outside && !(origin.kind == OriginKind::kParsed && request)) || origin.what.empty()) continue;
    if (reported.emplace(function, origin.what).second) report(program, facts, reporter, site, bytes, origin);
  }
}

}  // namespace

const Rule& unsafe_binary_to_term() {
  static const Rule rule{{.code = "BW502",
                          .name = "unsafe-binary-to-term",
                          .family = findings::Family::kState,
                          .severity = Severity::kHigh,
                          .summary = "Bytes that others send become any term they like"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
