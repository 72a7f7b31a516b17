// Carries out the rewrites of findings on texts: what `check --diff` shows and `check --fix` writes.
#pragma once

#include <string>
#include <vector>

#include "findings/finding.h"
#include "source/files.h"

namespace beamwright::findings {

struct RewrittenFile {
  source::FileId file;
  std::string text;               // after all rewrites that touch it
  std::vector<std::size_t> from;  // those rewrites, as indices of findings
};

struct Rewriting {
  std::vector<RewrittenFile> files;  // by path
  std::vector<std::size_t> done;     // the findings whose rewrites are in `files`, in order
  std::vector<std::size_t> left;     // those whose rewrites touch one that is done: another run takes them
  std::vector<std::size_t> without;  // those that have no rewrite
};

// Takes the rewrites in the order of the findings, each as a whole or not at all. Two that ask for the very same edits are one.
// Line ends that a rewrite inserts become those of the file.
Rewriting carry_out(const Findings& findings, const source::FileTable& files);

}  // namespace beamwright::findings
