// Expands the macro calls of one form, token for token as epp:expand_macros/2 does. The tokens of a macro's body take the place
// of the call, arguments keep their own; after an argument the body goes on at the argument's place.
#pragma once

#include <span>
#include <vector>

#include "erlang/macro_arguments.h"
#include "erlang/macros.h"

namespace beamwright::erlang {

// What ?LINE needs.
class LineSource {
 public:
  virtual ~LineSource() = default;
  virtual std::int64_t line_of(std::uint32_t offset) = 0;
};

class Expander {
 public:
  Expander(MacroTable& macros, Arena& arena, LineSource& lines) : macros_(macros), arena_(arena), lines_(lines) {}

  // Expands a form's tokens (with the kEnd token) into `to`. What cannot be expanded is noted and replaced by the macro's name as
  // an atom, so that the rest of the form can still be read. `whole_form` is what ?FUNCTION_NAME looks at; empty in a directive.
  void expand(std::span<const Token> tokens, std::span<const Token> whole_form, std::vector<Token>& to);
  const MacroError& error() const { return error_; }
  // A macro that is not defined was met, which is no error when a header is missing.
  bool met_unknown() const { return met_unknown_; }

  bool unknown_is_error = true;

 private:
  // Tokens still to be read: those pushed back (the next one last), then the rest of the form.
  class Input;

  void expand_range(std::span<const Token> tokens, std::vector<Token>& to, int depth);
  void expand_call(Input& input, const Token& question, std::vector<Token>& to, int depth);
  void expand_plain(const MacroDefinition& macro, const Token& question, const Token& name, Input& input, std::vector<Token>& to,
                    int depth);
  void expand_with_arguments(const MacroDefinition& macro, const Token& question, const Token& name, Input& input);
  bool expand_special(const Token& question, const Token& name, std::vector<Token>& to);
  void find_function();
  void find_function_in(std::span<const Token> tokens);
  void note(const Token& at, std::string message);
  bool spend(std::size_t steps);
  void cut_off(const Token& at, Input& input);
  Token stringified(std::span<const Token> tokens, const Token& place);

  // An honest file needs some hundred thousand; exponential macros run into these.
  static constexpr std::size_t kMostTokensInForm = 1'000'000;
  static constexpr std::size_t kMostStepsInForm = 8'000'000;
  static constexpr std::size_t kMostStepsInFile = 64'000'000;
  static constexpr int kDeepestCall = 300;

  enum class FunctionState : std::uint8_t { kUnknown, kNone, kFound, kAsking };

  MacroTable& macros_;
  Arena& arena_;
  LineSource& lines_;
  std::span<const Token> whole_form_;
  FunctionState function_state_ = FunctionState::kUnknown;
  Symbol function_name_;
  std::int64_t function_arity_ = 0;
  MacroError error_;
  bool met_unknown_ = false;
  std::size_t steps_in_form_ = 0;
  std::size_t steps_in_file_ = 0;
  std::vector<TokenKind> closers_;
  std::vector<ArgumentRange> ranges_;
};

}  // namespace beamwright::erlang
