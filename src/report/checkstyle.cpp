// Checkstyle's XML report, which many servers and editors read: one element a file, one a finding, its place and rule in
// attributes.
#include <map>
#include <vector>

#include "report/places.h"
#include "report/report.h"
#include "report/xml.h"

namespace beamwright::report {
namespace {

using findings::Severity;

std::string_view severity_of(Severity severity) {
  return severity >= Severity::kHigh ? "error" : severity == Severity::kMedium ? "warning" : "info";
}

std::string element(source::Position place, std::string_view severity, std::string_view words, std::string_view source) {
  return "    <error line=\"" + std::to_string(place.line) + "\" column=\"" + std::to_string(place.column) + "\" severity=\"" +
         std::string(severity) + "\" message=\"" + xml_attribute(words) + "\" source=\"" + xml_attribute(source) + "\"/>\n";
}

}  // namespace

std::string write_checkstyle(const Review& review) {
  std::map<std::string, std::string> files;  // its elements by path
  for (const findings::Finding& finding : review.findings) {
    std::string words = sentence(finding.message);
    if (!finding.why.empty()) words += "\n" + finding.why;
    if (!finding.fix.empty()) words += "\nInstead: " + finding.fix;
    const std::string source = "beamwright." + std::string(to_string(finding.family)) + "." + std::string(finding.code) + "." +
                               std::string(finding.name);
    files[path_from_here(review, finding.span.file)] +=
        element(place_of(review, finding.span), severity_of(finding.severity), words, source);
  }
  for (const source::Diagnostic& diagnostic : review.diagnostics) {
    files[path_from_here(review, diagnostic.span.file)] +=
        element(place_of(review, diagnostic.span), diagnostic.kind == source::DiagnosticKind::kSuppression ? "info" : "warning",
                diagnostic.message, "beamwright.diagnostic." + std::string(to_string(diagnostic.kind)));
  }
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n";
  for (const auto& [path, elements] : files) out += "  <file name=\"" + xml_attribute(path) + "\">\n" + elements + "  </file>\n";
  return out + "</checkstyle>\n";
}

}  // namespace beamwright::report
