// Where a value comes from, followed backwards to the expressions that make it, with the call sites on the way: the table of
// `lookup(Table, Key) -> ets:lookup(Table, Key)` is what each caller gives, and each caller is an answer of its own. Variables,
// patterns, blocks, branches, functions of the sources, the arguments of callers, closures run over a list, and the fields of a
// process's state that the same module fills are followed; what is left is a terminal for whoever asks to judge.
#pragma once

#include <map>
#include <vector>

#include "analysis/facts.h"

namespace beamwright::analysis {

// A step into a value: element `index` of a tuple (of `size`, if that is known, with `name` in front), the value under the key
// `name` of a map, record or struct, or some item of a list.
struct TraceStep {
  enum Kind : std::uint8_t { kElement, kKey, kItem };
  Kind kind = kItem;
  std::uint32_t index = 0;
  std::uint32_t size = 0;
  Symbol name;
  bool operator==(const TraceStep&) const = default;
};

// A function on the way. The frame names the call it was entered by, if it was entered from its caller.
struct TraceScope {
  FunctionId function;
  std::uint32_t frame = UINT32_MAX;  // of the tracer that made it
  std::uint32_t ups = 0;             // how many callers were chosen on the way here
  bool detached = false;             // behind a field or a call: further callers are no longer those of the place asked about
};

// An expression that makes the value, or beyond which it cannot be followed.
struct TraceEnd {
  TraceScope scope;
  ExprId expr;
  std::vector<TraceStep> path;  // what is still to be selected: not empty for {ok, T} = ets:file2tab(F)
  std::vector<CallId> via;      // the callers chosen, the nearest first: each calls the function before it
  bool possible = false;        // a default or one branch of several
  Symbol field;                 // the last field it went through
};

class Tracer {
 public:
  Tracer(const model::Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  // All ends of an expression of a function; go_on() takes them until the next trace. With `via`, parameters lead to those
  // callers alone; else to every caller.
  std::vector<TraceEnd> trace(FunctionId function, ExprId expr, const std::vector<CallId>& via = {});
  // The same from an end of this tracer's last trace, or a part of one.
  std::vector<TraceEnd> go_on(const TraceEnd& from, ExprId expr);
  // Are callers asked at all? Without them a parameter is an end.
  void set_callers(bool follow) { callers_ = follow; }

 private:
  static constexpr int kMaxVisits = 160;
  static constexpr int kMaxDepth = 24;
  static constexpr std::size_t kMaxUps = 4;
  static constexpr std::size_t kMaxCallers = 40;
  using Path = std::vector<TraceStep>;

  struct Frame {
    CallId site;
    TraceScope outer;
  };
  struct Write {
    FunctionId function;
    Symbol field;
    ExprId value;
  };

  void follow(const TraceScope& scope, ExprId expr, const Path& path);
  void step(const TraceScope& scope, ExprId expr, const Path& path);
  void step_variable(const TraceScope& scope, ExprId expr, const Path& path);
  void step_pattern(const TraceScope& scope, ExprId use, ExprId root, const Path& path);
  void step_parameter(const TraceScope& scope, ExprId use, ExprId root, const Path& path);
  void step_closure(const TraceScope& scope, ExprId use, ExprId closure, ExprId root, const Path& path);
  void step_tuple(const TraceScope& scope, ExprId expr, const Path& path);
  void step_list(const TraceScope& scope, ExprId expr, const Path& path);
  void step_map(const TraceScope& scope, ExprId expr, const Path& path);
  void step_operator(const TraceScope& scope, ExprId expr, const Path& path);
  void step_call(const TraceScope& scope, ExprId expr, const Path& path);
  bool step_data_call(const TraceScope& scope, ExprId expr, const Path& path);
  void step_results(const TraceScope& scope, ExprId expr, const Path& path);
  bool step_field(const TraceScope& scope, Symbol field, const Path& path);
  bool step_state(const TraceScope& scope, std::uint32_t index, const Path& path);
  bool step_callers(const TraceScope& scope, std::uint32_t index, const Path& path);
  void end(const TraceScope& scope, ExprId expr, const Path& path);
  const std::vector<Write>& writes_of(ModuleId module);

  const model::Program& program_;
  const Facts& facts_;
  bool callers_ = true;
  std::vector<CallId> fixed_;
  std::vector<Frame> frames_;
  std::map<ModuleId, std::vector<Write>> writes_;  // stays in place while others are added
  std::vector<TraceEnd> ends_;
  std::vector<CallId> via_;
  std::vector<Symbol> fields_;
  int visits_ = 0;
  int depth_ = 0;
  int possible_ = 0;
};

// The places of a module that give a field of a map, record or struct a value.
struct FieldValue {
  Symbol field;
  ExprId value;  // none where it is computed in a way that is not followed
};
void append_field_values(const model::Unit& unit, ExprId root, std::vector<FieldValue>& out);

}  // namespace beamwright::analysis
