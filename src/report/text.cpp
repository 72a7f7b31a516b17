// The report for people: where there is much, first what matters most; then the findings, those of one process together and the
// worst first, each with its place to click on, its line of source, what is wrong, why it matters, the path of evidence and what
// to write instead; then what could not be read, a table, and the verdict as the last line, where a terminal leaves the eye.
// People read it tired: nothing is said twice.
#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>
#include <unordered_map>

#include "report/counts.h"
#include "report/excerpt.h"
#include "report/groups.h"
#include "report/layout.h"
#include "report/report.h"
#include "report/steps.h"
#include "report/summary.h"

namespace beamwright::report {
namespace {

using findings::Finding;
using findings::Severity;

constexpr std::size_t kLabelColumns = 8;  // "  why   "
constexpr std::size_t kFilesWithDiagnostics = 40;
constexpr std::size_t kDiagnosticsPerFile = 5;  // the first ones usually cause the others
constexpr std::size_t kTakenInAtOnce = 5;       // findings
constexpr std::size_t kToldEach = 2;            // findings of one rule that are told in short

Ink ink_of(Severity severity) {
  switch (severity) {
    case Severity::kCritical:
      return Ink::kBoldRed;
    case Severity::kHigh:
      return Ink::kRed;
    case Severity::kMedium:
      return Ink::kYellow;
    case Severity::kLow:
      return Ink::kCyan;
    case Severity::kInfo:
      return Ink::kDim;
  }
  return Ink::kPlain;
}

Ink ink_of(findings::Verdict verdict) {
  switch (verdict) {
    case findings::Verdict::kShip:
      return Ink::kBoldGreen;
    case findings::Verdict::kFixFirst:
      return Ink::kBoldYellow;
    case findings::Verdict::kNeedsRedesign:
    case findings::Verdict::kNotJudged:
      return Ink::kBoldRed;
  }
  return Ink::kPlain;
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return out;
}

std::string padded_left(std::string_view text, std::size_t columns) {
  const std::size_t have = width(text);
  return std::string(columns > have ? columns - have : 0, ' ').append(text);
}

class TextWriter {
 public:
  TextWriter(const Review& review, const TextOptions& options)
      : review_(review), design_(options.design), columns_(options.columns), paint_(options.color), counts_(review.findings) {}

  std::string write() {
    const std::vector<Group> groups = group_findings(review_, design_);
    const std::size_t full = std::count_if(review_.findings.begin(), review_.findings.end(), is_told_in_full);
    if (full > kTakenInAtOnce) write_overview(groups);
    std::vector<const Finding*> brief;
    for (const Group& group : groups) write_group(group, brief);
    write_brief(brief);
    write_rest();
    return std::move(out_);
  }

  // How often each rule speaks, instead of what it says.
  std::string write_statistics() {
    std::map<std::string_view, std::pair<const Finding*, unsigned>> rules;
    for (const Finding& finding : review_.findings) {
      auto& [first, count] = rules[finding.code];
      first = &finding;
      ++count;
    }
    std::vector<std::pair<const Finding*, unsigned>> rows;
    for (const auto& [code, row] : rules) rows.push_back(row);
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    for (const auto& [finding, count] : rows) {
      out_ +=
          padded_left(grouped(count), 8) + "  " + paint_(Ink::kBold, finding->code) + "  " + std::string(finding->name) + "\n";
    }
    if (!rows.empty()) out_ += "\n";
    write_rest();
    return std::move(out_);
  }

 private:
  // What is low or mere information must not bury what is not.
  static bool is_told_in_full(const Finding& finding) { return finding.severity >= Severity::kMedium; }

  void write_rest() {
    write_diagnostics(false);
    write_diagnostics(true);
    if (!review_.findings.empty()) write_table();
    out_ += scope_of(review_) + "\n";
    if (const std::string hidden = hidden_of(review_); !hidden.empty()) out_ += hidden + "\n";
    out_ += paint_(ink_of(review_.verdict), to_string(review_.verdict)) + "  " + reasons_of(review_) + "\n";
  }

  // As the user would type it from where they stand, so that an editor or terminal finds it.
  std::string shown_path(source::FileId file) const {
    const std::string path = file && review_.files ? clean(review_.files->file(file).path) : std::string(".");
    if (review_.root.empty() || review_.root == ".") return path;
    const std::string root = clean(review_.root);
    if (path == ".") return root;
    return root.ends_with('/') ? root + path : root + "/" + path;
  }

  source::Position position(const source::Span& span) const {
    return span.file && review_.files ? review_.files->position(span.file, span.begin) : source::Position{};
  }

  std::string place_in(const std::string& path, const source::Span& span) const {
    const source::Position at = position(span);
    return path + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
  }

  std::string place(const source::Span& span) const { return place_in(shown_path(span.file), span); }

  // For where the whole path has just been said, or can be looked up.
  std::string short_place(const source::Span& span) const {
    const std::string path = shown_path(span.file);
    return place_in(path.substr(path.rfind('/') + 1), span);
  }

  // One screen for those who read no further: the verdict, and one line for each of the findings that matter most.
  void write_overview(const std::vector<Group>& groups) {
    const std::string verdict(to_string(review_.verdict));
    out_ += paint_(ink_of(review_.verdict), verdict) + "  ";
    append_wrapped(out_, reasons_of(review_), verdict.size() + 2, columns_);
    out_ += "\n\n" + paint_(Ink::kBold, "What matters most") + "\n";
    const std::vector<Placed> first = weightiest(groups, kTakenInAtOnce);
    std::size_t severity_columns = 0, name_columns = 0, subject_columns = 0;
    for (const Placed& placed : first) {
      severity_columns = std::max(severity_columns, to_string(placed.finding->severity).size());
      name_columns = std::max(name_columns, placed.finding->name.size());
      subject_columns = std::max(subject_columns, width(subject(placed)));
    }
    std::size_t before = severity_columns + name_columns + subject_columns + 8;
    // Where the screen is too narrow for whom a finding concerns, its place says enough.
    const bool with_subject = std::all_of(first.begin(), first.end(), [&](const Placed& placed) {
      return before + width(short_place(placed.finding->span)) <= columns_;
    });
    if (!with_subject) before -= subject_columns + 2;
    for (const Placed& placed : first) {
      const Finding& finding = *placed.finding;
      const std::string severity = upper(to_string(finding.severity)), who = subject(placed), where = place(finding.span);
      out_ += "  " + paint_(ink_of(finding.severity), severity) + std::string(severity_columns - severity.size() + 2, ' ') +
              std::string(finding.name) + std::string(name_columns - finding.name.size() + 2, ' ');
      if (with_subject) out_ += who + std::string(subject_columns - width(who) + 2, ' ');
      out_ += paint_(Ink::kCyan, before + width(where) <= columns_ ? where : short_place(finding.span)) + "\n";
    }
    out_ += "\n";
  }

  // The process that a finding concerns and how many wait for it or send to it, else the function.
  std::string subject(const Placed& placed) const {
    if (placed.node == design::kNone) return clean(placed.finding->function);
    const std::string name = clean(design_->nodes[placed.node].name);
    return placed.callers > 0 ? name + ", " + counted(placed.callers, "caller") : name;
  }

  // Those that are told in full; the others are left for later.
  void write_group(const Group& group, std::vector<const Finding*>& brief) {
    std::vector<const Finding*> full;
    for (const Placed& placed : group.findings) (is_told_in_full(*placed.finding) ? full : brief).push_back(placed.finding);
    if (full.size() > 1 && group.node != design::kNone)
      write_heading(design_->nodes[group.node], group.findings[0].callers, full.size());
    for (const Finding* finding : full) write_finding(*finding);
  }

  void write_heading(const design::Node& node, std::uint32_t callers, std::size_t count) {
    const std::string title = clean(node.name) + ": " + counted(count, "finding") + " ";
    const std::size_t used = width(title) + 3;
    out_ += paint_(Ink::kDim, "── ") + paint_(Ink::kBold, title);
    for (std::size_t column = used; column < columns_; ++column) out_ += paint_(Ink::kPlain, "─");
    out_ += "\n";
    std::string about = node.type.empty() ? std::string(to_string(node.kind)) : node.type;
    if (!node.contract.supervision.empty()) about += ", " + node.contract.supervision;
    if (callers > 0) about += "; " + counted(callers, "caller");
    out_ += "   ";
    append_wrapped(out_, clean(about), 3, columns_);
    out_ += "\n\n";
  }

  void write_finding(const Finding& finding) {
    const Ink ink = ink_of(finding.severity);
    out_ += paint_(ink, upper(to_string(finding.severity))) + "  " + std::string(finding.code) + " " +
            paint_(Ink::kBold, finding.name) + paint_(Ink::kDim, "  " + std::string(to_string(finding.confidence))) + "\n";
    out_ += "  " + paint_(Ink::kCyan, place(finding.span));
    if (!finding.function.empty()) out_ += "  in " + clean(finding.function);
    out_ += "\n";
    write_excerpt(finding.span, ink);
    out_ += "  ";
    append_wrapped(out_, clean(finding.message), 2, columns_);
    out_ += "\n";
    write_told("why", finding.why, finding);
    write_path(finding);
    write_told("fix", finding.fix, finding);
    if (!finding.rewrite.edits.empty()) {
      begin_label("--fix");
      append_wrapped(out_, "writes it: " + clean(finding.rewrite.title), kLabelColumns, columns_);
      out_ += "\n";
    }
    out_ += "\n";
  }

  // The findings in few lines, worst first; what one rule says often is said once.
  void write_brief(std::vector<const Finding*>& findings) {
    if (findings.empty()) return;
    out_ += paint_(Ink::kBold, "In short") + paint_(Ink::kDim, "  --format json or html has all of it") + "\n";
    std::map<std::pair<int, std::string_view>, std::vector<const Finding*>> rules;
    for (const Finding* finding : findings) rules[{-static_cast<int>(finding->severity), finding->code}].push_back(finding);
    for (auto& [key, of_rule] : rules) {
      if (of_rule.size() <= kToldEach) {
        for (const Finding* finding : of_rule) write_short(*finding);
      } else {
        write_places(of_rule);
      }
    }
    out_ += "\n";
  }

  std::string short_title(const Finding& finding) const {
    return "  " + paint_(ink_of(finding.severity), to_string(finding.severity)) + "  " + std::string(finding.code) + " " +
           std::string(finding.name);
  }

  void write_short(const Finding& finding) {
    out_ += short_title(finding) + "  " + paint_(Ink::kCyan, place(finding.span)) + "\n    ";
    append_wrapped(out_, clean(finding.message), 4, columns_);
    out_ += "\n";
  }

  void write_places(std::vector<const Finding*>& of_rule) {
    std::stable_sort(of_rule.begin(), of_rule.end(),
                     [&](const Finding* a, const Finding* b) { return shown_path(a->span.file) < shown_path(b->span.file); });
    out_ += short_title(*of_rule.front()) + ", " + grouped(of_rule.size()) + " times\n";
    for (const Finding* finding : of_rule) {
      const std::string where = place(finding->span), function = clean(finding->function);
      out_ += "    " + paint_(Ink::kCyan, where);
      if (4 + width(where) + 2 + width(function) <= columns_) out_ += "  " + function;
      out_ += "\n";
    }
  }

  // A reason or a remedy; where an earlier finding has said the same, a word that it did.
  void write_told(std::string_view label, std::string_view text, const Finding& finding) {
    if (text.empty()) return;
    const auto [told, is_new] = told_.try_emplace(text, &finding);
    begin_label(label);
    if (is_new) {
      append_wrapped(out_, clean(text), kLabelColumns, columns_);
    } else {
      out_ += paint_(Ink::kDim, "as at " + short_place(told->second->span) + " above");
    }
    out_ += "\n";
  }

  void begin_label(std::string_view label) {
    out_ += "  " + paint_(Ink::kBold, label) + std::string(kLabelColumns - 2 - label.size(), ' ');
  }

  void write_path(const Finding& finding) {
    if (!has_path_to_show(review_, finding)) return;
    const std::vector<findings::Step>& path = finding.path;
    begin_label("path");
    std::set<source::FileId> named{finding.span.file};
    source::Span before = finding.span;
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (i > 0) out_.append(kLabelColumns, ' ');
      const std::string number = std::to_string(i + 1) + ". ";
      const std::size_t indent = kLabelColumns + number.size();
      out_ += number;
      append_wrapped(out_, clean(path[i].message), indent, columns_);
      if (!same_line(review_, path[i].span, before)) {
        const std::string where = named.insert(path[i].span.file).second ? place(path[i].span) : short_place(path[i].span);
        const bool fits = width(std::string_view(out_).substr(out_.rfind('\n') + 1)) + 2 + width(where) <= columns_;
        out_ += (fits ? "  " : "\n" + std::string(indent, ' ')) + paint_(Ink::kDim, where);
      }
      before = path[i].span;
      out_ += "\n";
    }
  }

  void write_excerpt(const source::Span& span, Ink ink) {
    if (!span.file || !review_.files || review_.files->file(span.file).text.empty()) return;
    const source::LineIndex& lines = review_.files->lines(span.file);
    const std::uint32_t line = lines.position(span.begin).line;
    const std::uint32_t start = lines.line_start(line);
    const std::size_t end = std::max(span.end, span.begin) - start;
    const std::string number = padded_left(std::to_string(line), 6);
    const Excerpt excerpt = excerpt_of(lines.line_text(line), span.begin - start, end, columns_ - number.size() - 3);
    out_ += paint_(Ink::kDim, number + " │ ") + excerpt.line + "\n";
    out_ += paint_(Ink::kDim, std::string(number.size(), ' ') + " │ ") + std::string(excerpt.caret, ' ') +
            paint_(ink, std::string(excerpt.length, '^')) + "\n";
  }

  // The files that could not be read, apart from comments to Beamwright that are at fault.
  void write_diagnostics(bool comments) {
    source::Diagnostics all;
    std::copy_if(review_.diagnostics.begin(), review_.diagnostics.end(), std::back_inserter(all),
                 [&](const source::Diagnostic& d) { return is_comment(d) == comments; });
    if (all.empty()) return;
    out_ += paint_(Ink::kBold, comments ? "Comments to Beamwright that do nothing" : "Not read or not understood") + "\n";
    std::size_t files = 0;
    for (std::size_t i = 0; i < all.size();) {
      std::size_t end = i;
      while (end < all.size() && all[end].span.file == all[i].span.file) ++end;
      if (files++ == kFilesWithDiagnostics) {
        out_ += "  and " + counted(files_of(all) - kFilesWithDiagnostics, "more file") + "; --format json gives all\n";
        break;
      }
      const std::size_t shown = end - i > kDiagnosticsPerFile + 1 ? i + kDiagnosticsPerFile : end;
      for (std::size_t at = i; at < shown; ++at) write_diagnostic(all[at]);
      if (shown < end) {
        out_ += "  " + shown_path(all[i].span.file) + "  and " + grouped(end - shown) + " more; --format json gives all\n";
      }
      i = end;
    }
    out_ += "\n";
  }

  void write_diagnostic(const source::Diagnostic& diagnostic) {
    const bool has_place = diagnostic.kind == source::DiagnosticKind::kSyntax || is_comment(diagnostic);
    const std::string where = has_place ? place(diagnostic.span) : shown_path(diagnostic.span.file);
    out_ += "  " + paint_(Ink::kCyan, where);
    std::string message = clean(diagnostic.message);
    if (diagnostic.kind == source::DiagnosticKind::kInternal) message = "fault of Beamwright itself: " + message;
    out_ += 2 + width(where) + 2 + width(message) > columns_ ? "\n    " : "  ";
    append_wrapped(out_, message, 4, columns_);
    out_ += "\n";
  }

  void write_table() {
    constexpr std::size_t kCell = 10;
    std::string head(14, ' ');
    for (const Severity severity : kSeverities) head += padded_left(to_string(severity), kCell);
    out_ += paint_(Ink::kBold, head) + "\n";
    const auto row = [&](std::string_view name, auto&& count_of) {
      out_ += "  " + std::string(name) + std::string(12 - name.size(), ' ');
      for (const Severity severity : kSeverities) {
        const unsigned count = count_of(severity);
        const std::string cell = padded_left(count == 0 ? "·" : grouped(count), kCell);
        out_ += count == 0 ? paint_(Ink::kDim, cell) : paint_(ink_of(severity), cell);
      }
      out_ += "\n";
    };
    for (const findings::Family family : kFamilies) {
      if (counts_.of(family) > 0) row(to_string(family), [&](Severity s) { return counts_.of(family, s); });
    }
    row("all", [&](Severity s) { return counts_.of(s); });
    out_ += "\n";
  }

  const Review& review_;
  const design::Design* design_;
  std::size_t columns_;
  Painter paint_;
  Counts counts_;
  std::unordered_map<std::string_view, const Finding*> told_;  // reasons and remedies, and who told them first
  std::string out_;
};

}  // namespace

std::string write_text(const Review& review, const TextOptions& options) {
  TextWriter writer(review, options);
  return options.statistics ? writer.write_statistics() : writer.write();
}

}  // namespace beamwright::report
