// What of a path of evidence is worth showing beside the line of the finding itself.
#pragma once

#include "report/report.h"

namespace beamwright::report {

inline bool same_line(const Review& review, const source::Span& a, const source::Span& b) {
  if (!review.files || !a.file || a.file != b.file) return false;
  return review.files->position(a.file, a.begin).line == review.files->position(b.file, b.begin).line;
}

// A path of one step on the line of the finding says nothing new.
inline bool has_path_to_show(const Review& review, const findings::Finding& finding) {
  return finding.path.size() > 1 || (finding.path.size() == 1 && !same_line(review, finding.path[0].span, finding.span));
}

}  // namespace beamwright::report
