#include "serve/hook_event.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace beamwright::serve {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 100;
constexpr std::array<std::pair<Host, std::string_view>, 6> kHosts{{{Host::kClaude, "claude"},
                                                                   {Host::kCodex, "codex"},
                                                                   {Host::kCursor, "cursor"},
                                                                   {Host::kGemini, "gemini"},
                                                                   {Host::kCopilot, "copilot"},
                                                                   {Host::kVsCode, "vscode"}}};

std::string text_of(const Json& object, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const auto found = object.find(key);
    if (found != object.end() && found->is_string()) return found->get<std::string>();
  }
  return {};
}

bool flag_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

// Also of an object that a host passes as a text.
Json object_of(const Json& event, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const auto found = event.find(key);
    if (found == event.end()) continue;
    if (found->is_object()) return *found;
    if (!found->is_string()) continue;
    Json parsed = Json::parse(found->get_ref<const std::string&>(), nullptr, false);
    if (parsed.is_object()) return parsed;
  }
  return Json::object();
}

Host host_of(const Json& event, std::string_view name) {
  if (event.contains("cursor_version") || event.contains("workspace_roots") || event.contains("generation_id"))
    return Host::kCursor;
  if (name == "AfterTool" || name == "AfterAgent" || name == "BeforeTool" || name == "BeforeAgent") return Host::kGemini;
  if (event.contains("toolName") || event.contains("toolArgs") || event.contains("stopReason")) return Host::kCopilot;
  if (event.contains("turn_id")) return Host::kCodex;
  if (event.contains("hookEventName") || event.contains("sessionId")) return Host::kVsCode;
  return Host::kClaude;
}

// Hosts pass tools that read too, when the hook's settings do not leave them out.
bool writes_files(std::string tool) {
  std::transform(tool.begin(), tool.end(), tool.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  constexpr std::array<std::string_view, 7> kWords{"edit", "write", "create", "patch", "replace", "insert", "update"};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return tool.find(word) != std::string::npos; });
}

// "*** Update File: lib/a.ex" and the like, of a patch in Codex' own format.
void add_patched(std::string_view patch, std::vector<std::string>& files) {
  constexpr std::array<std::string_view, 3> kHeads{"*** Update File: ", "*** Add File: ", "*** Move to: "};
  while (!patch.empty()) {
    const std::size_t end = std::min(patch.find('\n'), patch.size());
    std::string_view line = patch.substr(0, end);
    patch.remove_prefix(std::min(end + 1, patch.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    for (const std::string_view head : kHeads) {
      if (line.starts_with(head)) files.emplace_back(line.substr(head.size()));
    }
  }
}

std::vector<std::string> files_of(const Json& input) {
  std::vector<std::string> files;
  if (std::string file = text_of(input, {"file_path", "filePath", "path", "target_file"}); !file.empty()) {
    files.push_back(std::move(file));
  }
  if (const auto list = input.find("files"); list != input.end() && list->is_array()) {
    for (const Json& each : *list) {
      if (each.is_string()) files.push_back(each.get<std::string>());
    }
  }
  for (const char* key : {"command", "input", "patch", "patchText"}) {
    const auto found = input.find(key);
    if (found != input.end() && found->is_string()) add_patched(found->get_ref<const std::string&>(), files);
  }
  return files;
}

std::string folder_of(const Json& event) {
  const auto roots = event.find("workspace_roots");
  if (roots != event.end() && roots->is_array() && !roots->empty() && roots->front().is_string()) {
    return roots->front().get<std::string>();
  }
  return text_of(event, {"cwd"});
}

}  // namespace

std::string_view to_string(Host host) {
  return std::find_if(kHosts.begin(), kHosts.end(), [&](const auto& row) { return row.first == host; })->second;
}

std::optional<Host> host_named(std::string_view name) {
  for (const auto& [host, known] : kHosts) {
    if (known == name) return host;
  }
  return std::nullopt;
}

std::vector<std::string> host_names() {
  std::vector<std::string> names;
  for (const auto& [host, name] : kHosts) names.emplace_back(name);
  return names;
}

Result<HookEvent> read_hook_event(std::string_view text, std::optional<Host> host) {
  bool too_deep = false;
  const auto shallow = [&](int depth, Json::parse_event_t, Json&) { return !(too_deep = too_deep || depth > kMaxDepth); };
  const Json json = Json::parse(text.begin(), text.end(), shallow, false);
  if (too_deep || !json.is_object()) return Error{"standard input holds no event of a hook: one JSON object"};
  HookEvent event;
  event.name = text_of(json, {"hook_event_name", "hookEventName"});
  event.host = host.value_or(host_of(json, event.name));
  event.folder = folder_of(json);
  const std::string tool = text_of(json, {"tool_name", "toolName"});
  if (event.name.empty()) {
    // Copilot's events have no name, only a shape.
    if (tool.empty() && !json.contains("stopReason")) return Error{"the event on standard input has no hook_event_name"};
    const bool done = json.contains("toolResult") || json.contains("toolResponse") || json.contains("tool_result");
    event.name = tool.empty() ? "agentStop" : done ? "postToolUse" : "preToolUse";
  }
  if (event.name == "afterFileEdit") {
    event.kind = HookEvent::Kind::kEdited;
    event.files = files_of(json);
  } else if (event.name == "PostToolUse" || event.name == "postToolUse" || event.name == "AfterTool") {
    event.files = writes_files(tool) ? files_of(object_of(json, {"tool_input", "toolArgs"})) : std::vector<std::string>();
    if (!event.files.empty()) event.kind = HookEvent::Kind::kEdited;
  } else if (event.name == "Stop" || event.name == "SubagentStop" || event.name == "AfterAgent" || event.name == "stop" ||
             event.name == "subagentStop" || event.name == "agentStop") {
    // Cursor tells of agents that were interrupted too; nobody is there to be sent back.
    const std::string status = text_of(json, {"status"});
    if (status.empty() || status == "completed") event.kind = HookEvent::Kind::kEnding;
    const auto loops = json.find("loop_count");
    event.again = flag_of(json, "stop_hook_active") || flag_of(json, "stopHookActive") ||
                  (loops != json.end() && loops->is_number_integer() && *loops > 0);
  }
  return event;
}

std::string silent_hook_reply() { return "{}\n"; }

std::string hook_reply(const HookEvent& event, std::string_view text) {
  Json reply = Json::object();
  const bool ending = event.kind == HookEvent::Kind::kEnding;
  if (ending && event.again) {
    // The person is told, the agent is let go. Cursor and Copilot have no words for that.
    if (event.host != Host::kCursor && event.host != Host::kCopilot) reply["systemMessage"] = text;
  } else if (event.host == Host::kCursor) {
    reply[ending ? "followup_message" : "additional_context"] = text;
  } else if (event.host == Host::kGemini && !ending) {
    // A denial would take the tool's own answer away from the agent.
    reply["hookSpecificOutput"] = {{"hookEventName", event.name}, {"additionalContext", text}};
  } else if (event.host == Host::kCopilot && !ending) {
    reply["additionalContext"] = text;
  } else {
    const std::string decision = event.host == Host::kGemini ? "deny" : "block";
    reply["decision"] = decision;
    reply["reason"] = text;
    if (event.host == Host::kVsCode && ending) {
      reply["hookSpecificOutput"] = {{"hookEventName", event.name}, {"decision", decision}, {"reason", text}};
    }
  }
  return reply.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace beamwright::serve
