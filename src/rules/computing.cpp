#include "rules/computing.h"

#include <algorithm>
#include <array>
#include <set>

#include "analysis/state_fields.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::Edge;
using analysis::External;
using analysis::Runs;

namespace {

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

template <std::size_t N>
bool starts_with_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view start) { return word.starts_with(start); });
}

constexpr std::array<std::string_view, 12> kJson = {"Elixir.Jason", "Elixir.Poison", "Elixir.JSON", "Elixir.Thoas",
                                                    "jsx",          "jiffy",         "jsone",       "json",
                                                    "thoas",        "mochijson2",    "mochijson",   "mjson"};
constexpr std::array<std::string_view, 6> kPacking = {"Elixir.Msgpax", "msgpack", "Elixir.CBOR", "cbor", "bert", "Elixir.Bson"};
constexpr std::array<std::string_view, 8> kMarkup = {"Elixir.SweetXml", "xmerl_scan",   "xmerl_sax_parser", "Elixir.Saxy",
                                                     "erlsom",          "Elixir.Floki", "yamerl_constr",    "Elixir.YamlElixir"};
constexpr std::array<std::string_view, 9> kPasswords = {"Elixir.Bcrypt",   "Elixir.Argon2", "Elixir.Pbkdf2",
                                                        "Elixir.Comeonin", "bcrypt",        "Elixir.Scrypt",
                                                        "erlpass",         "pbkdf2",        "argon2"};
constexpr std::array<std::string_view, 4> kSigning = {"Elixir.JOSE.", "jose_", "Elixir.Joken", "Elixir.Guardian.Token"};
constexpr std::array<std::string_view, 8> kCompressors = {"snappy", "snappyer",        "lz4",       "ezstd", "zstd",
                                                          "brotli", "Elixir.ExBrotli", "lz4b_frame"};
constexpr std::array<std::string_view, 5> kVerbs = {"encode", "decode", "parse", "pack", "unpack"};
constexpr std::array<std::string_view, 7> kSignatures = {
    "sign", "verify", "encrypt", "decrypt", "block_", "generate", "pkix_path_validation"};
constexpr std::array<std::string_view, 6> kZlib = {"compress", "uncompress", "gzip", "gunzip", "zip", "unzip"};
constexpr std::array<std::string_view, 3> kTerms = {"term_to_binary", "term_to_iovec", "binary_to_term"};
constexpr std::array<std::string_view, 12> kCrypto = {
    "pbkdf2_hmac",    "sign",           "verify",          "compute_key",     "private_encrypt", "private_decrypt",
    "public_encrypt", "public_decrypt", "encrypt_private", "decrypt_private", "encrypt_public",  "decrypt_public"};

// Libraries of one algorithm: elliptic curves by the curve's name, wherever it stands in the module's.
bool names_a_curve(std::string_view module) {
  constexpr std::array<std::string_view, 6> kCurves = {"secp256k1", "Secp256k1", "ed25519", "Ed25519", "Curvy", "libdecaf"};
  return std::any_of(kCurves.begin(), kCurves.end(), [&](std::string_view curve) { return module.find(curve) != module.npos; });
}

// Source text made into code, and templates into functions.
bool compiles(std::string_view module, std::string_view name) {
  if (module == "compile") return name == "forms" || name == "file" || name == "noenv_forms";
  if (module == "Elixir.Code") return name.starts_with("compile_");
  if (module == "Elixir.EEx") return name.starts_with("eval_") || name == "compile_string";
  if (module == "erl_scan") return name == "string";
  return (module == "erlydtl" || module == "dynamic_compile" || module == "merl") &&
         (name.starts_with("compile") || name == "from_string" || name == "load_from_string");
}

// Pictures: each call works on every pixel.
bool works_on_pictures(std::string_view module) {
  return module.starts_with("Elixir.Vix.Vips.Operation") || module == "Elixir.Image" || module == "Elixir.Thumbp" ||
         module == "eimp" || module == "Elixir.Blurhash";
}

// What the results of these come from elsewhere: they are not what the caller handed over.
bool fetches(analysis::EffectSet effects) {
  constexpr std::array kFetching = {Effect::kHttp,       Effect::kDatabase, Effect::kSocket, Effect::kFile,
                                    Effect::kSubprocess, Effect::kRpc,      Effect::kCall,   Effect::kAwait,
                                    Effect::kPort,       Effect::kReceive,  Effect::kEtsRead};
  return std::any_of(kFetching.begin(), kFetching.end(), [&](Effect effect) { return effects.has(effect); });
}

// Follows the values of a message forwards, clause by clause, into the functions that they are passed to.
class Search {
 public:
  Search(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::vector<ComputedValue> run(const Handler& handler) {
    const analysis::CallbackArguments* role = analysis::states_of(program_, facts_).role(handler.function);
    const Unit& unit = program_.unit_of(handler.function);
    const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(handler.clause));
    if (!role || role->message == 0 || role->message > patterns.size()) return {};
    Values values;
    add(unit, patterns[role->message - 1u], values.message);
    if (role->state != 0 && role->state <= patterns.size()) add(unit, patterns[role->state - 1u], values.state);
    look(handler.function, handler.clause, values, {});
    return std::move(found_);
  }

 private:
  using Variables = std::vector<model::VariableId>;
  struct Values {
    Variables message, state;
  };

  static bool add(const Unit& unit, ExprId expr, Variables& out) {
    bool more = false;
    for (const model::VariableId variable : variables_in(unit, expr)) {
      if (std::find(out.begin(), out.end(), variable) != out.end()) continue;
      out.push_back(variable);
      more = true;
    }
    return more;
  }

  void look(FunctionId function, model::ClauseId clause_id, Values values, const std::vector<CallId>& chain) {
    const Unit& unit = program_.unit_of(function);
    const model::Clause& clause = unit.clause(clause_id);
    if (!clause.body) return;
    constexpr int kRounds = 3;  // a variable is mostly bound before it is used
    for (int round = 0; round < kRounds && spread(unit, clause.body, values); ++round) {
    }
    for (const CallId site : analysis::calls_in_clause(program_, function, clause_id)) take(unit, site, values, chain);
  }

  // One round over a body: what is bound to something made of a value is made of it. Says whether there is more than before.
  bool spread(const Unit& unit, ExprId body, Values& values) const {
    bool more = false;
    const auto pass = [&](ExprId from, ExprId to) {
      if (fetched(unit, from)) return;
      if (mentions(unit, from, values.message)) more |= add(unit, to, values.message);
      if (mentions(unit, from, values.state)) more |= add(unit, to, values.state);
    };
    any_below(unit, body, [&](ExprId id) {
      const model::Expr& expr = unit.expr(id);
      switch (expr.kind) {
        case ExprKind::kMatch:
        case ExprKind::kGenerator:
          pass(unit.child(id, 1), unit.child(id, 0));
          break;
        case ExprKind::kCase:
          if (expr.child_count == 0) break;
          for (const model::ClauseId c : unit.clauses_of(expr)) {
            for (const ExprId pattern : unit.patterns_of(unit.clause(c))) pass(unit.child(id, 0), pattern);
          }
          break;
        case ExprKind::kCall:
          pass_to_closures(unit, id, pass);
          break;
        default:
          break;
      }
      return false;
    });
    return more;
  }

  // Enum.map(items, fn item -> … end): the items of the arguments beside it.
  template <typename Pass>
  static void pass_to_closures(const Unit& unit, ExprId call, const Pass& pass) {
    for (const ExprId closure : unit.children_of(call)) {
      if (unit.expr(closure).kind != ExprKind::kClosure) continue;
      for (const ExprId beside : unit.children_of(call)) {
        if (beside == closure) continue;
        for (const model::ClauseId c : unit.clauses_of(unit.expr(closure))) {
          for (const ExprId pattern : unit.patterns_of(unit.clause(c))) pass(beside, pattern);
        }
      }
    }
  }

  bool fetched(const Unit& unit, ExprId from) const {
    const model::Expr& expr = unit.expr(from);
    if (expr.kind != ExprKind::kCall) return false;
    const model::Call& call = unit.call_of(expr);
    const CallId site(unit.first_call + static_cast<std::uint32_t>(&call - unit.calls.data()));
    return fetches(analysis::effects_at(program_, facts_, site));
  }

  void take(const Unit& unit, CallId site, const Values& values, const std::vector<CallId>& outer) {
    constexpr std::size_t kLongest = 5;
    if (facts_.calls.runs[site.index] != Runs::kCaller || program_.call(site).capture) return;
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const auto mentioned = [&](const Variables& variables) {
      return std::any_of(arguments.begin(), arguments.end(), [&](ExprId a) { return mentions(unit, a, variables); });
    };
    if (!mentioned(values.message)) return;
    std::vector<CallId> chain = outer;
    chain.push_back(site);
    if (const External* external = facts_.calls.external(site)) {
      const Computing computing = computing_of(*external);
      if (!computing.what.empty()) found_.push_back({site, computing, chain, mentioned(values.state)});
      return;
    }
    if (chain.size() >= kLongest) return;
    for (const Edge& edge : facts_.calls.edges_of(program_.function_of(site))) {
      if (edge.site == site && edge.runs == Runs::kCaller && !edge.possible && !edge.spoken_for)
        enter(unit, edge, arguments, values, chain);
    }
  }

  void enter(const Unit& unit, const Edge& edge, std::span<const ExprId> arguments, const Values& values,
             const std::vector<CallId>& chain) {
    constexpr std::size_t kMostFunctions = 60;
    if (entered_.size() >= kMostFunctions || !entered_.insert(edge.callee).second) return;
    const Unit& there = program_.unit_of(edge.callee);
    for (const model::ClauseId id : program_.function(edge.callee).clauses) {
      const std::span<const ExprId> patterns = there.patterns_of(there.clause(id));
      Values inner;
      for (std::size_t i = 0; i < patterns.size() && i < arguments.size(); ++i) {
        if (mentions(unit, arguments[i], values.message)) add(there, patterns[i], inner.message);
        if (mentions(unit, arguments[i], values.state)) add(there, patterns[i], inner.state);
      }
      look(edge.callee, id, std::move(inner), chain);
    }
  }

  const Program& program_;
  const Facts& facts_;
  std::set<FunctionId> entered_;
  std::vector<ComputedValue> found_;
};

}  // namespace

Computing computing_of(const External& external) {
  const std::string_view module = external.module.text(), name = external.name.text();
  const bool of_keys = module == "crypto" || module == "public_key" || starts_with_one_of(module, kSigning);
  if (of_keys && name.starts_with("verify")) return {"the check of a signature", true};
  if (is_one_of(module, kPasswords)) return {"a password's hash", true};
  if (starts_with_one_of(module, kSigning) && starts_with_one_of(name, kSignatures)) return {"a signature or cipher", true};
  if ((module == "crypto" || module == "public_key") && (is_one_of(name, kCrypto) || name == "pkix_path_validation"))
    return {"a signature, cipher or key", true};
  if (module == "enacl" && (name.starts_with("pwhash") || starts_with_one_of(name, kSignatures)))
    return {"a signature or cipher", true};
  if (module == "zlib" && is_one_of(name, kZlib)) return {"compression", true};
  if (is_one_of(module, kCompressors) && name.find("compress") != std::string_view::npos) return {"compression", true};
  if (is_one_of(module, kMarkup) && !name.starts_with("xpath") && name != "file") return {"the parsing of a document", true};
  if (module == "Elixir.Code" && name.starts_with("eval_")) return {"the evaluation of code", true};
  if (names_a_curve(module) &&
      (starts_with_one_of(name, kSignatures) || name.find("sign") != name.npos || name.find("verify") != name.npos ||
       name.find("recover") != name.npos || name.find("public_key") != name.npos))
    return {"a signature or key", true};
  if (compiles(module, name)) return {"the compilation of code", true};
  if (works_on_pictures(module)) return {"work on a picture", true};
  if (module == "Elixir.NimbleCSV" || module == "Elixir.CSV" || module == "erl_csv" || module == "Elixir.Earmark" ||
      module == "Elixir.MDEx")
    return {"the parsing of a document", true};
  if (is_one_of(module, kJson) && starts_with_one_of(name, kVerbs)) return {"the coding of JSON", false};
  if (is_one_of(module, kPacking) && starts_with_one_of(name, kVerbs)) return {"the coding of a message", false};
  if (module == "erlang" && is_one_of(name, kTerms)) return {"the coding of a term", false};
  return {};
}

std::vector<ComputedValue> computed_from_message(const Program& program, const Facts& facts, const Handler& handler) {
  return Search(program, facts).run(handler);
}

}  // namespace beamwright::rules
