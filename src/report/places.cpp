#include "report/places.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>

#include "report/counts.h"
#include "report/layout.h"
#include "source/utf8.h"

namespace beamwright::report {

using findings::Finding;

std::string path_from_here(const Review& review, source::FileId file) {
  const std::string path = file && review.files ? review.files->file(file).path : std::string();
  const std::filesystem::path root = std::filesystem::path(review.root).lexically_normal();
  const std::string first = root.empty() ? std::string(".") : root.begin()->string();
  if (root.is_absolute() || first == "." || first == "..") return path.empty() ? "." : path;
  std::string prefix = root.generic_string();
  while (prefix.ends_with('/')) prefix.pop_back();
  return path.empty() ? prefix : prefix + "/" + path;
}

source::Position place_of(const Review& review, source::Span span) {
  return span.file && review.files ? review.files->position(span.file, span.begin) : source::Position{};
}

OneLine one_line(const Review& review, source::Span span) {
  const source::Position begin = place_of(review, span);
  if (!span.file || !review.files) return {begin, begin};
  source::Position end = review.files->position(span.file, span.end);
  if (end.line != begin.line) {
    const source::LineIndex& lines = review.files->lines(span.file);
    const std::size_t last = lines.line_start(begin.line) + lines.line_text(begin.line).size();
    end = review.files->position(span.file, static_cast<std::uint32_t>(last));
  }
  return {begin, std::max(begin, end)};
}

std::string place_words(const Review& review, source::Span span) {
  return path_from_here(review, span.file) + ":" + std::to_string(place_of(review, span).line);
}

std::vector<const Finding*> worst_first(const findings::Findings& findings) {
  std::vector<const Finding*> sorted;
  for (const Finding& finding : findings) sorted.push_back(&finding);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Finding* a, const Finding* b) {
    return a->severity != b->severity ? a->severity > b->severity : a->confidence > b->confidence;
  });
  return sorted;
}

std::string code_of(const source::Diagnostic& diagnostic) { return "beamwright-" + std::string(to_string(diagnostic.kind)); }

// FNV-1a, 64 bits: stable on every machine, which std::hash is not.
std::string fingerprint_of(const Review& review, const source::Diagnostic& diagnostic) {
  const source::Position place = place_of(review, diagnostic.span);
  const std::string text = code_of(diagnostic) + '\0' + path_from_here(review, diagnostic.span.file) + '\0' +
                           std::to_string(place.line) + ':' + std::to_string(place.column) + '\0' + diagnostic.message;
  std::uint64_t hash = 0xCBF29CE484222325ull;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
  std::string digits(16, '0');
  for (std::size_t i = digits.size(); i-- > 0; hash >>= 4) digits[i] = "0123456789abcdef"[hash & 15];
  return digits;
}

std::string plain_words(const Review& review, const Finding& finding) {
  std::string text = finding.message;
  if (!finding.why.empty()) text += "\n\nWhy: " + finding.why;
  if (!finding.path.empty()) text += "\n\nPath:";
  for (std::size_t i = 0; i < finding.path.size(); ++i) {
    const findings::Step& step = finding.path[i];
    text += "\n  " + std::to_string(i + 1) + ". " + step.message + " (" + place_words(review, step.span) + ")";
  }
  if (!finding.fix.empty()) text += "\n\nInstead: " + finding.fix;
  return text;
}

std::string counts_in_words(const findings::Findings& findings) {
  const Counts counts(findings);
  std::vector<std::string> parts;
  for (const findings::Severity severity : kSeverities) {
    if (const unsigned count = counts.of(severity)) parts.push_back(grouped(count) + " " + std::string(to_string(severity)));
  }
  if (parts.empty()) return "no findings";
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) text += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  return text + (findings.size() == 1 ? " finding" : " findings");
}

std::string sentence(std::string_view text) {
  std::string out(text);
  if (!out.empty() && out.back() != '.' && out.back() != '!' && out.back() != '?') out += '.';
  return out;
}

std::string clipped(std::string text, std::size_t bytes) {
  constexpr std::string_view kMore = "…";
  if (text.size() <= bytes) return text;
  std::size_t at = bytes > kMore.size() ? bytes - kMore.size() : 0;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  text.resize(at);
  return text.append(kMore);
}

}  // namespace beamwright::report
