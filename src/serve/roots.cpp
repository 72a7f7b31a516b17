#include "serve/roots.h"

#include <algorithm>
#include <filesystem>

namespace beamwright::serve {

namespace fs = std::filesystem;

bool is_within(std::string_view path, std::string_view folder) {
  while (folder.size() > 1 && folder.ends_with('/')) folder.remove_suffix(1);
  if (folder == "/") return true;
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

Result<Roots> Roots::of(const std::vector<std::string>& folders) {
  Roots roots;
  for (const std::string& folder : folders) {
    std::error_code error;
    const fs::path path = fs::canonical(folder, error);
    if (error || !fs::is_directory(path, error)) return Error{"--root " + folder + ": it is no folder"};
    roots.folders_.push_back(path.string());
  }
  roots.restricted_ = !folders.empty();
  return roots;
}

Roots Roots::only(const std::vector<std::string>& folders) {
  Roots roots;
  roots.restricted_ = true;
  for (const std::string& folder : folders) {
    std::error_code error;
    const fs::path path = fs::canonical(folder, error);
    if (!error && fs::is_directory(path, error)) roots.folders_.push_back(path.string());
  }
  return roots;
}

Result<std::string> Roots::resolve(std::string_view path) const {
  if (path.find('\0') != std::string_view::npos) return Error{"a path holds no zero byte"};
  std::error_code error;
  const fs::path start = folders_.empty() ? fs::current_path(error) : fs::path(folders_.front());
  if (error) return Error{"the current folder is gone"};
  const fs::path whole = fs::weakly_canonical(start / (path.empty() ? "." : path), error);
  if (error) return Error{"cannot look at " + std::string(path) + ": " + error.message()};
  std::string text = whole.lexically_normal().string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  const auto holds = [&](const std::string& folder) { return is_within(text, folder); };
  if (!restricted_ && text == "/") return Error{"/ is no project: name the folder of one"};
  if (restricted_ && std::none_of(folders_.begin(), folders_.end(), holds)) {
    std::string allowed;
    for (const std::string& folder : folders_) allowed += (allowed.empty() ? "" : ", ") + folder;
    return Error{std::string(path) + " is outside of what this server may read: " + (allowed.empty() ? "nothing" : allowed)};
  }
  return text;
}

}  // namespace beamwright::serve
