// What becomes of the messages that no clause of handle_info names. A clause that takes everything does not end the search when
// it hands the message to a case, or to a function of its module, whose clauses leave some over, and when it stops the process on
// whatever is left.
#pragma once

#include <optional>
#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

// The clauses behind a clause that takes every message and hands it on.
struct InnerClauses {
  std::vector<analysis::Pattern> patterns;  // of those that handle what they take
  bool partial = true;                      // some messages are left: a case_clause or function_clause error
  source::Span stops;                       // the clause that takes what is left and stops the process; empty when there is none
  source::Span place;                       // the case, or the function that is called
};
std::optional<InnerClauses> inner_clauses(const Program& program, const Handler& handler);

// A last clause of handle_info that takes any message and stops the process with an error: what it takes is not taken.
bool stops_on_anything(const Program& program, const Facts& facts, const Handler& handler);

// A last clause that asks a client whether the message is one of its own, Mint.HTTP.stream/2 and the like, and stops the process
// when it is not: the clause for `unknown`.
std::optional<source::Span> stops_on_unknown(const Program& program, const Handler& handler);

// gen_statem, as itself or behind a wrapper. gen_fsm takes messages in handle_info alone, and events by ways of its own.
bool is_state_machine(const Process& process);

// May a message from outside arrive in the clause? Of a state machine's event clauses those for info and for every kind of event.
bool takes_info(const Program& program, const Handler& handler);

// Does the clause take only some of the messages that have its outline: by a guard, or a value of the state?
bool takes_only_some(const Program& program, const Handler& handler);

// The outlines of the messages that the clause handles; a single one with `any` when that is every one.
std::vector<analysis::Pattern> handled_by(const Program& program, const Facts& facts, const Handler& handler);

// Does every message that reaches the clause go on from there without harm?
bool handles_the_rest(const Program& program, const Facts& facts, const Handler& handler);

}  // namespace beamwright::rules
