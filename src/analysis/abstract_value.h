// What is known of a value without running the program: a literal, a list some of whose elements may be missing, one of several
// alternatives, or nothing at all. Values are made by the Evaluator and live as long as it does.
#pragma once

#include <memory_resource>
#include <string>
#include <vector>

#include "analysis/forest.h"

namespace beamwright::analysis {

enum class ValueKind : std::uint8_t {
  kUnknown,
  kNever,  // of a call that does not return: raise, exit
  kAtom,
  kInteger,
  kText,   // a binary or a charlist
  kTuple,  // parts: elements
  kList,   // parts and presences: elements
  kMap,    // parts: key, value, key, value …; symbol: the struct or record, or 0
  kClosure,
  kChoice,  // parts: alternatives, at least two
  kStart,   // {ok, Pid} of a process that a call starts, and the pid taken out of it; integer: index of Evaluator::starts
  kThunk,   // not evaluated yet; force() does
};

struct Frame;
struct Value;
using ValueRef = const Value*;
// Those of a Value lie in its Evaluator's arena: a forest is made of a million small ones, and all of them go at once.
using Values = std::pmr::vector<ValueRef>;
using Presences = std::pmr::vector<Presence>;

struct Value {
  Value() = default;
  explicit Value(std::pmr::memory_resource* arena) : parts(arena), presences(arena) {}

  ValueKind kind = ValueKind::kUnknown;
  bool open = false;    // kList, kMap: there may be more than what is known
  bool binary = false;  // kText
  Symbol symbol;        // kAtom; kText: the text; kMap
  std::int64_t integer = 0;
  Values parts;
  Presences presences;                // kList: by part
  ExprRef place;                      // where it is written; kClosure: the closure or capture; kThunk: what is to be evaluated
  Frame* frame = nullptr;             // kClosure, kThunk
  mutable ValueRef forced = nullptr;  // kThunk
};

// The variables of one activation of a function or closure. Variables that are bound inside the body are found when they are
// asked for, and kept.
struct Frame {
  Frame(UnitId in, Frame* around, int nesting, std::pmr::memory_resource* arena)
      : unit(in), outer(around), depth(nesting), variables(arena) {}

  UnitId unit;
  Frame* outer = nullptr;  // of a closure: where it was made
  int depth = 0;
  std::pmr::vector<std::pair<std::uint32_t, ValueRef>> variables;

  void set(std::uint32_t variable, ValueRef value) {
    for (auto& [known, kept] : variables)
      if (known == variable) return void(kept = value);
    variables.emplace_back(variable, value);
  }
  ValueRef find(std::uint32_t variable) const {
    for (const Frame* frame = this; frame != nullptr; frame = frame->outer)
      for (const auto& [known, value] : frame->variables)
        if (known == variable) return value;
    return nullptr;
  }
};

// Whether something holds.
enum class Truth : std::uint8_t { kNo, kPerhaps, kYes };
inline Truth both(Truth a, Truth b) { return a < b ? a : b; }

}  // namespace beamwright::analysis
