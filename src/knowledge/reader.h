// Reads the data files of knowledge/ into a Knowledge. The format is described in knowledge/README.md: a line is a row, its
// fields stand between blanks, and the kind of the row is its first word. The reader is strict: a word it does not know, a
// position beyond the arity or a row that stands twice is an error with file and line, because a row that is silently
// ignored is a hazard that Beamwright silently misses.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "knowledge/embedded.h"
#include "knowledge/knowledge.h"

namespace beamwright::knowledge {

class Reader {
 public:
  // The sentence about the first fault, or nothing. Rows of the file go into the knowledge; their text views point into it.
  std::optional<std::string> read(const DataFile& file);
  // Makes room for the rows of so much text, so that the tables need not grow while they are filled.
  void expect(std::size_t bytes);
  Knowledge take() { return std::move(knowledge_); }

 private:
  // A module, function and arities as the line names them: gen_server:call/2..3, Enum.map/2, Tesla.get/*.
  struct Mfa {
    Symbol module;
    Symbol name;
    int lowest = -1;
    int highest = -1;
    std::string_view text;
  };

  bool read_line(std::string_view line);
  bool read_function(std::string_view rest, bool macro, bool used);
  bool read_behaviour(std::string_view rest);
  bool read_callback(std::string_view rest);
  bool read_modules(std::string_view rest);

  Symbol module_of(std::string_view text);
  bool read_mfa(std::string_view& rest, Mfa& mfa);
  bool read_arity(std::string_view text, Mfa& mfa);
  bool read_effects(std::string_view word, EffectSet& effects);
  bool read_function_field(std::string_view key, std::string_view value, FunctionRow& row);
  bool read_option_field(std::string_view key, std::string_view value, FunctionRow& row, bool& known);
  bool read_word_field(std::string_view key, std::string_view value, FunctionRow& row, bool& known);
  bool read_closures(std::string_view value, FunctionRow& row);
  bool read_bound(std::string_view value, Bound& bound);
  bool read_position(std::string_view key, std::string_view value, std::uint8_t& position);

  bool check(const FunctionRow& row, const Mfa& mfa);
  bool check_position(std::size_t position, std::string_view key, const Mfa& mfa);
  bool add(FunctionRow row, const Mfa& mfa, bool used);
  void add_module(Symbol module);
  // Notes the parts of a sentence as the fault; false, for the caller to return.
  bool fail(std::initializer_list<std::string_view> parts);

  Knowledge knowledge_;
  std::string_view path_;
  std::string_view source_;
  std::uint32_t line_ = 0;
  std::string message_;
  std::string_view last_module_text_;  // rows of one module stand together: its symbol is looked up once
  Symbol last_module_;
};

}  // namespace beamwright::knowledge
