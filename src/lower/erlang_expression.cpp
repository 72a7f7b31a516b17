// Erlang's data, operators and records, and the way to everything else.
#include <algorithm>
#include <limits>

#include "lower/erlang_lowering.h"

namespace beamwright::lower {

using erlang::Node;
using erlang::NodeKind;
using model::ExprId;
using model::ExprKind;

namespace {

// The parser stops at fewer levels; this keeps the stack safe whatever it hands over.
constexpr int kMaxDepth = 2500;

bool is_number(const Node& node) {
  return node.kind == NodeKind::kInteger || node.kind == NodeKind::kChar || node.kind == NodeKind::kFloat;
}

// What the parser puts where a segment says nothing.
bool is_default(const Node& node) { return node.kind == NodeKind::kBareAtom && node.symbol.text() == "default"; }

// Numbers beyond 64 bits saturate.
std::int64_t value_of(const Node& node, bool negated) {
  using Limits = std::numeric_limits<std::int64_t>;
  if (node.wide_integer) return negated || node.text().starts_with('-') ? Limits::min() : Limits::max();
  return negated ? -node.integer : node.integer;
}

}  // namespace

// A macro may use its arguments in another order than they are written: then a node ends before it begins, and stands where its
// parts stand.
ErlangLowering::Place ErlangLowering::place_of_parts(const Node& node) const {
  Place at{std::min(node.begin, node.end), std::max(node.begin, node.end)};
  for (const Node* part : node.children()) {
    at.begin = std::min({at.begin, part->begin, part->end});
    at.end = std::max({at.end, part->begin, part->end});
  }
  return at;
}

ExprId ErlangLowering::add(ExprKind kind, const Node& node, std::uint32_t payload, std::span<const ExprId> children,
                           std::uint8_t flags) {
  const Place at = place(node);
  return builder_.add(kind, at.begin, at.end, payload, children, flags);
}

ExprId ErlangLowering::children_as(ExprKind kind, const Node& node, std::span<const Node* const> children) {
  Children run(children_);
  for (const Node* child : children) run.push(expression(*child));
  return add(kind, node, 0, run.rows());
}

ExprId ErlangLowering::expression(const Node& node) {
  if (depth_ >= kMaxDepth) return add(ExprKind::kUnknown, node);
  ++depth_;
  const ExprId id = lower(node);
  --depth_;
  return id;
}

ExprId ErlangLowering::lower(const Node& node) {
  switch (node.kind) {
    case NodeKind::kAtom:
    case NodeKind::kBareAtom:
      return add(ExprKind::kAtom, node, node.symbol.index);
    case NodeKind::kInteger:
    case NodeKind::kBareInteger:
    case NodeKind::kChar:
    case NodeKind::kFloat:
      return number(node, node, false);
    case NodeKind::kString:
      return add(ExprKind::kCharlist, node, builder_.text(node.text()));
    case NodeKind::kVar:
      if (node.symbol == sym::underscore) return add(ExprKind::kWildcard, node);
      return add(ExprKind::kVariable, node, node.symbol.index);
    case NodeKind::kNil:
      return add(ExprKind::kList, node);
    case NodeKind::kCons:
      return list(node);
    case NodeKind::kSequence:
      return children_as(ExprKind::kList, node, node.children());
    case NodeKind::kTuple:
      return children_as(ExprKind::kTuple, node, node.child(0).children());
    case NodeKind::kBareTuple:
      return children_as(ExprKind::kTuple, node, node.children());
    case NodeKind::kMap:
      return map(node);
    case NodeKind::kMapFieldAssoc:
    case NodeKind::kMapFieldExact:
      return children_as(ExprKind::kTuple, node, node.children());
    case NodeKind::kBin:
      return binary(node);
    case NodeKind::kRecord:
      return record(node);
    case NodeKind::kRecordFieldAccess: {
      const ExprId base = expression(node.child(0));
      return add(ExprKind::kField, node, node.child(2).symbol.index, {&base, 1}, model::kRecord);
    }
    case NodeKind::kRecordIndex:
      return record_index(node);
    case NodeKind::kMatch:
      return children_as(ExprKind::kMatch, node, node.children());
    case NodeKind::kMaybeMatch:
      return children_as(ExprKind::kGenerator, node, node.children());
    case NodeKind::kOp:
      return operation(node);
    case NodeKind::kCall:
      return call(node);
    case NodeKind::kBlock:
      return body(node.child(0));
    case NodeKind::kIf:
    case NodeKind::kCase:
      return case_(node);
    case NodeKind::kReceive:
      return receive(node);
    case NodeKind::kTry:
      return try_(node);
    case NodeKind::kCatch:
      return old_catch(node);
    case NodeKind::kMaybe:
      return maybe(node);
    case NodeKind::kFun:
      return fun(node);
    case NodeKind::kNamedFun:
      return named_fun(node);
    case NodeKind::kListComprehension:
    case NodeKind::kBinaryComprehension:
    case NodeKind::kMapComprehension:
      return comprehension(node);
    case NodeKind::kRemote:
      return children_as(ExprKind::kUnknown, node, node.children());
    default:
      return add(ExprKind::kUnknown, node);
  }
}

// A number, or one with a sign before it: then `whole` is the operation.
ExprId ErlangLowering::number(const Node& node, const Node& whole, bool negated) {
  const Place at = place(whole);
  if (node.kind == NodeKind::kFloat) return builder_.floating(negated ? -node.floating : node.floating, at.begin, at.end);
  return builder_.integer(value_of(node, negated), at.begin, at.end);
}

// The cells of a list are nested as deeply as the list is long, hence the loop.
ExprId ErlangLowering::list(const Node& node) {
  Children elements(children_);
  const Node* cell = &node;
  for (; cell->kind == NodeKind::kCons; cell = &cell->child(1)) elements.push(expression(cell->child(0)));
  if (cell->kind == NodeKind::kNil) return add(ExprKind::kList, node, 0, elements.rows());
  elements.push(expression(*cell));
  return add(ExprKind::kList, node, 0, elements.rows(), model::kHasTail);
}

ExprId ErlangLowering::map(const Node& node) {
  Children children(children_);
  const bool update = node.child_count > 1;
  if (update) children.push(expression(node.child(0)));
  for (const Node* field : node.child(update ? 1 : 0).children()) {
    for (const Node* part : field->children()) children.push(expression(*part));
  }
  return add(ExprKind::kMap, node, 0, children.rows(), update ? model::kUpdate : 0);
}

// A segment's type, size and unit; `default` stands where nothing is written.
model::Segment ErlangLowering::segment(const Node& element) {
  model::Segment result;
  const Node& size = element.child(1);
  if (!is_default(size)) result.size = expression(size);
  const Node& types = element.child(2);
  if (is_default(types)) return result;
  for (const Node* type : types.children()) {
    if (type->kind == NodeKind::kBareTuple && type->child_count == 2) {
      result.unit = static_cast<std::uint16_t>(std::clamp<std::int64_t>(type->child(1).integer, 0, 256));
    } else {
      model::specify(result, type->symbol);
    }
  }
  return result;
}

// <<"text">> is a string; everything else keeps the values of its segments.
ExprId ErlangLowering::binary(const Node& node) {
  const auto segments = node.child(0).children();
  if (segments.empty()) return add(ExprKind::kString, node);
  if (segments.size() == 1 && segments[0]->child(0).kind == NodeKind::kString) {
    return add(ExprKind::kString, node, builder_.text(segments[0]->child(0).text()));
  }
  Children values(children_);
  std::vector<model::Segment> specified;
  specified.reserve(segments.size());
  for (const Node* element : segments) {
    const Node& value = element->child(0);
    const bool text = value.kind == NodeKind::kString;
    values.push(text ? add(ExprKind::kString, value, builder_.text(value.text())) : expression(value));
    specified.push_back(segment(*element));
  }
  const Place at = place(node);
  return builder_.binary(at.begin, at.end, values.rows(), specified);
}

ExprId ErlangLowering::record(const Node& node) {
  Children children(children_);
  const bool update = node.child_count > 2;
  if (update) children.push(expression(node.child(0)));
  const Node& name = node.child(update ? 1 : 0);
  for (const Node* field : node.child(update ? 2 : 1).children()) {
    for (const Node* part : field->children()) children.push(expression(*part));
  }
  return add(ExprKind::kMap, node, name.symbol.index, children.rows(), model::kRecord | (update ? model::kUpdate : 0));
}

// #record.field is the field's place in the tuple, counted from the record's name as 1.
ExprId ErlangLowering::record_index(const Node& node) {
  const Symbol field = node.child(1).symbol;
  for (const Node* definition : records_) {
    if (definition->child(0).symbol != node.child(0).symbol) continue;
    std::int64_t index = 2;
    for (const Node* declared : definition->child(1).children()) {
      // A field with a type is {typed_record_field, Field, Type}.
      const Node& plain = declared->kind == NodeKind::kBareTuple ? declared->child(1) : *declared;
      const Place at = place(node);
      if (plain.child(0).symbol == field) return builder_.integer(index, at.begin, at.end);
      ++index;
    }
  }
  return add(ExprKind::kUnknown, node);
}

ExprId ErlangLowering::operation(const Node& node) {
  if (node.child_count == 2 && node.symbol == sym::op_bang) return send(node);
  if (node.child_count == 1 && is_number(node.child(0)) && (node.symbol == sym::minus || node.symbol == sym::plus)) {
    return number(node.child(0), node, node.symbol == sym::minus);
  }
  Children operands(children_);
  for (const Node* operand : node.children()) operands.push(expression(*operand));
  return add(ExprKind::kOperator, node, node.symbol.index, operands.rows());
}

}  // namespace beamwright::lower
