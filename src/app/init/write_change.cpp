#include "app/init/write_change.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "app/output.h"
#include "app/replace_file.h"
#include "source/files.h"

namespace beamwright::app {
namespace {

namespace fs = std::filesystem;

void remove_empty_parents(const fs::path& folder, fs::path relative) {
  std::error_code refused;
  for (relative = relative.parent_path(); !relative.empty() && !refused; relative = relative.parent_path()) {
    if (!fs::is_empty(folder / relative, refused) || !fs::remove(folder / relative, refused)) return;
  }
}

std::string make_file(const fs::path& folder, const FileChange& change) {
  const fs::path whole = folder / change.path;
  std::error_code refused;
  fs::create_directories(whole.parent_path(), refused);
  if (refused) return "cannot be written: " + refused.message();
  const int descriptor = ::open(whole.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  const bool written = descriptor >= 0 && write_all(descriptor, *change.after);
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (written) return {};
  if (descriptor >= 0) ::unlink(whole.c_str());
  remove_empty_parents(folder, change.path);
  return std::string("cannot be written: ") + strerrordesc_np(error);
}

std::string remove_file(const fs::path& folder, const FileChange& change) {
  const fs::path whole = folder / change.path;
  const Result<std::string> now = source::read_file(whole.string());
  if (!now || *now != *change.before) return "has changed since it was read";
  if (::unlink(whole.c_str()) != 0) return std::string("cannot be removed: ") + strerrordesc_np(errno);
  remove_empty_parents(folder, change.path);
  return {};
}

}  // namespace

std::string write_change(const std::string& folder, const FileChange& change) {
  if (!change.before) return make_file(folder, change);
  if (!change.after) return remove_file(folder, change);
  return replace_file((fs::path(folder) / change.path).string(), *change.before, *change.after);
}

}  // namespace beamwright::app
