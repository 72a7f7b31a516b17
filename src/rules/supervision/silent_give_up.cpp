// A supervisor that uses up its restart intensity exits with `shutdown`. A parent that has it as transient takes that for a good
// end, and one that has it as temporary never starts anything again: the whole subtree is gone and nothing above notices.
// Temporary workers under one_for_all and rest_for_one are dropped for good when a sibling's crash ends them (stdlib: supervisor,
// "Child specification" and "Supervision Strategies"; measured on OTP 25 and 27).
#include <algorithm>
#include <optional>
#include <set>

#include "analysis/values.h"
#include "rules/siblings.h"

namespace beamwright::rules {
namespace {

using analysis::Tree;
using analysis::TreeChild;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (const Tree& tree : analysis::forest_of(program_, facts_).trees) {
      for (std::size_t i = 0; i < tree.children.size(); ++i) {
        const TreeChild& child = tree.children[i];
        if (!child.place || !production_place(program_, facts_, child.place)) continue;
        const bool listed = child.origin == analysis::Origin::kList && !tree.dynamic;
        // One of many that come and go may be given up for good; one that is to be restarted after a crash was not meant to.
        if (!listed && child.restart != sym::transient) continue;
        if (!supervisor_gives_up(tree, child) && listed) sibling_is_dropped(tree, i);
      }
    }
  }

 private:
  bool is_supervisor(const TreeChild& child) const {
    // A worker whose start function stands in a supervisor's module is another process.
    if (!child.tree && child.type && child.type.text() == "worker") return false;
    const ProcessId process = child.source ? facts_.processes.of(child.source) : ProcessId();
    return process && facts_.process(process).kind == analysis::ProcessKind::kSupervisor && inner_of(child);
  }

  // The tree of a child; where its arguments are not known, the one that its module is seen to make.
  const Tree* inner_of(const TreeChild& child) const {
    const analysis::Forest& forest = analysis::forest_of(program_, facts_);
    if (child.tree) return &forest.tree(child.tree);
    const auto found = std::find_if(forest.trees.begin(), forest.trees.end(),
                                    [&](const Tree& tree) { return tree.source == child.source && !tree.children.empty(); });
    return found == forest.trees.end() ? nullptr : &*found;
  }

  // The children of a supervisor that has something to restart.
  bool restarts_something(const TreeChild& child) const {
    const Tree& inner = *inner_of(child);
    return std::any_of(inner.children.begin(), inner.children.end(), [](const TreeChild& grandchild) {
      return grandchild.restart == sym::permanent || grandchild.restart == sym::transient;
    });
  }

  // auto_shutdown and significant say that its end is wanted, and so does an intensity of 0.
  bool ends_on_purpose(const Tree& tree, const TreeChild& child) const {
    const Tree& inner = *inner_of(child);
    if (inner.intensity == 0 || (tree.intensity == 0 && child.restart == sym::temporary)) return true;
    for (const ModuleId module : {tree.source, child.source}) {
      if (module && (names(module, "auto_shutdown") || names(module, "significant"))) return true;
    }
    return false;
  }

  bool names(ModuleId module, std::string_view word) const {
    const Unit& unit = program_.unit_of(module);
    const model::Module& m = program_.module(module);
    return std::any_of(unit.exprs.begin(), unit.exprs.end(), [&](const model::Expr& e) {
      return e.kind == ExprKind::kAtom && e.begin >= m.begin && e.end <= m.end && e.symbol().text() == word;
    });
  }

  bool supervisor_gives_up(const Tree& tree, const TreeChild& child) {
    if (child.restart != sym::transient && child.restart != sym::temporary) return false;
    if (!is_supervisor(child) || !restarts_something(child) || ends_on_purpose(tree, child)) return false;
    // start_child called in many places with one specification is one fault.
    if (child.origin != analysis::Origin::kList && !added_.insert(child.source).second) return true;
    const std::string name = model::display_module(program_.module(child.source).name);
    const FunctionId function = function_at(program_, child.place);
    Finding finding = start(child, function);
    if (finding.function.empty()) return true;
    finding.message = "The supervisor " + name + " is a " + std::string(child.restart.text()) +
                      " child: when it gives up, nobody starts it again";
    finding.why = std::string("A supervisor that has used its restarts up exits with `shutdown`, which ") +
                  (child.restart == sym::transient ? "counts as a good end for a transient child"
                                                   : "ends a temporary child like any other reason") +
                  ". The application goes on without " + name + " and everything under it.";
    finding.fix = "Make the supervisor permanent, so that its failure moves up the tree.";
    finding.key = name;
    finding.structural = true;
    if (child.origin == analysis::Origin::kAdded) add_specification(child, finding);
    report_weighed(reporter_, std::move(finding));
    return true;
  }

  // Where the child that start_child is given says how it is restarted.
  void add_specification(const TreeChild& child, Finding& finding) {
    if (!starts_) starts_ = child_starts(program_, facts_);
    for (const ChildStart& start : *starts_) {
      if (start.spec.module != child.source || start.spec.restart != child.restart) continue;
      if (start.spec.restart_place.end <= start.spec.restart_place.begin) continue;
      finding.path.push_back({start.spec.restart_place, "restarted as " + std::string(child.restart.text())});
      return;
    }
  }

  void sibling_is_dropped(const Tree& tree, std::size_t index) {
    const TreeChild& child = tree.children[index];
    if (child.restart != sym::temporary || !child.source) return;
    // With an intensity of 0 the first crash ends all of them.
    if ((tree.strategy != sym::one_for_all && tree.strategy != sym::rest_for_one) || tree.intensity == 0) return;
    const ProcessId process = facts_.processes.of(child.source);
    if (!process || facts_.process(process).kind == analysis::ProcessKind::kTask) return;
    const auto restarted = [](const TreeChild& other) {
      return other.restart == sym::permanent || other.restart == sym::transient;
    };
    const auto end =
        tree.strategy == sym::one_for_all ? tree.children.end() : tree.children.begin() + static_cast<std::ptrdiff_t>(index);
    if (std::none_of(tree.children.begin(), end, restarted)) return;
    const std::string name = model::display_module(program_.module(child.source).name);
    Finding finding = start(child, function_at(program_, child.place));
    if (finding.function.empty()) return;
    finding.message =
        name + " is temporary under " + std::string(tree.strategy.text()) + ": the first crash of a sibling ends it for good";
    finding.why = std::string(tree.strategy.text()) + " ends " + name +
                  " with the sibling that crashed, starts the others again and drops it, because it is temporary: the system "
                  "goes on without it.";
    finding.fix = "Make it permanent or transient, or put it under a supervisor of its own.";
    const Unit& unit = program_.unit_of(child.source);
    for (const model::Directive& directive : unit.directives_of(program_.module(child.source))) {
      if (directive.kind == model::DirectiveKind::kUse && directive.options && !directive.quoted &&
          analysis::literal_option(unit, directive.options, sym::restart))
        finding.path.push_back({{unit.file, directive.begin, directive.end}, "temporary is written here"});
    }
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  Finding start(const TreeChild& child, FunctionId function) {
    const Unit& unit = program_.unit(child.place.unit);
    Finding finding = found_in(reporter_, program_, function, unit.span(child.place.expr));
    if (!reported_.insert({child.place.unit.index, child.place.expr.index}).second) finding.function.clear();
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kPossible;
    finding.path.push_back({finding.span, "a " + std::string(child.restart.text()) + " child"});
    return finding;
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> reported_;
  std::set<ModuleId> added_;
  std::optional<std::vector<ChildStart>> starts_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& silent_give_up() {
  static const Rule rule{{.code = "BW104",
                          .name = "silent-give-up",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kMedium,
                          .summary = "A part of the tree that ends for good without anybody noticing"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
