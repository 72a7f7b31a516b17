// handle_info with some clauses and no catch-all takes what its author thought of. Any other message is a function_clause error,
// and the process dies with its state. The rule speaks where such a message can be shown to come, and of calls and casts in sight
// that no clause takes.
#include <algorithm>

#include "rules/catch_all.h"
#include "rules/exposures.h"
#include "rules/rest_of_messages.h"
#include "rules/strays.h"
#include "rules/support.h"

namespace beamwright::rules {
namespace {

using analysis::ProcessKind;

struct Names {
  Symbol handle_async = intern("handle_async");
};

const Names& names() {
  static const Names kNames;
  return kNames;
}

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter), causes_(collect_stray_causes(program, facts)) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const ProcessKind kind = facts_.process(ProcessId(i)).kind;
      if (kind == ProcessKind::kGenServer || kind == ProcessKind::kGenStatem || kind == ProcessKind::kStage ||
          kind == ProcessKind::kRequest)
        review(ProcessId(i));
    }
    for (std::uint32_t i = 0; i < facts_.messages.messages.size(); ++i) review(facts_.message(MessageId(i)));
    review_templates();
  }

 private:
  // The clauses of one kind: is there one at all, and do they leave messages over?
  struct Clauses {
    HandlerId first;
    bool partial = true;
    source::Span stops;  // the clause that takes what is left and stops the process
    source::Span inner;  // the case, or the function, that leaves some of what the last clause hands it
  };

  Clauses clauses_of(ProcessId id, HandlerKind kind) const {
    Clauses clauses;
    const bool machine = kind == HandlerKind::kInfo && is_state_machine(facts_.process(id));
    for (const HandlerId handler_id : facts_.process(id).handlers) {
      const Handler& handler = facts_.handler(handler_id);
      if (machine ? !takes_info(program_, handler) : handler.kind != kind || is_of_tasks(handler)) continue;
      if (!clauses.first) clauses.first = handler_id;
      const Unit& unit = program_.unit_of(handler.function);
      const model::Clause& clause = unit.clause(handler.clause);
      if (stops_on_anything(program_, facts_, handler)) {
        clauses.stops = {unit.file, clause.begin, clause.end};
      } else if (const std::optional<source::Span> stop = stops_on_unknown(program_, handler)) {
        clauses.stops = *stop;
      } else if (handles_the_rest(program_, facts_, handler)) {
        clauses.partial = clauses.partial && !handler.any_state;
      } else if (handler.pattern.any) {
        const std::optional<InnerClauses> inner = inner_clauses(program_, handler);
        if (inner) clauses.inner = inner->place;
        if (inner && inner->stops.end > inner->stops.begin) clauses.stops = inner->stops;
      }
    }
    return clauses;
  }

  // handle_async of a LiveView gets the results of its own tasks, and nothing else.
  bool is_of_tasks(const Handler& handler) const { return program_.function(handler.function).name == names().handle_async; }

  // A macro that adds clauses when compilation ends leaves nothing to conclude.
  bool may_get_clauses(ModuleId module) const {
    const Unit& unit = program_.unit_of(module);
    for (const model::Attribute& attribute : unit.attributes_of(program_.module(module))) {
      if (attribute.name.text() == "before_compile") return true;
    }
    for (const model::Directive& directive : unit.directives_of(program_.module(module))) {
      if (is_own_transform(unit, directive)) return true;
      if (directive.kind == model::DirectiveKind::kUse && adds_clauses(unit, directive.module)) return true;
    }
    return false;
  }

  // Those that many use (lager_transform, eunit_autoexport, ms_transform …) rewrite calls and export functions; only one that
  // was written for the project may do more.
  bool is_own_transform(const Unit& unit, const model::Directive& directive) const {
    return directive.kind == model::DirectiveKind::kParseTransform && program_.find_module(directive.module, unit.project);
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

  // What `use` writes into a module beside its own clauses of handle_info.
  enum class Written : std::uint8_t { kNothing, kSome, kPerhapsAll };

  Written written_clauses(ModuleId module) const {
    const Unit& unit = program_.unit_of(module);
    for (const model::Attribute& attribute : unit.attributes_of(program_.module(module))) {
      if (attribute.name.text() == "before_compile") return Written::kPerhapsAll;
    }
    Written most = Written::kNothing;
    for (const model::Directive& directive : unit.directives_of(program_.module(module))) {
      if (is_own_transform(unit, directive)) return Written::kPerhapsAll;
      if (directive.kind == model::DirectiveKind::kUse) most = std::max(most, written_by(unit, directive.module));
    }
    return most;
  }

  Written written_by(const Unit& user, Symbol used) const {
    const ModuleId module = program_.find_module(used, user.project);
    Written most = Written::kNothing;
    if (!module) return most;
    const Unit& unit = program_.unit_of(module);
    for (const FunctionId f : program_.functions_of(module)) {
      const model::Function& function = program_.function(f);
      if (function.name.text() == "__before_compile__") return Written::kPerhapsAll;
      if (!function.has(model::kTemplate) || function.name.text() != "handle_info") continue;
      most = std::max(most, Written::kSome);
      for (const model::ClauseId clause : function.clauses) {
        const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(clause));
        const ExprKind kind = patterns.empty() ? ExprKind::kUnknown : unit.expr(patterns[0]).kind;
        if (kind == ExprKind::kVariable || kind == ExprKind::kWildcard || kind == ExprKind::kUnknown) return Written::kPerhapsAll;
      }
    }
    return most;
  }

  void review(ProcessId id) {
    const Clauses clauses = clauses_of(id, HandlerKind::kInfo);
    if (!clauses.first || !clauses.partial) return;
    const Handler& handler = facts_.handler(clauses.first);
    const Process& process = facts_.process(id);
    if (!reporter_.wants(program_, handler.function) || !in_production(program_, facts_, handler.function)) return;
    const Written written = written_clauses(process.module);
    if (written == Written::kPerhapsAll) return;
    std::vector<Stray> strays;
    // gen_fsm's timers are events and no messages.
    const bool fsm = process.kind == ProcessKind::kGenStatem && !is_state_machine(process);
    if (written == Written::kNothing && !fsm) {
      strays = untaken_strays(program_, facts_, causes_, id);
      if (strays.empty() && process.kind != ProcessKind::kGenStatem) strays = outdated_messages(program_, facts_, id);
    }
    if (strays.empty()) strays = exposures(program_, facts_, id);
    if (strays.empty()) return;
    std::stable_sort(strays.begin(), strays.end(), [](const Stray& a, const Stray& b) {
      return std::pair(a.confidence == Confidence::kPossible ? Severity::kLow : a.severity, a.confidence) >
             std::pair(b.confidence == Confidence::kPossible ? Severity::kLow : b.severity, b.confidence);
    });
    report(id, handler, clauses, strays);
  }

  void report(ProcessId id, const Handler& handler, const Clauses& clauses, const std::vector<Stray>& strays) {
    const bool stops = clauses.stops.end > clauses.stops.begin;
    const bool inner = clauses.inner.end > clauses.inner.begin;
    const bool machine = is_state_machine(facts_.process(id));
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
                      ", which " + name + (worst.confidence != Confidence::kPossible ? " gets from " : " may get from ") +
                      worst.cause;
    std::vector<std::string> others;
    for (const Stray& stray : strays) {
      if (stray.text != worst.text && std::find(others.begin(), others.end(), stray.text) == others.end())
        others.push_back(stray.text);
    }
    if (!others.empty()) finding.message += "; nor " + join_names(others);
    finding.why =
        (stops     ? "A message that nobody planned is no fault of the process: "
         : inner   ? "What the clause hands on has clauses but no catch-all, so this message is an error there: "
         : machine ? "The state machine has clauses for messages but no catch-all, so this one is a function_clause error: "
                   : "handle_info has clauses but no catch-all, so this message is a function_clause error: ") +
        name + " dies, with its state and everything that waits in its mailbox.";
    finding.fix =
        machine
            ? "Handle " + worst.text +
                  " in a clause of its own if it matters, and end with a clause for every event that logs and keeps the state."
            : fix_for(worst, erlang);
    if (!stops && !inner) finding.rewrite = rewrite_for(facts_.process(id), handler, strays);
    for (std::size_t i = 0; i < strays.size() && i < 6; ++i) {
      finding.path.push_back({strays[i].span, strays[i].text + " comes from " + strays[i].cause});
    }
    if (stops) {
      finding.path.push_back({clauses.stops, "stops the process on anything"});
    } else {
      finding.path.push_back({inner ? clauses.inner : last_clause(id),
                              inner ? "no clause takes it here" : "no clause of " + finding.function + " takes it"});
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

  // ---- Clauses that a macro writes into other modules -------------------------------------------------------------------------

  // `use GenServer` and some clauses of handle_info inside `quote`: every module that uses the macro takes no other message, and
  // cannot see in its own text that it does not.
  void review_templates() {
    for (const std::unique_ptr<Unit>& unit : program_.units) {
      if (unit->language != source::Language::kElixir || unit->role != source::Role::kReviewed) continue;
      for (std::uint32_t m = 0; m < unit->modules.size(); ++m) {
        const model::Module& module = unit->modules[m];
        const auto directives = unit->directives_of(module);
        if (std::any_of(directives.begin(), directives.end(), [](const model::Directive& directive) {
              return directive.quoted && directive.kind == model::DirectiveKind::kUse &&
                     directive.module == sym::Elixir_GenServer;
            })) {
          review_template(ModuleId(unit->first_module + m));
        }
      }
    }
  }

  void review_template(ModuleId module) {
    const FunctionId written = template_clauses(module);
    if (!written) return;
    std::vector<std::string> users;
    source::Span first_user;
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const Process& process = facts_.process(ProcessId(i));
      const Unit& unit = program_.unit_of(process.module);
      const model::Module& user = program_.module(process.module);
      if (process.kind != ProcessKind::kGenServer || unit.role != source::Role::kReviewed || has_own_clauses(process)) continue;
      for (const model::Directive& directive : unit.directives_of(user)) {
        if (directive.kind != model::DirectiveKind::kUse || directive.quoted ||
            program_.find_module(directive.module, unit.project) != module)
          continue;
        if (users.empty()) first_user = {unit.file, directive.begin, directive.end};
        users.push_back(model::display_module(user.name));
        break;
      }
    }
    if (users.size() >= 2) report(module, written, users, first_user);
  }

  // The handle_info that the macro writes; none when a clause of it takes every message.
  FunctionId template_clauses(ModuleId module) const {
    FunctionId written;
    const Unit& unit = program_.unit_of(module);
    for (const FunctionId f : program_.functions_of(module)) {
      const model::Function& function = program_.function(f);
      if (function.name.text() == "__before_compile__") return {};
      if (!function.has(model::kTemplate) || function.name.text() != "handle_info" || function.arity != 2) continue;
      for (const model::ClauseId clause : function.clauses) {
        const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(clause));
        if (patterns.empty() || unit.expr(patterns[0]).kind == ExprKind::kUnknown) return {};
        const ExprKind kind = unit.expr(patterns[0]).kind;
        if ((kind == ExprKind::kVariable || kind == ExprKind::kWildcard) && !unit.clause(clause).guard) return {};
      }
      if (!written) written = f;
    }
    return written;
  }

  bool has_own_clauses(const Process& process) const {
    for (const HandlerId id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind == HandlerKind::kInfo && !program_.unit_of(handler.function).is_instance()) return true;
    }
    return false;
  }

  void report(ModuleId module, FunctionId written, const std::vector<std::string>& users, source::Span first_user) {
    const std::string name = model::display_module(program_.module(module).name);
    Finding finding = found_in(reporter_, program_, written, name_span(program_, written));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kPossible;
    finding.message =
        "The handle_info/2 that `use " + name + "` writes has no catch-all: any other message ends " + join_names(users);
    finding.why =
        "With clauses of its own handle_info/2 replaces GenServer's, which logs and drops what it does not know. The modules "
        "that "
        "use " +
        name +
        " do not show that they have it: the end of a connection, a late reply or a DOWN is a function_clause error there.";
    finding.fix =
        "End with a catch-all inside the quote, and let users write their own:\n"
        "def handle_info(unexpected, state) do\n  Logger.warning(\"unexpected message: #{inspect(unexpected)}\")\n  "
        "{:noreply, state}\nend\n\ndefoverridable handle_info: 2";
    finding.path = {{finding.span, "written into every module that uses " + name}, {first_user, users.front() + " uses it"}};
    finding.key = "template " + name;
    report_weighed(reporter_, std::move(finding));
  }

  // ---------------------------------------------------------------------------------------------------------------------------

  // A call or cast in sight that no clause takes.
  void review(const Message& message) {
    if (message.kind == MessageKind::kInfo || message.likely || !message.receiver || !message.pattern.tag) return;
    if (!reporter_.wants(program_, message.sender)) return;
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
