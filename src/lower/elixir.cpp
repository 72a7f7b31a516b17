// The entry of lowering Elixir, its literals, and the one switch that says which construct a name is.
#include "lower/elixir_lowering.h"
#include "lower/lower.h"

namespace beamwright::lower {
std::unique_ptr<model::Unit> lower_elixir(const source::SourceFile& file, const elixir::Tree& tree) {
  return ElixirLowering(file, tree).run();
}

ElixirLowering::ElixirLowering(const source::SourceFile& file, const elixir::Tree& tree)
    : tree_(tree), file_(file.id), text_(file.text), builder_(file), pending_slots_(64) {
  expr_stack_.reserve(256);
  clause_stack_.reserve(64);
}

std::unique_ptr<model::Unit> ElixirLowering::run() {
  if (tree_.root) lower_script(*tree_.root);
  return builder_.finish();
}

ExprId ElixirLowering::add(ExprKind kind, const Node& node, std::uint32_t payload, std::span<const ExprId> children,
                           std::uint8_t flags) {
  return builder_.add(kind, begin_of(node), end_of(node), payload, children, flags | extra_flags_);
}

ExprId ElixirLowering::add_call(model::Call call, const Node& node, std::span<const ExprId> arguments) {
  return builder_.call(call, begin_of(node), end_of(node), arguments, extra_flags_);
}

ExprId ElixirLowering::lower(const Node& node) {
  const ExprId id = lower_statement(node);
  return id ? id : unknown(node);
}

ExprId ElixirLowering::lower_statement(const Node& node) {
  if (depth_ >= kMaxDepth) return unknown(node);
  ++depth_;
  ExprId id;
  switch (node.kind) {
    case NodeKind::kVariable:
      id = lower_variable(node);
      break;
    case NodeKind::kCall:
      id = lower_named(node);
      break;
    case NodeKind::kCallOn:
      id = lower_call_on(node, ExprId());
      break;
    case NodeKind::kList:
      id = lower_list(node);
      break;
    case NodeKind::kPair: {
      Exprs elements(*this);
      lower_all(node.children(), elements);
      id = add(ExprKind::kTuple, node, 0, elements.span());
      break;
    }
    default:
      id = lower_literal(node);
  }
  --depth_;
  return id;
}

ExprId ElixirLowering::lower_literal(const Node& node) {
  switch (node.kind) {
    case NodeKind::kInteger: {
      const ExprId id = builder_.integer(node.wide_integer ? INT64_MAX : node.integer, begin_of(node), end_of(node));
      builder_.expr(id).flags |= extra_flags_;
      return id;
    }
    case NodeKind::kFloat: {
      const ExprId id = builder_.floating(node.floating, begin_of(node), end_of(node));
      builder_.expr(id).flags |= extra_flags_;
      return id;
    }
    case NodeKind::kAtom:
      return atom(node.symbol, node);
    case NodeKind::kBinary:
      return add(ExprKind::kString, node, builder_.text(node.text()));
    case NodeKind::kCharlist:
      return add(ExprKind::kCharlist, node, builder_.text(node.text()));
    default:
      return unknown(node);
  }
}

ExprId ElixirLowering::lower_variable(const Node& node) {
  switch (node.symbol.index) {
    case sym::underscore_index:
      return add(ExprKind::kWildcard, node);
    case sym::dunder_MODULE_index:
      if (!module_is_known()) return unknown(node, {}, node.symbol);
      return atom(state_.name ? state_.name : sym::nil, node);
    case sym::dunder_ENV_index:
    case sym::dunder_CALLER_index:
    case sym::dunder_STACKTRACE_index:
    case sym::dunder_DIR_index:
      return unknown(node, {}, node.symbol);
    default:
      return add(ExprKind::kVariable, node, node.symbol.index);
  }
}

ExprId ElixirLowering::lower_list(const Node& node) {
  Exprs elements(*this);
  const Nodes children = node.children();
  std::uint8_t flags = 0;
  for (std::size_t i = 0; i < children.size(); ++i) {
    const Node& child = *children[i];
    if (i + 1 == children.size() && child.is_call(sym::op_bar) && child.child_count == 2) {
      lower_all(child.children(), elements);
      flags = model::kHasTail;
    } else {
      elements.push(lower(child));
    }
  }
  return add(ExprKind::kList, node, 0, elements.span(), flags);
}

void ElixirLowering::lower_all(Nodes nodes, Exprs& into) {
  for (const Node* node : nodes) into.push(lower(*node));
}

ExprId ElixirLowering::lower_block(const Node& node) {
  Exprs statements(*this);
  if (node.is_call(sym::dunder_block)) {
    for (const Node* child : node.children()) statements.push_if(lower_statement(*child));
  } else {
    statements.push_if(lower_statement(node));
  }
  return finish_block(statements, begin_of(node), end_of(node));
}

ExprId ElixirLowering::lower_body(const Node& node) {
  const Scope scope(*this);
  return lower_block(node);
}

ExprId ElixirLowering::finish_block(const Exprs& statements, std::uint32_t begin, std::uint32_t end) {
  if (statements.size() == 1) return statements.front();
  if (statements.size() == 0) {
    return builder_.add(ExprKind::kAtom, begin, end, sym::nil.index, {}, model::kFromMacro);
  }
  return builder_.add(ExprKind::kBlock, begin, end, 0, statements.span(), extra_flags_);
}

ExprId ElixirLowering::unknown_with_children(const Node& node) {
  Exprs children(*this);
  Sections sections;
  for (const Node* child : node.children()) {
    if (read_sections(*child, sections)) {
      children.push(do_argument(*child));
    } else {
      children.push(lower(*child));
    }
  }
  return unknown(node, children.span());
}

ExprId ElixirLowering::lower_operator(const Node& node) {
  if (node.child_count == 0 || node.child_count > 3) return lower_local_call(node, ExprId());
  Exprs operands(*this);
  lower_all(node.children(), operands);
  return add(ExprKind::kOperator, node, node.symbol.index, operands.span());
}

// What {:name, meta, arguments} is. A name that takes another number of arguments than the construct is a plain call.
ExprId ElixirLowering::lower_named(const Node& node) {
  switch (node.symbol.index) {
    case sym::op_match_index:
    case sym::destructure_index:  // a match that fills up or cuts the list first
      if (node.child_count == 2) {
        const ExprId children[] = {lower(node.child(0)), lower(node.child(1))};
        return add(ExprKind::kMatch, node, 0, children);
      }
      break;
    case sym::op_pipe_into_index:
      if (node.child_count == 2) return lower_pipe(node);
      break;
    case sym::dunder_block_index:
      return lower_block(node);
    case sym::dunder_aliases_index:
      if (const Symbol module = resolve_alias(node)) return atom(module, node);
      return unknown_with_children(node);
    case sym::op_tuple_index: {
      Exprs elements(*this);
      lower_all(node.children(), elements);
      return add(ExprKind::kTuple, node, 0, elements.span());
    }
    case sym::op_map_index:
      return lower_map(node, node, Symbol(), nullptr);
    case sym::op_struct_index:
      return lower_struct(node);
    case sym::op_bits_index:
      return lower_bits(node);
    case sym::op_attribute_index:
      return lower_attribute(node);
    case sym::op_capture_index:
      return lower_capture(node);
    case sym::op_left_arrow_index:
      if (node.child_count == 2) return lower_generator(node);
      break;
    case sym::op_pin_index:
      if (node.child_count == 1) {
        const ExprId pinned = lower(node.child(0));
        return add(ExprKind::kPin, node, 0, {&pinned, 1});
      }
      break;

    case sym::case__index:
      return lower_case(node, ExprId());
    case sym::if__index:
      return lower_if(node, ExprId(), false);
    case sym::unless_index:
      return lower_if(node, ExprId(), true);
    case sym::cond_index:
      return lower_cond(node);
    case sym::with_index:
      return lower_with(node);
    case sym::for__index:
      return lower_for(node);
    case sym::receive_index:
      return lower_receive(node);
    case sym::try__index: {
      Sections sections;
      if (!sections_at_end(node, 1, ExprId(), sections)) break;
      return lower_try(node, sections);
    }
    case sym::fn_index:
      return lower_fn(node);
    case sym::match__index:
      return lower_match_test(node, ExprId());
    case sym::send_index:
      return lower_send(node, ExprId());
    case sym::apply_index:
      return lower_apply(node, ExprId());
    case sym::quote_index:
      return lower_quote(node);
    case sym::unquote_index:
    case sym::unquote_splicing_index:
      return lower_unquote(node);

    case sym::alias_index:
      add_alias(node);
      return {};
    case sym::import__index:
      return add_directive(model::DirectiveKind::kImport, node);
    case sym::require_index:
      return add_directive(model::DirectiveKind::kRequire, node);
    case sym::use_index:
      return add_directive(model::DirectiveKind::kUse, node);

    case sym::defmodule_index:
      return define_module(node, model::ModuleKind::kModule);
    case sym::defprotocol_index:
      return define_module(node, model::ModuleKind::kProtocol);
    case sym::defimpl_index:
      return define_implementation(node);
    case sym::def_index:
      return define_function(node, model::kPublic);
    case sym::defp_index:
      return define_function(node, 0);
    case sym::defmacro_index:
      return define_function(node, model::kPublic | model::kMacro);
    case sym::defmacrop_index:
      return define_function(node, model::kMacro);
    case sym::defguard_index:
      return define_guard(node, model::kPublic | model::kMacro | model::kGuardMacro);
    case sym::defguardp_index:
      return define_guard(node, model::kMacro | model::kGuardMacro);
    case sym::defdelegate_index:
      return define_delegates(node);

    case sym::plus_index:
    case sym::minus_index:
    case sym::times_index:
    case sym::op_divide_index:
    case sym::op_power_index:
    case sym::concat_index:
    case sym::op_subtract_list_index:
    case sym::op_concat_3_index:
    case sym::op_subtract_3_index:
    case sym::op_join_index:
    case sym::op_range_index:
    case sym::op_range_step_index:
    case sym::op_less_index:
    case sym::op_greater_index:
    case sym::op_less_equal_index:
    case sym::op_greater_equal_index:
    case sym::op_equal_index:
    case sym::op_not_equal_index:
    case sym::op_equal_strict_index:
    case sym::op_not_equal_strict_index:
    case sym::op_matches_index:
    case sym::and__index:
    case sym::or__index:
    case sym::not__index:
    case sym::op_bang_index:
    case sym::op_and_and_index:
    case sym::op_or_or_index:
    case sym::in_index:
    case sym::op_bit_and_index:
    case sym::op_bit_or_index:
    case sym::op_bit_xor_index:
    case sym::op_bit_not_index:
    case sym::op_shift_left_index:
    case sym::op_shift_right_index:
    case sym::op_arrow_1_index:
    case sym::op_arrow_2_index:
    case sym::op_arrow_3_index:
    case sym::op_arrow_4_index:
    case sym::op_arrow_5_index:
    case sym::op_arrow_6_index:
      return lower_operator(node);

    // They mean something only inside other constructs, which read them there.
    case sym::op_right_arrow_index:
    case sym::op_type_index:
    case sym::op_bar_index:
    case sym::op_assoc_index:
    case sym::op_default_index:
    case sym::when_index:
    case sym::op_dot_index:
      return unknown_with_children(node);

    default:
      if (is_sigil(node)) return lower_sigil(node);
      break;
  }
  return lower_local_call(node, ExprId());
}

}  // namespace beamwright::lower
