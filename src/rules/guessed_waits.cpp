#include "rules/guessed_waits.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>

#include "analysis/values.h"
#include "rules/waiting.h"

namespace beamwright::rules {

using analysis::Bound;
using analysis::External;
using analysis::Runs;
using model::TargetKind;

namespace {

constexpr std::int64_t kLong = 5000;

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

template <std::size_t N>
bool starts_like(std::string_view text, const std::array<std::string_view, N>& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view word) { return text.starts_with(word); });
}

// What looks values up, builds or takes apart: its last argument may be a default, and it waits for nobody.
bool is_plain(std::string_view name) {
  static constexpr std::array<std::string_view, 33> kBeginnings = {
      "new",   "build", "parse",   "encode",    "decode", "to_",    "from_",      "is_",    "format", "config",   "set",
      "with_", "put",   "option",  "default",   "valid",  "handle", "child_spec", "start",  "stop",   "inspect",  "merge",
      "cast",  "async", "get_env", "get_value", "opt",    "env",    "init",       "create", "make",   "schedule", "shutdown"};
  return starts_like(name, kBeginnings) || name.ends_with("_async") || name.ends_with("?") || name.find("config") != name.npos ||
         name.find("setting") != name.npos || name.find("timeout") != name.npos || name.find("interval") != name.npos;
}

// Api, Client, Http, as a word of a module's name: "TeslaApi.Vehicle", "Billing.HTTPClient", "payment_http".
bool names_a_service(std::string_view module) {
  static constexpr std::array<std::string_view, 12> kWords = {"Api",  "API",  "Client", "Http", "HTTP",    "Rest",
                                                              "REST", "Grpc", "GRPC",   "SDK",  "Gateway", "HTTPClient"};
  static constexpr std::array<std::string_view, 6> kErlang = {"api", "client", "http", "rest", "grpc", "gateway"};
  std::size_t at = 0;
  const bool elixir = module.starts_with("Elixir.");
  if (elixir) at = 7;
  while (at < module.size()) {
    std::size_t end = module.find(elixir ? '.' : '_', at);
    if (end == std::string_view::npos) end = module.size();
    const std::string_view part = module.substr(at, end - at);
    if (elixir ? std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return part.ends_with(word); })
               : is_one_of(part, kErlang))
      return true;
    at = end + 1;
  }
  return false;
}

// Callbacks that set something up with another process or machine, by their name.
bool names_a_connect(std::string_view name) {
  static constexpr std::array<std::string_view, 10> kNames = {"connect",   "connect!",        "join", "login",   "authenticate",
                                                              "handshake", "open_connection", "dial", "sign_in", "establish"};
  return is_one_of(name, kNames);
}

class Search {
 public:
  Search(const Program& program, const Facts& facts, bool (*wanted)(const GuessedWait&))
      : program_(program), facts_(facts), wanted_(wanted) {}

  std::vector<GuessedWait> run(const Handler& handler) {
    std::vector<GuessedWait> all;
    struct Visit {
      CallId site;
      std::vector<CallId> chain;
    };
    constexpr std::size_t kLongest = 4, kMostFunctions = 60;
    std::vector<Visit> visits;
    std::set<FunctionId> entered = {handler.function};
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause))
      visits.push_back({site, {site}});
    for (std::size_t i = 0; i < visits.size(); ++i) {
      const Visit visit = visits[i];
      if (facts_.calls.runs[visit.site.index] != Runs::kCaller || program_.call(visit.site).capture) continue;
      if (std::optional<GuessedWait> found = at(visit.site)) {
        found->chain = visit.chain;
        const bool shown = std::any_of(all.begin(), all.end(),
                                       [&](const GuessedWait& wait) { return wait.chain.front() == visit.chain.front(); });
        // In another module of the sources only what is handed on to it is worth a guess.
        const bool own = program_.module_of(program_.function_of(visit.site)) == program_.module_of(handler.function);
        if ((own || found->guess == Guess::kCallback) && wanted_(*found) && !shown) all.push_back(std::move(*found));
      }
      const FunctionId callee = facts_.calls.callees[visit.site.index].function;
      if (!callee || visit.chain.size() >= kLongest || entered.size() >= kMostFunctions || !entered.insert(callee).second)
        continue;
      if (program_.module_of(callee) != program_.module_of(handler.function) && !hands_module_on(visit.site)) continue;
      for (const CallId inner : program_.calls_of(callee)) {
        visits.push_back({inner, visit.chain});
        visits.back().chain.push_back(inner);
      }
    }
    return all;
  }

 private:
  // connect_with_auth(Driver, Node, Port): a function of another module that is given more than literals, so that what it calls
  // may be a callback of the module it was given.
  bool hands_module_on(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    const auto arguments = arguments_of(program_, site);
    return std::any_of(arguments.begin(), arguments.end(),
                       [&](ExprId argument) { return unit.expr(argument).kind == ExprKind::kVariable; });
  }

  std::optional<GuessedWait> at(CallId site) const {
    const model::Call& call = program_.call(site);
    if (call.in_guard || !call.name) return {};
    const std::string_view name = call.name.text();
    if (call.target == TargetKind::kDynamicModule) {
      if (facts_.calls.external(site) || !names_a_connect(name)) return {};
      return GuessedWait{Guess::kCallback, limit_of(site), {}};
    }
    const External* external = facts_.calls.external(site);
    if (!external || facts_.calls.callees[site.index].function) return {};
    if (external->row) return of_known(*external, site);
    if (call.target != TargetKind::kRemote || is_plain(name) || is_known_library(external->module.text())) return {};
    const std::int64_t limit = limit_of(site);
    constexpr std::int64_t kSecond = 1000;
    if (limit == Bound::kInfinite || (limit >= kLong && limit % kSecond == 0)) return GuessedWait{Guess::kTimed, limit, {}};
    if (names_a_service(external->module.text())) return GuessedWait{Guess::kService, limit, {}};
    return {};
  }

  // A request to a process that is not in sight, given more time than anybody waits who expects an answer at once.
  std::optional<GuessedWait> of_known(const External& external, CallId site) const {
    const knowledge::FunctionRow& row = *external.row;
    if (!row.effects.has(Effect::kCall) || row.effects.has(Effect::kStartChild) || row.timeout_argument == 0) return {};
    if (stops_process(external)) return {};
    if (row.timeout_argument != arguments_of(program_, site).size()) return {};
    for (const MessageId id : facts_.messages.by_function[program_.function_of(site).index]) {
      if (facts_.message(id).site == site && facts_.message(id).receiver) return {};
    }
    const std::int64_t limit = limit_of(site);
    constexpr std::int64_t kPatient = 10'000;
    return limit >= kPatient ? std::optional(GuessedWait{Guess::kTimed, limit, {}}) : std::nullopt;
  }

  // Functions of OTP and Elixir that have no row do nothing that would be worth one.
  static bool is_known_library(std::string_view module) {
    static constexpr std::array<std::string_view, 22> kModules = {
        "Elixir.Enum",    "Elixir.Map",  "Elixir.Keyword",  "Elixir.List", "Elixir.String", "Elixir.Stream",
        "Elixir.Integer", "Elixir.Date", "Elixir.DateTime", "Elixir.Time", "Elixir.Access", "erlang",
        "lists",          "maps",        "timer",           "queue",       "gb_trees",      "gb_sets",
        "dict",           "proplists",   "string",          "application"};
    return is_one_of(module, kModules);
  }

  // The limit in the last argument; Bound::kUnknown when it is none.
  std::int64_t limit_of(CallId site) const {
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (arguments.size() < 2) return Bound::kUnknown;
    const analysis::ExprRef last = analysis::resolve_value(program_, facts_, {program_.call_units[site.index], arguments.back()});
    const Unit& unit = program_.unit(last.unit);
    if (!last.expr) return Bound::kUnknown;
    if (analysis::atom_value(unit, last.expr) == sym::infinity) return Bound::kInfinite;
    return analysis::integer_value(unit, last.expr).value_or(Bound::kUnknown);
  }

  const Program& program_;
  const Facts& facts_;
  bool (*wanted_)(const GuessedWait&);
};

}  // namespace

std::vector<GuessedWait> guessed_waits(const Program& program, const Facts& facts, const Handler& handler,
                                       bool (*wanted)(const GuessedWait&)) {
  return Search(program, facts, wanted).run(handler);
}

std::string reason_of(Guess guess) {
  switch (guess) {
    case Guess::kTimed:
      return "takes a time limit, so it waits for somebody";
    case Guess::kService:
      return "is by its name a client of another service";
    case Guess::kCallback:
      return "is supplied from outside and connects by its name";
  }
  return "";
}

}  // namespace beamwright::rules
