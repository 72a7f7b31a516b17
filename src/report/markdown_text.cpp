#include "report/markdown_text.h"

#include <algorithm>
#include <vector>

#include "report/html_text.h"
#include "report/layout.h"

namespace beamwright::report {
namespace {

// U+2060, which nobody sees: behind @ and # it keeps names from being mentioned and numbers from becoming references.
constexpr std::string_view kJoiner = "\xE2\x81\xA0";

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (;;) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

std::string on_one_line(std::string_view text) {
  std::string line = clean(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

void append_plain(std::string& out, char c) {
  append_html(out, c);
  if (c == '@' || c == '#') out += kJoiner;
}

// What stands between two backticks, the first of which is text[at]: the texts of findings write code so. Empty elsewhere.
std::string_view code_at(std::string_view text, std::size_t at) {
  if (text[at] != '`') return {};
  const std::size_t end = text.find_first_of("`\n", at + 1);
  return end == std::string_view::npos || text[end] != '`' ? std::string_view() : text.substr(at + 1, end - at - 1);
}

std::size_t longest_run(std::string_view text, char wanted) {
  std::size_t longest = 0, run = 0;
  for (const char c : text) longest = std::max(longest, run = c == wanted ? run + 1 : 0);
  return longest;
}

bool is_code(std::string_view line) { return line.starts_with("    ") && line.find_first_not_of(' ') != std::string_view::npos; }

std::string joined(const std::vector<std::string_view>& lines, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) text += (i == begin ? "" : "\n") + std::string(lines[i]);
  return text;
}

// Code without the four columns before it.
std::string outdented(const std::vector<std::string_view>& lines, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i)
    text += (i == begin ? "" : "\n") + std::string(lines[i].substr(std::min<std::size_t>(4, lines[i].size())));
  return text;
}

}  // namespace

std::string markdown_prose(std::string_view text) {
  const std::string all = clean(text);
  std::string out;
  bool at_start = true;  // of a line, where some characters begin a list, a table or a heading
  for (std::size_t i = 0; i < all.size(); ++i) {
    const char c = all[i];
    if (const std::string_view code = code_at(all, i); !code.empty()) {
      out += markdown_code(code);
      i += code.size() + 1;
      at_start = false;
      continue;
    }
    const bool marks = std::string_view("\\`*_[]|~$").find(c) != std::string_view::npos;
    if (marks || (at_start && (c == '-' || c == '+' || c == '=' || c == '#'))) out += '\\';
    append_plain(out, c);
    at_start = c == '\n' || (at_start && c == ' ');
  }
  return out;
}

std::string markdown_html(std::string_view text) {
  const std::string line = on_one_line(text);
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (const std::string_view code = code_at(line, i); !code.empty()) {
      out += "<code>" + markdown_html(code) + "</code>";
      i += code.size() + 1;
    } else {
      append_plain(out, line[i]);
    }
  }
  return out;
}

std::string markdown_code(std::string_view text) {
  const std::string line = on_one_line(text);
  const std::string ticks(longest_run(line, '`') + 1, '`');
  const std::string space = line.starts_with('`') || line.ends_with('`') ? " " : "";
  return ticks + space + line + space + ticks;
}

std::string markdown_block(std::string_view text, std::string_view language) {
  const std::string fence(std::max<std::size_t>(3, longest_run(text, '`') + 1), '`');
  std::string out = fence + std::string(language) + "\n" + clean(text);
  if (!out.ends_with('\n')) out += '\n';
  return out + fence + "\n";
}

std::string markdown_paragraphs(std::string_view text, std::string_view language) {
  const std::vector<std::string_view> lines = lines_of(text);
  std::string out;
  for (std::size_t i = 0; i < lines.size();) {
    std::size_t end = i;
    const bool code = is_code(lines[i]);
    // Empty lines belong to the code around them.
    while (end < lines.size() &&
           (is_code(lines[end]) == code || (code && lines[end].find_first_not_of(' ') == std::string_view::npos)))
      ++end;
    while (code && !is_code(lines[end - 1])) --end;
    std::string part = code ? outdented(lines, i, end) : joined(lines, i, end);
    part.erase(0, std::min(part.find_first_not_of('\n'), part.size()));
    part.erase(part.find_last_not_of(" \n") + 1);
    if (!part.empty()) {
      out += out.empty() ? "" : "\n";
      out += code ? markdown_block(part, language) : markdown_prose(part) + "\n";
    }
    i = end;
  }
  return out;
}

}  // namespace beamwright::report
