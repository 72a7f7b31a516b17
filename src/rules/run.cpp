// Each rule writes into a list of its own; the lists are joined in order.
#include "rules/run.h"

#include <exception>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "analysis/instances.h"
#include "analysis/tables.h"
#include "base/parallel.h"

namespace beamwright::rules {
namespace {

// What goes wrong here goes wrong again in the rule that asks, and is told with its name.
void find_tables(const model::Program& program, const analysis::Facts& facts) {
  try {
    (void)analysis::tables_of(program, facts);
  } catch (...) {
  }
}

// A fault of a template is found in each module that uses it. It is told once, where the template stands, as gravely as any.
void tell_once(const analysis::Instantiated& templates, findings::Findings& found) {
  if (found.size() < 2) return;
  std::map<source::Span, std::size_t> first;
  findings::Findings told;
  for (findings::Finding& finding : found) {
    if (templates.covers(finding.span)) {
      const auto [at, fresh] = first.try_emplace(finding.span, told.size());
      if (!fresh) {
        if (finding.severity > told[at->second].severity) told[at->second] = std::move(finding);
        continue;
      }
    }
    told.push_back(std::move(finding));
  }
  found = std::move(told);
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
  const analysis::Instantiated templates(program);
  // What many rules share is found before the rules that would wait for it.
  parallel_for(1 + rules.size(), jobs, [&](std::size_t number) {
    if (stop.stop_requested()) return;
    if (number == 0) return find_tables(program, facts);
    const std::size_t i = number - 1;
    const Rule& rule = *rules[i].rule;
    const auto failed = [&](const char* what) {
      outcomes[i].findings.clear();
      outcomes[i].failure = std::string(rule.info.code) + " " + std::string(rule.info.name) + ": " + what;
    };
    try {
      Reporter reporter(rule.info, outcomes[i].findings, only);
      rule.check(program, facts, reporter);
      tell_once(templates, outcomes[i].findings);
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
