// A server does one thing at a time, on one core. What it computes from the caller's own arguments, a signature to check, a text
// to parse, a term to compress, the caller could compute itself, all callers at once on all cores; only what touches the state
// has to be in the server.
#include <algorithm>

#include "rules/callers.h"
#include "rules/computing.h"
#include "rules/load.h"
#include "rules/reach.h"
#include "rules/work.h"

namespace beamwright::rules {
namespace {

using analysis::Count;
using analysis::ProcessKind;

// One clause that computes what its caller could.
struct Computes {
  HandlerId handler;
  ComputedValue value;
  Callers callers;
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    if (!computes_anything()) return;
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      if (reporter_.wants(program_, facts_.process(ProcessId(i)).module)) review(ProcessId(i));
    }
  }

 private:
  bool computes_anything() const {
    return std::any_of(facts_.calls.externals.begin(), facts_.calls.externals.end(),
                       [](const analysis::External& external) { return !computing_of(external).what.empty(); });
  }

  void review(ProcessId id) {
    const Process& process = facts_.process(id);
    if (process.count == Count::kMany || process.kind == ProcessKind::kRequest || process.kind == ProcessKind::kSupervisor)
      return;
    std::vector<Computes> clauses;
    for (const HandlerId handler_id : process.handlers) {
      const Handler& handler = facts_.handler(handler_id);
      if (handler.kind != HandlerKind::kCall || !in_production(program_, facts_, handler.function)) continue;
      const std::vector<ComputedValue> values = computed_from_message(program_, facts_, handler);
      const auto value =
          std::find_if(values.begin(), values.end(), [&](const ComputedValue& v) { return is_the_callers(handler, v); });
      if (value == values.end()) continue;
      Callers callers = callers_of(program_, facts_, messages_to(facts_, handler_id), id);
      if (is_shared(id, callers, *value)) clauses.push_back({handler_id, *value, std::move(callers)});
    }
    if (!clauses.empty()) report(id, clauses);
  }

  // With a state that the clause changes it may need its turn; without, or with one that it only reads, it does not.
  bool is_the_callers(const Handler& handler, const ComputedValue& value) const {
    if (value.with_state && handler.changes_state) return false;
    // Beside a request to the network the coding of a message is nothing.
    return value.computing.heavy || slow_work(program_, facts_, handler).empty();
  }

  // A process without a name may be one of many, each of which works for one of the many callers.
  bool is_shared(ProcessId id, const Callers& callers, const ComputedValue& value) const {
    const bool named = facts_.process(id).count == Count::kOne;
    if (callers.only_tools) return false;
    if (named && callers.concurrent()) return true;
    if (!value.computing.heavy || (!named && !has_given_name(program_, facts_, id))) return false;
    return callers.concurrent() || (callers.outside && callers.functions.empty()) || callers.modules.size() >= 2;
  }

  void report(ProcessId id, const std::vector<Computes>& clauses) {
    const Computes& first = clauses.front();
    const Handler& handler = facts_.handler(first.handler);
    const std::string name = process_name(program_, facts_, id);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    const std::string callee = callee_text(program_, facts_, first.value.site);
    Finding finding = found_in(reporter_, program_, handler.function, call_span(program_, first.value.chain.front()));
    finding.confidence = first.callers.concurrent() ? Confidence::kLikely : Confidence::kPossible;
    // The coding of a small term costs microseconds; and a key may be kept in one process so that nobody else has it.
    const bool term = first.value.computing.what.find("term") != std::string_view::npos;
    const bool secret = first.value.computing.what.starts_with("a signature");
    const bool kept = secret && first.value.with_state && !first.callers.concurrent();
    if (term || kept) finding.severity = Severity::kLow;
    finding.message = "The one process " + name + " computes " + std::string(first.value.computing.what) +
                      " from its callers' own arguments: " + shown + " reaches " + callee;
    if (!first.callers.text.empty()) finding.message += "; asked by " + first.callers.text;
    if (clauses.size() > 1) finding.message += "; " + std::to_string(clauses.size() - 1) + " more clauses do the like";
    finding.why =
        "A process runs on one core: however many there are, all callers together get what one of them could do alone, "
        "and whoever needs " +
        name + " for its state waits behind the computing.";
    finding.fix = std::string("Call ") + callee + " in the client function, in the caller's process" +
                  (first.value.with_state ? ", with what it needs of the state read from a table or persistent_term" : "") +
                  ", and send the server only what has to go through its state.";
    for (findings::Step& step : steps_of(first)) finding.path.push_back(std::move(step));
    for (std::size_t i = 1; i < clauses.size(); ++i) {
      finding.path.push_back(
          {call_span(program_, clauses[i].value.chain.front()),
           analysis::display_handler(program_, facts_, facts_.handler(clauses[i].handler)) + " computes as well"});
      for (findings::Step& step : askers_of(clauses[i], 1)) finding.path.push_back(std::move(step));
    }
    finding.key = shown + " " + callee;
    report_weighed(reporter_, std::move(finding));
  }

  std::vector<findings::Step> steps_of(const Computes& clause) const {
    std::vector<findings::Step> steps;
    append_chain(program_, facts_, clause.value.chain, steps);
    constexpr std::size_t kMost = 8;
    for (findings::Step& step : askers_of(clause, kMost - std::min(kMost, steps.size()))) steps.push_back(std::move(step));
    for (std::size_t i = 0; i < clause.callers.sites.size() && i < 2; ++i)
      steps.push_back(call_step(program_, facts_, clause.callers.sites[i]));
    return steps;
  }

  std::vector<findings::Step> askers_of(const Computes& clause, std::size_t shown) const {
    std::vector<findings::Step> steps;
    for (const MessageId id : messages_to(facts_, clause.handler)) {
      if (steps.size() >= shown) break;
      const Message& message = facts_.message(id);
      steps.push_back({call_span(program_, message.site), model::display_function(program_, message.sender) + " asks it"});
    }
    return steps;
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& whole_work_in_one_process() {
  static const Rule rule{{.code = "BW308",
                          .name = "whole-work-in-one-process",
                          .family = findings::Family::kBottleneck,
                          .severity = Severity::kMedium,
                          .summary = "A server computes in its one process what its callers could compute themselves"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
