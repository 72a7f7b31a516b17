// A rule's findings carry the rule's own identity, whatever the rule filled in.
#include "rules/rule.h"

namespace beamwright::rules {

findings::Finding Reporter::finding() const {
  findings::Finding finding;
  finding.code = info_.code;
  finding.name = info_.name;
  finding.family = info_.family;
  finding.severity = info_.severity;
  return finding;
}

void Reporter::report(findings::Finding finding) {
  if (only_ && finding.span.file != only_) return;
  finding.code = info_.code;
  finding.name = info_.name;
  finding.family = info_.family;
  out_.push_back(std::move(finding));
}

}  // namespace beamwright::rules
