// Workflow commands of GitHub Actions ("Workflow commands", "Setting an error message"). A step may give ten annotations of each
// kind, and what comes later is dropped without a word; so the worst are annotations, and the others are lines of the log, with a
// notice that says so. Nothing that comes from a reviewed file may become a command of its own.
#include <algorithm>

#include "report/layout.h"
#include "report/places.h"
#include "report/report.h"

namespace beamwright::report {
namespace {

using findings::Finding;
using findings::Severity;

constexpr std::size_t kPerKind = 10;
constexpr std::size_t kMaxMessage = 4000;  // bytes; GitHub cuts longer ones

std::string_view kind_of(Severity severity) {
  return severity >= Severity::kHigh ? "error" : severity == Severity::kMedium ? "warning" : "notice";
}

// What the toolkit of GitHub's actions escapes in the text of a command, and in one of its properties.
std::string escaped(std::string_view text, bool is_property) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ','))) {
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', "0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15]});
    } else {
      out += c;
    }
  }
  return out;
}

std::string command(std::string_view kind, const std::string& properties, std::string_view text) {
  return "::" + std::string(kind) + (properties.empty() ? "" : " " + properties) +
         "::" + escaped(clipped(clean(text), kMaxMessage), false) + "\n";
}

// One line of the log that begins with a word of ours; "##[" would begin a command of the older kind.
std::string log_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::replace(text.begin(), text.end(), '\r', ' ');
  for (std::size_t at = text.find("##["); at != std::string::npos; at = text.find("##[", at)) text.insert(at + 2, " ");
  return text + "\n";
}

std::string annotation(const Review& review, const Finding& finding) {
  const OneLine line = one_line(review, finding.span);
  std::string properties = "file=" + escaped(clean(path_from_here(review, finding.span.file)), true) +
                           ",line=" + std::to_string(line.begin.line) + ",endLine=" + std::to_string(line.end.line) +
                           ",col=" + std::to_string(line.begin.column) + ",endColumn=" + std::to_string(line.end.column);
  properties += ",title=" + escaped(std::string(finding.code) + " " + std::string(finding.name), true);
  std::string text = sentence(finding.message);
  if (!finding.why.empty()) text += "\n\n" + finding.why;
  if (!finding.fix.empty()) text += "\n\nInstead: " + finding.fix;
  return command(kind_of(finding.severity), properties, text);
}

std::string annotation(const Review& review, const source::Diagnostic& diagnostic) {
  const std::string properties = "file=" + escaped(clean(path_from_here(review, diagnostic.span.file)), true) +
                                 ",line=" + std::to_string(place_of(review, diagnostic.span).line) +
                                 ",title=" + escaped(code_of(diagnostic), true);
  return command("notice", properties, diagnostic.message);
}

std::string in_log(const Review& review, const Finding& finding) {
  return log_line("  " + std::string(to_string(finding.severity)) + " " + std::string(finding.code) + " " +
                  clean(place_words(review, finding.span)) + " " + clean(finding.message));
}

}  // namespace

std::string write_github(const Review& review) {
  std::string annotations, rest;
  std::size_t errors = 0, warnings = 0, left_out = 0;
  std::size_t notices = 1;  // the last one is the summary
  const auto has_place = [&](std::string_view kind) {
    std::size_t& count = kind == "error" ? errors : kind == "warning" ? warnings : notices;
    return count < kPerKind && ++count;
  };
  for (const Finding* finding : worst_first(review.findings)) {
    if (has_place(kind_of(finding->severity))) {
      annotations += annotation(review, *finding);
    } else {
      rest += in_log(review, *finding);
      ++left_out;
    }
  }
  for (const source::Diagnostic& diagnostic : review.diagnostics) {
    if (has_place("notice")) {
      annotations += annotation(review, diagnostic);
    } else {
      rest += log_line("  " + code_of(diagnostic) + " " + clean(place_words(review, diagnostic.span)) + " " +
                       clean(diagnostic.message));
      ++left_out;
    }
  }
  std::string summary = std::string(to_string(review.verdict)) + ": " + counts_in_words(review.findings) + ".";
  if (left_out > 0) {
    summary +=
        " GitHub shows ten annotations of a kind; " + grouped(left_out) + " more, the mildest, are in the log of this step.";
    rest = "::group::" + counted(left_out, "finding or diagnostic", "findings and diagnostics") + " without an annotation\n" +
           rest + "::endgroup::\n";
  }
  return annotations + rest + command("notice", "title=Beamwright", summary);
}

}  // namespace beamwright::report
