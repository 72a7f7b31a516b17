// Measures the stages of one front end apart: lexing, lexing and parsing, lowering. Reads paths from standard input; the first
// argument is elixir or erlang. One thread; the best of three rounds over all files; prints bytes and three times in nanoseconds
// of processor time. Reading files is not counted.
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <string>

#include "elixir/lexer.h"
#include "elixir/tree.h"
#include "erlang/lexer.h"
#include "erlang/tree.h"
#include "lower/lower.h"
#include "source/files.h"

namespace {

using namespace beamwright;

std::int64_t now() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

struct Times {
  std::int64_t lex = 0, parse = 0, lower = 0;
};

std::size_t lex_elixir(const source::SourceFile& file, const elixir::Options& options) {
  elixir::Tree tree;
  elixir::Lexer lexer(file.id, file.text, options, tree);
  return lexer.run().size();
}

std::size_t lex_erlang(const source::SourceFile& file, const erlang::Options& options) {
  Arena arena;
  erlang::Lexer lexer(file.text, options.level, arena, nullptr);
  erlang::LexedForm form;
  std::vector<erlang::Token> tokens;
  std::size_t count = 0;
  while (lexer.next_form(form, tokens)) count += tokens.size();
  return count;
}

template <typename Lex, typename Parse, typename Lower>
Times measure(const source::FileTable& files, const Lex& lex, const Parse& parse, const Lower& lower) {
  Times best{std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::max(),
             std::numeric_limits<std::int64_t>::max()};
  for (int round = 0; round < 3; ++round) {
    Times t;
    std::size_t seen = 0;
    for (std::uint32_t i = 0; i < files.size(); ++i) {
      const source::SourceFile& file = files.file(source::FileId(i));
      if (file.text.empty()) continue;
      std::int64_t at = now();
      seen += lex(file);
      t.lex += now() - at;
      at = now();
      const auto tree = parse(file);
      t.parse += now() - at;
      at = now();
      seen += lower(file, tree)->exprs.size();
      t.lower += now() - at;
    }
    if (seen == 0) std::cerr << "nothing was read\n";
    best.lex = std::min(best.lex, t.lex);
    best.parse = std::min(best.parse, t.parse);
    best.lower = std::min(best.lower, t.lower);
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  const bool is_elixir = argc == 2 && std::string_view(argv[1]) == "elixir";
  if (!is_elixir && !(argc == 2 && std::string_view(argv[1]) == "erlang")) {
    std::cerr << "usage: bench_stages elixir|erlang < list of files\n";
    return 2;
  }
  source::FileTable files;
  std::size_t bytes = 0;
  std::vector<source::FileId> ids;
  for (std::string path; std::getline(std::cin, path);) {
    std::ifstream in(path, std::ios::binary);
    source::SourceFile file;
    file.path = file.absolute_path = path;
    file.language = is_elixir ? source::Language::kElixir : source::Language::kErlang;
    std::string text{std::istreambuf_iterator<char>(in), {}};
    bytes += text.size();
    files.add_text(file, std::move(text));
  }
  Times times;
  if (is_elixir) {
    elixir::Options options;
    options.token_metadata = false;
    times = measure(
        files, [&](const auto& f) { return lex_elixir(f, options); },
        [&](const auto& f) { return elixir::parse(f.id, f.text, options); },
        [](const auto& f, const elixir::Tree& tree) { return lower::lower_elixir(f, tree); });
  } else {
    erlang::Options options;
    options.keep_header_forms = false;
    times = measure(
        files, [&](const auto& f) { return lex_erlang(f, options); },
        [&](const auto& f) { return erlang::parse(f.id, f.text, options); },
        [](const auto& f, const erlang::Tree& tree) { return lower::lower_erlang(f, tree); });
  }
  std::cout << bytes << ' ' << times.lex << ' ' << times.parse << ' ' << times.lower << '\n';
}
