// `beamwright hook`: what a coding agent hears while it works. After an edit, what the edit brought into that file; when the
// agent is about to say that it is done, what its change brought into the project. Old findings are never told.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "findings/finding.h"
#include "serve/hook_event.h"

namespace beamwright::serve {

struct HookOptions {
  std::optional<Host> host;                   // none: told by the event
  std::string path;                           // the project; empty: told by the event
  std::string since = "HEAD";                 // the commit that changes are counted from
  std::optional<findings::Severity> fail_on;  // none: what the project's settings say, else high
  unsigned jobs = 1;
};

struct HookAnswer {
  std::string reply;  // for standard output
  std::string fault;  // for standard error: why nothing could be judged; hosts let the agent go on
  std::string note;   // for standard error, beside a reply: what was left out
};

HookAnswer answer_hook(std::string_view input, const HookOptions& options);

}  // namespace beamwright::serve
