// A mailbox that grows is the first sign of nearly every overload, and it is invisible from outside: sends never block, memory
// follows late, and the log says nothing. A service in which no code ever asks for message_queue_len learns of it when the node
// is out of memory. One finding a project, at its application: what is missing is one piece of code, not one for each process.
#include <algorithm>
#include <array>
#include <map>

#include "analysis/forest.h"
#include "rules/callers.h"

namespace beamwright::rules {
namespace {

using source::ProjectId;

struct Server {
  ProcessId process;
  MessageId message;
  Callers callers;
};

// Words of which one shows that mailboxes are looked at: what process_info and system_monitor are asked for, and dependencies
// that show or sample it.
bool is_watching(Symbol atom) {
  static const std::array<Symbol, 7> kWatching = {sym::message_queue_len,
                                                  intern("long_message_queue"),
                                                  intern("total_queue_len"),
                                                  intern("observer_cli"),
                                                  intern("phoenix_live_dashboard"),
                                                  intern("system_monitor"),
                                                  intern("Elixir.Phoenix.LiveDashboard.Router")};
  return std::find(kWatching.begin(), kWatching.end(), atom) != kWatching.end();
}

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    std::map<ProjectId, std::vector<FunctionId>> starts;
    for (const analysis::TreeApplication& application : analysis::forest_of(program_, facts_).applications) {
      if (!application.start || !application.tree || !in_production(program_, facts_, application.start)) continue;
      starts[program_.unit_of(application.start).project].push_back(application.start);
    }
    for (const auto& [project, applications] : starts) {
      const std::vector<ProcessId> processes = stateful_in(project);
      if (processes.empty() || is_watched(project)) continue;
      const std::vector<Server> servers = asked_by_many(processes);
      // A lone server that is only called has no more in its mailbox than there are callers.
      const bool counts = servers.size() > 1 || (servers.size() == 1 && is_cast_to(servers[0].process));
      if (counts) report(home_of(servers, applications), servers);
    }
  }

 private:
  // The folder of the application that a file belongs to: what stands before lib or src.
  std::string folder_of(const Unit& unit) const {
    const std::string_view path = program_.files->file(unit.file).path;
    for (const std::string_view part : {"lib/", "src/"}) {
      const std::size_t at = path.rfind(std::string("/").append(part));
      if (at != std::string_view::npos) return std::string(path.substr(0, at));
    }
    return {};
  }

  // The application that most of the servers belong to; the first of several.
  FunctionId home_of(const std::vector<Server>& servers, const std::vector<FunctionId>& applications) const {
    FunctionId home = applications.front();
    std::ptrdiff_t most = 0;
    for (const FunctionId start : applications) {
      const std::string folder = folder_of(program_.unit_of(start));
      const auto own = std::count_if(servers.begin(), servers.end(), [&](const Server& server) {
        return folder_of(program_.unit_of(facts_.process(server.process).module)) == folder;
      });
      if (own > most) home = start;
      most = std::max(most, own);
    }
    return home;
  }

  // Servers of which there is one, whose state messages change.
  std::vector<ProcessId> stateful_in(ProjectId project) const {
    std::vector<ProcessId> found;
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const ProcessId id(i);
      const Process& process = facts_.process(id);
      const Unit& unit = program_.unit_of(process.module);
      if (process.count != analysis::Count::kOne || !(unit.project == project) || unit.role != source::Role::kReviewed) continue;
      if (facts_.messages.to[i].empty()) continue;
      const bool stateful = std::any_of(process.handlers.begin(), process.handlers.end(), [&](HandlerId handler) {
        const Handler& h = facts_.handler(handler);
        const bool message = h.kind == HandlerKind::kCall || h.kind == HandlerKind::kCast || h.kind == HandlerKind::kInfo;
        return message && h.changes_state && in_production(program_, facts_, h.function);
      });
      if (stateful) found.push_back(id);
    }
    return found;
  }

  bool is_watched(ProjectId project) const {
    for (const auto& unit : program_.units) {
      if (!(unit->project == project)) continue;
      for (const ExprId id : unit->of_kind(ExprKind::kAtom))
        if (is_watching(unit->expr(id).symbol())) return true;
      for (const model::Directive& directive : unit->directives)
        if (is_watching(directive.module)) return true;
    }
    return false;
  }

  bool is_cast_to(ProcessId process) const {
    const std::vector<MessageId>& messages = facts_.messages.to[process.index];
    return std::any_of(messages.begin(), messages.end(),
                       [&](MessageId id) { return facts_.message(id).kind == MessageKind::kCast; });
  }

  std::vector<Server> asked_by_many(const std::vector<ProcessId>& processes) const {
    std::vector<Server> found;
    for (const ProcessId process : processes) {
      const std::vector<MessageId>& messages = facts_.messages.to[process.index];
      Callers callers = callers_of(program_, facts_, messages, process);
      if (callers.concurrent()) found.push_back({process, messages.front(), std::move(callers)});
    }
    return found;
  }

  void report(FunctionId start, const std::vector<Server>& servers) {
    constexpr std::size_t kShown = 3;
    std::vector<std::string> names;
    for (const Server& server : servers) names.push_back(process_name(program_, facts_, server.process));
    const bool erlang = in_erlang(program_, start);
    Finding finding = found_in(reporter_, program_, start, name_span(program_, start));
    finding.severity = Severity::kLow;
    finding.confidence = Confidence::kLikely;
    finding.message = "Nothing in sight reads message_queue_len, and many processes send to " + join_names(names, kShown);
    finding.why =
        "A mailbox that grows delays nobody who sends and is not in the log: the first that is seen of an overload is a "
        "time-out somewhere else, or the end of the node for want of memory.";
    finding.fix =
        erlang ? "Sample `process_info(whereis(Name), message_queue_len)` of these servers every few seconds into your "
                 "metrics, with an alarm; on OTP 27 also `erlang:system_monitor(self(), [{long_message_queue, {100, 1000}}])`."
               : "Sample `Process.info(Process.whereis(name), :message_queue_len)` of these servers every few seconds, with "
                 "telemetry_poller's `{:process_info, name: …, event: …, keys: [:message_queue_len]}`, and set an alarm on it.";
    finding.path.push_back({finding.span, finding.function + " starts the service"});
    for (std::size_t i = 0; i < servers.size() && i < kShown; ++i) {
      const Message& message = facts_.message(servers[i].message);
      finding.path.push_back({call_span(program_, message.site), names[i] + " is sent messages by " + servers[i].callers.text});
    }
    finding.key = "message_queue_len";
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& mailbox_unobservable() {
  static const Rule rule{{.code = "BW214",
                          .name = "mailbox-unobservable",
                          .family = findings::Family::kMailbox,
                          .severity = Severity::kLow,
                          .summary = "A service in which nothing reads how long its servers' mailboxes are"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
