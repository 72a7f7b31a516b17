// The JSON contract, schema 1: see ARCHITECTURE.md. Keys stand in the order people read them in.
#include <map>
#include <nlohmann/json.hpp>

#include "report/counts.h"
#include "report/report.h"
#include "report/version.h"

namespace beamwright::report {
namespace {

using Json = nlohmann::ordered_json;

std::string path_of(const Review& review, source::FileId file) {
  return file && review.files ? review.files->file(file).path : std::string(".");
}

source::Position place_of(const Review& review, source::FileId file, std::uint32_t offset) {
  return file && review.files ? review.files->position(file, offset) : source::Position{};
}

Json rewrite_json(const Review& review, const findings::Rewrite& rewrite) {
  if (rewrite.edits.empty()) return nullptr;
  Json edits = Json::array();
  for (const findings::Edit& edit : rewrite.edits) {
    const source::Position begin = place_of(review, edit.span.file, edit.span.begin);
    const source::Position end = place_of(review, edit.span.file, edit.span.end);
    edits.push_back({{"file", path_of(review, edit.span.file)},
                     {"line", begin.line},
                     {"column", begin.column},
                     {"end_line", end.line},
                     {"end_column", end.column},
                     {"text", edit.text}});
  }
  return {{"title", rewrite.title}, {"edits", std::move(edits)}};
}

Json finding_json(const Review& review, const findings::Finding& finding) {
  const source::Position begin = place_of(review, finding.span.file, finding.span.begin);
  const source::Position end = place_of(review, finding.span.file, finding.span.end);
  Json path = Json::array();
  for (const findings::Step& step : finding.path) {
    const source::Position place = place_of(review, step.span.file, step.span.begin);
    path.push_back(
        {{"file", path_of(review, step.span.file)}, {"line", place.line}, {"column", place.column}, {"message", step.message}});
  }
  return {{"rule", finding.code},
          {"name", finding.name},
          {"family", to_string(finding.family)},
          {"severity", to_string(finding.severity)},
          {"confidence", to_string(finding.confidence)},
          {"file", path_of(review, finding.span.file)},
          {"line", begin.line},
          {"column", begin.column},
          {"end_line", end.line},
          {"end_column", end.column},
          {"function", finding.function},
          {"message", finding.message},
          {"why", finding.why},
          {"fix", finding.fix},
          {"rewrite", rewrite_json(review, finding.rewrite)},
          {"path", std::move(path)},
          {"fingerprint", finding.fingerprint}};
}

Json summary_json(const Review& review) {
  const Counts counts(review.findings);
  Json severities = Json::object();
  for (const findings::Severity severity : kSeverities) severities[std::string(to_string(severity))] = counts.of(severity);
  Json families = Json::object();
  for (const findings::Family family : kFamilies) families[std::string(to_string(family))] = counts.of(family);
  std::map<std::string_view, unsigned> by_rule;
  for (const findings::Finding& finding : review.findings) ++by_rule[finding.code];
  Json rules = Json::object();
  for (const auto& [code, count] : by_rule) rules[std::string(code)] = count;
  return {{"severities", std::move(severities)},
          {"families", std::move(families)},
          {"rules", std::move(rules)},
          {"suppressed", review.suppressed_count},
          {"known", review.known_count},
          {"unchanged", review.unchanged_count},
          {"files", review.file_count},
          {"lines", review.line_count},
          {"modules", review.module_count},
          {"processes", review.process_count},
          {"supervisors", review.supervisor_count}};
}

Json diagnostic_json(const Review& review, const source::Diagnostic& diagnostic) {
  const source::Position place = place_of(review, diagnostic.span.file, diagnostic.span.begin);
  return {{"file", path_of(review, diagnostic.span.file)},
          {"line", place.line},
          {"column", place.column},
          {"kind", to_string(diagnostic.kind)},
          {"message", diagnostic.message}};
}

}  // namespace

std::string write_json(const Review& review) {
  Json findings = Json::array();
  for (const findings::Finding& finding : review.findings) findings.push_back(finding_json(review, finding));
  Json diagnostics = Json::array();
  for (const source::Diagnostic& diagnostic : review.diagnostics) diagnostics.push_back(diagnostic_json(review, diagnostic));
  const Json document = {{"schema", 1},
                         {"tool", {{"name", "beamwright"}, {"version", version()}}},
                         {"verdict", to_string(review.verdict)},
                         {"summary", summary_json(review)},
                         {"findings", std::move(findings)},
                         {"diagnostics", std::move(diagnostics)}};
  // Texts of reviewed files may hold any bytes; JSON may not.
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace beamwright::report
