// What editors are told of one file: the findings and diagnostics of a review as LSP writes them, with what hovers and quick
// fixes of the same findings need.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "report/report.h"
#include "serve/documents.h"
#include "serve/positions.h"
#include "serve/rpc.h"

namespace beamwright::serve {

// What the client can take, from its capabilities.
struct ClientTraits {
  Encoding encoding = Encoding::kUtf16;
  bool pulls = false;  // asks for diagnostics; else they are published
  bool refreshes_diagnostics = false;
  bool refreshes_lenses = false;
  bool related_information = false;
  bool code_description = false;
  bool markdown_hover = false;
  bool action_literals = false;
  bool document_changes = false;  // edits may name the version that they are made for
  bool watches_files = false;
  bool data_support = false;          // diagnostics keep their data
  bool refuses_push_version = false;  // publishDiagnostics may not name a version
  // LSP 3.18.
  bool markup_messages = false;       // pulled diagnostics may be told in Markdown
  bool action_documentation = false;  // shows what the server says of a kind of code actions, and can open documents
  bool virtual_documents = false;     // opens what the server has no file of: the rules' documents
};

struct Range {
  Place begin, end;
};
Json range_json(const Range& range);
Range read_range(const Json& json);

// One finding in a file.
struct Shown {
  Range range;
  Json diagnostic;
  std::string code;
  std::string hover;          // Markdown
  std::string rewrite_title;  // empty: there is no rewrite
  Json rewrite_edits;         // URI → its edits
};

struct FileResult {
  Json diagnostics = Json::array();
  std::string id;  // the same for the same diagnostics
  std::vector<Shown> findings;
  // The rewrites that touch no other file and can be carried out together: whose they are, and their edits.
  std::vector<std::size_t> fixed_together;
  Json edits_together = Json::array();
};

// URIs as the client writes them, by absolute path, of what is open; what is not is written by uri_of_path().
using OpenUris = std::map<std::string, std::string>;

// The results of all files of a review that have any, by absolute path.
std::map<std::string, FileResult> results_of(const report::Review& review, const ClientTraits& traits, const OpenUris& open);

// A result without anything in it.
const FileResult& empty_result();

// The kinds of code actions there are.
inline constexpr const char* kQuickFix = "quickfix";
inline constexpr const char* kFixAll = "source.fixAll.beamwright";

// What code actions are asked for.
struct ActionQuestion {
  Range range;
  std::optional<std::vector<std::string>> kinds;  // these and what is below them ("source" holds "source.fixAll"); none: all
  bool wants(std::string_view kind) const;
};

// The quick fixes and suppressions of the findings that the range touches, and all safe fixes of the document at once:
// CodeAction[].
Json actions_for(const FileResult& result, const ActionQuestion& question, const Document& document, const ClientTraits& traits,
                 const std::map<std::string, std::int64_t>& versions_by_uri);

// Hover, or null where no finding stands.
Json hover_at(const FileResult& result, Place place, const ClientTraits& traits);

}  // namespace beamwright::serve
