// One review, ready to be written. Each format is one file of this folder and takes nothing but this.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "findings/finding.h"
#include "findings/selection.h"
#include "source/diagnostic.h"
#include "source/files.h"

namespace beamwright::design {
struct Design;
}

namespace beamwright::report {

struct Review {
  std::string root;  // as the user named it
  const source::FileTable* files = nullptr;
  findings::Findings findings;      // sorted: path, line, column, code
  source::Diagnostics diagnostics;  // sorted: path, line
  findings::Verdict verdict = findings::Verdict::kShip;
  findings::Selection selection;  // the rules that were asked for
  // From this severity on a finding makes the exit code 1; none: nothing does. The command line sets it.
  std::optional<findings::Severity> fail_on = findings::Severity::kHigh;
  // Findings that there are and that are not shown.
  std::uint32_t suppressed_count = 0;  // by a comment in the code
  std::uint32_t known_count = 0;       // by the baseline
  std::uint32_t unchanged_count = 0;   // by --since
  // What was looked at.
  std::uint32_t file_count = 0;  // reviewed files
  std::uint64_t line_count = 0;  // of reviewed files
  std::uint64_t byte_count = 0;
  std::uint32_t module_count = 0;
  std::uint32_t process_count = 0;  // process classes of reviewed files
  std::uint32_t supervisor_count = 0;

  bool fails(const findings::Finding& finding) const { return fail_on && finding.severity >= *fail_on; }
};

struct TextOptions {
  bool color = false;
  bool statistics = false;  // how often each rule speaks, instead of the findings
  std::size_t columns = 100;
  const design::Design* design = nullptr;  // of this review: then findings of one process stand together
};

// For people: each finding with its path and fix, a summary per family, the verdict last.
std::string write_text(const Review& review, const TextOptions& options);

// The contract of ARCHITECTURE.md, schema 1. One object and a line end.
std::string write_json(const Review& review);

// Formats of other programs. Their paths begin in the folder in which the command was run (see path_from_here), for that is what
// pipelines count from; what could not be read wholly is told in each that has a place for it. docs/ci.md shows each in use.

// SARIF 2.1.0 (OASIS), within the limits of GitHub code scanning.
std::string write_sarif(const Review& review);
// GitLab's Code Quality report: a JSON array in a part of Code Climate's format.
std::string write_gitlab(const Review& review);
// JUnit as Jenkins and GitLab read it: a test suite a family, a failure for each finding that fails the check.
std::string write_junit(const Review& review);
// Checkstyle's XML.
std::string write_checkstyle(const Review& review);
// Reviewdog's diagnostic format, rdjson: a rewrite becomes a suggestion.
std::string write_rdjson(const Review& review);
// Workflow commands of GitHub Actions: annotations for the worst, the others as lines of the log.
std::string write_github(const Review& review);
// A comment on a pull request, in GitHub's Markdown with a Mermaid map of the processes concerned; GitLab takes it too.
std::string write_markdown(const Review& review, const design::Design& design);

// One page that opens from disk: the findings beside the map of the design, which must be that of this review.
std::string write_html(const Review& review, const design::Design& design);

}  // namespace beamwright::report
