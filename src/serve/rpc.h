// JSON-RPC 2.0, which both LSP and MCP speak: what a text means as a message, and a message as text. For the .cpp files of
// src/serve alone, since the JSON library is slow to compile.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "serve/framing.h"

namespace beamwright::serve {

using Json = nlohmann::json;

// JSON-RPC 2.0, section 5.1, and LSP 3.17, "ErrorCodes".
enum ErrorCode : int {
  kParseError = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternalError = -32603,
  kServerNotInitialized = -32002,
  kContentModified = -32801,   // what was asked about has changed meanwhile
  kServerCancelled = -32802,   // ask again
  kRequestCancelled = -32800,  // the client took its request back
  kRequestFailed = -32803,
};

// Thrown by whoever answers a request, and told to the client.
struct RpcError {
  int code = kInternalError;
  std::string message;
  Json data;  // null: none
};

struct RpcMessage {
  enum class Kind {
    kRequest,
    kNotification,
    kResponse,  // to a request of ours: `result`, or `error` when it failed
    kInvalid,   // `error` says why; to be answered with it, and with `id`
  };
  Kind kind = Kind::kInvalid;
  Json id;  // a string, a number or null
  std::string method;
  Json params;  // an object, an array or null
  Json result;
  bool failed = false;
  RpcError error;
};

// What a text means; never throws. Texts with more than a million values or more than 128 levels are refused before a value of
// them is built, and so are batches, which neither protocol knows any more.
RpcMessage parse_message(std::string_view text);

// Texts of messages; what is no UTF-8 in them is replaced. `params` null: none.
std::string request_text(const Json& id, std::string_view method, const Json& params);
std::string notification_text(std::string_view method, const Json& params);
std::string response_text(const Json& id, const Json& result);
std::string error_text(const Json& id, const RpcError& error);

}  // namespace beamwright::serve
