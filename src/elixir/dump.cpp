// The readable dumps: tokens one a line, and the quoted form as Elixir source.
#include "elixir/dump.h"

#include <charconv>

#include "elixir/lexer.h"
#include "elixir/quoted_writer.h"
#include "source/line_index.h"

namespace beamwright::elixir {
namespace {

// Elixir source that evaluates to the term.
class SourceText : public TermSink {
 public:
  std::string take() { return std::move(out_); }

  void integer(std::int64_t value) override { separate(), out_ += std::to_string(value); }
  void wide_integer(std::string_view digits) override { separate(), out_ += digits; }
  void floating(double value) override {
    separate();
    char digits[64];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    std::string text(digits, end);
    // Elixir wants a point in front of an exponent.
    if (text.find('.') == std::string::npos) text.insert(std::min(text.find('e'), text.size()), ".0");
    out_ += text;
  }
  void atom(std::string_view name) override {
    separate();
    if (name == "nil" || name == "true" || name == "false") {
      out_ += name;
      return;
    }
    out_ += ':';
    const bool plain =
        !name.empty() &&
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == std::string_view::npos &&
        !(name[0] >= '0' && name[0] <= '9');
    plain ? void(out_ += name) : quoted(name);
  }
  void binary(std::string_view bytes) override { separate(), quoted(bytes); }
  void open_tuple(std::size_t) override { separate(), out_ += '{', first_ = true; }
  void close_tuple() override { out_ += '}', first_ = false; }
  void open_list(std::size_t) override { separate(), out_ += '[', first_ = true; }
  void close_list() override { out_ += ']', first_ = false; }

 private:
  void separate() {
    if (!first_) out_ += ", ";
    first_ = false;
  }
  void quoted(std::string_view text) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    out_ += '"';
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\' || c == '#') {
        out_ += '\\', out_ += c;
      } else if (c == '\n') {
        out_ += "\\n";
      } else if (byte < 0x20 || byte >= 0x7F) {
        out_ += "\\x", out_ += kHex[byte >> 4], out_ += kHex[byte & 15];
      } else {
        out_ += c;
      }
    }
    out_ += '"';
  }

  std::string out_;
  bool first_ = true;
};

}  // namespace

std::string dump_tree(const Tree& tree, std::string_view text) {
  SourceText sink;
  write_quoted(tree, text, sink);
  return sink.take();
}

std::string dump_tokens(source::FileId file, std::string_view text, const Options& options) {
  Tree tree;
  const TokenList list = Lexer(file, text, options, tree).run();
  const source::LineIndex lines(text);
  std::string out;
  for (const Token& token : list.tokens) {
    const source::Position position = lines.position(token.offset);
    out += std::to_string(position.line) + ":" + std::to_string(position.column) + " " + std::string(to_string(token.kind));
    std::string shown(text.substr(token.offset, token.end - token.offset));
    for (std::size_t at = 0; (at = shown.find('\n', at)) != std::string::npos; at += 2) shown.replace(at, 1, "\\n");
    if (!shown.empty()) out += " " + shown;
    out += "\n";
  }
  return out;
}

std::string_view to_string(TokenKind kind) {
  static constexpr std::string_view kTexts[] = {"end_of_input",
                                                "eol",
                                                ";",
                                                ",",
                                                ".",
                                                "dot_call_op",
                                                "identifier",
                                                "paren_identifier",
                                                "bracket_identifier",
                                                "do_identifier",
                                                "op_identifier",
                                                "alias",
                                                "block_identifier",
                                                "kw_identifier",
                                                "kw_interpolated",
                                                "atom",
                                                "atom_quoted",
                                                "atom_interpolated",
                                                "bin_string",
                                                "list_string",
                                                "bin_heredoc",
                                                "list_heredoc",
                                                "sigil",
                                                "int",
                                                "flt",
                                                "char",
                                                "true",
                                                "false",
                                                "nil",
                                                "fn",
                                                "do",
                                                "end",
                                                "(",
                                                ")",
                                                "[",
                                                "]",
                                                "{",
                                                "}",
                                                "<<",
                                                ">>",
                                                "%{}",
                                                "%",
                                                "at_op",
                                                "unary_op",
                                                "capture_op",
                                                "capture_int",
                                                "ellipsis_op",
                                                "dual_op",
                                                "ternary_op",
                                                "range_op",
                                                "in_match_op",
                                                "when_op",
                                                "type_op",
                                                "pipe_op",
                                                "assoc_op",
                                                "match_op",
                                                "or_op",
                                                "and_op",
                                                "comp_op",
                                                "rel_op",
                                                "arrow_op",
                                                "in_op",
                                                "xor_op",
                                                "concat_op",
                                                "mult_op",
                                                "power_op",
                                                "stab_op"};
  static_assert(std::size(kTexts) == static_cast<std::size_t>(TokenKind::kCount));
  return kTexts[static_cast<std::size_t>(kind)];
}

}  // namespace beamwright::elixir
