// What each process class keeps in its state: the fields, every place that gives one a value, who reads it, and whether a
// collection in it ever loses what it gained. Found by following what the callbacks return: maps, structs, records, the assigns
// of sockets, keyword lists, tuples, through helper functions of any module. Found when somebody first asks (on_demand.h).
#pragma once

#include <memory>
#include <vector>

#include "analysis/data_functions.h"
#include "analysis/facts.h"

namespace beamwright::analysis {

// What a write makes of a field, several of them where branches differ.
enum class Change : std::uint8_t {
  kSets = 1,      // a value that has nothing to do with the old one
  kKeeps = 2,     // made of the old value
  kGains = 4,     // the old collection with an entry more
  kLoses = 8,     // the old collection with entries less
  kBounds = 16,   // cut to a length
  kResets = 32,   // an empty collection, nil, undefined
  kUnknown = 64,  // computed in a way that is not followed
};
struct Changes {
  std::uint8_t bits = 0;
  bool has(Change c) const { return (bits & static_cast<std::uint8_t>(c)) != 0; }
  void add(Change c) { bits |= static_cast<std::uint8_t>(c); }
};

struct StateWrite {
  FunctionId function;  // that holds the place
  ExprId place;         // the map, record, tuple or call
  ExprId value;         // none when it is computed from the old one: Map.update, update_in
  Changes changes;
  std::vector<HandlerId> handlers;  // whose returned state goes through here, at most kMaxHandlers; none of defstruct and agents
  bool initial = false;             // all of them are init, or it is a default or an agent's start
  static constexpr std::size_t kMaxHandlers = 16;
};

struct StateField {
  Symbol name;                // of a map, record, struct or keyword list; unset for a tuple's element and for the whole state
  std::int32_t element = -1;  // of a tuple, from 0
  std::vector<StateWrite> writes;
  bool whole() const { return !name && element < 0; }

  // Some handler but init adds entries under keys that are not fixed in the sources …
  bool gains() const;
  // … and something takes entries out, cuts the collection, empties or replaces it.
  bool loses() const;
  bool only_gains() const { return gains() && !loses(); }
};

enum class StateShape : std::uint8_t { kUnknown, kMap, kRecord, kTuple, kKeywords, kOther };

struct StateClass {
  StateShape shape = StateShape::kUnknown;
  Symbol record;                   // the struct's module or the record's name
  std::vector<StateField> fields;  // in order of name, then element; the whole state last
  bool complete = true;            // every returned state was understood
  const StateField* field(Symbol name) const;
  const StateField* element(std::size_t index) const;
  const StateField* whole() const;
};

// Which arguments of a callback are what; 1-based, 0 for none.
struct CallbackArguments {
  ProcessId process;
  HandlerKind kind = HandlerKind::kOther;
  std::uint8_t message = 0, from = 0, state = 0;
};

struct States {
  std::vector<StateClass> by_process;  // by ProcessId
  std::vector<std::uint32_t> role_of;  // by FunctionId: index of `roles`, or none
  std::vector<CallbackArguments> roles;
  const StateClass& of(ProcessId p) const { return by_process[p.index]; }
  // Null for a function that is no callback of its module's process.
  const CallbackArguments* role(FunctionId f) const {
    return role_of[f.index] == UINT32_MAX ? nullptr : &roles[role_of[f.index]];
  }
};

const States& states_of(const model::Program&, const Facts&);

// A place that reads a field: state.timer, the pattern %{timer: ref}, Map.get(state, :timer).
struct StateRead {
  FunctionId function;
  ExprId place;
};
// In the functions of the class's module, by the field's name.
std::vector<StateRead> reads_of(const model::Program&, const Facts&, ProcessId, const StateField&);
// The callback clauses of a class that may run a function in their process, directly or over calls.
std::vector<HandlerId> handlers_running(const model::Program&, const Facts&, ProcessId, FunctionId);

// The field that an expression reads, by its shape alone: state.timer, Map.get(state, :timer), a variable that a pattern binds
// under that key; 0 when it is something else.
Symbol field_read(const model::Unit& unit, ExprId expr);

}  // namespace beamwright::analysis
