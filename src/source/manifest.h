// What a build's own files say about a project, by simple reading of their text: nothing of the project is ever run. A manifest
// that computes its answers gives fewer facts, never wrong ones.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace beamwright::source {

// The build tools, strongest word on a folder last.
enum class BuildKind : unsigned char {
  kFolder,  // no manifest at all
  kOtp,     // src/NAME.app.src or ebin/NAME.app alone, as in OTP's lib
  kErlangMk,
  kRebar,
  kMix,
};

struct Define {
  std::string name;
  std::string value;  // Erlang source text; "true" where the build gives none
};

// What is set in the environment of an application: by its own manifest (env in *.app.src and *.app, PROJECT_ENV of erlang.mk),
// or by a configuration file of its node (sys.config, config/*.config). Each element of a list and each pair of a list of pairs
// is a value of its own; tuples and deeper terms are left out.
struct EnvironmentValue {
  enum Kind : unsigned char { kAtom, kInteger, kText };
  Kind kind = kAtom;
  std::string application;  // whose it is; empty: the manifest's own
  std::string key;
  std::string inner;  // the key of the pair inside of a list; empty otherwise
  bool item = false;  // an element of a list
  std::string text;   // as it is written, without quotes
};

// Facts of one or more manifest files of one folder; later readings add to earlier ones.
struct Manifest {
  BuildKind kind = BuildKind::kFolder;
  std::string name;      // of the application; empty when not said
  std::string callback;  // the module whose start/2 starts it, as on the VM ("Elixir.Shop.Application"); empty when not said
  bool umbrella = false;
  bool part_of_tree = false;  // builds only where it stands: its Makefile includes ../…/erlang.mk of the repository around it
  std::vector<std::string> application_folders;  // where a root keeps its applications: "apps", "lib"
  std::pair<int, int> minimum_elixir{0, 0};      // 0.0: not said
  int minimum_otp = 0;                           // 0: not said
  std::vector<std::string> fetched;              // dependencies that the build gets from elsewhere
  std::vector<std::string> own;                  // dependencies that are part of the same repository: path:, in_umbrella:
  std::vector<std::string> listed;               // erlang.mk's DEPS, fetched from its package index unless said otherwise
  std::vector<Define> defines;
  std::vector<std::string> include_folders;  // relative to the manifest's folder
  std::vector<EnvironmentValue> environment;
};

void read_mix_exs(std::string_view text, Manifest& out);
void read_mix_lock(std::string_view text, Manifest& out);
void read_rebar_config(std::string_view text, Manifest& out);
void read_rebar_lock(std::string_view text, Manifest& out);
void read_application_file(std::string_view text, Manifest& out);  // *.app.src, *.app
void read_makefile(std::string_view text, Manifest& out);          // Makefile and *.mk of a project that uses erlang.mk

// A node's configuration file (OTP's kernel document config): [{Application, [{Key, Value}, …]}, …]. It says nothing about the
// folder it stands in.
bool is_node_configuration(std::string_view path);
void read_node_configuration(std::string_view text, Manifest& out);

// Picks the reader by the name of the file. The marks of fetched packages (.hex …) and other names change nothing.
void read_manifest(std::string_view name, std::string_view text, Manifest& out);

}  // namespace beamwright::source
