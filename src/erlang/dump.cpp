// Tokens and trees as text.
#include "erlang/dump.h"

#include <charconv>

#include "erlang/form_terms.h"
#include "erlang/lexer.h"

namespace beamwright::erlang {
namespace {

class TextTerms {
 public:
  explicit TextTerms(std::string& to) : to_(to) {}

  // A new term begins.
  void start() { first_ = true; }

  void tuple(std::size_t) { open('{'); }
  void end_tuple() { close('}'); }
  void list(std::size_t) { open('['); }
  void end_list() { close(']'); }
  void improper(std::size_t) { open('['); }
  void improper_tail() {
    to_ += '|';
    first_ = true;
  }
  void end_improper() { close(']'); }
  void map(std::size_t) { open('#'), to_ += '{'; }
  void map_value() {
    to_ += " => ";
    first_ = true;
  }
  void end_map() { close('}'); }
  void atom(std::string_view text) {
    separate();
    Token token;
    token.kind = TokenKind::kAtom;
    token.symbol_index = intern(text).index;
    append_source(token, to_);
  }
  void integer(std::int64_t value) {
    separate();
    to_ += std::to_string(value);
  }
  void wide_integer(std::string_view decimal) {
    separate();
    to_ += decimal;
  }
  void floating(double value) {
    separate();
    Token token;
    token.kind = TokenKind::kFloat;
    token.floating = value;
    append_source(token, to_);
  }
  void string(std::string_view utf8) {
    separate();
    const TokenText text{utf8.data(), static_cast<std::uint32_t>(utf8.size())};
    Token token;
    token.kind = TokenKind::kString;
    token.text = &text;
    append_source(token, to_);
  }
  void binary(std::string_view content, unsigned spare) {
    separate();
    to_ += "<<";
    for (std::size_t i = 0; i < content.size(); ++i) {
      if (i != 0) to_ += ',';
      const bool cut = spare != 0 && i + 1 == content.size();
      to_ += std::to_string(static_cast<unsigned char>(content[i]) >> (cut ? spare : 0));
      if (cut) to_ += ':' + std::to_string(8 - spare);
    }
    to_ += ">>";
  }
  void export_fun(std::string_view module, std::string_view function, std::int64_t arity) {
    separate();
    to_ += "fun ";
    first_ = true;
    atom(module);
    to_ += ':';
    first_ = true;
    atom(function);
    to_ += '/' + std::to_string(arity);
    first_ = false;
  }

 private:
  void separate() {
    if (!first_) to_ += ',';
    first_ = false;
  }
  void open(char c) {
    separate();
    to_ += c;
    first_ = true;
  }
  void close(char c) {
    to_ += c;
    first_ = false;
  }

  std::string& to_;
  bool first_ = true;
};

}  // namespace

std::string dump_tree(const Tree& tree, const source::FileTable& files) {
  std::string text = "%% -*- coding: utf-8 -*-\n";
  TextTerms sink(text);
  FormTerms<TextTerms> terms(sink);
  for (const Form& form : tree.forms) {
    terms.enter(form.file, files.lines(form.file));
    sink.start();
    terms.form(*form.node);
    text += ".\n";
  }
  return text;
}

std::string dump_tokens(source::FileId, std::string_view text, const Options& options) {
  Arena arena;
  Lexer lexer(text, options.level, arena, nullptr);
  const source::LineIndex lines(text, encoding_of(text) == Encoding::kLatin1);
  LexedForm form;
  TokenBuffer tokens;
  std::string dump;
  while (lexer.next_form(form, tokens)) {
    for (const Token& token : tokens.all()) {
      if (token.kind == TokenKind::kEnd) continue;
      const source::Position position = lines.position(token.location);
      dump += std::to_string(position.line) + ':' + std::to_string(position.column) + ' ';
      dump += category(token.kind);
      dump += ' ';
      append_source(token, dump);
      dump += '\n';
    }
    if (!form.broken) continue;
    const source::Position position = lines.position(form.error.begin);
    dump += std::to_string(position.line) + ':' + std::to_string(position.column) + " error " + form.error.message + '\n';
  }
  return dump;
}

}  // namespace beamwright::erlang
