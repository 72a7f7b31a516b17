// Macro definitions and the table of those in force at a place of the text.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "base/arena.h"
#include "erlang/token.h"
#include "erlang/tree.h"

namespace beamwright::erlang {

// A macro that a body calls.
struct MacroUse {
  Symbol name;
  int arity;
};

// Read-only once made, so that all files that include a header share it.
struct MacroDefinition {
  Symbol name;
  std::uint32_t location = 0;  // of the name in the -define
  std::uint32_t end = 0;
  int arity = -1;               // -1: defined without parentheses
  std::span<const Token> body;  // parameters are kParameter tokens
  std::span<const MacroUse> uses;
  bool has_question = false;  // expanding the body may expand more macros
};

struct MacroError {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::string message;  // empty: there is no error
};

// Reads `(Name, Body).` or `(Name(Parameters), Body).`, the tokens that follow -define. Null and an error when it is malformed.
const MacroDefinition* parse_define(std::span<const Token> tokens, Arena& arena, MacroError& error);

class MacroTable {
 public:
  struct Entry {
    const MacroDefinition* definition = nullptr;
    Entry* overload = nullptr;
    std::uint32_t checked = 0;  // the version of the table at which no cycle was found below it
  };
  struct Macro {
    Symbol name;
    bool predefined = false;   // by the compiler: it cannot be defined again
    Entry* entries = nullptr;  // null: predefined without a value yet (?MODULE), or undefined again
    bool known = false;        // epp's map has the key
  };

  explicit MacroTable(Arena& arena) : arena_(arena), slots_(256) {}

  // Null when the name was never met.
  Macro* find(Symbol name);
  // Makes room once for that many more names.
  void expect(std::size_t names) {
    if ((used_ + names) * 2 > slots_.size()) grow(std::bit_ceil((used_ + names) * 2));
  }
  // False when a macro of the same name and arity is there, or it is predefined.
  bool define(const MacroDefinition& definition);
  void undefine(Symbol name);
  // Sets the one value of a predefined macro; an empty body with `unset` stands for a value that is not known yet.
  void predefine(Symbol name, std::span<const Token> body);
  void predefine_unset(Symbol name);
  // Whether a chain of calls leads from the macro back to itself or runs on too long; epp:check_uses/4.
  bool is_circular(Entry& entry);
  static Entry* overload_for(const Macro& macro, int arity);

 private:
  Macro& slot(Symbol name);
  void grow(std::size_t size);  // a power of two
  enum class Check : std::uint8_t { kFine, kCircular };
  Check check(Entry& entry, std::vector<const Entry*>& above);

  Arena& arena_;
  std::vector<Macro> slots_;  // open addressing; an empty slot has no name
  std::size_t used_ = 0;
  std::uint32_t version_ = 1;
};

}  // namespace beamwright::erlang
