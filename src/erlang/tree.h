// Erlang's own abstract format (erts' "The Abstract Format"), after preprocessing. A tree lives in the arena of its file; it is
// freed once it has been lowered.
//
// Every node is {tag, Anno, field...} in the abstract format; the fields stand in `children` in that order. A field that is a
// list is a kSequence node; a field that is a bare atom or a bare integer is a kBareAtom or kBareInteger node; a field that is
// `default` or `none` is that bare atom.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/symbol.h"
#include "source/diagnostic.h"

namespace beamwright::erlang {

enum class NodeKind : std::uint8_t {
  // Helpers of the format: they have no annotation of their own.
  kSequence,     // [children...]
  kBareAtom,     // symbol
  kBareInteger,  // integer
  kBareTuple,    // {children...}: {Name, Arity}, {clauses, Cs}, {function, N, A} …
  // Literals.
  kAtom,     // symbol
  kInteger,  // integer, or text (decimal digits) when wide_integer
  kFloat,    // floating
  kChar,     // integer
  kString,   // text, unescaped, as UTF-8
  // Expressions and patterns, by their tag in the abstract format.
  kVar,                // symbol
  kNil,                // {nil, A}
  kCons,               // head, tail
  kTuple,              // sequence
  kMap,                // [base,] sequence: one child is a construction, two an update
  kMapFieldAssoc,      // key, value
  kMapFieldExact,      // key, value
  kBin,                // sequence of kBinElement
  kBinElement,         // value, size | default, sequence of type specifiers (bare atoms, {unit, N}) | default
  kRecord,             // [base,] bare name, sequence of kRecordField
  kRecordField,        // key (atom or {var, A, '_'})[, value]
  kRecordFieldAccess,  // base, bare name, key: abstract tag record_field with four elements
  kRecordIndex,        // bare name, key
  kMatch,              // pattern, value
  kMaybeMatch,         // pattern, value
  kOp,                 // symbol, one or two operands
  kCall,               // target, sequence of arguments
  kRemote,             // module, function
  kBlock,
  kIf,
  kCase,
  kReceive,
  kTry,
  kCatch,
  kMaybe,
  kElse,
  //   kBlock: sequence · kIf: clauses · kCase: value, clauses · kReceive: clauses[, timeout, body] · kTry: body, clauses,
  //   handlers, after
  //   kCatch: value · kMaybe: body[, else] · kElse: clauses
  kFun,       // kBareTuple{clauses, sequence} | kBareTuple{function, Name, Arity} | kBareTuple{function, M, F, A}
  kNamedFun,  // symbol, sequence of clauses
  kListComprehension,
  kBinaryComprehension,
  kMapComprehension,  // template, sequence of qualifiers
  kGenerate,
  kGenerateStrict,
  kBinaryGenerate,
  kBinaryGenerateStrict,
  kMapGenerate,
  kMapGenerateStrict,  // pattern, value
  kZip,                // sequence of generators
  kClause,             // sequence of patterns, sequence of guards (each a sequence of tests), sequence of body
  // Types.
  kType,           // symbol, sequence (or bare `any`)
  kUserType,       // symbol, sequence
  kRemoteType,     // sequence [module, name, sequence]
  kAnnotatedType,  // sequence [var, type]
  // Forms.
  kFunction,   // symbol, bare integer arity, sequence of clauses
  kAttribute,  // symbol, value: any term in bare nodes or, for record, type and spec, the abstract format's own shape
  kErrorForm,  // a form that did not parse; the diagnostic says why
  kEndOfFile,
};

struct Node {
  NodeKind kind = NodeKind::kSequence;
  bool wide_integer = false;
  std::uint32_t offset = 0;  // the byte that the compiler's location names; in a macro's expansion, the place of the macro call
  std::uint32_t begin = 0;   // first byte of the whole expression in the form's file
  std::uint32_t end = 0;     // one past its last byte
  union {
    Symbol symbol{};
    std::int64_t integer;
    double floating;
    const char* text_data;
  };
  std::uint32_t text_size = 0;
  std::uint32_t child_count = 0;
  const Node* const* child_data = nullptr;

  std::span<const Node* const> children() const { return {child_data, child_count}; }
  const Node& child(std::size_t i) const { return *child_data[i]; }
  std::string_view text() const { return {text_data, text_size}; }
  bool is_atom(Symbol name) const { return (kind == NodeKind::kAtom || kind == NodeKind::kBareAtom) && symbol == name; }
};

struct Form {
  const Node* node = nullptr;
  source::FileId file;  // the header it was written in, when it came through -include
};

struct Comment {
  std::uint32_t begin = 0;  // at the '%'
  std::uint32_t end = 0;    // before the line end
};

struct Level {
  int otp = 28;
};

struct Macro {
  std::string_view name;
  std::string_view value;  // Erlang source text
};

// Where headers come from. `find` is called from many threads and must be safe for that.
class Includes {
 public:
  struct Header {
    source::FileId file;
    std::string_view text;
  };
  virtual ~Includes() = default;
  // -include("path") written in file `from`. A header with an unset file means that there is none.
  virtual Header include(std::string_view path, source::FileId from) = 0;
  // -include_lib("app/include/x.hrl")
  virtual Header include_lib(std::string_view path, source::FileId from) = 0;
  // What ?FILE says in a file: the path it was opened by. Must live as long as the trees.
  virtual std::string_view name(source::FileId) { return {}; }
};

class HeaderCache;  // see header_cache.h

struct Options {
  Level level;
  std::vector<Macro> defines;      // -D of the project's build, as far as it is known
  Includes* includes = nullptr;    // null: every include is missing
  HeaderCache* headers = nullptr;  // shares the tokens of headers between files and threads; null: every include is lexed again
  bool keep_header_forms = true;   // false: of headers only records, functions and -compile are kept (all a review needs)
  // A macro that nothing defines may come from the build (-D on the compiler's command line): as behind a missing header it is
  // then no syntax error. A review wants this; a comparison with the compiler does not.
  bool build_may_define = false;
};

struct Tree {
  Arena arena;
  std::vector<Form> forms;
  std::vector<Comment> comments;  // of the file itself, in source order
  source::Diagnostics diagnostics;
  // Headers that could not be found, as written. A macro that is then undefined is no syntax error of the file: the form is kept
  // with the macro's name as an atom (`?NAME` → 'NAME', `?NAME(A)` → a call) and no diagnostic is given.
  std::vector<std::string_view> missing_includes;
};

// Preprocesses and parses any bytes at all. What cannot be understood becomes a diagnostic, and the tree holds what could be.
Tree parse(source::FileId file, std::string_view text, const Options& options = {});

}  // namespace beamwright::erlang
