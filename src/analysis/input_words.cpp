#include "analysis/input_words.h"

#include <algorithm>
#include <array>

namespace beamwright::analysis {

namespace {

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

}  // namespace

// Results that are as few as there are atoms, nodes, schedulers or modules.
// How many there are of something: a number that grows with one input, not with every input.
static bool counts(std::string_view module, std::string_view name) {
  constexpr std::array<std::string_view, 7> kNames = {"length", "count", "size", "map_size", "tuple_size", "byte_size", "len"};
  constexpr std::array<std::string_view, 8> kModules = {"erlang",        "Elixir.Kernel", "Elixir.Enum", "Elixir.String",
                                                        "Elixir.MapSet", "maps",          "string",      "queue"};
  return is_one_of(module, kModules) && is_one_of(name, kNames);
}

bool is_bounded_call(std::string_view module, std::string_view name) {
  if (counts(module, name)) return true;
  constexpr std::array<std::string_view, 17> kNames = {
      "atom_to_list",        "atom_to_binary", "node",        "nodes",
      "system_info",         "get_keys",       "module_info", "__info__",
      "schedulers_online",   "list",           "get_module",  "which_applications",
      "loaded_applications", "all_loaded",     "phash2",      "phash",
      "otp_release"};
  if (module == "Elixir.Atom" || module == "Elixir.Module" || module == "code") return true;
  if (module == "Elixir.Node" || module == "Elixir.Kernel" || module == "erlang" || module == "application")
    return is_one_of(name, kNames);
  return false;
}

bool is_settings_call(std::string_view module, std::string_view name) {
  constexpr std::array<std::string_view, 12> kNames = {
      "get_env",     "fetch_env",    "fetch_env!",    "compile_env",         "compile_env!", "getenv",
      "get_all_env", "get_argument", "get_arguments", "get_plain_arguments", "argv",         "get_key"};
  constexpr std::array<std::string_view, 6> kModules = {"application", "Elixir.Application", "Elixir.System", "os",
                                                        "init",        "Elixir.Config"};
  return is_one_of(module, kModules) && is_one_of(name, kNames);
}

bool is_growing_call(std::string_view module, std::string_view name) {
  constexpr std::array<std::string_view, 7> kIdentities = {"Elixir.Ecto.UUID", "Elixir.UUID",   "Elixir.Ecto.ULID", "Elixir.Ulid",
                                                           "Elixir.ULID",      "Elixir.Nanoid", "Elixir.Uniq.UUID"};
  if (is_one_of(module, kIdentities) && name.starts_with("gen")) return true;
  constexpr std::array<std::string_view, 27> kNames = {"unique_integer",
                                                       "make_ref",
                                                       "uuid6",
                                                       "uuid7",
                                                       "get_v1",
                                                       "get_v4_urandom",
                                                       "ulid",
                                                       "gen_ulid",
                                                       "pid_to_list",
                                                       "ref_to_list",
                                                       "port_to_list",
                                                       "system_time",
                                                       "monotonic_time",
                                                       "os_time",
                                                       "strong_rand_bytes",
                                                       "rand_bytes",
                                                       "uuid1",
                                                       "uuid4",
                                                       "utc_now",
                                                       "to_unix",
                                                       "to_iso8601",
                                                       "to_gregorian_seconds",
                                                       "datetime_to_gregorian_seconds",
                                                       "universal_time",
                                                       "local_time",
                                                       "bingenerate",
                                                       "get_v4"};
  return is_one_of(name, kNames);
}

// Fields of connections, sockets and requests that hold what the peer sent.
bool is_input_field(std::string_view name) {
  constexpr std::array<std::string_view, 11> kNames = {"params",       "query_params", "body_params", "path_params",
                                                       "query_string", "req_headers",  "req_cookies", "cookies",
                                                       "headers",      "request_path", "path_info"};
  return is_one_of(name, kNames);
}

// Functions that cut a text into pieces.
bool is_cutting_call(std::string_view module, std::string_view name) {
  constexpr std::array<std::string_view, 11> kNames = {"split",         "tokens",       "lexemes",        "run",
                                                       "scan",          "splitter",     "named_captures", "parse_query",
                                                       "dissect_query", "decode_query", "query_decoder"};
  constexpr std::array<std::string_view, 7> kModules = {"binary",       "string",     "re",        "Elixir.String",
                                                        "Elixir.Regex", "uri_string", "Elixir.URI"};
  return is_one_of(module, kModules) && is_one_of(name, kNames);
}

bool is_peer_message(std::string_view tag, std::size_t size, std::size_t element) {
  struct Shape {
    std::string_view tag;
    std::size_t size, element;
  };
  constexpr std::array<Shape, 17> kShapes = {{{"tcp", 3, 2},
                                              {"ssl", 3, 2},
                                              {"udp", 5, 4},
                                              {"sctp", 5, 4},
                                              {"gun_data", 5, 4},
                                              {"gun_ws", 4, 3},
                                              {"basic_deliver", 3, 1},
                                              {"circuits_uart", 3, 2},
                                              {"websocket", 2, 1},
                                              {"redix_pubsub", 5, 4},
                                              {"pmessage", 5, 3},
                                              {"udp", 6, 5},
                                              {"quic", 4, 1},
                                              {"zmq", 4, 2},
                                              {"hackney_response", 3, 2},
                                              {"ibrowse_async_response", 3, 2},
                                              {"nerves_uart", 3, 2}}};
  return std::any_of(kShapes.begin(), kShapes.end(),
                     [&](const Shape& shape) { return shape.tag == tag && shape.size == size && shape.element == element; });
}

bool is_reading_call(std::string_view name) {
  constexpr std::array<std::string_view, 9> kVerbs = {"get", "fetch", "lookup", "read", "find", "load", "query", "select", "one"};
  return std::any_of(kVerbs.begin(), kVerbs.end(), [&](std::string_view verb) {
    return name.starts_with(verb) && (name.size() == verb.size() || name[verb.size()] == '_' || name[verb.size()] == '!');
  });
}

bool is_collection_module(std::string_view module) {
  constexpr std::array<std::string_view, 20> kModules = {
      "maps",       "lists",         "proplists",      "dict",        "orddict",       "gb_trees",    "array",
      "queue",      "Elixir.Map",    "Elixir.Keyword", "Elixir.Enum", "Elixir.Access", "Elixir.List", "Elixir.URI",
      "uri_string", "Elixir.Kernel", "Elixir.Tuple",   "erlang",      "binary",        "string"};
  return is_one_of(module, kModules);
}

bool is_socket_message(std::string_view tag) {
  constexpr std::array<std::string_view, 6> kTags = {"tcp", "ssl", "udp", "sctp", "quic", "websocket"};
  return is_one_of(tag, kTags);
}

bool is_broker_message(std::string_view tag) { return tag == "publish" || tag == "msg"; }

bool is_request_part(Symbol record, Symbol field) {
  struct Shape {
    std::string_view record, field;
  };
  // amqp_client, brod and kafka_protocol, Broadway, Plug, yaws; the answers of the clients of HTTP.
  constexpr std::array<Shape, 15> kShapes = {{{"amqp_msg", "payload"},
                                              {"kafka_message", "value"},
                                              {"kafka_message", "key"},
                                              {"mqtt_msg", "payload"},
                                              {"Elixir.Broadway.Message", "data"},
                                              {"Elixir.Plug.Upload", "filename"},
                                              {"Elixir.Plug.Upload", "content_type"},
                                              {"arg", "clidata"},
                                              {"arg", "querydata"},
                                              {"arg", "pathinfo"},
                                              {"Elixir.HTTPoison.Response", "body"},
                                              {"Elixir.HTTPoison.AsyncChunk", "chunk"},
                                              {"Elixir.Tesla.Env", "body"},
                                              {"Elixir.Finch.Response", "body"},
                                              {"Elixir.Req.Response", "body"}}};
  constexpr std::array<std::string_view, 4> kRecords = {"request", "req", "http_request", "Elixir.Plug.Conn"};
  constexpr std::array<std::string_view, 12> kFields = {
      "data", "body", "q", "qs", "query", "path", "headers", "params", "args", "query_params", "body_params", "req_headers"};
  if (is_one_of(record.text(), kRecords) && is_one_of(field.text(), kFields)) return true;
  return std::any_of(kShapes.begin(), kShapes.end(),
                     [&](const Shape& shape) { return shape.record == record.text() && shape.field == field.text(); });
}

bool is_request_getter(std::string_view module, std::string_view name) {
  for (const std::string_view word : {"config", "setting", "option", "translat"}) {
    if (module.find(word) != std::string_view::npos || name.find(word) != std::string_view::npos) return false;
  }
  if (name == "q" || name == "qs" || name.ends_with("_q") || name.starts_with("qs_") || name.ends_with("_qs")) return true;
  constexpr std::array<std::string_view, 11> kWords = {"query_param", "get_param",  "param_value",   "queryvar",
                                                       "postvar",     "get_header", "header_value",  "get_cookie",
                                                       "get_query",   "form_field", "get_req_header"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return name.find(word) != std::string_view::npos; });
}

bool is_request_method(std::string_view name) {
  constexpr std::array<std::string_view, 9> kNames = {
      "parse_qs",  "parse_post",   "get_header_value", "get_primary_header_value", "get_cookie_value", "parse_cookie",
      "recv_body", "get_qs_value", "get_post_value"};
  return is_one_of(name, kNames);
}

bool is_getter_of_part(std::string_view name) {
  constexpr std::array<std::string_view, 8> kWords = {"get", "opt", "param", "arg", "fetch", "find", "lookup", "val"};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return name.starts_with(word); });
}

bool is_text_call(std::string_view name) {
  constexpr std::array<std::string_view, 20> kWords = {"decode", "decompress", "inflate", "unzip",  "decrypt", "unpack",  "parse",
                                                       "trim",   "strip",      "split",   "take",   "body",    "payload", "text",
                                                       "binary", "base64",     "extract", "encode", "unwrap",  "header"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return name.find(word) != std::string_view::npos; });
}

bool is_decoding_call(std::string_view name) {
  constexpr std::array<std::string_view, 7> kWords = {"decode", "deserial",  "unserial", "parse",
                                                      "unpack", "unmarshal", "from_json"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return name.find(word) != std::string_view::npos; });
}

bool is_few_of_request(std::string_view key) {
  constexpr std::array<std::string_view, 8> kKeys = {"scheme", "version", "port", "ref", "pid", "streamid", "has_body", "sock"};
  return is_one_of(key, kKeys);
}

bool is_settings_name(std::string_view name) {
  constexpr std::array<std::string_view, 12> kNames = {"config",   "Config",   "conf",    "Conf",    "cfg",  "Cfg",
                                                       "settings", "Settings", "options", "Options", "opts", "Opts"};
  return is_one_of(name, kNames);
}

bool is_input_name(std::string_view name) {
  constexpr std::array<std::string_view, 8> kNames = {"params",  "_params", "query_params", "body_params",
                                                      "headers", "Headers", "Params",       "QueryString"};
  return is_one_of(name, kNames);
}

}  // namespace beamwright::analysis
