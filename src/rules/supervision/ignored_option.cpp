// Supervisors read the options they know and pass over the others: `max_restart: 100` stays three restarts in five seconds, and
// Erlang's `#{stratgy => one_for_all}` runs one_for_one. Neither the compiler nor the VM says a word (supervisor:check_flags/1
// and check_childspec/1 merge defaults with whatever map comes; Elixir's Supervisor splits its keywords the same way). Where
// Elixir does raise, for `use GenServer, …`, child_spec overrides and a missing `strategy:`, nothing is reported.
#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "analysis/values.h"
#include "rules/child_starts.h"
#include "rules/rewrites.h"
#include "rules/support.h"
#include "rules/walk.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

using model::Expr;

struct Misplaced {
  std::string_view key;
  std::string_view instead;  // the same in this place; empty when it has no business here
};

// A place that takes options: the words it knows, and words of other places that people write here.
struct Place {
  std::string_view name;
  std::span<const std::string_view> known;
  std::span<const Misplaced> misplaced;
};

constexpr std::array<std::string_view, 15> kElixirFlags = {
    "strategy",        "max_restarts", "max_seconds", "auto_shutdown",   "name",
    "timeout",         "debug",        "spawn_opt",   "hibernate_after", "max_children",
    "extra_arguments", "id",           "restart",     "shutdown",        "modules"};
constexpr std::array<Misplaced, 9> kNotElixirFlags = {{{"intensity", "max_restarts"},
                                                       {"period", "max_seconds"},
                                                       {"max_r", "max_restarts"},
                                                       {"max_t", "max_seconds"},
                                                       {"max_retries", "max_restarts"},
                                                       {"retries", "max_restarts"},
                                                       {"restarts", "max_restarts"},
                                                       {"max_intensity", "max_restarts"},
                                                       {"max_period", "max_seconds"}}};
constexpr std::array<std::string_view, 4> kErlangFlags = {"strategy", "intensity", "period", "auto_shutdown"};
constexpr std::array<Misplaced, 10> kNotErlangFlags = {{{"max_retries", "intensity"},
                                                        {"retries", "intensity"},
                                                        {"restarts", "intensity"},
                                                        {"max_period", "period"},
                                                        {"max_restarts", "intensity"},
                                                        {"max_seconds", "period"},
                                                        {"max_restart", "intensity"},
                                                        {"max_intensity", "intensity"},
                                                        {"max_r", "intensity"},
                                                        {"max_t", "period"}}};
constexpr std::array<std::string_view, 7> kChildKeys = {"id", "start", "restart", "shutdown", "type", "modules", "significant"};
constexpr std::array<Misplaced, 13> kNotChildKeys = {{{"max_restarts", ""},
                                                      {"max_seconds", ""},
                                                      {"intensity", ""},
                                                      {"period", ""},
                                                      {"strategy", ""},
                                                      {"restart_type", "restart"},
                                                      {"restart_policy", "restart"},
                                                      {"restart_strategy", "restart"},
                                                      {"shutdown_timeout", "shutdown"},
                                                      {"shutdown_time", "shutdown"},
                                                      {"shutdown_type", "shutdown"},
                                                      {"child_type", "type"},
                                                      {"max_retries", ""}}};
constexpr std::array<std::string_view, 5> kStartKeys = {"name", "timeout", "debug", "spawn_opt", "hibernate_after"};
constexpr std::array<Misplaced, 4> kNotStartKeys = {
    {{"max_restarts", ""}, {"max_seconds", ""}, {"intensity", ""}, {"period", ""}}};

constexpr Place kOfElixir = {"the supervisor's options", kElixirFlags, kNotElixirFlags};
constexpr Place kOfErlang = {"the supervisor's flags", kErlangFlags, kNotErlangFlags};
constexpr Place kOfChild = {"a child specification", kChildKeys, kNotChildKeys};
constexpr Place kOfStart = {"the options of a supervisor whose flags its own init/1 returns", kStartKeys, kNotStartKeys};

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

// What an unknown key was probably meant to be; none when the key is known, or is nothing that anybody would mistake.
std::optional<Misplaced> fault(const Place& place, std::string_view key) {
  if (std::find(place.known.begin(), place.known.end(), key) != place.known.end()) return {};
  for (const Misplaced& wrong : place.misplaced) {
    if (wrong.key == key) return wrong;
  }
  constexpr std::size_t kShortest = 5;
  if (key.size() < kShortest) return {};
  for (const std::string_view known : place.known) {
    if (known.size() >= kShortest && edit_distance(known, key) <= (known.size() > kShortest ? 2u : 1u))
      return Misplaced{key, known};
  }
  return {};
}

bool is_restart_budget(std::string_view key) {
  return key == "max_restarts" || key == "max_seconds" || key == "intensity" || key == "period";
}

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (const analysis::Supervisor& supervisor : facts_.supervisors) flags(supervisor);
    for (const CallId site : wanted_calls(program_, reporter_)) start(site);
    for (std::uint32_t f = 0; f < program_.functions.size(); ++f) children(FunctionId(f));
    for (const analysis::Tree& tree : analysis::forest_of(program_, facts_).trees) {
      for (const analysis::TreeChild& child : tree.children) no_supervisor(child);
    }
  }

 private:
  void flags(const analysis::Supervisor& supervisor) {
    if (!supervisor.flags_expr) return;
    const Unit& unit = program_.unit(supervisor.flags_expr.unit);
    const Expr& e = unit.expr(supervisor.flags_expr.expr);
    const bool erlang = e.kind == ExprKind::kMap;  // Elixir's Supervisor takes a keyword list alone
    if (erlang || e.kind == ExprKind::kList) {
      keys(supervisor.function, unit, supervisor.flags_expr.expr, erlang ? kOfErlang : kOfElixir);
    }
  }

  // Supervisor.start_link(Module, argument, options): the flags come from init/1 of the module.
  void start(CallId site) {
    const FunctionId function = program_.function_of(site);
    if (!function || program_.call(site).capture) return;
    if (!calls_external(facts_, site, sym::Elixir_Supervisor, sym::start_link) || program_.call(site).arity != 3) return;
    const Unit& unit = program_.unit_of(site);
    const ExprId options = analysis::local_value(unit, arguments_of(program_, site)[2]);
    if (unit.expr(options).kind == ExprKind::kList) keys(function, unit, options, kOfStart);
  }

  // #{id => …, start => {M, F, A}}: a child specification, wherever it stands.
  void children(FunctionId function) {
    if (!program_.reviewed(function) || !reporter_.wants(program_, function)) return;
    const Unit& unit = program_.unit_of(function);
    const model::Function& f = program_.function(function);
    for (const model::ClauseId id : f.clauses) {
      const model::Clause& clause = unit.clause(id);
      if (!clause.body) continue;
      visit(function, unit, clause.body);
    }
  }

  void visit(FunctionId function, const Unit& unit, ExprId root);
  void no_supervisor(const analysis::TreeChild& child);
  void keys(FunctionId function, const Unit& unit, ExprId options, const Place& place);
  void report(FunctionId function, const Unit& unit, ExprId at, const Place& place, const Misplaced& wrong,
              const std::vector<ExprId>& keys);
  findings::Rewrite rewrite_for(FunctionId function, const Unit& unit, ExprId at, const Place& place, std::string_view instead,
                                const std::vector<ExprId>& keys) const;

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::vector<analysis::ExprRef> called_supervisors_;
};

// A gen_server whose specification says that it is a supervisor. `infinity` is meant for these, and a release upgrade asks them
// for their children (stdlib: supervisor, "Child specification"; sasl: release_handler).
void Check::no_supervisor(const analysis::TreeChild& child) {
  if (child.type != sym::supervisor || child.tree || !child.place || !child.source) return;
  if ((child.module && child.module != program_.module(child.source).name) || !production_place(program_, facts_, child.place))
    return;
  const ProcessId id = facts_.processes.of(child.source);
  const FunctionId function = function_at(program_, child.place);
  if (!id || !function || !reporter_.wants(program_, function)) return;
  const Process& process = facts_.process(id);
  if (process.behaviour != sym::gen_server && process.behaviour != sym::Elixir_GenServer) return;
  // One that answers for its children, or starts processes of its own, is a supervisor in all but the name.
  for (const auto handler : process.handlers) {
    if (facts_.handler(handler).pattern.tag == intern("which_children")) return;
    if (facts_.effects.all[facts_.handler(handler).function.index].has(Effect::kSpawn)) return;
  }
  if (std::find(called_supervisors_.begin(), called_supervisors_.end(), child.place) != called_supervisors_.end()) return;
  called_supervisors_.push_back(child.place);
  const bool erlang = in_erlang(program_, function);
  const std::string name = process_name(program_, facts_, id);
  const bool endless = child.shutdown == "infinity";
  Finding finding = found_in(reporter_, program_, function, program_.unit(child.place.unit).span(child.place.expr));
  // Where it traps exits its terminate/2 decides how long the whole tree takes to stop. Whoever walks the tree asks it for its
  // children and waits without limit: a server that does not take the call dies of it, one that does not answer keeps the caller.
  const bool answers = std::any_of(process.handlers.begin(), process.handlers.end(), [&](const auto handler) {
    const Handler& h = facts_.handler(handler);
    return h.kind == HandlerKind::kCall && h.catch_all && h.reply == analysis::Reply::kReply;
  });
  finding.severity = endless && (process.traps_exits || !answers) ? Severity::kMedium : Severity::kLow;
  finding.confidence = Confidence::kCertain;
  finding.message =
      name + " is no supervisor, as its specification says it is" + (endless ? ", and is waited for without limit" : "");
  finding.why =
      std::string(endless ? "`infinity` is how long a supervisor may take to stop its children. For a worker it means that "
                            "the stop of the whole tree hangs when this one does. "
                          : "") +
      "A release upgrade asks every child of this type for its children" +
      (answers ? "" : ", which it does not answer: the server dies of the call, or the upgrade waits for ever") +
      ", and does not look for its module's code change.";
  finding.fix = erlang ? "Write `type => worker` and a time such as `shutdown => 5000`."
                       : "Write `type: :worker` and a time such as `shutdown: 5_000`.";
  finding.path = {{finding.span, "it is declared a supervisor"}};
  const FunctionId init = program_.find_function(child.source, sym::init, 1);
  if (init) finding.path.push_back({name_span(program_, init), name + " is a gen_server"});
  finding.key = "supervisor " + name;
  report_weighed(reporter_, std::move(finding));
}

void Check::keys(FunctionId function, const Unit& unit, ExprId options, const Place& place) {
  if (!in_production(program_, facts_, function)) return;
  const Expr& e = unit.expr(options);
  std::vector<ExprId> keys;
  if (e.kind == ExprKind::kMap) {
    for (std::uint32_t i = e.has(model::kUpdate) ? 1 : 0; i < e.child_count; i += 2) keys.push_back(unit.child(options, i));
  } else {
    for (const ExprId element : unit.children_of(e)) {
      const Expr& pair = unit.expr(element);
      if (pair.kind == ExprKind::kTuple && pair.child_count == 2) keys.push_back(unit.child(element, 0));
    }
  }
  for (const ExprId key : keys) {
    const Expr& k = unit.expr(key);
    if (k.kind != ExprKind::kAtom) continue;
    const std::optional<Misplaced> wrong = fault(place, k.symbol().text());
    // Elixir raises where strategy: is missing.
    if (!wrong || (&place == &kOfElixir && wrong->instead == "strategy")) continue;
    report(function, unit, key, place, *wrong, keys);
  }
}

void Check::visit(FunctionId function, const Unit& unit, ExprId root) {
  any_below(unit, root, [&](ExprId id) {
    const Expr& e = unit.expr(id);
    if (e.kind != ExprKind::kMap || e.payload != 0 || e.has(model::kUpdate) || e.has(model::kInPattern)) return false;
    const ExprId start = analysis::literal_option(unit, id, intern("start"));
    if (!start || !analysis::literal_option(unit, id, intern("id"))) return false;
    const Expr& mfa = unit.expr(start);
    const bool names =
        mfa.kind == ExprKind::kTuple && mfa.child_count == 3 && unit.expr(unit.child(start, 1)).kind == ExprKind::kAtom;
    if (names) keys(function, unit, id, kOfChild);
    return false;
  });
}

// The value that stands with a key, as a child of the same pair or map.
ExprId value_of(const Unit& unit, ExprId key) {
  const ExprId around = unit.parent(key);
  if (!around) return {};
  const std::span<const ExprId> children = unit.children_of(around);
  const auto found = std::find(children.begin(), children.end(), key);
  return found == children.end() || found + 1 == children.end() ? ExprId() : found[1];
}

// Whether the place takes this value for the key: once the key is read, a value that is refused would keep the tree from
// starting.
bool is_accepted(const Unit& unit, ExprId value, std::string_view key) {
  if (!value) return false;
  const Expr& e = unit.expr(value);
  const std::string_view word = e.kind == ExprKind::kAtom ? e.symbol().text() : std::string_view();
  const auto is_one_of = [&](std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  if (is_restart_budget(key))
    return e.kind == ExprKind::kInteger && unit.integer_of(e) > (key == "period" || key == "max_seconds" ? 0 : -1);
  if (key == "strategy") return is_one_of({"one_for_one", "one_for_all", "rest_for_one"});
  if (key == "restart") return is_one_of({"permanent", "transient", "temporary"});
  if (key == "shutdown") return e.kind == ExprKind::kInteger || is_one_of({"brutal_kill", "infinity"});
  return key == "auto_shutdown" && is_one_of({"never", "any_significant", "all_significant"});
}

// Only where the right key is not there as well, by itself or by another mistake.
findings::Rewrite Check::rewrite_for(FunctionId function, const Unit& unit, ExprId at, const Place& place,
                                     std::string_view instead, const std::vector<ExprId>& keys) const {
  for (const ExprId key : keys) {
    if (key == at || unit.expr(key).kind != ExprKind::kAtom) continue;
    const std::string_view other = unit.expr(key).symbol().text();
    const std::optional<Misplaced> wrong = fault(place, other);
    if (other == instead || (wrong && wrong->instead == instead)) return {};
  }
  if (!is_accepted(unit, value_of(unit, at), instead)) return {};
  RewriteBuilder rewrite(program_, function);
  rewrite.replace_atom(unit, at, intern(instead));
  return rewrite.take("Write " + atom_text(intern(instead), unit.language == source::Language::kErlang));
}

void Check::report(FunctionId function, const Unit& unit, ExprId at, const Place& place, const Misplaced& wrong,
                   const std::vector<ExprId>& keys) {
  const bool erlang = unit.language == source::Language::kErlang;
  const std::string written = atom_text(intern(wrong.key), erlang);
  const std::string instead = wrong.instead.empty() ? "" : atom_text(intern(wrong.instead), erlang);
  Finding finding = found_in(reporter_, program_, function, unit.span(at));
  finding.severity = Severity::kMedium;
  finding.confidence = Confidence::kCertain;
  finding.message = written + " is no option of " + std::string(place.name) + ": it is ignored without a word";
  if (!instead.empty()) finding.message += "; did you mean " + instead + "?";
  const bool budget = is_restart_budget(wrong.key) || is_restart_budget(wrong.instead);
  finding.why =
      budget ? "The restart budget stays at the default, " +
                   std::string(&place == &kOfErlang ? "one restart in five seconds"
                                                    : "three restarts in five seconds in Elixir, one in Erlang") +
                   ", unless it is set elsewhere: the supervisor gives up long before the author expects it to."
             : "The default is used instead, and nobody is told: neither the compiler nor the supervisor looks at unknown keys.";
  if (!instead.empty()) {
    finding.fix = "Write " + instead + " instead of " + written + ".";
    finding.rewrite = rewrite_for(function, unit, at, place, wrong.instead, keys);
  } else {
    finding.fix = "Give it to the supervisor itself, in the flags that its init/1 returns.";
  }
  finding.path = {{finding.span, written + " stands in " + std::string(place.name)}};
  finding.key = std::string(wrong.key);
  report_weighed(reporter_, std::move(finding));
}

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& ignored_option() {
  static const Rule rule{{.code = "BW103",
                          .name = "ignored-option",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kMedium,
                          .summary = "A supervisor's or child's option that the VM ignores without a word"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
