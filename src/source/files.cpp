// Reading files with read(2), and the table that owns their texts.
#include "source/files.h"
#include "source/coding.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace beamwright::source {
namespace {

struct Descriptor {
  int number = -1;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
};

Error cannot_read(const std::string& path, std::string_view reason) {
  return Error{"cannot read " + path + ": " + std::string(reason)};
}

std::string_view system_reason(int code) {
  const char* text = strerrordesc_np(code);  // unlike strerror() safe to call from several threads
  return text ? text : "unknown error";
}

Error too_large(const std::string& path) { return cannot_read(path, "larger than 32 MiB, which no source is"); }

}  // namespace

Result<std::string> read_file(const std::string& absolute_path) {
  // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
  const Descriptor file{open(absolute_path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
  if (file.number < 0) return cannot_read(absolute_path, system_reason(errno));
  struct stat status {};
  if (fstat(file.number, &status) != 0) return cannot_read(absolute_path, system_reason(errno));
  if (S_ISDIR(status.st_mode)) return cannot_read(absolute_path, "is a directory");
  if (!S_ISREG(status.st_mode)) return cannot_read(absolute_path, "is not a regular file");
  if (static_cast<std::uint64_t>(status.st_size) > kMaxFileBytes) return too_large(absolute_path);

  // One byte more than the size: the read that meets the end of the file then needs no larger buffer.
  std::string text(static_cast<std::size_t>(status.st_size) + 1, '\0');
  std::size_t filled = 0;
  while (true) {
    if (filled == text.size()) {
      // The file has grown since, or lies about its size as those of /proc do.
      if (text.size() > kMaxFileBytes) return too_large(absolute_path);
      text.resize(text.size() * 2 + 4096);
    }
    const ssize_t count = read(file.number, text.data() + filled, text.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot_read(absolute_path, system_reason(errno));
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  if (filled > kMaxFileBytes) return too_large(absolute_path);
  text.resize(filled);
  return text;
}

FileId FileTable::add(SourceFile file) {
  const std::size_t number = rows_.append([&](Row& row, std::size_t index) {
    row.file = std::move(file);
    row.file.id = FileId(index);
    row.file.text = {};
  });
  return FileId(number);
}

FileId FileTable::add_text(SourceFile file, std::string text) {
  const std::size_t number = rows_.append([&](Row& row, std::size_t index) {
    row.file = std::move(file);
    row.file.id = FileId(index);
    row.text = std::move(text);
    row.file.text = row.text;
    row.loaded = true;
  });
  return FileId(number);
}

void FileTable::set_text(FileId id, std::string text) {
  Row& row = rows_[id.index];
  row.text = std::move(text);
  row.file.text = row.text;
  row.loaded = true;
  row.ready_index = nullptr;
  row.index.reset();
}

Result<std::string_view> FileTable::load(FileId id) {
  Row& row = rows_[id.index];
  const std::lock_guard lock(row.mutex);
  if (!row.loaded) {
    Result<std::string> text = read_file(row.file.absolute_path);
    if (!text) return Error{"cannot be read: " + text.error().substr(("cannot read " + row.file.absolute_path + ": ").size())};
    row.text = std::move(*text);
    row.file.text = row.text;
    row.loaded = true;
  }
  return std::string_view(row.text);
}

Position FileTable::position(FileId id, std::uint32_t offset) const { return lines(id).position(offset); }

const LineIndex& FileTable::lines(FileId id) const {
  Row& row = rows_[id.index];
  if (const LineIndex* ready = row.ready_index.load(std::memory_order_acquire)) return *ready;
  const std::lock_guard lock(row.mutex);
  if (!row.index) {
    const bool latin1 = row.file.language == Language::kErlang && declared_coding(row.text) == Coding::kLatin1;
    row.index = std::make_unique<LineIndex>(row.text, latin1);
    row.ready_index.store(row.index.get(), std::memory_order_release);
  }
  return *row.index;
}

}  // namespace beamwright::source
