// For the tests of lowering Elixir: lowers a text and prints the unit in a notation near to Elixir, short enough for a test.
//
//   f(x)  Mod.f(x)  ?mod.f(x)       calls: local, remote, of a dynamic module
//   ?fun.(x)  dynamic(m, f, a)      calls: of a value, of something unknown
//   |f(x)                           a call whose first argument came through a pipe
//   &f/1  &Mod.f/1                  captures
//   x  _  ^x  unbound!              variables, wildcard, pin, a variable that nothing binds
//   fn{(x) -> x}  case s {(p) when g -> b; …}
//   [a, b | t]  {a}  %Name{k => v}  %{m | k => v}  <<a, b>>  a.field  (a + b)  (a; b)  p = v
//   unknown<name>(a, b)  quote(a)
#pragma once

#include <string>
#include <string_view>

#include "model/program.h"

namespace beamwright::lower {

class Lowered {
 public:
  explicit Lowered(std::string_view text, std::string_view path = "lib/a.ex");

  // Every module with its directives, attributes and functions, one clause a line.
  std::string all() const;
  // The body of a function's only clause; of `def name` in the first module that has one.
  std::string body(std::string_view function) const;
  // All clauses of a function, one a line: "(x) when g -> body".
  std::string clauses(std::string_view function) const;
  // The text of the source that the expression stands for, found by its printed form in the bodies of all functions.
  std::string source_of(std::string_view printed) const;

  const model::Unit& unit() const { return *unit_; }
  const model::Function& function(std::string_view name) const;
  std::string print(model::ExprId id) const;

 private:
  std::string print_clause(const model::Clause& clause) const;
  std::string print_clauses(model::ClauseRange clauses) const;
  std::string print_list(std::span<const model::ExprId> ids) const;
  std::string print_call(const model::Expr& e) const;
  std::string print_map(const model::Expr& e) const;

  source::FileTable files_;
  source::FileId file_;
  std::unique_ptr<model::Unit> unit_;
};

// The body of `def f(a, b, c, x, y, state)` with this code inside module M.
std::string lowered(std::string_view code);

}  // namespace beamwright::lower
