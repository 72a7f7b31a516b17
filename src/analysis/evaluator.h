// Evaluates the small expression language abstractly, on demand: a variable is looked up where it is bound, a call is made only
// when somebody wants its result, and what has effects is never done. Supervision trees are what it is for: it knows the
// functions that build lists, options and names, and notes the processes that start functions would start. Steps, depth and the
// length of lists are bounded; beyond that everything is unknown.
#pragma once

#include <deque>
#include <optional>

#include "analysis/abstract_value.h"
#include "analysis/reads.h"
#include "knowledge/knowledge.h"

namespace beamwright::analysis {

// A process that a call would start.
struct Start {
  Symbol behaviour;  // whose start function it is: supervisor, gen_server, Elixir.Registry …
  bool supervisor = false;
  Symbol module;                // callback module; 0: none (a literal child list, a registry) or not known
  ValueRef argument = nullptr;  // of the callback's init/1
  ValueRef children = nullptr;  // Supervisor.start_link(children, options)
  ValueRef options = nullptr;   // options in Elixir's start functions
  Symbol name;                  // registered name; 0: none or not known
  ExprRef place;                // the call
  FunctionId function;          // that holds the call
};

class Evaluator {
 public:
  // `reads`, where somebody keeps it, learns what is read; it may be null.
  Evaluator(const model::Program& program, const Facts& facts, Reads* reads);

  // ---- Reading the program, so that it is written down.
  ModuleId find_module(Symbol name, source::ProjectId from) const {
    return reads_ != nullptr ? reads_->find_module(program_, name, from) : program_.find_module(name, from);
  }
  FunctionId find_function(ModuleId module, Symbol name, std::uint32_t arity) const {
    return reads_ != nullptr ? reads_->find_function(program_, module, name, arity) : program_.find_function(module, name, arity);
  }
  void note_reading(FunctionId function) const {
    if (reads_ != nullptr) reads_->function(function);
  }
  void note_reading_level(UnitId unit) const {
    if (reads_ != nullptr) reads_->level(unit);
  }
  void note_asking_for_callers(FunctionId function) const {
    if (reads_ != nullptr) reads_->callers(function);
  }

  // How much evaluation the next questions may cost all together.
  void allow(int steps) { steps_left_ = steps; }

  // For values on their way into a Value: they lie in the arena from the beginning, so that nothing is allocated or copied.
  Values values() { return Values(&arena_); }
  ValueRef unknown() const { return &unknown_; }
  // For option(): surely not there, told apart from every other value by its address.
  ValueRef missing() const { return &missing_; }
  ValueRef atom(Symbol symbol);
  ValueRef text(std::string_view text, bool binary);
  ValueRef integer(std::int64_t value);
  ValueRef tuple(Values parts, ExprRef place = {});
  ValueRef list(Values parts, Presences presences, bool open, ExprRef place = {});
  ValueRef choice(const Values& alternatives);
  // A map or keyword list with the entries of `over` laid over those of `base`.
  ValueRef merged(ValueRef base, ValueRef over);

  Frame* frame(UnitId unit, Frame* outer, int depth);
  ValueRef evaluate(Frame* frame, model::ExprId id);
  ValueRef force(ValueRef value);
  // Any value as a list: alternatives are laid together, their elements becoming conditional; what is no list is an open one.
  ValueRef as_list(ValueRef value);
  // The value of a key in a map or keyword list; `otherwise` when it surely is not there, unknown when it may be.
  ValueRef option(ValueRef options, Symbol key, ValueRef otherwise);

  ValueRef call(FunctionId function, const Values& arguments, int depth);
  ValueRef call(Symbol module, Symbol name, const Values& arguments, const Frame& from, ExprRef place);
  ValueRef apply(ValueRef closure, const Values& arguments, int depth);
  // Binds the variables of a pattern.
  Truth match(Frame* frame, model::ExprId pattern, ValueRef value);

  std::optional<Symbol> atom_of(ValueRef value);
  std::optional<std::int64_t> integer_of(ValueRef value);
  // The value as an Erlang term; empty when some part of it is not known.
  std::string term(ValueRef value);

  std::vector<Start> starts;

 private:
  friend class Builtins;

  Value& fresh(ValueKind kind, ExprRef place = {});
  ValueRef lazy(Frame* frame, model::ExprId id);
  ValueRef evaluate_now(Frame* frame, model::ExprId id);
  ValueRef evaluate_list(Frame* frame, model::ExprId id);
  ValueRef evaluate_map(Frame* frame, model::ExprId id);
  ValueRef evaluate_binary(Frame* frame, model::ExprId id);
  ValueRef evaluate_field(Frame* frame, model::ExprId id);
  ValueRef evaluate_operator(Frame* frame, model::ExprId id);
  ValueRef evaluate_case(Frame* frame, model::ExprId id);
  ValueRef evaluate_with(Frame* frame, model::ExprId id);
  ValueRef evaluate_try(Frame* frame, model::ExprId id);
  ValueRef evaluate_comprehension(Frame* frame, model::ExprId id);
  void iterate(Frame* frame, model::ExprId comprehension, std::size_t qualifier, Presence presence, Value& out);
  ValueRef evaluate_call(Frame* frame, model::ExprId id);
  ValueRef variable(Frame* frame, model::ExprId use);
  void bind(Frame* frame, model::ExprId occurrence);
  std::vector<model::ExprId> bindings_seen_from(const model::Unit& unit, model::ExprId use);
  ValueRef run_clauses(Frame* outer, UnitId unit, model::ClauseRange clauses, const Values& arguments, int depth);
  Truth match_choice(Frame* frame, model::ExprId pattern, const Value& value);
  Truth match_tuple(Frame* frame, model::ExprId pattern, const Value& value);
  Truth match_list(Frame* frame, model::ExprId pattern, const Value& value);
  Truth match_map(Frame* frame, model::ExprId pattern, const Value& value);
  Truth match_text(const model::Expr& pattern, const Value& value) const;
  Truth truth(ValueRef value);
  void append(Value& to, ValueRef list);
  ValueRef laid_together(const Values& alternatives);
  bool is_supervisor_library(ModuleId module) const;

  const model::Program& program_;
  const Facts& facts_;
  Reads* reads_;
  std::pmr::monotonic_buffer_resource arena_{64 << 10};  // before what lies in it
  std::pmr::deque<Value> values_{&arena_};
  std::pmr::deque<Frame> frames_{&arena_};
  std::vector<FunctionId> active_;
  int steps_left_ = 0;
  int nesting_ = 0;
  Value unknown_;
  Value never_;
  Value missing_;
};

// The functions of OTP and Elixir that the evaluator knows. Null: not one of them.
class Builtins {
 public:
  Builtins(Evaluator& evaluator, const model::Program& program) : e_(evaluator), program_(program) {}

  ValueRef call(Symbol module, Symbol name, const Values& arguments, const Frame& from, ExprRef place);

 private:
  using Arguments = Values;
  ValueRef data(Symbol module, std::string_view name, const Arguments& a);
  ValueRef erlang(std::string_view name, const Arguments& a, const Frame& from, ExprRef place);
  ValueRef lists(std::string_view name, const Arguments& a, int depth);
  ValueRef options(std::string_view name, const Arguments& a, bool key_first);
  ValueRef type_test(std::string_view name, const Arguments& a);
  ValueRef start(Symbol module, Symbol name, const Arguments& a, ExprRef place);
  ValueRef specification(Symbol module, std::string_view name, const Arguments& a, ExprRef place);
  Symbol registered_name(ValueRef value);
  ValueRef each(ValueRef list, ValueRef closure, int depth, bool flatten);
  ValueRef kept(ValueRef list);
  ValueRef listed(ValueRef choice);
  ValueRef flattened(ValueRef list, bool deep);
  std::optional<std::string> characters(ValueRef value);

  Evaluator& e_;
  const model::Program& program_;
};

}  // namespace beamwright::analysis
