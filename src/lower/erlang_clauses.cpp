// Everything in Erlang that has clauses.
#include <algorithm>

#include "lower/erlang_lowering.h"

namespace beamwright::lower {

using erlang::Node;
using erlang::NodeKind;
using model::Clause;
using model::ExprId;
using model::ExprKind;

ExprId ErlangLowering::body(const Node& sequence) {
  const auto nodes = sequence.children();
  if (nodes.size() == 1) return expression(*nodes[0]);
  Children children(children_);
  for (const Node* node : nodes) children.push(expression(*node));
  return joined(ExprKind::kBlock, Symbol(), sequence, children.rows());
}

// One expression over several that stand in a row; `sequence` gives the place when there are none.
ExprId ErlangLowering::joined(ExprKind kind, Symbol symbol, const Node& sequence, std::span<const ExprId> children) {
  Place at = place(sequence);
  if (!children.empty()) {
    at.begin = builder_.expr(children.front()).begin;
    at.end = std::max(at.begin, builder_.expr(children.back()).end);
  }
  return builder_.add(kind, at.begin, at.end, symbol.index, children);
}

// Guards are alternatives, each of tests that must all hold.
ExprId ErlangLowering::guard(const Node& guards) {
  if (guards.child_count == 0) return {};
  Children alternatives(children_);
  for (const Node* alternative : guards.children()) alternatives.push(all_of(*alternative));
  if (alternatives.rows().size() == 1) return alternatives.rows()[0];
  return joined(ExprKind::kOperator, sym::or_, guards, alternatives.rows());
}

ExprId ErlangLowering::all_of(const Node& tests) {
  Children children(children_);
  for (const Node* test : tests.children()) children.push(expression(*test));
  return children.rows().size() == 1 ? children.rows()[0] : joined(ExprKind::kOperator, sym::and_, tests, children.rows());
}

Clause ErlangLowering::clause(const Node& node) {
  Children patterns(children_);
  for (const Node* pattern : node.child(0).children()) patterns.push(expression(*pattern));
  return finish_clause(node, patterns.rows());
}

// The pattern of a handler is {Class, Reason, Stacktrace}; a stacktrace that was not written is `_`.
Clause ErlangLowering::handler(const Node& node) {
  const auto patterns_of = [](const Node& clause) -> std::span<const Node* const> {
    if (clause.child(0).child_count != 1 || clause.child(0).child(0).kind != NodeKind::kTuple) return {};
    return clause.child(0).child(0).child(0).children();
  };
  const auto parts = patterns_of(node);
  if (parts.size() != 3) return clause(node);
  const bool traced = parts[2]->kind != NodeKind::kVar || parts[2]->symbol != sym::underscore;
  Children patterns(children_);
  for (const Node* part : parts.first(traced ? 3 : 2)) patterns.push(expression(*part));
  return finish_clause(node, patterns.rows());
}

Clause ErlangLowering::finish_clause(const Node& node, std::span<const ExprId> patterns) {
  // The stack of children may grow below, so the patterns are counted from its end.
  const std::size_t first = static_cast<std::size_t>(patterns.data() - children_.data());
  const std::size_t count = patterns.size();
  const ExprId when = guard(node.child(1));
  const ExprId then = body(node.child(2));
  const Place at = place(node);
  return builder_.clause({children_.data() + first, count}, when, then, at.begin, at.end);
}

void ErlangLowering::clauses(const Node& sequence, Clauses& out) {
  for (const Node* node : sequence.children()) {
    if (node->kind == NodeKind::kClause) out.push(clause(*node));
  }
}

ExprId ErlangLowering::with_clauses(ExprKind kind, const Node& node, std::span<const Clause> list,
                                    std::span<const ExprId> children, std::uint8_t flags) {
  const Place at = place(node);
  return builder_.with_clauses(kind, at.begin, at.end, list, children, flags);
}

ExprId ErlangLowering::case_(const Node& node) {
  const bool has_subject = node.kind == NodeKind::kCase;
  Children subject(children_);
  if (has_subject) subject.push(expression(node.child(0)));
  Clauses list(clauses_);
  clauses(node.child(has_subject ? 1 : 0), list);
  return with_clauses(ExprKind::kCase, node, list.rows(), subject.rows());
}

ExprId ErlangLowering::receive(const Node& node) {
  Clauses list(clauses_);
  clauses(node.child(0), list);
  Children timeout(children_);
  if (node.child_count > 2) {
    timeout.push(expression(node.child(1)));
    timeout.push(body(node.child(2)));
  }
  return with_clauses(ExprKind::kReceive, node, list.rows(), timeout.rows());
}

ExprId ErlangLowering::try_(const Node& node) {
  const ExprId tried = body(node.child(0));
  Clauses successes(clauses_);
  clauses(node.child(1), successes);
  const std::size_t success_count = successes.rows().size();
  Clauses handlers(clauses_);
  for (const Node* child : node.child(2).children()) {
    if (child->kind == NodeKind::kClause) handlers.push(handler(*child));
  }
  const ExprId after = node.child(3).child_count != 0 ? body(node.child(3)) : ExprId();
  const Place at = place(node);
  return builder_.try_(at.begin, at.end, tried, successes.rows().first(success_count), handlers.rows(), after);
}

// catch E catches all classes, so its one handler has wildcards; what it then gives is made by the VM.
ExprId ErlangLowering::old_catch(const Node& node) {
  const ExprId tried = expression(node.child(0));
  const Place at = place(node);
  const ExprId patterns[] = {add(ExprKind::kWildcard, node, 0, {}, model::kFromMacro),
                             add(ExprKind::kWildcard, node, 0, {}, model::kFromMacro)};
  const ExprId result = add(ExprKind::kUnknown, node, 0, {}, model::kFromMacro);
  const Clause handler = builder_.clause(patterns, {}, result, at.begin, at.end);
  return builder_.try_(at.begin, at.end, tried, {}, {&handler, 1}, {}, model::kOldCatch);
}

// Its expressions are the steps of a `with`; the last is the body. When that is a ?= too, it stays a generator.
ExprId ErlangLowering::maybe(const Node& node) {
  Children steps(children_);
  for (const Node* step : node.child(0).children()) steps.push(expression(*step));
  Clauses otherwise(clauses_);
  if (node.child_count > 1) clauses(node.child(1).child(0), otherwise);
  return with_clauses(ExprKind::kWith, node, otherwise.rows(), steps.rows());
}

ExprId ErlangLowering::fun(const Node& node) {
  const Node& target = node.child(0);
  if (target.child_count != 2) return capture(node);
  Clauses list(clauses_);
  clauses(target.child(1), list);
  return with_clauses(ExprKind::kClosure, node, list.rows());
}

ExprId ErlangLowering::named_fun(const Node& node) {
  Clauses list(clauses_);
  clauses(node.child(0), list);
  // The name stands at the beginning of each clause.
  Place at = place(node);
  if (node.child(0).child_count != 0) at.begin = place(node.child(0).child(0)).begin;
  const auto length = static_cast<std::uint32_t>(node.symbol.text().size());
  const ExprId name = builder_.variable(node.symbol, at.begin, std::min(at.end, at.begin + length));
  return with_clauses(ExprKind::kClosure, node, list.rows(), {&name, 1}, model::kNamed);
}

ExprId ErlangLowering::comprehension(const Node& node) {
  Children children(children_);
  for (const Node* part : node.child(1).children()) qualifier(*part, children);
  children.push(expression(node.child(0)));
  return add(ExprKind::kComprehension, node, 0, children.rows());
}

// Generators that go in step (`X <- A && Y <- B`) are generators like any other here: what matters is what they bind.
void ErlangLowering::qualifier(const Node& node, Children& out) {
  switch (node.kind) {
    case NodeKind::kZip:
      for (const Node* generator : node.child(0).children()) {
        if (generator->kind != NodeKind::kZip) qualifier(*generator, out);
      }
      return;
    case NodeKind::kGenerate:
    case NodeKind::kGenerateStrict:
    case NodeKind::kBinaryGenerate:
    case NodeKind::kBinaryGenerateStrict:
    case NodeKind::kMapGenerate:
    case NodeKind::kMapGenerateStrict:
      out.push(children_as(ExprKind::kGenerator, node, node.children()));
      return;
    default:
      out.push(expression(node));
  }
}

}  // namespace beamwright::lower
