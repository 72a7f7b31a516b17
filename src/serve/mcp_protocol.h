// The Model Context Protocol, as far as a server with tools alone needs it. Two generations are spoken at once, as "Backward
// Compatibility" of revision 2026-07-28 has it: a request that names its protocol version in `_meta` is served by itself
// (2026-07-28, stateless); after `initialize`, requests without are served by the version that was agreed on (2025-11-25,
// 2025-06-18, 2025-03-26, 2024-11-05). For the .cpp files of src/serve alone.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "serve/mcp_tools.h"

namespace beamwright::serve {

// A call of a tool, which takes long enough to be done elsewhere than where messages are read.
struct McpCall {
  Json id;
  const Tool* tool = nullptr;
  Json arguments;
  std::string version;  // of the protocol
};

// What comes of one message.
struct McpTaken {
  std::vector<Json> answers;    // to be sent at once; with `batch` in one array with those of the calls
  std::vector<McpCall> calls;   // to be done
  std::vector<Json> cancelled;  // ids of requests whose answer nobody wants any more
  bool batch = false;
  bool asked_for_roots = false;                   // among the answers is a question for them
  std::optional<std::vector<std::string>> roots;  // the client's answer to it: folders
  bool has_no_roots = false;                      // its answer is that it knows no such question after all
};

class McpProtocol {
 public:
  // A client that has roots is asked for them, unless the caller has said already what may be read.
  explicit McpProtocol(bool asks_for_roots = false);

  // What a text means and asks for. Never throws; for one thread.
  McpTaken take(std::string_view text);
  // The same for bytes that were no message: the error to send.
  static Json fault(std::string_view what);
  // What remains to be said when the client has closed its side.
  std::vector<Json> close();

  // Does a call. Gives the response; never throws. Safe from another thread than take().
  static Json answer(const McpCall& call, const ToolContext& context);

 private:
  void take_one(std::string_view text, McpTaken& taken);
  void take_batch(std::string_view text, McpTaken& taken);
  void request(const RpcMessage& message, McpTaken& taken);
  Json initialize(const Json& params);
  Json tool_list(const Json& params, std::string_view version) const;
  McpCall tool_call(const RpcMessage& message, const std::string& version) const;
  void listen(const RpcMessage& message, McpTaken& taken);
  void ask_for_roots(McpTaken& taken);
  void take_roots(const RpcMessage& message, McpTaken& taken) const;

  std::string agreed_;               // by initialize; empty before
  std::vector<Json> subscriptions_;  // ids of open subscriptions/listen
  const bool asks_for_roots_;
  bool client_has_roots_ = false;
  int roots_requests_ = 0;
};

// As text for the wire; bytes that are no UTF-8 are replaced.
std::string wire_text(const Json& message);

}  // namespace beamwright::serve
