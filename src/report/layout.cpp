// Widths are counted in code points: right for what source code is written in, and it needs no table of character widths.
#include "report/layout.h"

#include <algorithm>

#include "source/utf8.h"

namespace beamwright::report {
namespace {

std::string_view sequence(Ink ink) {
  switch (ink) {
    case Ink::kPlain:
      return "";
    case Ink::kBold:
      return "\x1b[1m";
    case Ink::kDim:
      return "\x1b[2m";
    case Ink::kRed:
      return "\x1b[31m";
    case Ink::kBoldRed:
      return "\x1b[1;31m";
    case Ink::kYellow:
      return "\x1b[33m";
    case Ink::kCyan:
      return "\x1b[36m";
    case Ink::kBoldGreen:
      return "\x1b[1;32m";
    case Ink::kBoldYellow:
      return "\x1b[1;33m";
  }
  return "";
}

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Marks by which a text can be shown in another order than it is read: U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069.
bool changes_direction(std::string_view character) {
  if (character.size() != 3 || character[0] != '\xE2') return false;
  const auto second = static_cast<unsigned char>(character[1]), third = static_cast<unsigned char>(character[2]);
  return (second == 0x80 && (third == 0x8E || third == 0x8F || (third >= 0xAA && third <= 0xAE))) ||
         (second == 0x81 && third >= 0xA6 && third <= 0xA9);
}

// U+0080 to U+009F: some terminals obey these as they do escape sequences.
bool is_upper_control(std::string_view character) {
  return character.size() == 2 && character[0] == '\xC2' && static_cast<unsigned char>(character[1]) < 0xA0;
}

// A number stays with its unit: "5 s", "300 ms".
std::size_t end_of_word(std::string_view line, std::size_t begin) {
  const std::size_t end = std::min(line.find(' ', begin), line.size());
  if (end == begin || end == line.size() || line[end - 1] < '0' || line[end - 1] > '9') return end;
  const std::size_t next = std::min(line.find(' ', end + 1), line.size());
  std::string_view unit = line.substr(end + 1, next - end - 1);
  while (!unit.empty() && (unit.back() == ',' || unit.back() == '.' || unit.back() == ';' || unit.back() == ':'))
    unit.remove_suffix(1);
  return unit == "s" || unit == "ms" || unit == "MB" ? next : end;
}

// Appends one line of text that starts at column `at` and whose continuations start at column `hang`.
void append_line(std::string& out, std::string_view line, std::size_t at, std::size_t hang, std::size_t columns) {
  if (at + width(line) <= columns) {
    out += line;
    return;
  }
  bool first = true;
  while (!line.empty()) {
    const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());
    const std::size_t end = end_of_word(line, blanks);
    const std::string_view word = line.substr(blanks, end - blanks);
    if (first) {
      out.append(blanks, ' ');
      at += blanks + width(word);
      out += word;
      first = false;
    } else if (!word.empty() && at + blanks + width(word) > columns) {
      out.append("\n").append(hang, ' ').append(word);
      at = hang + width(word);
    } else if (!word.empty()) {
      out.append(blanks, ' ').append(word);
      at += blanks + width(word);
    }
    line.remove_prefix(end);
  }
}

}  // namespace

std::string Painter::operator()(Ink ink, std::string_view text) const {
  if (!color_ || ink == Ink::kPlain || text.empty()) return std::string(text);
  return std::string(sequence(ink)).append(text).append("\x1b[0m");
}

std::string clean(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = source::character_length(text, at);
    const std::string_view character = text.substr(at, std::max<std::size_t>(1, length));
    const auto byte = static_cast<unsigned char>(text[at]);
    at += character.size();
    if (byte == '\t') {
      out += ' ';
    } else if (length == 0 || (byte < 0x20 && byte != '\n') || byte == 0x7F || is_upper_control(character) ||
               changes_direction(character)) {
      out += kReplacement;
    } else {
      out += character;
    }
  }
  return out;
}

std::size_t width(std::string_view text) { return source::count_characters(text); }

void append_wrapped(std::string& out, std::string_view text, std::size_t indent, std::size_t columns) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  bool first = true;
  while (true) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (!first) {
      out += '\n';
      if (!line.empty()) out.append(indent, ' ');
    }
    first = false;
    const std::size_t own = std::min(line.find_first_not_of(' '), line.size());
    append_line(out, line, indent, indent + own, columns);
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

std::string grouped(unsigned long long number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string counted(unsigned long long number, std::string_view one, std::string_view many) {
  std::string text = grouped(number) + " ";
  if (number == 1) return text.append(one);
  return many.empty() ? text.append(one) + "s" : text.append(many);
}

}  // namespace beamwright::report
