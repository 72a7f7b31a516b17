// Names of the abstract format, and constant binaries of attributes.
#include "erlang/form_terms.h"

namespace beamwright::erlang {

std::string_view abstract_tag(NodeKind kind) {
  switch (kind) {
    case NodeKind::kSequence:
    case NodeKind::kBareAtom:
    case NodeKind::kBareInteger:
    case NodeKind::kBareTuple:
      return "";
    case NodeKind::kAtom:
      return "atom";
    case NodeKind::kInteger:
      return "integer";
    case NodeKind::kFloat:
      return "float";
    case NodeKind::kChar:
      return "char";
    case NodeKind::kString:
      return "string";
    case NodeKind::kVar:
      return "var";
    case NodeKind::kNil:
      return "nil";
    case NodeKind::kCons:
      return "cons";
    case NodeKind::kTuple:
      return "tuple";
    case NodeKind::kMap:
      return "map";
    case NodeKind::kMapFieldAssoc:
      return "map_field_assoc";
    case NodeKind::kMapFieldExact:
      return "map_field_exact";
    case NodeKind::kBin:
      return "bin";
    case NodeKind::kBinElement:
      return "bin_element";
    case NodeKind::kRecord:
      return "record";
    case NodeKind::kRecordField:
    case NodeKind::kRecordFieldAccess:
      return "record_field";
    case NodeKind::kRecordIndex:
      return "record_index";
    case NodeKind::kMatch:
      return "match";
    case NodeKind::kMaybeMatch:
      return "maybe_match";
    case NodeKind::kOp:
      return "op";
    case NodeKind::kCall:
      return "call";
    case NodeKind::kRemote:
      return "remote";
    case NodeKind::kBlock:
      return "block";
    case NodeKind::kIf:
      return "if";
    case NodeKind::kCase:
      return "case";
    case NodeKind::kReceive:
      return "receive";
    case NodeKind::kTry:
      return "try";
    case NodeKind::kCatch:
      return "catch";
    case NodeKind::kMaybe:
      return "maybe";
    case NodeKind::kElse:
      return "else";
    case NodeKind::kFun:
      return "fun";
    case NodeKind::kNamedFun:
      return "named_fun";
    case NodeKind::kListComprehension:
      return "lc";
    case NodeKind::kBinaryComprehension:
      return "bc";
    case NodeKind::kMapComprehension:
      return "mc";
    case NodeKind::kGenerate:
      return "generate";
    case NodeKind::kGenerateStrict:
      return "generate_strict";
    case NodeKind::kBinaryGenerate:
      return "b_generate";
    case NodeKind::kBinaryGenerateStrict:
      return "b_generate_strict";
    case NodeKind::kMapGenerate:
      return "m_generate";
    case NodeKind::kMapGenerateStrict:
      return "m_generate_strict";
    case NodeKind::kZip:
      return "zip";
    case NodeKind::kClause:
      return "clause";
    case NodeKind::kType:
      return "type";
    case NodeKind::kUserType:
      return "user_type";
    case NodeKind::kRemoteType:
      return "remote_type";
    case NodeKind::kAnnotatedType:
      return "ann_type";
    case NodeKind::kFunction:
      return "function";
    case NodeKind::kAttribute:
      return "attribute";
    case NodeKind::kErrorForm:
      return "error";
    case NodeKind::kEndOfFile:
      return "eof";
  }
  return "";
}

bool constant_binary(const Node& bin, std::string& bytes) {
  for (const Node* element : bin.child(0).children()) {
    const Node& value = element->child(0);
    if (element->child(1).kind != NodeKind::kBareAtom) return false;
    const Node& types = element->child(2);
    const bool utf8 = types.kind == NodeKind::kSequence && types.child_count == 1 && types.child(0).symbol.text() == "utf8";
    if (types.kind == NodeKind::kSequence && !utf8) return false;
    if (value.kind == NodeKind::kString) {
      const std::string_view text = value.text();
      for (std::size_t at = 0; at < text.size();) {
        const std::uint32_t c = decode_utf8(text, at);
        if (utf8) {
          append_utf8(c, bytes);
        } else {
          bytes += static_cast<char>(c & 0xff);
        }
      }
    } else if ((value.kind == NodeKind::kInteger && !value.wide_integer) || value.kind == NodeKind::kChar) {
      if (utf8) {
        append_utf8(static_cast<std::uint32_t>(value.integer), bytes);
      } else {
        bytes += static_cast<char>(value.integer & 0xff);
      }
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace beamwright::erlang
