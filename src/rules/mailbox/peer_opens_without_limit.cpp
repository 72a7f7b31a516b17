// Who is connected asks for channels, streams or sessions under keys of his own choice, and for each key the connection starts a
// process and keeps it. Somebody has to say how many: a connection is one, what it opens is as many as the other side likes.
// analysis/kept_processes.h finds the entries, analysis/input.h says that the key came over the connection.
#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <set>

#include "analysis/kept_processes.h"
#include "analysis/values.h"
#include "rules/origin.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::KeptProcess;

// What everybody calls a limit …
constexpr std::array<std::string_view, 10> kLimits = {"checkrate", "max",      "limit",   "quota",  "throttl",
                                                      "capacity",  "overload", "toomany", "credit", "pressure"};
// … and one of something else: of the length of a frame, of tries, of connections.
constexpr std::array<std::string_view, 22> kOfOthers = {
    "size", "len", "byte", "frame", "packet",   "payload", "body",  "buffer", "heap",   "retr",    "start",
    "time", "age", "line", "idle",  "interval", "wait",    "delay", "conn",   "accept", "attempt", "unlimit"};

std::string plain(std::string_view name) {
  std::string text;
  for (const char c : name)
    if (c != '_') text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool names_limit(std::string_view name) {
  const std::string text = plain(name);
  const auto has = [&](std::string_view word) { return text.find(word) != std::string::npos; };
  return text != "max" && std::any_of(kLimits.begin(), kLimits.end(), has) &&
         std::none_of(kOfOthers.begin(), kOfOthers.end(), has);
}

bool counts(std::string_view name) {
  constexpr std::array<std::string_view, 8> kNames = {"map_size",       "size", "length", "count",
                                                      "count_children", "len",  "info",   "cardinality"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

bool compares(std::string_view name) {
  constexpr std::array<std::string_view, 6> kNames = {"<", ">", "<=", ">=", "=<", "=:="};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

bool takes_out(std::string_view name) {
  constexpr std::array<std::string_view, 12> kNames = {"delete",  "remove", "pop",    "take",     "erase",        "keydelete",
                                                       "keytake", "drop",   "reject", "take_any", "match_delete", "delete_any"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    std::set<CallId> told;
    for (const KeptProcess& kept : analysis::kept_processes(program_, facts_)) {
      if (!reporter_.wants(program_, kept.function) || told.count(kept.start) != 0 || is_few(kept)) continue;
      const Origin origin = origin_of(program_, facts_, kept.key_in, kept.key);
      if (!origin.over_connection || origin.kind != OriginKind::kOutside) continue;
      if (connects(kept.function) || connects(kept.keeper) || is_limited(kept)) continue;
      told.insert(kept.start);
      report(kept, origin);
    }
  }

 private:
  // <<Channel, Rest/binary>>: of an integer of eight bits there are 256.
  bool is_few(const KeptProcess& kept) const {
    const Unit& unit = program_.unit_of(kept.key_in);
    const model::Expr& e = unit.expr(kept.key);
    if (e.kind != ExprKind::kVariable || e.payload >= unit.variables.size()) return false;
    const ExprId binding = unit.variables[e.payload].binding;
    const ExprId around = binding ? unit.parent(binding) : ExprId();
    if (!around || unit.expr(around).kind != ExprKind::kBinary) return false;
    const std::span<const ExprId> parts = unit.children_of(around);
    const auto at = static_cast<std::size_t>(std::find(parts.begin(), parts.end(), binding) - parts.begin());
    if (at >= parts.size()) return false;
    const model::Segment& segment = unit.segments_of(unit.expr(around))[at];
    if (segment.type != model::SegmentType::kInteger) return false;
    const auto size = segment.size ? analysis::integer_value(unit, segment.size) : std::optional<std::int64_t>(8);
    return size && *size <= 8;
  }

  // The client of somebody: whom it has chosen decides.
  bool connects(FunctionId function) {
    const ModuleId module = program_.module_of(function);
    const auto [known, fresh] = connects_.insert({module, false});
    if (!fresh) return known->second;
    for (const FunctionId f : program_.functions_of(module)) {
      for (const CallId site : program_.calls_of(f)) {
        const model::Call& call = program_.call(site);
        const bool socket = call.target == model::TargetKind::kDynamicModule
                                ? call.arity >= 3 && gives_options(site)
                                : call.target == model::TargetKind::kRemote &&
                                      (call.module.text().find("tcp") != std::string_view::npos || call.module.text() == "ssl");
        if (socket && call.name && call.name.text() == "connect") known->second = true;
      }
    }
    return known->second;
  }

  // Transport:connect(Host, Port, Options, …): gen_tcp or ssl.
  bool gives_options(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    const ExprId third = arguments_of(program_, site)[2];
    const model::Expr& e = unit.expr(third);
    return e.kind == ExprKind::kList || e.kind == ExprKind::kOperator ||
           (e.kind == ExprKind::kVariable && e.payload < unit.variables.size() &&
            plain(unit.variable_of(e).name.text()).find("opt") != std::string::npos);
  }

  // ---- Limits ----------------------------------------------------------------------------------------------------------------

  bool is_limited(const KeptProcess& kept) {
    std::vector<FunctionId> around = {kept.function, kept.keeper};
    for (const CallId helper : kept.helpers) around.push_back(program_.function_of(helper));
    add_callers(kept.function, around, 3);
    add_callees(around);
    return std::any_of(kept.below.begin(), kept.below.end(), [&](ModuleId module) { return says_limit(module); }) ||
           std::any_of(around.begin(), around.end(), [&](FunctionId f) { return names_limit_in(f) || compares_count(f); }) ||
           supervisor_limits(kept);
  }

  void add_callers(FunctionId function, std::vector<FunctionId>& all, int depth) const {
    constexpr std::size_t kMost = 24;
    if (depth == 0) return;
    for (const std::uint32_t edge : facts_.calls.incoming_of(function)) {
      const FunctionId caller = facts_.calls.callers[edge];
      if (all.size() >= kMost || std::find(all.begin(), all.end(), caller) != all.end()) continue;
      if (!program_.reviewed(caller) || (facts_.contexts.of(caller).flags & analysis::kInTest) != 0) continue;
      all.push_back(caller);
      add_callers(caller, all, depth - 1);
    }
  }

  // check_limit(State): helpers of the same modules.
  void add_callees(std::vector<FunctionId>& all) const {
    constexpr std::size_t kMost = 60;
    for (std::size_t i = 0; i < all.size() && all.size() < kMost; ++i) {
      for (const CallId site : program_.calls_of(all[i])) {
        const FunctionId callee = facts_.calls.callees[site.index].function;
        if (callee && program_.module_of(callee) == program_.module_of(all[i]) &&
            std::find(all.begin(), all.end(), callee) == all.end())
          all.push_back(callee);
      }
    }
  }

  // Some name in the module says that there is a limit, and not of what else.
  bool says_limit(ModuleId module) {
    const auto [known, fresh] = limits_.insert({module, false});
    if (!fresh) return known->second;
    const Unit& unit = program_.unit_of(module);
    for (const model::Attribute& attribute : unit.attributes_of(program_.module(module)))
      if (names_limit(attribute.name.text())) return known->second = true;
    for (const FunctionId f : program_.functions_of(module))
      if (names_limit_in(f)) return known->second = true;
    return false;
  }

  bool names_limit_in(FunctionId f) const {
    const Unit& unit = program_.unit_of(f);
    const std::vector<ExprId> parts = parts_of(f);
    return std::any_of(parts.begin(), parts.end(), [&](ExprId part) {
      return analysis::any_below(unit, part, [&](ExprId id) { return is_limit(unit, id); });
    });
  }

  static bool is_limit(const Unit& unit, ExprId id) {
    const model::Expr& e = unit.expr(id);
    if (e.kind == ExprKind::kAtom || e.kind == ExprKind::kField) return names_limit(e.symbol().text());
    if (e.kind == ExprKind::kVariable) return e.payload < unit.variables.size() && names_limit(unit.variable_of(e).name.text());
    if (e.kind != ExprKind::kCall && e.kind != ExprKind::kCapture) return false;
    const model::Call& call = unit.call_of(e);
    return (call.name && names_limit(call.name.text())) || (call.module && names_limit(call.module.text()));
  }

  // maps:size(Channels) >= 100, in a guard or a condition; State#state.count > 10.
  bool compares_count(FunctionId f) const {
    const Unit& unit = program_.unit_of(f);
    const std::vector<ExprId> parts = parts_of(f);
    return std::any_of(parts.begin(), parts.end(), [&](ExprId part) {
      return analysis::any_below(unit, part, [&](ExprId id) {
        const model::Expr& e = unit.expr(id);
        return e.kind == ExprKind::kOperator && compares(e.symbol().text()) &&
               analysis::any_below(unit, id, [&](ExprId below) { return is_count(unit, below); });
      });
    });
  }

  static bool is_count(const Unit& unit, ExprId id) {
    const model::Expr& e = unit.expr(id);
    if (e.kind == ExprKind::kCall && unit.call_of(e).name) return counts(unit.call_of(e).name.text());
    std::string name;
    if (e.kind == ExprKind::kField) name = plain(e.symbol().text());
    if (e.kind == ExprKind::kVariable && e.payload < unit.variables.size()) name = plain(unit.variable_of(e).name.text());
    return name.find("count") != std::string::npos || name.starts_with("num") || name.find("active") != std::string::npos;
  }

  std::vector<ExprId> parts_of(FunctionId f) const {
    const Unit& unit = program_.unit_of(f);
    std::vector<ExprId> parts;
    for (const model::ClauseId id : program_.function(f).clauses) {
      const model::Clause& clause = unit.clause(id);
      const std::span<const ExprId> patterns = unit.patterns_of(clause);
      parts.insert(parts.end(), patterns.begin(), patterns.end());
      if (clause.guard) parts.push_back(clause.guard);
      if (clause.body) parts.push_back(clause.body);
    }
    return parts;
  }

  // start_child(Shop.Channels, …), where Shop.Channels or a module beside it says max_children.
  bool supervisor_limits(const KeptProcess& kept) {
    const Unit& unit = program_.unit_of(kept.start);
    for (const ExprId argument : arguments_of(program_, kept.start)) {
      const auto name = analysis::atom_value(unit, argument);
      const ModuleId module = name ? program_.find_module(*name, unit.project) : ModuleId();
      if (module && says_limit(module)) return true;
    }
    return false;
  }

  // Some module says how many children a supervisor may have, and it may be the one that is asked.
  bool may_be_limited_elsewhere() {
    static const Symbol kMax = intern("max_children");
    if (!elsewhere_) {
      elsewhere_ = false;
      for (std::uint32_t i = 0; i < program_.modules.size() && !*elsewhere_; ++i)
        elsewhere_ = module_names_atom(program_, ModuleId(i), kMax);
    }
    return *elsewhere_;
  }

  // ---- The finding -----------------------------------------------------------------------------------------------------------

  void report(const KeptProcess& kept, const Origin& origin) {
    const bool erlang = in_erlang(program_, kept.function);
    const Unit& keeper = program_.unit_of(kept.keeper);
    const std::string key = source_text(program_, program_.unit_of(kept.key_in), kept.key, 30);
    Finding finding = found_in(reporter_, program_, kept.function, call_span(program_, kept.start));
    finding.confidence = may_be_limited_elsewhere() ? Confidence::kPossible : Confidence::kLikely;
    finding.message = finding.function + " starts a process for each " + key +
                      " that a peer sends and keeps it, and nothing says how many there may be";
    finding.why =
        "An entry leaves when its process ends or the peer lets it go, and the peer chooses the keys. One client, or one fault "
        "of a "
        "client, starts processes until the limit of the node or its memory is reached.";
    finding.fix = erlang ? "Compare the number of entries with a limit before the start, and answer an error beyond it."
                         : "Compare the number of entries with a limit before the start, and answer an error beyond it; "
                           "max_children of the supervisor bounds those of all connections together.";
    finding.path = origin.path;
    finding.path.push_back({finding.span, callee_text(program_, facts_, kept.start) + " starts a process"});
    for (const CallId helper : kept.helpers) {
      finding.path.push_back({call_span(program_, helper), model::display_function(program_, program_.function_of(helper)) +
                                                               " hands it to " + callee_text(program_, facts_, helper)});
    }
    finding.path.push_back({keeper.span(kept.place), kept.beside ? "kept together with " + key : "kept under " + key});
    if (const CallId out = taken_out(kept)) {
      finding.path.push_back({call_span(program_, out), "only " + model::display_function(program_, program_.function_of(out)) +
                                                            " and what is beside it take an entry out"});
    }
    finding.key = "opens " + key;
    report_weighed(reporter_, std::move(finding));
  }

  // The first place of the keeper's module that takes something out of a collection.
  CallId taken_out(const KeptProcess& kept) const {
    for (const FunctionId f : program_.functions_of(program_.module_of(kept.keeper))) {
      for (const CallId site : program_.calls_of(f)) {
        const analysis::External* external = facts_.calls.external(site);
        if (external && !program_.call(site).capture && takes_out(external->name.text())) return site;
      }
    }
    return {};
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::map<ModuleId, bool> connects_, limits_;
  std::optional<bool> elsewhere_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& peer_opens_without_limit() {
  static const Rule rule{{.code = "BW220",
                          .name = "peer-opens-without-limit",
                          .family = findings::Family::kMailbox,
                          .severity = Severity::kMedium,
                          .summary = "A peer opens as many processes over one connection as it likes"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
