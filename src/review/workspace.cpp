#include "review/workspace.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "analysis/facts.h"
#include "analysis/instances.h"
#include "base/parallel.h"
#include "review/conclude.h"
#include "review/edited_file.h"
#include "review/filter.h"
#include "rules/run.h"
#include "source/languages.h"
#include "source/walk.h"

namespace beamwright::review {
namespace {

using source::FileId;
using source::SourceFile;

// Each reader of headers adds their texts to the table of files, which only a new discovery makes small again.
constexpr unsigned kMaxReaders = 24;

bool is_header(const std::string& path) { return path.ends_with(".hrl"); }

bool is_source(const std::string& path) { return source::beam_language(path).has_value(); }

// What is not saved yet is reviewed where its name does not say that it is a test or a script.
bool is_for_production(const std::string& path) {
  return !path.ends_with(".exs") && !path.ends_with("_SUITE.erl") && path.find("/test/") == std::string::npos;
}

// What applications say of how their files are read.
bool read_alike(const source::Discovery& a, const source::Discovery& b) {
  const auto same = [](const source::Application& x, const source::Application& y) {
    return x.name == y.name && x.path == y.path && x.third_party == y.third_party && x.include_folders == y.include_folders &&
           std::equal(x.defines.begin(), x.defines.end(), y.defines.begin(), y.defines.end(),
                      [](const auto& p, const auto& q) { return p.name == q.name && p.value == q.value; });
  };
  return a.headers == b.headers &&
         std::equal(a.applications.begin(), a.applications.end(), b.applications.begin(), b.applications.end(), same);
}

// Makes what was read of a file that of the same file in another table. False when something in it points to a third file.
bool rebind(OneFile& read, const SourceFile& from, const SourceFile& to) {
  const auto foreign = [&](const source::Diagnostic& diagnostic) { return diagnostic.span.file != from.id; };
  if (!read.unit || std::any_of(read.diagnostics.begin(), read.diagnostics.end(), foreign)) return false;
  read.unit->file = to.id;
  read.unit->project = to.project;
  for (source::Diagnostic& diagnostic : read.diagnostics) diagnostic.span.file = to.id;
  for (findings::Suppression& suppression : read.suppressions) {
    suppression.comment.file = to.id;
    if (suppression.covers.file) suppression.covers.file = to.id;
  }
  return true;
}

bool asks_for(const OneFile& read, const std::set<std::string>& headers) {
  return std::any_of(read.includes.begin(), read.includes.end(), [&](const std::string& name) { return headers.contains(name); });
}

}  // namespace

Workspace::Workspace(CheckOptions options) : options_(std::move(options)) {}

Workspace::~Workspace() = default;

void Workspace::tidy() { retired_.clear(); }

// ---- What changes -----------------------------------------------------------------------------------------------------------

void Workspace::hold(const std::string& path, std::string text) {
  const auto [held, is_new] = held_.try_emplace(path);
  if (!is_new && held->second == text) return;
  held->second = std::move(text);
  changed_.insert(path);
}

void Workspace::release(const std::string& path) {
  if (held_.erase(path) > 0) changed_.insert(path);
}

void Workspace::disk_changed(const std::string& path) {
  if (!is_source(path) && !is_header(path)) {
    discover_again_ = true;  // a manifest, the settings, a folder
  } else if (!held_.contains(path)) {
    changed_.insert(path);
  }
}

std::optional<std::string> Workspace::text_of(const std::string& path) const {
  if (const auto held = held_.find(path); held != held_.end()) return held->second;
  Result<std::string> text = source::read_file(path);
  if (!text) return std::nullopt;
  return std::move(*text);
}

// ---- Up to date again -------------------------------------------------------------------------------------------------------

Workspace::State Workspace::update(const std::stop_token& stop) {
  if (!is_stale()) return State::kReady;
  if (stop.stop_requested()) return State::kStopped;
  take_units_back();
  if (!discover_again_) take_in_changes();
  if (discover_again_ && !rediscover()) return State::kFailed;
  read_dirty(stop);
  if (stop.stop_requested()) return State::kStopped;
  link_and_analyse();
  return State::kReady;
}

void Workspace::take_units_back() {
  constexpr std::size_t kMaxRetired = 2;  // so that who types without a rest takes no more memory
  if (retired_.size() >= kMaxRetired) tidy();
  if (facts_ && program_) kept_.keep(*program_, *facts_);
  if (facts_) retired_.push_back(std::move(facts_));
  if (!program_) return;
  for (std::unique_ptr<model::Unit>& unit : program_->units) {
    if (unit->is_instance()) continue;
    const std::size_t place = place_of_file_.at(unit->file);
    rows_[place].unit = std::move(unit);
  }
  program_.reset();
}

void Workspace::take_in_changes() {
  for (const std::string& path : changed_) {
    const auto place = places_.find(path);
    if (is_header(path)) {
      take_in_header(path);
    } else if (place != places_.end()) {
      take_in_source(path, place->second);
    } else if (is_source(path)) {
      discover_again_ = true;
    }
  }
  changed_.clear();
}

void Workspace::take_in_header(const std::string& path) {
  const std::set<std::string> name{std::string(source::name_of(path))};
  bool used = false;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (!asks_for(rows_[i], name)) continue;
    to_read_.insert(i);
    used = true;
  }
  if (!used) return;
  start_reader();
  if (readers_started_ > kMaxReaders) discover_again_ = true;
}

void Workspace::take_in_source(const std::string& path, std::size_t place) {
  std::optional<std::string> text = text_of(path);
  if (!text || text->size() > source::kMaxFileBytes) {
    discover_again_ = true;  // it is gone, or may not be read any more
    return;
  }
  source::FileTable& files = *checked_->discovery.files;
  const FileId id = checked_->discovery.sources[place];
  if (files.file(id).text == *text && rows_[place].unit) return;
  files.set_text(id, std::move(*text));
  to_read_.insert(place);
}

void Workspace::start_reader() {
  reader_ = std::make_unique<FileReader>(checked_->discovery);
  ++readers_started_;
  for (const auto& [path, text] : held_) {
    if (is_header(path)) reader_->put_header(path, text);
  }
}

// The last names of headers whose text is another now than when they were read.
std::set<std::string> Workspace::headers_changed_on_disk() const {
  std::set<std::string> names;
  const source::FileTable& files = *checked_->discovery.files;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const SourceFile& file = files.file(FileId(i));
    if (!is_header(file.absolute_path)) continue;
    const std::optional<std::string> now = text_of(file.absolute_path);
    if (!now || *now != file.text) names.emplace(source::name_of(file.absolute_path));
  }
  for (const std::string& path : changed_) {
    if (is_header(path)) names.emplace(source::name_of(path));
  }
  return names;
}

void Workspace::lay_held_texts(source::Discovery& discovery) const {
  std::map<std::string_view, FileId> known;
  for (const FileId id : discovery.sources) known.emplace(discovery.files->file(id).absolute_path, id);
  std::error_code error;
  const bool whole_folder = std::filesystem::is_directory(options_.path, error);
  for (const auto& [path, text] : held_) {
    if (!is_source(path)) continue;
    if (const auto found = known.find(path); found != known.end()) {
      discovery.files->set_text(found->second, text);
    } else if (whole_folder && is_for_production(path) && !std::filesystem::exists(path, error)) {
      // A file outside the folder is none of this review: what put_edited_file() says of it does not matter.
      (void)put_edited_file(discovery, path, text);
    }
  }
}

bool Workspace::rediscover() {
  const auto fail = [&](const std::string& reason) {
    reason_ = reason;
    checked_.reset();
    rows_.clear();
    places_.clear();
    place_of_file_.clear();
    to_read_.clear();
    changed_.clear();
    return false;  // `discover_again_` stays: the next update tries again
  };
  Result<Configuration> configuration = find_configuration(options_.path);
  if (!configuration) return fail(configuration.error());
  Result<OwnKnowledge> knowledge = OwnKnowledge::read(*configuration);
  if (!knowledge) return fail(knowledge.error());
  FileId none;
  Result<source::Discovery> discovered = discover_reviewed(options_, *configuration, none);
  if (!discovered) return fail(discovered.error());

  kept_.forget();
  auto old = std::move(checked_);
  checked_ = std::make_unique<Checked>(Checked{std::move(*discovered), std::move(*configuration), {}});
  knowledge_.emplace(std::move(*knowledge));
  source::Discovery& discovery = checked_->discovery;
  source::FileTable& files = *discovery.files;
  lay_held_texts(discovery);
  // A text that cannot be loaded becomes a diagnostic when the file is read.
  parallel_for(discovery.sources.size(), options_.jobs, [&](std::size_t i) { (void)files.load(discovery.sources[i]); });

  std::set<std::string> changed_headers;
  if (old) {
    std::swap(old, checked_);
    changed_headers = headers_changed_on_disk();
    std::swap(old, checked_);
  }
  const bool alike = old && read_alike(old->discovery, discovery);
  std::vector<OneFile> rows(discovery.sources.size());
  const std::set<std::size_t> stale = std::exchange(to_read_, {});
  const auto old_places = std::exchange(places_, {});
  place_of_file_.clear();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const SourceFile& file = files.file(discovery.sources[i]);
    places_.emplace(file.absolute_path, i);
    place_of_file_.emplace(file.id, i);
    to_read_.insert(i);
    const auto found = old_places.find(file.absolute_path);
    if (!old || found == old_places.end() || stale.contains(found->second)) continue;
    const SourceFile& before = old->discovery.files->file(old->discovery.sources[found->second]);
    OneFile& read = rows_[found->second];
    if (before.role != file.role || before.text != file.text) continue;
    if (file.language == source::Language::kErlang && (!alike || asks_for(read, changed_headers))) continue;
    if (!rebind(read, before, file)) continue;
    rows[i] = std::move(read);
    to_read_.erase(i);
  }
  rows_ = std::move(rows);
  changed_.clear();
  discover_again_ = false;
  start_reader();
  readers_started_ = 0;
  reason_.clear();
  return true;
}

void Workspace::read_dirty(const std::stop_token& stop) {
  const std::vector<std::size_t> places(to_read_.begin(), to_read_.end());
  std::vector<char> done(places.size());
  std::vector<OneFile> read(places.size());
  parallel_for(places.size(), options_.jobs, [&](std::size_t i) {
    if (stop.stop_requested()) return;
    read[i] = reader_->read(checked_->discovery.sources[places[i]]);
    done[i] = 1;
  });
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!done[i]) continue;
    kept_.replaced(std::exchange(rows_[places[i]], std::move(read[i])).unit);
    to_read_.erase(places[i]);
  }
}

void Workspace::link_and_analyse() {
  std::vector<std::unique_ptr<model::Unit>> units;
  units.reserve(rows_.size());
  for (OneFile& row : rows_) units.push_back(std::move(row.unit));
  const source::Discovery& discovery = checked_->discovery;
  program_ = std::make_unique<model::Program>(
      analysis::with_instances(model::link(std::move(units), *discovery.files), knowledge_->all(), options_.jobs));
  facts_ =
      std::make_unique<analysis::Facts>(analysis::analyse(*program_, knowledge_->all(), options_.jobs, &discovery.applications,
                                                          hints_of(checked_->configuration, *program_), &kept_));
}

// ---- What was found ---------------------------------------------------------------------------------------------------------

FileId Workspace::reviewed_file(const std::string& path) const {
  const auto place = places_.find(path);
  if (place == places_.end()) return {};
  const SourceFile& file = files().file(checked_->discovery.sources[place->second]);
  return file.role == source::Role::kReviewed ? file.id : FileId();
}

const report::Review* Workspace::review(FileId only, const std::stop_token& stop) {
  std::vector<std::string> failures;
  findings::Findings found = rules::run_all(*program_, *facts_, options_.jobs, failures, only, stop);
  if (stop.stop_requested()) return nullptr;
  // The rows keep what was read: the next review needs it again.
  Reading reading;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const FileId id = checked_->discovery.sources[i];
    if (only && id != only) continue;
    OneFile copy;
    copy.diagnostics = rows_[i].diagnostics;
    copy.suppressions = rows_[i].suppressions;
    copy.lines = rows_[i].lines;
    add_file(checked_->discovery, id, std::move(copy), reading);
  }
  checked_->review = {};
  Conclusion conclusion{*program_, *facts_, options_, std::move(found), std::move(failures), only};
  if (auto failure = conclude(std::move(conclusion), reading, *checked_)) {
    reason_ = std::move(*failure);
    return nullptr;
  }
  if (only) std::erase_if(checked_->review.diagnostics, [&](const source::Diagnostic& d) { return d.span.file != only; });
  return &checked_->review;
}

void Workspace::look(const Look& look) const { look({checked_->discovery, *program_, *facts_, checked_->review}); }

}  // namespace beamwright::review
