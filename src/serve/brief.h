// A review in few words, for readers who pay by the word: coding agents. The verdict first, then the worst findings, each with
// its place, what is wrong, why in one sentence, and what to write instead; and what was left out.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "report/report.h"

namespace beamwright::serve {

// Findings of at least this severity, the worst and surest first, then by path and place.
std::vector<const findings::Finding*> worst_first(const report::Review& review, findings::Severity lowest);

// "lib/a.ex:12", relative to the reviewed root.
std::string place_text(const report::Review& review, source::Span span);

// How a finding's rewrite is had, in the words of who has a command line.
inline constexpr std::string_view kRewrittenByCommand = "`beamwright check --fix` writes it";

// Three to five lines, with the steps of its evidence when asked for.
std::string finding_text(const report::Review& review, const findings::Finding& finding, bool evidence = false,
                         std::string_view rewritten_by = kRewrittenByCommand);

// "1 critical, 2 high": the severities that occur among these; "no finding" when there is none.
std::string counts_text(const std::vector<const findings::Finding*>& findings);

// "NEEDS-REDESIGN: 1 critical, 2 high findings; 49 files reviewed"
std::string verdict_text(const report::Review& review, const std::vector<const findings::Finding*>& findings);

// The first sentence of a text that explains.
std::string_view first_sentence(std::string_view text);

// Files that could not be read or understood, at most `limit` of them by name; empty when there are none.
std::string diagnostics_text(const report::Review& review, std::size_t limit);

}  // namespace beamwright::serve
