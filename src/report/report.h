// One review, ready to be written. Each format is one file of this folder and takes nothing but this.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "findings/finding.h"
#include "source/diagnostic.h"
#include "source/files.h"

namespace beamwright::report {

struct Review {
  std::string root;  // as the user named it
  const source::FileTable* files = nullptr;
  findings::Findings findings;      // sorted: path, line, column, code
  source::Diagnostics diagnostics;  // sorted: path, line
  findings::Verdict verdict = findings::Verdict::kShip;
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
};

struct TextOptions {
  bool color = false;
  bool statistics = false;  // how often each rule speaks, instead of the findings
};

// For people: each finding with its path and fix, a summary per family, the verdict last.
std::string write_text(const Review& review, const TextOptions& options);

// The contract of ARCHITECTURE.md, schema 1. One object and a line end.
std::string write_json(const Review& review);

}  // namespace beamwright::report
