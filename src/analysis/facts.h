// Everything analysis finds out about a Program, for rules to ask. Built once by analyse(), then only read.
//
//   calls        which function each call site reaches, and in which process
//   effects      what each function may do, with the shortest chain of call sites down to it and the longest wait
//   processes    which modules are processes, their handlers, their names, whether there is one or many
//   messages     who sends what to whom: calls, casts and bare messages, seen through client functions
//   contexts     which processes may run a function
//   supervisors  strategy, intensity and children as far as they can be read
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "findings/finding.h"
#include "knowledge/knowledge.h"
#include "model/program.h"

namespace beamwright::source {
struct Application;
}

namespace beamwright::analysis {

using knowledge::Bound;
using knowledge::Effect;
using knowledge::EffectSet;
using knowledge::Runs;
using model::CallId;
using model::ExprId;
using model::FunctionId;
using model::ModuleId;
using model::UnitId;
using ProcessId = Id<struct ProcessTag>;
using HandlerId = Id<struct HandlerTag>;
using MessageId = Id<struct MessageTag>;
using SupervisorId = Id<struct SupervisorTag>;

// An expression of the program.
struct ExprRef {
  UnitId unit;
  ExprId expr;
  explicit operator bool() const { return static_cast<bool>(expr); }
  bool operator==(const ExprRef&) const = default;
};

// ---- Calls ------------------------------------------------------------------------------------------------------------------

// A function outside the sources. `row` is null when nothing is known about it.
struct External {
  Symbol module;
  Symbol name;
  std::uint32_t arity = 0;
  const knowledge::FunctionRow* row = nullptr;
};

// What a call site reaches. Neither set: unknown code. Both set: the sources hold the function, and knowledge speaks for it.
struct Callee {
  FunctionId function;
  std::uint32_t external = UINT32_MAX;  // index into Calls::externals
  bool known() const { return static_cast<bool>(function) || external != UINT32_MAX; }
};

// One way in which a function reaches another: a call, a capture or an {M, F, A} that a known function runs.
struct Edge {
  CallId site;
  FunctionId callee;
  Runs runs = Runs::kCaller;  // kCaller: in the process of the caller, before the caller goes on
  bool possible = false;      // dynamic dispatch or a guess: never makes a finding certain
  bool spoken_for = false;    // knowledge says what this callee does: its body does not count for effects
};

struct Calls {
  std::vector<Callee> callees;  // by CallId
  std::vector<Runs> runs;       // by CallId: where the call itself is made, seen from the function it is written in
  std::vector<External> externals;
  std::vector<Edge> edges;                    // grouped by caller
  std::vector<std::uint32_t> first_edge;      // by FunctionId, one more at the end
  std::vector<std::uint32_t> incoming;        // indices of edges, grouped by callee
  std::vector<std::uint32_t> first_incoming;  // by FunctionId, one more at the end
  std::vector<FunctionId> callers;            // by edge

  std::span<const Edge> edges_of(FunctionId f) const {
    return {edges.data() + first_edge[f.index], first_edge[f.index + 1] - first_edge[f.index]};
  }
  std::span<const std::uint32_t> incoming_of(FunctionId f) const {
    return {incoming.data() + first_incoming[f.index], first_incoming[f.index + 1] - first_incoming[f.index]};
  }
  const External* external(CallId id) const {
    const std::uint32_t i = callees[id.index].external;
    return i == UINT32_MAX ? nullptr : &externals[i];
  }
};

// ---- Effects ----------------------------------------------------------------------------------------------------------------

// Why a function has an effect: the place in that function where it goes on, and the longest wait found down there.
struct Witness {
  CallId site;      // none when the function itself does it (a receive)
  ExprId expr;      // then the place in the function
  FunctionId next;  // the function that is called there; none when this is the last step
  std::int64_t bound_ms = Bound::kUnknown;
  std::uint32_t distance = 0;  // calls down to the cause
  bool possible = false;       // some step is a guess
};

struct Effects {
  std::vector<EffectSet> all;     // by FunctionId: done in the process that calls the function, directly or below
  std::vector<EffectSet> direct;  // by FunctionId: by calls written in it
  // By Effect: the slot of each function's witness, or none; slots are kept only for functions that have the effect.
  struct Witnesses {
    std::vector<std::uint32_t> slots;
    std::vector<Witness> rows;
  };
  std::array<Witnesses, knowledge::kEffectCount> witnesses;

  const Witness* witness(FunctionId f, Effect e) const {
    const Witnesses& w = witnesses[static_cast<std::size_t>(e)];
    return w.slots.empty() || w.slots[f.index] == UINT32_MAX ? nullptr : &w.rows[w.slots[f.index]];
  }
};

// ---- Processes --------------------------------------------------------------------------------------------------------------

enum class ProcessKind : std::uint8_t {
  kGenServer,
  kGenStatem,
  kGenEvent,
  kSupervisor,
  kAgent,
  kTask,
  kStage,
  kRequest,  // one per request, connection or job: channel, plug, cowboy handler, job worker
  kOther,
};

enum class Count : std::uint8_t { kUnknown, kOne, kMany };

struct Process {
  ModuleId module;
  ProcessKind kind = ProcessKind::kOther;
  Symbol behaviour;               // as it is written: Elixir.GenServer, gen_server, gen_server2 …
  Count count = Count::kUnknown;  // kOne: registered under a fixed local or global name
  std::vector<Symbol> names;      // fixed names it registers under
  IdRange<struct HandlerTag> handlers;
  std::vector<CallId> starts;    // where it is started by start_link and friends, in this module or by child lists
  bool traps_exits = false;      // its init or another handler sets trap_exit, also through helpers or as an option of the spawn
  bool receive_loop = false;     // no behaviour: a function of the module is spawned and receives in a loop
  std::vector<Symbol> managers;  // kGenEvent: names of the event managers it is added to, where they are written
};

enum class HandlerKind : std::uint8_t { kInit, kCall, kCast, kInfo, kContinue, kTerminate, kEvent, kRun, kOther };

// The outline of a message, enough to match senders with handlers.
struct Pattern {
  ExprRef expr;            // the pattern or the message itself; none when it is not known
  Symbol tag;              // the atom, or the first element of the tuple when that is an atom; 0 otherwise
  std::uint32_t size = 0;  // elements of the tuple; 0 when it is no tuple
  bool any = false;        // a variable or wildcard (in a handler: the catch-all, when it has no guard)
};
// Can a message with outline `sent` arrive in a clause with pattern `taken`? False only when it surely cannot.
bool may_match(const Pattern& taken, const Pattern& sent);

enum class Reply : std::uint8_t { kUnknown, kReply, kNoReply, kStop };

// One clause of a callback.
struct Handler {
  ProcessId process;
  HandlerKind kind = HandlerKind::kOther;
  FunctionId function;
  model::ClauseId clause;
  Pattern pattern;         // of the message; for kInit of the argument
  bool catch_all = false;  // pattern.any and no guard
  bool any_state = true;   // false when the clause is for some states only: handle_call(_, _, :not_loaded)
  Reply reply = Reply::kUnknown;
  bool changes_state = true;  // false only when every return gives back the state variable it was given
  bool reads_state = true;    // false only when the clause never looks at the state beyond handing it on
  bool keeps_caller = false;  // kCall: the caller is kept, handed on or answered by gen_server:reply and its like
};

struct Processes {
  std::vector<Process> processes;
  std::vector<Handler> handlers;     // grouped by process, in order of kind and text
  std::vector<ProcessId> by_module;  // by ModuleId; none when the module is no process
  ProcessId of(ModuleId m) const { return by_module[m.index]; }
};

// ---- Messages ---------------------------------------------------------------------------------------------------------------

enum class MessageKind : std::uint8_t { kCall, kCast, kInfo };

struct Message {
  MessageKind kind = MessageKind::kCall;
  CallId site;          // where it is sent: the GenServer.call itself
  FunctionId sender;    // the function that holds the site: often a client function of the receiver's own module
  ProcessId receiver;   // none when it is not known
  bool likely = false;  // the receiver is concluded (a pid in the module that handles just this message), not written
  Pattern pattern;
  Bound timeout;  // kCall: how long the sender waits; kUnknown when a variable says it
  Runs runs = Runs::kCaller;
};

struct Messages {
  std::vector<Message> messages;                    // in order of site
  std::vector<std::vector<MessageId>> to;           // by ProcessId
  std::vector<std::vector<MessageId>> by_function;  // by FunctionId of the sender
};

// ---- Contexts ---------------------------------------------------------------------------------------------------------------

enum ContextFlag : std::uint16_t {
  kInRequest = 1,  // one process per request, connection or job may run it
  kInTask = 2,     // a spawned process or task may run it
  kInBoot = 4,     // an application's start or a supervisor's init runs it
  kInTool = 8,     // a mix task, an escript's main, a release or console command runs it
  kInTest = 16,
  kFromOutside = 32,  // public and nobody in the sources calls it: an interface for users or a callback of unknown code
  kAtCompileTime = 64,
  kInShutdown = 128,  // terminate, prep_stop
};

// Who may run a function. A handler's own function counts as run by its process.
struct Context {
  std::uint16_t flags = 0;
  std::vector<ProcessId> processes;  // sorted, at most kMaxProcesses; more set `many`
  bool many = false;
  static constexpr std::size_t kMaxProcesses = 12;
};

struct Contexts {
  std::vector<Context> by_function;  // by FunctionId
  const Context& of(FunctionId f) const { return by_function[f.index]; }
};

// ---- Supervisors ------------------------------------------------------------------------------------------------------------

struct Child {
  ExprRef expr;        // the element of the child list
  ModuleId module;     // none when it is not among the sources
  Symbol module_name;  // 0 when unknown
  Symbol restart;      // permanent, transient, temporary; 0 when unknown
};

struct Supervisor {
  ModuleId module;
  FunctionId function;          // init/1, or the function that calls Supervisor.start_link
  ExprRef strategy_expr;        // none when it is not written where it can be read
  Symbol strategy;              // 0 when unknown
  std::int64_t intensity = -1;  // max_restarts; -1: default or unknown (see intensity_known)
  std::int64_t period = -1;     // seconds
  bool intensity_known = false;
  ExprRef flags_expr;  // the options, the flags map or tuple
  ExprRef children_expr;
  bool children_known = false;  // the list below is complete
  bool dynamic = false;         // DynamicSupervisor or simple_one_for_one
  std::vector<Child> children;
};

// Facts that are found when somebody first asks for them (analysis/on_demand.h).
struct OnDemand;

struct Facts {
  Calls calls;
  Effects effects;
  Processes processes;
  Messages messages;
  Contexts contexts;
  std::vector<Supervisor> supervisors;
  std::shared_ptr<OnDemand> on_demand;  // by tables_of() in analysis/tables.h

  const Process& process(ProcessId id) const { return processes.processes[id.index]; }
  const Handler& handler(HandlerId id) const { return processes.handlers[id.index]; }
  const Message& message(MessageId id) const { return messages.messages[id.index]; }
};

// `applications` are what the manifests say of the applications at hand, and must outlive the facts; null when nobody read them.
Facts analyse(const model::Program& program, const knowledge::Knowledge& knowledge, unsigned jobs,
              const std::vector<source::Application>* applications = nullptr);

// ---- Questions that rules share ---------------------------------------------------------------------------------------------

// What the call at a site may do in the process that makes it: the row of an external, or the effects of the callee. Empty when
// the call is made in another process.
EffectSet effects_at(const model::Program&, const Facts&, CallId site);
// The longest wait of an effect at a site; Bound::kUnknown when nobody says, Bound::kInfinite when none.
std::int64_t bound_at(const model::Program&, const Facts&, CallId site, Effect effect);
// The chain of call sites from `site` (its callee included) down to the effect, one step a call, messages ready to be shown:
// "Shop.Pricing.refresh/1 calls :httpc.request/4 (http, waits without limit)".
std::vector<findings::Step> path_to(const model::Program&, const Facts&, CallId site, Effect effect);
// The same from the top of a function.
std::vector<findings::Step> path_to(const model::Program&, const Facts&, FunctionId function, Effect effect);
// "5 s", "300 ms", "without limit", "for an unknown time".
std::string display_bound(std::int64_t bound_ms);
// The call sites (CallIds) written in one clause of a function, closures included.
std::vector<CallId> calls_in_clause(const model::Program&, FunctionId function, model::ClauseId clause);
// "Shop.Cart.handle_call({:add, …})" for people: the callback and its message.
std::string display_handler(const model::Program&, const Facts&, const Handler&);
// Follows a variable to what it was bound to, a block to its last expression, a module attribute to its value, a local function
// without choice to what it returns. Stops (and returns where it stands) where there is more than one answer.
ExprRef resolve_value(const model::Program&, const Facts&, ExprRef expr);
// The value of a key in a keyword list, map or proplist (literal, after resolve_value); none when it is not there.
ExprRef option(const model::Program&, const Facts&, ExprRef options, Symbol key);

}  // namespace beamwright::analysis
