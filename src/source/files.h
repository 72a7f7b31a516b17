// The texts of one review. FileTable owns every byte that spans and string_views point into.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"
#include "source/line_index.h"
#include "source/span.h"
#include "source/stable_table.h"

namespace beamwright::source {

enum class Language : std::uint8_t { kElixir, kErlang };

// Why a file is in the program. Rules report only in kReviewed files; the others are read for what they define.
enum class Role : std::uint8_t {
  kReviewed,
  kTest,        // under test/ or *_test.exs, *_SUITE.erl …: left out unless asked for
  kDependency,  // third-party: analysed for knowledge, never reported on
  kScript,      // .exs that is no test, config/*.exs, mix.exs, priv/repo migrations, escripts
};

using ProjectId = Id<struct ProjectTag>;

struct SourceFile {
  FileId id;
  std::string path;           // relative to the reviewed root, '/' always; what is shown to people
  std::string absolute_path;  // what is opened
  Language language = Language::kElixir;
  Role role = Role::kReviewed;
  ProjectId project;
  std::string_view text;  // the whole content; empty until loaded
};

// Nobody writes a source of this size. Larger files are refused with an error: a text of nothing but "1," takes eighty times its
// size as a tree and a unit.
inline constexpr std::uint64_t kMaxFileBytes = std::uint64_t{32} << 20;

// Reads a whole file into memory. The error says the path and the system's reason: "cannot read PATH: REASON". Only regular files
// are sources: a directory, a pipe or a device is an error, and is never waited for.
Result<std::string> read_file(const std::string& absolute_path);

class FileTable {
 public:
  // Adds a file that has not been loaded. Thread-safe, as is add_text; numbers follow the order of the calls.
  FileId add(SourceFile file);
  // Adds a file with its text, for tests, standard input and headers found later.
  FileId add_text(SourceFile file, std::string text);
  // Gives a file another text than the disk holds, or another than before: that of an editor. Nobody else may use the file
  // meanwhile, and what pointed into its text before points nowhere.
  void set_text(FileId id, std::string text);
  // Reads the text of a file; idempotent. Thread-safe. The error is "cannot be read: REASON", for the file is named elsewhere.
  // After a failure the text stays empty and the next call tries again.
  Result<std::string_view> load(FileId id);

  SourceFile& file(FileId id) { return rows_[id.index].file; }
  const SourceFile& file(FileId id) const { return rows_[id.index].file; }
  std::size_t size() const { return rows_.size(); }

  // Line and column of a place; builds the file's line index at first use. Thread-safe.
  Position position(FileId id, std::uint32_t offset) const;
  // The file must have been loaded before.
  const LineIndex& lines(FileId id) const;

 private:
  struct Row {
    SourceFile file;
    std::string text;
    bool loaded = false;
    std::unique_ptr<LineIndex> index;
    std::mutex mutex;  // of loading, and of making the index
    std::atomic<const LineIndex*> ready_index{nullptr};
  };
  StableTable<Row> rows_;
};

}  // namespace beamwright::source
