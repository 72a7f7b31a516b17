// Things that outlast the node are looked for by effect first: they matter at every shutdown. The others are requests to named
// servers of the same sources, rows of tables that another process owns, persistent terms, and processes that are stopped.
#include "rules/left_undone.h"

#include <algorithm>
#include <array>

#include "analysis/tables.h"
#include "analysis/values.h"
#include "rules/reach.h"
#include "rules/waiting.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::External;
using analysis::ProcessKind;
using analysis::Runs;
using analysis::Tables;
using analysis::TableUseId;

bool only_closes(std::string_view name) {
  constexpr std::array<std::string_view, 6> kCloses = {"close", "shutdown", "controlling_process", "sync", "disconnect", "stop"};
  return std::find(kCloses.begin(), kCloses.end(), name) != kCloses.end();
}

struct Kind {
  Effect effect;
  std::string_view what;
};
constexpr std::array<Kind, 5> kLasting = {{{Effect::kDatabase, "writes to a database or broker"},
                                           {Effect::kHttp, "makes an HTTP request"},
                                           {Effect::kRpc, "calls another node"},
                                           {Effect::kFile, "works with files"},
                                           {Effect::kLog, "writes to a file"}}};

// Names of calls that write to files or take them away; looking at them is no clean-up.
bool changes_files(std::string_view name) {
  constexpr std::array<std::string_view, 10> kWords = {"write",    "rename",   "delete", "rm", "del_",
                                                       "truncate", "tab2file", "insert", "cp", "copy"};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return name.find(word) != name.npos; });
}

class Search {
 public:
  Search(const Program& program, const Facts& facts, const Handler& handler)
      : program_(program), facts_(facts), handler_(handler), sites_(own_calls()) {}

  std::optional<LeftUndone> run() const {
    for (const CallId site : sites_) {
      const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
      for (const Kind& kind : kLasting) {
        if (effects.has(kind.effect) && lasts(site, kind.effect))
          return LeftUndone{site, kind.effect, kind.what, false, false, {}};
      }
    }
    for (const CallId site : sites_) {
      if (closes_unlinked_connection(site))
        return LeftUndone{site, Effect::kDatabase, "closes a connection that nothing else ends", false, true, {}};
      if (stops_by_given_module(site))
        return LeftUndone{site, Effect::kCall, "stops what it has started through a module that it was given", false, true, {}};
    }
    if (std::optional<LeftUndone> row = rows_of_others()) return row;
    for (const CallId site : sites_) {
      const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
      if (effects.has(Effect::kCast)) {
        if (std::optional<LeftUndone> request = request_to_other(site, MessageKind::kCast)) return request;
      }
      if (!effects.has(Effect::kCall)) continue;
      if (std::optional<LeftUndone> request = request_to_other(site, MessageKind::kCall)) return request;
    }
    return {};
  }

 private:
  std::vector<CallId> own_calls() const {
    std::vector<CallId> sites;
    for (const CallId site : analysis::calls_in_clause(program_, handler_.function, handler_.clause)) {
      if (!program_.call(site).capture && facts_.calls.runs[site.index] == Runs::kCaller) sites.push_back(site);
    }
    return sites;
  }

  // Looks at the call that has the effect, at the end of the way down. What is far down belongs to a service that mostly watches
  // its users itself, such as a broker's subscriptions.
  bool lasts(CallId site, Effect effect) const {
    constexpr int kMaxSteps = 4;
    for (int step = 0; step < kMaxSteps; ++step) {
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (const External* external = facts_.calls.external(site)) {
        const std::string_view name = external->name.text();
        if (effect == Effect::kLog) return writes_to_device(site, *external);
        return !only_closes(name) && (effect != Effect::kFile || changes_files(name));
      }
      const analysis::Witness* witness = callee ? facts_.effects.witness(callee, effect) : nullptr;
      if (!witness || !witness->site || witness->possible) return false;
      site = witness->site;
    }
    return false;
  }

  // IO.binwrite(file, …), io:put_chars(Fd, …): a device that is given and is not the console.
  bool writes_to_device(CallId site, const External& external) const {
    const std::string_view module = external.module.text();
    if (module != "Elixir.IO" && module != "io") return false;
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const bool given =
        external.name.text() == "format" || external.name.text() == "fwrite" ? arguments.size() == 3 : arguments.size() == 2;
    return given && !analysis::atom_value(program_.unit_of(site), arguments[0]);
  }

  static bool is_clean_up(std::string_view name) {
    constexpr std::array<std::string_view, 14> kWords = {"stop",        "close",      "flush",   "delete",  "unregister",
                                                         "unsubscribe", "deregister", "release", "cleanup", "clean_up",
                                                         "teardown",    "shutdown",   "destroy", "detach"};
    return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
      return name == word || (name.starts_with(word) && name.size() > word.size() && name[word.size()] == '_');
    });
  }

  // Is something that is not written there handed over, such as a field of the state?
  bool hands_something(CallId site) const {
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    return std::any_of(arguments.begin(), arguments.end(),
                       [&](ExprId argument) { return !variables_in(program_.unit_of(site), argument).empty(); });
  }

  template <typename Wanted>
  bool some_call_before(Wanted&& wanted) const {
    for (const FunctionId f : program_.functions_of(program_.module_of(handler_.function))) {
      if (program_.function(f).name == program_.function(handler_.function).name) continue;
      for (const CallId site : program_.calls_of(f)) {
        if (!program_.call(site).capture && wanted(site)) return true;
      }
    }
    return false;
  }

  // AMQP.Connection.close and its like, of a connection that was opened without a link: it does not end with its owner.
  bool closes_unlinked_connection(CallId site) const {
    const External* external = facts_.calls.external(site);
    if (!external || !external->row || !external->row->effects.has(Effect::kDatabase)) return false;
    if (external->row->releases != knowledge::Resource::kProcess || !hands_something(site)) return false;
    const auto links = [&](CallId other) { return program_.call(other).name && program_.call(other).name.text() == "link"; };
    const auto opens = [&](CallId other) {
      const External* opener = facts_.calls.external(other);
      return opener && opener->row && opener->module == external->module &&
             opener->row->returns == knowledge::Resource::kProcess && !opener->row->effects.has(Effect::kLink);
    };
    return some_call_before(opens) && !some_call_before(links);
  }

  // Mod:stop(Backend), where the module came with the arguments and another function of the process started something by it. A
  // transport closes a socket, and that the VM does by itself.
  bool stops_by_given_module(CallId site) const {
    const model::Call& call = program_.call(site);
    if (call.target != model::TargetKind::kDynamicModule || !call.module_expr || facts_.calls.external(site)) return false;
    if (!is_clean_up(call.name.text()) || call.arity == 0 || !hands_something(site)) return false;
    std::string text = source_text(program_, program_.unit_of(site), call.expr, 120);
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const std::string_view own : {"transport", "sock", "file", "tab", "ets", "timer", "port", "fd"}) {
      if (text.find(own) != std::string::npos) return false;
    }
    return some_call_before([&](CallId other) {
      const model::Call& begun = program_.call(other);
      const std::string_view name = begun.name.text();
      return begun.target == model::TargetKind::kDynamicModule &&
             (name.starts_with("start") || name.starts_with("open") || name.starts_with("connect") || name.starts_with("new") ||
              name.starts_with("init") || name.starts_with("register") || name.starts_with("subscribe")) &&
             !name.ends_with("start_link");
    });
  }

  // Rows that the process put into a table which outlives it.
  std::optional<LeftUndone> rows_of_others() const {
    const analysis::EffectSet& all = facts_.effects.all[handler_.function.index];
    if (!all.has(Effect::kEtsWrite) && !all.has(Effect::kPersistentTermWrite)) return {};
    const Tables& tables = analysis::tables_of(program_, facts_);
    for (const analysis::TableStep& step : analysis::table_steps(program_, facts_, tables, handler_.function)) {
      if (step.calls.empty() || std::find(sites_.begin(), sites_.end(), step.calls.front()) == sites_.end()) continue;
      const analysis::TableUse& use = tables.use(step.use);
      if (use.possible || !takes_out(use.operation) || !outlives(tables.table(use.table))) continue;
      return LeftUndone{step.calls.front(), Effect::kEtsWrite, "takes its rows out of a table of another process", true, false,
                        step.calls};
    }
    return {};
  }

  static bool takes_out(analysis::TableOperation operation) {
    using Operation = analysis::TableOperation;
    return operation == Operation::kDeleteKey || operation == Operation::kDeleteMatching;
  }

  bool outlives(const analysis::Table& table) const {
    if (table.kind == analysis::TableKind::kPersistentTerm) return true;
    if (table.kind != analysis::TableKind::kEts || table.creations.empty()) return false;
    return std::all_of(table.creations.begin(), table.creations.end(), [&](const analysis::TableCreation& creation) {
      return !creation.owners.empty() && std::none_of(creation.owners.begin(), creation.owners.end(), [&](const auto& owner) {
        return owner.kind == analysis::TableOwnerKind::kUnknown || owner.process == handler_.process;
      });
    });
  }

  // Says goodbye to a server of these sources that has a name: it keeps what it knows of this process otherwise, unless it
  // watches it.
  std::optional<LeftUndone> request_to_other(CallId site, MessageKind kind) const {
    for (const Reached& reached : messages_reached(program_, facts_, site, kind, true)) {
      constexpr std::size_t kLongest = 4;
      const analysis::Message& message = facts_.message(reached.message);
      if (reached.possible || reached.chain.size() > kLongest || !message.receiver || message.receiver == handler_.process)
        continue;
      const analysis::Process& receiver = facts_.process(message.receiver);
      if (receiver.kind == ProcessKind::kSupervisor || receiver.names.empty() || watches(message.receiver)) continue;
      return LeftUndone{site,
                        kind == MessageKind::kCall ? Effect::kCall : Effect::kCast,
                        "tells another server that it is gone",
                        true,
                        false,
                        reached.chain};
    }
    return {};
  }

  // A server that takes DOWN or EXIT learns by itself who is gone.
  bool watches(ProcessId id) const {
    const analysis::Process& process = facts_.process(id);
    return std::any_of(process.handlers.begin(), process.handlers.end(), [&](HandlerId handler) {
      const std::string_view tag = facts_.handler(handler).pattern.tag.text();
      return tag == "DOWN" || tag == "EXIT";
    });
  }

  const Program& program_;
  const Facts& facts_;
  const Handler& handler_;
  std::vector<CallId> sites_;
};

}  // namespace

std::optional<LeftUndone> left_undone(const Program& program, const Facts& facts, const Handler& handler) {
  return Search(program, facts, handler).run();
}

}  // namespace beamwright::rules
