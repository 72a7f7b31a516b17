// quote. Its content is code of whoever uses the macro, so it is no expression here: only what is unquoted runs in the macro.
// What the content defines and uses is kept all the same: functions as templates, `use` and the like as quoted directives, both
// filed under the module of the macro. A quote inside a quote keeps its unquotes to itself (elixir_quote.erl).
#include "lower/elixir_lowering.h"

namespace beamwright::lower {

ExprId ElixirLowering::lower_quote(const Node& node) {
  if (node.child_count == 0 || node.child_count > 2) return lower_local_call(node, ExprId());
  // Values and defaults that are written out again have been scanned at their first lowering, and templates hold no templates.
  if (in_template_ || extra_flags_ != 0) return add(ExprKind::kQuote, node);
  const Node* body = nullptr;
  bool alive = true;
  Exprs unquoted(*this);
  for (const Node* options : node.children()) {
    if (options->kind != NodeKind::kList) continue;
    for (const Node* option : options->children()) {
      if (option->kind != NodeKind::kPair) continue;
      const Node& value = option->child(1);
      if (option->child(0).is_atom(sym::do_)) {
        body = &value;
        continue;
      }
      if (option->child(0).is_atom(sym::bind_quoted) || (option->child(0).is_atom(sym::unquote) && value.is_atom(sym::false_))) {
        alive = false;
      }
      unquoted.push(lower(value));
    }
  }
  if (body) {
    const Scope scope(*this);
    const Setting unquotes(unquoting_, alive);
    const Setting templates(defining_templates_, static_cast<bool>(state_.id));
    const Setting own_attributes(state_.first_attribute, known_attributes_.mark());
    scan_quote(*body, unquoted);
    known_attributes_.forget(state_.first_attribute);
    state_.impl = false;
  }
  return add(ExprKind::kQuote, node, 0, unquoted.span());
}

void ElixirLowering::scan_quote(const Node& node, Exprs& unquoted) {
  if (depth_ >= kMaxDepth) return;
  ++depth_;
  if (node.kind == NodeKind::kCall) {
    scan_name(node, unquoted);
  } else if (unquoting_ && is_unquoted_name(node)) {
    scan_quote(node.callee->child(0), unquoted);
    lower_unquoted(node, unquoted);
  } else {
    scan_children(node, unquoted);
  }
  --depth_;
}

// What is unquoted is code of the macro itself.
void ElixirLowering::lower_unquoted(const Node& node, Exprs& unquoted) {
  const Setting outside(defining_templates_, false);
  lower_all(node.children(), unquoted);
}

void ElixirLowering::scan_children(const Node& node, Exprs& unquoted) {
  if (node.kind == NodeKind::kCallOn) scan_quote(*node.callee, unquoted);
  for (const Node* child : node.children()) scan_quote(*child, unquoted);
}

void ElixirLowering::scan_name(const Node& node, Exprs& unquoted) {
  switch (node.symbol.index) {
    case sym::unquote_index:
    case sym::unquote_splicing_index:
      if (unquoting_) return lower_unquoted(node, unquoted);
      break;
    case sym::quote_index:
      return;
    case sym::def_index:
    case sym::defp_index:
    case sym::defmacro_index:
    case sym::defmacrop_index:
    case sym::defguard_index:
    case sym::defguardp_index:
    case sym::defdelegate_index:
      return scan_definition(node, unquoted);
    case sym::defmodule_index:
    case sym::defprotocol_index:
    case sym::defimpl_index: {
      // Its functions are those of yet another module.
      const Setting no_templates(defining_templates_, false);
      return scan_children(node, unquoted);
    }
    case sym::use_index:
      return scan_directive(model::DirectiveKind::kUse, node, unquoted);
    case sym::import__index:
      return scan_directive(model::DirectiveKind::kImport, node, unquoted);
    case sym::require_index:
      return scan_directive(model::DirectiveKind::kRequire, node, unquoted);
    case sym::alias_index:
      add_alias(node);
      break;
    case sym::op_attribute_index:
      if (defining_templates_ && node.child_count == 1) return scan_attribute(node, unquoted);
      break;
    default:
      break;
  }
  scan_children(node, unquoted);
}

void ElixirLowering::scan_definition(const Node& node, Exprs& unquoted) {
  if (defining_templates_) {
    const Setting at_module_level(in_function_, false);
    static_cast<void>(lower_named(node));
  }
  const Setting no_templates(defining_templates_, false);
  scan_children(node, unquoted);
}

void ElixirLowering::scan_directive(model::DirectiveKind kind, const Node& node, Exprs& unquoted) {
  if (!defining_templates_ || node.child_count == 0 || node.child_count > 2) return scan_children(node, unquoted);
  unquoted.push_if(add_directive(kind, node));
}

void ElixirLowering::scan_attribute(const Node& node, Exprs& unquoted) {
  const Node& assignment = node.child(0);
  if (assignment.kind != NodeKind::kCall || assignment.child_count != 1) return scan_children(node, unquoted);
  switch (assignment.symbol.index) {
    case sym::impl_index:
      state_.impl = !assignment.child(0).is_atom(sym::false_);
      return;
    case sym::behaviour_index:
    case sym::behavior_index:
      emit_directive(model::DirectiveKind::kBehaviour, node, literal_module(assignment.child(0)), ExprId());
      break;
    default:
      know_attribute(assignment.symbol, assignment.child(0), true);
  }
  scan_children(node, unquoted);
}

// Outside of quote, an unquote is a fragment of a definition that is made at compile time (Kernel.SpecialForms.unquote/1).
// Inside a template the value is known to the macro alone, which has it among the children of its quote.
ExprId ElixirLowering::lower_unquote(const Node& node) {
  if (const Symbol module = literal_module(node)) return atom(module, node);
  if (in_template_) return unknown(node);
  return unknown_with_children(node);
}

}  // namespace beamwright::lower
