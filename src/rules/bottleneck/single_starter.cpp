// start_child runs the child's init in no hurry: the supervisor waits for it without limit and does nothing else (OTP:
// supervisor:start_child/2, gen_server:start_link/4). Where requests start children of one supervisor and init asks a database or
// the network, all starts stand in a line, and so do the restarts of its children. So it is, without any init, where all requests
// of a system start their tasks under one name.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "analysis/forest.h"
#include "analysis/sites.h"
#include "analysis/values.h"
#include "rules/child_starts.h"
#include "rules/load.h"
#include "rules/work.h"

namespace beamwright::rules {
namespace {

using analysis::ExprRef;

// A call of start_child, and what it starts.
struct Start {
  CallId site;
  FunctionId function;
  ModuleId child;
  ExprRef place;  // of its specification, where the supervisor has it
  auto operator<=>(const Start& other) const {
    return std::pair(site.index, child.index) <=> std::pair(other.site.index, other.child.index);
  }
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    collect();
    std::set<ModuleId> reported;
    for (const Start& start : starts_) {
      if (reported.contains(start.child) || !asks_one_supervisor(start.site)) continue;
      const std::string load = load_on(program_, facts_, start.function);
      const std::optional<SlowWork> work = load.empty() ? std::nullopt : slow_init(start.child);
      if (!work) continue;
      reported.insert(start.child);
      report(start, *work, load);
    }
  }

 private:
  void collect() {
    const std::vector<ChildStart> all = child_starts(program_, facts_);
    if (all.empty()) return;
    const analysis::Forest& forest = analysis::forest_of(program_, facts_);
    const std::vector<TreePlace> places = tree_places(forest);
    for (const ChildStart& start : all) {
      if (start.spec.module) {
        starts_.insert({start.site, start.function, start.spec.module, {}});
        continue;
      }
      // The child of simple_one_for_one stands in the supervisor's template, and only its arguments in the call.
      for (std::uint32_t i = 0; i < forest.trees.size(); ++i) {
        const analysis::Tree& tree = forest.trees[i];
        if (!tree.dynamic || !share_a_name(start.names, names_of_tree(program_, facts_, forest, places, analysis::TreeId(i))))
          continue;
        for (const analysis::TreeChild& child : tree.children) {
          if (child.origin == analysis::Origin::kTemplate && child.source)
            starts_.insert({start.site, start.function, child.source, child.place});
        }
      }
    }
  }

  // By a name that is the same for all: no pid at hand, no {:via, PartitionSupervisor, _}.
  bool asks_one_supervisor(CallId site) const {
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (arguments.empty()) return false;
    const ExprRef target = analysis::resolve_value(program_, facts_, {program_.call_units[site.index], arguments[0]});
    return analysis::atom_value(program_.unit(target.unit), target.expr).has_value();
  }

  std::optional<SlowWork> slow_init(ModuleId child) const {
    if (std::optional<SlowWork> work = slow_start(child)) return work;
    const ProcessId id = facts_.processes.of(child);
    if (!id) return {};
    for (const HandlerId handler_id : facts_.process(id).handlers) {
      const Handler& handler = facts_.handler(handler_id);
      if (handler.kind != HandlerKind::kInit) continue;
      for (const SlowWork& work : slow_work(program_, facts_, handler)) {
        const bool slow = is_heavy(work) || work.effect == Effect::kSocket || work.effect == Effect::kCall;
        if (slow && !is_local(work) && !ends(work)) return work;
      }
    }
    return {};
  }

  // What the start function does by itself the supervisor does, in its own process; and for what an agent is made of, and for
  // what stands before proc_lib:init_ack, it waits as for an init.
  std::optional<SlowWork> slow_start(ModuleId child) const {
    static const Symbol kAcknowledge = intern("init_ack");
    for (const FunctionId function : program_.functions_of(child)) {
      const std::string_view name = program_.function(function).name.text();
      if (name == "start_link" || name == "start") {
        for (const CallId site : program_.calls_of(function)) {
          if (const auto work = work_at(site, is_made_by_agent(site))) return work;
        }
      }
      const auto sites = program_.calls_of(function);
      const auto end = std::find_if(sites.begin(), sites.end(),
                                    [&](CallId site) { return calls_external(facts_, site, sym::proc_lib, kAcknowledge); });
      if (end == sites.end()) continue;
      for (auto site = sites.begin(); site != end; ++site) {
        if (const auto work = work_at(*site, false)) return work;
      }
    }
    return {};
  }

  // In the function given to Agent.start_link, which the agent runs before that returns.
  bool is_made_by_agent(CallId site) const {
    const ExprId closure = program_.call(site).closure;
    if (!closure) return false;
    const Unit& unit = program_.unit_of(site);
    const ExprId around = unit.parent(closure);
    if (!around || unit.expr(around).kind != ExprKind::kCall) return false;
    const analysis::External* external = facts_.calls.external(CallId(unit.first_call + unit.expr(around).payload));
    return external && external->module.text() == "Elixir.Agent" && external->name.text().starts_with("start");
  }

  std::optional<SlowWork> work_at(CallId site, bool elsewhere) const {
    const analysis::External* external = facts_.calls.external(site);
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (!elsewhere && facts_.calls.runs[site.index] != analysis::Runs::kCaller) return {};
    for (const Effect effect :
         {Effect::kHttp, Effect::kDatabase, Effect::kSubprocess, Effect::kRpc, Effect::kSleep, Effect::kSocket}) {
      const analysis::Witness* witness = callee ? facts_.effects.witness(callee, effect) : nullptr;
      const bool has = external ? external->row && external->row->effects.has(effect) : witness && !witness->possible;
      if (!has) continue;
      SlowWork work;
      work.site = work.leaf = site;
      work.effect = effect;
      work.bound_ms = analysis::bound_at(program_, facts_, site, effect);
      if (effect == Effect::kSocket && !is_connect(site, external)) continue;
      if (!is_mnesia(facts_, work) && !ends(work)) return work;
    }
    return {};
  }

  // Sending, and making ready to listen, take no time.
  bool is_connect(CallId site, const analysis::External* external) const {
    if (!external) return program_.call(site).name.text().find("connect") != std::string_view::npos;
    const std::string_view name = external->name.text();
    return name == "connect" || name == "recv" || name == "handshake";
  }

  // Mnesia's transactions wait for locks, but seldom long, also those of another server.
  bool is_local(const SlowWork& work) const {
    if (!work.beyond) return is_mnesia(facts_, work);
    const std::vector<SlowWork> inner =
        slow_work(program_, facts_, facts_.handler(work.beyond), {.files = false, .calls = false});
    return std::all_of(inner.begin(), inner.end(), [&](const SlowWork& each) { return is_mnesia(facts_, each); });
  }

  // A connection that is closed where one was left over: nothing waits for it at a first start.
  bool ends(const SlowWork& work) const {
    const analysis::External* external = work.leaf ? facts_.calls.external(work.leaf) : nullptr;
    const std::string_view name = external ? external->name.text() : std::string_view();
    return name == "close" || name == "stop" || name == "disconnect";
  }

  void report(const Start& start, const SlowWork& work, const std::string& load) {
    const bool erlang = in_erlang(program_, start.function);
    const std::string child = model::display_module(program_.module(start.child).name);
    const Unit& caller = program_.unit_of(start.site);
    const ExprId named = arguments_of(program_, start.site)[0];
    const auto name = analysis::atom_value(caller, named);
    const std::string supervisor = name ? model::display_module(*name) : source_text(program_, caller, named);
    Finding finding = found_in(reporter_, program_, start.function, call_span(program_, start.site));
    // One query of a pool that is up takes milliseconds, and a state may have to be there before the first message.
    constexpr std::int64_t kQuery = 15'000;
    const bool query = work.effect == Effect::kDatabase && work.bound_ms <= kQuery;
    if (work.possible || query) finding.severity = Severity::kLow;
    finding.confidence = work.possible ? Confidence::kPossible : Confidence::kLikely;
    finding.message = "One supervisor, " + supervisor + ", starts every " + child + ", whose init does " + describe_work(work) +
                      "; started " + load;
    finding.why =
        "start_child runs init while the supervisor waits for it, without limit: one start at a time, and no restart of any "
        "other "
        "child meanwhile. A slow answer to one init holds up all who want a child.";
    finding.fix = erlang ? "Return {ok, State, {continue, load}} from init and do the work in handle_continue, which runs in the "
                           "child alone; where init must have done it, spread the children over several supervisors by their key."
                         : "Return {:ok, state, {:continue, :load}} from init and do the work in handle_continue, which runs in "
                           "the child alone; where init must have done it, use `{PartitionSupervisor, child_spec: "
                           "DynamicSupervisor}` and start by key.";
    finding.path = path_of(program_, facts_, work);
    finding.path.insert(finding.path.begin(),
                        {call_span(program_, start.site), finding.function + " asks the supervisor to start " + child});
    if (start.place) {
      const Unit& unit = program_.unit(start.place.unit);
      finding.path.push_back({unit.span(start.place.expr), "the supervisor's one specification"});
    }
    for (findings::Step& step : calling_steps(program_, facts_, start.function, 3)) finding.path.push_back(std::move(step));
    finding.key = child;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::set<Start> starts_;
};

bool starts_task(const analysis::External& external) {
  return external.module.text() == "Elixir.Task.Supervisor" && external.row && external.row->effects.has(Effect::kStartChild) &&
         !external.name.text().starts_with("start_link");
}

// Functions that are run again and again and start tasks under one name.
struct Starts {
  std::vector<CallId> sites;       // one a function
  std::vector<std::string> loads;  // by site: who runs it again and again; empty where nobody is seen to
  std::size_t loaded = 0;
};

// Finds the names under which many start their tasks.
class TaskStarts {
 public:
  TaskStarts(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    const auto& externals = facts_.calls.externals;
    if (std::none_of(externals.begin(), externals.end(), starts_task)) return;
    std::set<FunctionId> seen;
    for (const CallId site : analysis::sites_of(facts_.calls, starts_task)) {
      const FunctionId function = program_.function_of(site);
      if (!function || !in_production(program_, facts_, function) || !seen.insert(function).second) continue;
      const Symbol name = name_of(site);
      if (!name) continue;
      Starts& starts = starts_[name];
      starts.sites.push_back(site);
      starts.loads.push_back(load_on(program_, facts_, function));
      if (!starts.loads.back().empty()) ++starts.loaded;
    }
    for (const auto& [name, starts] : starts_) {
      if (starts.loaded >= kSeveral || (starts.loaded > 0 && starts.sites.size() >= kEverybody)) report(name, starts);
    }
  }

 private:
  static constexpr std::size_t kSeveral = 3, kMany = 5, kEverybody = 8;  // functions

  struct ByText {
    bool operator()(Symbol a, Symbol b) const { return a.text() < b.text(); }
  };

  // The name that is written; none for {:via, PartitionSupervisor, _} and what is only known when it runs.
  Symbol name_of(CallId site) const {
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (arguments.empty()) return {};
    const analysis::ExprRef target = analysis::resolve_value(program_, facts_, {program_.call_units[site.index], arguments[0]});
    return analysis::atom_value(program_.unit(target.unit), target.expr).value_or(Symbol());
  }

  // Where the supervisor stands in its parent's list of children.
  void add_places(Symbol name, Finding& finding) const {
    const analysis::Forest& forest = analysis::forest_of(program_, facts_);
    for (const analysis::Tree& tree : forest.trees) {
      for (const analysis::TreeChild& child : tree.children) {
        const bool named = child.name == name || (child.tree && forest.tree(child.tree).name == name);
        if (!named || !child.place) continue;
        const Unit& unit = program_.unit(child.place.unit);
        finding.path.push_back({unit.span(child.place.expr), "the one supervisor of these tasks"});
        return;
      }
    }
  }

  void report(Symbol name, const Starts& starts) {
    const auto busiest = std::find_if(starts.loads.begin(), starts.loads.end(), [](const auto& load) { return !load.empty(); });
    const std::size_t first = busiest == starts.loads.end() ? 0 : static_cast<std::size_t>(busiest - starts.loads.begin());
    const CallId site = starts.sites[first];
    Finding finding = found_in(reporter_, program_, program_.function_of(site), call_span(program_, site));
    finding.confidence = Confidence::kPossible;
    // A supervisor starts tens of thousands of tasks a second: few places seldom need as many.
    if (starts.loaded < kMany && starts.sites.size() < kEverybody) finding.severity = Severity::kLow;
    const std::string shown = model::display_module(name);
    finding.message =
        "The one Task.Supervisor " + shown + " starts the tasks of " + std::to_string(starts.sites.size()) + " functions";
    if (starts.loaded > 0)
      finding.message += ", " + std::to_string(starts.loaded) + " of which run again and again: " + finding.function + " runs " +
                         starts.loads[first];
    finding.why =
        "It is one process: it starts one task at a time, and takes the exit of each. Under load all who start a task wait for "
        "it, and a burst of tasks of one kind holds up those of all others.";
    finding.fix = "Start it as `{PartitionSupervisor, child_spec: Task.Supervisor, name: " + shown +
                  "}`, which runs one on each core, and start tasks under `{:via, PartitionSupervisor, {" + shown +
                  ", self()}}`; give work that may come in bursts a supervisor of its own with max_children.";
    for (std::size_t i = 0; i < starts.sites.size() && i < 5; ++i) {
      const CallId start = starts.sites[i];
      finding.path.push_back({call_span(program_, start), model::display_function(program_, program_.function_of(start)) +
                                                              " starts a task" +
                                                              (starts.loads[i].empty() ? "" : ", run " + starts.loads[i])});
    }
    add_places(name, finding);
    finding.key = shown;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::map<Symbol, Starts, ByText> starts_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  Check(program, facts, reporter).run();
  TaskStarts(program, facts, reporter).run();
}

}  // namespace

const Rule& single_starter() {
  static const Rule rule{{.code = "BW306",
                          .name = "single-starter",
                          .family = findings::Family::kBottleneck,
                          .severity = Severity::kMedium,
                          .summary = "One supervisor starts a child for each request, and the child's init does slow work"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
