// How many findings of each family and severity a review has: what every format's summary starts from.
#pragma once

#include <array>

#include "findings/finding.h"

namespace beamwright::report {

inline constexpr std::size_t kSeverityCount = 5;
// As people read them, worst first.
inline constexpr std::array kSeverities{findings::Severity::kCritical, findings::Severity::kHigh, findings::Severity::kMedium,
                                        findings::Severity::kLow, findings::Severity::kInfo};
inline constexpr std::array kFamilies{findings::Family::kSupervision, findings::Family::kMailbox, findings::Family::kBottleneck,
                                      findings::Family::kBlocking,    findings::Family::kState,   findings::Family::kCluster};

struct Counts {
  std::array<std::array<unsigned, kSeverityCount>, findings::kFamilyCount> cells{};

  explicit Counts(const findings::Findings& findings) {
    for (const findings::Finding& f : findings) ++cells[static_cast<std::size_t>(f.family)][static_cast<std::size_t>(f.severity)];
  }
  unsigned of(findings::Family family, findings::Severity severity) const {
    return cells[static_cast<std::size_t>(family)][static_cast<std::size_t>(severity)];
  }
  unsigned of(findings::Family family) const {
    unsigned sum = 0;
    for (const findings::Severity severity : kSeverities) sum += of(family, severity);
    return sum;
  }
  unsigned of(findings::Severity severity) const {
    unsigned sum = 0;
    for (const findings::Family family : kFamilies) sum += of(family, severity);
    return sum;
  }
};

}  // namespace beamwright::report
