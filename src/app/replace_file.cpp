#include "app/replace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

#include "app/output.h"
#include "source/files.h"

namespace beamwright::app {
namespace {

std::string refusal(int code) { return std::string("cannot be written: ") + strerrordesc_np(code); }

// The file beside the one that is replaced; it goes unless it took that one's name.
class Replacement {
 public:
  explicit Replacement(const std::string& path) : path_(path + ".beamwright-XXXXXX") {
    descriptor_ = ::mkostemp(path_.data(), O_CLOEXEC);
  }
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;
  ~Replacement() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    if (!renamed_) ::unlink(path_.c_str());
  }

  bool write(std::string_view text, const struct stat& like) {
    if (descriptor_ < 0) return false;
    // Only root may give a file away; everybody else's files are their own already.
    const bool owned = ::fchown(descriptor_, like.st_uid, like.st_gid) == 0 || like.st_uid == ::geteuid();
    return owned && ::fchmod(descriptor_, like.st_mode & 07777) == 0 && write_all(descriptor_, text) && ::fsync(descriptor_) == 0;
  }

  bool take_name(const std::string& path) {
    renamed_ = ::rename(path_.c_str(), path.c_str()) == 0;
    return renamed_;
  }

 private:
  std::string path_;
  int descriptor_ = -1;
  bool renamed_ = false;
};

}  // namespace

std::string replace_file(const std::string& path, std::string_view known, std::string_view text) {
  char resolved[PATH_MAX];
  struct stat status {};
  if (::realpath(path.c_str(), resolved) == nullptr || ::stat(resolved, &status) != 0) return refusal(errno);
  // Taking the name of a write-protected file needs no right to write it; the protection is meant all the same, also for root.
  if ((status.st_mode & 0222) == 0 || ::access(resolved, W_OK) != 0) return "is write-protected";
  Replacement replacement(resolved);
  if (!replacement.write(text, status)) return refusal(errno);
  const Result<std::string> now = source::read_file(resolved);
  if (!now || *now != known) return "has changed since it was read";
  return replacement.take_name(resolved) ? std::string() : refusal(errno);
}

}  // namespace beamwright::app
