// Reads a file form by form, follows its directives and includes, expands its macros and has each form parsed; epp.erl.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "erlang/expander.h"
#include "erlang/header_cache.h"
#include "erlang/lexer.h"
#include "erlang/parser.h"
#include "erlang/tree.h"

namespace beamwright::erlang {

class Preprocessor {
 public:
  Preprocessor(Tree& tree, const Options& options);
  void run(source::FileId file, std::string_view text);

 private:
  // Where a block of -ifdef/-ifndef/-if stands.
  enum class Branch : std::uint8_t { kIf, kElse, kElif };

  // One file on the way: the module or a header.
  struct File final : LineSource {
    source::FileId id;
    std::string_view text;
    Lexer* lexer = nullptr;  // null when the tokens come from the cache
    const LexedHeader* cached = nullptr;
    std::size_t next_cached = 0;
    bool room_made = false;  // for the macros of `cached`
    bool header = false;
    std::vector<Branch> branches;            // entered blocks
    std::vector<Branch> skipped;             // blocks being skipped, innermost last
    std::uint32_t relexed = 0;               // bytes read again after broken forms
    std::uint32_t quiet_until = 0;           // what was read again before here gives no second diagnostic
    std::uint32_t broken_utf8 = UINT32_MAX;  // the first byte that is not what the file says or implies
    std::int64_t line_shift = 0;             // by -file
    std::string_view file_name;              // of ?FILE
    std::vector<std::uint32_t> line_starts;

    std::int64_t line_of(std::uint32_t offset) override;
  };

  void define_predefined();
  void define_option(const Macro& macro);
  void set_file_macro(std::string_view name);
  void run_file(File& file);
  bool next_form(File& file);
  void take_known_forms(File& file);
  void choose_feature_words();
  void handle_form(File& file);
  bool handle_directive(File& file);
  void handle_skipped(File& file);
  void parse_form(File& file);
  bool wanted(const File& file) const;
  void recover(File& file);
  std::uint32_t next_form_in(const File& file) const;
  void parse_up_to(File& file, std::uint32_t end);
  void note_module(std::span<const Token> tokens);
  void set_module(Symbol macro, Symbol string_macro, const Token& name);
  void guess_module(std::span<const Token> tokens);
  void note_prefix(std::span<const Token> tokens);

  // Directives, in directives.cpp. Each works on form_tokens_.
  void define(File& file);
  void define(const File& file, const MacroDefinition& definition);
  void undef(File& file);
  void feature(File& file);
  void user_error(File& file);
  void include(File& file, bool library);
  void enter_header(File& file, Includes::Header header);
  void if_defined(File& file, bool negated);
  void if_condition(File& file, const Token& word);
  void else_branch(File& file, const Token& word);
  void elif_branch(File& file, const Token& word);
  void end_if(File& file, const Token& word);
  void file_directive(File& file);
  bool documentation_file(File& file);
  Node* attribute_node(Symbol name, std::uint32_t offset, const Node* value);
  void add_file_form(const File& file, std::uint32_t offset, std::string_view name, std::int64_t line);
  // Index of the first token after the directive's name that does not match; -1 when all do.
  int mismatch(std::initializer_list<TokenKind> kinds) const;
  void bad_directive(File& file, int at, std::string_view name);

  void diagnose(const File& file, std::uint32_t begin, std::uint32_t end, std::string message);
  void diagnose(const File& file, const Token& at, std::string message) {
    diagnose(file, at.location, at.end, std::move(message));
  }

  // A macro that nothing defines is one only where nobody else can have defined it.
  bool unknown_is_error() const { return tree_.missing_includes.empty() && !options_.build_may_define; }

  static constexpr std::size_t kDeepestInclude = 8;
  static constexpr std::size_t kMostDiagnostics = 500;
  // Included by one file, all in all: a file that includes itself twice would be read without end.
  static constexpr std::size_t kMostHeaders = 4096;
  static constexpr std::size_t kMostHeaderBytes = 16 << 20;

  Tree& tree_;
  const Options& options_;
  MacroTable macros_;
  Parser parser_;
  bool maybe_enabled_;
  bool in_prefix_ = true;  // no form yet that ends the part where -feature may stand
  std::size_t include_depth_ = 0;
  std::size_t headers_entered_ = 0;
  std::size_t header_bytes_ = 0;
  Expander* expander_ = nullptr;
  // The form at hand.
  LexedForm form_;
  TokenBuffer lexed_;                   // when it was lexed here
  std::span<const Token> form_tokens_;  // with kEnd
  std::vector<Token> expanded_;
};

}  // namespace beamwright::erlang
