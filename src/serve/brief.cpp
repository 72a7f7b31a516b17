#include "serve/brief.h"

#include <algorithm>

#include "report/counts.h"
#include "report/layout.h"

namespace beamwright::serve {

using findings::Finding;

std::vector<const Finding*> worst_first(const report::Review& review, findings::Severity lowest) {
  std::vector<const Finding*> all;
  for (const Finding& finding : review.findings) {
    if (finding.severity >= lowest) all.push_back(&finding);
  }
  // Findings of a review stand by path and place already.
  std::stable_sort(all.begin(), all.end(), [](const Finding* a, const Finding* b) {
    return a->severity != b->severity ? a->severity > b->severity : a->confidence > b->confidence;
  });
  return all;
}

std::string place_text(const report::Review& review, source::Span span) {
  if (!span.file || !review.files) return ".";
  return report::clean(review.files->file(span.file).path) + ":" +
         std::to_string(review.files->position(span.file, span.begin).line);
}

std::string_view first_sentence(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    // A stop before a small letter or a digit belongs to an abbreviation or a name.
    const bool ends = (text[i] == '.' || text[i] == '?' || text[i] == '!') && text[i + 1] == ' ';
    if (ends && (i + 2 == text.size() || (text[i + 2] >= 'A' && text[i + 2] <= 'Z'))) return text.substr(0, i + 1);
  }
  return text;
}

std::string finding_text(const report::Review& review, const Finding& finding, bool evidence, std::string_view rewritten_by) {
  std::string out = std::string(to_string(finding.severity)) + " " + std::string(finding.code) + " " +
                    place_text(review, finding.span) + " " + report::clean(finding.function);
  if (finding.confidence == findings::Confidence::kPossible) out += " (possible)";
  out += "\n  " + report::clean(finding.message) + "\n";
  if (!finding.why.empty()) out += "  why: " + report::clean(first_sentence(finding.why)) + "\n";
  if (!finding.fix.empty()) out += "  fix: " + report::clean(finding.fix) + "\n";
  if (!finding.rewrite.edits.empty())
    out += "  " + std::string(rewritten_by) + ": " + report::clean(finding.rewrite.title) + "\n";
  if (evidence) {
    for (const findings::Step& step : finding.path) {
      out += "  - " + place_text(review, step.span) + " " + report::clean(step.message) + "\n";
    }
  }
  return out;
}

std::string counts_text(const std::vector<const Finding*>& findings) {
  std::string out;
  for (const findings::Severity severity : report::kSeverities) {
    const auto count = std::count_if(findings.begin(), findings.end(), [&](const Finding* f) { return f->severity == severity; });
    if (count == 0) continue;
    out += (out.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(to_string(severity));
  }
  return out.empty() ? "no finding" : out;
}

std::string verdict_text(const report::Review& review, const std::vector<const Finding*>& findings) {
  return std::string(to_string(review.verdict)) + ": " + counts_text(findings) + "; " +
         report::counted(review.file_count, "file") + " reviewed";
}

std::string diagnostics_text(const report::Review& review, std::size_t limit) {
  std::string out;
  for (std::size_t i = 0; i < review.diagnostics.size(); ++i) {
    if (i == limit) return out + "and " + std::to_string(review.diagnostics.size() - limit) + " more such notes\n";
    const source::Diagnostic& diagnostic = review.diagnostics[i];
    out += "note: " + place_text(review, diagnostic.span) + " " + report::clean(diagnostic.message) + "\n";
  }
  return out;
}

}  // namespace beamwright::serve
