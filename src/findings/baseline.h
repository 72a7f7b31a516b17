// The findings a team has decided to live with: a file of fingerprints, so that a review speaks of new ones alone.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "findings/finding.h"
#include "source/files.h"

namespace beamwright::findings {

using Fingerprints = std::set<std::string, std::less<>>;

// The error says what is wrong with the text; the caller knows whose it is.
Result<Fingerprints> read_baseline(std::string_view text);

// One line a finding, sorted by fingerprint, so that two versions of the file can be compared and merged by line.
std::string write_baseline(const Findings& findings, const source::FileTable& files);

}  // namespace beamwright::findings
