// The tools that review: a project, a change, a text that is not written yet.
#include <algorithm>
#include <filesystem>

#include "report/counts.h"
#include "report/layout.h"
#include "serve/brief.h"
#include "serve/judge.h"
#include "serve/mcp_schemas.h"
#include "serve/mcp_tools.h"
#include "source/files.h"
#include "source/languages.h"

namespace beamwright::serve {
namespace {

using findings::Finding;
using findings::Severity;

constexpr std::size_t kMostNotes = 5;
constexpr std::string_view kRewrittenByEdits = "the edits in `rewrite` of structuredContent write it";

Json place_json(const report::Review& review, source::Span span) {
  if (!span.file || !review.files) return {{"file", "."}, {"line", 0}};
  return {{"file", review.files->file(span.file).path}, {"line", review.files->position(span.file, span.begin).line}};
}

// In the words of `check --format json`: columns count code points from 1, the end is behind the last.
Json rewrite_json(const report::Review& review, const findings::Rewrite& rewrite) {
  Json edits = Json::array();
  for (const findings::Edit& edit : rewrite.edits) {
    Json row = place_json(review, edit.span);
    const source::Position begin = review.files->position(edit.span.file, edit.span.begin);
    const source::Position end = review.files->position(edit.span.file, edit.span.end);
    row["column"] = begin.column;
    row["end_line"] = end.line;
    row["end_column"] = end.column;
    row["text"] = edit.text;
    edits.push_back(std::move(row));
  }
  return {{"title", rewrite.title}, {"edits", std::move(edits)}};
}

Json finding_json(const report::Review& review, const Finding& finding, bool evidence) {
  Json json = place_json(review, finding.span);
  json["rule"] = finding.code;
  json["name"] = finding.name;
  json["severity"] = to_string(finding.severity);
  json["confidence"] = to_string(finding.confidence);
  json["function"] = finding.function;
  json["message"] = finding.message;
  json["why"] = finding.why;
  json["fix"] = finding.fix;
  json["fingerprint"] = finding.fingerprint;
  if (!finding.rewrite.edits.empty() && review.files) json["rewrite"] = rewrite_json(review, finding.rewrite);
  if (!evidence) return json;
  json["path"] = Json::array();
  for (const findings::Step& step : finding.path) {
    Json place = place_json(review, step.span);
    place["message"] = step.message;
    json["path"].push_back(std::move(place));
  }
  return json;
}

Json counts_json(const report::Review& review) {
  const report::Counts counts(review.findings);
  Json json = Json::object();
  for (const Severity severity : report::kSeverities) json[std::string(to_string(severity))] = counts.of(severity);
  return json;
}

Json notes_json(const report::Review& review) {
  Json notes = Json::array();
  for (const source::Diagnostic& diagnostic : review.diagnostics) {
    if (notes.size() == kMostNotes) break;
    Json note = place_json(review, diagnostic.span);
    note["message"] = diagnostic.message;
    notes.push_back(std::move(note));
  }
  return notes;
}

// Which findings of a review are told.
struct Page {
  std::vector<const Finding*> all;    // of the wanted severity
  std::vector<const Finding*> shown;  // of these
  std::size_t offset = 0;
  bool evidence = false;
  std::string lowest;
};

Page page_of(const report::Review& review, const Json& arguments) {
  Page page;
  page.lowest = text_argument(arguments, "severity", "low");
  page.all = worst_first(review, review::severity_named(page.lowest).value_or(Severity::kLow));
  page.offset = std::min(number_argument(arguments, "offset", 0), page.all.size());
  page.evidence = flag_argument(arguments, "evidence");
  const std::size_t limit = std::min(number_argument(arguments, "limit", kUsualFindings), page.all.size() - page.offset);
  const auto begin = page.all.begin() + static_cast<std::ptrdiff_t>(page.offset);
  page.shown.assign(begin, begin + static_cast<std::ptrdiff_t>(limit));
  return page;
}

// What stands behind the findings: how to get the others, and what could not be read.
std::string tail_text(const report::Review& review, const Page& page) {
  std::string out;
  const std::size_t end = page.offset + page.shown.size(), rest = page.all.size() - end;
  if (rest > 0) out += std::to_string(rest) + " more: call again with offset " + std::to_string(end) + ", or a higher severity\n";
  const std::size_t lower = review.findings.size() - page.all.size();
  if (lower > 0) out += std::to_string(lower) + " below severity " + page.lowest + " left out\n";
  return out + diagnostics_text(review, kMostNotes);
}

Json review_json(const report::Review& review, const Page& page) {
  Json all = Json::array();
  for (const Finding* finding : page.shown) all.push_back(finding_json(review, *finding, page.evidence));
  return {{"verdict", to_string(review.verdict)}, {"root", review.root},
          {"counts", counts_json(review)},        {"files", review.file_count},
          {"findings", std::move(all)},           {"left_out", review.findings.size() - page.shown.size()},
          {"notes", notes_json(review)}};
}

ToolAnswer review_answer(const report::Review& review, const Json& arguments, const std::string& of_what) {
  const Page page = page_of(review, arguments);
  std::string text = verdict_text(review, worst_first(review, Severity::kInfo)) + of_what + "\n";
  for (const Finding* finding : page.shown) text += "\n" + finding_text(review, *finding, page.evidence, kRewrittenByEdits);
  const std::string tail = tail_text(review, page);
  return {tail.empty() ? text : text + "\n" + tail, review_json(review, page)};
}

std::string resolved(const ToolContext& context, const std::string& path) {
  const Result<std::string> found = context.roots.resolve(path);
  if (!found) throw ToolFailure{found.error()};
  return *found;
}

review::CheckOptions options_of(const ToolContext& context, const Json& arguments) {
  review::CheckOptions options;
  options.path = resolved(context, text_argument(arguments, "path", "."));
  options.jobs = context.jobs;
  options.stop = context.stop;
  options.include_tests = flag_argument(arguments, "include_tests");
  if (const auto rules = arguments.find("rules"); rules != arguments.end()) {
    for (const Json& rule : *rules) {
      const auto word = rule.get<std::string>();
      if (const auto unknown = review::unknown_rule(word)) throw ToolFailure{*unknown + "; list_rules tells all"};
      options.selection.select.push_back(word);
    }
  }
  return options;
}

review::Checked checked_or_failure(const review::CheckOptions& options) {
  Result<review::Checked> checked = review::check(options);
  if (!checked) throw ToolFailure{checked.error()};
  return std::move(*checked);
}

// What a text would add to its file, and what it would take away.
ToolAnswer judged(const review::Checked& checked, const Json& arguments, const Fingerprints& before, const std::string& head) {
  const report::Review& review = checked.review;
  const Page page = page_of(review, arguments);
  const Fingerprints after = fingerprints_of(review);
  std::vector<std::string> gone;
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(gone));
  const auto is_new = [&](const Finding& finding) { return !before.contains(finding.fingerprint); };
  const auto new_count = std::count_if(review.findings.begin(), review.findings.end(), is_new);
  std::string text = std::string(to_string(review.verdict)) + ": " + counts_text(worst_first(review, Severity::kInfo)) + head;
  const auto is_syntax = [](const source::Diagnostic& each) { return each.kind == source::DiagnosticKind::kSyntax; };
  const bool broken = std::any_of(review.diagnostics.begin(), review.diagnostics.end(), is_syntax);
  if (broken && review.verdict != findings::Verdict::kNotJudged)
    text += "; it does not parse as a whole, and only what does was judged";
  if (!before.empty()) text += "; " + std::to_string(new_count) + " new, " + std::to_string(gone.size()) + " gone";
  text += "\n";
  for (const Finding* finding : page.shown) {
    text += std::string("\n") + (is_new(*finding) && !before.empty() ? "new " : "") +
            finding_text(review, *finding, page.evidence, kRewrittenByEdits);
  }
  const std::string tail = tail_text(review, page);
  Json structured = review_json(review, page);
  for (std::size_t i = 0; i < page.shown.size(); ++i) structured["findings"][i]["new"] = is_new(*page.shown[i]);
  structured["gone"] = gone;
  structured["wrapped"] = false;
  return {tail.empty() ? text : text + "\n" + tail, std::move(structured)};
}

ToolAnswer judge_alone(const ToolContext& context, const Json& arguments, const std::string& text) {
  const std::string named = text_argument(arguments, "language");
  const SnippetLanguage language = named.empty()       ? language_of(text)
                                   : named == "erlang" ? SnippetLanguage::kErlang
                                                       : SnippetLanguage::kElixir;
  const Snippet snippet = make_module(text, language);
  const Result<review::Checked> checked = review_snippet(snippet, language, context.jobs, context.stop);
  if (!checked) throw ToolFailure{checked.error()};
  const std::string head = std::string(" in this ") + (language == SnippetLanguage::kElixir ? "Elixir" : "Erlang") +
                           (snippet.wrapped ? ", taken for functions of a module Snippet with one registered process"
                                            : ", judged without its callers");
  ToolAnswer answer = judged(*checked, arguments, {}, head);
  answer.structured["wrapped"] = snippet.wrapped;
  return answer;
}

}  // namespace

ToolAnswer review_project(const ToolContext& context, const Json& arguments) {
  const review::Checked checked = checked_or_failure(options_of(context, arguments));
  return review_answer(checked.review, arguments, "");
}

ToolAnswer review_change(const ToolContext& context, const Json& arguments) {
  review::CheckOptions options = options_of(context, arguments);
  options.since = text_argument(arguments, "since", "HEAD");
  if (options.since.empty()) throw ToolFailure{"since is empty; it names a commit"};
  const review::Checked checked = checked_or_failure(options);
  return review_answer(checked.review, arguments,
                       ", what changed since " + report::clean(options.since) + "; " +
                           report::counted(checked.review.unchanged_count, "older finding") + " left out");
}

ToolAnswer judge_snippet(const ToolContext& context, const Json& arguments) {
  const std::string text = text_argument(arguments, "text");
  if (text.size() > source::kMaxFileBytes) throw ToolFailure{"text is larger than any source that is reviewed"};
  const std::string file = text_argument(arguments, "file");
  if (file.empty() && text.find_first_not_of(" \t\r\n") == std::string::npos)
    throw ToolFailure{"text is empty: it holds the code to be judged"};
  if (file.empty()) return judge_alone(context, arguments, text);
  review::CheckOptions options = options_of(context, arguments);
  // A file is named relative to its project, or absolutely.
  const bool absolute = std::filesystem::path(file).is_absolute();
  options.stdin_filename = resolved(context, absolute ? file : options.path + "/" + file);
  options.stdin_text = text;
  if (!is_within(options.stdin_filename, options.path)) {
    throw ToolFailure{report::clean(file) + " is not below the project " + options.path + "; `path` names another project"};
  }
  if (!source::beam_language(options.stdin_filename)) throw ToolFailure{report::clean(file) + " is neither Elixir nor Erlang"};
  Fingerprints before;
  if (Result<std::string> now = source::read_file(options.stdin_filename)) {
    before = findings_with(options, options.stdin_filename, std::move(*now));
  }
  return judged(checked_or_failure(options), arguments, before, " if " + report::clean(file) + " had this text");
}

}  // namespace beamwright::serve
