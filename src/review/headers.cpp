// The order of the search is that of epp and erlc (stdlib's epp.erl, path_open/3 and -include_lib), then that of the build tools'
// include paths, and last a header of that name anywhere in the application: a build may hand the compiler any -I.
#include "review/headers.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <vector>

#include "source/utf8.h"
#include "source/walk.h"

namespace beamwright::review {
namespace {

using source::folder_of;
using source::join;
using source::name_of;

// "/a/b/../c" → "/a/c", by the text alone, so that one file has one name here.
std::string normal(std::string_view path) { return std::filesystem::path(path).lexically_normal().string(); }

bool has_kernel(const std::string& root) {
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(opendir(join(root, "lib").c_str()), closedir);
  if (!listing) return false;
  while (const dirent* entry = readdir(listing.get())) {
    if (std::string_view(entry->d_name).starts_with("kernel")) return true;
  }
  return false;
}

// Orders "kernel-8.10" after "kernel-8.9": runs of digits by their value.
bool version_less(std::string_view a, std::string_view b) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  while (!a.empty() && !b.empty()) {
    if (digit(a[0]) && digit(b[0])) {
      const auto take = [&](std::string_view& text) {
        unsigned long long value = 0;
        while (!text.empty() && digit(text[0]) && value < 1'000'000'000'000ull) {
          value = value * 10 + static_cast<unsigned>(text[0] - '0');
          text.remove_prefix(1);
        }
        return value;
      };
      const auto left = take(a), right = take(b);
      if (left != right) return left < right;
    } else {
      if (a[0] != b[0]) return a[0] < b[0];
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  return a.size() < b.size();
}

// The path below a root, or empty when it is not below.
std::string_view below(std::string_view root, std::string_view path) {
  if (root == "/") return path.substr(1);
  if (!path.starts_with(root) || path.size() <= root.size() || path[root.size()] != '/') return {};
  return path.substr(root.size() + 1);
}

}  // namespace

std::string installed_otp() {
  std::vector<std::string> roots;
  if (const char* path = std::getenv("PATH")) {
    for (std::string_view rest = path; !rest.empty();) {
      const std::size_t end = std::min(rest.find(':'), rest.size());
      const std::string program = join(rest.substr(0, end), "erl");
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (program.front() != '/' || access(program.c_str(), X_OK) != 0) continue;
      const std::unique_ptr<char, void (*)(void*)> real(realpath(program.c_str(), nullptr), std::free);
      if (real) roots.emplace_back(folder_of(folder_of(real.get())));  // ROOT/bin/erl
    }
  }
  roots.insert(roots.end(), {"/usr/lib/erlang", "/usr/local/lib/erlang"});
  const auto found = std::find_if(roots.begin(), roots.end(), has_kernel);
  return found == roots.end() ? std::string() : *found;
}

Headers::Headers(const source::Discovery& discovery, std::string otp_root)
    : discovery_(discovery), otp_root_(std::move(otp_root)) {}

erlang::Includes::Header Headers::include(std::string_view path, source::FileId from) { return look_up(false, path, from); }

erlang::Includes::Header Headers::include_lib(std::string_view path, source::FileId from) { return look_up(true, path, from); }

std::string_view Headers::name(source::FileId file) { return discovery_.files->file(file).path; }

erlang::Includes::Header Headers::look_up(bool library, std::string_view path, source::FileId from) {
  if (path.empty() || path.size() > 4096 || path.find('\0') != std::string_view::npos) return {};
  const source::SourceFile& includer = discovery_.files->file(from);
  const std::lock_guard lock(mutex_);
  const auto [answer, is_new] =
      answers_.try_emplace({library, std::string(folder_of(includer.absolute_path)), std::string(path)});
  if (!is_new) return answer->second;
  Header header = find_include(path, includer);
  // -include("app/include/x.hrl") works where the build puts all applications' folder on the include path.
  if (!header.file) header = find_library(path, includer);
  if (!header.file) header = find_by_name(path, includer);
  return answer->second = header;
}

erlang::Includes::Header Headers::find_include(std::string_view path, const source::SourceFile& from) {
  if (path.front() == '/') return open(normal(path));
  const std::string own(folder_of(from.absolute_path));
  std::vector<std::string> folders{own};
  if (const source::Application* application = discovery_.application_of(from.path)) {
    const std::string root = join(discovery_.absolute_root, application->path);
    folders.insert(folders.end(), {join(root, "include"), join(root, "src"), root});
    for (const std::string& extra : application->include_folders) folders.push_back(join(discovery_.absolute_root, extra));
  } else {
    folders.insert(folders.end(), {join(own, "../include"), join(own, "../src")});
  }
  for (const std::string& folder : folders) {
    if (const Header header = open(normal(join(folder, path))); header.file) return header;
  }
  return {};
}

erlang::Includes::Header Headers::find_library(std::string_view path, const source::SourceFile& from) {
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos || slash == 0) return {};
  const std::string name(path.substr(0, slash));
  const std::string_view rest = path.substr(slash + 1);
  for (const source::Application& application : discovery_.applications) {
    if (application.name != name && name_of(application.path) != name) continue;
    const std::string file = join(join(discovery_.absolute_root, application.path), rest);
    if (const Header header = open(normal(file)); header.file) return header;
  }
  // A single file, or an application reviewed by itself: its neighbours stand where build tools put them, above it.
  std::string_view above = folder_of(from.absolute_path);
  for (int level = 0; level < 12 && !above.empty(); ++level, above = folder_of(above)) {
    for (const std::string_view folder : {"", "apps", "deps", "lib", "_build/default/lib", "_checkouts"}) {
      const std::string file = join(join(above, folder), path);
      if (const Header header = open(normal(file)); header.file) return header;
    }
  }
  const std::string& otp = otp_application(name);
  return otp.empty() ? Header{} : open(normal(join(otp, rest)));
}

erlang::Includes::Header Headers::find_by_name(std::string_view path, const source::SourceFile& from) {
  while (path.starts_with("../")) path.remove_prefix(3);
  const std::string ending = "/" + std::string(path);
  const source::Application* home = discovery_.application_of(from.path);
  const std::string* elsewhere = nullptr;
  std::size_t count = 0;
  for (const std::string& header : discovery_.headers) {
    if (header != path && !header.ends_with(ending)) continue;
    if (home && discovery_.application_of(header) == home) return open(join(discovery_.absolute_root, header));
    elsewhere = &header;
    ++count;
  }
  // A name that stands for one file alone in the whole review cannot be mistaken.
  return count == 1 ? open(join(discovery_.absolute_root, *elsewhere)) : Header{};
}

const std::string& Headers::otp_application(const std::string& name) {
  const auto [known, is_new] = otp_applications_.try_emplace(name);
  if (!is_new || otp_root_.empty()) return known->second;
  const std::string lib = join(otp_root_, "lib");
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(opendir(lib.c_str()), closedir);
  std::string best;
  while (const dirent* entry = listing ? readdir(listing.get()) : nullptr) {
    const std::string_view folder = entry->d_name;
    const bool matches =
        folder == name || (folder.starts_with(name) && folder.size() > name.size() + 1 && folder[name.size()] == '-' &&
                           folder[name.size() + 1] >= '0' && folder[name.size() + 1] <= '9');
    if (matches && (best.empty() || version_less(best, folder))) best = folder;
  }
  if (!best.empty()) known->second = join(lib, best);
  return known->second;
}

erlang::Includes::Header Headers::open(const std::string& absolute_path) {
  const auto [known, is_new] = opened_.try_emplace(absolute_path);
  if (!is_new) return known->second;
  // Nearly every name that is tried is not there; asking costs less than opening.
  if (access(absolute_path.c_str(), R_OK) != 0) return {};
  Result<std::string> text = source::read_file(absolute_path);
  if (!text) return {};
  return known->second = add(absolute_path, std::move(*text));
}

void Headers::put(const std::string& absolute_path, std::string text) {
  const std::lock_guard lock(mutex_);
  opened_[absolute_path] = add(absolute_path, std::move(text));
}

erlang::Includes::Header Headers::add(const std::string& absolute_path, std::string text) {
  source::SourceFile file;
  const std::string_view inside = below(discovery_.absolute_root, absolute_path);
  file.path = source::to_valid_utf8(inside.empty() ? std::string_view(absolute_path) : inside);
  file.absolute_path = absolute_path;
  file.language = source::Language::kErlang;
  file.role = source::Role::kDependency;
  if (!inside.empty()) {
    const source::Application* application = discovery_.application_of(inside);
    if (!application || !application->third_party) file.role = source::Role::kReviewed;
    if (application) file.project = application->project;
  }
  const source::FileId id = discovery_.files->add_text(std::move(file), std::move(text));
  return {id, discovery_.files->file(id).text};
}

}  // namespace beamwright::review
