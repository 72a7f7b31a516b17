#include "serve/lsp.h"

#include <malloc.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "serve/lsp_client.h"
#include "serve/lsp_worker.h"
#include "serve/rule_pages.h"

namespace beamwright::serve {
namespace {

// The protocol's side: the order of the session, the texts of documents, and which message is meant for whom. Everything that
// needs a review is the worker's.
class Session {
 public:
  Session(MessageReader& reader, MessageWriter& writer, review::CheckOptions options)
      : reader_(reader), writer_(writer), options_(std::move(options)) {}

  int run() {
    while (!exited_) {
      const MessageReader::Message message = reader_.next();
      if (message.status == MessageReader::Status::kEnd) break;
      if (message.status == MessageReader::Status::kFault) {
        writer_.write(error_text(nullptr, {kParseError, message.text, nullptr}));
      } else {
        take(parse_message(message.text));
      }
    }
    writer_.stop();
    worker_.reset();
    return shut_down_ ? 0 : 1;
  }

 private:
  void take(const RpcMessage& message) {
    switch (message.kind) {
      case RpcMessage::Kind::kInvalid:
        writer_.write(error_text(message.id, message.error));
        break;
      case RpcMessage::Kind::kResponse:
        break;  // to a registration or a refresh: whatever it says changes nothing
      case RpcMessage::Kind::kNotification:
        try {
          notified(message.method, message.params);
        } catch (const RpcError& error) {
          log(message.method + ": " + error.message);
        } catch (const std::exception& exception) {
          log(message.method + ": " + exception.what());
        }
        break;
      case RpcMessage::Kind::kRequest:
        try {
          requested(message);
        } catch (const RpcError& error) {
          writer_.write(error_text(message.id, error));
        } catch (const std::exception& exception) {
          writer_.write(error_text(message.id, {kInternalError, exception.what(), nullptr}));
        }
        break;
    }
  }

  void log(const std::string& text) {
    if (!worker_) return;  // only a client that has been initialized takes messages
    writer_.write(notification_text("window/logMessage", {{"type", 2}, {"message", "beamwright: " + text}}));
  }

  // ---- Requests

  void requested(const RpcMessage& message) {
    if (shut_down_) throw RpcError{kInvalidRequest, "the server is shut down", nullptr};
    if (message.method == "initialize") return initialize(message);
    if (!worker_) throw RpcError{kServerNotInitialized, "the first request must be initialize", nullptr};
    if (message.method == "shutdown") {
      shut_down_ = true;
      writer_.write(response_text(message.id, nullptr));
      return;
    }
    if (message.method == "workspace/textDocumentContent" && traits_.virtual_documents) {
      const std::optional<std::string> document = document_at(text_at(message.params, "uri"));
      if (!document) throw RpcError{kInvalidParams, "there is no such document", nullptr};
      writer_.write(response_text(message.id, {{"text", *document}}));
      return;
    }
    if (message.method == "workspace/executeCommand" && traits_.action_documentation) return execute(message);
    Question question;
    question.id = message.id;
    using Kind = Question::Kind;
    if (message.method == "workspace/diagnostic" && traits_.pulls) {
      question.kind = Kind::kWorkspaceDiagnostics;
      question.previous_ids = previous_ids(message.params);
      return worker_->ask(std::move(question));
    }
    static const std::map<std::string, Kind, std::less<>> kKinds{{"textDocument/diagnostic", Kind::kDiagnostics},
                                                                 {"textDocument/hover", Kind::kHover},
                                                                 {"textDocument/codeAction", Kind::kActions},
                                                                 {"textDocument/codeLens", Kind::kLenses}};
    const auto kind = kKinds.find(message.method);
    if (kind == kKinds.end() || (kind->second == Kind::kDiagnostics && !traits_.pulls)) {
      throw RpcError{kMethodNotFound, "there is no method " + message.method, nullptr};
    }
    question.kind = kind->second;
    question.uri = text_at(object_at(message.params, "textDocument"), "uri");
    const Document* document = documents_.find(question.uri);
    question.path = document ? document->path : path_of_uri(question.uri);
    if (question.kind == Kind::kHover) question.place = read_place(object_at(message.params, "position"));
    if (question.kind == Kind::kActions) {
      question.actions = {read_range(object_at(message.params, "range")), wanted_kinds(message.params)};
      if (!question.actions.wants(kQuickFix) && !question.actions.wants(kFixAll)) {
        return void(writer_.write(response_text(message.id, Json::array())));
      }
    }
    if (question.kind == Kind::kDiagnostics && message.params.contains("previousResultId") &&
        message.params["previousResultId"].is_string()) {
      question.previous_id = message.params["previousResultId"].get<std::string>();
    }
    worker_->ask(std::move(question));
  }

  // An editor that asks by itself, for the sign beside a line, wants to know of that line alone.
  static std::optional<std::vector<std::string>> wanted_kinds(const Json& params) {
    const Json context = params.value("context", Json::object());
    const auto only = context.is_object() ? context.find("only") : context.end();
    if (!context.is_object() || only == context.end() || !only->is_array() || only->empty()) {
      constexpr int kAutomatic = 2;  // LSP 3.17, CodeActionTriggerKind
      const bool automatic = context.is_object() && context.contains("triggerKind") && context["triggerKind"] == kAutomatic;
      return automatic ? std::optional(std::vector<std::string>{kQuickFix}) : std::nullopt;
    }
    std::vector<std::string> kinds;
    for (const Json& kind : *only) {
      if (kind.is_string()) kinds.push_back(kind.get<std::string>());
    }
    return kinds;
  }

  // workspace/executeCommand: the one command opens what is said of code actions.
  void execute(const RpcMessage& message) {
    if (text_at(message.params, "command") != kActionsCommand)
      throw RpcError{kInvalidParams, "there is no such command", nullptr};
    const std::string page = traits_.virtual_documents ? actions_uri() : actions_page();
    if (page.empty()) throw RpcError{kRequestFailed, "there is no folder to write the document in", nullptr};
    writer_.write(response_text(message.id, nullptr));
    writer_.write(
        request_text("beamwright-show-" + std::to_string(++shown_), "window/showDocument", {{"uri", page}, {"takeFocus", true}}));
  }

  static std::map<std::string, std::string> previous_ids(const Json& params) {
    std::map<std::string, std::string> ids;
    const auto rows = params.find("previousResultIds");
    if (rows == params.end() || !rows->is_array()) return ids;
    for (const Json& row : *rows) {
      const std::string path = path_of_uri(text_at(row, "uri"));
      if (!path.empty()) ids[path] = text_at(row, "value");
    }
    return ids;
  }

  void initialize(const RpcMessage& message) {
    if (worker_) throw RpcError{kInvalidRequest, "the server is initialized already", nullptr};
    if (!message.params.is_object()) throw RpcError{kInvalidParams, "initialize takes an object", nullptr};
    const review::CheckOptions options = client_options(message.params, options_);
    traits_ = client_traits(message.params);
    roots_ = client_roots(message.params);
    worker_ = std::make_unique<Worker>(writer_, traits_, options);
    writer_.write(response_text(message.id, initialize_result(traits_)));
  }

  // ---- Notifications

  void notified(const std::string& method, const Json& params) {
    if (method == "exit") {
      exited_ = true;
      return;
    }
    if (!worker_ || shut_down_) return;
    static const std::map<std::string, void (Session::*)(const Json&), std::less<>> kTakers{
        {"initialized", &Session::initialized},
        {"$/cancelRequest", &Session::cancel},
        {"textDocument/didOpen", &Session::opened},
        {"textDocument/didChange", &Session::changed},
        {"textDocument/didClose", &Session::closed},
        {"textDocument/didSave", &Session::saved},
        {"workspace/didChangeWatchedFiles", &Session::files_changed},
        {"workspace/didChangeWorkspaceFolders", &Session::folders_changed},
        {"workspace/didChangeConfiguration", &Session::look_again},
        {"workspace/didCreateFiles", &Session::look_again},
        {"workspace/didRenameFiles", &Session::look_again},
        {"workspace/didDeleteFiles", &Session::look_again},
    };
    const auto taker = kTakers.find(method);
    if (taker != kTakers.end()) return (this->*taker->second)(params);
    // "$/…" may be passed over; others are no business of a companion either.
  }

  void initialized(const Json&) {
    if (traits_.watches_files) {
      writer_.write(request_text("beamwright-watch", "client/registerCapability", watch_registration()));
    }
    for (const std::string& root : std::exchange(roots_, {})) worker_->add_root(root);
  }

  void cancel(const Json& params) {
    if (params.is_object() && params.contains("id")) worker_->cancel(params["id"]);
  }

  void opened(const Json& params) { worker_->opened_or_edited(documents_.open(params)); }
  void changed(const Json& params) { worker_->opened_or_edited(documents_.change(params, traits_.encoding)); }

  void closed(const Json& params) {
    const std::string uri = text_at(object_at(params, "textDocument"), "uri");
    worker_->closed(uri, documents_.close(params));
  }

  void saved(const Json& params) {
    const std::string path = path_of_uri(text_at(object_at(params, "textDocument"), "uri"));
    // Who watches no files tells at least of what it saves itself; its neighbours may have been changed with it.
    if (!traits_.watches_files) return worker_->look_again();
    if (!path.empty()) worker_->changed_on_disk({path});
  }

  void files_changed(const Json& params) {
    const auto changes = params.find("changes");
    if (changes == params.end() || !changes->is_array()) return;
    std::vector<std::string> paths;
    for (const Json& change : *changes) {
      std::string path = path_of_uri(text_at(change, "uri"));
      if (!path.empty()) paths.push_back(std::move(path));
    }
    worker_->changed_on_disk(std::move(paths));
  }

  void folders_changed(const Json& params) {
    const Json& event = object_at(params, "event");
    if (event.contains("removed")) {
      for (std::string& path : folder_paths(event["removed"])) worker_->remove_root(std::move(path));
    }
    if (event.contains("added")) {
      for (std::string& path : folder_paths(event["added"])) worker_->add_root(std::move(path));
    }
  }

  void look_again(const Json&) { worker_->look_again(); }

  MessageReader& reader_;
  MessageWriter& writer_;
  const review::CheckOptions options_;
  ClientTraits traits_;
  Documents documents_;
  std::vector<std::string> roots_;
  std::unique_ptr<Worker> worker_;  // from initialize on
  std::uint64_t shown_ = 0;         // documents that the client was asked to show
  bool shut_down_ = false;
  bool exited_ = false;
};

}  // namespace

int serve_lsp(int input, int output, const review::CheckOptions& options) {
  // A review takes and gives back a hundred megabytes in small pieces; handing them to the system each time costs more than the
  // work that is done in them.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  MessageReader reader(input, Framing::kHeaders, kMaxMessageBytes, output);
  MessageWriter writer(output, Framing::kHeaders);
  return Session(reader, writer, options).run();
}

}  // namespace beamwright::serve
