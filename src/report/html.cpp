// The review as a page: the page of the map (web/map) with the findings in front of it. The findings are plain HTML, so that they
// can be read, searched and printed without JavaScript; the script of the page adds filters and joins them to the map.
#include "report/counts.h"
#include "report/groups.h"
#include "report/html_text.h"
#include "report/layout.h"
#include "report/map.h"
#include "report/map_page.h"
#include "report/patch.h"
#include "report/report.h"
#include "report/steps.h"
#include "report/summary.h"

namespace beamwright::report {
namespace {

using design::kNone;
using findings::Finding;

constexpr std::size_t kShownFirst = 5;
constexpr std::size_t kShownDiagnostics = 200;

class HtmlWriter {
 public:
  HtmlWriter(const Review& review, const design::Design& design) : review_(review), design_(design) {}

  std::string write() {
    const std::vector<Group> groups = group_findings(review_, &design_);
    out_ = "<section id=\"report\" aria-label=\"Findings\">";
    write_summary();
    if (review_.findings.size() > kShownFirst) write_first(weightiest(groups, kShownFirst));
    write_diagnostics();
    out_ += "<div id=\"filters\"></div><div id=\"findings\">";
    for (const Group& group : groups) write_group(group);
    out_ += "</div></section>";
    return std::move(out_);
  }

 private:
  std::string path_of(source::FileId file) const { return file && review_.files ? review_.files->file(file).path : "."; }

  std::string place(const source::Span& span) const {
    if (!span.file || !review_.files) return ".";
    const source::Position at = review_.files->position(span.file, span.begin);
    return path_of(span.file) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
  }

  static std::string badge(findings::Severity severity) {
    const std::string word(to_string(severity));
    return "<span class=\"badge " + word + "\">" + word + "</span>";
  }

  void write_summary() {
    const std::string verdict(to_string(review_.verdict));
    out_ += "<div id=\"summary\"><h2><span class=\"stamp\" data-verdict=\"" + verdict + "\">" + verdict + "</span></h2><p>" +
            html(reasons_of(review_)) + "</p><p class=\"scope\">" + html(scope_of(review_)) + " " + html(hidden_of(review_)) +
            "</p>";
    if (!review_.findings.empty()) write_table();
    out_ += "</div>";
  }

  void write_table() {
    const Counts counts(review_.findings);
    out_ += "<table><caption class=\"hidden\">Findings by family and severity</caption><thead><tr><td></td>";
    for (const findings::Severity severity : kSeverities)
      out_ += "<th scope=\"col\">" + std::string(to_string(severity)) + "</th>";
    out_ += "</tr></thead><tbody>";
    const auto row = [&](std::string_view name, unsigned all, auto&& count_of) {
      if (all == 0) return;
      out_ += "<tr><th scope=\"row\">" + std::string(name) + "</th>";
      for (const findings::Severity severity : kSeverities) {
        const unsigned count = count_of(severity);
        out_ += count == 0 ? "<td class=\"none\">&middot;</td>" : "<td>" + grouped(count) + "</td>";
      }
      out_ += "</tr>";
    };
    for (const findings::Family family : kFamilies) {
      row(to_string(family), counts.of(family), [&](findings::Severity s) { return counts.of(family, s); });
    }
    row("all", static_cast<unsigned>(review_.findings.size()), [&](findings::Severity s) { return counts.of(s); });
    out_ += "</tbody></table>";
  }

  void write_first(const std::vector<Placed>& first) {
    out_ += "<h2>What matters most</h2><ol id=\"first\">";
    for (const Placed& placed : first) {
      const Finding& finding = *placed.finding;
      out_ += "<li>" + badge(finding.severity) + " <a href=\"#" + id_of(finding) + "\">" + std::string(finding.name) + "</a> " +
              html(finding.message) + callers(placed.callers, " <span class=\"about\">", "</span>") + "</li>";
    }
    out_ += "</ol>";
  }

  static std::string callers(std::uint32_t count, std::string_view before, std::string_view after) {
    return count == 0 ? std::string() : std::string(before).append(counted(count, "caller")).append(after);
  }

  void write_diagnostics() {
    if (review_.diagnostics.empty()) return;
    out_ += "<details class=\"diagnostics\"><summary>" + counted(review_.diagnostics.size(), "remark") +
            " on reading the sources</summary><ul>";
    for (std::size_t i = 0; i < std::min(review_.diagnostics.size(), kShownDiagnostics); ++i) {
      const source::Diagnostic& each = review_.diagnostics[i];
      const bool has_place = each.kind == source::DiagnosticKind::kSyntax || is_comment(each);
      out_ += "<li><code class=\"place\">" + html(has_place ? place(each.span) : path_of(each.span.file)) + "</code> " +
              html(each.message) + "</li>";
    }
    if (review_.diagnostics.size() > kShownDiagnostics) {
      out_ += "<li>and " + grouped(review_.diagnostics.size() - kShownDiagnostics) + " more; --format json gives all</li>";
    }
    out_ += "</ul></details>";
  }

  void write_group(const Group& group) {
    if (group.node == kNone) {
      out_ += "<section class=\"group\"><h3>" + html(path_of(group.file)) + "</h3>";
    } else {
      const design::Node& node = design_.nodes[group.node];
      out_ += "<section class=\"group\" data-node=\"" + html(node.id) + "\"><h3>" + html(node.name) + "</h3><p class=\"about\">" +
              about(node, group.findings.front().callers) + "</p>";
    }
    for (const Placed& placed : group.findings) write_finding(placed);
    out_ += "</section>";
  }

  static std::string about(const design::Node& node, std::uint32_t callers_count) {
    std::string text = html(node.type.empty() ? std::string(to_string(node.kind)) : node.type);
    if (!node.contract.supervision.empty()) text += ", " + html(node.contract.supervision);
    return text + callers(callers_count, "; ", "") + " <code class=\"place\">" + html(node.place.file) + "</code>";
  }

  // Fingerprints are hexadecimal digits.
  static std::string id_of(const Finding& finding) { return "finding-" + html(finding.fingerprint); }

  static std::string attribute(std::string_view name, std::string_view value) {
    return " data-" + std::string(name) + "=\"" + html(value) + "\"";
  }

  std::string node_attribute(std::uint32_t node) const {
    return node == kNone ? std::string() : attribute("node", design_.nodes[node].id);
  }

  void write_finding(const Placed& placed) {
    const Finding& finding = *placed.finding;
    const std::string severity(to_string(finding.severity));
    out_ += "<details class=\"finding " + severity + "\" id=\"" + id_of(finding) + "\"" + attribute("severity", severity) +
            attribute("family", to_string(finding.family)) + attribute("rule", finding.code) + attribute("name", finding.name) +
            attribute("file", path_of(finding.span.file)) + node_attribute(placed.concern ? placed.concern->node : kNone) +
            (is_first_ ? " open" : "") + ">";
    is_first_ = false;
    out_ += "<summary>" + badge(finding.severity) + " <strong>" + std::string(finding.name) + "</strong> <span class=\"code\">" +
            std::string(finding.code) + "</span><span class=\"message\">" + html(finding.message) +
            "</span><code class=\"place\">" + html(place(finding.span)) + "</code></summary><div class=\"body\">";
    if (review_.files) out_ += html_source(*review_.files, finding.span, 2);
    if (!finding.why.empty()) out_ += "<h4>Why it matters</h4>" + html_prose(finding.why);
    write_path(placed);
    if (!finding.fix.empty()) out_ += "<h4>What to write instead</h4>" + html_prose(finding.fix);
    if (!finding.rewrite.edits.empty()) {
      out_ += "<h4>Rewrite</h4><p>" + html(finding.rewrite.title) +
              ": <code>beamwright check --fix</code> writes it.</p><pre class=\"patch\">" +
              html(patch_of(review_, finding.rewrite)) + "</pre>";
    }
    out_ +=
        "<p class=\"facts\">" + std::string(to_string(finding.confidence)) + ", family " + std::string(to_string(finding.family));
    if (!finding.function.empty()) out_ += ", in <code>" + html(finding.function) + "</code>";
    out_ += "; <code>beamwright explain " + std::string(finding.code) + "</code> says more</p></div></details>";
  }

  // The evidence from the place down to the cause; where it comes to the code of another process, that one is named.
  void write_path(const Placed& placed) {
    if (!has_path_to_show(review_, *placed.finding)) return;
    const std::vector<findings::Step>& path = placed.finding->path;
    out_ += "<h4>How it comes about</h4><ol class=\"path\">";
    std::uint32_t before = kNone;
    for (std::size_t i = 0; i < path.size(); ++i) {
      const std::uint32_t node = placed.concern && i < placed.concern->path.size() ? placed.concern->path[i].node : kNone;
      out_ += "<li" + node_attribute(node) + ">";
      if (node != kNone && node != before) {
        out_ += "<span class=\"enters\">" + html(design_.nodes[node].name) + "</span>";
        before = node;
      }
      out_ += "<span class=\"step\">" + html(path[i].message) + "</span>";
      if (i == 0 || !same_line(review_, path[i].span, path[i - 1].span)) {
        out_ += " <code class=\"place\">" + html(place(path[i].span)) + "</code>";
        if (review_.files) out_ += html_source(*review_.files, path[i].span, 0);
      }
      out_ += "</li>";
    }
    out_ += "</ol>";
  }

  const Review& review_;
  const design::Design& design_;
  bool is_first_ = true;  // stands open, to show what there is
  std::string out_;
};

}  // namespace

std::string write_html(const Review& review, const design::Design& design) {
  return fill_map_page("review", HtmlWriter(review, design).write(), design);
}

}  // namespace beamwright::report
