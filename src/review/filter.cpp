#include "review/filter.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/glob.h"
#include "findings/baseline.h"
#include "review/since.h"

namespace beamwright::review {
namespace {

using findings::Finding;
using findings::Findings;
using findings::Fingerprints;
using findings::Suppression;

// Paths of the review as the configuration counts them: relative to the folder of its file.
class ConfiguredPaths {
 public:
  ConfiguredPaths(const Configuration& configuration, const source::Discovery& discovery) {
    if (configuration.path.empty()) return;
    const std::filesystem::path root(discovery.absolute_root);
    prefix_ = root.lexically_relative(configuration.folder).generic_string();
    prefix_ = prefix_ == "." ? "" : prefix_ + "/";
  }
  bool any_matches(const std::vector<std::string>& patterns, std::string_view path) const {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string& pattern) { return glob_matches(pattern, prefix_ + std::string(path)); });
  }

 private:
  std::string prefix_;
};

// The function that a comment stands in, else the first one behind it.
source::Span function_at(const model::Unit& unit, source::Span comment) {
  const model::Function* best = nullptr;
  for (const model::Function& f : unit.functions) {
    if (f.has(model::kModuleBody) || f.has(model::kSynthetic) || f.end <= comment.begin) continue;
    if (!best || f.begin < best->begin) best = &f;
  }
  return best ? source::Span{comment.file, best->begin, best->end} : source::Span{};
}

// What the command line selects replaces what the configuration selects, what it ignores is added.
findings::Selection selection_of(const Configuration& configuration, const findings::Selection& selection) {
  findings::Selection all = configuration.selection;
  if (!selection.select.empty()) all.select = selection.select;
  all.ignore.insert(all.ignore.end(), selection.ignore.begin(), selection.ignore.end());
  return all;
}

// Severities, silent paths and rules as the configuration wants them.
Findings settle(Findings findings, const Configuration& configuration, const findings::Selection& selection,
                const source::Discovery& discovery) {
  const ConfiguredPaths paths(configuration, discovery);
  std::erase_if(findings, [&](Finding& finding) {
    if (!findings::is_selected(selection, finding)) return true;
    for (const RuleSettings& rule : configuration.rules) {
      if (rule.rule != finding.code) continue;
      if (finding.span.file && paths.any_matches(rule.exclude, discovery.files->file(finding.span.file).path)) return true;
      if (rule.severity) finding.severity = *rule.severity;
    }
    return false;
  });
  return findings;
}

// Takes out those whose fingerprint is known.
Findings without_known(Findings findings, const Fingerprints& known) {
  std::erase_if(findings, [&](const Finding& finding) { return known.contains(finding.fingerprint); });
  return findings;
}

// Takes out those that were there before the change and on whose path the change touched no line.
Findings only_changed(Findings findings, const Change& change, const Fingerprints& before, const source::FileTable& files) {
  const auto touched = [&](source::Span span) {
    return span.file && change.touches(files.file(span.file).path, files.position(span.file, span.begin).line);
  };
  std::erase_if(findings, [&](const Finding& finding) {
    if (!before.contains(finding.fingerprint) || touched(finding.span)) return false;
    return std::none_of(finding.path.begin(), finding.path.end(), [&](const findings::Step& step) { return touched(step.span); });
  });
  return findings;
}

Result<Fingerprints> known_findings(const CheckOptions& options, const Configuration& configuration) {
  std::string path = options.baseline;
  if (path.empty() && !configuration.baseline.empty()) path = configuration.folder + "/" + configuration.baseline;
  if (path.empty() || !options.use_baseline) return Fingerprints{};
  const Result<std::string> text = source::read_file(path);
  if (!text) return Error{"the baseline: " + text.error()};
  Result<Fingerprints> known = findings::read_baseline(*text);
  if (!known) return Error{"the baseline " + path + ": " + known.error()};
  return known;
}

// The same review of the project as it was.
Fingerprints findings_before(const Change& change, const CheckOptions& options, const Checked& checked) {
  namespace fs = std::filesystem;
  CheckOptions then;
  then.path = change.then;
  if (fs::is_regular_file(options.path)) then.path += "/" + fs::path(options.path).filename().string();
  then.include_tests = options.include_tests;
  then.jobs = options.jobs;
  then.stop = options.stop;
  then.use_baseline = false;
  then.configuration = checked.configuration;
  if (!checked.configuration.path.empty()) {
    const fs::path folder = fs::path(checked.configuration.folder).lexically_relative(checked.discovery.absolute_root);
    then.configuration->folder =
        (fs::canonical(change.folder.path()) / "tree" / change.prefix / folder).lexically_normal().string();
  }
  Fingerprints before;
  // An error says that there was nothing to review then: all is new.
  if (const Result<Checked> old = check(then)) {
    for (const Finding& finding : old->review.findings) before.insert(finding.fingerprint);
  }
  return before;
}

}  // namespace

std::size_t exclude_files(const Configuration& configuration, source::Discovery& discovery) {
  if (configuration.exclude.empty()) return 0;
  std::size_t count = 0;
  const ConfiguredPaths paths(configuration, discovery);
  for (const source::FileId id : discovery.sources) {
    source::SourceFile& file = discovery.files->file(id);
    if (file.role != source::Role::kReviewed || !paths.any_matches(configuration.exclude, file.path)) continue;
    file.role = source::Role::kDependency;
    ++count;
  }
  return count;
}

analysis::Hints hints_of(const Configuration& configuration, const model::Program& program) {
  const ContextSettings& contexts = configuration.contexts;
  const std::pair<const std::vector<std::string>*, analysis::ContextFlag> settings[] = {
      {&contexts.tool, analysis::kInTool}, {&contexts.request, analysis::kInRequest}, {&contexts.test, analysis::kInTest}};
  analysis::Hints hints;
  if (contexts.tool.empty() && contexts.request.empty() && contexts.test.empty()) return hints;
  hints.entered_by.resize(program.modules.size());
  for (std::size_t i = 0; i < program.modules.size(); ++i) {
    const std::string name = model::display_module(program.module(model::ModuleId(i)).name);
    for (const auto& [patterns, flag] : settings) {
      const auto matches = [&](const std::string& pattern) { return glob_matches(pattern, name, '.'); };
      if (std::any_of(patterns->begin(), patterns->end(), matches)) hints.entered_by[i] |= flag;
    }
  }
  return hints;
}

void place_suppressions(const model::Program& program, std::vector<Suppression>& suppressions, source::Diagnostics& diagnostics) {
  for (Suppression& suppression : suppressions) {
    for (std::size_t i = 0; i < suppression.rules.size(); ++i) {
      if (const auto unknown = unknown_rule(suppression.rules[i])) {
        diagnostics.push_back({source::DiagnosticKind::kSuppression, suppression.comment, *unknown});
        suppression.used[i] = true;  // told once
      }
    }
    if (suppression.scope != Suppression::Scope::kFunction) continue;
    for (const auto& unit : program.units) {
      if (unit->file == suppression.comment.file) suppression.covers = function_at(*unit, suppression.comment);
    }
  }
}

Result<Findings> choose_shown(Findings all, const CheckOptions& options, const Checked& checked,
                              std::vector<Suppression>& suppressions, report::Review& review) {
  std::size_t count = all.size();
  const auto taken = [&] {
    const std::size_t before = std::exchange(count, all.size());
    return static_cast<std::uint32_t>(before - count);
  };
  all = findings::suppress(std::move(all), suppressions);
  review.suppressed_count = taken();
  findings::report_unused(suppressions, review.diagnostics);
  review.selection = selection_of(checked.configuration, options.selection);
  all = settle(std::move(all), checked.configuration, review.selection, checked.discovery);
  taken();
  const Result<Fingerprints> known = known_findings(options, checked.configuration);
  if (!known) return Error{known.error()};
  all = without_known(std::move(all), *known);
  review.known_count = taken();
  if (!options.since.empty()) {
    const Result<Change> change = change_since(checked.discovery.absolute_root, options.since);
    if (!change) return Error{change.error()};
    all = only_changed(std::move(all), *change, findings_before(*change, options, checked), *checked.discovery.files);
    review.unchanged_count = taken();
  }
  return all;
}

}  // namespace beamwright::review
