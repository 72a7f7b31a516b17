// Where the references of a server's monitors go: from each call of monitor forwards, through variables, tuples, maps, helpers
// and returns of its module, into the fields of its state and the rows of its tables. Answers by the module's text alone, so an
// entry of a map in a map (`watchers = #{Node => #{Pid => Ref}}`) is seen as well as a plain field.
#pragma once

#include <map>
#include <vector>

#include "analysis/tables.h"
#include "rules/support.h"

namespace beamwright::rules {

// A place that puts a reference: the map or call that writes the field, or the call that inserts the row.
struct MonitorPut {
  FunctionId function;
  ExprId place;
};

struct MonitorTrail {
  CallId made;          // a call that made one of the monitors
  bool entry = false;   // the references stand in a collection …
  bool scalar = false;  // … or one of them is the field itself
  std::vector<MonitorPut> puts;
};

struct MonitorTrails {
  std::map<std::uint32_t, MonitorTrail> fields;      // of the state, by the index of their names
  std::map<analysis::TableId, MonitorTrail> tables;  // with a reference inside of a row
  bool empty() const { return fields.empty() && tables.empty(); }
};

// Does the value of an expression get into this field of the process's state, by the same ways?
bool gets_into_field(const Program& program, const Facts& facts, ProcessId process, FunctionId function, ExprId expr,
                     Symbol field);

// Of the monitors that the process itself makes. Empty when its state has no fields with names and it has no tables.
MonitorTrails monitor_trails(const Program& program, const Facts& facts, ProcessId process);

}  // namespace beamwright::rules
