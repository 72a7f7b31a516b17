// The language server: `beamwright lsp`. LSP 3.17 over two descriptors, with what 3.18 adds where the client says that it knows
// it. It tells findings and what to do about them; completion, formatting and navigation are left to the language's own server.
#pragma once

#include "review/check.h"

namespace beamwright::serve {

// Serves until the client says exit or goes away. Gives the exit code of the specification: 0 after a shutdown request, else 1.
// Of the options, the path is not looked at: the client names its folders.
int serve_lsp(int input, int output, const review::CheckOptions& options);

}  // namespace beamwright::serve
