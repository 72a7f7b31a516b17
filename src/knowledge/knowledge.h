// What functions outside the reviewed project do: OTP, Elixir's standard library, Hex libraries. The facts are rows of
// knowledge/*.tsv, so that a new library is data, not code. A row overrides what analysis would find in the body of a library.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/symbol.h"
#include "knowledge/row_index.h"

namespace beamwright::knowledge {

// What running a function may do. One bit each in an EffectSet.
enum class Effect : std::uint8_t {
  kHttp,        // an HTTP request over the network
  kDatabase,    // a query to a database or broker over the network
  kSocket,      // connect, recv, accept, handshake
  kFile,        // reads or writes the file system
  kSleep,       // waits on purpose
  kSubprocess,  // runs an operating system command and waits for it
  kPort,        // talks to a port or driver
  kCall,        // a synchronous request to a process: gen_server:call and everything built on it
  kAwait,       // waits for a task or for a reply by key
  kRpc,         // runs something on another node and waits
  kCast,        // an asynchronous request to a process
  kSend,        // a bare message
  kSpawn,       // starts a process without a supervisor: spawn, Task.async, Task.start
  kStartChild,  // asks a supervisor to start a process
  kMonitor,     // monitor or monitor_node
  kLink,
  kTimer,    // arms a timer that sends a message
  kReceive,  // a receive of its own
  kEtsRead,
  kEtsWrite,
  kPersistentTermWrite,  // put or erase
  kAtomCreation,         // may make an atom that did not exist
  kGlobalLock,           // :global registration, set_lock, trans
  kLog,
  kCompute,     // heavy work on the processor: compression, key derivation, sorting or encoding of large terms
  kExit,        // raises, exits or throws by purpose
  kDecodeTerm,  // binary_to_term and friends on a value given
};
inline constexpr std::size_t kEffectCount = 27;

std::string_view to_string(Effect effect);  // "http", "ets_read" …: the words of the data files

struct EffectSet {
  std::uint32_t bits = 0;
  constexpr bool has(Effect e) const { return (bits >> static_cast<unsigned>(e)) & 1u; }
  constexpr void add(Effect e) { bits |= 1u << static_cast<unsigned>(e); }
  constexpr bool empty() const { return bits == 0; }
  constexpr bool operator==(const EffectSet&) const = default;
};

// How long a function may block its caller.
struct Bound {
  static constexpr std::int64_t kUnknown = -1;  // it may block; nobody says how long
  static constexpr std::int64_t kInfinite = INT64_MAX;
  std::int64_t milliseconds = kUnknown;
};

// Where a function passed as an argument runs.
enum class Runs : std::uint8_t {
  kCaller,        // Enum.map, lists:foreach: before the function returns, in the caller
  kNewProcess,    // spawn, Task.async
  kOtherProcess,  // Agent.get: in the process that is called
  kLater,         // kept and run at an unknown time, by an unknown process
};

// What a call hands out that somebody must give back, wait for or keep alive. A call that `returns` a monitor is undone by one
// that `releases` a monitor. The two timer kinds are not interchangeable: erlang:cancel_timer does not know a timer:send_after
// reference, nor timer:cancel one of erlang:send_after (OTP stdlib: timer documentation).
enum class Resource : std::uint8_t {
  kNone,
  kMonitor,      // a reference whose DOWN arrives as a message
  kTimer,        // erlang:send_after, erlang:start_timer, Process.send_after
  kTimerServer,  // timer:send_after, timer:send_interval and the rest of that module
  kTask,         // a %Task{}: its reply and DOWN arrive as messages
  kRequest,      // gen_server:send_request and friends: a reply arrives as a message
  kTable,        // an ETS table
  kProcess,      // a pid, or {ok, Pid}, of a process the call started
  kPort,
  kSocket,
  kFileHandle,
  kLock,  // a lock of :global or of a database, held until it is released
  kAlias,
  kSubscription,  // messages come until unsubscribed
};
inline constexpr std::size_t kResourceCount = 14;

std::string_view to_string(Resource resource);  // "monitor", "timer_server" …: the words of the data files
std::string_view to_string(Runs runs);          // "caller", "new_process", "other_process", "later"

// Arguments are numbered from 1; 0 means that there is none.
struct FunctionRow {
  Symbol module;
  Symbol name;
  std::int8_t arity = -1;  // -1: any
  EffectSet effects;
  Bound bound;                        // default when the call says nothing
  std::uint8_t timeout_argument = 0;  // holds milliseconds or infinity
  Symbol timeout_option;              // a key of the keyword list or map in the last argument, such as :timeout
  std::uint8_t target_argument = 0;   // the process, name or node that is called or sent to; the table for ets
  std::uint8_t message_argument = 0;
  std::uint8_t closure_argument = 0;  // a fun, or the module when function and arguments follow (M, F, A)
  bool closure_is_mfa = false;
  Runs closure_runs = Runs::kCaller;
  bool macro = false;       // an Elixir macro, such as Logger.info
  std::string_view source;  // where the claim comes from

  std::uint8_t options_argument = 0;  // holds timeout_option; 0: the last argument does
  std::uint8_t delay_argument = 0;    // milliseconds until a timer fires; the caller does not wait for it
  std::uint8_t module_argument = 0;   // the callback module of the process that the call starts
  std::uint8_t name_argument =
      0;  // the name that is registered: an atom, {local, Name}, {global, Name} or {via, _, _}; a table's
  std::uint8_t child_argument = 0;      // a child specification, or the list of them
  std::uint8_t text_argument = 0;       // what becomes an atom (kAtomCreation) or a term (kDecodeTerm)
  std::uint32_t closure_arguments = 0;  // bit N: argument N is a fun run like closure_argument, which is the first of them
  Symbol when_option;                   // the effects hold only if this option of the last argument has when_value …
  Symbol when_value;                    // … such as keys: :atoms
  Symbol unless_option;                 // the effects do not hold if the last argument, a list, has this word: safe
  Resource returns = Resource::kNone;
  Resource releases = Resource::kNone;  // of the target_argument, else of the first argument
  std::string_view input;  // the result is text from outside: "body", "header", "parameter", "frame", "file", "payload" …
  std::string_view since;  // "otp26", "elixir1.15", or a library's version: not there before
  std::string_view until;  // the first version that no longer has it
  std::string_view file;   // where the row stands
  std::uint32_t line = 0;

  bool runs_argument(std::size_t argument) const { return argument < 32 && ((closure_arguments >> argument) & 1u); }
};

// A behaviour whose callbacks run in a process.
struct BehaviourRow {
  Symbol module;             // gen_server, Elixir.GenServer, Elixir.Oban.Worker
  std::string_view process;  // class of process: "gen_server", "supervisor", "gen_statem", "agent", "task", "per_request" …
  std::string_view source;
  bool many = false;  // an instance per request, connection, job or child is the rule; else usually one per name
  std::string_view file;
  std::uint32_t line = 0;
};

struct CallbackRow {
  Symbol behaviour;
  Symbol name;
  std::int8_t arity = -1;
  std::string_view role;  // "init", "call", "cast", "info", "continue", "terminate", "event", "run", "none" (runs in the caller)

  std::uint8_t message_argument = 0;
  std::uint8_t from_argument = 0;   // whom to reply to
  std::uint8_t state_argument = 0;  // state, socket, conn or request that is handed on
  std::uint8_t input_argument = 0;  // holds text from outside
  bool optional = false;
  std::string_view source;
  std::string_view since;
  std::string_view file;
  std::uint32_t line = 0;
};

class Knowledge {
 public:
  // Reads data files, whose text must outlive the result; the error names file and line of the first bad row.
  static Result<Knowledge> read(std::span<const struct DataFile> files);
  // The embedded data, read once. A fault in it is a fault of the build and is caught by the tests.
  static const Knowledge& embedded();

  // The row of a function, exact arity first, then a row for any arity; null when nothing is known.
  const FunctionRow* function(Symbol module, Symbol name, std::size_t arity) const;
  // True when some row speaks of the module: then a function without a row is known to have no effect worth naming.
  bool knows_module(Symbol module) const;
  const BehaviourRow* behaviour(Symbol module) const;
  const CallbackRow* callback(Symbol behaviour, Symbol name, std::size_t arity) const;
  // What `use module` gives the using module: Ecto.Repo gives a repository all/1, insert/2 and so on. The rows' module is the
  // used one.
  const FunctionRow* used_function(Symbol module, Symbol name, std::size_t arity) const;
  std::span<const FunctionRow> used_functions() const { return used_functions_; }
  std::span<const Symbol> modules() const { return modules_; }
  std::span<const FunctionRow> functions() const { return functions_; }
  std::span<const BehaviourRow> behaviours() const { return behaviours_; }
  std::span<const CallbackRow> callbacks() const { return callbacks_; }

 private:
  friend class Reader;

  std::vector<FunctionRow> functions_;  // in the order of the files, one row an arity
  std::vector<FunctionRow> used_functions_;
  std::vector<BehaviourRow> behaviours_;
  std::vector<CallbackRow> callbacks_;
  std::vector<Symbol> modules_;  // each once
  RowIndex function_index_;
  RowIndex used_function_index_;
  RowIndex behaviour_index_;
  RowIndex callback_index_;
  RowIndex module_index_;
};

}  // namespace beamwright::knowledge
