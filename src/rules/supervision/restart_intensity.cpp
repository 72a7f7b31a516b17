// A supervisor whose children come and go counts all their restarts together. With the default of a few restarts in five seconds,
// one dependency that fails under all of them, or one child that cannot start, uses the budget up, and the supervisor ends every
// child it has. Temporary children are not restarted and never count (stdlib: supervisor, "Maximum Restart Intensity").
#include <algorithm>
#include <optional>
#include <set>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/child_starts.h"
#include "rules/failed_ends.h"
#include "rules/siblings.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::ExprRef;
using analysis::Forest;
using analysis::ProcessKind;
using analysis::Tree;
using analysis::TreeChild;
using analysis::TreeId;

// Elixir's default is 3 in 5 s, Erlang's 1 in 5 s.
constexpr std::int64_t kDefaultRestarts = 3;
constexpr std::int64_t kDefaultPeriod = 5;

struct Why {
  std::string text;  // "talks to a database"
  bool heavy = false;
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program),
        facts_(facts),
        reporter_(reporter),
        forest_(analysis::forest_of(program, facts)),
        places_(tree_places(forest_)) {}

  void run() {
    for (const Tree& tree : forest_.trees) {
      template_left(tree);
      pool(tree);
      listed_several_times(tree);
    }
    for (const analysis::TreeApplication& application : forest_.applications) {
      if (application.tree) needed_by_many(forest_.tree(application.tree));
    }
    if (std::none_of(forest_.trees.begin(), forest_.trees.end(), [](const Tree& t) { return t.dynamic; })) return;
    starts_ = child_starts(program_, facts_);
    for (std::uint32_t i = 0; i < forest_.trees.size(); ++i) of_tree(TreeId(i));
  }

 private:
  struct Member {
    ModuleId module;
    Symbol restart;
    source::Span restart_place;
    CallId site;  // the start_child, where it is known
  };

  // {one_for_all, 0, 1}, as the generators of projects write it for a supervisor without children: with permanent ones their
  // first crash ends the tree.
  void template_left(const Tree& tree) {
    if (tree.dynamic || tree.opaque || tree.intensity != 0 || tree.period != 1 || !tree.source) return;
    const ExprRef place = tree.function ? ExprRef{program_.functions[tree.function.index].unit, {}} : ExprRef{};
    if (!place.unit || !in_production(program_, facts_, tree.function)) return;
    if (is_started_on_demand(tree) && !is_lost_with_service(tree)) return;
    if (module_names_atom(program_, tree.source, intern("auto_shutdown")) ||
        module_names_atom(program_, tree.source, intern("significant"))) {
      return;
    }
    const auto permanent = std::find_if(tree.children.begin(), tree.children.end(), [](const TreeChild& child) {
      return child.restart == sym::permanent && child.origin == analysis::Origin::kList && child.place;
    });
    if (permanent == tree.children.end()) return;
    const source::Span child = program_.unit(permanent->place.unit).span(permanent->place.expr);
    source::Span flags = strategy_place(program_, facts_, tree);
    if (flags.end <= flags.begin) flags = child;
    Finding finding = found_in(reporter_, program_, tree.function, flags);
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kPossible;
    finding.message = model::display_module(tree.module) +
                      " has permanent children and an intensity of 0: the first crash of one ends them all";
    finding.why =
        "An intensity of 0 says that no restart is allowed: a permanent child is never started again, the supervisor "
        "exits with `shutdown`, and the same happens above. It is what project templates write for an empty tree.";
    finding.fix =
        in_erlang(program_, tree.function)
            ? "Allow some restarts: `#{strategy => one_for_one, intensity => 5, period => 10}`; where one crash is meant to "
              "end the tree, say so with `auto_shutdown` or make the children temporary."
            : "Allow some restarts: `max_restarts: 5, max_seconds: 10`; where one crash is meant to end the tree, say so with "
              "`auto_shutdown` or make the children temporary.";
    finding.path = {{flags, "no restart is allowed"}, {child, "a permanent child"}};
    finding.key = "none " + std::string(tree.module.text());
    finding.structural = true;
    report_weighed(reporter_, std::move(finding));
  }

  // A library's supervisor, or one that is started on demand, whose worker asks a service: one failure there is no end that
  // anybody meant. A strategy for all, or a socket under a supervisor of its own, says that the whole shall go.
  bool is_lost_with_service(const Tree& tree) const {
    if (tree.strategy.text() != "one_for_one") return false;
    const bool loose = is_loose(tree) && !is_one_of_many(tree);
    return std::any_of(tree.children.begin(), tree.children.end(), [&](const TreeChild& child) {
      if (child.restart != sym::permanent || child.origin != analysis::Origin::kList || !child.source) return false;
      const std::optional<Why> why = needs_outside(child.source);
      return why && (loose || why->text != "talks over the network");
    });
  }

  // One of many, for a connection or a pool: that it ends as a whole is how it is meant.
  bool is_started_on_demand(const Tree& tree) const { return is_one_of_many(tree) || is_loose(tree); }

  bool is_one_of_many(const Tree& tree) const {
    for (const Tree& above : forest_.trees) {
      for (const TreeChild& child : above.children) {
        if (child.source == tree.source && (above.dynamic || child.origin != analysis::Origin::kList)) return true;
      }
    }
    return false;
  }

  bool is_loose(const Tree& tree) const {
    return std::find(forest_.loose.begin(), forest_.loose.end(),
                     TreeId(static_cast<std::uint32_t>(&tree - forest_.trees.data()))) != forest_.loose.end();
  }

  // One child for each element of a list that is only known when it starts, and a number of restarts that was written for few.
  void pool(const Tree& tree) {
    constexpr std::int64_t kForFew = 10;
    if (tree.dynamic || tree.opaque || tree.intensity < 1 || tree.intensity > kForFew || !tree.function) return;
    if (!in_production(program_, facts_, tree.function)) return;
    for (const TreeChild& child : tree.children) {
      if (child.presence != analysis::Presence::kMany || child.origin != analysis::Origin::kList || !child.source) continue;
      if (child.restart != sym::permanent && child.restart != sym::transient) continue;
      std::optional<Why> why = needs_outside(child.source);
      if (!why) why = runs_what_it_is_given(child.source);
      if (!why) continue;
      const Unit& unit = program_.unit(child.place.unit);
      report_list(tree, {child.source, child.restart, unit.span(child.place.expr), {}}, *why, "however many there are, ");
      return;
    }
  }

  // The same worker under several identities: what one cannot reach the others cannot.
  void listed_several_times(const Tree& tree) {
    if (tree.dynamic || tree.opaque || tree.intensity < 1 || tree.intensity > kDefaultRestarts || !is_tight(tree) ||
        !tree.function)
      return;
    if (!in_production(program_, facts_, tree.function)) return;
    for (const TreeChild& child : tree.children) {
      if (!child.source || child.origin != analysis::Origin::kList || child.restart != sym::permanent) continue;
      const auto same = std::count_if(tree.children.begin(), tree.children.end(), [&](const TreeChild& other) {
        return other.source == child.source && other.origin == analysis::Origin::kList &&
               other.presence == analysis::Presence::kAlways;
      });
      if (same <= tree.intensity) continue;
      const ProcessId process = facts_.processes.of(child.source);
      if (!process || facts_.process(process).kind == ProcessKind::kSupervisor) continue;
      const std::optional<Why> why = fails_with_others(child.source);
      if (!why) continue;
      const Unit& unit = program_.unit(child.place.unit);
      report_list(tree, {child.source, child.restart, unit.span(child.place.expr), {}}, *why,
                  std::to_string(same) + " of them: ");
      return;
    }
  }

  // The workers of a whole application under one supervisor with the default: one outage of what they need ends the application.
  void needed_by_many(const Tree& tree) {
    constexpr std::size_t kMany = 4;
    if (tree.dynamic || tree.opaque || tree.intensity < 1 || tree.intensity > kDefaultRestarts || !is_tight(tree) ||
        !tree.function)
      return;
    if (!in_production(program_, facts_, tree.function)) return;
    for (const auto& [effect, what] :
         {std::pair{Effect::kDatabase, "talk to a database"}, std::pair{Effect::kHttp, "make HTTP requests"}}) {
      std::set<ModuleId> found;
      source::Span first;
      for (const TreeChild& child : tree.children) {
        if (!child.source || child.restart != sym::permanent || child.origin != analysis::Origin::kList) continue;
        if (!does_it_by_itself(child.source, effect)) continue;
        if (found.empty()) first = program_.unit(child.place.unit).span(child.place.expr);
        found.insert(child.source);
      }
      if (found.size() >= kMany) return report_application(tree, found, what, first);
    }
  }

  // In a callback that no caller waits for: what fails there is a crash of its own, at each of its timers.
  bool does_it_by_itself(ModuleId module, Effect effect) const {
    const ProcessId process = facts_.processes.of(module);
    if (!process || facts_.process(process).kind != ProcessKind::kGenServer) return false;
    for (const auto id : facts_.process(process).handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind != HandlerKind::kInfo && handler.kind != HandlerKind::kContinue) continue;
      const analysis::Witness* witness = facts_.effects.witness(handler.function, effect);
      if (witness && !witness->possible) return true;
    }
    return false;
  }

  void report_application(const Tree& tree, const std::set<ModuleId>& found, std::string_view what, source::Span first) {
    source::Span place = strategy_place(program_, facts_, tree);
    if (place.end <= place.begin) place = first;
    std::vector<std::string> names;
    for (const ModuleId module : found) names.push_back(model::display_module(program_.module(module).name));
    const std::string budget = std::to_string(tree.intensity) + " restarts in " + std::to_string(tree.period) + " s";
    Finding finding = found_in(reporter_, program_, tree.function, place);
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kPossible;
    finding.message =
        join_names(names) + " " + std::string(what) + " at their own timers and share " + budget + " with the whole application";
    finding.why = "An outage of what they need lets them crash one after the other: more than " + std::to_string(tree.intensity) +
                  " crashes in " + std::to_string(tree.period) +
                  " s end the top supervisor, and with it the application and the node.";
    finding.fix =
        in_erlang(program_, tree.function)
            ? "Put them under a supervisor of their own with an intensity for an outage, or let them log and try again "
              "later instead of crashing."
            : "Put them under a supervisor of their own with max_restarts for an outage, or let them log and try again later "
              "instead of crashing.";
    finding.path = {{place, "the application's supervisor allows " + budget},
                    {first, "the first of " + std::to_string(found.size())}};
    finding.key = "application " + std::string(what);
    finding.structural = true;
    report_weighed(reporter_, std::move(finding));
  }

  // A module that the worker is started with does the work: whatever that needs, all workers need.
  std::optional<Why> runs_what_it_is_given(ModuleId module) const {
    const ProcessId process = facts_.processes.of(module);
    if (!process) return {};
    for (const FunctionId f : program_.functions_of(module)) {
      const analysis::Context& context = facts_.contexts.of(f);
      if (!std::binary_search(context.processes.begin(), context.processes.end(), process)) continue;
      for (const CallId site : program_.calls_of(f)) {
        const model::Call& call = program_.call(site);
        if (call.target != model::TargetKind::kDynamicModule || call.capture || facts_.calls.callees[site.index].known())
          continue;
        if (call.name.text().find("connect") != std::string_view::npos)
          return Why{"connects by a module that it is given", false};
      }
    }
    return {};
  }

  void report_list(const Tree& tree, const Member& member, const Why& why, const std::string& number) {
    source::Span place = strategy_place(program_, facts_, tree);
    if (place.end <= place.begin) place = member.restart_place;
    const std::string child = model::display_module(program_.module(member.module).name);
    const std::string budget = std::to_string(tree.intensity) + " restarts in " + std::to_string(tree.period) + " s";
    Finding finding = found_in(reporter_, program_, tree.function, place);
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kPossible;
    finding.message = number + "all " + child + " processes share " + budget + ", and each " + why.text;
    finding.why =
        "What fails under one of them fails under all at the same time: more than " + std::to_string(tree.intensity) +
        " crashes in " + std::to_string(tree.period) +
        " s end the supervisor and everything under it, and take one restart from the supervisor above; at the top, the "
        "application.";
    finding.fix =
        in_erlang(program_, tree.function)
            ? "Let the intensity follow the number of children: `intensity => 2 * N, period => 10`; and let a child wait "
              "before it tries again instead of crashing."
            : "Give them a supervisor of their own with max_restarts and max_seconds for an outage of what they need; and let "
              "a child wait before it tries again instead of crashing.";
    finding.path = {{place, "the supervisor allows " + budget}, {member.restart_place, child + " is one of its children"}};
    finding.key = "list " + child;
    finding.structural = true;
    report_weighed(reporter_, std::move(finding));
  }

  static constexpr std::int64_t kLongWindow = 600;  // seconds
  static constexpr std::int64_t kForAny = 1'000;    // and whoever allows so many has made room for them
  static constexpr std::int64_t kForMany = 10;      // who allows so many restarts reckons with crashes that are no fault of all

  // Fewer restarts a second than the default: a few in a short time, or so long a window that what has nothing to do with each
  // other adds up.
  static bool is_tight(const Tree& tree) {
    if (tree.intensity < 0 || tree.period < 1) return false;
    if (tree.intensity > kDefaultRestarts && tree.period < kLongWindow) return false;
    return tree.intensity * kDefaultPeriod <= kDefaultRestarts * tree.period;
  }

  void of_tree(TreeId id) {
    const Tree& tree = forest_.tree(id);
    if (!tree.dynamic || tree.opaque || tree.behaviour == sym::Elixir_Task_Supervisor || !is_tight(tree)) return;
    const ExprRef place = places_[id.index].place ? places_[id.index].place : tree.place;
    if (!place || !production_place(program_, facts_, place)) return;
    for (const Member& member : members(id)) {
      if (member.restart != sym::permanent && member.restart != sym::transient) continue;
      std::optional<Why> why = fails_with_others(member.module);
      if (!why && tree.period >= kLongWindow && tree.intensity >= kForMany && tree.intensity < kForAny)
        why = Why{"counted for " + std::to_string(tree.period / 60) + " minutes", false};
      if (!why || !reported_.insert({place.unit.index, place.expr.index}).second) continue;
      return report(tree, place, member, *why);
    }
  }

  std::vector<Member> members(TreeId id) const {
    const Tree& tree = forest_.tree(id);
    std::vector<Member> out;
    for (const TreeChild& child : tree.children) {
      if (child.origin == analysis::Origin::kList || !child.source) continue;
      const Unit& unit = program_.unit(child.place.unit);
      out.push_back({child.source, child.restart, unit.span(child.place.expr), {}});
    }
    const std::vector<Symbol> names = names_of_tree(program_, facts_, forest_, places_, id);
    for (const ChildStart& start : starts_) {
      if (!start.spec.module || !share_a_name(names, start.names)) continue;
      out.push_back({start.spec.module, start.spec.restart, start.spec.restart_place, start.site});
    }
    return out;
  }

  // What the child needs that others like it need at the same time.
  std::optional<Why> fails_with_others(ModuleId module) const {
    const ProcessId process = facts_.processes.of(module);
    if (!process) return {};
    const Process& p = facts_.process(process);
    if (p.kind == ProcessKind::kSupervisor) return Why{"is a supervisor, which gives up and so counts as a crash", true};
    if (const std::optional<Why> why = needs_outside(module)) return why;
    for (const auto handler : p.handlers) {
      const Handler& h = facts_.handler(handler);
      if (h.kind != HandlerKind::kTerminate && facts_.effects.all[h.function.index].has(Effect::kRpc))
        return Why{"calls other nodes", true};
    }
    if (const std::optional<Why> why = stops_with_one(p)) return why;
    return calls_one(process, p);
  }

  // Its init watches a process by its name, and its DOWN stops the child with an error.
  std::optional<Why> stops_with_one(const Process& p) const {
    const bool stops = std::any_of(p.handlers.begin(), p.handlers.end(), [&](const auto id) {
      const Handler& h = facts_.handler(id);
      if (h.kind != HandlerKind::kInfo || h.pattern.tag != sym::DOWN) return false;
      const auto returns = analysis::returns_of(program_, facts_, h);
      return !returns.empty() && std::all_of(returns.begin(), returns.end(), [&](const analysis::CallbackReturn& r) {
        return r.tag == sym::stop && !ends_well(program_.unit(r.expr.unit), r.reason);
      });
    });
    if (!stops) return {};
    for (const auto id : p.handlers) {
      const Handler& h = facts_.handler(id);
      if (h.kind != HandlerKind::kInit) continue;
      for (const CallId site : analysis::calls_in_clause(program_, h.function, h.clause)) {
        const analysis::External* external = facts_.calls.external(site);
        if (!external || !external->row || external->row->returns != knowledge::Resource::kMonitor) continue;
        for (const ExprId argument : arguments_of(program_, site)) {
          if (const std::optional<Symbol> name = name_of_one(program_.unit_of(site), argument))
            return Why{"stops with an error when " + std::string(name->text()) + " does", false};
        }
      }
    }
    return {};
  }

  // whereis(Name), or the name itself.
  static std::optional<Symbol> name_of_one(const Unit& unit, ExprId argument) {
    const ExprId value = analysis::local_value(unit, argument);
    if (const auto atom = analysis::atom_value(unit, value); atom && atom->text() != "process") return atom;
    const model::Expr& e = unit.expr(value);
    if (e.kind != ExprKind::kCall || e.child_count != 1 || !unit.call_of(e).name) return {};
    return unit.call_of(e).name.text().starts_with("whereis") ? analysis::atom_value(unit, unit.child(value, 0)) : std::nullopt;
  }

  // Something outside of the system that its callbacks talk to.
  std::optional<Why> needs_outside(ModuleId module) const {
    const ProcessId process = facts_.processes.of(module);
    if (!process) return {};
    struct Kind {
      Effect effect;
      std::string_view text;
    };
    constexpr std::array<Kind, 3> kKinds = {{{Effect::kDatabase, "talks to a database or broker"},
                                             {Effect::kHttp, "makes HTTP requests"},
                                             {Effect::kSocket, "talks over the network"}}};
    for (const Kind& kind : kKinds) {
      for (const auto handler : facts_.process(process).handlers) {
        const Handler& h = facts_.handler(handler);
        if (h.kind == HandlerKind::kTerminate) continue;
        if (facts_.effects.all[h.function.index].has(kind.effect)) return Why{std::string(kind.text), true};
      }
    }
    return {};
  }

  // All of them call the same process, without a look at what happens when that is slow or dead.
  std::optional<Why> calls_one(ProcessId process, const Process& p) const {
    for (const auto handler : p.handlers) {
      const Handler& h = facts_.handler(handler);
      if (h.kind == HandlerKind::kTerminate || h.kind == HandlerKind::kInit) continue;
      if (!facts_.effects.all[h.function.index].has(Effect::kCall)) continue;
      for (const MessageId id : called_below(h.function)) {
        const Message& message = facts_.message(id);
        if (!message.receiver || message.receiver == process || message.likely) continue;
        const Process& receiver = facts_.process(message.receiver);
        if (receiver.count == analysis::Count::kOne && receiver.kind == ProcessKind::kGenServer) {
          return Why{"calls " + process_name(program_, facts_, message.receiver) + ", as all of them do", false};
        }
      }
    }
    return {};
  }

  std::vector<MessageId> called_below(FunctionId function) const {
    std::vector<MessageId> out;
    std::set<FunctionId> seen{function};
    std::vector<FunctionId> waiting{function};
    constexpr std::size_t kMaxFunctions = 60;
    while (!waiting.empty() && seen.size() < kMaxFunctions) {
      const FunctionId f = waiting.back();
      waiting.pop_back();
      for (const MessageId id : facts_.messages.by_function[f.index]) {
        if (facts_.message(id).kind == MessageKind::kCall) out.push_back(id);
      }
      for (const analysis::Edge& edge : facts_.calls.edges_of(f)) {
        if (edge.possible || edge.runs != analysis::Runs::kCaller || !edge.callee) continue;
        if (!facts_.effects.all[edge.callee.index].has(Effect::kCall)) continue;
        if (seen.insert(edge.callee).second) waiting.push_back(edge.callee);
      }
    }
    return out;
  }

  void report(const Tree& tree, ExprRef place, const Member& member, const Why& why) {
    const FunctionId function = function_at(program_, place);
    const bool erlang = in_erlang(program_, function);
    const std::string child = model::display_module(program_.module(member.module).name);
    const std::string budget = std::to_string(tree.intensity) + " restarts in " + std::to_string(tree.period) + " s";
    const std::string restart(member.restart.text());
    const std::string name = tree.name ? model::display_module(tree.name) + ": " : std::string();
    Finding finding = found_in(reporter_, program_, function, program_.unit(place.unit).span(place.expr));
    finding.severity = Severity::kMedium;
    finding.confidence = why.heavy ? Confidence::kLikely : Confidence::kPossible;
    finding.message = name + "all " + child + " processes share " + budget + ", and each is " + restart + " and " + why.text;
    finding.why = "What fails under one of them fails under all: more than " + budget + " end the supervisor, which ends every " +
                  child + " with it, those that worked too, and takes one restart from the supervisor above.";
    finding.fix =
        erlang ? "Make the children temporary and start them again when they are asked for, or set intensity and period to what "
                 "an outage brings; let a child wait before it tries again instead of crashing."
               : "Make the children `restart: :temporary` and start them again when they are asked for, or set max_restarts "
                 "and max_seconds to what an outage brings; let a child wait before it tries again instead of crashing.";
    finding.path.push_back({finding.span, "the supervisor allows " + budget});
    if (member.site) finding.path.push_back({call_span(program_, member.site), child + " is started under it"});
    if (member.restart_place.end > member.restart_place.begin) {
      finding.path.push_back({member.restart_place, child + " is restarted: " + restart});
    }
    finding.key = child;
    finding.structural = true;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  const Forest& forest_;
  std::vector<TreePlace> places_;
  std::vector<ChildStart> starts_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> reported_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& restart_intensity() {
  static const Rule rule{{.code = "BW109",
                          .name = "restart-intensity",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kMedium,
                          .summary = "A restart budget for one process over many that fail together"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
