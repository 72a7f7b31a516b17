// How the result of a call is used, which exceptions around it are caught and what becomes of them, and what callbacks return.
#pragma once

#include <vector>

#include "analysis/facts.h"

namespace beamwright::analysis {

enum class ResultUse : std::uint8_t {
  kIgnored,        // nobody looks at it: a statement, or matched with _
  kUnused,         // bound to a variable that is never read
  kReturned,       // the function's own result, and no caller is in sight
  kMatchedHard,    // {ok, X} = call(): any other shape is a badmatch
  kMatchedPartly,  // case, with or try … of, without a clause that takes everything: any other shape is an error
  kMatchedFully,   // the same with such a clause; `if`; a `with` without else, which hands other shapes on
  kBound,          // in a variable that is read in other ways
  kPassed,         // an argument, an operand, part of a tuple, list or map
};

struct CallResult {
  ResultUse use = ResultUse::kIgnored;
  std::vector<CallId> wrappers;  // calls of functions that only pass it on, the nearest first: the last one's result is used so
  ExprRef place;                 // the match, case, call or statement
  std::vector<ExprRef> shapes;   // the patterns that take it, in order
};

// How the result of a call is used: one row, or one for each caller of the functions that pass it on (three levels, 64 rows).
std::vector<CallResult> results_of(const model::Program& program, const Facts& facts, CallId site);
// May a value of this outline be taken by one of the shapes? True also where a guard may still refuse it.
bool takes_shape(const model::Program& program, const CallResult& result, const Pattern& value);

enum ExceptionClass : std::uint8_t { kErrorClass = 1, kExitClass = 2, kThrowClass = 4, kAllClasses = 7 };

// What a handler of an exception goes on with.
enum class Aftermath : std::uint8_t {
  kReturnsValue,  // a value of its own
  kKeepsState,    // in a callback: a return with the state as it was given
  kStops,         // in a callback: {stop, …}
  kExits,         // raises, throws, exits, the same or another
  kMixed,         // different ways
};

// A handler around a call.
struct Handling {
  ExprRef try_expr;
  model::ClauseId clause;
  std::uint8_t classes = 0;        // ExceptionClass bits it may take
  std::vector<Symbol> exceptions;  // rescue: only these; empty is any
  ExprRef reason;                  // the pattern of the reason when it does not take every reason; else none
  bool old_catch = false;          // catch Expr: what was raised becomes a value
  bool logs = false;               // says so in the log
  Aftermath aftermath = Aftermath::kReturnsValue;
  ExprRef value;  // what it returns, when that is one expression
  bool takes_all_reasons() const { return !reason && exceptions.empty(); }
};

// The handlers around a call in its function, the innermost first.
std::vector<Handling> handlings_around(const model::Program& program, const Facts& facts, CallId site);
// The classes of which every exception of the call is caught in its function, or, with `callers`, there or by each of the callers
// in sight up to three levels up.
std::uint8_t classes_caught(const model::Program& program, const Facts& facts, CallId site, bool callers = false);

// One way in which a clause of a callback returns.
struct CallbackReturn {
  ExprRef expr;
  Symbol tag;               // reply, noreply, stop, ok, next_state, keep_state …; 0 when it is something else
  ExprRef state;            // none when there is none or it is not understood
  bool same_state = false;  // the very state it was given
  ExprRef reason;           // of a stop
  ExprRef timeout;          // {noreply, State, 5000}
  ExprRef next;             // {continue, X}: the X
  bool hibernates = false;
  bool by_helper = false;  // a function that it calls last returns so
};
std::vector<CallbackReturn> returns_of(const model::Program& program, const Facts& facts, const Handler& handler);

}  // namespace beamwright::analysis
