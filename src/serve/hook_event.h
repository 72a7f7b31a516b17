// What a coding agent's host tells its hooks: one JSON object on standard input, different for each host, and what the hosts want
// to hear. Sources: Claude Code's hooks reference (code.claude.com/docs/en/hooks), the schemas of openai/codex
// (codex-rs/hooks/schema), Cursor's hooks reference (cursor.com/docs/hooks), google-gemini/gemini-cli docs/hooks/reference.md,
// GitHub's and VS Code's hooks references.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace beamwright::serve {

enum class Host : std::uint8_t { kClaude, kCodex, kCursor, kGemini, kCopilot, kVsCode };

// "claude", "codex", "cursor", "gemini", "copilot", "vscode".
std::string_view to_string(Host host);
std::optional<Host> host_named(std::string_view name);
std::vector<std::string> host_names();

struct HookEvent {
  enum class Kind : std::uint8_t {
    kEdited,  // the agent wrote `files`
    kEnding,  // the agent is about to say that it is done
    kOther,   // nothing to do
  };
  Host host = Host::kClaude;
  Kind kind = Kind::kOther;
  std::string name;                // of the event, as the host writes it
  std::string folder;              // where the agent works; may be empty
  std::vector<std::string> files;  // as the host names them, of kEdited
  bool again = false;              // the agent goes on only because it was sent back once; to send it back again may never end
};

// The error says that this is no event of a hook. The host is told by what its events hold, unless it is given.
Result<HookEvent> read_hook_event(std::string_view text, std::optional<Host> host);

// What to print when there is something to tell the agent, and when there is not. One JSON object and a line end.
std::string hook_reply(const HookEvent& event, std::string_view text);
std::string silent_hook_reply();

}  // namespace beamwright::serve
