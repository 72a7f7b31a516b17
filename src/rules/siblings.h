// How two process classes stand to each other in the supervision forest: what happens to one when the other is restarted.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "rules/child_starts.h"

namespace beamwright::rules {

enum class Kinship : std::uint8_t {
  kUnknown,   // no supervisor above both is in sight
  kTogether,  // the dependent is restarted with the other
  kAlone,     // the other is restarted without the dependent
};

struct Relation {
  Kinship kinship = Kinship::kUnknown;
  analysis::TreeId tree;               // the nearest supervisor above both
  analysis::ExprRef dependent, other;  // their places, or their ancestors', among its children
};

class Siblings {
 public:
  Siblings(const Program& program, const Facts& facts);
  // Does `dependent` see a restart when `other` is restarted? kAlone when some supervisor in sight restarts `other` alone.
  Relation relation(ModuleId dependent, ModuleId other) const;
  // Is the class in the list of some supervisor, as itself and not as one of many that are started on demand?
  bool is_static(ModuleId module) const { return static_.contains(module); }
  bool is_known(ModuleId module) const { return places_.contains(module); }

 private:
  struct At {
    analysis::TreeId tree;
    std::uint32_t index;
    bool operator<(const At& other) const {
      return tree.index != other.tree.index ? tree.index < other.tree.index : index < other.index;
    }
  };
  void enter(analysis::TreeId id, std::vector<At>& above);

  const Program& program_;
  const analysis::Forest& forest_;
  std::map<ModuleId, std::set<At>> places_;
  std::set<ModuleId> static_;
};

// "one_for_one"; where the strategy of a tree is written, when that is in sight.
source::Span strategy_place(const Program& program, const Facts& facts, const analysis::Tree& tree);

}  // namespace beamwright::rules
