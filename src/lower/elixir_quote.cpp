// quote. Its content is code of whoever uses the macro, so it is no expression here: only what is unquoted runs in the macro.
// What the content defines and uses is kept all the same: functions as templates, `use` and the like as quoted directives, both
// filed under the module of the macro. A quote inside a quote keeps its unquotes to itself (elixir_quote.erl).
#include "lower/elixir_lowering.h"

namespace beamwright::lower {
namespace {

constexpr std::size_t kMaxInlined = 400;

// Is quoted code nothing but expressions over the macro's parameters? Definitions, directives, attributes and whatever else
// belongs to the module that uses the macro make it more than that.
bool is_plain(const Node& node, std::size_t& budget) {
  if (budget-- == 0) return false;
  switch (node.kind == NodeKind::kCall || node.kind == NodeKind::kVariable ? node.symbol.index : 0) {
    case sym::unquote_index:
      return node.child_count == 1 && node.child(0).kind == NodeKind::kVariable;
    case sym::unquote_splicing_index:
    case sym::quote_index:
    case sym::op_attribute_index:
    case sym::def_index:
    case sym::defp_index:
    case sym::defmacro_index:
    case sym::defmacrop_index:
    case sym::defguard_index:
    case sym::defguardp_index:
    case sym::defdelegate_index:
    case sym::defmodule_index:
    case sym::defprotocol_index:
    case sym::defimpl_index:
    case sym::defstruct_index:
    case sym::defexception_index:
    case sym::defoverridable_index:
    case sym::use_index:
    case sym::import__index:
    case sym::require_index:
    case sym::alias_index:
    case sym::super_index:
    case sym::dunder_CALLER_index:
      return false;
    default:
      break;
  }
  if (node.kind == NodeKind::kCall && node.symbol.text() == "var!") return false;
  if (node.kind == NodeKind::kCallOn) {
    // unquote(name)(x), Module.unquote(name)(x): the function is the user's choice.
    const Node& callee = *node.callee;
    if (callee.is_call(sym::unquote) || !is_plain(callee, budget)) return false;
    if (callee.is_call(sym::op_dot) && callee.child_count == 2 && callee.child(1).is_atom(sym::unquote)) return false;
  }
  for (const Node* child : node.children())
    if (!is_plain(*child, budget)) return false;
  return true;
}

// quote bind_quoted: [x: x]: inside, the names are the macro's parameters.
bool binds_parameters(const Node& list) {
  if (list.kind != NodeKind::kList) return false;
  for (const Node* pair : list.children())
    if (pair->kind != NodeKind::kPair || pair->child(0).kind != NodeKind::kAtom || pair->child(1).kind != NodeKind::kVariable ||
        pair->child(0).symbol != pair->child(1).symbol)
      return false;
  return true;
}

}  // namespace

// The code of a macro's do-block that is one plain quote and nothing else; null for any other.
const Node* ElixirLowering::plain_quote(const Node& body) {
  Sections sections;
  if (!read_sections(body, sections) || sections.handles() || !sections.body) return nullptr;
  const Node* quote = sections.body;
  if (quote->is_call(sym::dunder_block) && quote->child_count == 1) quote = &quote->child(0);
  if (!quote->is_call(sym::quote) || quote->child_count == 0 || quote->child_count > 2) return nullptr;
  const Node* code = nullptr;
  for (const Node* options : quote->children()) {
    if (options->kind != NodeKind::kList) return nullptr;
    for (const Node* option : options->children()) {
      if (option->kind != NodeKind::kPair || option->child(0).kind != NodeKind::kAtom) return nullptr;
      const Symbol name = option->child(0).symbol;
      if (name == sym::do_) {
        code = &option->child(1);
      } else if (name == sym::unquote || (name == sym::bind_quoted && !binds_parameters(option->child(1)))) {
        return nullptr;
      }
    }
  }
  std::size_t budget = kMaxInlined;
  return code && is_plain(*code, budget) ? code : nullptr;
}

ExprId ElixirLowering::inlined_body(const Node& quoted) {
  const Setting users_module(in_template_, true);
  const Setting parameters(inlining_, true);
  return lower_body(quoted);
}

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
  if (inlining_ && node.child_count == 1) {
    const bool macros_module = node.child(0).kind == NodeKind::kVariable && node.child(0).symbol == sym::dunder_MODULE;
    return macros_module && state_.name ? atom(state_.name, node) : lower(node.child(0));
  }
  if (const Fragment value = in_template_ ? Fragment() : unquoted(node)) return lower_fragment(node, value);
  if (const Symbol module = literal_module(node)) return atom(module, node);
  if (in_template_) return unknown(node);
  return unknown_with_children(node);
}

}  // namespace beamwright::lower
