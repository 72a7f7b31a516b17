// What one analysis of a project leaves for the next one, after an edit. Who analyses once needs none of it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "analysis/carry.h"
#include "analysis/hints.h"
#include "analysis/kept_callees.h"

namespace beamwright::analysis {

struct Forest;
class Reads;

class Kept {
 public:
  // Of a program whose units are about to be taken back, and its facts, which are of no use afterwards but may be destroyed at
  // leisure.
  void keep(const model::Program& program, Facts& facts);
  // The unit of a file is about to be replaced by another.
  void replaced(std::unique_ptr<model::Unit> before);
  // Nothing of what was found is worth anything any more: the files are others.
  void forget() { *this = {}; }

 private:
  friend Facts analyse(const model::Program&, const knowledge::Knowledge&, unsigned, const std::vector<source::Application>*,
                       const Hints&, Kept*);
  friend std::shared_ptr<const Forest> carry_forest(const model::Program&, const Facts&, const Kept&, const Carry&);

  std::optional<Numbering> numbering_;
  Carry::Replaced replaced_;
  Calls calls_;
  KeptCallees callees_;
  std::vector<Supervisor> supervisors_;
  std::shared_ptr<const Forest> forest_;
  std::shared_ptr<Reads> forest_reads_;
  std::vector<CallId> adding_sites_;
};

// As the analyse() of facts.h; what is found is the same with and without what was kept.
Facts analyse(const model::Program& program, const knowledge::Knowledge& knowledge, unsigned jobs,
              const std::vector<source::Application>* applications, const Hints& hints, Kept* kept);

// The forest as it was then, by the numbers of now; null when something that it was made of has changed. Wants the calls and
// supervisors of now.
std::shared_ptr<const Forest> carry_forest(const model::Program& program, const Facts& facts, const Kept& kept,
                                           const Carry& carry);

}  // namespace beamwright::analysis
