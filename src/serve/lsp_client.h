// What an initialize request says of the client, and what is answered.
#pragma once

#include <string>
#include <vector>

#include "review/check.h"
#include "serve/lsp_results.h"

namespace beamwright::serve {

ClientTraits client_traits(const Json& params);
// The absolute paths of its folders, without links; those that are no files of this machine are left out.
std::vector<std::string> client_roots(const Json& params);
// The paths of WorkspaceFolder[].
std::vector<std::string> folder_paths(const Json& folders);
// initializationOptions {"jobs": 2, "includeTests": true} over what the command line says. Throws RpcError for other words.
review::CheckOptions client_options(const Json& params, review::CheckOptions options);

// The command behind what is said of code actions (LSP 3.18, CodeActionOptions.documentation).
inline constexpr const char* kActionsCommand = "beamwright.aboutCodeActions";

Json initialize_result(const ClientTraits& traits);
// The params of client/registerCapability for the files to be watched.
Json watch_registration();

}  // namespace beamwright::serve
