// A comment on a pull request: the verdict, how many findings of each family and severity, each finding folded away, the worst
// first, and a map of the processes concerned. GitHub takes 65,536 characters in a comment: what does not fit is counted, not
// shown. The first line, which nobody sees, is for tools that replace their own comment instead of writing another.
#include <algorithm>

#include "report/concerned.h"
#include "report/counts.h"
#include "report/layout.h"
#include "report/map.h"
#include "report/markdown_text.h"
#include "report/patch.h"
#include "report/places.h"
#include "report/report.h"

namespace beamwright::report {
namespace {

using findings::Finding;
using findings::Severity;

constexpr std::size_t kMaxComment = 65536;  // characters for GitHub; bytes here, to be safe
constexpr std::size_t kMaxMap = 12000;      // bytes of the Mermaid text
constexpr std::size_t kForTheRest = 400;    // for the line that counts what did not fit
constexpr std::size_t kMaxDetails = 12000;  // of one finding
constexpr std::size_t kMaxDiagnostics = 20;
constexpr std::size_t kMaxProcesses = 16;

std::string heading(const Review& review) {
  return "<!-- beamwright -->\n## Beamwright: " + std::string(to_string(review.verdict)) + "\n\n" +
         (review.findings.empty() ? "No findings" : markdown_prose(counts_in_words(review.findings))) + " in " +
         counted(review.file_count, "file") + " with " + counted(review.line_count, "line") + ": " +
         counted(review.module_count, "module") + ", " + counted(review.process_count, "process", "processes") + ", " +
         counted(review.supervisor_count, "supervisor") + ".\n";
}

std::string not_shown(const Review& review) {
  std::string words;
  const auto add = [&](std::uint32_t count, std::string_view what) {
    if (count > 0) words += (words.empty() ? "" : ", ") + counted(count, "finding") + " " + std::string(what);
  };
  add(review.suppressed_count, "suppressed in the code");
  add(review.known_count, "known to the baseline");
  add(review.unchanged_count, "that the change did not touch");
  return words.empty() ? words : "\nNot shown: " + words + ".\n";
}

std::string table(const Review& review) {
  const Counts counts(review.findings);
  std::string out = "\n|  | critical | high | medium | low | info |\n|:--|--:|--:|--:|--:|--:|\n";
  for (const findings::Family family : kFamilies) {
    if (counts.of(family) == 0) continue;
    out += "| " + std::string(to_string(family));
    for (const Severity severity : kSeverities) {
      const unsigned count = counts.of(family, severity);
      out += " | " + (count == 0 ? std::string() : std::to_string(count));
    }
    out += " |\n";
  }
  return out;
}

std::string details(const Review& review, const Finding& finding) {
  const bool erlang =
      finding.span.file && review.files && review.files->file(finding.span.file).language == source::Language::kErlang;
  const std::string_view language = erlang ? "erlang" : "elixir";
  std::string out = "\n<details><summary><b>" + std::string(to_string(finding.severity)) + "</b> " + std::string(finding.code) +
                    " " + std::string(finding.name) + " · <code>" + markdown_html(place_words(review, finding.span)) +
                    "</code><br>" + markdown_html(clipped(finding.message, 400)) + "</summary>\n\n";
  if (!finding.function.empty())
    out += "In " + markdown_code(finding.function) + ", " + std::string(to_string(finding.confidence)) + ".\n";
  if (finding.message.size() > 400) out += "\n" + markdown_prose(finding.message) + "\n";
  if (!finding.why.empty()) out += "\n**Why.** " + markdown_prose(finding.why) + "\n";
  for (std::size_t i = 0; i < finding.path.size(); ++i) {
    const findings::Step& step = finding.path[i];
    out += (i == 0 ? "\n" : "") + std::to_string(i + 1) + ". " + markdown_prose(step.message) + " – " +
           markdown_code(place_words(review, step.span)) + "\n";
  }
  if (!finding.fix.empty()) out += "\n**Instead.** " + markdown_paragraphs(finding.fix, language);
  if (!finding.rewrite.edits.empty() && review.files) {
    out += "\n**Rewrite.** " + markdown_prose(finding.rewrite.title) + "\n\n" +
           markdown_block(patch_of(review, finding.rewrite), "diff");
  }
  return out + "\n</details>\n";
}

std::string diagnostics(const Review& review) {
  if (review.diagnostics.empty()) return {};
  std::string out = "\n<details><summary>" + counted(review.diagnostics.size(), "diagnostic") +
                    ": what could not be read or understood wholly</summary>\n\n";
  const std::size_t shown = std::min(review.diagnostics.size(), kMaxDiagnostics);
  for (std::size_t i = 0; i < shown; ++i) {
    const source::Diagnostic& diagnostic = review.diagnostics[i];
    out += "- " + markdown_code(clipped(place_words(review, diagnostic.span), 300)) + " " +
           std::string(to_string(diagnostic.kind)) + ": " + markdown_prose(clipped(diagnostic.message, 300)) + "\n";
  }
  if (shown < review.diagnostics.size()) out += "- and " + grouped(review.diagnostics.size() - shown) + " more\n";
  return out + "\n</details>\n";
}

// The largest map that fits.
std::string map_of(const design::Design& design) {
  for (std::size_t processes = kMaxProcesses; processes > 0; processes /= 2) {
    const design::Design part = concerned_part(design, processes);
    if (part.nodes.empty()) return {};
    const std::string map = write_map_mermaid(part);
    if (map.size() <= kMaxMap) {
      return "\n<details><summary>Map of the processes concerned</summary>\n\n" + markdown_block(map, "mermaid") +
             "\n</details>\n";
    }
  }
  return {};
}

}  // namespace

std::string write_markdown(const Review& review, const design::Design& design) {
  std::string out = heading(review) + not_shown(review);
  if (!review.findings.empty()) out += table(review);
  const std::string end = map_of(design) + diagnostics(review);
  const std::size_t limit = kMaxComment - kForTheRest - std::min(end.size(), kMaxComment / 2);
  std::size_t shown = 0;
  const std::vector<const Finding*> worst = worst_first(review.findings);
  for (const Finding* finding : worst) {
    const std::string one = details(review, *finding);
    if (one.size() <= kMaxDetails && out.size() + one.size() > limit) break;
    ++shown;
    out += one.size() <= kMaxDetails ? one
                                     : "\n" + markdown_prose(place_words(review, finding->span)) + ": " +
                                           std::string(finding->code) + " (too long for a comment)\n";
  }
  if (shown < worst.size()) {
    out +=
        "\n" + grouped(worst.size() - shown) + " more, the mildest, do not fit into a comment: `beamwright check` shows all.\n";
  }
  return out + end;
}

}  // namespace beamwright::report
