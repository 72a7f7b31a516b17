// What an expression may stand for while the program runs: a pid and of which process class, a monitor's reference, a timer's and
// of which kind, a socket, a table, a closure, a slice of a bigger binary, a literal. Followed backwards (flow.h) through
// variables, patterns, callers, returns, start arguments, the fields of a process's state, what senders put into messages and
// what handlers answer, application environment and config files, the process dictionary and persistent terms.
//
// Answers are found on demand, each within a fixed budget, and depend on nothing but the program: any thread may ask at any time.
#pragma once

#include <string>
#include <vector>

#include "analysis/facts.h"

namespace beamwright::analysis {

enum class PossibleKind : std::uint8_t {
  kAtom,  // `name`: a registered name, a module, infinity, nil …
  kInteger,
  kText,     // a literal string; `name` is its text
  kTerm,     // a tuple, list or map that is put together at `made`
  kBinary,   // a binary that is put together at `made`
  kProcess,  // a pid; `process` its class, where that is known
  kSelf,     // self(); `process` the class that runs the code, where there is just one
  kCaller,   // whom a call is to be answered to: From of handle_call
  kMonitor,
  kTimer,        // erlang:send_after, erlang:start_timer, Process.send_after: `made` says which
  kTimerServer,  // of the timer module
  kTask,
  kRequest,
  kReference,  // make_ref
  kAlias,
  kPort,
  kSocket,
  kFileHandle,
  kLock,
  kSubscription,
  kTable,     // ets:new; `name` where it is a named one
  kFunction,  // a closure or capture; `function` that of a capture in sight
  kSlice,     // a part of a bigger binary, which is kept as long as the part is (`made`: the pattern's variable, or the call)
  kCopied,    // binary:copy
  kState,     // the whole state of `process`, as it was or changed
  kOutside,   // what a function gives that takes text from outside: `name` says what: body, frame, header …
  kGiven,     // parameter `index` (from 0) of `function`, which nobody in sight calls: what users of the sources give
};

struct PossibleValue {
  PossibleKind kind;
  ExprRef made;  // where it is made; of kGiven the parameter's pattern
  Symbol name;
  std::int64_t number = 0;  // kInteger
  ProcessId process;
  FunctionId function;  // that holds `made`; of kFunction also the function that a capture names, in `target`
  FunctionId target;
  std::uint32_t index = 0;
  bool configured = false;  // from the environment or a config file: somebody may have set another one
};

struct PossibleValues {
  static constexpr std::size_t kMax = 8;
  std::vector<PossibleValue> all;  // in the order found
  bool unknown = false;            // it may also be something else
  Symbol field;                    // the first field of a state that it was kept in, if any
  bool message = false;            // it came in a message

  bool has(PossibleKind kind) const;
  const PossibleValue* first(PossibleKind kind) const;
  // Only values of this kind, and at least one.
  bool only(PossibleKind kind) const;
};

PossibleValues possible_values(const model::Program&, const Facts&, FunctionId function, ExprId expr);
// The union over all writes of a field, initial ones included.
PossibleValues possible_values_of_field(const model::Program&, const Facts&, const struct StateField&);

// What the collection in a field holds: the items of a list, set or queue, the keys and values of a map, however they got in.
PossibleValues possible_items_of_field(const model::Program&, const Facts&, const struct StateField&);

// The process class behind a pid, self(), or a name; none when there is no single one.
ProcessId process_behind(const model::Program&, const Facts&, const PossibleValues&, source::ProjectId project);
// The receiver of a message: as it is written, else the class of the pid it is sent to (kept in the state, started here, passed
// by callers), else what Messages concluded.
ProcessId receiver_behind(const model::Program&, const Facts&, const Message&);
// Milliseconds, Bound::kInfinite for infinity, Bound::kUnknown when it is not one number.
std::int64_t timeout_behind(const PossibleValues&);

// "the timer of erlang:send_after/3 (a.erl:12)", "a pid of Shop.Cart", "the whole state of Shop.Cart", "{:ok, …}".
std::string display_value(const model::Program&, const Facts&, const PossibleValue&);
std::string display_values(const model::Program&, const Facts&, const PossibleValues&);
std::string_view to_string(PossibleKind kind);

}  // namespace beamwright::analysis
