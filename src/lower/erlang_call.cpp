// Who is called. What stands in the text as atoms is known; for the rest the expression that decides is kept.
#include <algorithm>

#include "lower/erlang_lowering.h"

namespace beamwright::lower {

using erlang::Node;
using erlang::NodeKind;
using model::Call;
using model::ExprId;
using model::ExprKind;
using model::TargetKind;

namespace {

bool is_written(const Node& node) { return node.kind == NodeKind::kAtom || node.kind == NodeKind::kBareAtom; }

// The elements of [A, B, …] when the list is complete in the text.
bool read_list(const Node& list, std::vector<const Node*>& elements) {
  const Node* cell = &list;
  for (; cell->kind == NodeKind::kCons; cell = &cell->child(1)) elements.push_back(&cell->child(0));
  return cell->kind == NodeKind::kNil;
}

std::uint32_t arity_of(const Node& node) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(node.integer, 0, 1 << 20));
}

}  // namespace

ExprId ErlangLowering::make_call(Call call, const Node& node, std::span<const Node* const> arguments) {
  Children children(children_);
  for (const Node* argument : arguments) children.push(expression(*argument));
  const Place at = place(node);
  return builder_.call(call, at.begin, at.end, children.rows());
}

ExprId ErlangLowering::call(const Node& node) {
  const Node& callee = node.child(0);
  const auto arguments = node.child(1).children();
  if (callee.kind == NodeKind::kRemote) return remote_call(node, callee.child(0), callee.child(1), arguments);
  if (!is_written(callee)) return value_call(node, callee, arguments);
  if (callee.symbol == sym::apply && !defines_apply_) {
    if (const ExprId applied = apply(node, arguments)) return applied;
  }
  Call call;
  call.target = TargetKind::kLocal;
  call.name = callee.symbol;
  return make_call(call, node, arguments);
}

ExprId ErlangLowering::remote_call(const Node& node, const Node& module, const Node& function,
                                   std::span<const Node* const> arguments) {
  if (module.is_atom(sym::erlang) && function.is_atom(sym::apply)) {
    if (const ExprId applied = apply(node, arguments)) return applied;
  }
  Call call;
  aim(call, module, function);
  return make_call(call, node, arguments);
}

ExprId ErlangLowering::value_call(const Node& node, const Node& callee, std::span<const Node* const> arguments) {
  Call call;
  call.target = TargetKind::kValue;
  call.module_expr = expression(callee);
  return make_call(call, node, arguments);
}

// apply(M, F, [A, B]) is M:F(A, B) and apply(F, [A, B]) is F(A, B). With arguments that are not written out it stays what it is.
ExprId ErlangLowering::apply(const Node& node, std::span<const Node* const> arguments) {
  if (arguments.size() != 2 && arguments.size() != 3) return {};
  std::vector<const Node*> elements;
  if (!read_list(*arguments.back(), elements)) return {};
  if (arguments.size() == 2) return value_call(node, *arguments[0], elements);
  return remote_call(node, *arguments[0], *arguments[1], elements);
}

void ErlangLowering::aim(Call& call, const Node& module, const Node& function) {
  if (is_written(module)) call.module = module.symbol;
  if (is_written(function)) {
    call.name = function.symbol;
    call.target = is_written(module) ? TargetKind::kRemote : TargetKind::kDynamicModule;
    if (!is_written(module)) call.module_expr = expression(module);
    return;
  }
  call.target = TargetKind::kDynamic;
  call.module_expr = dynamic_target({&module, &function});
}

// What decides a call whose function is not written, as a tuple: nothing of the text is lost, and its variables are bound.
ExprId ErlangLowering::dynamic_target(std::initializer_list<const Node*> parts) {
  Children run(children_);
  for (const Node* part : parts) run.push(expression(*part));
  const Place first = place(**parts.begin()), last = place(**(parts.end() - 1));
  return builder_.add(ExprKind::kTuple, first.begin, std::max(first.end, last.end), 0, run.rows(), model::kFromMacro);
}

ExprId ErlangLowering::send(const Node& node) {
  Call call;
  call.target = TargetKind::kRemote;
  call.module = sym::erlang;
  call.name = sym::send;
  return make_call(call, node, node.children());
}

// fun F/A and fun M:F/A: {function, F, A} or {function, M, F, A}.
ExprId ErlangLowering::capture(const Node& node) {
  const Node& target = node.child(0);
  Call call;
  call.capture = true;
  if (target.child_count == 3) {
    call.name = target.child(1).symbol;
    call.arity = arity_of(target.child(2));
  } else if (const Node& arity = target.child(3); arity.kind == NodeKind::kInteger || arity.kind == NodeKind::kBareInteger) {
    call.arity = arity_of(arity);
    aim(call, target.child(1), target.child(2));
  } else {
    call.target = TargetKind::kDynamic;
    call.module_expr = dynamic_target({&target.child(1), &target.child(2), &arity});
  }
  return make_call(call, node, {});
}

}  // namespace beamwright::lower
