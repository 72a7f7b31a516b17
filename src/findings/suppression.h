// Comments that tell Beamwright to be silent about a place, with the reason why:
//
//   # beamwright:ignore BW401 the vendor's client answers within 50 ms     the same line, or the next line of code
//   # beamwright:ignore-function BW401,BW404 reason                        the function around it, or the one that follows
//   % beamwright:ignore-file state reason                                  the file
//
// A rule is named by code or name, a family by its name. Without a reason nothing is suppressed: whoever reads the code next has
// to know why.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "findings/finding.h"
#include "source/diagnostic.h"
#include "source/files.h"

namespace beamwright::findings {

struct Suppression {
  enum class Scope : std::uint8_t { kLine, kFunction, kFile };
  source::Span comment;
  Scope scope = Scope::kLine;
  std::vector<std::string> rules;  // as written: codes, names, families
  source::Span covers;             // findings that begin here are suppressed
  std::vector<bool> used;          // by rule
};

inline constexpr std::string_view kSuppressionMark = "beamwright:ignore";

// Reads one comment, from its # or % on. None when it is no suppression; a malformed one is a diagnostic instead. `covers` is set
// for all scopes but kFunction, which is the caller's to find.
std::optional<Suppression> read_suppression(const source::FileTable& files, source::Span comment,
                                            source::Diagnostics& diagnostics);

// Does a word (code, name or family; any case, - or _) name the rule of this finding?
bool names_rule(std::string_view word, const Finding& finding);

// Takes out the findings that are suppressed, and marks the suppressions by which they were. Returns what is left.
Findings suppress(Findings findings, std::vector<Suppression>& suppressions);

// One diagnostic for each rule that a suppression names in vain.
void report_unused(const std::vector<Suppression>& suppressions, source::Diagnostics& diagnostics);

}  // namespace beamwright::findings
