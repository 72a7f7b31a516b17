// handle_info with some clauses and no catch-all takes what its author thought of. Any other message is a function_clause error,
// and the process dies with its state. The rule speaks where such a message can be shown to come, and of calls and casts in sight
// that no clause takes.
#include <algorithm>

#include "rules/catch_all.h"
#include "rules/strays.h"
#include "rules/support.h"

namespace beamwright::rules {
namespace {

using analysis::ProcessKind;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter), causes_(collect_stray_causes(program, facts)) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const ProcessKind kind = facts_.process(ProcessId(i)).kind;
      if (kind == ProcessKind::kGenServer || kind == ProcessKind::kStage || kind == ProcessKind::kRequest) review(ProcessId(i));
    }
    for (std::uint32_t i = 0; i < facts_.messages.messages.size(); ++i) review(facts_.message(MessageId(i)));
  }

 private:
  // The clauses of one kind: is there one at all, and do they leave messages over?
  struct Clauses {
    HandlerId first;
    bool partial = true;
    HandlerId stops;  // the clause that takes what is left and stops the process
  };

  Clauses clauses_of(ProcessId id, HandlerKind kind) const {
    Clauses clauses;
    for (const HandlerId handler : facts_.process(id).handlers) {
      if (facts_.handler(handler).kind != kind) continue;
      if (!clauses.first) clauses.first = handler;
      if (stops_on_anything(program_, facts_, facts_.handler(handler))) {
        clauses.stops = handler;
      } else {
        clauses.partial &= !facts_.handler(handler).pattern.any;
      }
    }
    return clauses;
  }

  // A macro that adds clauses when compilation ends leaves nothing to conclude.
  bool may_get_clauses(ModuleId module) const {
    const Unit& unit = program_.unit_of(module);
    for (const model::Attribute& attribute : unit.attributes_of(program_.module(module))) {
      if (attribute.name.text() == "before_compile") return true;
    }
    for (const model::Directive& directive : unit.directives_of(program_.module(module))) {
      if (directive.kind == model::DirectiveKind::kParseTransform) return true;
      if (directive.kind == model::DirectiveKind::kUse && adds_clauses(unit, directive.module)) return true;
    }
    return false;
  }

  bool adds_clauses(const Unit& unit, Symbol used) const {
    const ModuleId module = program_.find_module(used, unit.project);
    if (!module) return false;
    for (const FunctionId f : program_.functions_of(module)) {
      const std::string_view name = program_.function(f).name.text();
      if (program_.function(f).has(model::kTemplate) && name.starts_with("handle_")) return true;
      if (name == "__before_compile__") return true;
    }
    return false;
  }

  void review(ProcessId id) {
    const Clauses clauses = clauses_of(id, HandlerKind::kInfo);
    if (!clauses.first || !clauses.partial) return;
    const Handler& handler = facts_.handler(clauses.first);
    const Process& process = facts_.process(id);
    if (!in_production(program_, facts_, handler.function) || may_get_clauses(process.module)) return;
    std::vector<Stray> strays = untaken_strays(program_, facts_, causes_, id);
    if (strays.empty()) strays = exposures(program_, facts_, id);
    if (strays.empty()) return;
    std::stable_sort(strays.begin(), strays.end(), [](const Stray& a, const Stray& b) {
      return std::pair(a.confidence == Confidence::kPossible ? Severity::kLow : a.severity, a.confidence) >
             std::pair(b.confidence == Confidence::kPossible ? Severity::kLow : b.severity, b.confidence);
    });
    report(id, handler, clauses.stops, strays);
  }

  void report(ProcessId id, const Handler& handler, HandlerId stops, const std::vector<Stray>& strays) {
    const bool erlang = in_erlang(program_, handler.function);
    const std::string name = process_name(program_, facts_, id);
    const Stray& worst = strays.front();
    Finding finding = found_in(reporter_, program_, handler.function, name_span(program_, handler.function));
    finding.severity = worst.severity;
    // One process per request takes only its own request with it.
    if (facts_.process(id).kind == ProcessKind::kRequest) finding.severity = std::min(finding.severity, Severity::kMedium);
    finding.confidence = worst.confidence;
    finding.message = (stops ? "The last clause of " + finding.function + " stops the process on " + worst.text
                             : "No clause of " + finding.function + " takes " + worst.text) +
                      ", which " + name + (worst.tag || worst.size > 1 ? " gets from " : " may get from ") + worst.cause;
    std::vector<std::string> others;
    for (const Stray& stray : strays) {
      if (stray.text != worst.text && std::find(others.begin(), others.end(), stray.text) == others.end())
        others.push_back(stray.text);
    }
    if (!others.empty()) finding.message += "; nor " + join_names(others);
    finding.why = (stops ? "A message that nobody planned is no fault of the process: "
                         : "handle_info has clauses but no catch-all, so this message is a function_clause error: ") +
                  name + " dies, with its state and everything that waits in its mailbox.";
    finding.fix = fix_for(worst, erlang);
    if (!stops) finding.rewrite = rewrite_for(facts_.process(id), handler, strays);
    for (std::size_t i = 0; i < strays.size() && i < 6; ++i) {
      finding.path.push_back({strays[i].span, strays[i].text + " comes from " + strays[i].cause});
    }
    if (stops) {
      const Unit& unit = program_.unit_of(facts_.handler(stops).function);
      const model::Clause& clause = unit.clause(facts_.handler(stops).clause);
      finding.path.push_back({{unit.file, clause.begin, clause.end}, "stops the process on anything"});
    } else {
      finding.path.push_back({last_clause(id), "no clause of " + finding.function + " takes it"});
    }
    finding.key = "info " + worst.text;
    report_weighed(reporter_, std::move(finding));
  }

  // A clause that takes everything is right for what is left over of things that are over. Of a monitor's DOWN, a timer or a
  // link's EXIT the server may have to take notice, and to log it would only hide the mistake.
  findings::Rewrite rewrite_for(const Process& process, const Handler& handler, const std::vector<Stray>& strays) const {
    const bool plain = process.behaviour == sym::gen_server || process.behaviour == sym::Elixir_GenServer;
    const bool leftovers = std::all_of(strays.begin(), strays.end(), [](const Stray& stray) { return stray.leftover; });
    if (!plain || !leftovers || process.traps_exits || program_.module_of(handler.function) != process.module) return {};
    return end_with_catch_all(program_, handler.function);
  }

  // Where a catch-all would have to stand.
  source::Span last_clause(ProcessId id) const {
    source::Span span;
    for (const HandlerId handler_id : facts_.process(id).handlers) {
      const Handler& handler = facts_.handler(handler_id);
      if (handler.kind != HandlerKind::kInfo) continue;
      const Unit& unit = program_.unit_of(handler.function);
      const model::Clause& clause = unit.clause(handler.clause);
      if (clause.begin >= span.begin) span = {unit.file, clause.begin, clause.end};
    }
    return span;
  }

  static std::string fix_for(const Stray& stray, bool erlang) {
    if (erlang) {
      return "Handle " + stray.text +
             " in a clause of its own if it matters, and end with a catch-all:\n"
             "handle_info(Unexpected, State) ->\n    logger:warning(\"unexpected message: ~p\", [Unexpected]),\n    {noreply, "
             "State}.";
    }
    return "Handle " + stray.text +
           " in a clause of its own if it matters, and end with a catch-all:\n"
           "def handle_info(unexpected, state) do\n  Logger.warning(\"unexpected message: #{inspect(unexpected)}\")\n  "
           "{:noreply, state}\nend";
  }

  // A call or cast in sight that no clause takes.
  void review(const Message& message) {
    if (message.kind == MessageKind::kInfo || message.likely || !message.receiver || !message.pattern.tag) return;
    const Process& process = facts_.process(message.receiver);
    if (process.kind != ProcessKind::kGenServer || !in_production(program_, facts_, message.sender)) return;
    const HandlerKind kind = handler_kind(message.kind);
    const Clauses clauses = clauses_of(message.receiver, kind);
    if (!clauses.first || !clauses.partial || has_namesake(message.receiver) || may_get_clauses(process.module)) return;
    if (!takers(facts_, message).empty()) return;
    report(message, facts_.handler(clauses.first));
  }

  // Two classes under one name, as with a stub for development: the message may be the other one's.
  bool has_namesake(ProcessId id) const {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      if (ProcessId(i) == id) continue;
      for (const Symbol name : facts_.process(ProcessId(i)).names) {
        const std::vector<Symbol>& own = facts_.process(id).names;
        if (std::find(own.begin(), own.end(), name) != own.end()) return true;
      }
    }
    return false;
  }

  void report(const Message& message, const Handler& first) {
    const bool erlang = in_erlang(program_, message.sender);
    const std::string name = process_name(program_, facts_, message.receiver);
    const std::string text = message_text(message.pattern, erlang);
    const std::string callback = model::display_function(program_, first.function);
    Finding finding = found_in(reporter_, program_, message.sender, call_span(program_, message.site));
    finding.severity = Severity::kHigh;
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " sends " + text + " to " + name + ", and no clause of " + callback + " takes it";
    finding.why = "The first such message is a function_clause error in " + name + ": it dies with its state" +
                  (message.kind == MessageKind::kCall ? ", and the caller exits." : ".");
    finding.fix = "Add a clause for " + text + " to " + callback + ", or send one of the messages that it takes.";
    finding.path = {{finding.span, text + " is sent to " + name}, {name_span(program_, first.function), "no clause takes it"}};
    finding.key = text;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  StrayCauses causes_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& partial_handle_info() {
  static const Rule rule{{.code = "BW111",
                          .name = "partial-handle-info",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kMedium,
                          .summary = "A message that really comes and that no clause takes: the process dies"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
