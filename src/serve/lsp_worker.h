// The thread that reviews. The protocol's thread tells it what changed and what is asked, and never waits for it; it answers the
// client by itself. An edit stops a review that is older than it. The edited file is judged first, everything else when the
// client has been silent for a moment.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/parallel.h"
#include "review/workspace.h"
#include "serve/lsp_results.h"

namespace beamwright::serve {

struct Question {
  enum class Kind { kDiagnostics, kWorkspaceDiagnostics, kHover, kActions, kLenses };
  Kind kind = Kind::kDiagnostics;
  Json id;
  std::string uri, path;
  std::string previous_id;                          // kDiagnostics
  std::map<std::string, std::string> previous_ids;  // kWorkspaceDiagnostics: by absolute path
  Place place;                                      // kHover
  ActionQuestion actions;                           // kActions
};

class Worker {
 public:
  Worker(MessageWriter& writer, ClientTraits traits, review::CheckOptions options);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // ---- For the protocol's thread.
  void add_root(std::string path);
  void remove_root(std::string path);
  void opened_or_edited(Document document);
  void closed(std::string uri, std::string path);
  void changed_on_disk(std::vector<std::string> paths);
  void look_again();
  void ask(Question question);
  // Takes back a question that waits; answers it as cancelled.
  void cancel(const Json& id);

 private:
  using Clock = std::chrono::steady_clock;
  struct Change {
    std::string edited;               // the path of a document that has another text; empty for every other change
    std::function<void()> carry_out;  // by the worker's thread, in order
  };

  struct Root {
    explicit Root(review::CheckOptions options) : path(options.path), workspace(std::move(options)) {}
    std::string path;
    review::Workspace workspace;
    bool whole_is_due = true;                 // something changed since all of it was judged
    std::map<std::string, FileResult> whole;  // by absolute path, as of the last time all was judged
    std::map<std::string, FileResult> fresh;  // of single files, judged since the last change
    std::string complaint;                    // the last that was told
  };

  void post(std::function<void()> carry_out, std::string edited = {});
  void take_document(const Document& document);
  void run(const std::stop_token& stop);
  // Waits for work; false when the worker has to end.
  bool wait(const std::stop_token& stop);
  void take_in_changes();
  bool update_roots();
  void publish_edited();
  bool answer_questions();
  void judge_whole();

  Root* root_of(std::string_view path);
  // What is known of a file now; null after a stop.
  const FileResult* result(const std::string& path);
  bool answer(const Question& question);
  bool answer_workspace(const Question& question);
  Json lenses(const std::string& path);
  void publish(const std::string& path, const FileResult& result);
  void publish_whole(Root& root);
  void tell_failure(Root& root);
  OpenUris open_uris() const;
  std::map<std::string, std::int64_t> open_versions() const;
  void request(std::string_view method);

  MessageWriter& writer_;
  const ClientTraits traits_;
  const review::CheckOptions options_;

  std::mutex mutex_;  // guards the four below
  std::condition_variable_any wake_;
  std::deque<Change> changes_;
  std::deque<Question> questions_;
  std::stop_source running_;  // of the work at hand

  // Of the worker's thread alone.
  std::vector<std::unique_ptr<Root>> roots_;
  std::map<std::string, Document> documents_;  // by absolute path
  std::set<std::string> edited_;               // open files whose diagnostics are to be published first
  std::map<std::string, std::string> told_;    // result ids that the client knows, by absolute path
  Clock::time_point changed_at_;
  bool lenses_were_asked_ = false;
  bool first_ = true;
  std::int64_t next_request_ = 1;

  Background thread_;  // last: it ends before anything else goes
};

}  // namespace beamwright::serve
