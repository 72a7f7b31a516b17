// Walks a folder and lists what a review may need. Links to folders are never followed, so a loop of links costs nothing and a
// link to the root of the file system does not drag the machine into the review.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace beamwright::source {

// Something that could not be walked, to be told to the user.
struct WalkFault {
  std::string path;     // relative to the root, raw bytes
  std::string message;  // a sentence
};

struct Walk {
  // Relative to the root, '/' between names, raw bytes as the system gives them, each list sorted.
  std::vector<std::string> sources;  // .ex, .exs, .erl
  std::vector<std::string> headers;  // .hrl
  std::vector<std::string>
      manifests;  // mix.exs, rebar.config, *.app.src, Makefile, lock files, marks of fetched packages, sys.config …
  std::vector<WalkFault> faults;
  std::map<std::string, unsigned, std::less<>> other_languages;  // name of the language → number of files
};

// Where the path of a file ends its folder: "a/b/c" → "a/b", "c" → "".
std::string_view folder_of(std::string_view path);
// "a/b/c" → "c"
std::string_view name_of(std::string_view path);
// "a" + "b" → "a/b", with either side possibly empty.
std::string join(std::string_view folder, std::string_view name);

// The absolute root must be an existing directory; one that cannot be listed is a fault like any other.
Walk walk(const std::string& absolute_root);

}  // namespace beamwright::source
