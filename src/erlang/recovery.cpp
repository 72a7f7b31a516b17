// Guesses at the beginnings of forms from the look of lines: tokens cannot be trusted where quotes or brackets do not match.
#include "erlang/recovery.h"

#include "erlang/characters.h"

namespace beamwright::erlang {
namespace {

bool is_lowercase(char c) { return c >= 'a' && c <= 'z'; }

bool begins_like_form(std::string_view line) {
  if (line.size() < 2) return false;
  const bool attribute = line[0] == '-';
  std::size_t at = attribute ? 1 : 0;
  if (!is_lowercase(line[at])) return false;
  while (at < line.size() && is_name_byte(static_cast<unsigned char>(line[at]))) ++at;
  const bool call = at < line.size() && line[at] == '(';
  return attribute ? call || at == line.size() || line[at] == '.' || line[at] == ' ' || line[at] == '\r' : call;
}

// The last character of a line that is neither white space nor part of a comment; 0 for an empty line.
char last_character(std::string_view line) {
  if (const auto comment = line.find('%'); comment != std::string_view::npos) line = line.substr(0, comment);
  const auto last = line.find_last_not_of(" \t\r");
  return last == std::string_view::npos ? '\0' : line[last];
}

}  // namespace

std::uint32_t next_form_start(std::string_view text, std::uint32_t begin, std::uint32_t end) {
  char before = '\0';
  std::size_t at = begin;
  bool first = true;
  while (at < end) {
    const std::size_t line_end = std::min(text.find('\n', at), static_cast<std::size_t>(end));
    const std::string_view line = text.substr(at, line_end - at);
    if (!first && begins_like_form(line)) {
      const bool continued =
          before != '\0' && std::string_view(",;>(){[|=+*/!<:&").find(before) != std::string_view::npos && before != ')';
      if (!continued || line[0] == '-') return static_cast<std::uint32_t>(at);
    }
    if (const char last = last_character(line)) before = last;
    first = false;
    at = line_end + 1;
  }
  return end;
}

}  // namespace beamwright::erlang
