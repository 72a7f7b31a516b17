#include "serve/rule_pages.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>

#include "report/version.h"
#include "rules/lookup.h"
#include "serve/documents.h"

namespace beamwright::serve {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRuleUri = "beamwright:/rules/";
constexpr const char* kActionsUri = "beamwright:/code-actions.md";

constexpr std::string_view kActionsDocument = R"(# Beamwright's code actions

## Fixes

A finding whose rule knows a change that takes it away, keeps what the code means for everybody else, and is wanted whatever the
author had in mind, offers this change as a quick fix (the preferred one). Everything else is told in words: hover over the finding.

## Fixing all at once

`source.fixAll.beamwright` makes all those changes of a document in one edit, as `beamwright check --fix` does for a whole project.
Where two touch each other, the first is made and the other offered again afterwards; a change that needs another file too is left to
its quick fix. Nothing is suppressed. To let an editor do this whenever it saves, name the kind `source.fixAll` or
`source.fixAll.beamwright` among its actions on save.

## Suppressions

`Ignore CODE here, with a reason` writes a comment above the line:

    # beamwright:ignore BW401 write here why this does not bite

The words behind the code are yours to write: they tell whoever reads the line next why it may stay. A suppression that no longer
suppresses anything is reported.
)";

fs::path cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache == '/') return fs::path(cache) / "beamwright" / report::version();
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home == '/') return fs::path(home) / ".cache" / "beamwright" / report::version();
  return {};
}

std::string write_page(std::string_view name, std::string_view text) {
  const fs::path folder = cache_folder();
  if (folder.empty()) return {};
  std::error_code error;
  fs::create_directories(folder, error);
  const fs::path page = folder / (std::string(name) + ".md");
  // Another server may do the same at this moment: the file is whole whenever it is there under its name.
  const fs::path part = page.string() + "." + std::to_string(::getpid());
  {
    std::ofstream out(part, std::ios::binary);
    out << text;
    if (!out.flush()) return {};
  }
  fs::rename(part, page, error);
  return error ? std::string() : uri_of_path(page.string());
}

std::string write_rule_page(std::string_view code) {
  const rules::RegisteredRule* rule = rules::find_rule(rules::all_rules(), code);
  return rule == nullptr ? std::string() : write_page(rule->rule->info.code, rule->document);
}

// The text of a section of a Markdown document, heading included; empty when it has none of that name.
std::string section(std::string_view document, std::string_view heading) {
  const std::string line = "## " + std::string(heading);
  const std::size_t begin = document.find(line + "\n");
  if (begin == std::string_view::npos) return {};
  const std::size_t end = std::min(document.find("\n## ", begin + 1), document.size());
  return std::string(document.substr(begin + line.size(), end - begin - line.size()));
}

}  // namespace

std::string rule_page(std::string_view code) {
  static std::mutex mutex;
  static std::map<std::string, std::string, std::less<>> pages;
  const std::lock_guard lock(mutex);
  const auto known = pages.find(code);
  return known != pages.end() ? known->second : pages.emplace(code, write_rule_page(code)).first->second;
}

std::string rule_uri(std::string_view code) { return std::string(kRuleUri) + std::string(code) + ".md"; }

std::string actions_page() { return write_page("code-actions", kActionsDocument); }

std::string actions_uri() { return kActionsUri; }

std::optional<std::string> document_at(std::string_view uri) {
  if (uri == kActionsUri) return std::string(kActionsDocument);
  if (!uri.starts_with(kRuleUri) || !uri.ends_with(".md")) return {};
  uri.remove_prefix(kRuleUri.size());
  uri.remove_suffix(3);
  const rules::RegisteredRule* rule = rules::find_rule(rules::all_rules(), uri);
  if (rule == nullptr) return {};
  return std::string(rule->document);
}

std::string rule_explanation(std::string_view code) {
  const rules::RegisteredRule* rule = rules::find_rule(rules::all_rules(), code);
  if (rule == nullptr) return {};
  std::string text;
  for (const char* heading : {"What it finds", "Why it matters"}) {
    const std::string body = section(rule->document, heading);
    if (!body.empty()) text += "\n**" + std::string(heading) + "**\n" + body + "\n";
  }
  return text;
}

}  // namespace beamwright::serve
