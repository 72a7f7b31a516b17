// Any bytes through the Elixir lexer alone, which is some times faster than the whole front end. Checks what the parser relies
// on: tokens lie inside the text, text tokens lead forward, brackets match.
#include <cstdlib>

#include "elixir/lexer.h"
#include "elixir/repair.h"
#include "several_files.h"

namespace {

using namespace beamwright;
using namespace beamwright::elixir;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_tokens(const TokenList& list, std::size_t size) {
  require(!list.tokens.empty() && list.tokens.back().kind == TokenKind::kEndOfInput);
  std::vector<TokenKind> open;
  for (std::uint32_t i = 0; i < list.tokens.size(); ++i) {
    const Token& token = list.tokens[i];
    require(token.offset <= token.end && token.end <= size);
    if (is_text(token.kind))
      require(token.value < list.texts.size() && token.newlines > i && token.newlines < list.tokens.size());
    if (is_opener(token.kind)) {
      require(token.value > i && token.value < list.tokens.size() && list.tokens[token.value].kind == closer_of(token.kind));
      open.push_back(token.kind);
    } else if (is_closer(token.kind)) {
      require(!open.empty() && closer_of(open.back()) == token.kind);
      open.pop_back();
    }
  }
  require(open.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  for (const int minor : {14, 20}) {
    Options options;
    options.level.minor = minor;
    Tree tree;
    check_tokens(Lexer(source::FileId(0), fuzz::as_text(data, size), options, tree).run(), size);
    for (const Comment& comment : tree.comments) require(comment.begin <= comment.end && comment.end <= size);
  }
  return 0;
}
