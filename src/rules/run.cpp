// Each rule writes into a list of its own; the lists are joined in order.
#include "rules/run.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

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

// Where the functions stand that templates bring to modules.
std::set<source::Span> brought_functions(const model::Program& program) {
  std::set<source::Span> places;
  for (const model::FunctionRange::Range& range : program.brought) {
    for (const model::FunctionId id : range) {
      const model::Function& f = program.function(id);
      places.insert({program.unit_of(id).file, f.begin, f.end});
    }
  }
  return places;
}

bool is_inside(const std::set<source::Span>& places, const source::Span& span) {
  return std::any_of(places.begin(), places.end(), [&](const source::Span& place) {
    return place.file == span.file && place.begin <= span.begin && span.end <= place.end;
  });
}

// A fault of a template is found in each module that uses it. It is told once, where the template stands, as gravely as any.
void tell_once(const std::set<source::Span>& brought, findings::Findings& found) {
  if (brought.empty() || found.size() < 2) return;
  std::map<source::Span, std::size_t> first;
  findings::Findings told;
  for (findings::Finding& finding : found) {
    if (is_inside(brought, finding.span)) {
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
  const std::set<source::Span> brought = brought_functions(program);
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
      tell_once(brought, outcomes[i].findings);
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
