#include "app/init/hosts.h"

namespace beamwright::app {
namespace {

constexpr std::string_view kServer = R"({"command": "beamwright", "args": ["mcp"]})";
// Hooks of one shape in several hosts: which tools write files is what differs.
constexpr std::string_view kStop = R"({"hooks": [{"type": "command", "command": "beamwright hook"}]})";

constexpr JsonEntry kClaude[] = {
    {".claude/settings.json", "hooks/PostToolUse", "",
     R"({"matcher": "Edit|MultiEdit|Write", "hooks": [{"type": "command", "command": "beamwright hook"}]})"},
    {".claude/settings.json", "hooks/Stop", "", kStop},
    {".mcp.json", "mcpServers", "beamwright", kServer},
};

constexpr JsonEntry kCodex[] = {
    {".codex/hooks.json", "hooks/PostToolUse", "",
     R"({"matcher": "Edit|Write|apply_patch", "hooks": [{"type": "command", "command": "beamwright hook"}]})"},
    {".codex/hooks.json", "hooks/Stop", "", kStop},
};

constexpr JsonEntry kCursor[] = {
    {".cursor/hooks.json", "", "version", "1"},
    {".cursor/hooks.json", "hooks/afterFileEdit", "", R"({"command": "beamwright hook"})"},
    {".cursor/hooks.json", "hooks/stop", "", R"({"command": "beamwright hook"})"},
    {".cursor/mcp.json", "mcpServers", "beamwright", kServer},
};

constexpr JsonEntry kGemini[] = {
    {".gemini/settings.json", "hooks/AfterTool", "",
     R"({"matcher": "write_file|replace", "hooks": [{"type": "command", "command": "beamwright hook"}]})", true},
    {".gemini/settings.json", "hooks/AfterAgent", "", kStop, true},
    {".gemini/settings.json", "mcpServers", "beamwright", kServer, true},
};

constexpr JsonEntry kVsCode[] = {
    {".vscode/mcp.json", "servers", "beamwright", R"({"type": "stdio", "command": "beamwright", "args": ["mcp"]})", true},
};

constexpr AgentHost kHosts[] = {
    {"claude", ".claude CLAUDE.md .mcp.json", ".claude/skills/beamwright/SKILL.md", kClaude},
    {"codex", ".codex", ".codex/skills/beamwright/SKILL.md", kCodex, ".codex/config.toml"},
    {"cursor", ".cursor .cursorrules", ".cursor/skills/beamwright/SKILL.md", kCursor},
    {"gemini", ".gemini GEMINI.md", ".gemini/skills/beamwright/SKILL.md", kGemini},
    {"vscode", ".vscode", "", kVsCode},
};

}  // namespace

std::span<const AgentHost> agent_hosts() { return kHosts; }

}  // namespace beamwright::app
