// Any bytes through the Erlang lexer alone, which is some times faster than the whole front end. Checks what the preprocessor
// relies on: each form ends with kEnd, forms follow each other, tokens lie in their form in order.
#include <cstdlib>

#include "erlang/lexer.h"
#include "several_files.h"

namespace {

using namespace beamwright;
using namespace beamwright::erlang;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  for (const int otp : {25, 28}) {
    Arena arena;
    std::vector<Comment> comments;
    Lexer lexer(fuzz::as_text(data, size), Level{otp}, arena, &comments);
    LexedForm form;
    TokenBuffer tokens;
    std::string source;
    std::uint32_t last = 0;
    while (lexer.next_form(form, tokens)) {
      require(form.begin >= last && form.end <= size && lexer.position() > last);
      last = lexer.position();
      require(!tokens.empty() && tokens.back().kind == TokenKind::kEnd);
      std::uint32_t at = form.begin;
      for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        require(tokens[i].kind != TokenKind::kEnd && tokens[i].begin >= at && tokens[i].begin <= tokens[i].end);
        at = tokens[i].begin;
        require(tokens[i].end <= size);
        source.clear();
        append_source(tokens[i], source);
      }
    }
    for (const Comment& comment : comments) require(comment.begin <= comment.end && comment.end <= size);
  }
  return 0;
}
