// Long lines are cut to a window around the marked place, as in the terminal: a generated file may have a line of a megabyte.
#include "report/html_text.h"

#include <algorithm>
#include <vector>

#include "report/entities.h"
#include "report/excerpt.h"
#include "report/layout.h"
#include "source/utf8.h"

namespace beamwright::report {
namespace {

constexpr std::size_t kLineColumns = 160;
constexpr std::string_view kCodeIndent = "    ";

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) append_html(out, c);
  return out;
}

// The byte at which the character of a column stands.
std::size_t byte_of(std::string_view text, std::size_t column) {
  std::size_t at = 0;
  for (; column > 0 && at < text.size(); --column) at += std::max<std::size_t>(1, source::character_length(text, at));
  return std::min(at, text.size());
}

std::size_t indentation(std::string_view line) { return std::min(line.find_first_not_of(" \t"), line.size()); }

// A line of prose; what stands between two backticks is code.
std::string inline_prose(std::string_view line) {
  std::string out;
  while (true) {
    const std::size_t open = line.find('`');
    const std::size_t close = open == std::string_view::npos ? open : line.find('`', open + 1);
    if (close == std::string_view::npos) return out + html(line);
    out += html(line.substr(0, open)) + "<code>" + html(line.substr(open + 1, close - open - 1)) + "</code>";
    line.remove_prefix(close + 1);
  }
}

}  // namespace

void append_html(std::string& out, char c) {
  const std::string_view entity = entity_of(c);
  if (entity.empty()) {
    out += c;
  } else {
    out += entity;
  }
}

std::string html(std::string_view text) { return escaped(clean(text)); }

std::string html_prose(std::string_view text) {
  std::string out;
  enum class Block { kNone, kProse, kCode } block = Block::kNone;
  const auto change = [&](Block to) {
    if (block == to) return;
    if (block == Block::kProse) out += "</p>";
    if (block == Block::kCode) out += "</code></pre>";
    if (to == Block::kProse) out += "<p>";
    if (to == Block::kCode) out += "<pre><code>";
    block = to;
  };
  std::size_t blank_lines = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find_first_not_of(' ') == std::string_view::npos) {
      ++blank_lines;
      continue;
    }
    const bool is_code = line.starts_with(kCodeIndent);
    if (!is_code && blank_lines > 0) change(Block::kNone);
    const bool goes_on = block == (is_code ? Block::kCode : Block::kProse);
    change(is_code ? Block::kCode : Block::kProse);
    if (goes_on) out.append(is_code ? blank_lines + 1 : 1, '\n');
    blank_lines = 0;
    out += is_code ? html(line.substr(kCodeIndent.size())) : inline_prose(line);
  }
  change(Block::kNone);
  return out;
}

std::string html_source(const source::FileTable& files, const source::Span& span, std::uint32_t around) {
  if (!span.file || files.file(span.file).text.empty()) return {};
  const source::LineIndex& lines = files.lines(span.file);
  const std::uint32_t at = lines.position(span.begin).line;
  const std::uint32_t first = at > around ? at - around : 1, last = std::min(at + around, lines.line_count());
  std::size_t common = std::string_view::npos;
  for (std::uint32_t line = first; line <= last; ++line) {
    const std::string_view text = lines.line_text(line);
    if (indentation(text) < text.size()) common = std::min(common, indentation(text));
  }
  std::string out = "<pre class=\"source\">";
  for (std::uint32_t line = first; line <= last; ++line) {
    const std::string_view whole = lines.line_text(line);
    const std::size_t cut = std::min(common, indentation(whole));
    const std::string_view text = whole.substr(cut);
    out += "<span class=\"line\"><span class=\"number\">" + std::to_string(line) + "</span><code>";
    if (line == at) {
      const std::size_t start = lines.line_start(line) + cut;
      const std::size_t begin = span.begin > start ? span.begin - start : 0, end = span.end > start ? span.end - start : 0;
      const Excerpt excerpt = excerpt_of(text, begin, end, kLineColumns);
      const std::string_view shown = excerpt.line;
      const std::size_t from = byte_of(shown, excerpt.caret), to = byte_of(shown, excerpt.caret + excerpt.length);
      out += escaped(shown.substr(0, from)) + "<mark>" + escaped(shown.substr(from, to - from)) + "</mark>" +
             escaped(shown.substr(to));
    } else {
      out += escaped(excerpt_of(text, 0, 0, kLineColumns).line);
    }
    out += "</code></span>";
  }
  return out + "</pre>";
}

}  // namespace beamwright::report
