// Where the hosts of coding agents look for hooks, MCP servers and skills, and in which shape. Sources: Claude Code's references
// of settings, hooks, MCP and skills (code.claude.com/docs), Cursor's of hooks and MCP (cursor.com/docs), Gemini CLI's of hooks
// and configuration (geminicli.com/docs), OpenAI's of Codex hooks (developers.openai.com/codex), VS Code's of MCP configuration
// (code.visualstudio.com/docs).
#pragma once

#include <span>
#include <string_view>

namespace beamwright::app {

// One entry of a JSON file: a member called `name`, or an element of the array, at the end of `way` (keys with '/' between).
struct JsonEntry {
  std::string_view path;  // of the file
  std::string_view way;
  std::string_view name;   // empty: an element
  std::string_view value;  // JSON
  bool comments = false;   // the host reads this file with comments
};

struct AgentHost {
  std::string_view name;
  std::string_view signs;  // paths that only a project with this host has, with spaces between
  std::string_view skill;  // empty: none
  std::span<const JsonEntry> entries;
  std::string_view toml = {};  // a file of TOML that names the tools; empty: none
};

// What stands there, as a section: nothing is put in where its table is there already.
inline constexpr std::string_view kTomlTable = "mcp_servers.beamwright";
inline constexpr std::string_view kTomlServer = "[mcp_servers.beamwright]\ncommand = \"beamwright\"\nargs = [\"mcp\"]\n";

std::span<const AgentHost> agent_hosts();

}  // namespace beamwright::app
