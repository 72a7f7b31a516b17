#include "serve/rpc.h"

#include <cstdint>
#include <limits>

namespace beamwright::serve {
namespace {

constexpr std::size_t kMaxValues = 1000000;
constexpr std::size_t kMaxDepth = 128;

// Why a text is not worth parsing, or empty. Sixteen bytes for each "1," and forty-eight for each "[" would be a weapon.
std::string_view too_much(std::string_view text) {
  std::size_t values = 0, depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      ++values;
      if (++depth > kMaxDepth) return "the message is nested more than 128 levels deep";
    } else if (c == ']' || c == '}') {
      if (depth > 0) --depth;
    } else if (c == ',') {
      ++values;
    }
    if (values > kMaxValues) return "the message has more than a million values";
  }
  return {};
}

RpcMessage invalid(Json id, int code, std::string_view message) {
  RpcMessage out;
  out.id = std::move(id);
  out.error = {code, std::string(message), nullptr};
  return out;
}

bool is_id(const Json& id) { return id.is_string() || id.is_number() || id.is_null(); }

RpcMessage read_response(const Json& text, RpcMessage out) {
  out.kind = RpcMessage::Kind::kResponse;
  if (text.contains("result")) out.result = text["result"];
  const auto error = text.find("error");
  if (error == text.end()) return out;
  out.failed = true;
  if (!error->is_object()) return out;
  const auto code = error->find("code"), message = error->find("message");
  if (code != error->end() && code->is_number_integer()) {
    const auto value = code->get<std::int64_t>();
    if (value >= std::numeric_limits<int>::min() && value <= std::numeric_limits<int>::max()) {
      out.error.code = static_cast<int>(value);
    }
  }
  if (message != error->end() && message->is_string()) out.error.message = message->get<std::string>();
  return out;
}

std::string text_of(const Json& message) { return message.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

RpcMessage parse_message(std::string_view text) {
  if (const std::string_view reason = too_much(text); !reason.empty()) return invalid(nullptr, kInvalidRequest, reason);
  Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  if (json.is_discarded()) return invalid(nullptr, kParseError, "the message is no JSON");
  if (json.is_array()) return invalid(nullptr, kInvalidRequest, "batches are not taken");
  if (!json.is_object()) return invalid(nullptr, kInvalidRequest, "the message is no object");
  RpcMessage out;
  const bool has_id = json.contains("id");
  if (has_id) out.id = json["id"];
  if (!is_id(out.id)) return invalid(nullptr, kInvalidRequest, "an id is a string or a number");
  const auto version = json.find("jsonrpc");
  if (version == json.end() || *version != "2.0") return invalid(out.id, kInvalidRequest, "jsonrpc must be \"2.0\"");
  const auto method = json.find("method");
  if (method == json.end()) {
    if (has_id && (json.contains("result") || json.contains("error"))) return read_response(json, std::move(out));
    return invalid(out.id, kInvalidRequest, "the message has no method");
  }
  if (!method->is_string()) return invalid(out.id, kInvalidRequest, "a method is a string");
  out.method = method->get<std::string>();
  if (const auto params = json.find("params"); params != json.end()) out.params = std::move(*params);
  if (!out.params.is_null() && !out.params.is_structured()) {
    return invalid(out.id, kInvalidRequest, "params are an object or an array");
  }
  out.kind = has_id ? RpcMessage::Kind::kRequest : RpcMessage::Kind::kNotification;
  return out;
}

std::string request_text(const Json& id, std::string_view method, const Json& params) {
  Json message{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}};
  if (!params.is_null()) message["params"] = params;
  return text_of(message);
}

std::string notification_text(std::string_view method, const Json& params) {
  Json message{{"jsonrpc", "2.0"}, {"method", method}};
  if (!params.is_null()) message["params"] = params;
  return text_of(message);
}

std::string response_text(const Json& id, const Json& result) {
  return text_of({{"jsonrpc", "2.0"}, {"id", id}, {"result", result}});
}

std::string error_text(const Json& id, const RpcError& error) {
  Json body{{"code", error.code}, {"message", error.message}};
  if (!error.data.is_null()) body["data"] = error.data;
  return text_of({{"jsonrpc", "2.0"}, {"id", id}, {"error", std::move(body)}});
}

}  // namespace beamwright::serve
