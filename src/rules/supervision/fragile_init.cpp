// init/1 runs while the supervisor waits. When it needs a database, a peer or another service and dies or stops without it, an
// outage there keeps the supervisor, and all that is started after it, from coming up; after a crash the restarts fail one after
// the other within a moment and use the intensity up (stdlib: gen_server, Module:init/1; supervisor, "Maximum Restart
// Intensity").
#include <algorithm>

#include "rules/init_needs.h"

namespace beamwright::rules {
namespace {

using analysis::ProcessKind;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter), needs_(program, facts) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const Process& process = facts_.process(ProcessId(i));
      for (const auto id : process.handlers) {
        const Handler& handler = facts_.handler(id);
        if (handler.kind != HandlerKind::kInit || !reporter_.wants(program_, handler.function)) continue;
        if (const std::optional<InitNeed> need = needs_.of(process, handler))
          report(ProcessId(i), handler, *need, process.kind == ProcessKind::kSupervisor);
      }
    }
  }

 private:
  void report(ProcessId id, const Handler& handler, const InitNeed& need, bool supervisor) {
    const SlowWork& work = need.work;
    const std::vector<InitFailure>& failures = need.failures;
    const InitFailure& failure = failures.front();
    const bool erlang = in_erlang(program_, handler.function);
    const std::string name = process_name(program_, facts_, id);
    const bool connects = work.effect == Effect::kSocket && !work.note.empty();
    const std::string what = connects ? "a connection"
                             : work.effect == Effect::kCall
                                 ? "a call of " + process_name(program_, facts_, facts_.handler(work.beyond).process) +
                                       ", which waits for the network,"
                                 : describe_work(work);
    Finding finding = found_in(reporter_, program_, handler.function, call_span(program_, work.site));
    finding.severity = Severity::kMedium;
    finding.confidence = work.possible || failure.possible || need.on_demand ? Confidence::kPossible : Confidence::kLikely;
    finding.message = finding.function + " needs " + what + " to succeed: without it " +
                      (supervisor       ? "the supervisor " + name + " does not start"
                       : need.on_demand ? name + " does not start, nor come back after a crash"
                                        : name + " does not start");
    finding.why = need.on_demand ? "Whoever asks for the first start of " + name +
                                       " is told that it failed. After a crash in the middle of an outage it is the "
                                       "supervisor that starts it again, and init/1 " +
                                       failure.text +
                                       ": the restarts fail at once, use the intensity up, and the "
                                       "supervisor ends with all its other children."
                                 : std::string("init/1 runs while the supervisor above waits, and ") + failure.text +
                                       ". An outage of the other side so keeps " + name +
                                       " and everything that is started after it down; after a crash in the middle of one, the "
                                       "restarts fail at once and the "
                                       "supervisor gives up.";
    finding.fix =
        supervisor ? "Read it in a process of its own, which starts the children when it has an answer; take every error."
        : erlang ? "Return {ok, State, {continue, connect}} and connect in handle_continue/2, with a retry after a while when it "
                   "fails."
                 : "Return {:ok, state, {:continue, :connect}} and connect in handle_continue/2, with a retry after a while "
                   "when it fails.";
    finding.path = path_of(program_, facts_, work);
    constexpr std::size_t kShown = 4;
    for (std::size_t i = 0; i < std::min(failures.size(), kShown); ++i) {
      finding.path.push_back({failures[i].place, "it " + failures[i].text});
    }
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  InitNeeds needs_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& fragile_init() {
  static const Rule rule{{.code = "BW114",
                          .name = "fragile-init",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kMedium,
                          .summary = "An init that another service must answer: its outage keeps the tree from starting"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
