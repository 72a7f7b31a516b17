// Counts and names of rules, set into sentences.
#include "report/summary.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "report/counts.h"
#include "report/layout.h"

namespace beamwright::report {
namespace {

using findings::Finding;
using findings::Severity;

// "call-cycle (BW403), blocking-call-handler (BW401)": the rules of the findings asked for, worst first, each once.
template <typename Wanted>
std::string rules_of(const Review& review, Wanted wanted) {
  std::vector<const Finding*> rules;
  for (const Severity severity : kSeverities) {
    for (const Finding& finding : review.findings) {
      if (finding.severity != severity || !wanted(finding)) continue;
      const bool known = std::any_of(rules.begin(), rules.end(), [&](const Finding* r) { return r->code == finding.code; });
      if (!known) rules.push_back(&finding);
    }
  }
  constexpr std::size_t kShown = 4;
  std::string text;
  for (std::size_t i = 0; i < std::min(rules.size(), kShown); ++i) {
    if (i > 0) text += ", ";
    text += std::string(rules[i]->name) + " (" + std::string(rules[i]->code) + ")";
  }
  if (rules.size() > kShown) text += " and " + counted(rules.size() - kShown, "other rule");
  return text;
}

std::string reasons_of_findings(const Review& review) {
  const Counts all(review.findings);
  const unsigned critical = all.of(Severity::kCritical), high = all.of(Severity::kHigh);
  std::string counts = critical > 0 ? counted(critical, "critical", "critical") : "";
  if (high > 0) counts += (counts.empty() ? "" : " and ") + counted(high, "high", "high");
  counts += critical + high == 1 ? " finding" : " findings";
  switch (review.verdict) {
    case findings::Verdict::kShip: {
      const unsigned medium = all.of(Severity::kMedium);
      return medium == 0 ? "no finding of medium severity or above"
                         : "no finding of high severity or above, " + counted(medium, "medium one", "medium ones") + " to weigh";
    }
    case findings::Verdict::kFixFirst:
      return counts + ": " + rules_of(review, [](const Finding& f) { return f.severity >= Severity::kHigh; });
    case findings::Verdict::kNeedsRedesign:
      return counts + "; the design itself is at fault: " + rules_of(review, [](const Finding& f) {
               return f.structural && f.severity >= Severity::kHigh;
             });
    case findings::Verdict::kNotJudged:
      break;
  }
  return counts;
}

}  // namespace

bool is_comment(const source::Diagnostic& diagnostic) { return diagnostic.kind == source::DiagnosticKind::kSuppression; }

std::size_t files_of(const source::Diagnostics& diagnostics) {
  std::set<source::FileId> files;
  for (const source::Diagnostic& diagnostic : diagnostics) files.insert(diagnostic.span.file);
  return files.size();
}

std::string reasons_of(const Review& review) {
  source::Diagnostics unread;
  std::copy_if(review.diagnostics.begin(), review.diagnostics.end(), std::back_inserter(unread),
               [](const source::Diagnostic& d) { return !is_comment(d); });
  const std::size_t files = files_of(unread);
  if (review.verdict == findings::Verdict::kNotJudged) return "no function could be read in " + counted(files, "file");
  return reasons_of_findings(review) + (files > 0 ? "; " + counted(files, "file") + " not wholly read" : "");
}

std::string scope_of(const Review& review) {
  return "Reviewed " + counted(review.file_count, "file") + " with " + counted(review.line_count, "line") + ": " +
         counted(review.module_count, "module") + ", " + counted(review.process_count, "process", "processes") + ", " +
         counted(review.supervisor_count, "supervisor") + ".";
}

std::string hidden_of(const Review& review) {
  std::string text;
  const auto add = [&](std::uint32_t count, std::string_view why) {
    if (count > 0) text += (text.empty() ? "Not shown: " : ", ") + grouped(count) + " " + std::string(why);
  };
  add(review.suppressed_count, "suppressed in the code");
  add(review.known_count, "in the baseline");
  add(review.unchanged_count, "that the change did not touch");
  return text.empty() ? text : text + ".";
}

}  // namespace beamwright::report
