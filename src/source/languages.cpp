// A sorted table of file endings.
#include "source/languages.h"

#include <algorithm>
#include <array>

namespace beamwright::source {
namespace {

struct Ending {
  std::string_view ending;
  std::string_view language;
};

constexpr std::array kEndings{
    Ending{"C", "C++"},        Ending{"c", "C"},           Ending{"cc", "C++"},         Ending{"clj", "Clojure"},
    Ending{"cljs", "Clojure"}, Ending{"cpp", "C++"},       Ending{"cr", "Crystal"},     Ending{"cs", "C#"},
    Ending{"cxx", "C++"},      Ending{"d", "D"},           Ending{"dart", "Dart"},      Ending{"elm", "Elm"},
    Ending{"fs", "F#"},        Ending{"gleam", "Gleam"},   Ending{"go", "Go"},          Ending{"groovy", "Groovy"},
    Ending{"h", "C"},          Ending{"hpp", "C++"},       Ending{"hs", "Haskell"},     Ending{"java", "Java"},
    Ending{"jl", "Julia"},     Ending{"js", "JavaScript"}, Ending{"jsx", "JavaScript"}, Ending{"kt", "Kotlin"},
    Ending{"kts", "Kotlin"},   Ending{"lfe", "LFE"},       Ending{"lua", "Lua"},        Ending{"m", "Objective-C"},
    Ending{"ml", "OCaml"},     Ending{"mli", "OCaml"},     Ending{"mm", "Objective-C"}, Ending{"nim", "Nim"},
    Ending{"php", "PHP"},      Ending{"pl", "Perl"},       Ending{"pm", "Perl"},        Ending{"ps1", "PowerShell"},
    Ending{"py", "Python"},    Ending{"r", "R"},           Ending{"rb", "Ruby"},        Ending{"rs", "Rust"},
    Ending{"scala", "Scala"},  Ending{"sh", "Shell"},      Ending{"sql", "SQL"},        Ending{"svelte", "Svelte"},
    Ending{"swift", "Swift"},  Ending{"tcl", "Tcl"},       Ending{"ts", "TypeScript"},  Ending{"tsx", "TypeScript"},
    Ending{"v", "V"},          Ending{"vue", "Vue"},       Ending{"zig", "Zig"},
};
static_assert(std::is_sorted(kEndings.begin(), kEndings.end(),
                             [](const Ending& a, const Ending& b) { return a.ending < b.ending; }));

std::string_view ending_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? std::string_view{} : name.substr(dot + 1);
}

}  // namespace

std::optional<Language> beam_language(std::string_view name) {
  const std::string_view ending = ending_of(name);
  if (ending == "ex" || ending == "exs") return Language::kElixir;
  if (ending == "erl") return Language::kErlang;
  return std::nullopt;
}

std::string_view other_language(std::string_view name) {
  const std::string_view ending = ending_of(name);
  const auto found = std::lower_bound(kEndings.begin(), kEndings.end(), ending,
                                      [](const Ending& row, std::string_view wanted) { return row.ending < wanted; });
  return found != kEndings.end() && found->ending == ending ? found->language : std::string_view{};
}

}  // namespace beamwright::source
