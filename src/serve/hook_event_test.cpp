// What each host says to its hooks, as its documentation shows it, and what it is answered.
#include "serve/hook_event.h"

#include <gtest/gtest.h>

namespace beamwright::serve {
namespace {

using Kind = HookEvent::Kind;

HookEvent read(const char* text) {
  const Result<HookEvent> event = read_hook_event(text, std::nullopt);
  EXPECT_TRUE(event) << text;
  return event ? *event : HookEvent();
}

TEST(HookEvent, ClaudeCode) {
  const HookEvent edit = read(R"({"session_id":"a","transcript_path":"t","cwd":"/p","permission_mode":"default",
    "hook_event_name":"PostToolUse","tool_name":"Write","tool_input":{"file_path":"/p/a.ex","content":""},"tool_response":{}})");
  EXPECT_EQ(edit.host, Host::kClaude);
  EXPECT_EQ(edit.kind, Kind::kEdited);
  EXPECT_EQ(edit.files, std::vector<std::string>{"/p/a.ex"});
  EXPECT_EQ(edit.folder, "/p");
  EXPECT_EQ(hook_reply(edit, "x"), "{\"decision\":\"block\",\"reason\":\"x\"}\n");
  const HookEvent stop = read(R"({"session_id":"a","cwd":"/p","hook_event_name":"Stop","stop_hook_active":false})");
  EXPECT_EQ(stop.kind, Kind::kEnding);
  EXPECT_EQ(hook_reply(stop, "x"), "{\"decision\":\"block\",\"reason\":\"x\"}\n");
}

TEST(HookEvent, NobodyIsSentBackTwice) {
  const HookEvent again = read(R"({"session_id":"a","cwd":"/p","hook_event_name":"Stop","stop_hook_active":true})");
  EXPECT_TRUE(again.again);
  EXPECT_EQ(hook_reply(again, "x"), "{\"systemMessage\":\"x\"}\n");
  EXPECT_EQ(hook_reply(read(R"({"hook_event_name":"stop","cursor_version":"2","status":"completed","loop_count":1})"), "x"),
            "{}\n");
}

TEST(HookEvent, Codex) {
  const HookEvent edit = read(R"({"session_id":"a","turn_id":"t","cwd":"/p","hook_event_name":"PostToolUse","model":"m",
    "permission_mode":"default","tool_name":"apply_patch","tool_use_id":"u","transcript_path":null,"tool_response":"",
    "tool_input":{"command":"*** Begin Patch\n*** Update File: lib/a.ex\n@@\n-x\n+y\n*** Add File: lib/b.ex\n+z\n*** End Patch"}})");
  EXPECT_EQ(edit.host, Host::kCodex);
  EXPECT_EQ(edit.kind, Kind::kEdited);
  EXPECT_EQ(edit.files, (std::vector<std::string>{"lib/a.ex", "lib/b.ex"}));
}

TEST(HookEvent, Cursor) {
  const HookEvent edit = read(R"({"conversation_id":"c","generation_id":"g","hook_event_name":"afterFileEdit",
    "workspace_roots":["/p"],"file_path":"/p/a.erl","edits":[{"old_string":"a","new_string":"b"}]})");
  EXPECT_EQ(edit.host, Host::kCursor);
  EXPECT_EQ(edit.folder, "/p");
  EXPECT_EQ(hook_reply(edit, "x"), "{\"additional_context\":\"x\"}\n");
  const HookEvent stop = read(R"({"generation_id":"g","hook_event_name":"stop","status":"completed","loop_count":0})");
  EXPECT_EQ(hook_reply(stop, "x"), "{\"followup_message\":\"x\"}\n");
  EXPECT_EQ(read(R"({"generation_id":"g","hook_event_name":"stop","status":"aborted"})").kind, Kind::kOther);
}

TEST(HookEvent, Gemini) {
  const HookEvent edit = read(R"({"session_id":"a","cwd":"/p","hook_event_name":"AfterTool","timestamp":"t",
    "tool_name":"replace","tool_input":{"file_path":"a.ex"},"tool_response":{}})");
  EXPECT_EQ(edit.host, Host::kGemini);
  EXPECT_EQ(hook_reply(edit, "x"), "{\"hookSpecificOutput\":{\"additionalContext\":\"x\",\"hookEventName\":\"AfterTool\"}}\n");
  const HookEvent stop =
      read(R"({"cwd":"/p","hook_event_name":"AfterAgent","prompt":"","prompt_response":"","stop_hook_active":false})");
  EXPECT_EQ(hook_reply(stop, "x"), "{\"decision\":\"deny\",\"reason\":\"x\"}\n");
}

TEST(HookEvent, Copilot) {
  const HookEvent edit = read(R"({"timestamp":1,"cwd":"/p","toolName":"edit","toolArgs":"{\"path\":\"/p/a.ex\"}",
    "toolResult":{"resultType":"success","textResultForLlm":""}})");
  EXPECT_EQ(edit.host, Host::kCopilot);
  EXPECT_EQ(edit.files, std::vector<std::string>{"/p/a.ex"});
  EXPECT_EQ(hook_reply(edit, "x"), "{\"additionalContext\":\"x\"}\n");
  EXPECT_EQ(read(R"({"timestamp":1,"cwd":"/p","toolName":"edit","toolArgs":"{\"path\":\"/p/a.ex\"}"})").kind, Kind::kOther);
  const HookEvent stop = read(R"({"timestamp":1,"cwd":"/p","sessionId":"s","transcriptPath":"t","stopReason":"end_turn"})");
  EXPECT_EQ(stop.kind, Kind::kEnding);
  EXPECT_EQ(hook_reply(stop, "x"), "{\"decision\":\"block\",\"reason\":\"x\"}\n");
}

TEST(HookEvent, VsCode) {
  const HookEvent edit = read(R"({"timestamp":"t","cwd":"/p","sessionId":"s","hookEventName":"PostToolUse",
    "tool_name":"editFiles","tool_input":{"files":["a.ex","b.ex"]},"tool_response":""})");
  EXPECT_EQ(edit.host, Host::kVsCode);
  EXPECT_EQ(edit.files.size(), 2u);
  const HookEvent stop = read(R"({"cwd":"/p","sessionId":"s","hookEventName":"Stop","stop_hook_active":false})");
  EXPECT_NE(hook_reply(stop, "x").find("hookSpecificOutput"), std::string::npos);
}

TEST(HookEvent, ToolsThatReadAreNoEdits) {
  for (const char* tool : {"Read", "Grep", "Bash", "read_file"}) {
    const std::string text =
        std::string(R"({"hook_event_name":"PostToolUse","cwd":"/p","tool_input":{"file_path":"a.ex"},"tool_name":")") + tool +
        "\"}";
    EXPECT_EQ(read(text.c_str()).kind, Kind::kOther) << tool;
  }
}

TEST(HookEvent, AnythingElseIsAFaultAndNeverACrash) {
  for (const std::string& text : {std::string(), std::string("nonsense"), std::string("[]"), std::string("{}"),
                                  std::string("{\"a\":"), std::string(300000, '['), std::string("{\"hook_event_name\":7}")}) {
    EXPECT_FALSE(read_hook_event(text, std::nullopt)) << text.substr(0, 40);
  }
  EXPECT_EQ(read(R"({"hook_event_name":"PostToolUse","tool_name":7,"tool_input":[1],"cwd":{},"workspace_roots":[1]})").kind,
            Kind::kOther);
}

TEST(HookEvent, TheHostCanBeGiven) {
  const Result<HookEvent> event = read_hook_event(R"({"hook_event_name":"Stop","cwd":"/p"})", Host::kVsCode);
  EXPECT_EQ(event->host, Host::kVsCode);
  EXPECT_EQ(host_named("gemini"), Host::kGemini);
  EXPECT_FALSE(host_named("nix"));
  EXPECT_EQ(host_names().size(), 6u);
}

}  // namespace
}  // namespace beamwright::serve
