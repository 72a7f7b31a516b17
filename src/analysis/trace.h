// The ends of a walk backwards (flow.h): the expressions that make a value, with the call sites on the way. The table of
// `lookup(Table, Key) -> ets:lookup(Table, Key)` is what each caller gives, and each caller is an answer of its own. Beyond what
// every walk follows, the fields of a process's state are followed that the same module fills.
#pragma once

#include <map>
#include <vector>

#include "analysis/flow.h"

namespace beamwright::analysis {

// An expression that makes the value, or beyond which it cannot be followed.
struct TraceEnd {
  Place place;
  bool part = false;        // not the whole of it but a part is meant: {ok, T} = ets:file2tab(F)
  bool possible = false;    // a default or one branch of several
  bool detached = false;    // behind a field: further callers are no longer those of the place asked about
  std::vector<CallId> via;  // the callers chosen, the nearest first: each calls the function before it
};

class Tracer final : private Flow {
 public:
  Tracer(const model::Program& program, const Facts& facts) : Flow(program, facts, kMaxVisits) {}

  // All ends of an expression of a function; go_on() takes them until the next trace. With `via`, parameters lead to those
  // callers alone; else to every caller.
  std::vector<TraceEnd> trace(FunctionId function, ExprId expr, const std::vector<CallId>& via = {});
  // The same from an end of this tracer's last trace, or a part of one.
  std::vector<TraceEnd> go_on(const TraceEnd& from, ExprId expr);
  // Are callers asked at all? Without them a parameter is an end.
  void set_callers(bool follow) { callers_ = follow; }

 private:
  static constexpr int kMaxVisits = 160;
  static constexpr std::size_t kMaxUps = 4;
  static constexpr std::size_t kMaxChosen = 40;

  struct Write {
    FunctionId function;
    Symbol field;
    ExprId value;
  };

  bool at(const Place& place, const Path& path) override;
  void at_parameter(const ParameterPlace& parameter, const Path& path) override;
  void at_slice(const Place& place) override { end(place, false); }
  void lost(const Place& place, const Path& path) override { end(place, !path.empty()); }

  bool follow_field(const ParameterPlace& parameter, const Path& path);
  bool follow_state(const ParameterPlace& parameter, const Path& path);
  bool choose_callers(const ParameterPlace& parameter, const Path& path);
  void end(const Place& place, bool part);
  const std::vector<Write>& writes_of(ModuleId module);

  std::map<ModuleId, std::vector<Write>> writes_;  // stays in place while others are added
  bool callers_ = true;
  std::vector<CallId> fixed_;
  std::vector<TraceEnd> ends_;
  std::vector<CallId> via_;
  std::vector<Symbol> fields_;  // the fields that the walk is inside of
  std::size_t ups_ = 0;         // how many callers were chosen on the way here
  bool detached_ = false;
};

}  // namespace beamwright::analysis
