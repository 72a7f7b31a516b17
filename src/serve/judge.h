// Judging a text that is not written yet: a snippet alone, or the new text of a file within its project.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "review/check.h"

namespace beamwright::serve {

using Fingerprints = std::set<std::string, std::less<>>;

Fingerprints fingerprints_of(const report::Review& review);

enum class SnippetLanguage { kElixir, kErlang };

// By what only Erlang writes: attributes, `->` after a head with a full stop somewhere behind it.
SnippetLanguage language_of(std::string_view text);

struct Snippet {
  std::string text;      // what is reviewed; every line of the original stands on its own line still
  bool wrapped = false;  // functions without a module were given one, named Snippet, with one registered process
};

// Functions alone are no module, and nothing can be said of them before they are in one.
Snippet make_module(std::string_view text, SnippetLanguage language);

// Reviews a text as the only file there is, called snippet.ex or snippet.erl, without settings.
Result<review::Checked> review_snippet(const Snippet& snippet, SnippetLanguage language, unsigned jobs,
                                       const std::stop_token& stop = {});

// The fingerprints of what would be found in a file if it had this text, the rest of the project being as it is; empty when the
// text cannot be reviewed. `options` names the project.
Fingerprints findings_with(review::CheckOptions options, const std::string& file, std::string text);

}  // namespace beamwright::serve
