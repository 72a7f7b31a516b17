// A supervisor whose children come and go counts all their restarts together. With the default of a few restarts in five seconds,
// one dependency that fails under all of them, or one child that cannot start, uses the budget up, and the supervisor ends every
// child it has. Temporary children are not restarted and never count (stdlib: supervisor, "Maximum Restart Intensity").
#include <algorithm>
#include <optional>
#include <set>

#include "rules/child_starts.h"

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

  void of_tree(TreeId id) {
    const Tree& tree = forest_.tree(id);
    if (!tree.dynamic || tree.opaque || tree.behaviour == sym::Elixir_Task_Supervisor) return;
    if (tree.intensity < 0 || tree.intensity > kDefaultRestarts || tree.period < 1) return;
    if (tree.intensity * kDefaultPeriod > kDefaultRestarts * tree.period) return;
    const ExprRef place = places_[id.index].place ? places_[id.index].place : tree.place;
    if (!place || !production_place(program_, facts_, place)) return;
    for (const Member& member : members(id)) {
      if (member.restart != sym::permanent && member.restart != sym::transient) continue;
      const std::optional<Why> why = fails_with_others(member.module);
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
    struct Kind {
      Effect effect;
      std::string_view text;
    };
    constexpr std::array<Kind, 4> kKinds = {{{Effect::kDatabase, "talks to a database or broker"},
                                             {Effect::kHttp, "makes HTTP requests"},
                                             {Effect::kSocket, "talks over the network"},
                                             {Effect::kRpc, "calls other nodes"}}};
    for (const Kind& kind : kKinds) {
      for (const auto handler : p.handlers) {
        const Handler& h = facts_.handler(handler);
        if (h.kind == HandlerKind::kTerminate) continue;
        if (facts_.effects.all[h.function.index].has(kind.effect)) return Why{std::string(kind.text), true};
      }
    }
    return calls_one(process, p);
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
