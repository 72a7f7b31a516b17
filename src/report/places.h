// What formats for other programs share: where a finding is as seen from the folder in which the command was run (a pipeline runs
// in the root of the repository), which findings come first where only some fit, and texts that another program can take.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/report.h"

namespace beamwright::report {

// The path of a file from the folder in which the command was run, where the reviewed root was named relative to it and lies
// below; else from the root. "." (or the root itself) when there is no file. Any bytes, as the file system has them.
std::string path_from_here(const Review& review, source::FileId file);

// A place with its end on the line of its begin: where a span goes on over several lines, it ends with its first one.
struct OneLine {
  source::Position begin, end;
};
OneLine one_line(const Review& review, source::Span span);

// 1-based line and column of a span's begin; line 1, column 1 where there is no file.
source::Position place_of(const Review& review, source::Span span);

// "lib/a.ex:12"
std::string place_words(const Review& review, source::Span span);

// By severity, then by confidence, then as they stand.
std::vector<const findings::Finding*> worst_first(const findings::Findings& findings);

// What a diagnostic is about, as an identifier: "beamwright-syntax".
std::string code_of(const source::Diagnostic& diagnostic);
// Another text for another diagnostic, the same one in the next review; 16 hexadecimal digits.
std::string fingerprint_of(const Review& review, const source::Diagnostic& diagnostic);

// Several lines for people: message, why, path and fix, with no markup.
std::string plain_words(const Review& review, const findings::Finding& finding);

// "3 high and 2 medium findings", "no findings"; the worst first.
std::string counts_in_words(const findings::Findings& findings);

// The text with a full stop at its end.
std::string sentence(std::string_view text);

// At most so many bytes, "…" among them, cut between characters.
std::string clipped(std::string text, std::size_t bytes);

}  // namespace beamwright::report
