// The words of the JSON contract, and the verdict.
#include "findings/finding.h"

namespace beamwright::findings {

std::string_view to_string(Family family) {
  switch (family) {
    case Family::kSupervision:
      return "supervision";
    case Family::kMailbox:
      return "mailbox";
    case Family::kBottleneck:
      return "bottleneck";
    case Family::kBlocking:
      return "blocking";
    case Family::kState:
      return "state";
    case Family::kCluster:
      return "cluster";
  }
  return "supervision";
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return "info";
    case Severity::kLow:
      return "low";
    case Severity::kMedium:
      return "medium";
    case Severity::kHigh:
      return "high";
    case Severity::kCritical:
      return "critical";
  }
  return "info";
}

std::string_view to_string(Confidence confidence) {
  switch (confidence) {
    case Confidence::kPossible:
      return "possible";
    case Confidence::kLikely:
      return "likely";
    case Confidence::kCertain:
      return "certain";
  }
  return "possible";
}

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kShip:
      return "SHIP";
    case Verdict::kFixFirst:
      return "FIX-FIRST";
    case Verdict::kNeedsRedesign:
      return "NEEDS-REDESIGN";
    case Verdict::kNotJudged:
      return "NOT-JUDGED";
  }
  return "SHIP";
}

Verdict verdict_of(const Findings& findings) {
  Verdict verdict = Verdict::kShip;
  for (const Finding& finding : findings) {
    if (finding.severity < Severity::kHigh) continue;
    if (finding.structural) return Verdict::kNeedsRedesign;
    verdict = Verdict::kFixFirst;
  }
  return verdict;
}

}  // namespace beamwright::findings
