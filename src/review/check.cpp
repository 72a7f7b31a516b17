// The review from end to end. check() at the bottom is its table of contents.
#include "review/check.h"

#include <algorithm>

#include "analysis/facts.h"
#include "analysis/instances.h"
#include "knowledge/knowledge.h"
#include "model/program.h"
#include "review/conclude.h"
#include "review/edited_file.h"
#include "review/filter.h"
#include "review/own_knowledge.h"
#include "review/progress.h"
#include "review/read.h"
#include "rules/run.h"
#include "source/utf8.h"

namespace beamwright::review {
namespace {

using source::Role;

bool is_reviewed(const source::FileTable& files, source::FileId id) { return id && files.file(id).role == Role::kReviewed; }

// "12 files of Go, 3 of TypeScript and 1 of C"; the most frequent first.
std::string languages_seen(const source::Discovery& discovery) {
  std::vector<std::pair<std::string, unsigned>> rows(discovery.other_languages.begin(), discovery.other_languages.end());
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i > 0) text += i + 1 == rows.size() ? " and " : ", ";
    text += std::to_string(rows[i].second) + (i > 0 ? " of " : rows[i].second == 1 ? " file of " : " files of ") + rows[i].first;
  }
  return text;
}

// Why there is nothing to review, or empty.
std::string nothing_to_review(const source::Discovery& discovery) {
  const auto& files = *discovery.files;
  if (std::any_of(discovery.sources.begin(), discovery.sources.end(),
                  [&](source::FileId id) { return is_reviewed(files, id); })) {
    return {};
  }
  const std::string prefix = "nothing to review in " + source::to_valid_utf8(discovery.root) + ": ";
  if (discovery.left_out_tests > 0) {
    return prefix + "it holds no Elixir or Erlang but tests (" + std::to_string(discovery.left_out_tests) +
           " files), which --include-tests reviews";
  }
  if (discovery.third_party_files > 0) return prefix + "all Elixir and Erlang in it is third-party";
  const std::string seen = languages_seen(discovery);
  return prefix + "it holds no Elixir and no Erlang, and Beamwright reviews nothing but the BEAM; " +
         (seen.empty() ? "no other source code was seen either" : "seen: " + seen);
}

Error stopped() { return Error{"the review was stopped"}; }

}  // namespace

// Which files there are, in which language and role, and what projects they make; with the text of an editor among them.
Result<source::Discovery> discover_reviewed(const CheckOptions& options, const Configuration& configuration,
                                            source::FileId& edited) {
  source::DiscoveryOptions discovery_options;
  discovery_options.include_tests = options.include_tests || configuration.include_tests.value_or(false);
  Result<source::Discovery> discovered = source::discover(options.path, discovery_options);
  if (!discovered) return discovered;
  const std::size_t excluded = exclude_files(configuration, *discovered);
  if (!options.stdin_filename.empty()) {
    const Result<source::FileId> put = put_edited_file(*discovered, options.stdin_filename, options.stdin_text);
    if (!put) return Error{put.error()};
    edited = *put;
  }
  const std::string reason = nothing_to_review(*discovered);
  if (reason.empty()) return discovered;
  return Error{excluded > 0 ? "nothing to review: all of it is excluded by " + configuration.path : reason};
}

Result<Checked> check(const CheckOptions& options, const Look& look) {
  Progress progress(options.show_progress);
  // What the project settled once, and which files there are.
  Result<Configuration> configuration = options.configuration ? *options.configuration : find_configuration(options.path);
  if (!configuration) return Error{configuration.error()};
  const Result<OwnKnowledge> own_knowledge = OwnKnowledge::read(*configuration);
  if (!own_knowledge) return Error{own_knowledge.error()};
  source::FileId edited;
  Result<source::Discovery> discovered = discover_reviewed(options, *configuration, edited);
  if (!discovered) return Error{discovered.error()};
  Checked checked{std::move(*discovered), std::move(*configuration), {}};
  const source::Discovery& discovery = checked.discovery;
  const source::FileTable& files = *discovery.files;

  // Every file loaded, parsed and lowered, by itself.
  Reading reading = read_sources(discovery, options.jobs, progress, options.stop);
  if (options.stop.stop_requested()) return stopped();

  // All files together: one program.
  progress.stage("Linking");
  const model::Program program =
      analysis::with_instances(model::link(std::move(reading.units), files), own_knowledge->all(), options.jobs);

  // What the program does: calls, effects, processes, messages, supervisors.
  progress.stage("Analysing");
  const analysis::Facts facts = analysis::analyse(program, own_knowledge->all(), options.jobs, &discovery.applications,
                                                  hints_of(checked.configuration, program));

  // What is wrong with it.
  if (options.stop.stop_requested()) return stopped();
  progress.stage("Judging");
  std::vector<std::string> failures;
  findings::Findings found = rules::run_all(program, facts, options.jobs, failures, {}, options.stop);
  if (options.stop.stop_requested()) return stopped();

  // What of it is shown, what could not be read or understood, and the verdict.
  Conclusion conclusion{program, facts, options, std::move(found), std::move(failures), edited};
  if (auto failure = conclude(std::move(conclusion), reading, checked)) return Error{std::move(*failure)};
  if (look) look({discovery, program, facts, checked.review});
  return checked;
}

}  // namespace beamwright::review
