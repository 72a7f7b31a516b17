// Reviewdog's diagnostic format ("rdjson", proto/rdf/reviewdog.proto of reviewdog): columns count bytes, ends are exclusive. A
// suggestion belongs to the file of its diagnostic and is one piece of text, so the edits of a rewrite are put together with what
// stands between them; a rewrite of several files has no place here.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/places.h"
#include "report/report.h"

namespace beamwright::report {
namespace {

using Json = nlohmann::ordered_json;
using findings::Finding;
using findings::Severity;

std::string_view severity_of(Severity severity) {
  return severity >= Severity::kHigh ? "ERROR" : severity == Severity::kMedium ? "WARNING" : "INFO";
}

Json position(const Review& review, source::FileId file, std::uint32_t offset) {
  const std::uint32_t line = review.files->position(file, offset).line;
  const std::uint32_t start = review.files->lines(file).line_start(line);
  return {{"line", line}, {"column", std::max(offset, start) - start + 1}};
}

Json range(const Review& review, source::Span span) {
  return {{"start", position(review, span.file, span.begin)}, {"end", position(review, span.file, span.end)}};
}

Json location(const Review& review, source::Span span) {
  Json out = {{"path", path_from_here(review, span.file)}};
  if (span.file && review.files) out["range"] = range(review, span);
  return out;
}

// Null where the rewrite cannot be one.
Json suggestion(const Review& review, const Finding& finding) {
  const std::vector<findings::Edit>& edits = finding.rewrite.edits;
  const auto elsewhere = [&](const findings::Edit& edit) { return edit.span.file != finding.span.file; };
  if (edits.empty() || !review.files || std::any_of(edits.begin(), edits.end(), elsewhere)) return nullptr;
  const std::string_view source = review.files->file(finding.span.file).text;
  const source::Span whole{finding.span.file, edits.front().span.begin, edits.back().span.end};
  std::string text;
  std::uint32_t at = whole.begin;
  for (const findings::Edit& edit : edits) {
    text += source.substr(at, edit.span.begin - at);
    text += edit.text;
    at = edit.span.end;
  }
  return {{"range", range(review, whole)}, {"text", std::move(text)}};
}

Json diagnostic_json(const Review& review, const Finding& finding) {
  Json out = {{"message", plain_words(review, finding)},
              {"location", location(review, finding.span)},
              {"severity", severity_of(finding.severity)},
              {"code", {{"value", finding.code}}}};
  if (Json one = suggestion(review, finding); !one.is_null()) out["suggestions"] = Json::array({std::move(one)});
  return out;
}

Json diagnostic_json(const Review& review, const source::Diagnostic& diagnostic) {
  return {{"message", diagnostic.message},
          {"location", location(review, diagnostic.span)},
          {"severity", diagnostic.kind == source::DiagnosticKind::kSuppression ? "INFO" : "WARNING"},
          {"code", {{"value", code_of(diagnostic)}}}};
}

}  // namespace

std::string write_rdjson(const Review& review) {
  Json rows = Json::array();
  for (const Finding& finding : review.findings) rows.push_back(diagnostic_json(review, finding));
  for (const source::Diagnostic& diagnostic : review.diagnostics) rows.push_back(diagnostic_json(review, diagnostic));
  const Json document = {{"source", {{"name", "beamwright"}}}, {"diagnostics", std::move(rows)}};
  // Texts of reviewed files may hold any bytes; JSON may not.
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace beamwright::report
