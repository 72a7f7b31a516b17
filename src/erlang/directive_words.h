// The words after a '-' that the preprocessor looks at itself; every other attribute is the parser's.
#pragma once

#include "erlang/token.h"

namespace beamwright::erlang {

struct DirectiveWords {
  Symbol define = intern("define"), undef = intern("undef"), error = intern("error"), warning = intern("warning"),
         include = intern("include"), include_lib = intern("include_lib"), ifdef = intern("ifdef"), ifndef = intern("ifndef"),
         else_ = intern("else"), elif = intern("elif"), endif = intern("endif"), file = intern("file"),
         feature = intern("feature"), doc = intern("doc"), moduledoc = intern("moduledoc");
};

inline const DirectiveWords& directive_words() {
  static const DirectiveWords instance;
  return instance;
}

// Is this the word of a directive? -if and -else may be reserved words.
inline bool is_directive(const Token& word) {
  if (word.kind == TokenKind::kIf || word.kind == TokenKind::kElse) return true;
  if (word.kind != TokenKind::kAtom) return false;
  const DirectiveWords& w = directive_words();
  const Symbol name = word.symbol();
  for (const Symbol directive : {w.define, w.undef, w.error, w.warning, w.include, w.include_lib, w.ifdef, w.ifndef, w.else_,
                                 w.elif, w.endif, w.file, w.feature, w.doc, w.moduledoc}) {
    if (name == directive) return true;
  }
  return false;
}

}  // namespace beamwright::erlang
