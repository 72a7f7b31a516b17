// A project kept in memory, for servers: reviewed again quickly after an edit. Each file's unit is kept, and read again only when
// its text or a header that it includes has changed; linking, analysis and rules then run on the whole program, so that what is
// found is what check() finds in the same texts. One file's findings can be had before everybody's.
//
// Texts that an editor holds count instead of the disk's. A workspace is for one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "analysis/kept.h"
#include "review/check.h"
#include "review/own_knowledge.h"
#include "review/read.h"

namespace beamwright::review {

class Workspace {
 public:
  // Of the options, those about standard input are not looked at.
  explicit Workspace(CheckOptions options);
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  // ---- What changes. Paths are absolute and without links. Nothing is read before update().

  // An editor holds this text of a file, saved or not.
  void hold(const std::string& path, std::string text);
  // The disk's text counts again.
  void release(const std::string& path);
  // A file was changed, made or removed on the disk.
  void disk_changed(const std::string& path);
  // Anything may have changed on the disk.
  void look_again() { discover_again_ = true; }

  // ---- What follows from it.

  enum class State { kReady, kStopped, kFailed };
  // Brings the program and its facts up to date. After a stop it has to be called again; after a failure reason() says why there
  // is nothing to review: the folder is gone, the settings are wrong.
  State update(const std::stop_token& stop);
  bool is_stale() const { return discover_again_ || !changed_.empty() || !to_read_.empty() || !facts_; }
  const std::string& reason() const { return reason_; }

  // All below: after update() was ready and nothing has changed since.

  // The reviewed source of this path; none when it is no part of the review.
  source::FileId reviewed_file(const std::string& path) const;
  // What check() says of the whole project; null after a stop. Valid until the next call of anything that is not const.
  const report::Review* review_all(const std::stop_token& stop) { return review(source::FileId(), stop); }
  // What check() says of one reviewed file.
  const report::Review* review_file(source::FileId file, const std::stop_token& stop) { return review(file, stop); }
  // Gives back what is left of earlier states. It takes a while, and may wait until nobody else does.
  void tidy();
  // The program and its facts, with the last review.
  void look(const Look& look) const;
  const source::FileTable& files() const { return *checked_->discovery.files; }

 private:
  bool rediscover();
  std::set<std::string> headers_changed_on_disk() const;
  void lay_held_texts(source::Discovery& discovery) const;
  void take_in_changes();
  void take_in_header(const std::string& path);
  void take_in_source(const std::string& path, std::size_t place);
  void start_reader();
  void take_units_back();
  void read_dirty(const std::stop_token& stop);
  void link_and_analyse();
  const report::Review* review(source::FileId only, const std::stop_token& stop);
  std::optional<std::string> text_of(const std::string& path) const;

  const CheckOptions options_;
  std::map<std::string, std::string> held_;  // by absolute path
  std::set<std::string> changed_;            // paths whose text may be another now
  std::set<std::size_t> to_read_;            // rows whose units are out of date
  bool discover_again_ = true;
  unsigned readers_started_ = 0;  // since the last discovery
  std::string reason_;

  std::unique_ptr<Checked> checked_;
  std::optional<OwnKnowledge> knowledge_;
  std::unique_ptr<FileReader> reader_;
  std::vector<OneFile> rows_;                  // by place in Discovery::sources
  std::map<std::string, std::size_t> places_;  // absolute path → place in Discovery::sources
  std::map<source::FileId, std::size_t> place_of_file_;
  std::unique_ptr<model::Program> program_;
  std::unique_ptr<analysis::Facts> facts_;
  std::vector<std::unique_ptr<analysis::Facts>> retired_;
  analysis::Kept kept_;
};

}  // namespace beamwright::review
