#include "analysis/kept.h"

#include <algorithm>

#include "analysis/added_children.h"
#include "analysis/forest.h"
#include "analysis/on_demand.h"
#include "analysis/reads.h"

namespace beamwright::analysis {

using model::Program;

void Kept::keep(const Program& program, Facts& facts) {
  numbering_.emplace(program);
  replaced_.clear();
  calls_ = std::move(facts.calls);
  supervisors_ = std::move(facts.supervisors);
  forest_ = facts.on_demand->forest;
  forest_reads_ = facts.on_demand->forest_reads;
  adding_sites_ = std::move(facts.on_demand->adding_sites);
}

void Kept::replaced(std::unique_ptr<model::Unit> before) {
  if (!numbering_ || !before) return;
  // Of several texts that nobody analysed the first is the one that was.
  const source::FileId file = before->file;
  replaced_.try_emplace(file, std::move(before));
}

namespace {

// Takes a forest from numbers of then to those of now. False when a place is not there any more.
class Mover {
 public:
  explicit Mover(const Carry& carry) : carry_(carry) {}

  bool move(Forest& forest) {
    for (TreeApplication& application : forest.applications) move(application.start);
    for (Tree& tree : forest.trees) {
      move(tree.source), move(tree.function), move(tree.place);
      for (TreeChild& child : tree.children) move(child.place), move(child.source);
      for (ExprRef& place : tree.added_at) move(place);
    }
    return all_;
  }

 private:
  void move(FunctionId& f) { settle(f, carry_.function(f)); }
  void move(ModuleId& m) { settle(m, carry_.module(m)); }
  void move(ExprRef& place) { settle(place, carry_.expr(place)); }
  template <typename Place>
  void settle(Place& then, Place now) {
    all_ = all_ && static_cast<bool>(then) == static_cast<bool>(now);
    then = now;
  }

  const Carry& carry_;
  bool all_ = true;
};

}  // namespace

std::shared_ptr<const Forest> carry_forest(const Program& program, const Facts& facts, const Kept& kept, const Carry& carry) {
  if (!kept.forest_ || !kept.forest_reads_ || !kept.forest_reads_->hold(carry, kept.calls_, program, facts.calls)) return {};
  // What the forest is looked for in: the supervisors, and the calls that add children.
  const auto same = [&](const Supervisor& then, const Supervisor& now) {
    return carry.module(then.module) == now.module && carry.function(then.function) == now.function &&
           carry.expr(then.flags_expr) == now.flags_expr;
  };
  if (!std::equal(kept.supervisors_.begin(), kept.supervisors_.end(), facts.supervisors.begin(), facts.supervisors.end(), same))
    return {};
  if (!std::equal(kept.adding_sites_.begin(), kept.adding_sites_.end(), facts.on_demand->adding_sites.begin(),
                  facts.on_demand->adding_sites.end(), [&](CallId then, CallId now) { return carry.call(then) == now; }))
    return {};
  auto forest = std::make_shared<Forest>(*kept.forest_);
  if (!Mover(carry).move(*forest)) return {};
  kept.forest_reads_->move(carry);
  facts.on_demand->forest_reads = kept.forest_reads_;
  return forest;
}

}  // namespace beamwright::analysis
