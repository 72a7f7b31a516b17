// What Beamwright reads from Erlang files, in the external term format, for comparison with the compiler: erlang_compare.escript
// runs it once for many files. Requests and answers are packets: a length in four bytes (big-endian) and that many bytes. A
// request is a path, then the include directories, separated by tabs; its answer is a term
//   forms:  {Path, Forms, [{File, Line, Column, Message}], [MissingInclude]}
//   tokens: {Path, Tokens | error, [{File, Line, Column, Message}], []}
#include <sys/stat.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <sstream>

#include "erlang/external_terms.h"
#include "erlang/form_terms.h"
#include "erlang/header_cache.h"
#include "erlang/lexer.h"
#include "source/files.h"

namespace {

using namespace beamwright;

// filename:join/2 and filename:dirname/1, so that paths are spelt as epp spells them.
std::string join(const std::string& directory, std::string_view name) {
  if (name.starts_with('/')) return std::string(name);
  if (directory == ".") return std::string(name);
  std::string joined = directory + '/' + std::string(name);
  std::string result;
  for (const char c : joined)
    if (c != '/' || result.empty() || result.back() != '/') result += c;
  if (result.size() > 1 && result.ends_with('/')) result.pop_back();
  return result;
}

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

class Resolver final : public erlang::Includes {
 public:
  Resolver(source::FileTable& files, const std::string& library_root) : files_(files) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(library_root, error)) {
      const std::string folder = entry.path().filename().string();
      libraries_[folder.substr(0, folder.find('-'))] = entry.path().string();
    }
  }

  std::vector<std::string> path;  // of the file at hand, without its own directory

  source::FileId open(const std::string& file_path) {
    if (const auto known = known_.find(file_path); known != known_.end()) return known->second;
    struct stat status {};
    source::FileId id;
    if (::stat(file_path.c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
      if (auto text = source::read_file(file_path)) {
        source::SourceFile file;
        file.path = file.absolute_path = file_path;
        file.language = source::Language::kErlang;
        id = files_.add_text(std::move(file), std::move(*text));
      }
    }
    known_[file_path] = id;
    return id;
  }

  Header include(std::string_view name, source::FileId from) override {
    if (const auto id = open(join(directory_of(files_.file(from).path), name))) return {id, files_.file(id).text};
    for (const std::string& directory : path)
      if (const auto id = open(join(directory, name))) return {id, files_.file(id).text};
    return {};
  }
  Header include_lib(std::string_view name, source::FileId from) override {
    if (const Header found = include(name, from); found.file) return found;
    const auto slash = name.find('/');
    if (slash == std::string_view::npos) return {};
    const auto library = libraries_.find(std::string(name.substr(0, slash)));
    if (library == libraries_.end()) return {};
    if (const auto id = open(join(library->second, name.substr(slash + 1)))) return {id, files_.file(id).text};
    return {};
  }
  std::string_view name(source::FileId id) override { return files_.file(id).path; }

 private:
  source::FileTable& files_;
  std::map<std::string, std::string> libraries_;
  std::map<std::string, source::FileId> known_;
};

void write_diagnostics(const source::Diagnostics& diagnostics, const source::FileTable& files, erlang::ExternalTerms& terms) {
  terms.list(diagnostics.size());
  for (const source::Diagnostic& diagnostic : diagnostics) {
    const source::Position position = files.position(diagnostic.span.file, diagnostic.span.begin);
    terms.tuple(4);
    terms.string(files.file(diagnostic.span.file).path);
    terms.integer(position.line);
    terms.integer(position.column);
    terms.string(diagnostic.message);
    terms.end_tuple();
  }
  terms.end_list();
}

void write_forms(source::FileId file, const source::FileTable& files, const erlang::Options& options,
                 erlang::ExternalTerms& terms) {
  const erlang::Tree tree = erlang::parse(file, files.file(file).text, options);
  erlang::FormTerms<erlang::ExternalTerms> forms(terms);
  terms.list(tree.forms.size());
  for (const erlang::Form& form : tree.forms) {
    forms.enter(form.file, files.lines(form.file), files.file(form.file).text);
    forms.form(*form.node);
  }
  terms.end_list();
  write_diagnostics(tree.diagnostics, files, terms);
  terms.list(tree.missing_includes.size());
  for (const std::string_view missing : tree.missing_includes) terms.string(missing);
  terms.end_list();
}

void write_token(const erlang::Token& token, source::Position position, erlang::ExternalTerms& terms) {
  using K = erlang::TokenKind;
  const bool symbol = token.kind == K::kAtom || token.kind == K::kVar || token.kind == K::kInteger || token.kind == K::kFloat ||
                      token.kind == K::kChar || token.kind == K::kString;
  terms.tuple(symbol ? 3 : 2);
  terms.atom(token.kind == K::kOther ? token.symbol().text() : erlang::category(token.kind));
  terms.tuple(2);
  terms.integer(position.line);
  terms.integer(position.column);
  terms.end_tuple();
  switch (token.kind) {
    case K::kAtom:
    case K::kVar:
      terms.atom(token.symbol().text());
      break;
    case K::kInteger:
      if (token.wide) {
        terms.wide_integer(token.text->view());
      } else {
        terms.integer(token.integer);
      }
      break;
    case K::kChar:
      terms.integer(token.integer);
      break;
    case K::kFloat:
      terms.floating(token.floating);
      break;
    case K::kString:
      terms.string(token.text->view());
      break;
    default:
      break;
  }
  terms.end_tuple();
}

void write_tokens(source::FileId file, const source::FileTable& files, erlang::Level level, erlang::ExternalTerms& terms) {
  Arena arena;
  erlang::Lexer lexer(files.file(file).text, level, arena, nullptr);
  erlang::LexedForm form;
  erlang::TokenBuffer tokens;
  std::vector<erlang::Token> all;
  source::Diagnostics diagnostics;
  while (lexer.next_form(form, tokens)) {
    for (erlang::Token token : tokens.all()) {
      // erl_scan does not reserve the words of features.
      if (token.kind == erlang::TokenKind::kMaybe || token.kind == erlang::TokenKind::kElse)
        token.kind = erlang::TokenKind::kAtom;
      if (token.kind != erlang::TokenKind::kEnd) all.push_back(token);
    }
    if (form.broken)
      diagnostics.push_back({source::DiagnosticKind::kSyntax, {file, form.error.begin, form.error.end}, form.error.message});
  }
  terms.list(all.size());
  for (const erlang::Token& token : all) write_token(token, files.position(file, token.location), terms);
  terms.end_list();
  write_diagnostics(diagnostics, files, terms);
  terms.list(0);
  terms.end_list();
}

bool read_packet(std::string& packet) {
  unsigned char header[4];
  if (std::fread(header, 1, sizeof header, stdin) != sizeof header) return false;
  packet.resize(static_cast<std::size_t>(header[0]) << 24 | static_cast<std::size_t>(header[1]) << 16 |
                static_cast<std::size_t>(header[2]) << 8 | header[3]);
  return std::fread(packet.data(), 1, packet.size(), stdin) == packet.size();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: erlang_dump forms|tokens OTP_RELEASE LIBRARY_ROOT\n");
    return 2;
  }
  const bool forms = std::strcmp(argv[1], "forms") == 0;
  source::FileTable files;
  Resolver resolver(files, argv[3]);
  erlang::HeaderCache headers;
  erlang::Options options;
  options.level.otp = std::atoi(argv[2]);
  options.includes = &resolver;
  options.headers = &headers;
  std::string line;
  erlang::ExternalTerms terms;
  while (read_packet(line)) {
    std::istringstream fields(line);
    std::string path;
    std::getline(fields, path, '\t');
    resolver.path.clear();
    for (std::string directory; std::getline(fields, directory, '\t');) resolver.path.push_back(directory);
    terms.clear();
    terms.tuple(4);
    terms.string(path);
    if (const source::FileId file = resolver.open(path)) {
      if (forms) {
        write_forms(file, files, options, terms);
      } else {
        write_tokens(file, files, options.level, terms);
      }
    } else {
      for (int i = 0; i < 3; ++i) terms.list(0), terms.end_list();
    }
    terms.end_tuple();
    const std::size_t size = terms.bytes().size() + 1;
    const char header[] = {static_cast<char>(size >> 24), static_cast<char>(size >> 16), static_cast<char>(size >> 8),
                           static_cast<char>(size), static_cast<char>(131)};
    std::fwrite(header, 1, sizeof header, stdout);
    std::fwrite(terms.bytes().data(), 1, terms.bytes().size(), stdout);
    std::fflush(stdout);
  }
  return 0;
}
