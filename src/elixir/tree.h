// Elixir's own quoted form, as Code.string_to_quoted gives it. A tree lives in the arena of its file and its texts point into
// the arena or the source; the tree is freed once it has been lowered.
//
//   quoted form                      kind        fields
//   42, 0x1F, ?a                     kInteger    integer, or text (decimal digits) when it does not fit 64 bits (wide_integer)
//   1.5                              kFloat      floating
//   :ok, true, nil, foo: (keyword)   kAtom       symbol
//   "text"                           kBinary     text, unescaped
//   'text'                           kCharlist   text as UTF-8, unescaped (a list of code points in the quoted form)
//   [a, b]                           kList       children
//   {a, b}                           kPair       children[0], children[1]
//   {:name, meta, nil}               kVariable   symbol
//   {:name, meta, args}              kCall       symbol, children: operators, {}, %{}, %, <<>>, __aliases__, __block__, fn, ->,
//   sigil_r … {callee, meta, args}             kCallOn     callee, children: {:., m, [left, :right]} and unquote(f)(x) have a
//   node as callee
//
// The left side of a `->` is a kList, as in the quoted form. A 2-tuple whose place is asked for is still a kPair: the compiler
// itself gives literals no metadata unless asked through literal_encoder. Options::literal_metadata asks: what the compiler would
// hand to the encoder is marked `literal` then and carries its metadata.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/symbol.h"
#include "source/diagnostic.h"

namespace beamwright::elixir {

enum class NodeKind : std::uint8_t { kInteger, kFloat, kAtom, kBinary, kCharlist, kList, kPair, kVariable, kCall, kCallOn };

// Metadata beyond line and column. Place-valued keys hold a byte offset, the others a number; kDelimiter and kFormat hold a
// Symbol.
enum class MetaKey : std::uint8_t {
  kDo,
  kEnd,
  kClosing,
  kEndOfExpression,
  kLast,  // places: [line: _, column: _]
  kNewlines,
  kEndOfExpressionNewlines,
  kIndentation,
  kFromBrackets,
  kAmbiguousOp,  // numbers, booleans
  kNoParens,
  kFromInterpolation,
  kParens,
  kDelimiter,
  kFormat,
  kToken,  // texts
  kPlace,  // a line and column more, of the parentheses inside: ((a; b))
  kAssoc,  // place, from 1.18 on: the => behind a key
  kParensEnd,
  kParensEndFirst,  // places: the ")" of the kParens just before, whose place is the "("; written last or first
};

// No way from the root of a tree is longer than this many nodes: whoever walks one may recurse.
inline constexpr std::uint32_t kMaxTreeHeight = 1000;

struct Meta {
  MetaKey key;
  std::uint32_t value;
};

struct Node {
  NodeKind kind = NodeKind::kAtom;
  bool wide_integer : 1 = false;
  bool placeless : 1 = false;  // the compiler gives it no line: the blocks it makes up itself
  bool literal : 1 = false;    // what the compiler hands to a literal_encoder; never a text's part or an alias's segment
  std::uint8_t meta_count = 0;
  std::uint32_t offset = 0;  // the byte that the compiler's line and column name (an operator's own place, for example)
  std::uint32_t begin = 0;   // first byte of the whole expression
  std::uint32_t end = 0;     // one past its last byte
  union {
    Symbol symbol{};
    std::int64_t integer;
    double floating;
    const char* text_data;
    const Node* callee;
  };
  std::uint32_t text_size = 0;
  std::uint32_t child_count = 0;
  const Node* const* child_data = nullptr;
  const Meta* meta_data = nullptr;  // in the compiler's order

  std::span<const Node* const> children() const { return {child_data, child_count}; }
  const Node& child(std::size_t i) const { return *child_data[i]; }
  std::span<const Meta> meta() const { return {meta_data, meta_count}; }
  std::string_view text() const { return {text_data, text_size}; }
  bool is_call(Symbol name) const { return kind == NodeKind::kCall && symbol == name; }
  bool is_atom(Symbol name) const { return kind == NodeKind::kAtom && symbol == name; }
};

struct Comment {
  std::uint32_t begin = 0;  // at the '#'
  std::uint32_t end = 0;    // before the line end
};

// The compiler's columns count grapheme clusters inside strings and code points elsewhere, and up to 1.14 an escaped \#{ in a
// string as one column: from `offset` to the end of its line they are `shift` more than the number of code points.
struct ColumnShift {
  std::uint32_t offset = 0;
  std::int32_t shift = 0;
};

// A line end that is a character literal, `?` or `?\\` before it, is not counted by the compiler up to 1.18: the line goes on.
using UncountedLines = std::vector<std::uint32_t>;  // offsets of such line ends, sorted

// Elixir 1.14 and newer differ in small things (metadata, sigils, deprecations). The newest is the default.
struct Level {
  int major = 1;
  int minor = 20;
  bool at_least(int a, int b) const { return major > a || (major == a && minor >= b); }
};

struct Options {
  Level level;
  bool token_metadata = true;  // do, end, closing … ; the review needs none of them and parses faster without
  // As with a literal_encoder that gives {:ok, {:__block__, meta, [literal]}}; asks for token_metadata too.
  bool literal_metadata = false;
};

struct Tree {
  bool literal_metadata = false;  // as the options said
  Arena arena;
  const Node* root = nullptr;     // never null: an empty file is {:__block__, [], []}
  std::vector<Comment> comments;  // in source order
  source::Diagnostics diagnostics;
  std::vector<ColumnShift> column_shifts;  // sorted; empty for nearly every file
  UncountedLines uncounted_lines;
};

// Parses any bytes at all. What cannot be understood becomes a diagnostic, and the tree holds what could be. The first diagnostic
// is the one at which the compiler stops; where an expression could not be read stands an empty placeless __block__.
Tree parse(source::FileId file, std::string_view text, const Options& options = {});

}  // namespace beamwright::elixir
