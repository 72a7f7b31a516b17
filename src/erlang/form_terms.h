// Walks a tree and tells a sink the Erlang terms that epp would give for it. The sink writes them: as text (dump_tree.cpp) or in
// the external format (external_terms.cpp).
#pragma once

#include <string>
#include <string_view>

#include "erlang/constant_binary.h"
#include "erlang/tree.h"
#include "source/line_index.h"

namespace beamwright::erlang {

// The tag of a node in the abstract format; empty for the helpers.
std::string_view abstract_tag(NodeKind kind);

// A sink has: tuple(n)/end_tuple(), list(n)/end_list(), improper(n)/end_improper(), map(n)/end_map(), atom(text), integer(value),
// wide_integer(digits), floating(value), string(utf8), binary(bytes, spare bits of the last), export_fun(module, function,
// arity).
template <typename Sink>
class FormTerms {
 public:
  explicit FormTerms(Sink& sink) : sink_(sink) {}

  // Columns and lines of what follows are those of this file.
  void enter(source::FileId file, const source::LineIndex& lines) {
    if (file == file_ && lines_ == &lines) return;
    file_ = file;
    lines_ = &lines;
    shift_ = 0;
  }

  void form(const Node& node) {
    static const Symbol kFile = intern("file");
    switch (node.kind) {
      case NodeKind::kEndOfFile:
        sink_.tuple(2);
        sink_.atom("eof");
        place(node.offset);
        sink_.end_tuple();
        return;
      case NodeKind::kErrorForm:
        sink_.tuple(2);
        sink_.atom("error");
        place(node.offset);
        sink_.end_tuple();
        return;
      case NodeKind::kAttribute:
        attribute(node);
        break;
      default:
        abstract(node);
    }
    if (node.kind == NodeKind::kAttribute && node.symbol == kFile && node.child(0).child_count == 2) {
      shift_ = node.child(0).child(1).integer - static_cast<std::int64_t>(lines_->position(node.offset).line);
    }
  }

  void place(std::uint32_t offset) {
    const source::Position position = lines_->position(offset);
    sink_.tuple(2);
    sink_.integer(static_cast<std::int64_t>(position.line) + shift_);
    sink_.integer(position.column);
    sink_.end_tuple();
  }

 private:
  void attribute(const Node& node) {
    sink_.tuple(4);
    sink_.atom("attribute");
    place(node.offset);
    sink_.atom(node.symbol.text());
    if (has_abstract_value(node.symbol)) {
      abstract(node.child(0));
    } else {
      term(node.child(0));
    }
    sink_.end_tuple();
  }

  static bool has_abstract_value(Symbol name) {
    static const Symbol kNames[] = {intern("record"),  intern("type"), intern("opaque"),
                                    intern("nominal"), intern("spec"), intern("callback")};
    for (const Symbol known : kNames)
      if (name == known) return true;
    return false;
  }

  // A node where the abstract format wants one.
  void abstract(const Node& node) {
    // Tails of lists come last: they are followed in a loop, since lists may be long.
    std::size_t open = 0;
    const Node* at = &node;
    while (at->kind == NodeKind::kCons) {
      sink_.tuple(4);
      sink_.atom("cons");
      place(at->offset);
      abstract(at->child(0));
      at = &at->child(1);
      ++open;
    }
    one(*at);
    for (; open > 0; --open) sink_.end_tuple();
  }

  void one(const Node& node) {
    switch (node.kind) {
      case NodeKind::kSequence:
        sink_.list(node.child_count);
        for (const Node* child : node.children()) abstract(*child);
        sink_.end_list();
        return;
      case NodeKind::kBareTuple:
        sink_.tuple(node.child_count);
        for (const Node* child : node.children()) abstract(*child);
        sink_.end_tuple();
        return;
      case NodeKind::kBareAtom:
        return sink_.atom(node.symbol.text());
      case NodeKind::kBareInteger:
        return sink_.integer(node.integer);
      default:
        break;
    }
    const bool value = has_value(node.kind);
    sink_.tuple(2 + (value ? 1 : 0) + node.child_count);
    sink_.atom(abstract_tag(node.kind));
    if (begins_without_column(node)) {
      line(node.offset);
    } else {
      place(node.offset);
    }
    if (value) write_value(node);
    const bool binary_type = node.kind == NodeKind::kType && node.symbol.text() == "binary";
    for (const Node* child : node.children()) {
      if (binary_type && child->kind == NodeKind::kSequence) {
        binary_limits(*child);
      } else {
        abstract(*child);
      }
    }
    sink_.end_tuple();
  }

  void line(std::uint32_t offset) { sink_.integer(static_cast<std::int64_t>(lines_->position(offset).line) + shift_); }

  // A part of a binary type that is not written.
  static bool is_implied(const Node& part) { return part.kind == NodeKind::kInteger && part.begin == part.end; }

  // erl_parse takes a union's place from its first type, and that of <<>> from its implied parts.
  static bool begins_without_column(const Node& node) {
    if (node.kind != NodeKind::kType || node.symbol.text() != "union") return false;
    const Node& first = node.child(0).child(0);
    return first.kind == NodeKind::kType && first.symbol.text() == "binary" && first.child(0).child_count == 2 &&
           is_implied(first.child(0).child(0));
  }

  // The parts of <<_:M, _:_*N>>: erl_parse gives a part that is not written a line without a column.
  void binary_limits(const Node& parts) {
    sink_.list(parts.child_count);
    for (const Node* part : parts.children()) {
      if (is_implied(*part)) {
        sink_.tuple(3);
        sink_.atom("integer");
        line(part->offset);
        sink_.integer(0);
        sink_.end_tuple();
      } else {
        abstract(*part);
      }
    }
    sink_.end_list();
  }

  static bool has_value(NodeKind kind) {
    switch (kind) {
      case NodeKind::kAtom:
      case NodeKind::kInteger:
      case NodeKind::kFloat:
      case NodeKind::kChar:
      case NodeKind::kString:
      case NodeKind::kVar:
      case NodeKind::kOp:
      case NodeKind::kNamedFun:
      case NodeKind::kType:
      case NodeKind::kUserType:
      case NodeKind::kFunction:
        return true;
      default:
        return false;
    }
  }

  void write_value(const Node& node) {
    switch (node.kind) {
      case NodeKind::kInteger:
        if (node.wide_integer) return sink_.wide_integer(node.text());
        return sink_.integer(node.integer);
      case NodeKind::kChar:
        return sink_.integer(node.integer);
      case NodeKind::kFloat:
        return sink_.floating(node.floating);
      case NodeKind::kString:
        return sink_.string(node.text());
      default:
        return sink_.atom(node.symbol.text());
    }
  }

  // A node that stands for a term.
  void term(const Node& node) {
    switch (node.kind) {
      case NodeKind::kSequence:
        sink_.list(node.child_count);
        for (const Node* child : node.children()) term(*child);
        return sink_.end_list();
      case NodeKind::kBareTuple:
        sink_.tuple(node.child_count);
        for (const Node* child : node.children()) term(*child);
        return sink_.end_tuple();
      case NodeKind::kCons: {
        std::size_t cells = 0;
        for (const Node* at = &node; at->kind == NodeKind::kCons; at = &at->child(1)) ++cells;
        sink_.improper(cells);
        const Node* at = &node;
        for (; at->kind == NodeKind::kCons; at = &at->child(1)) term(at->child(0));
        sink_.improper_tail();
        term(*at);
        return sink_.end_improper();
      }
      case NodeKind::kMap: {
        const Node& pairs = node.child(0);
        sink_.map(pairs.child_count);
        for (const Node* pair : pairs.children()) {
          term(pair->child(0));
          sink_.map_value();
          term(pair->child(1));
        }
        return sink_.end_map();
      }
      case NodeKind::kBareAtom:
      case NodeKind::kAtom:
        return sink_.atom(node.symbol.text());
      case NodeKind::kBin: {
        const Bits bits = constant_binary(node).value_or(Bits());
        return sink_.binary(bits.bytes, bits.spare);
      }
      case NodeKind::kFun: {
        const Node& target = node.child(0);
        return sink_.export_fun(target.child(1).symbol.text(), target.child(2).symbol.text(), target.child(3).integer);
      }
      case NodeKind::kBareInteger:
        return sink_.integer(node.integer);
      case NodeKind::kCall:  // of -doc #{equiv => f(X)}
        return abstract(node);
      default:
        return write_value(node);
    }
  }

  Sink& sink_;
  source::FileId file_;
  const source::LineIndex* lines_ = nullptr;
  std::int64_t shift_ = 0;
};

}  // namespace beamwright::erlang
