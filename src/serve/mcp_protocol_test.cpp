// The protocol by its messages alone: which generation serves which request, and what is refused with which code.
#include "serve/mcp_protocol.h"

#include <gtest/gtest.h>

namespace beamwright::serve {
namespace {

Json modern(const Json& params = Json::object(), const char* version = "2026-07-28") {
  Json all = params;
  all["_meta"] = {{"io.modelcontextprotocol/protocolVersion", version},
                  {"io.modelcontextprotocol/clientCapabilities", Json::object()}};
  return all;
}

Json only_answer(McpProtocol& protocol, const Json& message) {
  const McpTaken taken = protocol.take(wire_text(message));
  EXPECT_EQ(taken.answers.size(), 1u) << message;
  EXPECT_TRUE(taken.calls.empty());
  return taken.answers.empty() ? Json() : taken.answers.front();
}

Json request(const char* method, const Json& params, const Json& id = 1) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}};
}

int code_of(const Json& answer) { return answer.contains("error") ? answer["error"]["code"].get<int>() : 0; }

Json agree(McpProtocol& protocol, const char* version) {
  return only_answer(protocol, request("initialize", {{"protocolVersion", version}, {"capabilities", Json::object()}}));
}

TEST(McpProtocol, DiscoveryNamesTheModernVersionAndTheServer) {
  McpProtocol protocol;
  const Json result = only_answer(protocol, request("server/discover", modern()))["result"];
  EXPECT_EQ(result["supportedVersions"], Json::array({"2026-07-28"}));
  EXPECT_EQ(result["resultType"], "complete");
  EXPECT_EQ(result["cacheScope"], "public");
  EXPECT_GE(result["ttlMs"], 0);
  EXPECT_TRUE(result["capabilities"].contains("tools"));
  EXPECT_EQ(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "beamwright");
}

TEST(McpProtocol, EachKnownVersionIsAgreedOnAndAnUnknownOneIsAnsweredWithTheNewest) {
  for (const char* version : {"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"}) {
    McpProtocol protocol;
    EXPECT_EQ(agree(protocol, version)["result"]["protocolVersion"], version);
  }
  for (const char* version : {"1900-01-01", "2026-07-28", ""}) {
    McpProtocol protocol;
    EXPECT_EQ(agree(protocol, version)["result"]["protocolVersion"], "2025-11-25");
  }
}

TEST(McpProtocol, AVersionThatIsNotServedIsRefusedAsTheSpecificationSays) {
  McpProtocol protocol;
  const Json answer = only_answer(protocol, request("tools/list", modern(Json::object(), "1900-01-01")));
  EXPECT_EQ(code_of(answer), -32022);
  EXPECT_EQ(answer["error"]["data"]["supported"], Json::array({"2026-07-28"}));
  EXPECT_EQ(answer["error"]["data"]["requested"], "1900-01-01");
}

TEST(McpProtocol, ARequestThatNamesNoVersionNeedsInitialize) {
  McpProtocol protocol;
  EXPECT_EQ(code_of(only_answer(protocol, request("tools/list", Json::object()))), -32602);
  EXPECT_EQ(code_of(only_answer(protocol, request("server/discover", Json::object()))), -32602);
  EXPECT_TRUE(only_answer(protocol, request("ping", Json::object())).contains("result"));
  agree(protocol, "2025-06-18");
  EXPECT_TRUE(only_answer(protocol, request("tools/list", Json::object())).contains("result"));
}

TEST(McpProtocol, ClientCapabilitiesAreRequiredBesideTheVersion) {
  McpProtocol protocol;
  Json params = modern();
  params["_meta"].erase("io.modelcontextprotocol/clientCapabilities");
  EXPECT_EQ(code_of(only_answer(protocol, request("tools/list", params))), -32602);
  params["_meta"]["io.modelcontextprotocol/protocolVersion"] = 7;
  EXPECT_EQ(code_of(only_answer(protocol, request("tools/list", params))), -32602);
}

TEST(McpProtocol, OldClientsGetNothingThatTheirVersionDoesNotKnow) {
  McpProtocol protocol;
  agree(protocol, "2024-11-05");
  const Json oldest = only_answer(protocol, request("tools/list", Json::object()))["result"]["tools"][0];
  EXPECT_FALSE(oldest.contains("outputSchema") || oldest.contains("annotations") || oldest.contains("title"));
  agree(protocol, "2025-03-26");
  const Json middle = only_answer(protocol, request("tools/list", Json::object()))["result"]["tools"][0];
  EXPECT_TRUE(middle.contains("annotations") && !middle.contains("outputSchema"));
  agree(protocol, "2025-06-18");
  const Json result = only_answer(protocol, request("tools/list", Json::object()))["result"];
  EXPECT_TRUE(result["tools"][0].contains("outputSchema") && result["tools"][0]["annotations"]["readOnlyHint"]);
  EXPECT_FALSE(result.contains("resultType"));
}

TEST(McpProtocol, BothGenerationsAreServedSideBySide) {
  McpProtocol protocol;
  agree(protocol, "2025-11-25");
  EXPECT_TRUE(only_answer(protocol, request("tools/list", modern()))["result"].contains("resultType"));
  EXPECT_FALSE(only_answer(protocol, request("tools/list", Json::object()))["result"].contains("resultType"));
  EXPECT_EQ(code_of(only_answer(protocol, request("ping", modern()))), -32601);
}

TEST(McpProtocol, FaultsHaveTheCodesOfJsonRpc) {
  McpProtocol protocol;
  const auto code = [&](const char* text) {
    const McpTaken taken = protocol.take(text);
    return taken.answers.size() == 1 ? code_of(taken.answers[0]) : 0;
  };
  EXPECT_EQ(code("{"), -32700);
  EXPECT_EQ(code("[]"), -32600);
  EXPECT_EQ(code("7"), -32600);
  EXPECT_EQ(code(R"({"jsonrpc":"1.0","id":1,"method":"ping"})"), -32600);
  EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":null,"method":"ping"})"), -32600);
  EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})"), -32600);
  EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":1,"method":"resources/list"})"), -32601);
  EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":[]})"), -32602);
  EXPECT_FALSE(protocol.take("{").answers[0].contains("id"));
  EXPECT_TRUE(protocol.take(R"({"jsonrpc":"2.0","method":"whatever"})").answers.empty());
  EXPECT_TRUE(protocol.take(R"({"jsonrpc":"2.0","id":1,"result":{}})").answers.empty());
}

TEST(McpProtocol, AClientThatHasRootsIsAskedForThemWhenItIsReadyAndWhenTheyChange) {
  const Json ready{{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}};
  const Json changed{{"jsonrpc", "2.0"}, {"method", "notifications/roots/list_changed"}};
  const Json with_roots{{"protocolVersion", "2025-11-25"}, {"capabilities", {{"roots", Json::object()}}}};
  McpProtocol protocol(true);
  EXPECT_TRUE(protocol.take(wire_text(ready)).answers.empty());
  (void)only_answer(protocol, request("initialize", with_roots));
  const McpTaken asked = protocol.take(wire_text(ready));
  EXPECT_TRUE(asked.asked_for_roots);
  ASSERT_EQ(asked.answers.size(), 1u);
  EXPECT_EQ(asked.answers[0]["method"], "roots/list");
  const Json roots{{"roots", {{{"uri", "file:///tmp"}}, {{"uri", "https://example.org"}}, {{"name", "none"}}, 7}}};
  const auto answer = [](const Json& id, const Json& result) {
    return wire_text(Json{{"jsonrpc", "2.0"}, {"id", id}, {"result", result}});
  };
  const McpTaken told = protocol.take(answer(asked.answers[0]["id"], roots));
  ASSERT_TRUE(told.roots.has_value());
  EXPECT_EQ(*told.roots, std::vector<std::string>{"/tmp"});
  const McpTaken again = protocol.take(wire_text(changed));
  EXPECT_TRUE(again.asked_for_roots);
  EXPECT_FALSE(protocol.take(answer(asked.answers[0]["id"], roots)).roots.has_value()) << "the answer to an older question";
  EXPECT_FALSE(protocol.take(answer("other", roots)).roots.has_value());
  EXPECT_TRUE(protocol.take(answer(again.answers[0]["id"], 7)).roots->empty()) << "what cannot be read lets nothing be read";
  const auto refusal = [&](int code) {
    return protocol.take(
        wire_text(Json{{"jsonrpc", "2.0"}, {"id", again.answers[0]["id"]}, {"error", {{"code", code}, {"message", "no"}}}}));
  };
  EXPECT_TRUE(refusal(-32601).has_no_roots) << "it offers roots and does not know the question";
  EXPECT_FALSE(refusal(-32601).roots.has_value());
  EXPECT_TRUE(refusal(-32603).roots->empty()) << "who fails to say lets nothing be read";
}

TEST(McpProtocol, NobodyElseIsAskedForRoots) {
  const Json ready{{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}};
  McpProtocol settled(false), plain(true);
  const Json with_roots{{"protocolVersion", "2025-11-25"}, {"capabilities", {{"roots", Json::object()}}}};
  (void)only_answer(settled, request("initialize", with_roots));
  EXPECT_TRUE(settled.take(wire_text(ready)).answers.empty()) << "--root has said it";
  agree(plain, "2025-11-25");
  EXPECT_TRUE(plain.take(wire_text(ready)).answers.empty()) << "the client has none";
}

TEST(McpProtocol, CallsAreCheckedBeforeTheyAreDone) {
  McpProtocol protocol;
  EXPECT_EQ(code_of(only_answer(protocol, request("tools/call", modern({{"name", "nix"}})))), -32602);
  EXPECT_EQ(code_of(only_answer(protocol, request("tools/call", modern()))), -32602);
  EXPECT_EQ(code_of(only_answer(protocol, request("tools/call", modern({{"name", "why"}, {"arguments", 7}})))), -32602);
  const McpTaken taken =
      protocol.take(wire_text(request("tools/call", modern({{"name", "explain_rule"}, {"arguments", {{"rule", "BW401"}}}}))));
  ASSERT_EQ(taken.calls.size(), 1u);
  const Roots roots = *Roots::of({});
  const Json result = McpProtocol::answer(taken.calls[0], {roots, 1, {}})["result"];
  EXPECT_FALSE(result["isError"]);
  EXPECT_EQ(result["structuredContent"]["code"], "BW401");
  EXPECT_NE(result["content"][0]["text"].get<std::string>().find("What it finds"), std::string::npos);
}

TEST(McpProtocol, WrongArgumentsAreToldToTheModel) {
  McpProtocol protocol;
  const Roots roots = *Roots::of({});
  const auto told = [&](const Json& arguments) {
    const McpTaken taken =
        protocol.take(wire_text(request("tools/call", modern({{"name", "review_project"}, {"arguments", arguments}}))));
    const Json result = McpProtocol::answer(taken.calls.at(0), {roots, 1, {}})["result"];
    return result["isError"].get<bool>() ? result["content"][0]["text"].get<std::string>() : std::string();
  };
  EXPECT_EQ(told({{"limit", 0}}), "limit must be at least 1");
  EXPECT_EQ(told({{"limit", 18446744073709551615u}}), "limit must be at most 200");
  EXPECT_EQ(told({{"limit", "1"}}), "limit must be an integer");
  EXPECT_EQ(told({{"severity", "bad"}}), "severity must be one of low, medium, high, critical");
  EXPECT_EQ(told({{"rules", {1}}}), "each of rules must be a string");
  EXPECT_NE(told({{"pfad", "."}}).find("there is no argument pfad"), std::string::npos);
  EXPECT_NE(told({{"path", "/nonexistent"}}).find("No such file"), std::string::npos);
  EXPECT_NE(told({{"path", std::string("a\0b", 3)}}).find("zero byte"), std::string::npos);
}

TEST(McpProtocol, ABatchIsForTheOneVersionThatHasThem) {
  McpProtocol protocol;
  const std::string batch = R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"x"},7])";
  EXPECT_EQ(protocol.take(batch).answers.size(), 1u);
  agree(protocol, "2025-03-26");
  const McpTaken taken = protocol.take(batch);
  EXPECT_TRUE(taken.batch);
  ASSERT_EQ(taken.answers.size(), 2u);
  EXPECT_TRUE(taken.answers[0].contains("result"));
  EXPECT_EQ(code_of(taken.answers[1]), -32600);
  EXPECT_EQ(code_of(protocol.take("[]").answers.at(0)), -32600);
  EXPECT_EQ(code_of(protocol.take(std::string(200000, '[')).answers.at(0)), -32600);
}

TEST(McpProtocol, ASubscriptionIsAcknowledgedWithWhatThereIsNothing) {
  McpProtocol protocol;
  const Json answer =
      only_answer(protocol, request("subscriptions/listen", modern({{"notifications", {{"toolsListChanged", true}}}}), "s"));
  EXPECT_EQ(answer["method"], "notifications/subscriptions/acknowledged");
  EXPECT_EQ(answer["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], "s");
  EXPECT_EQ(answer["params"]["notifications"], Json::object());
  only_answer(protocol, request("subscriptions/listen", modern({{"notifications", Json::object()}}), 2));
  const McpTaken cancel = protocol.take(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"s"}})");
  EXPECT_EQ(cancel.cancelled, std::vector<Json>{"s"});
  const std::vector<Json> closed = protocol.close();
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed[0]["id"], 2);
  EXPECT_EQ(closed[0]["result"]["resultType"], "complete");
}

TEST(McpProtocol, BytesThatAreNoTextAreReplacedAndNeverThrow) {
  EXPECT_EQ(wire_text(Json("\xff")), "\"\xef\xbf\xbd\"");
  McpProtocol protocol;
  EXPECT_EQ(protocol.take("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}").answers.size(), 1u);
}

}  // namespace
}  // namespace beamwright::serve
