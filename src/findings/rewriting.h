// Carries out the rewrites of findings on texts: what `check --diff` shows and `check --fix` writes.
#pragma once

#include <string>
#include <vector>

#include "findings/finding.h"
#include "source/files.h"

namespace beamwright::findings {

// Which rewrites can be carried out together, as indices of findings.
struct Choice {
  std::vector<std::size_t> done;     // these can
  std::vector<std::size_t> left;     // these touch one that is done: another run takes them
  std::vector<std::size_t> without;  // these have none
  std::vector<std::size_t> edits;    // of `done`, those whose edits make all that is to do: of several that ask for the same, one
};

// Takes the rewrites in the order of the findings, each as a whole or not at all. Two that ask for the very same edits are one.
Choice choose(const Findings& findings);

struct RewrittenFile {
  source::FileId file;
  std::string text;               // after all rewrites that touch it
  std::vector<std::size_t> from;  // those rewrites, as indices of findings
};

struct Rewriting {
  std::vector<RewrittenFile> files;  // by path
  Choice choice;                     // whose rewrites are in `files`
};

// Carries out what choose() chooses. Line ends that a rewrite inserts become those of the file.
Rewriting carry_out(const Findings& findings, const source::FileTable& files);

}  // namespace beamwright::findings
