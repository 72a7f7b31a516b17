// How epp finds the arguments of a macro call: it knows enough of the syntax to match brackets and `end`s, no more.
#pragma once

#include <cstddef>
#include <vector>

#include "erlang/token.h"

namespace beamwright::erlang {

// Number of arguments of a call, or one of these.
inline constexpr int kNoArguments = -1;         // no parenthesis follows
inline constexpr int kMalformedArguments = -2;  // epp's arg_error

struct ArgumentRange {
  std::size_t first = 0;
  std::size_t count = 0;
};

// Finds where an argument that begins at `at` ends: at a ',' or ')' outside all brackets, or at the end. Tokens come from
// `token_at(i)`, which gives a kEnd token from the last on.
template <typename TokenAt>
std::size_t skip_macro_argument(TokenAt&& token_at, std::size_t at, std::vector<TokenKind>& closers) {
  using K = TokenKind;
  closers.clear();
  for (;; ++at) {
    const K kind = token_at(at).kind;
    if (kind == K::kEnd) return at;
    if (closers.empty() && (kind == K::kComma || kind == K::kRightParen)) return at;
    switch (kind) {
      case K::kLeftParen:
        closers.push_back(K::kRightParen);
        break;
      case K::kLeftBinary:
        closers.push_back(K::kRightBinary);
        break;
      case K::kLeftBracket:
        closers.push_back(K::kRightBracket);
        break;
      case K::kLeftBrace:
        closers.push_back(K::kRightBrace);
        break;
      case K::kBegin:
      case K::kIf:
      case K::kCase:
      case K::kReceive:
      case K::kTry:
      case K::kCond:
      case K::kMaybe:
        closers.push_back(K::kEndWord);
        break;
      case K::kFun:
        if (token_at(at + 1).kind == K::kLeftParen) {
          closers.push_back(K::kEndWord);
        } else if (token_at(at + 1).kind == K::kVar && token_at(at + 2).kind == K::kLeftParen) {
          closers.push_back(K::kEndWord);
          ++at;
        }
        break;
      default:
        if (!closers.empty() && kind == closers.back()) closers.pop_back();
        break;
    }
  }
}

// epp:count_args/3 for the tokens from `at` on, where a call's '(' would stand. The arguments found go into `ranges`; `end` is
// the place after the ')'.
template <typename TokenAt>
int count_macro_arguments(TokenAt&& token_at, std::size_t at, std::vector<TokenKind>& closers, std::vector<ArgumentRange>& ranges,
                          std::size_t& end) {
  using K = TokenKind;
  ranges.clear();
  end = at;
  if (token_at(at).kind != K::kLeftParen) return kNoArguments;
  ++at;
  if (token_at(at).kind == K::kRightParen) {
    end = at + 1;
    return 0;
  }
  if (token_at(at).kind == K::kComma) return kMalformedArguments;
  while (true) {
    const std::size_t next = skip_macro_argument(token_at, at, closers);
    ranges.push_back({at, next - at});
    const K kind = token_at(next).kind;
    if (kind == K::kRightParen) {
      end = next + 1;
      return static_cast<int>(ranges.size());
    }
    if (kind != K::kComma || token_at(next + 1).kind == K::kRightParen) return kMalformedArguments;
    at = next + 1;
  }
}

}  // namespace beamwright::erlang
