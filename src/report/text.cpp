// The report for people: worst findings first, each with its place to click on, its line of source, what is wrong, why it
// matters, the path of evidence and what to write instead; then what could not be read, a table, and the verdict as the last
// line, where a terminal leaves the eye.
#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>

#include "report/counts.h"
#include "report/excerpt.h"
#include "report/layout.h"
#include "report/report.h"

namespace beamwright::report {
namespace {

using findings::Finding;
using findings::Severity;

constexpr std::size_t kLabelColumns = 8;  // "  why   "
constexpr std::size_t kFilesWithDiagnostics = 40;
constexpr std::size_t kDiagnosticsPerFile = 5;  // the first ones usually cause the others

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
      : review_(review), paint_(options.color), counts_(review.findings) {}

  std::string write() {
    std::vector<const Finding*> order;
    for (const Finding& finding : review_.findings) order.push_back(&finding);
    std::stable_sort(order.begin(), order.end(), [](const Finding* a, const Finding* b) { return a->severity > b->severity; });
    bool in_short = false;
    for (const Finding* finding : order) {
      if (finding->severity >= Severity::kMedium) {
        write_finding(*finding);
      } else {
        if (!in_short) out_ += paint_(Ink::kBold, "In short") + paint_(Ink::kDim, "  --format json has all of it") + "\n";
        in_short = true;
        write_short(*finding);
      }
    }
    if (in_short) out_ += "\n";
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
  void write_rest() {
    write_diagnostics(false);
    write_diagnostics(true);
    if (!review_.findings.empty()) write_table();
    write_scope();
    write_hidden();
    write_verdict();
  }

  // As the user would type it from where they stand, so that an editor or terminal finds it.
  std::string shown_path(source::FileId file) const {
    const std::string path = file && review_.files ? clean(review_.files->file(file).path) : std::string(".");
    if (review_.root.empty() || review_.root == ".") return path;
    const std::string root = clean(review_.root);
    if (path == ".") return root;
    return root.ends_with('/') ? root + path : root + "/" + path;
  }

  std::string place(const source::Span& span) const {
    const source::Position at = span.file && review_.files ? review_.files->position(span.file, span.begin) : source::Position{};
    return shown_path(span.file) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
  }

  void write_finding(const Finding& finding) {
    const Ink ink = ink_of(finding.severity);
    out_ += paint_(ink, upper(to_string(finding.severity))) + "  " + std::string(finding.code) + " " +
            paint_(Ink::kBold, finding.name) + paint_(Ink::kDim, "  " + std::string(to_string(finding.confidence))) + "\n";
    out_ += "  " + paint_(Ink::kCyan, place(finding.span));
    if (!finding.function.empty()) out_ += "  in " + clean(finding.function);
    out_ += "\n\n";
    write_excerpt(finding.span, ink);
    out_ += "  ";
    append_wrapped(out_, clean(finding.message), 2);
    out_ += "\n";
    if (!finding.why.empty()) write_labelled("why", finding.why);
    write_path(finding.path);
    if (!finding.fix.empty()) write_labelled("fix", finding.fix);
    out_ += "\n";
  }

  // What is low or mere information must not bury what is not.
  void write_short(const Finding& finding) {
    out_ += "  " + paint_(ink_of(finding.severity), to_string(finding.severity)) + "  " + std::string(finding.code) + " " +
            std::string(finding.name) + "  " + paint_(Ink::kCyan, place(finding.span)) + "\n    ";
    append_wrapped(out_, clean(finding.message), 4);
    out_ += "\n";
  }

  void write_labelled(std::string_view label, std::string_view text) {
    begin_label(label);
    append_wrapped(out_, clean(text), kLabelColumns);
    out_ += "\n";
  }

  void begin_label(std::string_view label) {
    out_ += "\n  " + paint_(Ink::kBold, label) + std::string(kLabelColumns - 2 - label.size(), ' ');
  }

  void write_path(const std::vector<findings::Step>& path) {
    if (path.empty()) return;
    begin_label("path");
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (i > 0) out_.append(kLabelColumns, ' ');
      const std::string number = std::to_string(i + 1) + ". ";
      out_ += number;
      append_wrapped(out_, clean(path[i].message), kLabelColumns + number.size());
      out_ += "\n" + std::string(kLabelColumns + number.size(), ' ') + paint_(Ink::kDim, place(path[i].span)) + "\n";
    }
  }

  void write_excerpt(const source::Span& span, Ink ink) {
    if (!span.file || !review_.files || review_.files->file(span.file).text.empty()) return;
    const source::LineIndex& lines = review_.files->lines(span.file);
    const std::uint32_t line = lines.position(span.begin).line;
    const std::uint32_t start = lines.line_start(line);
    const std::size_t end = std::max(span.end, span.begin) - start;
    const std::string number = padded_left(std::to_string(line), 6);
    const Excerpt excerpt = excerpt_of(lines.line_text(line), span.begin - start, end, kColumns - number.size() - 3);
    out_ += paint_(Ink::kDim, number + " │ ") + excerpt.line + "\n";
    out_ += paint_(Ink::kDim, std::string(number.size(), ' ') + " │ ") + std::string(excerpt.caret, ' ') +
            paint_(ink, std::string(excerpt.length, '^')) + "\n\n";
  }

  static bool is_comment(const source::Diagnostic& diagnostic) { return diagnostic.kind == source::DiagnosticKind::kSuppression; }

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
    out_ += 2 + width(where) + 2 + width(message) > kColumns ? "\n    " : "  ";
    append_wrapped(out_, message, 4);
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
    for (const findings::Family family : kFamilies) row(to_string(family), [&](Severity s) { return counts_.of(family, s); });
    row("all", [&](Severity s) { return counts_.of(s); });
    out_ += "\n";
  }

  void write_scope() {
    out_ += "Reviewed " + counted(review_.file_count, "file") + " with " + counted(review_.line_count, "line") + ": " +
            counted(review_.module_count, "module") + ", " + counted(review_.process_count, "process", "processes") + ", " +
            counted(review_.supervisor_count, "supervisor") + ".\n";
  }

  static std::size_t files_of(const source::Diagnostics& diagnostics) {
    std::set<source::FileId> files;
    for (const source::Diagnostic& diagnostic : diagnostics) files.insert(diagnostic.span.file);
    return files.size();
  }

  std::size_t unread_files() const {
    source::Diagnostics unread;
    std::copy_if(review_.diagnostics.begin(), review_.diagnostics.end(), std::back_inserter(unread),
                 [](const source::Diagnostic& d) { return !is_comment(d); });
    return files_of(unread);
  }

  // What there is beside the findings above, so that silence is never taken for soundness.
  void write_hidden() {
    std::string text;
    const auto add = [&](std::uint32_t count, std::string_view why) {
      if (count > 0) text += (text.empty() ? "Not shown: " : ", ") + grouped(count) + " " + std::string(why);
    };
    add(review_.suppressed_count, "suppressed in the code");
    add(review_.known_count, "in the baseline");
    add(review_.unchanged_count, "that the change did not touch");
    if (!text.empty()) out_ += text + ".\n";
  }

  void write_verdict() {
    std::string line = reasons();
    if (const std::size_t unread = unread_files(); unread > 0) line += "; " + counted(unread, "file") + " not wholly read";
    out_ += paint_(ink_of(review_.verdict), to_string(review_.verdict)) + "  " + line + "\n";
  }

  // "call-cycle (BW403), blocking-call-handler (BW401)": the rules of the findings asked for, worst first, each once.
  template <typename Wanted>
  std::string rules_of(Wanted wanted) const {
    std::vector<const Finding*> rules;
    for (const Severity severity : kSeverities) {
      for (const Finding& finding : review_.findings) {
        if (finding.severity != severity || !wanted(finding)) continue;
        const bool known = std::any_of(rules.begin(), rules.end(), [&](const Finding* r) { return r->code == finding.code; });
        if (!known) rules.push_back(&finding);
      }
    }
    constexpr std::size_t kShown = 4;
    std::string text;
    for (std::size_t i = 0; i < std::min(rules.size(), kShown); ++i) {
      if (i > 0) text += ", ";
      text += std::string(rules[i]->name) + " (" + std::string(rules[i]->code) + ")";
    }
    if (rules.size() > kShown) text += " and " + counted(rules.size() - kShown, "other rule");
    return text;
  }

  std::string reasons() const {
    const unsigned critical = counts_.of(Severity::kCritical), high = counts_.of(Severity::kHigh);
    std::string counts = critical > 0 ? counted(critical, "critical", "critical") : "";
    if (high > 0) counts += (counts.empty() ? "" : " and ") + counted(high, "high", "high");
    counts += critical + high == 1 ? " finding" : " findings";
    switch (review_.verdict) {
      case findings::Verdict::kShip: {
        const unsigned medium = counts_.of(Severity::kMedium);
        return medium == 0
                   ? "no finding of medium severity or above"
                   : "no finding of high severity or above, " + counted(medium, "medium one", "medium ones") + " to weigh";
      }
      case findings::Verdict::kFixFirst:
        return counts + ": " + rules_of([](const Finding& f) { return f.severity >= Severity::kHigh; });
      case findings::Verdict::kNeedsRedesign:
        return counts + "; the design itself is at fault: " + rules_of([](const Finding& f) {
                 return f.structural && f.severity >= Severity::kHigh;
               });
    }
    return counts;
  }

  const Review& review_;
  Painter paint_;
  Counts counts_;
  std::string out_;
};

}  // namespace

std::string write_text(const Review& review, const TextOptions& options) {
  TextWriter writer(review, options);
  return options.statistics ? writer.write_statistics() : writer.write();
}

}  // namespace beamwright::report
