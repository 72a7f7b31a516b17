#include "findings/suppression.h"

#include <algorithm>

namespace beamwright::findings {
namespace {

using source::DiagnosticKind;
using source::FileTable;
using source::Span;
using Scope = Suppression::Scope;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// The next word of a text, which loses it.
std::string_view take_word(std::string_view& text) {
  text = trimmed(text);
  const auto end = static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_blank) - text.begin());
  const std::string_view word = text.substr(0, end);
  text = trimmed(text.substr(end));
  return word;
}

char folded(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c + 32);
  return c == '_' ? '-' : c;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return folded(x) == folded(y); });
}

// A line that only comments stand on, or nothing.
bool has_code(std::string_view line) {
  line = trimmed(line);
  return !line.empty() && line.front() != '#' && line.front() != '%';
}

// The line that a comment speaks of: its own when code stands before it, else the next one with code.
Span line_covered(const FileTable& files, Span comment) {
  const source::LineIndex& lines = files.lines(comment.file);
  std::uint32_t line = lines.position(comment.begin).line;
  const std::string_view before = lines.line_text(line).substr(0, comment.begin - lines.line_start(line));
  if (trimmed(before).empty()) {
    do ++line;
    while (line < lines.line_count() && !has_code(lines.line_text(line)));
  }
  return {comment.file, lines.line_start(line), lines.line_start(line + 1)};
}

std::optional<Scope> scope_named(std::string_view suffix) {
  if (suffix.empty()) return Scope::kLine;
  if (suffix == "-function") return Scope::kFunction;
  if (suffix == "-file") return Scope::kFile;
  return std::nullopt;
}

std::vector<std::string> split_rules(std::string_view word) {
  std::vector<std::string> rules;
  while (!word.empty()) {
    const std::size_t end = std::min(word.find(','), word.size());
    if (end > 0) rules.emplace_back(word.substr(0, end));
    word.remove_prefix(std::min(end + 1, word.size()));
  }
  return rules;
}

}  // namespace

std::optional<Suppression> read_suppression(const FileTable& files, Span comment, source::Diagnostics& diagnostics) {
  const std::string_view all = files.file(comment.file).text.substr(comment.begin, comment.end - comment.begin);
  std::string_view text = all.substr(std::min(all.find_first_not_of("#%"), all.size()));
  text = trimmed(text);
  if (!text.starts_with(kSuppressionMark)) return std::nullopt;
  const auto refuse = [&](std::string message) {
    diagnostics.push_back({DiagnosticKind::kSuppression, comment, std::move(message)});
    return std::nullopt;
  };
  const std::string_view word = take_word(text);
  const auto scope = scope_named(word.substr(kSuppressionMark.size()));
  if (!scope) {
    return refuse(std::string(word) + " is no word of Beamwright: write beamwright:ignore, beamwright:ignore-function or " +
                  "beamwright:ignore-file");
  }
  Suppression suppression{comment, *scope, split_rules(take_word(text)), {}, {}};
  if (suppression.rules.empty())
    return refuse("names no rule, and suppresses nothing: write " + std::string(word) + " RULE reason");
  if (text.empty()) {
    return refuse("gives no reason, and suppresses nothing: write why " + suppression.rules.front() + " does not bite here");
  }
  suppression.used.resize(suppression.rules.size());
  if (*scope == Scope::kLine) suppression.covers = line_covered(files, comment);
  if (*scope == Scope::kFile) {
    suppression.covers = {comment.file, 0, static_cast<std::uint32_t>(files.file(comment.file).text.size() + 1)};
  }
  return suppression;
}

bool names_rule(std::string_view word, const Finding& finding) {
  return same_word(word, finding.code) || same_word(word, finding.name) || same_word(word, to_string(finding.family));
}

Findings suppress(Findings findings, std::vector<Suppression>& suppressions) {
  if (suppressions.empty()) return findings;
  std::erase_if(findings, [&](const Finding& finding) {
    bool silent = false;
    for (Suppression& s : suppressions) {
      const bool covered =
          s.covers.file == finding.span.file && s.covers.begin <= finding.span.begin && finding.span.begin < s.covers.end;
      if (!covered) continue;
      for (std::size_t i = 0; i < s.rules.size(); ++i) {
        if (!names_rule(s.rules[i], finding)) continue;
        s.used[i] = true;
        silent = true;
      }
    }
    return silent;
  });
  return findings;
}

void report_unused(const std::vector<Suppression>& suppressions, source::Diagnostics& diagnostics) {
  for (const Suppression& s : suppressions) {
    for (std::size_t i = 0; i < s.rules.size(); ++i) {
      if (s.used[i]) continue;
      diagnostics.push_back({DiagnosticKind::kSuppression, s.comment, s.rules[i] + " finds nothing here: take the comment away"});
    }
  }
}

}  // namespace beamwright::findings
