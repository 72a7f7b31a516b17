// From a listing of files to applications, projects and roles. Folders with manifests are applications; which of them share a
// project follows from how each build tool lays out its folders; which are third-party follows from what the manifests fetch.
#include "source/discovery.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <set>

#include "source/languages.h"
#include "source/utf8.h"
#include "source/walk.h"

namespace beamwright::source {
namespace {

// A folder with manifests, before it is known what it belongs to.
struct Folder {
  Manifest manifest;
  bool marked_as_fetched = false;  // holds a mark that a package manager leaves
  ProjectId project;
};

using Folders = std::map<std::string, Folder, std::less<>>;  // by path relative to the root; parents come before children

// "kernel-8.5.3" → "kernel"
std::string_view without_version(std::string_view name) {
  const std::size_t dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0 || dash + 1 == name.size()) return name;
  return name[dash + 1] >= '0' && name[dash + 1] <= '9' ? name.substr(0, dash) : name;
}

// "" holds everything; "a" holds "a" and "a/b" but not "ab".
bool holds(std::string_view folder, std::string_view path) {
  return folder.empty() || (path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/'));
}

// The path below a folder that holds it.
std::string_view below(std::string_view folder, std::string_view path) {
  return folder.empty() ? path : path.substr(std::min(path.size(), folder.size() + 1));
}

// The folder of the application that a manifest at this path speaks for. Resource files (x.app.src, ebin/x.app) speak for the
// folder above src or ebin, however deep below src they stand; one that stands elsewhere is data of something else.
std::optional<std::string> application_folder(std::string_view manifest) {
  const std::string_view folder = folder_of(manifest);
  if (manifest.ends_with(".app")) {
    if (name_of(folder) != "ebin") return std::nullopt;
    return std::string(folder_of(folder));
  }
  if (!manifest.ends_with(".app.src")) return std::string(folder);
  for (std::string_view above = folder; !above.empty(); above = folder_of(above)) {
    if (name_of(above) == "src") return std::string(folder_of(above));
  }
  return std::nullopt;
}

bool is_test_folder(std::string_view name) {
  static constexpr std::string_view kNames[] = {
      "test", "tests", "integration_test", "integration_tests", "integration-test", "integration-tests", "e2e", "eqc"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames) || name.ends_with("_SUITE_data");
}

// shop_test/src, shop_tests/lib, shop_ct_helpers/src: an application of tests or for them, which stands beside the others. OTP's
// common_test is what it says, but production code of its own; so is a service for A/B tests.
bool is_test_application(std::string_view name, std::string_view below) {
  if ((below != "src" && below != "lib") || name == "common_test" || name.starts_with("ab_test")) return false;
  return name.ends_with("_test") || name.ends_with("_tests") || name.ends_with("_ct_helpers") ||
         name.ends_with("_ct_client_helpers");
}

// In a folder for tests, unless that is an application which happens to be called so: apps/test.
bool is_in_test_folder(std::string_view path) {
  std::string_view below;
  for (std::string_view above = folder_of(path); !above.empty(); below = name_of(above), above = folder_of(above)) {
    if (is_test_application(name_of(above), below)) return true;
    if (is_test_folder(name_of(above)) && name_of(folder_of(above)) != "apps" && name_of(folder_of(above)) != "deps") return true;
  }
  return false;
}

bool is_test(std::string_view path) {
  const std::string_view name = name_of(path);
  for (const std::string_view ending : {"_test.exs", "_SUITE.erl", "_tests.erl", "_test.erl", "_suite.erl", "_eqc.erl"}) {
    if (name.ends_with(ending)) return true;
  }
  return name == "test_helper.exs" || is_in_test_folder(path);
}

bool is_fetch_mark(std::string_view name) { return name == ".hex" || name == ".fetch" || name == "hex_metadata.config"; }

// A Makefile, a lock or some .mk beside no other manifest says nothing about whether the folder is an application.
bool makes_application(const Folder& folder) { return folder.manifest.kind != BuildKind::kFolder || folder.marked_as_fetched; }

class Discoverer {
 public:
  Discoverer(Discovery& out, const DiscoveryOptions& options) : out_(out), options_(options) {}

  void folder() {
    Walk found = walk(out_.absolute_root);
    for (const WalkFault& fault : found.faults) diagnose(fault.path, to_valid_utf8(fault.message));
    read_manifests(found.manifests);
    add_dependency_folders(found.sources);
    assign_projects();
    classify_dependencies();
    publish();
    for (const std::string& path : found.sources) add_source(path);
    review_scripts_where_nothing_else_is();
    out_.headers = std::move(found.headers);
    out_.other_languages = std::move(found.other_languages);
  }

  // A file that the user named is reviewed, whatever it is called.
  void single_file(const std::string& name, Language language) {
    out_.projects.push_back({std::string(name_of(out_.absolute_root)), "", BuildKind::kFolder, false, {0, 0}, 0});
    SourceFile file = source_file(name, language);
    file.project = ProjectId(std::size_t{0});
    add(std::move(file), name);
  }

 private:
  SourceFile source_file(const std::string& path, Language language) const {
    SourceFile file;
    file.path = to_valid_utf8(path);
    file.absolute_path = join(out_.absolute_root, path);
    file.language = language;
    return file;
  }

  void diagnose(const std::string& path, std::string message) {
    SourceFile file;
    file.path = path.empty() ? "." : to_valid_utf8(path);
    file.absolute_path = join(out_.absolute_root, path);
    const FileId id = out_.files->add(std::move(file));
    out_.diagnostics.push_back({DiagnosticKind::kIo, {id, 0, 0}, std::move(message)});
  }

  void read_manifests(const std::vector<std::string>& paths) {
    std::vector<std::string_view> configurations;
    for (const std::string& path : paths) {
      if (!options_.include_tests && is_in_test_folder(path)) continue;
      if (is_node_configuration(path)) {
        configurations.push_back(path);
        continue;
      }
      const std::string_view name = name_of(path);
      const std::optional<std::string> application = application_folder(path);
      if (!application) continue;
      Folder& folder = folders_[*application];
      if (is_fetch_mark(name)) {
        folder.marked_as_fetched = true;
        continue;
      }
      const Result<std::string> text = read_file(join(out_.absolute_root, path));
      if (text) {
        read_manifest(name, *text, folder.manifest);
      } else if (name != "Makefile" && !name.ends_with(".mk")) {
        diagnose(path, text.error());
      }
    }
    std::erase_if(folders_, [](const auto& entry) { return !makes_application(entry.second); });
    for (const std::string_view path : configurations) {
      const auto home = enclosing(std::string(path));
      if (home == folders_.end()) continue;
      if (const Result<std::string> text = read_file(join(out_.absolute_root, std::string(path))))
        read_node_configuration(*text, home->second.manifest);
    }
  }

  // deps/X is a unit of its own even where it brings no manifest.
  void add_dependency_folders(const std::vector<std::string>& sources) {
    for (const std::string& source : sources) {
      if (!options_.include_tests && is_in_test_folder(source)) continue;
      const std::size_t at = source.starts_with("deps/") ? 0 : source.find("/deps/");
      if (at == std::string::npos) continue;
      const std::size_t begin = at == 0 && source.starts_with("deps/") ? 5 : at + 6;
      const std::size_t end = source.find('/', begin);
      if (end != std::string::npos) folders_.try_emplace(source.substr(0, end));
    }
  }

  // The nearest folder above that has a manifest.
  Folders::iterator enclosing(const std::string& path) {
    for (std::string_view above = path; !above.empty();) {
      above = folder_of(above);
      if (const auto found = folders_.find(above); found != folders_.end()) return found;
    }
    return folders_.end();
  }

  static bool shares_project(const Folder& outer, std::string_view outer_path, const Folder& inner, std::string_view inner_path) {
    const std::string_view rest = below(outer_path, inner_path);
    if (rest.starts_with("deps/") || rest.starts_with("apps/") || rest.starts_with("_checkouts/")) return true;
    if (inner.manifest.kind <= BuildKind::kOtp) return true;
    if (outer.manifest.kind == BuildKind::kRebar && rest.starts_with("lib/")) return true;
    const auto& folders = outer.manifest.application_folders;
    return std::any_of(folders.begin(), folders.end(), [&](const std::string& f) { return !f.empty() && holds(f, rest); });
  }

  ProjectId project_at(const std::string& path) {
    for (std::size_t i = 0; i < out_.projects.size(); ++i) {
      if (out_.projects[i].path == path) return ProjectId(i);
    }
    Project project;
    project.path = path;
    project.name = without_version(path.empty() ? name_of(out_.absolute_root) : name_of(path));
    out_.projects.push_back(std::move(project));
    return ProjectId(out_.projects.size() - 1);
  }

  void assign_projects() {
    for (auto& [path, folder] : folders_) {
      const auto outer = enclosing(path);
      if (outer != folders_.end() && shares_project(outer->second, outer->first, folder, path)) {
        folder.project = outer->second.project;
      } else if (outer == folders_.end() && !path.empty() && name_of(folder_of(path)) == "deps") {
        folder.project = project_at(std::string(folder_of(folder_of(path))));
      } else if (folder.manifest.kind <= BuildKind::kOtp && !path.empty()) {
        // OTP-style applications side by side run together.
        folder.project = project_at(std::string(folder_of(path)));
      } else {
        folder.project = project_at(path);
        Project& project = out_.projects[folder.project.index];
        project.kind = folder.manifest.kind;
        project.umbrella = folder.manifest.umbrella;
        if (!folder.manifest.name.empty()) project.name = folder.manifest.name;
      }
    }
  }

  void classify_dependencies() {
    // Per project: what its manifests fetch, and what they call their own. An own word is stronger: a part of a repository may
    // also be published and then be fetched by others.
    std::vector<std::set<std::string, std::less<>>> fetched(out_.projects.size()), own(out_.projects.size());
    for (const auto& [path, folder] : folders_) {
      const Manifest& manifest = folder.manifest;
      fetched[folder.project.index].insert(manifest.fetched.begin(), manifest.fetched.end());
      own[folder.project.index].insert(manifest.own.begin(), manifest.own.end());
      if (manifest.kind == BuildKind::kErlangMk)
        fetched[folder.project.index].insert(manifest.listed.begin(), manifest.listed.end());
    }
    for (auto& [path, folder] : folders_) {
      const std::string_view parent = folder_of(path);
      const bool in_deps = name_of(parent) == "deps" && !path.empty();
      const std::string_view name = name_of(path);
      const std::size_t project = folder.project.index;
      third_party_[path] = in_deps && !folder.manifest.part_of_tree &&
                           (folder.marked_as_fetched || (fetched[project].contains(name) && !own[project].contains(name)));
    }
    // Whatever lies inside a third-party folder is third-party too.
    for (auto& [path, third_party] : third_party_) {
      const auto outer = enclosing(path);
      if (outer != folders_.end() && third_party_[outer->first]) third_party = true;
    }
  }

  void publish() {
    for (const auto& [path, folder] : folders_) {
      const Manifest& manifest = folder.manifest;
      Application application;
      application.path = path;
      application.name = !manifest.name.empty()
                             ? manifest.name
                             : std::string(without_version(path.empty() ? name_of(out_.absolute_root) : name_of(path)));
      application.callback = manifest.callback;
      application.kind = manifest.kind;
      application.third_party = third_party_[path];
      application.project = folder.project;
      application.minimum_elixir = manifest.minimum_elixir;
      application.minimum_otp = manifest.minimum_otp;
      application.defines = manifest.defines;
      application.environment = manifest.environment;
      for (const std::string& include : manifest.include_folders) application.include_folders.push_back(join(path, include));
      if (!application.third_party) {
        Project& project = out_.projects[folder.project.index];
        project.minimum_elixir = std::max(project.minimum_elixir, application.minimum_elixir);
        project.minimum_otp = std::max(project.minimum_otp, application.minimum_otp);
      }
      out_.applications.push_back(std::move(application));
    }
  }

  void add_source(const std::string& path) {
    SourceFile file = source_file(path, *beam_language(path));
    const auto home = enclosing(path);
    const bool third_party = home != folders_.end() && third_party_[home->first];
    const bool test = is_test(path);
    if (test && (third_party || !options_.include_tests)) {
      if (!third_party) ++out_.left_out_tests;
      return;
    }
    if (third_party) {
      file.role = Role::kDependency;
      ++out_.third_party_files;
    } else if (!test && path.ends_with(".exs")) {
      file.role = Role::kScript;
    }
    file.project = home != folders_.end() ? home->second.project : project_at(nearest_project(path));
    add(std::move(file), path);
  }

  // In a folder of scripts the scripts are the program.
  void review_scripts_where_nothing_else_is() {
    const auto has_role = [&](FileId id, Role role) { return out_.files->file(id).role == role; };
    if (std::any_of(out_.sources.begin(), out_.sources.end(), [&](FileId id) { return has_role(id, Role::kReviewed); })) return;
    for (const FileId id : out_.sources) {
      SourceFile& file = out_.files->file(id);
      if (file.role == Role::kScript && name_of(file.path) != "mix.exs") file.role = Role::kReviewed;
    }
  }

  void add(SourceFile file, const std::string& raw_path) {
    const bool odd_name = file.path != raw_path;
    const FileId id = out_.files->add(std::move(file));
    out_.sources.push_back(id);
    if (odd_name) {
      out_.diagnostics.push_back(
          {DiagnosticKind::kIo, {id, 0, 0}, "the name of this file is not UTF-8; it is shown with its bad bytes replaced"});
    }
  }

  // Loose files belong to the project whose folder they are in, and else to the root itself.
  std::string nearest_project(const std::string& path) const {
    std::string nearest;
    for (const Project& project : out_.projects) {
      if (holds(project.path, path) && project.path.size() >= nearest.size()) nearest = project.path;
    }
    return nearest;
  }

  Discovery& out_;
  const DiscoveryOptions& options_;
  Folders folders_;
  std::map<std::string, bool, std::less<>> third_party_;
};

Error cannot_review(const std::string& path, std::string_view reason) {
  return Error{"cannot review " + to_valid_utf8(path) + ": " + std::string(reason)};
}

}  // namespace

const Application* Discovery::application_of(std::string_view path) const {
  const Application* found = nullptr;
  for (const Application& application : applications) {
    if (holds(application.path, path) && (!found || application.path.size() >= found->path.size())) found = &application;
  }
  return found;
}

Result<Discovery> discover(const std::string& path, const DiscoveryOptions& options) {
  Discovery out;
  out.files = std::make_unique<FileTable>();
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return cannot_review(path, strerrordesc_np(errno));
  const bool is_folder = S_ISDIR(status.st_mode);
  if (!is_folder && !S_ISREG(status.st_mode)) return cannot_review(path, "is neither a folder nor a regular file");

  std::string folder = is_folder ? path : std::string(folder_of(path));
  if (!is_folder && folder.empty()) folder = path.starts_with('/') ? "/" : ".";
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  const std::unique_ptr<char, void (*)(void*)> absolute(realpath(folder.c_str(), nullptr), std::free);
  if (!absolute) return cannot_review(path, strerrordesc_np(errno));
  out.root = folder;
  out.absolute_root = absolute.get();

  Discoverer discoverer(out, options);
  if (is_folder) {
    discoverer.folder();
  } else {
    const std::optional<Language> language = beam_language(path);
    if (!language) {
      const std::string_view other = other_language(path);
      return cannot_review(path, other.empty() ? "is neither Elixir (.ex, .exs) nor Erlang (.erl)"
                                               : "is " + std::string(other) + ", neither Elixir (.ex, .exs) nor Erlang (.erl)");
    }
    discoverer.single_file(std::string(name_of(path)), *language);
  }
  return out;
}

}  // namespace beamwright::source
