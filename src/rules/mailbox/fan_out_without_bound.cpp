// A process for each element of a list that somebody else decides the length of: with a thousand elements a thousand requests go
// out at once, against a database pool of ten, and each of them times out because of the others.
#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "analysis/values.h"
#include "rules/kept.h"
#include "rules/reach.h"
#include "rules/unbounded_starts.h"
#include "rules/walk.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

constexpr std::array<std::string_view, 23> kFew = {
    "node",     "scheduler", "chunk",  "take",  "batch",  "shard", "partition", "worker",    "pool",  "child", "listen", "port",
    "acceptor", "replica",   "member", "peers", "plugin", "app",   "slots",     "concurren", "limit", "hook",  "group"};

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
    for (const CallId site : wanted_calls(program_, reporter_)) {
      const analysis::External* external = facts_.calls.external(site);
      if (!external || !starts(*external)) continue;
      const FunctionId function = program_.function_of(site);
      if (!function || !in_production(program_, facts_, function) || !may_be_busy(function)) continue;
      if (is_supervised(*external) && limits_children()) continue;
      if (const ExprId loop = loop_around(site)) look_at(function, site, loop);
    }
    for (const UnboundedStart& start : unbounded_starts(program_, facts_)) report_start(start);
  }

 private:
  // A process without a supervisor, or below one of tasks, which bounds their number only where max_children is written.
  static bool starts(const analysis::External& external) {
    if (is_supervised(external)) return true;
    if (!external.row || !external.row->effects.has(Effect::kSpawn)) return false;
    return external.row->returns == Resource::kProcess || external.row->returns == Resource::kTask;
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
        return {};
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
    for (const ExprId child : unit.children_of(e)) {
      if (unit.expr(child).kind != ExprKind::kClosure) {
        const ExprKind kind = unit.expr(child).kind;
        if (kind != ExprKind::kAtom && kind != ExprKind::kInteger) return child;
      }
    }
    return {};
  }

  void look_at(FunctionId function, CallId site, ExprId loop) {
    const Unit& unit = program_.unit_of(site);
    const ExprId collection = collection_of(unit, loop);
    if (!collection || is_small(unit, collection) || is_cut_off(function, collection) || is_paced(unit, loop)) return;
    if (names_one(element_text(unit, loop), kOneOfFew) || is_part_of_chunk(unit, loop) || is_told(function, collection)) return;
    report(function, site, loop, collection);
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
    const auto is_parameter = [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      return e.kind == ExprKind::kVariable && analysis::parameter_of(unit, f, model::VariableId(e.payload)).has_value();
    };
    if (!is_parameter(collection)) return false;
    return any_below(unit, program_.call(site).expr, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      if (e.kind != ExprKind::kCall) return false;
      const model::Call& call = unit.call_of(e);
      if (call.module_expr && is_parameter(call.module_expr)) return true;
      const std::span<const ExprId> arguments = unit.children_of(id);
      return call.name == intern("apply") && !arguments.empty() && is_parameter(arguments[0]);
    });
  }

  void report(FunctionId function, CallId site, ExprId loop, ExprId collection) {
    const Unit& unit = program_.unit_of(site);
    const bool erlang = in_erlang(program_, function);
    const std::string list = source_text(program_, unit, collection);
    const std::string start = callee_text(program_, facts_, site);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.confidence = Confidence::kPossible;
    if (is_general_helper(function, site, collection)) finding.severity = Severity::kLow;
    finding.message = finding.function + " starts a process for each element of " + list + " with " + start + ", all at once";
    finding.why = "Nothing in sight says how long " + list +
                  " can get. A thousand elements are a thousand processes that ask for the same "
                  "connections at the same time: they wait for each other until they time out together.";
    finding.fix =
        erlang ? "Work through it in batches, or with a fixed number of workers that take the next element when they are done."
               : "Use Task.async_stream(" + list + ", fun, max_concurrency: n, timeout: ms), or the same of Task.Supervisor.";
    finding.path = {{unit.span(loop), "once for each element"}, {finding.span, "a new process"}};
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
