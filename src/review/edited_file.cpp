#include "review/edited_file.h"

#include <algorithm>
#include <filesystem>

namespace beamwright::review {

namespace fs = std::filesystem;

Result<source::FileId> put_edited_file(source::Discovery& discovery, const std::string& filename, std::string text) {
  const std::string extension = fs::path(filename).extension().string();
  const bool elixir = extension == ".ex" || extension == ".exs";
  if (!elixir && extension != ".erl") return Error{"--stdin-filename " + filename + ": it is neither Elixir nor Erlang"};
  std::error_code error;
  const fs::path absolute = fs::weakly_canonical(filename, error);
  const std::string path = absolute.lexically_relative(discovery.absolute_root).generic_string();
  if (error || path.empty() || path.starts_with("..")) {
    return Error{"--stdin-filename " + filename + ": it is not below the reviewed folder " + discovery.root};
  }
  source::FileTable& files = *discovery.files;
  const auto place = std::lower_bound(discovery.sources.begin(), discovery.sources.end(), path,
                                      [&](source::FileId id, const std::string& wanted) { return files.file(id).path < wanted; });
  if (place != discovery.sources.end() && files.file(*place).path == path) {
    files.file(*place).role = source::Role::kReviewed;
    files.set_text(*place, std::move(text));
    return *place;
  }
  source::SourceFile file;
  file.path = path;
  file.absolute_path = absolute.string();
  file.language = elixir ? source::Language::kElixir : source::Language::kErlang;
  if (const source::Application* application = discovery.application_of(path)) file.project = application->project;
  const source::FileId id = files.add_text(std::move(file), std::move(text));
  discovery.sources.insert(place, id);
  return id;
}

}  // namespace beamwright::review
