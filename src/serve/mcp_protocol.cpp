#include "serve/mcp_protocol.h"

#include <algorithm>
#include <array>
#include <exception>

#include "report/version.h"
#include "serve/documents.h"

namespace beamwright::serve {
namespace {

constexpr std::string_view kModern = "2026-07-28";
// Newest first: the first is what a client is offered that asks for one we do not know.
constexpr std::array<std::string_view, 4> kLegacy{"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"};
constexpr std::string_view kBatches = "2025-03-26";  // the one revision that has them
constexpr std::string_view kStructured = "2025-06-18";
constexpr std::string_view kAnnotations = "2025-03-26";
constexpr int kUnsupportedProtocolVersion = -32022;  // schema of 2026-07-28

constexpr const char* kVersionKey = "io.modelcontextprotocol/protocolVersion";
constexpr const char* kCapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";
constexpr const char* kServerKey = "io.modelcontextprotocol/serverInfo";
constexpr const char* kSubscriptionKey = "io.modelcontextprotocol/subscriptionId";

const std::string kRootsId = "beamwright-roots-";
constexpr std::size_t kMaxBatchBytes = std::size_t{1} << 20;
constexpr int kMaxBatchDepth = 100;
constexpr std::size_t kMaxBatch = 100;
constexpr std::size_t kMaxSubscriptions = 100;
constexpr int kListFreshMs = 3600000;  // the tools change with the program alone

constexpr std::string_view kInstructions =
    "Beamwright reviews Elixir and Erlang backends for what breaks them in production. Judge server code with judge_snippet "
    "before "
    "you write it, look with show_design or why before you move a call between processes, and call review_change when a change "
    "is "
    "complete. Findings name a rule; explain_rule tells the reason and the remedy. It only reads, and never runs project code.";

Json server_info(std::string_view version) {
  Json info{{"name", "beamwright"}, {"version", report::version()}};
  if (version >= kStructured) info["title"] = "Beamwright";
  return info;
}

Json response(const Json& id, Json result, std::string_view version) {
  if (version == kModern) {
    result["resultType"] = "complete";
    result["_meta"][kServerKey] = server_info(version);
  }
  return {{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}};
}

Json error_response(const Json& id, const RpcError& error) {
  Json body{{"code", error.code}, {"message", error.message}};
  if (!error.data.is_null()) body["data"] = error.data;
  Json message{{"jsonrpc", "2.0"}, {"error", std::move(body)}};
  // MCP knows no null as an id; where there is none to answer to, it is left out.
  if (!id.is_null()) message["id"] = id;
  return message;
}

// The version a request is to be served by. Throws what the request is refused with.
std::string version_of(const RpcMessage& message, const std::string& agreed) {
  const Json* meta = nullptr;
  if (message.params.is_object()) {
    const auto found = message.params.find("_meta");
    if (found != message.params.end() && found->is_object()) meta = &*found;
  }
  if (!meta || !meta->contains(kVersionKey)) {
    if (!agreed.empty()) return agreed;
    throw RpcError{kInvalidParams,
                   std::string("the request names no protocol version: _meta needs ") + kVersionKey + " and " + kCapabilitiesKey +
                       ", or initialize comes first",
                   nullptr};
  }
  const Json& version = (*meta)[kVersionKey];
  if (!version.is_string()) throw RpcError{kInvalidParams, std::string(kVersionKey) + " must be a string", nullptr};
  if (version != kModern) {
    throw RpcError{kUnsupportedProtocolVersion,
                   "Unsupported protocol version",
                   {{"supported", Json::array({kModern})}, {"requested", version}}};
  }
  const auto capabilities = meta->find(kCapabilitiesKey);
  if (capabilities == meta->end() || !capabilities->is_object()) {
    throw RpcError{kInvalidParams, std::string("_meta needs ") + kCapabilitiesKey + ", an object", nullptr};
  }
  return std::string(kModern);
}

// The schemas of each tool, made once.
struct Schemas {
  Json input, output;
};
const std::vector<Schemas>& schemas() {
  static const std::vector<Schemas> all = [] {
    std::vector<Schemas> made;
    for (const Tool& tool : all_tools()) made.push_back({tool.input_schema(), tool.output_schema()});
    return made;
  }();
  return all;
}

Json call_result(const std::string& text, bool is_error) {
  return {{"content", Json::array({{{"type", "text"}, {"text", text}}})}, {"isError", is_error}};
}

}  // namespace

std::string wire_text(const Json& message) { return message.dump(-1, ' ', false, Json::error_handler_t::replace); }

McpProtocol::McpProtocol(bool asks_for_roots) : asks_for_roots_(asks_for_roots) { schemas(); }

Json McpProtocol::fault(std::string_view what) { return error_response(nullptr, {kInvalidRequest, std::string(what), nullptr}); }

McpTaken McpProtocol::take(std::string_view text) {
  McpTaken taken;
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (agreed_ == kBatches && first != std::string_view::npos && text[first] == '[')
    take_batch(text, taken);
  else
    take_one(text, taken);
  return taken;
}

void McpProtocol::take_batch(std::string_view text, McpTaken& taken) {
  taken.batch = true;
  bool too_deep = text.size() > kMaxBatchBytes;
  Json batch;
  if (!too_deep) {
    const auto shallow = [&](int depth, Json::parse_event_t, Json&) { return !(too_deep = too_deep || depth > kMaxBatchDepth); };
    batch = Json::parse(text.begin(), text.end(), shallow, false);
  }
  if (too_deep || batch.is_discarded() || !batch.is_array() || batch.empty() || batch.size() > kMaxBatch) {
    taken.batch = false;
    taken.answers.push_back(fault("a batch is an array of 1 to 100 messages and at most a mebibyte"));
    return;
  }
  for (const Json& message : batch) take_one(wire_text(message), taken);
}

void McpProtocol::take_one(std::string_view text, McpTaken& taken) {
  const RpcMessage message = parse_message(text);
  switch (message.kind) {
    case RpcMessage::Kind::kInvalid:
      taken.answers.push_back(error_response(message.id, message.error));
      return;
    case RpcMessage::Kind::kResponse:
      return take_roots(message, taken);
    case RpcMessage::Kind::kNotification:
      if (message.method == "notifications/initialized" || message.method == "notifications/roots/list_changed") {
        if (asks_for_roots_ && client_has_roots_) ask_for_roots(taken);
        return;
      }
      if (message.method == "notifications/cancelled" && message.params.is_object() && message.params.contains("requestId")) {
        const Json& id = message.params["requestId"];
        std::erase(subscriptions_, id);
        taken.cancelled.push_back(id);
      }
      return;
    case RpcMessage::Kind::kRequest:
      break;
  }
  if (!message.id.is_string() && !message.id.is_number_integer()) {
    taken.answers.push_back(error_response(nullptr, {kInvalidRequest, "an id is a string or an integer", nullptr}));
    return;
  }
  try {
    request(message, taken);
  } catch (const RpcError& error) {
    taken.answers.push_back(error_response(message.id, error));
  }
}

void McpProtocol::request(const RpcMessage& message, McpTaken& taken) {
  const std::string& method = message.method;
  const auto answer = [&](Json result, std::string_view version) {
    taken.answers.push_back(response(message.id, std::move(result), version));
  };
  const RpcError unknown{kMethodNotFound, "there is no method " + method, nullptr};
  constexpr std::array<std::string_view, 6> kMethods{"initialize", "ping",       "server/discover",
                                                     "tools/list", "tools/call", "subscriptions/listen"};
  if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end()) throw unknown;
  if (!message.params.is_null() && !message.params.is_object())
    throw RpcError{kInvalidParams, "params must be an object", nullptr};
  if (method == "initialize") return answer(initialize(message.params), agreed_);
  // Allowed before initialize too, and gone since 2026-07-28.
  if (method == "ping" && (agreed_.empty() || !message.params.contains("_meta"))) return answer(Json::object(), kLegacy[0]);
  const std::string version = version_of(message, agreed_);
  if (method == "tools/list") return answer(tool_list(message.params, version), version);
  if (method == "tools/call") {
    taken.calls.push_back(tool_call(message, version));
    return;
  }
  if (version != kModern) {
    if (method == "ping") return answer(Json::object(), version);
    throw unknown;
  }
  if (method == "ping") throw unknown;
  if (method == "subscriptions/listen") return listen(message, taken);
  answer({{"supportedVersions", Json::array({kModern})},
          {"capabilities", {{"tools", Json::object()}}},
          {"instructions", kInstructions},
          {"ttlMs", kListFreshMs},
          {"cacheScope", "public"}},
         version);
}

Json McpProtocol::initialize(const Json& params) {
  const auto wanted = params.is_object() ? params.find("protocolVersion") : params.end();
  if (wanted == params.end() || !wanted->is_string()) {
    throw RpcError{kInvalidParams, "initialize needs protocolVersion, a string", nullptr};
  }
  const bool known = std::find(kLegacy.begin(), kLegacy.end(), wanted->get_ref<const std::string&>()) != kLegacy.end();
  agreed_ = known ? wanted->get<std::string>() : std::string(kLegacy[0]);
  const auto capabilities = params.find("capabilities");
  client_has_roots_ = capabilities != params.end() && capabilities->is_object() && capabilities->contains("roots") &&
                      (*capabilities)["roots"].is_object();
  return {{"protocolVersion", agreed_},
          {"capabilities", {{"tools", Json::object()}}},
          {"serverInfo", server_info(agreed_)},
          {"instructions", kInstructions}};
}

Json McpProtocol::tool_list(const Json& params, std::string_view version) const {
  if (params.is_object() && params.contains("cursor")) {
    throw RpcError{kInvalidParams, "the list of tools has one page: there is no such cursor", nullptr};
  }
  Json tools = Json::array();
  for (std::size_t i = 0; i < all_tools().size(); ++i) {
    const Tool& tool = all_tools()[i];
    Json row{{"name", tool.name}, {"description", tool.description}, {"inputSchema", schemas()[i].input}};
    if (version >= kStructured) {
      row["title"] = tool.title;
      row["outputSchema"] = schemas()[i].output;
    }
    if (version >= kAnnotations) {
      row["annotations"] = {{"title", tool.title}, {"readOnlyHint", true}, {"idempotentHint", true}, {"openWorldHint", false}};
    }
    tools.push_back(std::move(row));
  }
  Json result{{"tools", std::move(tools)}};
  if (version == kModern) {
    result["ttlMs"] = kListFreshMs;
    result["cacheScope"] = "public";
  }
  return result;
}

McpCall McpProtocol::tool_call(const RpcMessage& message, const std::string& version) const {
  const auto name = message.params.is_object() ? message.params.find("name") : message.params.end();
  if (name == message.params.end() || !name->is_string())
    throw RpcError{kInvalidParams, "tools/call needs name, a string", nullptr};
  const auto tools = all_tools();
  const auto tool = std::find_if(tools.begin(), tools.end(), [&](const Tool& each) { return *name == each.name; });
  if (tool == tools.end()) throw RpcError{kInvalidParams, "Unknown tool: " + name->get<std::string>(), nullptr};
  const auto arguments = message.params.find("arguments");
  if (arguments != message.params.end() && !arguments->is_object()) {
    throw RpcError{kInvalidParams, "arguments must be an object", nullptr};
  }
  return {message.id, &*tool, arguments == message.params.end() ? Json::object() : *arguments, version};
}

// Nothing this server could notify of ever changes, so a subscription is acknowledged with an empty list and stays silent.
void McpProtocol::listen(const RpcMessage& message, McpTaken& taken) {
  const auto filter = message.params.find("notifications");
  if (filter == message.params.end() || !filter->is_object()) {
    throw RpcError{kInvalidParams, "subscriptions/listen needs notifications, an object", nullptr};
  }
  if (subscriptions_.size() >= kMaxSubscriptions) throw RpcError{kInvalidParams, "too many subscriptions are open", nullptr};
  subscriptions_.push_back(message.id);
  taken.answers.push_back({{"jsonrpc", "2.0"},
                           {"method", "notifications/subscriptions/acknowledged"},
                           {"params", {{"_meta", {{kSubscriptionKey, message.id}}}, {"notifications", Json::object()}}}});
}

// "Roots" of the revisions until 2025-11-25. Since 2026-07-28 they are deprecated and a server asks nothing: --root says it
// there.
void McpProtocol::ask_for_roots(McpTaken& taken) {
  taken.asked_for_roots = true;
  taken.answers.push_back({{"jsonrpc", "2.0"}, {"id", kRootsId + std::to_string(++roots_requests_)}, {"method", "roots/list"}});
}

void McpProtocol::take_roots(const RpcMessage& message, McpTaken& taken) const {
  // An older question's answer says what is no longer so.
  if (roots_requests_ == 0 || message.id != kRootsId + std::to_string(roots_requests_)) return;
  if (message.failed && message.error.code == kMethodNotFound) {
    taken.has_no_roots = true;
    return;
  }
  std::vector<std::string> folders;
  if (!message.failed && message.result.is_object() && message.result.contains("roots") && message.result["roots"].is_array()) {
    for (const Json& root : message.result["roots"]) {
      if (!root.is_object() || !root.contains("uri") || !root["uri"].is_string()) continue;
      if (std::string path = path_of_uri(root["uri"].get<std::string>()); !path.empty()) folders.push_back(std::move(path));
    }
  }
  taken.roots = std::move(folders);
}

std::vector<Json> McpProtocol::close() {
  std::vector<Json> answers;
  for (const Json& id : subscriptions_) answers.push_back(response(id, {{"_meta", {{kSubscriptionKey, id}}}}, kModern));
  subscriptions_.clear();
  return answers;
}

Json McpProtocol::answer(const McpCall& call, const ToolContext& context) {
  try {
    const Json& schema = schemas()[static_cast<std::size_t>(call.tool - all_tools().data())].input;
    if (const std::string why = check_arguments(schema, call.arguments); !why.empty()) throw ToolFailure{why};
    ToolAnswer answer = call.tool->run(context, call.arguments);
    Json result = call_result(answer.text, false);
    if (call.version >= kStructured) result["structuredContent"] = std::move(answer.structured);
    return response(call.id, std::move(result), call.version);
  } catch (const ToolFailure& failure) {
    return response(call.id, call_result(failure.message, true), call.version);
  } catch (const std::exception& exception) {
    return error_response(call.id, {kInternalError, std::string("a fault of Beamwright itself: ") + exception.what(), nullptr});
  } catch (...) {
    return error_response(call.id, {kInternalError, "a fault of Beamwright itself", nullptr});
  }
}

}  // namespace beamwright::serve
