#include "serve/lsp_client.h"

#include <algorithm>

#include "report/version.h"
#include "serve/rule_pages.h"

namespace beamwright::serve {
namespace {

// The value at a path of keys, null where one is missing.
const Json& at(const Json& json, std::initializer_list<const char*> keys) {
  static const Json kNothing;
  const Json* value = &json;
  for (const char* key : keys) {
    if (!value->is_object() || !value->contains(key)) return kNothing;
    value = &(*value)[key];
  }
  return *value;
}

bool says_yes(const Json& json, std::initializer_list<const char*> keys) {
  const Json& value = at(json, keys);
  return value.is_boolean() && value.get<bool>();
}

bool holds(const Json& list, std::string_view word) {
  return list.is_array() && std::any_of(list.begin(), list.end(), [&](const Json& each) { return each == word; });
}

// The first that the client names, which is the one it likes best; UTF-16 where it names none (LSP 3.17, "positionEncodings").
Encoding agreed_encoding(const Json& capabilities) {
  const Json& wanted = at(capabilities, {"general", "positionEncodings"});
  if (wanted.is_array()) {
    for (const Json& each : wanted) {
      for (const Encoding encoding : {Encoding::kUtf8, Encoding::kUtf16, Encoding::kUtf32}) {
        if (each == to_string(encoding)) return encoding;
      }
    }
  }
  return Encoding::kUtf16;
}

// What is watched on the disk. Eglot (until 1.9 at least) refuses all of them when one has a * between braces.
constexpr const char* kSourceGlob = "**/*.{ex,exs,erl,hrl}";
constexpr const char* kSettingsGlob = "**/*.{app.src,config}";
constexpr const char* kManifestGlob = "**/{mix.exs,mix.lock,rebar.lock,erlang.mk,Makefile,.beamwright.toml}";

}  // namespace

ClientTraits client_traits(const Json& params) {
  const Json& all = at(params, {"capabilities"});
  const Json& text = at(all, {"textDocument"});
  ClientTraits traits;
  traits.encoding = agreed_encoding(all);
  traits.pulls = at(text, {"diagnostic"}).is_object();
  traits.refreshes_diagnostics = says_yes(all, {"workspace", "diagnostics", "refreshSupport"});
  traits.refreshes_lenses = says_yes(all, {"workspace", "codeLens", "refreshSupport"});
  // A client that pulls tells in 3.18 what its reports may hold, and in 3.17 took all that the protocol knew.
  const Json& pushed = at(text, {"publishDiagnostics"});
  const Json& pulled = at(text, {"diagnostic"});
  const auto takes = [&](const char* what) {
    return says_yes(pushed, {what}) || (traits.pulls && (says_yes(pulled, {what}) || !pushed.is_object()));
  };
  traits.related_information = takes("relatedInformation");
  traits.code_description = takes("codeDescriptionSupport");
  traits.data_support = takes("dataSupport");
  traits.refuses_push_version = !says_yes(pushed, {"versionSupport"});
  traits.markdown_hover = holds(at(text, {"hover", "contentFormat"}), "markdown");
  traits.action_literals = at(text, {"codeAction", "codeActionLiteralSupport"}).is_object();
  traits.action_documentation =
      says_yes(text, {"codeAction", "documentationSupport"}) && says_yes(all, {"window", "showDocument", "support"});
  traits.document_changes = says_yes(all, {"workspace", "workspaceEdit", "documentChanges"});
  traits.markup_messages = traits.pulls && says_yes(pulled, {"markupMessageSupport"});
  traits.virtual_documents = at(all, {"workspace", "textDocumentContent"}).is_object();
  traits.watches_files = says_yes(all, {"workspace", "didChangeWatchedFiles", "dynamicRegistration"});
  return traits;
}

std::vector<std::string> folder_paths(const Json& folders) {
  std::vector<std::string> paths;
  if (!folders.is_array()) return paths;
  for (const Json& folder : folders) {
    const Json& uri = at(folder, {"uri"});
    if (!uri.is_string()) continue;
    if (std::string path = path_of_uri(uri.get<std::string>()); !path.empty()) paths.push_back(std::move(path));
  }
  return paths;
}

std::vector<std::string> client_roots(const Json& params) {
  std::vector<std::string> roots = folder_paths(at(params, {"workspaceFolders"}));
  if (!roots.empty()) return roots;
  const Json& uri = at(params, {"rootUri"});
  const Json& path = at(params, {"rootPath"});
  std::string root;
  if (uri.is_string()) root = path_of_uri(uri.get<std::string>());
  if (root.empty() && path.is_string()) root = path_of_uri(uri_of_path(path.get<std::string>()));
  if (!root.empty()) roots.push_back(std::move(root));
  return roots;
}

review::CheckOptions client_options(const Json& params, review::CheckOptions options) {
  const Json& words = at(params, {"initializationOptions"});
  if (!words.is_object()) return options;
  for (const auto& [key, value] : words.items()) {
    if (key == "jobs" && value.is_number_unsigned() && value >= 1 && value <= 1024) {
      options.jobs = value.get<unsigned>();
    } else if (key == "includeTests" && value.is_boolean()) {
      options.include_tests = value.get<bool>();
    } else {
      throw RpcError{kInvalidParams,
                     "initializationOptions: known are jobs (1 to 1024) and includeTests (true, false), not " + key, nullptr};
    }
  }
  return options;
}

Json initialize_result(const ClientTraits& traits) {
  const Json files{{"filters", Json::array({{{"scheme", "file"}, {"pattern", {{"glob", kSourceGlob}}}}})}};
  Json capabilities{{"positionEncoding", to_string(traits.encoding)},
                    {"textDocumentSync", {{"openClose", true}, {"change", 2}, {"save", {{"includeText", false}}}}},
                    {"hoverProvider", true},
                    {"codeActionProvider", {{"codeActionKinds", Json::array({kQuickFix, kFixAll})}}},
                    {"codeLensProvider", {{"resolveProvider", false}}},
                    {"workspace",
                     {{"workspaceFolders", {{"supported", true}, {"changeNotifications", true}}},
                      {"fileOperations", {{"didCreate", files}, {"didRename", files}, {"didDelete", files}}}}}};
  if (traits.pulls) {
    capabilities["diagnosticProvider"] = {
        {"identifier", "beamwright"}, {"interFileDependencies", true}, {"workspaceDiagnostics", true}};
  }
  if (traits.action_documentation) {
    const auto documented = [](const char* kind, const char* title) -> Json {
      return {{"kind", kind}, {"command", {{"title", title}, {"command", kActionsCommand}}}};
    };
    capabilities["codeActionProvider"]["documentation"] =
        Json::array({documented(kQuickFix, "About Beamwright's fixes and suppressions"),
                     documented(kFixAll, "About the fixes that Beamwright makes at once")});
    capabilities["executeCommandProvider"] = {{"commands", Json::array({kActionsCommand})}};
  }
  if (traits.virtual_documents) capabilities["workspace"]["textDocumentContent"] = {{"schemes", Json::array({kRuleScheme})}};
  return {{"capabilities", std::move(capabilities)}, {"serverInfo", {{"name", "beamwright"}, {"version", report::version()}}}};
}

Json watch_registration() {
  const Json watchers =
      Json::array({{{"globPattern", kSourceGlob}}, {{"globPattern", kSettingsGlob}}, {{"globPattern", kManifestGlob}}});
  return {{"registrations", Json::array({{{"id", "beamwright-files"},
                                          {"method", "workspace/didChangeWatchedFiles"},
                                          {"registerOptions", {{"watchers", watchers}}}}})}};
}

}  // namespace beamwright::serve
