// What Beamwright reads from Erlang files, in the external term format, for comparison with the compiler: the escripts beside it
// run it once for many files. Requests and answers are packets: a length in four bytes (big-endian) and that many bytes. A
// request is a path, then the include directories, separated by tabs; a line end may follow, and then the text to read in the
// place of the file's. Its answer is a term
//   {Path, Tokens, TokenDiagnostics, Forms, Diagnostics, [MissingInclude]}
// with {Category, {Line, Column}, Symbol | none, Source} for a token and {File, Line, Column, Message} for a diagnostic.
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>

#include "erlang/characters.h"
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
  while (name.starts_with("./")) name.remove_prefix(2);
  std::string joined = directory + '/' + std::string(name);
  for (std::size_t at; (at = joined.find("/./")) != std::string::npos;) joined.erase(at, 2);
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
    forms.enter(form.file, files.lines(form.file));
    forms.form(*form.node);
  }
  terms.end_list();
  write_diagnostics(tree.diagnostics, files, terms);
  terms.list(tree.missing_includes.size());
  for (const std::string_view missing : tree.missing_includes) terms.string(missing);
  terms.end_list();
}

// The characters that erl_scan keeps as a token's text: of a full stop also the white space that makes it one.
std::string source_of(const erlang::Token& token, std::string_view text, bool one_byte_each) {
  std::uint32_t end = token.end;
  if (token.kind == erlang::TokenKind::kDot && end < text.size() && text[end] != '%') ++end;
  const std::string_view raw = text.substr(token.begin, end - token.begin);
  if (!one_byte_each) return std::string(raw);
  std::string converted;
  for (const char c : raw) erlang::append_utf8(static_cast<unsigned char>(c), converted);
  return converted;
}

void write_symbol(const erlang::Token& token, erlang::ExternalTerms& terms) {
  using K = erlang::TokenKind;
  switch (token.kind) {
    case K::kAtom:
    case K::kVar:
      return terms.atom(token.symbol().text());
    case K::kInteger:
      return token.wide ? terms.wide_integer(token.text->view()) : terms.integer(token.integer);
    case K::kChar:
      return terms.integer(token.integer);
    case K::kFloat:
      return terms.floating(token.floating);
    case K::kString:
      return terms.string(token.text->view());
    default:
      return terms.atom("none");
  }
}

struct ScannedToken {
  erlang::Token token;
  std::string_view category;
};

// A token as erl_scan has it: of a sigil its prefix, a string and its suffix.
void add_scanned(const erlang::Token& token, std::string_view text, Arena& arena, std::vector<ScannedToken>& to) {
  if (token.kind == erlang::TokenKind::kOther) return to.push_back({token, token.symbol().text()});
  if (token.kind != erlang::TokenKind::kSigil) return to.push_back({token, erlang::category(token.kind)});
  const erlang::SigilText& sigil = token.sigil();
  erlang::Token prefix = token, string = token, suffix = token;
  prefix.kind = erlang::TokenKind::kAtom;
  prefix.symbol_index = sigil.prefix.index;
  prefix.end = string.location = string.begin = token.begin + sigil.prefix_bytes;
  string.kind = suffix.kind = erlang::TokenKind::kString;
  string.end = suffix.location = suffix.begin = token.end - sigil.suffix_bytes;
  suffix.text = arena.make<erlang::TokenText>(text.data() + suffix.begin, sigil.suffix_bytes);
  to.insert(to.end(), {{prefix, "sigil_prefix"}, {string, "string"}, {suffix, "sigil_suffix"}});
}

void write_token(const ScannedToken& scanned, source::Position position, std::string_view text, bool one_byte_each,
                 erlang::ExternalTerms& terms) {
  terms.tuple(4);
  terms.atom(scanned.category);
  terms.tuple(2);
  terms.integer(position.line);
  terms.integer(position.column);
  terms.end_tuple();
  write_symbol(scanned.token, terms);
  terms.string(source_of(scanned.token, text, one_byte_each));
  terms.end_tuple();
}

void write_tokens(source::FileId file, const source::FileTable& files, erlang::Level level, erlang::ExternalTerms& terms) {
  const std::string_view text = files.file(file).text;
  const erlang::Encoding encoding = erlang::encoding_of(text);
  const bool one_byte_each = encoding == erlang::Encoding::kLatin1 || encoding == erlang::Encoding::kUndeclared;
  Arena arena;
  erlang::Lexer lexer(text, level, arena, nullptr);
  erlang::LexedForm form;
  erlang::TokenBuffer tokens;
  std::vector<ScannedToken> all;
  source::Diagnostics diagnostics;
  while (lexer.next_form(form, tokens)) {
    for (erlang::Token token : tokens.all()) {
      // erl_scan does not reserve the words of features.
      if (token.kind == erlang::TokenKind::kMaybe || token.kind == erlang::TokenKind::kElse)
        token.kind = erlang::TokenKind::kAtom;
      if (token.kind != erlang::TokenKind::kEnd) add_scanned(token, text, arena, all);
    }
    if (form.broken)
      diagnostics.push_back({source::DiagnosticKind::kSyntax, {file, form.error.begin, form.error.end}, form.error.message});
  }
  terms.list(all.size());
  for (const ScannedToken& scanned : all)
    write_token(scanned, files.position(file, scanned.token.location), text, one_byte_each, terms);
  terms.end_list();
  write_diagnostics(diagnostics, files, terms);
}

bool read_packet(std::string& packet) {
  unsigned char header[4];
  if (std::fread(header, 1, sizeof header, stdin) != sizeof header) return false;
  packet.resize(static_cast<std::size_t>(header[0]) << 24 | static_cast<std::size_t>(header[1]) << 16 |
                static_cast<std::size_t>(header[2]) << 8 | header[3]);
  return std::fread(packet.data(), 1, packet.size(), stdin) == packet.size();
}

// The files read so far, with the headers they share.
struct Session {
  explicit Session(const std::string& library_root) : resolver(files, library_root) {}
  source::FileTable files;
  Resolver resolver;
  erlang::HeaderCache headers;
  std::size_t bytes = 0;  // of texts that came with requests: they are kept as long as the session
};
constexpr std::size_t kLongestSession = 64 << 20;

source::FileId file_of(const std::string& path, std::string_view request, Session& session) {
  const auto line_end = request.find('\n');
  if (line_end == std::string_view::npos) return session.resolver.open(path);
  source::SourceFile file;
  file.path = file.absolute_path = path;
  file.language = source::Language::kErlang;
  session.bytes += request.size();
  return session.files.add_text(std::move(file), std::string(request.substr(line_end + 1)));
}

void answer(const std::string& request, Session& session, erlang::Options options, erlang::ExternalTerms& terms) {
  std::istringstream fields(request.substr(0, request.find('\n')));
  std::string path;
  std::getline(fields, path, '\t');
  session.resolver.path.clear();
  for (std::string directory; std::getline(fields, directory, '\t');) session.resolver.path.push_back(directory);
  options.includes = &session.resolver;
  options.headers = &session.headers;
  terms.clear();
  terms.tuple(6);
  terms.string(path);
  if (const source::FileId file = file_of(path, request, session)) {
    write_tokens(file, session.files, options.level, terms);
    write_forms(file, session.files, options, terms);
  } else {
    for (int i = 0; i < 5; ++i) terms.list(0), terms.end_list();
  }
  terms.end_tuple();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: erlang_dump OTP_RELEASE LIBRARY_ROOT\n");
    return 2;
  }
  erlang::Options options;
  options.level.otp = std::atoi(argv[1]);
  auto session = std::make_unique<Session>(argv[2]);
  std::string request;
  erlang::ExternalTerms terms;
  while (read_packet(request)) {
    if (session->bytes > kLongestSession) session = std::make_unique<Session>(argv[2]);
    answer(request, *session, options, terms);
    const std::size_t size = terms.bytes().size() + 1;
    const char header[] = {static_cast<char>(size >> 24), static_cast<char>(size >> 16), static_cast<char>(size >> 8),
                           static_cast<char>(size), static_cast<char>(131)};
    std::fwrite(header, 1, sizeof header, stdout);
    std::fwrite(terms.bytes().data(), 1, terms.bytes().size(), stdout);
    std::fflush(stdout);
  }
  return 0;
}
