// From files to lowered units, many files at a time.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "findings/suppression.h"
#include "model/program.h"
#include "review/progress.h"
#include "source/discovery.h"

namespace beamwright::review {

struct Reading {
  std::vector<std::unique_ptr<model::Unit>> units;  // in the order of Discovery::sources; null where a file could not be read
  source::Diagnostics diagnostics;
  std::vector<findings::Suppression> suppressions;  // of reviewed files, in path order
  std::uint64_t reviewed_lines = 0;
  std::uint64_t reviewed_bytes = 0;
};

// What one file became.
struct OneFile {
  std::unique_ptr<model::Unit> unit;  // null where it could not be read
  source::Diagnostics diagnostics;
  std::vector<findings::Suppression> suppressions;
  std::vector<std::string> includes;  // the last names of the headers that it asks for, also through others and in vain
  std::uint64_t lines = 0;
};

// Reads one file after another, on any thread. Headers are read at the first file that includes them and kept.
class FileReader {
 public:
  // The discovery must outlive the reader.
  explicit FileReader(const source::Discovery& discovery);
  ~FileReader();
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  // A file on which Beamwright itself fails becomes a diagnostic. Safe from all threads, for different files.
  OneFile read(source::FileId id);
  // Has a header read as this text, whatever the disk holds. Before any file is read that includes it.
  void put_header(const std::string& absolute_path, std::string text);

 private:
  struct Parts;
  const source::Discovery& discovery_;
  std::unique_ptr<Parts> parts_;
};

// Adds a file of the discovery to what has been read; in path order.
void add_file(const source::Discovery& discovery, source::FileId id, OneFile file, Reading& reading);

// Loads, parses and lowers every source. A file on which Beamwright itself fails becomes a diagnostic and costs no other file.
// After a stop the rest is left unread.
Reading read_sources(const source::Discovery& discovery, unsigned jobs, Progress& progress, const std::stop_token& stop = {});

}  // namespace beamwright::review
