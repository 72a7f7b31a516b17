#include "source/coding.h"

#include <algorithm>
#include <string>

namespace beamwright::source {
namespace {

bool is_name_character(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

Coding encoding_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    if (!is_name_character(c)) break;
    name += lower(c);
  }
  if (name == "utf-8" || name.starts_with("utf-8-")) return Coding::kUtf8;
  if (name == "latin-1" || name.starts_with("latin-1-")) return Coding::kLatin1;
  return Coding::kNothing;
}

}  // namespace

// The comment `coding: NAME` in the first two lines; epp looks at 512 bytes.
Coding declared_coding(std::string_view text) {
  text = text.substr(0, 512);
  for (int line = 0; line < 2 && !text.empty(); ++line) {
    const auto line_end = std::min(text.find('\n'), text.size());
    const std::string_view whole = text.substr(0, line_end);
    text.remove_prefix(std::min(line_end + 1, text.size()));
    const auto comment = whole.find('%');
    if (comment == std::string_view::npos) continue;
    for (auto at = whole.find("coding", comment); at != std::string_view::npos; at = whole.find("coding", at + 1)) {
      auto next = at + 6;
      bool separated = false;
      while (next < whole.size() && (whole[next] == ' ' || whole[next] == ':' || whole[next] == '=')) {
        separated = separated || whole[next] != ' ';
        ++next;
      }
      if (separated) return encoding_name(whole.substr(next));
    }
  }
  return Coding::kNothing;
}

}  // namespace beamwright::source
