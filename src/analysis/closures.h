// Code as a value: what a closure takes along from where it is made, what leaves a process in a message or a new process, and
// where code that a caller supplies is run: `fun.(state)` in a handler whose fun came in the message.
#pragma once

#include <vector>

#include "analysis/possible_values.h"

namespace beamwright::analysis {

// A variable of the surrounding function that a closure uses: its value is copied with the closure wherever that goes.
struct Captured {
  model::VariableId variable;
  ExprId use;  // the first use inside the closure
};
std::vector<Captured> captured_by(const model::Unit& unit, ExprId closure);

// Every variable whose value is part of a term that is put together at `expr`: in tuples, lists, maps, closures. A variable that
// is only used to compute a part (`state.id`, `length(items)`) is not in it.
std::vector<Captured> contained_in(const model::Unit& unit, ExprId expr);

enum class LeavesBy : std::uint8_t { kMessage, kCall, kCast, kTimer, kSpawn, kOtherProcess, kNode, kChild, kTable, kTerm };
std::string_view to_string(LeavesBy way);

// A term or closure that goes from the process that runs `function` to another one, or into an ETS table or a persistent term,
// and is copied on the way. Binaries of more than 64 bytes are not: what gets there is a reference to the whole that they are
// part of.
struct Leaving {
  CallId site;
  FunctionId function;
  LeavesBy by = LeavesBy::kMessage;
  ExprId term;
  struct Part {
    Symbol name;  // the variable's
    ExprId use;
    PossibleValues values;
  };
  std::vector<Part> parts;   // contained_in the term
  bool has_closure = false;  // anonymous functions: their module must be there, in the same version, on the other side
  // The whole state of a process among the parts, or null.
  const PossibleValue* whole_state() const;
};
// What leaves by the calls of a function, in order of the text.
std::vector<Leaving> leaving_by(const model::Program&, const Facts&, FunctionId function);

// A place that runs a function value which somebody else handed in.
struct SuppliedCode {
  CallId site;               // fun.(x), apply(fun, args), or the call of a function that runs it (Enum.map(list, fun))
  FunctionId function;       // that holds the site
  ProcessId process;         // that runs it; none when nobody in sight does
  HandlerId handler;         // a clause of it that gets there
  PossibleValues functions;  // closures, captures, and parameters of public functions (kGiven): whatever a user passes
  // Came from another process: in a message, or was kept in the state.
  bool foreign() const { return functions.message || functions.field; }
};
// Those in one function, where some process's handlers run it; and all of the program.
std::vector<SuppliedCode> supplied_code(const model::Program&, const Facts&, FunctionId function);
std::vector<SuppliedCode> supplied_code(const model::Program&, const Facts&);

// The calls written in a closure, those in closures inside it included.
std::vector<CallId> calls_in_closure(const model::Program&, FunctionId function, ExprId closure);

// What running a function value may do: the effects of the captured function, or of every call in the closure, together with the
// first call that has each. Nothing for values that are no functions in sight.
struct RunEffects {
  EffectSet effects;
  // The first call of a closure with the effect; none for captures of functions, whose own path says it (path_to).
  CallId site(Effect effect) const;
  std::vector<std::pair<CallId, EffectSet>> calls;
};
RunEffects effects_of_running(const model::Program&, const Facts&, const PossibleValue& function);

// Everything that a value may hold, at any depth up to `kMaxNesting` terms inside each other: the values of all variables in it.
// Says whether slices of binaries, pids or references get into a table or the state inside of a structure.
PossibleValues everything_in(const model::Program&, const Facts&, FunctionId function, ExprId expr);

}  // namespace beamwright::analysis
