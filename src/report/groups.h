// In which order people read findings: those of one process together, for they tell one story, and of all of them the few that
// matter most.
#pragma once

#include <vector>

#include "design/design.h"
#include "report/report.h"

namespace beamwright::report {

// A finding with what the design knows of it.
struct Placed {
  const findings::Finding* finding = nullptr;
  const design::Concern* concern = nullptr;  // null without a design
  std::uint32_t node = design::kNone;        // the process or supervisor it concerns
  std::uint32_t callers = 0;                 // processes and functions elsewhere that send to that process
};

// Findings of one process or supervisor, or of one file where they concern none; the worst first.
struct Group {
  std::uint32_t node = design::kNone;
  source::FileId file;
  std::vector<Placed> findings;
};

// The findings of a review; without a design (null) all of them are grouped by file. Groups stand in the order of what is worst
// in each: by severity, then by callers, then as in the review.
std::vector<Group> group_findings(const Review& review, const design::Design* design);

// The findings that matter most, at most so many: by severity, then by callers. No rule takes more than two of the places.
std::vector<Placed> weightiest(const std::vector<Group>& groups, std::size_t most);

}  // namespace beamwright::report
