// GitLab's Code Quality report ("Code Quality report format" in its documentation): an array of objects with description,
// check_name, fingerprint, severity and location, paths relative to the root of the repository and without "./" before them. The
// fingerprint decides whether a merge request brings a finding or mends one, so no two may be alike.
#include <nlohmann/json.hpp>
#include <set>

#include "report/places.h"
#include "report/report.h"

namespace beamwright::report {
namespace {

using Json = nlohmann::ordered_json;
using findings::Severity;

std::string_view severity_of(Severity severity) {
  switch (severity) {
    case Severity::kCritical:
      return "blocker";
    case Severity::kHigh:
      return "critical";
    case Severity::kMedium:
      return "major";
    case Severity::kLow:
      return "minor";
    case Severity::kInfo:
      return "info";
  }
  return "info";
}

class Issues {
 public:
  explicit Issues(const Review& review) : review_(review) {}

  void add(const findings::Finding& finding) {
    Json issue = started(std::string(finding.code) + " " + std::string(finding.name), finding.message, finding.fingerprint,
                         severity_of(finding.severity), finding.span);
    issue["content"] = {{"body", plain_words(review_, finding)}};
    rows_.push_back(std::move(issue));
  }
  void add(const source::Diagnostic& diagnostic) {
    rows_.push_back(started(code_of(diagnostic), "Not reviewed wholly: " + diagnostic.message,
                            fingerprint_of(review_, diagnostic), "info", diagnostic.span));
  }
  const Json& rows() const { return rows_; }

 private:
  Json started(const std::string& check, const std::string& description, std::string fingerprint, std::string_view severity,
               source::Span span) {
    std::size_t copies = 1;
    const std::string first = fingerprint;
    while (!fingerprints_.insert(fingerprint).second) fingerprint = first + "-" + std::to_string(++copies);
    const OneLine line = one_line(review_, span);
    return {{"type", "issue"},
            {"check_name", check},
            {"description", description},
            {"categories", Json::array({"Bug Risk"})},
            {"severity", severity},
            {"fingerprint", fingerprint},
            {"location",
             {{"path", path_from_here(review_, span.file)}, {"lines", {{"begin", line.begin.line}, {"end", line.end.line}}}}}};
  }

  const Review& review_;
  std::set<std::string> fingerprints_;
  Json rows_ = Json::array();
};

}  // namespace

std::string write_gitlab(const Review& review) {
  Issues issues(review);
  for (const findings::Finding& finding : review.findings) issues.add(finding);
  for (const source::Diagnostic& diagnostic : review.diagnostics) {
    if (diagnostic.kind != source::DiagnosticKind::kSuppression) issues.add(diagnostic);
  }
  // Texts of reviewed files may hold any bytes; JSON may not.
  return issues.rows().dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace beamwright::report
