// The small pieces of a line of a data file: words, key=value fields, names of modules.
#pragma once

#include <string>
#include <string_view>

#include "base/symbol.h"
#include "knowledge/knowledge.h"

namespace beamwright::knowledge {

struct Field {
  std::string_view key;
  std::string_view value;  // empty for a bare word, such as optional
};

std::string_view trimmed(std::string_view text);

// Takes the next word, up to a blank, off the text; empty at its end.
std::string_view next_word(std::string_view& rest);

// Takes the next field off the text; false at its end or at a comment. The field source= takes all that is left.
bool next_field(std::string_view& rest, Field& field);

bool is_module_name(std::string_view text);

// The atom a module is on the VM: Elixir modules, written with a capital, are Elixir.Name.
Symbol module_symbol(std::string_view text);

// The row without the positions that its arity does not have.
FunctionRow within_arity(FunctionRow row);

// "knowledge/otp.tsv:12"
template <typename Row>
std::string place_text(const Row& row) {
  return std::string(row.file) + ":" + std::to_string(row.line);
}

}  // namespace beamwright::knowledge
