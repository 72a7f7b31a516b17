// Each rule writes into a list of its own; the lists are joined in order.
#include "rules/run.h"

#include <exception>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "analysis/state_fields.h"
#include "analysis/tables.h"
#include "base/parallel.h"

namespace beamwright::rules {
namespace {

using SharedFact = void (*)(const model::Program&, const analysis::Facts&);

constexpr SharedFact kSharedFacts[] = {
    [](const model::Program& program, const analysis::Facts& facts) { (void)analysis::states_of(program, facts); },
    [](const model::Program& program, const analysis::Facts& facts) { (void)analysis::tables_of(program, facts); },
};

// What goes wrong here goes wrong again in the rule that asks, and is told with its name.
void find_shared(SharedFact find, const model::Program& program, const analysis::Facts& facts) {
  try {
    find(program, facts);
  } catch (...) {
  }
}

}  // namespace

findings::Findings run_all(const model::Program& program, const analysis::Facts& facts, unsigned jobs,
                           std::vector<std::string>& failures) {
  return run_all(program, facts, jobs, failures, {}, {});
}

findings::Findings run_all(const model::Program& program, const analysis::Facts& facts, unsigned jobs,
                           std::vector<std::string>& failures, source::FileId only, const std::stop_token& stop) {
  const auto rules = all_rules();
  struct Outcome {
    findings::Findings findings;
    std::string failure;
  };
  std::vector<Outcome> outcomes(rules.size());
  // Facts that many rules share are found before the rules that would wait for them, the one that takes longest first.
  constexpr std::size_t kShared = std::size(kSharedFacts);
  parallel_for(kShared + rules.size(), jobs, [&](std::size_t number) {
    if (number < kShared) return find_shared(kSharedFacts[number], program, facts);
    const std::size_t i = number - kShared;
    if (stop.stop_requested()) return;
    const Rule& rule = *rules[i].rule;
    const auto failed = [&](const char* what) {
      outcomes[i].findings.clear();
      outcomes[i].failure = std::string(rule.info.code) + " " + std::string(rule.info.name) + ": " + what;
    };
    try {
      Reporter reporter(rule.info, outcomes[i].findings, only);
      rule.check(program, facts, reporter);
    } catch (const std::exception& exception) {
      failed(exception.what());
    } catch (...) {
      failed("an unknown exception");
    }
  });
  findings::Findings all;
  for (Outcome& outcome : outcomes) {
    std::move(outcome.findings.begin(), outcome.findings.end(), std::back_inserter(all));
    if (!outcome.failure.empty()) failures.push_back(std::move(outcome.failure));
  }
  return all;
}

}  // namespace beamwright::rules
