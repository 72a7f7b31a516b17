// How rules write the rewrite of a finding: they name expressions of the model, and whether the file really holds them there,
// written by hand and laid out as the edit expects, is looked up in its text. Whatever is not sure refuses the whole rewrite, and
// the finding is shown without one: code out of a macro, of a header or of `quote`, a call without parentheses, a comment in
// between, an Elixir line that would become longer than `mix format` leaves it.
#pragma once

#include <string>
#include <string_view>

#include "rules/support.h"

namespace beamwright::rules {

class RewriteBuilder {
 public:
  // A rewrite of code in this function.
  RewriteBuilder(const Program& program, FunctionId function);

  // What the file holds at an expression; empty, and the rewrite refused, when that was not written there.
  std::string_view text_of(const Unit& unit, ExprId expr);
  // Another atom in place of one, as a value or as a key.
  void replace_atom(const Unit& unit, ExprId expr, Symbol with);
  // A further argument, the last one, of a call that is written with parentheses on one line.
  void add_argument(CallId site, std::string text);
  // A further element, the last one, of a list that is written with brackets; `pair` where it is a `key: value` of Elixir, which
  // may stand only behind all other elements.
  void add_element(const Unit& unit, ExprId list, std::string text);
  // What the call is named, module included, up to its parenthesis: "Task.async" becomes "Task.start_link".
  void replace_callee(CallId site, std::string text);
  void replace(source::Span span, std::string text);
  void insert(source::FileId file, std::uint32_t at, std::string text) { replace({file, at, at}, std::move(text)); }
  void refuse() { refused_ = true; }

  // The rewrite, or an empty one where anything refused it.
  findings::Rewrite take(std::string title);

 private:
  std::string_view text_at(source::Span span) const;
  bool is_written(const Unit& unit, ExprId expr) const;
  bool keeps_format() const;

  const Program& program_;
  std::vector<findings::Edit> edits_;
  bool refused_ = false;
};

// Does the value of this expression go nowhere? It is a statement of a block and not the last, or the last one of a branch or a
// body whose value goes nowhere either.
bool is_statement(const Unit& unit, ExprId expr);

}  // namespace beamwright::rules
