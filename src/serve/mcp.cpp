// Two threads: one reads messages and answers what needs no review, so that a client can always cancel, ping and list; one does
// the calls of tools in their order, each of them on as many threads as there are jobs. What waits is bounded: reading stops when
// too much does.
#include "serve/mcp.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>

#include "base/parallel.h"
#include "serve/framing.h"
#include "serve/mcp_protocol.h"

namespace beamwright::serve {
namespace {

constexpr std::size_t kMaxWaitingBytes = kMaxMessageBytes;
constexpr std::size_t kMaxWaitingCalls = 256;
constexpr auto kMaxWaitForRoots = std::chrono::seconds(10);

struct Work {
  std::vector<Json> answers;
  std::vector<McpCall> calls;
  std::vector<std::stop_source> cancelled;  // by call
  bool batch = false;
  std::size_t bytes = 0;  // of the message that asked for it
};

class McpServer {
 public:
  // The client is asked for its roots where the caller named none.
  McpServer(Roots roots, unsigned jobs, int input, int output)
      : jobs_(jobs),
        reader_(input, Framing::kLines, kMaxMessageBytes, output),
        writer_(output, Framing::kLines),
        protocol_(roots.folders().empty()),
        roots_(std::make_shared<const Roots>(std::move(roots))) {}

  void run() {
    {
      const Background worker([this](const std::stop_token&) { work(); });
      read();
      {
        const std::lock_guard lock(mutex_);
        ended_ = true;
      }
      changed_.notify_all();
    }
    for (const Json& answer : protocol_.close()) send(answer);
  }

 private:
  void read() {
    for (;;) {
      const MessageReader::Message message = reader_.next();
      if (message.status == MessageReader::Status::kEnd || gone_) return;
      if (message.status == MessageReader::Status::kFault)
        send(McpProtocol::fault(message.text));
      else
        take(message.text);
    }
  }

  void take(const std::string& text) {
    McpTaken taken = protocol_.take(text);
    for (const Json& id : taken.cancelled) cancel(id);
    take_roots(taken);
    if (taken.calls.empty()) {
      if (taken.batch && !taken.answers.empty())
        send(Json(std::move(taken.answers)));
      else
        for (const Json& answer : taken.answers) send(answer);
      return;
    }
    auto work = std::make_shared<Work>();
    work->answers = std::move(taken.answers);
    work->calls = std::move(taken.calls);
    work->cancelled.resize(work->calls.size());
    work->batch = taken.batch;
    work->bytes = text.size();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
      return gone_ || waiting_.empty() || (waiting_bytes_ < kMaxWaitingBytes && waiting_.size() < kMaxWaitingCalls);
    });
    waiting_bytes_ += work->bytes;
    waiting_.push_back(std::move(work));
    lock.unlock();
    changed_.notify_all();
  }

  void take_roots(McpTaken& taken) {
    if (!taken.asked_for_roots && !taken.roots && !taken.has_no_roots) return;
    {
      const std::lock_guard lock(mutex_);
      roots_are_awaited_ = taken.asked_for_roots;
      if (taken.roots) roots_ = std::make_shared<const Roots>(Roots::only(*taken.roots));
    }
    changed_.notify_all();
  }

  // What a call may read. A client that was asked for its roots and does not tell them lets nothing be read.
  std::shared_ptr<const Roots> roots_now() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kMaxWaitForRoots, [&] { return !roots_are_awaited_ || gone_ || ended_; });
    return roots_are_awaited_ ? std::make_shared<const Roots>(Roots::only({})) : roots_;
  }

  void cancel(const Json& id) {
    const std::lock_guard lock(mutex_);
    const auto mark = [&](Work& work) {
      for (std::size_t i = 0; i < work.calls.size(); ++i) {
        if (work.calls[i].id == id) work.cancelled[i].request_stop();
      }
    };
    if (current_) mark(*current_);
    for (const auto& work : waiting_) mark(*work);
  }

  bool is_cancelled(const Work& work, std::size_t call) {
    const std::lock_guard lock(mutex_);
    return gone_ || work.cancelled[call].stop_requested();
  }

  void work() {
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        current_.reset();
        changed_.wait(lock, [&] { return ended_ || !waiting_.empty(); });
        if (waiting_.empty() || gone_) return;
        current_ = std::move(waiting_.front());
        waiting_.pop_front();
        waiting_bytes_ -= current_->bytes;
      }
      changed_.notify_all();
      do_work(*current_);
      // A review leaves the heap in pieces that are reused but not given back; a server lives for hours beside others.
      ::malloc_trim(0);
    }
  }

  void do_work(Work& work) {
    std::vector<Json> answers = std::move(work.answers);
    for (std::size_t i = 0; i < work.calls.size(); ++i) {
      if (is_cancelled(work, i)) continue;
      const std::shared_ptr<const Roots> roots = roots_now();
      Json answer = McpProtocol::answer(work.calls[i], {*roots, jobs_, work.cancelled[i].get_token()});
      if (!is_cancelled(work, i)) answers.push_back(std::move(answer));
    }
    if (work.batch && !answers.empty())
      send(Json(std::move(answers)));
    else
      for (const Json& answer : answers) send(answer);
  }

  void send(const Json& message) {
    if (writer_.write(wire_text(message))) return;
    {
      // Under the lock, or somebody who has just looked would sleep through it.
      const std::lock_guard lock(mutex_);
      gone_ = true;
      if (current_)
        std::for_each(current_->cancelled.begin(), current_->cancelled.end(), [](auto& call) { call.request_stop(); });
    }
    changed_.notify_all();
  }

  const unsigned jobs_;
  MessageReader reader_;
  MessageWriter writer_;
  McpProtocol protocol_;
  std::atomic<bool> gone_{false};  // nobody reads the answers
  std::mutex mutex_;               // of what stands below
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Work>> waiting_;
  std::shared_ptr<Work> current_;
  std::shared_ptr<const Roots> roots_;
  bool roots_are_awaited_ = false;
  std::size_t waiting_bytes_ = 0;
  bool ended_ = false;
};

}  // namespace

std::string serve_mcp(const McpOptions& options, int input, int output) {
  Result<Roots> roots = Roots::of(options.roots);
  if (!roots) return roots.error();
  McpServer(std::move(*roots), options.jobs, input, output).run();
  return {};
}

}  // namespace beamwright::serve
