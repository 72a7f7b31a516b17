// Findings in the user's own files alone, in order, each known by its fingerprint; those of them that are wanted; the verdict;
// and what could not be read or understood.
#include "review/conclude.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "findings/deeper.h"
#include "findings/finish.h"
#include "findings/intent.h"
#include "report/summary.h"
#include "review/filter.h"

namespace beamwright::review {
namespace {

using source::Role;

bool is_reviewed(const source::FileTable& files, source::FileId id) { return id && files.file(id).role == Role::kReviewed; }

findings::Findings only_reviewed(findings::Findings findings, const source::FileTable& files) {
  std::erase_if(findings, [&](const findings::Finding& finding) { return !is_reviewed(files, finding.span.file); });
  return findings;
}

// By path and place; a header's diagnostic, found by each file that includes it, is told once.
void sort_diagnostics(source::Diagnostics& diagnostics, const source::FileTable& files) {
  const auto order = [&](const source::Diagnostic& d) {
    const std::string_view path = d.span.file ? std::string_view(files.file(d.span.file).path) : std::string_view();
    return std::tuple(path, d.span.begin, d.span.end, d.kind, std::string_view(d.message));
  };
  std::sort(diagnostics.begin(), diagnostics.end(), [&](const auto& a, const auto& b) { return order(a) < order(b); });
  diagnostics.erase(
      std::unique(diagnostics.begin(), diagnostics.end(), [&](const auto& a, const auto& b) { return order(a) == order(b); }),
      diagnostics.end());
}

void count_what_was_reviewed(report::Review& review, const source::Discovery& discovery, const Reading& reading,
                             const model::Program& program, const analysis::Facts& facts) {
  const auto reviewed = [&](model::ModuleId id) { return program.unit_of(id).role == Role::kReviewed; };
  for (const source::FileId id : discovery.sources) review.file_count += is_reviewed(*discovery.files, id);
  review.line_count = reading.reviewed_lines;
  review.byte_count = reading.reviewed_bytes;
  for (std::size_t i = 0; i < program.modules.size(); ++i) {
    const model::ModuleId id(i);
    review.module_count += reviewed(id) && program.module(id).kind != model::ModuleKind::kScript;
  }
  for (const analysis::Process& process : facts.processes.processes) review.process_count += reviewed(process.module);
  for (const analysis::Supervisor& supervisor : facts.supervisors) review.supervisor_count += reviewed(supervisor.module);
}

// A clean verdict over nothing must not look like one over something.
bool nothing_was_judged(const report::Review& review, const model::Program& program) {
  source::Diagnostics unread = review.diagnostics;
  std::erase_if(unread, [](const source::Diagnostic& d) { return report::is_comment(d); });
  const std::size_t files = report::files_of(unread);
  if (files == 0 || files < review.file_count || !review.findings.empty()) return false;
  // What a parser makes of a function with a fault inside is a guess.
  const auto is_whole = [&](const model::Unit& unit, const model::Function& function) {
    return std::none_of(function.clauses.begin(), function.clauses.end(), [&](model::ClauseId id) {
      const model::Clause& clause = unit.clause(id);
      return std::any_of(unread.begin(), unread.end(), [&](const source::Diagnostic& d) {
        return d.span.file == unit.file && d.span.begin >= clause.begin && d.span.begin <= clause.end;
      });
    });
  };
  for (std::size_t i = 0; i < program.functions.size(); ++i) {
    const model::FunctionId id(i);
    const model::Unit& unit = program.unit_of(id);
    const model::Function& function = program.function(id);
    if (unit.role == Role::kReviewed && !function.has(model::kModuleBody) && is_whole(unit, function)) return false;
  }
  return true;
}

}  // namespace

std::optional<std::string> conclude(Conclusion conclusion, Reading& reading, Checked& checked) {
  const source::Discovery& discovery = checked.discovery;
  const source::FileTable& files = *discovery.files;
  report::Review& review = checked.review;
  findings::Findings found = only_reviewed(std::move(conclusion.found), files);
  found = findings::weigh_intent(findings::without_shallower(findings::finish(std::move(found), files)), files);
  place_suppressions(conclusion.program, reading.suppressions, review.diagnostics);
  Result<findings::Findings> shown = choose_shown(std::move(found), conclusion.options, checked, reading.suppressions, review);
  if (!shown) return shown.error();
  if (conclusion.only) {
    std::erase_if(*shown, [&](const findings::Finding& finding) { return finding.span.file != conclusion.only; });
  }
  review.root = discovery.root;
  review.files = &files;
  review.findings = std::move(*shown);
  review.verdict = findings::verdict_of(review.findings);
  std::copy(discovery.diagnostics.begin(), discovery.diagnostics.end(), std::back_inserter(review.diagnostics));
  std::move(reading.diagnostics.begin(), reading.diagnostics.end(), std::back_inserter(review.diagnostics));
  for (std::string& failure : conclusion.failures) {
    review.diagnostics.push_back({source::DiagnosticKind::kInternal, {}, "a rule failed and found nothing: " + failure});
  }
  sort_diagnostics(review.diagnostics, files);
  count_what_was_reviewed(review, discovery, reading, conclusion.program, conclusion.facts);
  if (nothing_was_judged(review, conclusion.program)) review.verdict = findings::Verdict::kNotJudged;
  return std::nullopt;
}

}  // namespace beamwright::review
