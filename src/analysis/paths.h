// What a function acquires (a monitor, a timer, a table, a process, a port, socket or file, a lock) and what becomes of it on
// each way out of the function: given back, kept by somebody, or left behind. Which calls hand out and give back a resource is
// knowledge (returns=, releases=); taking the reply or the DOWN of a reference counts as giving it back. What a function of the
// sources acquires and returns, such as the pid of a module's own start_link, is acquired by whoever calls it. A subscription has
// no reference: it is given back where its function unsubscribes, and else left.
#pragma once

#include <optional>
#include <vector>

#include "analysis/facts.h"

namespace beamwright::analysis {

using knowledge::Resource;

// The way out on which a resource is still held and known to nobody.
enum class WayOut : std::uint8_t {
  kEnd,        // the end of the function, whatever way leads there
  kClause,     // a clause of case, receive, if, cond, try or with: `place` is its pattern, its guard where it has none, or the
               // step of a `with` that did not match
  kTimeout,    // the `after` of a receive: `place` is what follows it
  kException,  // a call that may exit, raise or throw while it is held, with nothing around it that gives it back: `place`
};

// Who has it after the function has gone on.
enum class Keeper : std::uint8_t {
  kReturned,  // part of what the function returns
  kState,     // part of what a callback returns: the state of its process
  kSent,      // part of a message
  kGiven,     // given to a function that keeps it, or that is not known
  kClosure,   // in a closure
  kStored,    // in a table or the process dictionary
};

struct ResourceLeft {
  WayOut way = WayOut::kEnd;
  ExprId place;
};

struct ResourceKept {
  Keeper keeper = Keeper::kReturned;
  ExprId place;  // the outermost expression that holds it, or the call
};

struct Acquisition {
  Resource resource = Resource::kNone;
  CallId site;
  FunctionId function;
  model::ClauseId clause;                    // of the function, or of the closure it stands in
  std::vector<model::VariableId> variables;  // that hold it, or something with it inside
  FunctionId through;            // the function of the sources that is called at `site` and makes it; none when knowledge says so
  bool awaited = false;          // `site` waits for a request that somebody else sent: it is held where that wait gives up
  bool dropped = false;          // nobody ever has the reference: it cannot be given back by it
  std::vector<ExprId> released;  // the calls that give it back; patterns that take its reply or DOWN
  std::vector<ResourceKept> kept;
  std::vector<ResourceLeft> left;  // ways out without it; empty when it is given back or kept on all of them
};

// The acquisitions of a function, closures included, in order of the text. Computed at each call: it looks at one function, and
// at the helpers that the resource is given to.
std::vector<Acquisition> acquisitions_in(const model::Program& program, const Facts& facts, FunctionId function);
// Those of one resource.
std::vector<Acquisition> acquisitions_in(const model::Program& program, const Facts& facts, FunctionId function,
                                         Resource resource);

// Has nobody the reference: it is dropped where it is acquired, or returned to callers who all drop it? False where no caller is
// in sight.
bool nobody_has(const model::Program& program, const Facts& facts, const Acquisition& acquisition);
// The acquisition at a call, when it is one of that resource.
std::optional<Acquisition> acquisition_at(const model::Program& program, const Facts& facts, CallId site, Resource resource);
// What becomes of what any call gives its function, taken for that resource: a function of the sources that opens something for
// its caller, say.
std::optional<Acquisition> acquisition_by(const model::Program& program, const Facts& facts, CallId site, Resource resource);

}  // namespace beamwright::analysis
