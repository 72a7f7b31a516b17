// The walk uses openat and readdir: names are resolved against an open folder, so each costs one short look-up, and the kind of
// most entries comes with the listing itself.
#include "source/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "source/languages.h"
#include "source/manifest.h"

namespace beamwright::source {
namespace {

// Deeper trees are not written by people; the limit bounds recursion and open descriptors.
constexpr int kMaxDepth = 100;

enum class Kind { kFolder, kFile, kLink, kOther };

struct Entry {
  std::string name;
  Kind kind;
};

Kind kind_of_mode(mode_t mode) {
  if (S_ISDIR(mode)) return Kind::kFolder;
  if (S_ISREG(mode)) return Kind::kFile;
  if (S_ISLNK(mode)) return Kind::kLink;
  return Kind::kOther;
}

Kind kind_of(int folder, const dirent& entry) {
  switch (entry.d_type) {
    case DT_DIR:
      return Kind::kFolder;
    case DT_REG:
      return Kind::kFile;
    case DT_LNK:
      return Kind::kLink;
    case DT_UNKNOWN:
      break;  // some file systems leave it to stat
    default:
      return Kind::kOther;
  }
  struct stat status {};
  if (fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return Kind::kOther;
  return kind_of_mode(status.st_mode);
}

bool ends_with_any(std::string_view name, std::initializer_list<std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return name.ends_with(ending); });
}

bool is_manifest(std::string_view name) {
  static constexpr std::string_view kNames[] = {"mix.exs", "mix.lock", "rebar.config",        "rebar.lock", "Makefile",
                                                ".hex",    ".fetch",   "hex_metadata.config", "erlang.mk"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames) ||
         ends_with_any(name, {".app.src", ".app", ".mk"});
}

// Build output, other people's package folders and tool caches hold nothing that the project's people wrote.
bool is_left_out(std::string_view folder, std::string_view name) {
  if (name.starts_with('.')) return true;
  if (name == "_build" || name == "node_modules" || name == "_rel" || name == "__pycache__") return true;
  // Templates of generators carry the endings of the languages without being written in them.
  return name == "templates" && (name_of(folder) == "priv" || name_of(folder) == "installer");
}

bool is_document_output(std::string_view name, const std::vector<Entry>& entries) {
  if (name != "doc" && name != "docs") return false;
  return std::any_of(entries.begin(), entries.end(), [](const Entry& e) { return e.name == "index.html" || e.name == ".build"; });
}

class Walker {
 public:
  Walker(const std::string& absolute_root, Walk& out) : root_(absolute_root), out_(out) {}

  void folder(int parent, const std::string& path, std::string_view name, int depth) {
    if (depth > kMaxDepth) return fault(path, "folders below the hundredth level are not looked into");
    const int descriptor = openat(parent, depth == 0 ? root_.c_str() : std::string(name).c_str(),
                                  O_RDONLY | O_DIRECTORY | O_CLOEXEC | (depth == 0 ? 0 : O_NOFOLLOW));
    if (descriptor < 0) return fault(path, system_fault(errno));
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(fdopendir(descriptor), closedir);
    if (!listing) {
      const int code = errno;
      close(descriptor);
      return fault(path, system_fault(code));
    }
    const std::vector<Entry> entries = list(listing.get(), descriptor, path);
    if (is_document_output(name, entries)) return;
    for (const Entry& entry : entries) {
      const std::string entry_path = join(path, entry.name);
      switch (entry.kind) {
        case Kind::kFolder:
          if (!is_left_out(path, entry.name)) folder(descriptor, entry_path, entry.name, depth + 1);
          break;
        case Kind::kFile:
          file(entry_path, entry.name);
          break;
        case Kind::kLink:
          link(descriptor, entry_path, entry.name, path);
          break;
        case Kind::kOther:
          if (beam_language(entry.name)) fault(entry_path, "cannot be read: is not a regular file");
          break;
      }
    }
  }

 private:
  static std::string system_fault(int code) { return std::string("this folder cannot be listed: ") + strerrordesc_np(code); }

  void fault(const std::string& path, std::string message) { out_.faults.push_back({path, std::move(message)}); }

  std::vector<Entry> list(DIR* listing, int descriptor, const std::string& path) {
    std::vector<Entry> entries;
    errno = 0;
    while (const dirent* entry = readdir(listing)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") entries.push_back({std::string(name), kind_of(descriptor, *entry)});
      errno = 0;
    }
    if (errno != 0) fault(path, system_fault(errno));
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
    return entries;
  }

  void file(const std::string& path, std::string_view name) {
    const bool hidden = name.starts_with('.');
    if (is_manifest(name) || is_node_configuration(path)) out_.manifests.push_back(path);
    if (beam_language(name)) {
      if (!hidden) out_.sources.push_back(path);
    } else if (name.ends_with(".hrl")) {
      out_.headers.push_back(path);
    } else if (const std::string_view language = other_language(name); !language.empty() && !hidden) {
      ++out_.other_languages[std::string(language)];
    }
  }

  // A link to a file outside the root counts as the file; one to something inside is reviewed where it really is.
  void link(int folder_descriptor, const std::string& path, const std::string& name, const std::string& folder_path) {
    struct stat status {};
    if (fstatat(folder_descriptor, name.c_str(), &status, 0) != 0) {
      if (beam_language(name)) fault(path, std::string("cannot be read: ") + strerrordesc_np(errno));
      return;
    }
    const Kind kind = kind_of_mode(status.st_mode);
    if (kind != Kind::kFolder && kind != Kind::kFile) {
      if (beam_language(name)) fault(path, "cannot be read: is not a regular file");
      return;
    }
    if (kind == Kind::kFolder && is_left_out(folder_path, name)) return;
    if (points_inside(path)) return;
    if (kind == Kind::kFile) return file(path, name);
    fault(path, "a link to a folder outside the reviewed one is not followed; review its target by itself");
  }

  bool points_inside(const std::string& path) const {
    const std::unique_ptr<char, void (*)(void*)> target(realpath(join(root_, path).c_str(), nullptr), std::free);
    if (!target) return true;
    const std::string_view real = target.get();
    // A target above the root is a loop: what lies below the root is reviewed as it is.
    const bool above = real == "/" || (root_.starts_with(real) && (root_.size() == real.size() || root_[real.size()] == '/'));
    return above || (real.starts_with(root_) && (root_ == "/" || real[root_.size()] == '/'));
  }

  const std::string& root_;
  Walk& out_;
};

}  // namespace

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

std::string_view name_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string join(std::string_view folder, std::string_view name) {
  if (folder.empty()) return std::string(name);
  if (name.empty()) return std::string(folder);
  std::string path(folder);
  if (path.back() != '/') path += '/';
  return path += name;
}

Walk walk(const std::string& absolute_root) {
  Walk out;
  Walker(absolute_root, out).folder(AT_FDCWD, "", "", 0);
  // The folders came in order of their names; whole paths sort a little differently.
  std::sort(out.sources.begin(), out.sources.end());
  std::sort(out.headers.begin(), out.headers.end());
  std::sort(out.manifests.begin(), out.manifests.end());
  return out;
}

}  // namespace beamwright::source
