#include "serve/lsp_results.h"

#include <algorithm>

#include "findings/rewriting.h"
#include "report/markdown_text.h"
#include "serve/rule_pages.h"

namespace beamwright::serve {
namespace {

using findings::Finding;
using findings::Severity;

// LSP knows errors, warnings, information and hints.
int severity_number(Severity severity) {
  if (severity >= Severity::kHigh) return 1;
  if (severity == Severity::kMedium) return 2;
  return severity == Severity::kLow ? 3 : 4;
}

// FNV-1a of what was told: the same for the same text in every run.
std::string id_of(const Json& diagnostics) {
  std::uint64_t hash = 0xCBF29CE484222325ull;
  for (const char c : diagnostics.dump(-1, ' ', false, Json::error_handler_t::replace)) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
  }
  return std::to_string(hash);
}

bool less(Place a, Place b) { return a < b; }

// Where files of a review are and how editors count in them.
class Writer {
 public:
  Writer(const report::Review& review, const ClientTraits& traits, const OpenUris& open)
      : review_(review), traits_(traits), open_(open) {}

  std::map<std::string, FileResult> run() {
    for (const Finding& finding : review_.findings) {
      if (finding.span.file) add(finding);
    }
    for (const source::Diagnostic& diagnostic : review_.diagnostics) {
      if (diagnostic.span.file) add(diagnostic);
    }
    for (auto& [path, result] : results_) result.id = id_of(result.diagnostics);
    choose_together();
    return std::move(results_);
  }

 private:
  const std::string& path_of(source::FileId file) const { return review_.files->file(file).absolute_path; }

  std::string uri_of(source::FileId file) const {
    const auto open = open_.find(path_of(file));
    return open != open_.end() ? open->second : uri_of_path(path_of(file));
  }

  const Lines& lines_of(source::FileId file) {
    const auto found = lines_.find(file);
    return found != lines_.end() ? found->second : lines_.emplace(file, Lines(review_.files->file(file).text)).first->second;
  }

  Range range_of(source::Span span) {
    const Lines& lines = lines_of(span.file);
    const Place begin = lines.place(span.begin, traits_.encoding);
    return {begin, std::max(begin, lines.place(span.end, traits_.encoding), less)};
  }

  void add(const Finding& finding) {
    Shown shown;
    shown.range = range_of(finding.span);
    shown.code = finding.code;
    Json& diagnostic = shown.diagnostic;
    diagnostic = {{"range", range_json(shown.range)},
                  {"severity", severity_number(finding.severity)},
                  {"code", finding.code},
                  {"source", "beamwright"},
                  {"message", finding.message}};
    if (traits_.markup_messages) {
      diagnostic["message"] = {{"kind", "markdown"}, {"value", report::markdown_prose(finding.message)}};
    }
    if (traits_.code_description) {
      const std::string page = traits_.virtual_documents ? rule_uri(finding.code) : rule_page(finding.code);
      if (!page.empty()) diagnostic["codeDescription"] = {{"href", page}};
    }
    if (traits_.related_information && !finding.path.empty()) diagnostic["relatedInformation"] = related(finding);
    if (traits_.data_support) diagnostic["data"] = {{"fingerprint", finding.fingerprint}};
    shown.hover = hover_of(finding);
    add_rewrite(finding, shown);
    FileResult& result = results_[path_of(finding.span.file)];
    remember_own_rewrite(finding, result);
    result.diagnostics.push_back(diagnostic);
    result.findings.push_back(std::move(shown));
  }

  Json related(const Finding& finding) {
    Json rows = Json::array();
    for (const findings::Step& step : finding.path) {
      if (!step.span.file) continue;
      rows.push_back({{"location", {{"uri", uri_of(step.span.file)}, {"range", range_json(range_of(step.span))}}},
                      {"message", step.message}});
    }
    return rows;
  }

  static std::string hover_of(const Finding& finding) {
    std::string text = "**" + std::string(finding.code) + " " + std::string(finding.name) + "** (" +
                       std::string(to_string(finding.severity)) + ", " + std::string(to_string(finding.confidence)) + ")\n\n" +
                       finding.message + "\n";
    if (!finding.why.empty()) text += "\n" + finding.why + "\n";
    if (!finding.fix.empty()) text += "\n**Instead**\n\n" + finding.fix + "\n";
    return text + rule_explanation(finding.code);
  }

  void add_rewrite(const Finding& finding, Shown& shown) {
    if (finding.rewrite.edits.empty()) return;
    shown.rewrite_title = finding.rewrite.title;
    shown.rewrite_edits = Json::object();
    for (const findings::Edit& edit : finding.rewrite.edits) {
      std::string text = edit.text;
      if (review_.files->file(edit.span.file).text.find("\r\n") != std::string_view::npos) {
        for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.replace(at, 1, "\r\n");
      }
      Json& edits = shown.rewrite_edits[uri_of(edit.span.file)];
      edits.push_back({{"range", range_json(range_of(edit.span))}, {"newText", std::move(text)}});
    }
  }

  // Who fixes all of a document expects no other one to change.
  void remember_own_rewrite(const Finding& finding, FileResult& result) {
    const auto& edits = finding.rewrite.edits;
    const auto in_this_file = [&](const findings::Edit& edit) { return edit.span.file == finding.span.file; };
    if (edits.empty() || !std::all_of(edits.begin(), edits.end(), in_this_file)) return;
    own_rewrites_.emplace_back();
    own_rewrites_.back().rewrite = finding.rewrite;
    owners_.push_back({&result, finding.span.file, result.findings.size()});
  }

  void choose_together() {
    const findings::Choice choice = findings::choose(own_rewrites_);
    for (const std::size_t i : choice.done) owners_[i].result->fixed_together.push_back(owners_[i].place);
    for (const std::size_t i : choice.edits) {
      const Owner& owner = owners_[i];
      for (const Json& edit : owner.result->findings[owner.place].rewrite_edits[uri_of(owner.file)]) {
        owner.result->edits_together.push_back(edit);
      }
    }
  }

  void add(const source::Diagnostic& diagnostic) {
    const bool warns = diagnostic.kind == source::DiagnosticKind::kSyntax || diagnostic.kind == source::DiagnosticKind::kIo;
    results_[path_of(diagnostic.span.file)].diagnostics.push_back({{"range", range_json(range_of(diagnostic.span))},
                                                                   {"severity", warns ? 2 : 3},
                                                                   {"code", to_string(diagnostic.kind)},
                                                                   {"source", "beamwright"},
                                                                   {"message", diagnostic.message}});
  }

  const report::Review& review_;
  const ClientTraits& traits_;
  const OpenUris& open_;
  std::map<source::FileId, Lines> lines_;
  std::map<std::string, FileResult> results_;
  // Of the findings whose rewrites touch nothing but their own files.
  struct Owner {
    FileResult* result;
    source::FileId file;
    std::size_t place;  // in result->findings
  };
  findings::Findings own_rewrites_;
  std::vector<Owner> owners_;
};

// The client's way of writing edits of several files.
Json workspace_edit(const Json& edits_by_uri, const ClientTraits& traits,
                    const std::map<std::string, std::int64_t>& versions_by_uri) {
  if (!traits.document_changes) return {{"changes", edits_by_uri}};
  Json changes = Json::array();
  for (const auto& [uri, edits] : edits_by_uri.items()) {
    const auto version = versions_by_uri.find(uri);
    const Json number = version == versions_by_uri.end() ? Json(nullptr) : Json(version->second);
    changes.push_back({{"textDocument", {{"uri", uri}, {"version", number}}}, {"edits", edits}});
  }
  return {{"documentChanges", std::move(changes)}};
}

// A comment on a line of its own above the finding, as deep as the code below it.
Json suppression_edit(const Shown& shown, const Document& document) {
  const Lines lines(document.text);
  const std::string_view line = lines.line(shown.range.begin.line);
  const std::string indentation(line.substr(0, std::min(line.find_first_not_of(" \t"), line.size())));
  const char* mark = document.path.ends_with(".erl") || document.path.ends_with(".hrl") ? "%% " : "# ";
  const char* end = document.text.find("\r\n") != std::string::npos ? "\r\n" : "\n";
  const Range place{{shown.range.begin.line, 0}, {shown.range.begin.line, 0}};
  const std::string text = indentation + mark + "beamwright:ignore " + shown.code + " write here why this does not bite" + end;
  return {{document.uri, Json::array({{{"range", range_json(place)}, {"newText", text}}})}};
}

bool touches(const Range& a, const Range& b) { return a.begin <= b.end && b.begin <= a.end; }

}  // namespace

Json range_json(const Range& range) {
  return {{"start", {{"line", range.begin.line}, {"character", range.begin.character}}},
          {"end", {{"line", range.end.line}, {"character", range.end.character}}}};
}

Range read_range(const Json& json) { return {read_place(object_at(json, "start")), read_place(object_at(json, "end"))}; }

std::map<std::string, FileResult> results_of(const report::Review& review, const ClientTraits& traits, const OpenUris& open) {
  return Writer(review, traits, open).run();
}

const FileResult& empty_result() {
  static const FileResult result = [] {
    FileResult empty;
    empty.id = id_of(empty.diagnostics);
    return empty;
  }();
  return result;
}

bool ActionQuestion::wants(std::string_view kind) const {
  if (!kinds) return true;
  return std::any_of(kinds->begin(), kinds->end(), [&](std::string_view each) {
    return each.empty() || kind == each || (kind.starts_with(each) && kind[each.size()] == '.');
  });
}

Json actions_for(const FileResult& result, const ActionQuestion& question, const Document& document, const ClientTraits& traits,
                 const std::map<std::string, std::int64_t>& versions_by_uri) {
  Json actions = Json::array();
  const auto add = [&](const std::string& title, const char* kind, Json diagnostics, const Json& edits) -> Json& {
    actions.push_back({{"title", title},
                       {"kind", kind},
                       {"diagnostics", std::move(diagnostics)},
                       {"edit", workspace_edit(edits, traits, versions_by_uri)}});
    return actions.back();
  };
  for (const Shown& shown : result.findings) {
    if (!question.wants(kQuickFix) || !touches(shown.range, question.range)) continue;
    const Json diagnostics = Json::array({shown.diagnostic});
    if (!shown.rewrite_title.empty()) {
      add(shown.rewrite_title, kQuickFix, diagnostics, shown.rewrite_edits)["isPreferred"] = true;
    }
    add("Ignore " + shown.code + " here, with a reason", kQuickFix, diagnostics, suppression_edit(shown, document));
  }
  if (question.wants(kFixAll) && !result.fixed_together.empty()) {
    const std::size_t count = result.fixed_together.size();
    Json diagnostics = Json::array();
    for (const std::size_t place : result.fixed_together) diagnostics.push_back(result.findings[place].diagnostic);
    const std::string title = count == 1 ? "Fix the one finding that has a safe fix"
                                         : "Fix all " + std::to_string(count) + " findings that have a safe fix";
    add(title, kFixAll, std::move(diagnostics), {{document.uri, result.edits_together}});
  }
  return actions;
}

Json hover_at(const FileResult& result, Place place, const ClientTraits& traits) {
  std::string text;
  std::optional<Range> range;
  for (const Shown& shown : result.findings) {
    if (!touches(shown.range, {place, place})) continue;
    text += (text.empty() ? "" : "\n---\n\n") + shown.hover;
    if (!range) range = shown.range;
  }
  if (!range) return nullptr;
  const char* kind = traits.markdown_hover ? "markdown" : "plaintext";
  return {{"contents", {{"kind", kind}, {"value", text}}}, {"range", range_json(*range)}};
}

}  // namespace beamwright::serve
