#include "serve/lsp_worker.h"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <utility>

#include "serve/lenses.h"

namespace beamwright::serve {
namespace {

// How long a client must be silent before what it does not look at is judged.
constexpr auto kIdle = std::chrono::milliseconds(300);

// More questions than any editor asks before it is answered.
constexpr std::size_t kMaxWaiting = 1000;

bool is_below(std::string_view root, std::string_view path) {
  return path == root || (path.starts_with(root) && (root == "/" || (path.size() > root.size() && path[root.size()] == '/')));
}

}  // namespace

Worker::Worker(MessageWriter& writer, ClientTraits traits, review::CheckOptions options)
    : writer_(writer),
      traits_(traits),
      options_(std::move(options)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Worker::~Worker() {
  const std::lock_guard lock(mutex_);
  running_.request_stop();
}

// ---- The protocol's thread --------------------------------------------------------------------------------------------------

void Worker::post(std::function<void()> carry_out, std::string edited) {
  const std::lock_guard lock(mutex_);
  // Of several texts of one document only the last is ever looked at: who types faster than we review costs no memory.
  for (auto change = changes_.rbegin(); change != changes_.rend() && !edited.empty() && !change->edited.empty(); ++change) {
    if (change->edited != edited) continue;
    changes_.erase(std::next(change).base());
    break;
  }
  changes_.push_back({std::move(edited), std::move(carry_out)});
  running_.request_stop();
  wake_.notify_all();
}

void Worker::add_root(std::string path) {
  post([this, path = std::move(path)] {
    const auto same = [&](const auto& root) { return root->path == path; };
    if (std::any_of(roots_.begin(), roots_.end(), same)) return;
    review::CheckOptions options = options_;
    options.path = path;
    roots_.push_back(std::make_unique<Root>(std::move(options)));
    for (const auto& [name, document] : documents_) {
      if (root_of(name) == roots_.back().get()) roots_.back()->workspace.hold(name, document.text);
    }
  });
}

void Worker::remove_root(std::string path) {
  post([this, path = std::move(path)] {
    for (const auto& root : roots_) {
      if (root->path != path || traits_.pulls) continue;
      for (const auto& [name, result] : std::exchange(root->whole, {})) publish(name, empty_result());
    }
    std::erase_if(roots_, [&](const auto& root) { return root->path == path; });
  });
}

void Worker::opened_or_edited(Document document) {
  if (document.path.empty()) return;  // not saved anywhere yet: no part of any project
  std::string path = document.path;
  post([this, document = std::move(document)] { take_document(document); }, std::move(path));
}

void Worker::take_document(const Document& document) {
  Root* root = root_of(document.path);
  if (root == nullptr && std::filesystem::exists(document.path)) {
    // A file outside of every folder is reviewed by itself.
    review::CheckOptions options = options_;
    options.path = document.path;
    roots_.push_back(std::make_unique<Root>(std::move(options)));
    root = roots_.back().get();
  }
  if (root != nullptr) root->workspace.hold(document.path, document.text);
  edited_.insert(document.path);
  documents_[document.path] = document;
}

void Worker::closed(std::string uri, std::string path) {
  post([this, uri = std::move(uri), path = std::move(path)] {
    documents_.erase(path);
    edited_.erase(path);
    Root* root = root_of(path);
    if (root == nullptr) return;
    root->workspace.release(path);
    if (root->path != path) return;
    std::erase_if(roots_, [&](const auto& each) { return each.get() == root; });
    if (!traits_.pulls) publish(path, empty_result());
  });
}

void Worker::changed_on_disk(std::vector<std::string> paths) {
  post([this, paths = std::move(paths)] {
    for (const std::string& path : paths) {
      if (Root* root = root_of(path)) root->workspace.disk_changed(path);
    }
  });
}

void Worker::look_again() {
  post([this] {
    for (const auto& root : roots_) root->workspace.look_again();
  });
}

void Worker::ask(Question question) {
  const std::lock_guard lock(mutex_);
  if (questions_.size() >= kMaxWaiting) {
    writer_.write(error_text(question.id, {kServerCancelled, "too many requests wait already", nullptr}));
    return;
  }
  questions_.push_back(std::move(question));
  wake_.notify_all();
}

void Worker::cancel(const Json& id) {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::find_if(questions_.begin(), questions_.end(), [&](const Question& question) { return question.id == id; });
  if (found == questions_.end()) return;
  questions_.erase(found);
  writer_.write(error_text(id, {kRequestCancelled, "cancelled", nullptr}));
}

// ---- The worker's thread ----------------------------------------------------------------------------------------------------

void Worker::run(const std::stop_token& stop) {
  while (wait(stop)) {
    try {
      take_in_changes();
      if (!update_roots()) continue;
      if (!answer_questions()) continue;
      publish_edited();
      judge_whole();
      for (const auto& root : roots_) root->workspace.tidy();
    } catch (const std::exception& exception) {
      // A fault of Beamwright itself costs the client one review, and no more: everything is read anew after the next change.
      writer_.write(
          notification_text("window/logMessage", {{"type", 1}, {"message", std::string("beamwright: ") + exception.what()}}));
      for (const auto& root : roots_) {
        root->workspace.look_again();
        root->whole_is_due = false;
      }
      edited_.clear();
    }
  }
}

bool Worker::wait(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto has_work = [&] { return !changes_.empty() || !questions_.empty(); };
  const bool due = std::any_of(roots_.begin(), roots_.end(), [](const auto& root) { return root->whole_is_due; });
  if (due || !edited_.empty()) {
    wake_.wait_until(lock, stop, edited_.empty() ? changed_at_ + (first_ ? kIdle * 0 : kIdle) : changed_at_, has_work);
  } else {
    wake_.wait(lock, stop, has_work);
  }
  return !stop.stop_requested();
}

void Worker::take_in_changes() {
  std::deque<Change> changes;
  {
    const std::lock_guard lock(mutex_);
    changes.swap(changes_);
    running_ = std::stop_source();
  }
  if (changes.empty()) return;
  changed_at_ = Clock::now();
  for (const Change& change : changes) change.carry_out();
}

bool Worker::update_roots() {
  const std::stop_token stop = running_.get_token();
  for (const auto& root : roots_) {
    if (!root->workspace.is_stale()) continue;
    root->whole_is_due = true;
    root->fresh.clear();
    const auto state = root->workspace.update(stop);
    if (state == review::Workspace::State::kStopped) return false;
    if (state == review::Workspace::State::kFailed) {
      tell_failure(*root);
      continue;
    }
    root->complaint.clear();
  }
  return true;
}

void Worker::tell_failure(Root& root) {
  root.whole_is_due = false;
  root.whole.clear();
  publish_whole(root);
  if (std::exchange(root.complaint, root.workspace.reason()) == root.complaint) return;
  writer_.write(notification_text("window/logMessage", {{"type", 2}, {"message", "beamwright: " + root.complaint}}));
}

Worker::Root* Worker::root_of(std::string_view path) {
  Root* best = nullptr;
  for (const auto& root : roots_) {
    if (is_below(root->path, path) && (best == nullptr || root->path.size() > best->path.size())) best = root.get();
  }
  return best;
}

OpenUris Worker::open_uris() const {
  OpenUris uris;
  for (const auto& [path, document] : documents_) uris.emplace(path, document.uri);
  return uris;
}

std::map<std::string, std::int64_t> Worker::open_versions() const {
  std::map<std::string, std::int64_t> versions;
  for (const auto& [path, document] : documents_) versions.emplace(document.uri, document.version);
  return versions;
}

const FileResult* Worker::result(const std::string& path) {
  Root* root = root_of(path);
  if (root == nullptr || root->workspace.is_stale()) return &empty_result();
  if (!root->whole_is_due) {
    const auto found = root->whole.find(path);
    return found == root->whole.end() ? &empty_result() : &found->second;
  }
  if (const auto found = root->fresh.find(path); found != root->fresh.end()) return &found->second;
  const source::FileId file = root->workspace.reviewed_file(path);
  if (!file) {
    // A header's diagnostics come from the files that include it: the last that are known.
    const auto found = path.ends_with(".hrl") ? root->whole.find(path) : root->whole.end();
    return found == root->whole.end() ? &empty_result() : &found->second;
  }
  const report::Review* review = root->workspace.review_file(file, running_.get_token());
  if (review == nullptr) return nullptr;
  auto results = results_of(*review, traits_, open_uris());
  const auto found = results.find(path);
  return &(root->fresh[path] = found == results.end() ? empty_result() : std::move(found->second));
}

// ---- What is pushed ---------------------------------------------------------------------------------------------------------

void Worker::publish(const std::string& path, const FileResult& result) {
  const auto told = told_.find(path);
  const bool known = told == told_.end() ? result.diagnostics.empty() : told->second == result.id;
  const auto document = documents_.find(path);
  // An edit is answered even when it changed nothing: the client may show that the answer belongs to this version.
  if (known && (document == documents_.end() || !edited_.contains(path))) return;
  if (result.diagnostics.empty()) {
    told_.erase(path);
  } else {
    told_[path] = result.id;
  }
  Json params{{"uri", document == documents_.end() ? uri_of_path(path) : document->second.uri},
              {"diagnostics", result.diagnostics}};
  if (document != documents_.end() && !traits_.refuses_push_version) params["version"] = document->second.version;
  writer_.write(notification_text("textDocument/publishDiagnostics", params));
}

void Worker::publish_edited() {
  if (traits_.pulls) edited_.clear();
  while (!edited_.empty()) {
    const std::string path = *edited_.begin();
    const FileResult* found = result(path);
    if (found == nullptr) return;
    publish(path, *found);
    edited_.erase(path);
  }
}

void Worker::judge_whole() {
  const std::stop_token stop = running_.get_token();
  if (!first_ && Clock::now() < changed_at_ + kIdle) return;
  for (const auto& root : roots_) {
    if (!root->whole_is_due || root->workspace.is_stale()) continue;
    const report::Review* review = root->workspace.review_all(stop);
    if (review == nullptr) {
      if (!stop.stop_requested()) tell_failure(*root);
      return;
    }
    root->whole = results_of(*review, traits_, open_uris());
    root->fresh.clear();
    root->whole_is_due = false;
    publish_whole(*root);
  }
  first_ = first_ && roots_.empty();
}

void Worker::publish_whole(Root& root) {
  if (!traits_.pulls) {
    for (const auto& [path, result] : root.whole) publish(path, result);
    std::vector<std::string> gone;
    for (const auto& [path, id] : told_) {
      if (is_below(root.path, path) && !root.whole.contains(path)) gone.push_back(path);
    }
    for (const std::string& path : gone) publish(path, empty_result());
    return;
  }
  // The client has to ask again when what it was told of some file is no longer true.
  const bool outdated = std::any_of(told_.begin(), told_.end(), [&](const auto& told) {
    if (!is_below(root.path, told.first)) return false;
    const auto found = root.whole.find(told.first);
    return told.second != (found == root.whole.end() ? empty_result() : found->second).id;
  });
  if (outdated && traits_.refreshes_diagnostics) request("workspace/diagnostic/refresh");
  if (std::exchange(lenses_were_asked_, false) && traits_.refreshes_lenses) request("workspace/codeLens/refresh");
}

void Worker::request(std::string_view method) {
  writer_.write(request_text("beamwright-" + std::to_string(next_request_++), method, nullptr));
}

// ---- What is asked ----------------------------------------------------------------------------------------------------------

bool Worker::answer_questions() {
  for (;;) {
    Question question;
    {
      const std::lock_guard lock(mutex_);
      if (!changes_.empty()) return false;
      if (questions_.empty()) return true;
      question = std::move(questions_.front());
      questions_.pop_front();
    }
    try {
      if (answer(question)) continue;
    } catch (const RpcError& error) {
      writer_.write(error_text(question.id, error));
      continue;
    } catch (const std::exception& exception) {
      writer_.write(error_text(question.id, {kInternalError, exception.what(), nullptr}));
      continue;
    }
    // A change came between: the question is answered for the new text.
    const std::lock_guard lock(mutex_);
    questions_.push_front(std::move(question));
    return false;
  }
}

bool Worker::answer(const Question& question) {
  if (question.kind == Question::Kind::kWorkspaceDiagnostics) return answer_workspace(question);
  const FileResult* found = result(question.path);
  if (found == nullptr) return false;
  Json answer;
  switch (question.kind) {
    case Question::Kind::kDiagnostics:
      told_[question.path] = found->id;
      answer = {{"kind", "full"}, {"resultId", found->id}, {"items", found->diagnostics}};
      if (found->id == question.previous_id) answer = {{"kind", "unchanged"}, {"resultId", found->id}};
      break;
    case Question::Kind::kHover:
      answer = hover_at(*found, question.place, traits_);
      break;
    case Question::Kind::kActions: {
      const auto document = documents_.find(question.path);
      answer = Json::array();
      if (document != documents_.end() && traits_.action_literals) {
        answer = actions_for(*found, question.actions, document->second, traits_, open_versions());
      }
      break;
    }
    case Question::Kind::kLenses:
      answer = lenses(question.path);
      break;
    case Question::Kind::kWorkspaceDiagnostics:
      break;
  }
  writer_.write(response_text(question.id, answer));
  return true;
}

bool Worker::answer_workspace(const Question& question) {
  const std::stop_token stop = running_.get_token();
  for (const auto& root : roots_) {
    if (!root->whole_is_due || root->workspace.is_stale()) continue;
    const report::Review* review = root->workspace.review_all(stop);
    if (review == nullptr) return false;
    root->whole = results_of(*review, traits_, open_uris());
    root->fresh.clear();
    root->whole_is_due = false;
  }
  Json items = Json::array();
  const auto add = [&](const std::string& path, const FileResult& result) {
    const auto document = documents_.find(path);
    const auto previous = question.previous_ids.find(path);
    Json item{{"uri", document == documents_.end() ? uri_of_path(path) : document->second.uri},
              {"version", document == documents_.end() ? Json(nullptr) : Json(document->second.version)},
              {"resultId", result.id}};
    if (previous != question.previous_ids.end() && previous->second == result.id) {
      item["kind"] = "unchanged";
    } else {
      item["kind"] = "full";
      item["items"] = result.diagnostics;
    }
    told_[path] = result.id;
    items.push_back(std::move(item));
  };
  for (const auto& root : roots_) {
    for (const auto& [path, result] : root->whole) add(path, result);
  }
  for (const auto& [path, id] : question.previous_ids) {
    const Root* root = root_of(path);
    if (root == nullptr || !root->whole.contains(path)) add(path, empty_result());
  }
  writer_.write(response_text(question.id, {{"items", std::move(items)}}));
  return true;
}

Json Worker::lenses(const std::string& path) {
  Json rows = Json::array();
  lenses_were_asked_ = true;
  const Root* root = root_of(path);
  if (root == nullptr || root->workspace.is_stale()) return rows;
  const source::FileId file = root->workspace.reviewed_file(path);
  if (!file) return rows;
  const Lines lines(root->workspace.files().file(file).text);
  root->workspace.look([&](const review::Basis& basis) {
    for (const Lens& lens : lenses_of(basis, file)) {
      const Place place = lines.place(lens.span.begin, traits_.encoding);
      rows.push_back({{"range", range_json({place, place})}, {"command", {{"title", lens.title}, {"command", ""}}}});
    }
  });
  return rows;
}

}  // namespace beamwright::serve
