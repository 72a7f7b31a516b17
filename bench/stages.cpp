// Measures the stages of one front end apart: lexing, lexing and parsing, lowering. `bench_stages list elixir|erlang FOLDER…`
// prints the paths of all sources below the folders, tests and scripts too, so that peers can be given the same files; without
// `list` it reads them all and measures on one thread, each file's best of three rounds; prints files, lines, bytes and three
// times in nanoseconds of processor time. Reading files is not counted. Erlang is parsed as a review does it: headers are found
// and lexed, macros expanded. Headers that several files share are lexed once a round, by the first of them.
#include <algorithm>
#include <ctime>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/headers.h"
#include "elixir/lexer.h"
#include "elixir/tree.h"
#include "erlang/header_cache.h"
#include "erlang/lexer.h"
#include "erlang/token_buffer.h"
#include "erlang/tree.h"
#include "lower/lower.h"
#include "source/discovery.h"

namespace {

using namespace beamwright;
using source::SourceFile;

std::int64_t now() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

constexpr int kRounds = 3;

struct Times {
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
  std::int64_t lex = kNever, parse = kNever, lower = kNever;
};

struct Corpus {
  std::vector<source::Discovery> folders;

  template <typename Use>
  void each(source::Language language, const Use& use) const {
    for (const source::Discovery& folder : folders) {
      for (const source::FileId id : folder.sources)
        if (folder.files->file(id).language == language) use(folder, id);
    }
  }
};

// The front ends behind one interface: what the options of a review are is said here and in src/app/read.cpp.
class Elixir {
 public:
  explicit Elixir(const Corpus&) { options_.token_metadata = false; }
  void new_round() {}
  std::size_t lex(const SourceFile& file) const {
    elixir::Tree tree;
    return elixir::Lexer(file.id, file.text, options_, tree).run().tokens.size();
  }
  elixir::Tree parse(const source::Discovery&, const SourceFile& file) const {
    return elixir::parse(file.id, file.text, options_);
  }
  static auto lower(const SourceFile& file, const elixir::Tree& tree) { return lower::lower_elixir(file, tree); }

 private:
  elixir::Options options_;
};

class Erlang {
 public:
  explicit Erlang(const Corpus& corpus) {
    for (const source::Discovery& folder : corpus.folders)
      includes_.push_back(std::make_unique<app::Headers>(folder, app::installed_otp()));
    folders_ = corpus.folders.data();
    options_.keep_header_forms = false;
    options_.build_may_define = true;
  }
  // Headers are found and read in the first round; lexing them belongs to every round, as to every review.
  void new_round() {
    caches_.clear();
    for (std::size_t i = 0; i < includes_.size(); ++i) caches_.push_back(std::make_unique<erlang::HeaderCache>());
  }
  std::size_t lex(const SourceFile& file) const {
    Arena arena;
    erlang::Lexer lexer(file.text, options_.level, arena, nullptr);
    erlang::LexedForm form;
    erlang::TokenBuffer tokens;
    std::size_t count = 0;
    while (lexer.next_form(form, tokens)) count += tokens.size();
    return count;
  }
  erlang::Tree parse(const source::Discovery& folder, const SourceFile& file) {
    const auto number = static_cast<std::size_t>(&folder - folders_);
    options_.includes = includes_[number].get();
    options_.headers = caches_[number].get();
    options_.defines.clear();
    if (const source::Application* application = folder.application_of(file.path)) {
      for (const source::Define& define : application->defines) options_.defines.push_back({define.name, define.value});
    }
    return erlang::parse(file.id, file.text, options_);
  }
  static auto lower(const SourceFile& file, const erlang::Tree& tree) { return lower::lower_erlang(file, tree); }

 private:
  erlang::Options options_;
  const source::Discovery* folders_;
  std::vector<std::unique_ptr<app::Headers>> includes_;
  std::vector<std::unique_ptr<erlang::HeaderCache>> caches_;
};

// Each file's best of some rounds, summed: what other programs on the machine take away hardly shows.
template <typename FrontEnd>
Times measure(const Corpus& corpus, source::Language language) {
  FrontEnd front_end(corpus);
  std::vector<Times> best;
  for (int round = 0; round < kRounds; ++round) {
    front_end.new_round();
    std::size_t seen = 0, number = 0;
    corpus.each(language, [&](const source::Discovery& folder, source::FileId id) {
      const SourceFile& file = folder.files->file(id);
      const std::int64_t start = now();
      seen += front_end.lex(file);
      const std::int64_t lexed = now();
      const auto tree = front_end.parse(folder, file);
      const std::int64_t parsed = now();
      seen += FrontEnd::lower(file, tree)->exprs.size();
      const std::int64_t lowered = now();
      if (round == 0) best.emplace_back();
      Times& own = best[number++];
      own = {std::min(own.lex, lexed - start), std::min(own.parse, parsed - lexed), std::min(own.lower, lowered - parsed)};
    });
    if (seen == 0) std::cerr << "nothing was read\n";
  }
  Times sum{0, 0, 0};
  for (const Times& own : best) sum = {sum.lex + own.lex, sum.parse + own.parse, sum.lower + own.lower};
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool list = !arguments.empty() && arguments[0] == "list";
  if (list) arguments.erase(arguments.begin());
  if (arguments.size() < 2 || (arguments[0] != "elixir" && arguments[0] != "erlang")) {
    std::cerr << "usage: bench_stages [list] elixir|erlang FOLDER...\n";
    return 2;
  }
  const bool is_elixir = arguments[0] == "elixir";
  const auto language = is_elixir ? source::Language::kElixir : source::Language::kErlang;
  Corpus corpus;
  source::DiscoveryOptions everything;
  everything.include_tests = true;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    Result<source::Discovery> folder = source::discover(arguments[i], everything);
    if (!folder) {
      std::cerr << folder.error() << '\n';
      return 2;
    }
    corpus.folders.push_back(std::move(*folder));
  }
  std::size_t files = 0, lines = 0, bytes = 0;
  bool readable = true;
  corpus.each(language, [&](const source::Discovery& folder, source::FileId id) {
    const Result<std::string_view> text = folder.files->load(id);
    if (!text) {
      std::cerr << folder.files->file(id).absolute_path << ": " << text.error() << '\n';
      readable = false;
      return;
    }
    if (list) std::cout << folder.files->file(id).absolute_path << '\n';
    ++files;
    lines += static_cast<std::size_t>(std::count(text->begin(), text->end(), '\n'));
    bytes += text->size();
  });
  if (!readable) return 2;
  if (list) return 0;
  const Times times = is_elixir ? measure<Elixir>(corpus, language) : measure<Erlang>(corpus, language);
  std::cout << files << ' ' << lines << ' ' << bytes << ' ' << times.lex << ' ' << times.parse << ' ' << times.lower << '\n';
}
