// Walking backwards from an expression to where its value comes from: through variables, patterns, branches, data functions of
// the standard libraries, what functions of the sources return, and the arguments that callers pass. A walk asks for a part of a
// value by a path: of `{:ok, %{timer: ref}} = start()`, ref is the element 1 and then the key timer of what start() returns.
// Users derive from Flow and say what they do at the places that matter to them; everything else is followed or given up.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "analysis/facts.h"
#include "analysis/path.h"

namespace beamwright::analysis {

// A place on the walk. The frame says through which calls it was entered, so that a parameter leads back to the same call.
struct Place {
  FunctionId function;
  ExprId expr;
  std::uint32_t frame = UINT32_MAX;
};

// A parameter of a clause of a function.
struct ParameterPlace {
  FunctionId function;
  model::ClauseId clause;
  std::uint32_t index = 0;
  ExprId pattern;
};

// The places that a walk has looked at, by their hashes. Most walks are short: nothing is allocated for them.
class SeenPlaces {
 public:
  // False when it was there before. Zero is never inserted.
  bool insert(std::uint64_t hash);
  void clear();

 private:
  static constexpr std::size_t kFew = 32;
  static bool put(std::span<std::uint64_t> slots, std::uint64_t hash);
  std::span<std::uint64_t> slots() { return many_.empty() ? std::span<std::uint64_t>(few_) : std::span<std::uint64_t>(many_); }

  std::array<std::uint64_t, kFew> few_{};  // open addressing; as many as fit
  std::vector<std::uint64_t> many_;
  std::size_t count_ = 0;
};

class Flow {
 public:
  // At most `max_visits` places are looked at; what lies beyond is lost.
  Flow(const model::Program& program, const Facts& facts, int max_visits)
      : program_(program), facts_(facts), max_visits_(max_visits) {}
  virtual ~Flow() = default;
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;

 protected:
  // Expressions inside each other, calls inside each other, and callers of one function that a walk follows.
  static constexpr int kMaxDepth = 48;
  static constexpr std::size_t kMaxFrames = 5;
  static constexpr std::size_t kMaxCallers = 60;

  // For those who walk more than once: forgets everything; or only which places were looked at, so that places of the last walk
  // can be gone on from.
  void start_anew();
  void look_again();

  void follow(const Place& place, const Path& path);
  void follow_results(const Place& place, const Path& path);  // of every branch of the expression
  // Into the arguments that callers pass; says whether there was anybody.
  bool follow_callers(const ParameterPlace& parameter, const Path& path);

  // Asked before anything else is done with a place; true when that is settled.
  virtual bool at(const Place&, const Path&) { return false; }
  // A parameter of a function that was not entered by a call on this walk.
  virtual void at_parameter(const ParameterPlace&, const Path&) = 0;
  // Parameter `index` (from 0) of a closure that is given to the function outside the sources called at `call`; true when that is
  // settled. Else collections and folds are followed.
  virtual bool at_closure_parameter(const Place& call, const External&, std::size_t index, const Path&) {
    static_cast<void>(call), static_cast<void>(index);
    return false;
  }
  // A binary taken out of a bigger one by a pattern: the variable's binding.
  virtual void at_slice(const Place&) {}
  // Here the walk ends without an answer.
  virtual void lost(const Place&, const Path&) = 0;

  const model::Unit& unit_of(const Place& place) const { return program_.unit_of(place.function); }
  // The site of a call or capture.
  CallId site_of(const Place& place) const;

  const model::Program& program_;
  const Facts& facts_;
  int choices_ = 0;            // how many times one of several ways was taken to get here: branches, clauses, defaults
  std::uint64_t context_ = 0;  // a place is looked at once in each; for users to set

 private:
  struct Frame {
    CallId site;
    FunctionId caller;
    std::uint32_t outer;
    std::uint8_t depth;
  };

  void step(const Place& place, const Path& path);
  void step_variable(const Place& place, const Path& path);
  void step_pattern_root(const Place& place, ExprId pattern, const Path& path);
  void step_closure_parameter(const Place& place, ExprId closure, ExprId pattern, const Path& path);
  void step_parameter(const Place& place, ExprId pattern, const Path& path);
  void step_tuple(const Place& place, const Path& path);
  void step_list(const Place& place, const Path& path);
  void step_map(const Place& place, const Path& path);
  void step_operator(const Place& place, const Path& path);
  void step_call(const Place& place, const Path& path);
  void follow_passed(const Place& place, const std::vector<struct Passed>& passed);
  void step_into(const Place& place, FunctionId callee, const Path& path);
  void follow_rounds(const Place& place, std::size_t index, const Path& path);

  std::vector<Frame> frames_;
  SeenPlaces seen_;
  const int max_visits_;
  int visits_ = 0;
  int depth_ = 0;
};

}  // namespace beamwright::analysis
