// SARIF 2.1.0, as of the OASIS standard and of what GitHub code scanning does with it ("SARIF support for code scanning",
// "SARIF results exceed one or more limits"): a file with more than 25,000 results is refused whole, of the rest the 5,000 worst
// are shown; so beyond the 25,000 worst nothing is written, and beyond the 5,000 worst no evidence, which keeps a file far below
// the 10 MB that it may have compressed. GitHub shows one line of a place, 100 locations and 1,000 steps of a result, and 1,024
// characters of a rule's description, and tells alerts of two runs apart by partialFingerprints.primaryLocationLineHash alone.
//
// Braces in messages stay single: no message here has arguments, and readers show such texts as they are.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "report/places.h"
#include "report/report.h"
#include "report/version.h"
#include "rules/rule.h"

namespace beamwright::report {
namespace {

using Json = nlohmann::ordered_json;
using findings::Finding;
using findings::Severity;

constexpr std::size_t kMaxResults = 25000;
constexpr std::size_t kResultsShown = 5000;
constexpr std::size_t kMaxSteps = 1000;
constexpr std::size_t kMaxRelated = 100;
constexpr std::size_t kMaxDescription = 1024;
constexpr std::size_t kMaxNotifications = 1000;
constexpr std::size_t kMaxSnippet = 1000;
constexpr std::string_view kRoot = "%SRCROOT%";

std::string_view level_of(Severity severity) {
  return severity >= Severity::kHigh ? "error" : severity == Severity::kMedium ? "warning" : "note";
}

// GitHub's word for how bad a rule is.
std::string_view problem_of(Severity severity) {
  return severity >= Severity::kHigh ? "error" : severity == Severity::kMedium ? "warning" : "recommendation";
}

// 0 to 100: what SARIF's readers sort by.
double rank_of(const Finding& finding) {
  return 20.0 * static_cast<double>(finding.severity) + 10.0 * static_cast<double>(finding.confidence);
}

// A path as a relative reference (RFC 3986); all but unreserved characters are escaped, so that a colon makes no scheme.
std::string uri_of(std::string_view path) {
  std::string uri;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                       c == '_' || c == '~' || c == '/';
    if (plain)
      uri += c;
    else
      uri.append({'%', "0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15]});
  }
  return uri;
}

// "](" in a message would be read as a link.
std::string without_links(std::string text) {
  for (std::size_t at = text.find("]("); at != std::string::npos; at = text.find("](", at)) text.insert(at + 1, " ");
  return text;
}

// The text of a link, in which brackets and backslashes are escaped.
std::string link_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

Json message(std::string text) { return {{"text", without_links(std::move(text))}}; }

// "## What it finds": its first paragraph, as one line.
std::string first_paragraph(std::string_view document) {
  const std::size_t heading = document.find("\n## ");
  const std::size_t begin = heading == std::string_view::npos ? heading : document.find('\n', heading + 1);
  if (begin == std::string_view::npos) return {};
  std::string_view text = document.substr(begin + 1);
  text = text.substr(0, text.find("\n\n"));
  std::string line(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

struct Description {
  std::string_view id, text;
};

constexpr Description kNotifications[] = {
    {"beamwright-internal", "Something in Beamwright itself failed, and what it was looking at is not reviewed."},
    {"beamwright-io", "A file could not be read, and is not reviewed."},
    {"beamwright-left-out", "There is more than this file may hold."},
    {"beamwright-suppression", "A comment to Beamwright does nothing: it is malformed, or there is nothing to suppress."},
    {"beamwright-syntax", "A part of a file could not be understood, and is not reviewed; the rest of it is."},
};

// Those of the notifications that are given, by their ids.
Json descriptors_of(const Json& notifications) {
  std::set<std::string> ids;
  for (const Json& notification : notifications) ids.insert(notification["descriptor"]["id"].get<std::string>());
  Json rows = Json::array();
  for (const auto& [id, text] : kNotifications) {
    if (!ids.contains(std::string(id))) continue;
    const Json words = {{"text", text}};
    rows.push_back({{"id", id}, {"shortDescription", words}, {"fullDescription", words}, {"help", words}});
  }
  return rows;
}

class Sarif {
 public:
  explicit Sarif(const Review& review) : review_(review) {}
  Json run();

 private:
  Json rule(const rules::RegisteredRule& registered) const;
  Json rules_json() const;
  Json artifact(source::FileId file);
  Json region(source::Span span) const;
  void add_snippet(source::Span span, Json& region) const;
  Json place(source::Span span);
  Json location(source::Span span, const std::string& words);
  Json code_flow(const Finding& finding);
  Json related(const Finding& finding);
  Json fix(const findings::Rewrite& rewrite);
  Json result(const Finding& finding, bool with_evidence);
  Json results();
  Json notifications();

  const Review& review_;
  std::map<std::string, std::size_t> rule_indices_;
  std::vector<source::FileId> artifacts_;
  std::map<source::FileId, std::size_t> artifact_indices_;
};

Json Sarif::rule(const rules::RegisteredRule& registered) const {
  const rules::RuleInfo& info = registered.rule->info;
  const std::string help(registered.document);
  return {{"id", info.code},
          {"name", info.name},
          {"shortDescription", {{"text", clipped(sentence(info.summary), kMaxDescription)}}},
          {"fullDescription", {{"text", clipped(sentence(first_paragraph(help)), kMaxDescription)}}},
          {"help", {{"text", help}, {"markdown", help}}},
          {"defaultConfiguration", {{"level", level_of(info.severity)}}},
          {"properties",
           {{"tags", {"beam", "reliability", to_string(info.family)}}, {"problem.severity", problem_of(info.severity)}}}};
}

// Those that found something, by code.
Json Sarif::rules_json() const {
  std::vector<Json> rows(rule_indices_.size());
  for (const rules::RegisteredRule& registered : rules::all_rules()) {
    const auto found = rule_indices_.find(std::string(registered.rule->info.code));
    if (found != rule_indices_.end()) rows[found->second] = rule(registered);
  }
  for (const auto& [code, index] : rule_indices_) {
    if (rows[index].is_null()) rows[index] = {{"id", code}};
  }
  return rows;
}

// A reference to a file, which is listed in run.artifacts.
Json Sarif::artifact(source::FileId file) {
  const auto [found, fresh] = artifact_indices_.try_emplace(file, artifacts_.size());
  if (fresh) artifacts_.push_back(file);
  return {{"uri", uri_of(path_from_here(review_, file))}, {"uriBaseId", kRoot}, {"index", found->second}};
}

Json Sarif::region(source::Span span) const {
  const OneLine line = one_line(review_, span);
  return {{"startLine", line.begin.line},
          {"startColumn", line.begin.column},
          {"endLine", line.end.line},
          {"endColumn", line.end.column}};
}

// The text of a region, for readers that do not have the sources.
void Sarif::add_snippet(source::Span span, Json& region) const {
  const std::string_view text = review_.files->file(span.file).text;
  if (span.begin >= text.size() || span.end <= span.begin) return;
  const std::string_view all = text.substr(span.begin, span.end - span.begin);
  const std::string_view first_line = all.substr(0, all.find_first_of("\r\n"));
  if (!first_line.empty() && first_line.size() <= kMaxSnippet) region["snippet"] = {{"text", first_line}};
}

Json Sarif::place(source::Span span) { return {{"artifactLocation", artifact(span.file)}, {"region", region(span)}}; }

Json Sarif::location(source::Span span, const std::string& words) {
  Json out = {{"physicalLocation", place(span)}};
  if (!words.empty()) out["message"] = message(words);
  return out;
}

Json Sarif::code_flow(const Finding& finding) {
  Json steps = Json::array();
  for (const findings::Step& step : finding.path) {
    if (step.span.file && steps.size() < kMaxSteps) steps.push_back({{"location", location(step.span, step.message)}});
  }
  if (steps.empty()) return Json::array();
  const Json flow = {{"locations", std::move(steps)}};
  return Json::array({Json{{"threadFlows", Json::array({flow})}}});
}

// The steps at other places than the finding's own, numbered for links in its message.
Json Sarif::related(const Finding& finding) {
  Json rows = Json::array();
  for (const findings::Step& step : finding.path) {
    if (!step.span.file || step.span == finding.span || rows.size() == kMaxRelated) continue;
    Json row = {{"id", rows.size() + 1}};
    row.update(location(step.span, step.message));
    rows.push_back(std::move(row));
  }
  return rows;
}

Json Sarif::fix(const findings::Rewrite& rewrite) {
  Json changes = Json::array();
  source::FileId current;
  for (const findings::Edit& edit : rewrite.edits) {
    if (changes.empty() || edit.span.file != current) {
      current = edit.span.file;
      changes.push_back({{"artifactLocation", artifact(current)}, {"replacements", Json::array()}});
    }
    const source::Position begin = place_of(review_, edit.span);
    const source::Position end = place_of(review_, {edit.span.file, edit.span.end, edit.span.end});
    changes.back()["replacements"].push_back(
        {{"deletedRegion",
          {{"startLine", begin.line}, {"startColumn", begin.column}, {"endLine", end.line}, {"endColumn", end.column}}},
         {"insertedContent", {{"text", edit.text}}}});
  }
  const Json row = {{"description", message(sentence(rewrite.title))}, {"artifactChanges", std::move(changes)}};
  return Json::array({row});
}

Json Sarif::result(const Finding& finding, bool with_evidence) {
  Json where = location(finding.span, {});
  if (with_evidence) add_snippet(finding.span, where["physicalLocation"]["region"]);
  if (!finding.function.empty()) where["logicalLocations"] = Json::array({Json{{"fullyQualifiedName", finding.function}}});
  const Json others = with_evidence ? related(finding) : Json::array();
  std::string text = without_links(sentence(finding.message) + (finding.why.empty() ? "" : "\n\n" + finding.why));
  if (!others.empty()) {
    const Json& last = others.back();
    text += "\n\nThe way to it ends here: [" + link_text(last["message"]["text"].get<std::string>()) + "](" + last["id"].dump() +
            ").";
  }
  if (!finding.fix.empty()) text += "\n\nInstead: " + without_links(finding.fix);
  Json out = {
      {"ruleId", finding.code},
      {"ruleIndex", rule_indices_.at(std::string(finding.code))},
      {"level", level_of(finding.severity)},
      {"rank", rank_of(finding)},
      {"message", {{"text", std::move(text)}}},
      {"locations", Json::array({std::move(where)})},
      {"partialFingerprints", {{"primaryLocationLineHash", finding.fingerprint + ":1"}, {"beamwright/v1", finding.fingerprint}}}};
  if (with_evidence) {
    if (Json flow = code_flow(finding); !flow.empty()) out["codeFlows"] = std::move(flow);
    if (!others.empty()) out["relatedLocations"] = others;
    if (!finding.rewrite.edits.empty()) out["fixes"] = fix(finding.rewrite);
  }
  out["properties"] = {{"severity", to_string(finding.severity)}, {"confidence", to_string(finding.confidence)}};
  return out;
}

Json Sarif::results() {
  const std::vector<const Finding*> worst = worst_first(review_.findings);
  const std::set<const Finding*> shown(worst.begin(),
                                       worst.begin() + static_cast<std::ptrdiff_t>(std::min(worst.size(), kResultsShown)));
  const std::set<const Finding*> written(worst.begin(),
                                         worst.begin() + static_cast<std::ptrdiff_t>(std::min(worst.size(), kMaxResults)));
  for (const Finding* finding : written) rule_indices_.try_emplace(std::string(finding->code));
  std::size_t index = 0;
  for (auto& row : rule_indices_) row.second = index++;
  Json rows = Json::array();
  for (const Finding& finding : review_.findings) {
    if (finding.span.file && written.contains(&finding)) rows.push_back(result(finding, shown.contains(&finding)));
  }
  return rows;
}

// What could not be read or understood, and what was left out here.
Json Sarif::notifications() {
  Json rows = Json::array();
  const auto say = [&](std::string_view id, std::string_view level, std::string text, const source::Span* span) {
    Json row = {{"descriptor", {{"id", id}}}, {"level", level}, {"message", message(sentence(text))}};
    if (span && span->file) row["locations"] = Json::array({location(*span, {})});
    rows.push_back(std::move(row));
  };
  for (const source::Diagnostic& diagnostic : review_.diagnostics) {
    if (rows.size() == kMaxNotifications) break;
    const bool internal = diagnostic.kind == source::DiagnosticKind::kInternal;
    const bool about_reading = diagnostic.kind != source::DiagnosticKind::kSuppression;
    say(code_of(diagnostic), internal ? "error" : about_reading ? "warning" : "note", diagnostic.message, &diagnostic.span);
  }
  if (review_.diagnostics.size() > kMaxNotifications) {
    say("beamwright-left-out", "warning",
        std::to_string(review_.diagnostics.size() - kMaxNotifications) + " notifications are left out", nullptr);
  }
  if (review_.findings.size() > kMaxResults) {
    say("beamwright-left-out", "warning",
        std::to_string(review_.findings.size() - kMaxResults) + " findings, the least severe, are left out: GitHub takes " +
            std::to_string(kMaxResults) + " in a file",
        nullptr);
  }
  return rows;
}

Json Sarif::run() {
  Json all_results = results();
  Json all_notifications = notifications();
  Json descriptors = descriptors_of(all_notifications);
  Json files = Json::array();
  for (const source::FileId file : artifacts_) {
    Json row = {{"location", {{"uri", uri_of(path_from_here(review_, file))}, {"uriBaseId", kRoot}}}};
    if (file && review_.files)
      row["sourceLanguage"] = review_.files->file(file).language == source::Language::kElixir ? "elixir" : "erlang";
    files.push_back(std::move(row));
  }
  Json driver = {{"name", "Beamwright"},
                 {"fullName", "Beamwright " + std::string(version())},
                 {"version", version()},
                 {"semanticVersion", version()},
                 {"rules", rules_json()}};
  if (!descriptors.empty()) driver["notifications"] = std::move(descriptors);
  Json invocation = {{"executionSuccessful", true}, {"toolExecutionNotifications", std::move(all_notifications)}};
  return {{"tool", {{"driver", std::move(driver)}}},
          {"invocations", Json::array({std::move(invocation)})},
          {"originalUriBaseIds",
           {{kRoot, {{"description", {{"text", "The folder in which Beamwright was run, or what it reviewed."}}}}}}},
          {"automationDetails", {{"id", "beamwright/"}}},
          {"columnKind", "unicodeCodePoints"},
          {"artifacts", std::move(files)},
          {"results", std::move(all_results)},
          {"properties", {{"verdict", to_string(review_.verdict)}}}};
}

}  // namespace

std::string write_sarif(const Review& review) {
  const Json document = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                         {"version", "2.1.0"},
                         {"runs", Json::array({Sarif(review).run()})}};
  // Texts of reviewed files may hold any bytes; JSON may not.
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace beamwright::report
