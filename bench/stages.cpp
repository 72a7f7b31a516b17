// Measures the stages of one front end apart: lexing, lexing and parsing, lowering. `bench_stages list elixir|erlang FOLDER…`
// prints the paths of all sources below the folders, tests and scripts too, so that peers can be given the same files; without
// `list` it reads them all and measures on one thread, each file's best of three rounds; prints files, lines, bytes and three
// times in nanoseconds of processor time. Reading files is not counted. Erlang is parsed as a review does it: headers are found
// and lexed, macros expanded. Headers that several files share are lexed once a round, by the first of them.
//
// `bench_stages scan-parse RELEASE FOLDER…` is what erl_parse.escript does: each form of the Erlang sources is cut into tokens,
// loses its question marks and is parsed to the whole tree, in the language of that OTP release, without preprocessing. Prints
// bytes, nanoseconds and the number of forms that were accepted.
#include <algorithm>
#include <ctime>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "elixir/lexer.h"
#include "elixir/tree.h"
#include "erlang/header_cache.h"
#include "erlang/lexer.h"
#include "erlang/parser.h"
#include "erlang/token_buffer.h"
#include "erlang/tree.h"
#include "lower/lower.h"
#include "review/headers.h"
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
      includes_.push_back(std::make_unique<review::Headers>(folder, review::installed_otp()));
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
  std::vector<std::unique_ptr<review::Headers>> includes_;
  std::vector<std::unique_ptr<erlang::HeaderCache>> caches_;
};

// The front end without its preprocessor: how many forms of a text are accepted.
std::size_t scan_and_parse(std::string_view text, erlang::Level level) {
  Arena arena;
  std::vector<erlang::Comment> comments;
  erlang::Lexer lexer(text, level, arena, &comments);
  erlang::Parser parser(arena, level);
  erlang::LexedForm form;
  erlang::TokenBuffer tokens;
  std::vector<erlang::Token> without_question_marks;
  std::size_t accepted = 0;
  while (lexer.next_form(form, tokens)) {
    if (form.broken) continue;
    // Before OTP 27 these words were names.
    if (form.has_feature_word && level.otp < 27) {
      for (erlang::Token& token : tokens)
        if (token.kind == erlang::TokenKind::kMaybe || token.kind == erlang::TokenKind::kElse)
          token.kind = erlang::TokenKind::kAtom;
    }
    std::span<const erlang::Token> all = tokens.all();
    if (form.has_question) {
      without_question_marks.clear();
      for (const erlang::Token& token : all)
        if (token.kind != erlang::TokenKind::kQuestion) without_question_marks.push_back(token);
      all = without_question_marks;
    }
    parser.parse_form(all);
    accepted += !parser.error().set;
  }
  return accepted;
}

// The best round over all files, as erl_parse.escript takes it. Prints bytes, nanoseconds and accepted forms.
void measure_scan_and_parse(const Corpus& corpus, erlang::Level level) {
  std::int64_t best = Times::kNever;
  std::size_t bytes = 0, accepted = 0;
  for (int round = 0; round < kRounds; ++round) {
    bytes = accepted = 0;
    const std::int64_t start = now();
    corpus.each(source::Language::kErlang, [&](const source::Discovery& folder, source::FileId id) {
      const std::string_view text = folder.files->file(id).text;
      bytes += text.size();
      accepted += scan_and_parse(text, level);
    });
    best = std::min(best, now() - start);
  }
  std::cout << bytes << ' ' << best << ' ' << accepted << '\n';
}

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

// What is asked for, on which language, and the folders.
struct Request {
  enum class Kind { kList, kStages, kScanParse } kind = Kind::kStages;
  source::Language language = source::Language::kErlang;
  int otp = 0;
  std::vector<std::string> folders;
};

bool read_request(std::vector<std::string> arguments, Request& request) {
  const auto next = [&] {
    std::string first = arguments.empty() ? std::string() : arguments.front();
    if (!arguments.empty()) arguments.erase(arguments.begin());
    return first;
  };
  std::string word = next();
  if (word == "scan-parse") {
    request.kind = Request::Kind::kScanParse;
    request.otp = std::atoi(next().c_str());
    if (request.otp == 0) return false;
  } else {
    if (word == "list") {
      request.kind = Request::Kind::kList;
      word = next();
    }
    if (word != "elixir" && word != "erlang") return false;
    if (word == "elixir") request.language = source::Language::kElixir;
  }
  request.folders = std::move(arguments);
  return !request.folders.empty();
}

}  // namespace

int main(int argc, char** argv) {
  Request request;
  if (!read_request({argv + 1, argv + argc}, request)) {
    std::cerr << "usage: bench_stages [list] elixir|erlang FOLDER...\n       bench_stages scan-parse OTP-RELEASE FOLDER...\n";
    return 2;
  }
  Corpus corpus;
  source::DiscoveryOptions everything;
  everything.include_tests = true;
  for (const std::string& name : request.folders) {
    Result<source::Discovery> folder = source::discover(name, everything);
    if (!folder) {
      std::cerr << folder.error() << '\n';
      return 2;
    }
    corpus.folders.push_back(std::move(*folder));
  }
  std::size_t files = 0, lines = 0, bytes = 0;
  bool readable = true;
  corpus.each(request.language, [&](const source::Discovery& folder, source::FileId id) {
    const Result<std::string_view> text = folder.files->load(id);
    if (!text) {
      std::cerr << folder.files->file(id).absolute_path << ": " << text.error() << '\n';
      readable = false;
      return;
    }
    if (request.kind == Request::Kind::kList) std::cout << folder.files->file(id).absolute_path << '\n';
    ++files;
    lines += static_cast<std::size_t>(std::count(text->begin(), text->end(), '\n'));
    bytes += text->size();
  });
  if (!readable) return 2;
  if (request.kind == Request::Kind::kScanParse) measure_scan_and_parse(corpus, {request.otp});
  if (request.kind != Request::Kind::kStages) return 0;
  const Times times = request.language == source::Language::kElixir ? measure<Elixir>(corpus, request.language)
                                                                    : measure<Erlang>(corpus, request.language);
  std::cout << files << ' ' << lines << ' ' << bytes << ' ' << times.lex << ' ' << times.parse << ' ' << times.lower << '\n';
}
