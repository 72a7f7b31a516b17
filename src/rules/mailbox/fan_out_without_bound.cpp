// A process for each element of a list that somebody else decides the length of: with a thousand elements a thousand requests go
// out at once, against a database pool of ten, and each of them times out because of the others.
#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <set>

#include "analysis/values.h"
#include "rules/kept.h"
#include "rules/reach.h"
#include "rules/unbounded_starts.h"
#include "rules/walk.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

constexpr std::array<std::string_view, 30> kFew = {
    "node",   "scheduler", "chunk",    "take",    "batch",    "shard", "partition", "worker",  "pool",  "child",
    "listen", "port",      "acceptor", "replica", "member",   "peers", "plugin",    "app",     "slots", "concurren",
    "limit",  "hook",      "group",    "module",  "detector", "alarm", "handler",   "backend", "mfa",   "configs"};

// By its name an element is one of those that are few.
constexpr std::array<std::string_view, 9> kOneOfFew = {"node",      "worker", "shard",    "partition", "conn",
                                                       "scheduler", "hook",   "listener", "runtime"};
// The call that gives the elements is told how many.
constexpr std::array<std::string_view, 6> kTold = {"running", "demand", "free", "avail", "limit", "max"};

template <std::size_t N>
bool names_one(std::string text, const std::array<std::string_view, N>& words) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return text.find(word) != text.npos; });
}

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    const std::vector<UnboundedStart> starts_of_servers = unbounded_starts(program_, facts_);
    for (const UnboundedStart& start : starts_of_servers) of_servers_.insert(start.start);
    for (const CallId site : wanted_calls(program_, reporter_)) {
      const analysis::External* external = facts_.calls.external(site);
      if (!external || !starts(*external)) continue;
      const FunctionId function = program_.function_of(site);
      if (!function || !in_production(program_, facts_, function) || !may_be_busy(function)) continue;
      if (is_as_wide_as_list(site, *external)) report_width(function, site);
      if (external->row->returns != Resource::kProcess && external->row->returns != Resource::kTask) continue;
      if (is_supervised(*external) && limits_children()) continue;
      if (const ExprId loop = loop_around(site)) {
        look_at(function, site, loop, {});
      } else if (!program_.call(site).closure && of_servers_.count(site) == 0) {
        look_at_recursion(function, site);
        look_at_helper(function, site);
      }
    }
    for (const UnboundedStart& start : starts_of_servers) report_start(start);
  }

 private:
  struct Loop {
    FunctionId function;
    ExprId place;  // the comprehension, the call of Enum.map, or the head of a recursive clause
    ExprId collection;
    CallId helped;  // the call in the loop's body of the function that starts the process
  };

  // A process without a supervisor, or below one of tasks, which bounds their number only where max_children is written.
  static bool starts(const analysis::External& external) {
    if (!external.row) return false;
    return is_supervised(external) || external.row->effects.has(Effect::kSpawn);
  }

  static bool is_supervised(const analysis::External& external) {
    const std::string_view name = external.name.text();
    return external.module.text() == "Elixir.Task.Supervisor" &&
           (name == "start_child" || name == "async" || name == "async_nolink");
  }

  // A supervisor of tasks is configured elsewhere than where it is used: some module of the project says how many it takes.
  bool limits_children() {
    static const Symbol kMax = intern("max_children");
    if (!limits_children_) {
      limits_children_ = false;
      for (std::uint32_t i = 0; i < program_.modules.size() && !*limits_children_; ++i)
        limits_children_ = module_names_atom(program_, ModuleId(i), kMax);
    }
    return *limits_children_;
  }

  // Not only while the system starts or ends.
  bool may_be_busy(FunctionId function) const {
    const analysis::Context& context = facts_.contexts.of(function);
    constexpr std::uint16_t kWorks = analysis::kInRequest | analysis::kFromOutside | analysis::kInTask;
    return !context.processes.empty() || context.many || (context.flags & kWorks) != 0;
  }

  static bool runs_for_each(std::string_view name) {
    return name == "map" || name == "each" || name == "foreach" || name == "for_each" || name == "flat_map" || name == "reduce" ||
           name == "foldl" || name == "filtermap" || name == "map_foldl";
  }

  // The comprehension, or the call of Enum.map and its like, that starts a process for each element.
  ExprId loop_around(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    ExprId below = program_.call(site).expr;
    for (ExprId around = unit.parent(below); around; below = around, around = unit.parent(around)) {
      const model::Expr& e = unit.expr(around);
      if (e.kind == ExprKind::kComprehension) return unit.children_of(e).back() == below ? around : ExprId();
      if (e.kind == ExprKind::kCall) {
        const Symbol name = unit.call_of(e).name;
        const bool given = unit.expr(below).kind == ExprKind::kClosure;
        if (given && in_loop(program_, facts_, CallId(unit.first_call + e.payload)) && name && runs_for_each(name.text()))
          return around;
        if (unit.expr(below).kind == ExprKind::kClosure) return {};
        continue;  // Map.put(acc, key, Task.async(…))
      }
      if (unit.expr(below).kind == ExprKind::kClosure) return {};  // run when somebody calls it
      if (e.kind == ExprKind::kReceive) return {};  // a branch of the body is still taken by any number of elements
    }
    return {};
  }

  // The list, as it is written.
  ExprId collection_of(const Unit& unit, ExprId loop) const {
    const model::Expr& e = unit.expr(loop);
    if (e.kind == ExprKind::kComprehension) {
      for (const ExprId child : unit.children_of(e)) {
        if (unit.expr(child).kind == ExprKind::kGenerator) return unit.child(child, 1);
      }
      return {};
    }
    // lists:foldl(fun, Begin, List)
    const Symbol module = unit.call_of(e).module;
    if ((module == sym::lists || module == sym::maps) && e.child_count == 3) return unit.child(loop, 2);
    for (const ExprId child : unit.children_of(e)) {
      if (unit.expr(child).kind != ExprKind::kClosure) {
        const ExprKind kind = unit.expr(child).kind;
        if (kind != ExprKind::kAtom && kind != ExprKind::kInteger) return child;
      }
    }
    return {};
  }

  // `function` is where the loop stands: the start itself may stand in a helper that the loop's body calls.
  void look_at(FunctionId function, CallId site, ExprId loop, CallId helped) {
    const Unit& unit = program_.unit_of(function);
    const ExprId collection = collection_of(unit, loop);
    if (program_.function(function).name == sym::terminate) return;
    if (!collection || is_small(unit, collection) || is_cut_off(function, collection) || is_paced(unit, loop)) return;
    if (names_one(element_text(unit, loop), kOneOfFew) || is_part_of_chunk(unit, loop) || is_told(function, collection)) return;
    report(site, {.function = function, .place = loop, .collection = collection, .helped = helped});
  }

  // ---- Loops that are not around the start itself -----------------------------------------------------------------------------

  // Enum.each(rows, &remind/1), where remind/1 starts the process.
  void look_at_helper(FunctionId function, CallId site) {
    if (!is_job(site) || counts(function)) return;
    for (const std::uint32_t index : facts_.calls.incoming_of(function)) {
      const CallId call = facts_.calls.edges[index].site;
      const FunctionId caller = facts_.calls.callers[index];
      if (caller == function || program_.module_of(caller) != program_.module_of(function) || !may_be_busy(caller)) continue;
      const ExprId loop = program_.call(call).capture ? taker_of_capture(call) : loop_around(call);
      if (loop) return look_at(caller, site, loop, call);
    }
  }

  ExprId taker_of_capture(CallId capture) const {
    const Unit& unit = program_.unit_of(capture);
    const ExprId around = unit.parent(program_.call(capture).expr);
    if (!around || unit.expr(around).kind != ExprKind::kCall) return {};
    const Symbol name = unit.call_of(unit.expr(around)).name;
    return name && runs_for_each(name.text()) ? around : ExprId();
  }

  // start_each([Item | Rest]) -> spawn(…), start_each(Rest).
  void look_at_recursion(FunctionId function, CallId site) {
    const Unit& unit = program_.unit_of(site);
    const std::uint32_t at = unit.expr(program_.call(site).expr).begin;
    if (!is_job(site) || counts(function) || names_one(std::string(program_.function(function).name.text()), kFew)) return;
    for (const model::ClauseId c : program_.function(function).clauses) {
      const model::Clause& clause = unit.clause(c);
      if (at < clause.begin || clause.end <= at) continue;
      const std::span<const ExprId> patterns = unit.patterns_of(clause);
      for (std::size_t i = 0; i < patterns.size(); ++i) {
        const model::Expr& pattern = unit.expr(patterns[i]);
        if (pattern.kind != ExprKind::kList || !pattern.has(model::kHasTail) || !goes_on_with(function, c, i)) continue;
        if (names_one(source_text(program_, unit, patterns[i], 60), kFew) || is_paced(unit, clause.body)) return;
        if (all_callers_give_few(function, i)) return;
        return report(site, {.function = function, .place = patterns[i], .collection = patterns[i], .helped = {}});
      }
    }
  }

  // The clause calls its own function with the tail of its list.
  bool goes_on_with(FunctionId function, model::ClauseId id, std::size_t index) const {
    const Unit& unit = program_.unit_of(function);
    const model::Clause& clause = unit.clause(id);
    const ExprId tail = unit.children_of(unit.patterns_of(clause)[index]).back();
    return any_below(unit, clause.body, [&](ExprId place) {
      const model::Expr& e = unit.expr(place);
      if (e.kind != ExprKind::kCall || facts_.calls.callees[unit.first_call + e.payload].function != function) return false;
      return index < e.child_count && mentions(unit, unit.child(place, index), variables_in(unit, tail));
    });
  }

  bool all_callers_give_few(FunctionId function, std::size_t index) const {
    bool any = false;
    for (const std::uint32_t edge : facts_.calls.incoming_of(function)) {
      const CallId call = facts_.calls.edges[edge].site;
      if (facts_.calls.callers[edge] == function || program_.call(call).capture) continue;
      const std::span<const ExprId> arguments = arguments_of(program_, call);
      any = true;
      if (index >= arguments.size() || !is_small(program_.unit_of(call), arguments[index])) return false;
    }
    return any;
  }

  // A process that does something and ends, not a server that waits for messages.
  bool is_job(CallId site) const {
    if (!program_.function_of(site) || facts_.calls.external(site)->row->effects.has(Effect::kReceive)) return false;
    const Unit& unit = program_.unit_of(site);
    const std::string_view module = facts_.calls.external(site)->module.text();
    if (module != "erlang" && module != "proc_lib" && module != "Elixir.Task" && module != "Elixir.Task.Supervisor" &&
        module != "Elixir.Process")
      return false;
    for (const analysis::Edge& edge : facts_.calls.edges_of(program_.function_of(site))) {
      const model::Expr& start = unit.expr(program_.call(site).expr);
      const std::uint32_t at = unit.expr(program_.call(edge.site).expr).begin;
      if (start.begin <= at && at < start.end && facts_.effects.all[edge.callee.index].has(Effect::kReceive)) return false;
    }
    return true;
  }

  // Somebody asks how many there are, or may be.
  bool counts(FunctionId function) const {
    static constexpr std::array<std::string_view, 8> kCounts = {"limit", "max",      "count",    "length",
                                                                "size",  "checkout", "throttle", "await"};
    for (const CallId site : program_.calls_of(function)) {
      const Symbol name = program_.call(site).name;
      if (name && names_one(std::string(name.text()), kCounts)) return true;
    }
    return false;
  }

  // ---- async_stream with a width that is no bound -----------------------------------------------------------------------------

  // max_concurrency: length(list), Enum.count(list), map_size(map) or :infinity.
  bool is_as_wide_as_list(CallId site, const analysis::External& external) const {
    if (!external.name.text().starts_with("async_stream")) return false;
    const Unit& unit = program_.unit_of(site);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (arguments.empty()) return false;
    const analysis::ExprRef width =
        analysis::option(program_, facts_, {program_.functions[program_.function_of(site).index].unit, arguments.back()},
                         intern("max_concurrency"));
    if (!width) return false;
    const Unit& there = program_.unit(width.unit);
    if (analysis::atom_value(there, width.expr) == sym::infinity) return true;
    const ExprId value = analysis::local_value(there, width.expr);
    if (!value || there.expr(value).kind != ExprKind::kCall) return false;
    const Symbol name = there.call_of(there.expr(value)).name;
    const std::size_t first = external.module.text() == "Elixir.Task" ? 0 : 1;
    if (!name || arguments.size() <= first || is_small(unit, arguments[first])) return false;
    return name.text() == "length" || name.text() == "count" || name.text() == "map_size";
  }

  void report_width(FunctionId function, CallId site) {
    const std::string start = callee_text(program_, facts_, site);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " gives " + start + " a max_concurrency as long as its list: all elements at once";
    finding.why =
        "max_concurrency is there so that a long list does not ask for more connections than there are. A thousand elements are "
        "a thousand processes at the same time, which wait for each other until they time out together.";
    finding.fix = "Write a number that what they use can bear, or leave it out: the default is one for each scheduler.";
    finding.path = {{finding.span, "as many processes as there are elements"}};
    finding.key = "width " + start;
    report_weighed(reporter_, std::move(finding));
  }

  // Written out, a range of numbers, or by its name one of those that are as long as the machine or the cluster is big.
  bool is_small(const Unit& unit, ExprId collection) const {
    const ExprId value = analysis::local_value(unit, collection);
    if (!value) return true;
    const model::Expr& e = unit.expr(value);
    if (e.kind == ExprKind::kList && !e.has(model::kHasTail)) return true;
    if (e.kind == ExprKind::kOperator || e.kind == ExprKind::kUnknown) return true;
    if (e.kind == ExprKind::kCall && unit.call_of(e).name == intern("seq")) return true;
    return names_one(source_text(program_, unit, collection, 200) + " " + source_text(program_, unit, value, 200), kFew);
  }

  // What the body calls an element.
  std::string element_text(const Unit& unit, ExprId loop) const {
    for (const ExprId child : unit.children_of(loop)) {
      const model::Expr& e = unit.expr(child);
      if (e.kind == ExprKind::kGenerator) return source_text(program_, unit, unit.child(child, 0), 60);
      if (e.kind != ExprKind::kClosure || unit.clauses_of(e).empty()) continue;
      const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(*unit.clauses_of(e).begin()));
      return patterns.empty() ? std::string() : source_text(program_, unit, patterns[0], 60);
    }
    return {};
  }

  // In a loop over chunks.
  bool is_part_of_chunk(const Unit& unit, ExprId loop) const {
    static constexpr std::array<std::string_view, 2> kChunks = {"chunk", "batch"};
    for (ExprId around = unit.parent(loop); around; around = unit.parent(around)) {
      const ExprKind kind = unit.expr(around).kind;
      if (kind != ExprKind::kComprehension && kind != ExprKind::kCall) continue;
      const ExprId collection = collection_of(unit, around);
      if (collection && names_one(source_text(program_, unit, collection, 60), kChunks)) return true;
    }
    return false;
  }

  // {:ok, jobs} = fetch(conf, running), or a check of the whole list before: check_limit(length(Qs), Limit).
  bool is_told(FunctionId function, ExprId collection) const {
    const Unit& unit = program_.unit_of(function);
    const std::vector<model::VariableId> names = variables_in(unit, collection);
    for (const CallId site : program_.calls_of(function)) {
      const Symbol name = program_.call(site).name;
      if (name && name.text().find("limit") != std::string_view::npos && mentions(unit, program_.call(site).expr, names))
        return true;
    }
    for (const model::VariableId variable : names) {
      if (variable.index >= unit.variables.size() || !unit.variables[variable.index].binding) continue;
      for (ExprId around = unit.parent(unit.variables[variable.index].binding); around; around = unit.parent(around)) {
        const model::Expr& e = unit.expr(around);
        if (e.kind != ExprKind::kMatch || e.has(model::kInPattern)) continue;
        const ExprId value = unit.child(around, 1);
        if (unit.expr(value).kind == ExprKind::kCall && names_one(source_text(program_, unit, value, 120), kTold)) return true;
        break;
      }
    }
    return false;
  }

  // {Batch, Rest} = lists:split(Limit, List): the first of the two is no longer than the limit.
  bool is_cut_off(FunctionId function, ExprId collection) const {
    const Unit& unit = program_.unit_of(function);
    for (const CallId site : program_.calls_of(function)) {
      const std::string_view name = program_.call(site).name.text();
      if (name != "split" || (program_.call(site).module != sym::lists && program_.call(site).module != sym::Elixir_Enum))
        continue;
      const ExprId match = unit.parent(program_.call(site).expr);
      if (!match || unit.expr(match).kind != ExprKind::kMatch) continue;
      const ExprId pair = unit.child(match, 0);
      if (unit.expr(pair).kind != ExprKind::kTuple || unit.expr(pair).child_count != 2) continue;
      if (mentions(unit, collection, variables_in(unit, unit.child(pair, 0)))) return true;
    }
    return false;
  }

  // A sleep or a wait between two of them, also for the one that has just started.
  bool is_paced(const Unit& unit, ExprId loop) const {
    return any_below(unit, loop, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      if (e.kind == ExprKind::kReceive) return true;
      if (e.kind != ExprKind::kCall) return false;
      const CallId site(unit.first_call + e.payload);
      const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
      const bool waits = effects.has(Effect::kSleep) || effects.has(Effect::kAwait);
      return waits && facts_.calls.runs[site.index] == analysis::Runs::kCaller;
    });
  }

  // pmap(Fun, List): what is run and over how much is the caller's choice.
  bool is_general_helper(FunctionId function, CallId site, ExprId collection) const {
    const Unit& unit = program_.unit_of(site);
    const model::Function& f = program_.function(function);
    const auto parameter = [&](ExprId id) -> std::optional<analysis::Parameter> {
      const model::Expr& e = unit.expr(id);
      if (e.kind != ExprKind::kVariable) return {};
      return analysis::parameter_of(unit, f, model::VariableId(e.payload));
    };
    const auto is_parameter = [&](ExprId id) { return parameter(id).has_value(); };
    const auto over = parameter(collection);
    if (!over || is_given_much(function, over->index)) return false;
    return any_below(unit, program_.call(site).expr, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      if (e.kind != ExprKind::kCall) return false;
      const model::Call& call = unit.call_of(e);
      if (call.module_expr && is_parameter(call.module_expr)) return true;
      const std::span<const ExprId> arguments = unit.children_of(id);
      return call.name == intern("apply") && !arguments.empty() && is_parameter(arguments[0]);
    });
  }

  // Some code that serves gives it a list of a length that is not in sight.
  bool is_given_much(FunctionId function, std::size_t index) const {
    for (const std::uint32_t edge : facts_.calls.incoming_of(function)) {
      const CallId call = facts_.calls.edges[edge].site;
      const FunctionId caller = facts_.calls.callers[edge];
      if (caller == function || program_.call(call).capture || program_.module_of(caller) != program_.module_of(function))
        continue;
      if (!in_production(program_, facts_, caller) || !may_be_busy(caller)) continue;
      const std::span<const ExprId> arguments = arguments_of(program_, call);
      // Who hands on the work as well is a helper like this one.
      const bool says_work = std::any_of(arguments.begin(), arguments.end(), [&](ExprId argument) {
        const ExprKind kind = program_.unit_of(call).expr(argument).kind;
        return kind == ExprKind::kClosure || kind == ExprKind::kCapture;
      });
      if (!says_work) continue;
      if (index < arguments.size() && !is_small(program_.unit_of(call), arguments[index]) &&
          !is_cut_off(caller, arguments[index]) && !is_told(caller, arguments[index]))
        return true;
    }
    return false;
  }

  void report(CallId site, const Loop& loop) {
    const Unit& unit = program_.unit_of(site);
    const FunctionId function = program_.function_of(site);
    const bool erlang = in_erlang(program_, function);
    const std::string list = source_text(program_, unit, loop.collection);
    const std::string start = callee_text(program_, facts_, site);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.confidence = Confidence::kPossible;
    if (!loop.helped && is_general_helper(function, site, loop.collection)) finding.severity = Severity::kLow;
    finding.message = model::display_function(program_, loop.function) + " starts a process for each element of " + list +
                      " with " + start + ", all at once";
    finding.why = "Nothing in sight says how long " + list +
                  " can get. A thousand elements are a thousand processes that ask for the same "
                  "connections at the same time: they wait for each other until they time out together.";
    finding.fix =
        erlang ? "Work through it in batches, or with a fixed number of workers that take the next element when they are done."
               : "Use Task.async_stream(" + list + ", fun, max_concurrency: n, timeout: ms), or the same of Task.Supervisor.";
    finding.path = {{unit.span(loop.place), "once for each element"}};
    if (loop.helped) finding.path.push_back(call_step(program_, facts_, loop.helped));
    finding.path.push_back({finding.span, "a new process"});
    finding.key = start;
    report_weighed(reporter_, std::move(finding));
  }

  // By a server, some helpers below its loop, or for each message that is published.
  void report_start(const UnboundedStart& start) {
    if (start.loop && is_small(program_.unit_of(start.looping), start.collection)) return;
    const bool direct = start.loop && start.function == start.looping && loop_around(start.start);
    if (direct && starts(*facts_.calls.external(start.start))) return;  // found by its loop
    const bool erlang = in_erlang(program_, start.function);
    const std::string call = callee_text(program_, facts_, start.start);
    const Handler& handler = facts_.handler(start.handler);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    const std::string server = process_name(program_, facts_, handler.process);
    const std::string each = start.loop ? "entry of " + source_text(program_, program_.unit_of(start.looping), start.collection)
                                        : std::string("message");
    Finding finding = found_in(reporter_, program_, start.function, call_span(program_, start.start));
    finding.confidence = Confidence::kPossible;
    finding.message = shown + " starts a process for each " + each + " with " + call + ", however many there are";
    finding.why =
        start.loop
            ? "Others fill the collection. With a thousand entries a thousand processes start at one tick, and ask for the "
              "same connections at the same time."
            : "Whoever publishes sets the pace. " + server +
                  " is always ready for the next message, so nothing slows them "
                  "down: a burst of ten thousand messages is ten thousand processes at the same time.";
    finding.fix =
        erlang
            ? "Work through them with a fixed number of workers that take the next one when they are done."
            : "Give the Task.Supervisor max_children and decide what happens when it is full, take a limited number at a time, "
              "or do short work in the server itself.";
    if (start.loop) finding.path.push_back({program_.unit_of(start.looping).span(start.loop), "once for each " + each});
    append_chain(program_, facts_, start.chain, finding.path);
    finding.path.push_back({finding.span, "a new process"});
    finding.key = "each " + call;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::optional<bool> limits_children_;
  std::set<CallId> of_servers_;  // starts that report_start() speaks of
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& fan_out_without_bound() {
  static const Rule rule{{.code = "BW202",
                          .name = "fan-out-without-bound",
                          .family = findings::Family::kMailbox,
                          .severity = Severity::kMedium,
                          .summary = "A process for each element of a collection of any length, all at once"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
