// Calls. What is called is told by the tree alone; which of several modules a plain name belongs to (an import, Kernel) is left
// to analysis. Send and apply are Kernel's own and become what they do.
#include <algorithm>
#include <string>

#include "lower/elixir_lowering.h"

namespace beamwright::lower {

using model::Call;
using model::TargetKind;

// Arguments of a call. A do-block at the end is one of them.
void ElixirLowering::arguments(Nodes nodes, Exprs& into) {
  if (nodes.empty()) return;
  lower_all(nodes.first(nodes.size() - 1), into);
  const Node& last = *nodes.back();
  Sections sections;
  const bool block = last.kind == NodeKind::kList && last.child_count > 0 && read_sections(last, sections) &&
                     last.child(0).child(0).is_atom(sym::do_);
  into.push(block ? do_argument(last) : lower(last));
}

// do … end of a call that is not known to be a construct: a block, or what can be read of clauses and further sections.
ExprId ElixirLowering::do_argument(const Node& list) {
  Exprs parts(*this);
  const bool block = list.child_count == 1 && !is_clause_list(&list.child(0).child(1));
  for (const Node* section : list.children()) {
    const Node& body = section->child(1);
    const Scope scope(*this);
    if (is_clause_list(&body)) {
      for (const Node* arrow : body.children()) {
        const Scope of_clause(*this);
        lower_all(arrow->child(0).children(), parts);
        parts.push(lower_body(arrow->child(1)));
      }
    } else if (block && body.is_call(sym::dunder_block)) {
      for (const Node* statement : body.children()) parts.push_if(lower_statement(*statement));
    } else if (block) {
      parts.push_if(lower_statement(body));
    } else {
      parts.push(lower_block(body));
    }
  }
  return add(block ? ExprKind::kBlock : ExprKind::kUnknown, list, 0, parts.span());
}

ExprId ElixirLowering::lower_local_call(const Node& node, ExprId piped) {
  if (may_define() && !copying_) {
    if (!piped && define_route(node)) return {};
    define_generated(node);
  }
  Exprs values(*this);
  values.push_if(piped);
  arguments(node.children(), values);
  Call call;
  call.name = node.symbol;
  call.piped = static_cast<bool>(piped);
  return add_call(call, node, values.span());
}

// --- left |> right

ExprId ElixirLowering::lower_pipe(const Node& node) {
  if (may_define())
    if (const ExprId unrolled = unroll_each(node.child(1), &node.child(0))) return unrolled;
  const ExprId left = lower(node.child(0));
  return lower_piped(node.child(1), left);
}

ExprId ElixirLowering::lower_piped(const Node& node, ExprId left) {
  switch (node.kind) {
    case NodeKind::kVariable: {
      Call call;
      call.name = node.symbol;
      call.piped = true;
      return add_call(call, node, {&left, 1});
    }
    case NodeKind::kCallOn:
      return lower_call_on(node, left);
    case NodeKind::kCall:
      return lower_piped_name(node, left);
    default: {
      const ExprId children[] = {left, lower(node)};
      return unknown(node, children);
    }
  }
}

ExprId ElixirLowering::lower_piped_name(const Node& node, ExprId left) {
  switch (node.symbol.index) {
    case sym::case__index:
      return lower_case(node, left);
    case sym::if__index:
      return lower_if(node, left, false);
    case sym::unless_index:
      return lower_if(node, left, true);
    case sym::match__index:
      return lower_match_test(node, left);
    case sym::send_index:
      return lower_send(node, left);
    case sym::apply_index:
      return lower_apply(node, left);
    case sym::dunder_block_index:
      if (node.child_count == 1) return lower_piped(node.child(0), left);
      break;
    case sym::unquote_index:
    case sym::unquote_splicing_index:
    case sym::dunder_aliases_index:
    case sym::op_tuple_index:
    case sym::op_map_index:
    case sym::op_struct_index:
    case sym::op_bits_index:
    case sym::op_attribute_index:
    case sym::op_capture_index:
    case sym::fn_index:
    case sym::op_match_index:
      break;
    default:
      return lower_local_call(node, left);
  }
  const ExprId children[] = {left, lower(node)};
  return unknown(node, children);
}

// --- {callee, meta, arguments}

ExprId ElixirLowering::lower_call_on(const Node& node, ExprId piped) {
  const Node& callee = *node.callee;
  if (!callee.is_call(sym::op_dot)) return lower_unknown_call(node, piped);
  if (callee.child_count == 1) {
    Call call;
    call.target = TargetKind::kValue;
    call.piped = static_cast<bool>(piped);
    call.module_expr = lower(callee.child(0));
    Exprs values(*this);
    values.push_if(piped);
    arguments(node.children(), values);
    return add_call(call, node, values.span());
  }
  if (callee.child_count == 2 && callee.child(1).kind == NodeKind::kAtom && callee.child(1).symbol != sym::op_tuple) {
    return lower_remote(node, piped);
  }
  return lower_unknown_call(node, piped);
}

// unquote(f)(x), Module.unquote(name)(x) where the name is known. None when it is something else.
ExprId ElixirLowering::lower_unquoted_call(const Node& node, ExprId piped) {
  const Node& callee = *node.callee;
  Call call;
  call.piped = static_cast<bool>(piped);
  if (callee.is_call(sym::unquote)) {
    call.name = atom_of(unquoted(callee));
  } else if (is_unquoted_name(callee)) {
    call.name = atom_of(unquoted(callee));
    call.module = literal_module(callee.callee->child(0));
    call.target = TargetKind::kRemote;
    if (!call.module) return {};
  }
  if (!call.name) return {};
  Exprs values(*this);
  values.push_if(piped);
  arguments(node.children(), values);
  return add_call(call, node, values.span());
}

// unquote(f)(x), f(1)(2), Module.unquote(name)(x)
ExprId ElixirLowering::lower_unknown_call(const Node& node, ExprId piped) {
  if (fragments_.mark() != 0)
    if (const ExprId known = lower_unquoted_call(node, piped)) return known;
  Exprs parts(*this);
  parts.push_if(piped);
  if (node.callee->is_call(sym::op_dot)) {
    lower_all(node.callee->children(), parts);
  } else {
    parts.push(lower(*node.callee));
  }
  arguments(node.children(), parts);
  return unknown(node, parts.span());
}

// left.name(arguments), left.name
ExprId ElixirLowering::lower_remote(const Node& node, ExprId piped) {
  const Node& left = node.callee->child(0);
  const Symbol name = node.callee->child(1).symbol;
  if (is_unquoted_name(node)) return lower_unquoted_name(node, piped);
  if (may_define() && !piped)
    if (const ExprId unrolled = unroll_each(node, nullptr)) return unrolled;
  Call call;
  call.name = name;
  call.piped = static_cast<bool>(piped);
  call.module = literal_module(left);
  if (call.module == sym::Elixir_Kernel || call.module == sym::erlang) {
    if (name == sym::apply) return lower_apply(node, piped);
    if (name == sym::send && call.module == sym::Elixir_Kernel) return lower_send(node, piped);
  }
  if (call.module == sym::Elixir_Module && name == sym::register_attribute) note_register_attribute(node);
  if (call.module == sym::Elixir_Record && may_define() && !copying_) {
    if (name.text() == "defrecord") define_record(node, model::kPublic);
    if (name.text() == "defrecordp") define_record(node, 0);
  }
  if (call.module) {
    call.target = TargetKind::kRemote;
  } else {
    call.target = TargetKind::kDynamicModule;
    call.module_expr = lower(left);
    const bool is_module = left.kind == NodeKind::kVariable && left.symbol == sym::dunder_MODULE;
    if (node.child_count == 0 && !piped && !is_module && written_without_parens(node)) {
      return add(ExprKind::kField, node, name.index, {&call.module_expr, 1});
    }
  }
  Exprs values(*this);
  values.push_if(piped);
  arguments(node.children(), values);
  return add_call(call, node, values.span());
}

// left.unquote(name): the compiler reads a call of a function `unquote` here, and quote takes it for a name (elixir_quote.erl).
bool ElixirLowering::is_unquoted_name(const Node& node) {
  return node.kind == NodeKind::kCallOn && node.child_count == 1 && node.callee->is_call(sym::op_dot) &&
         node.callee->child_count == 2 && node.callee->child(1).is_atom(sym::unquote);
}

ExprId ElixirLowering::lower_unquoted_name(const Node& node, ExprId piped) {
  Exprs parts(*this);
  parts.push_if(piped);
  parts.push(lower(node.callee->child(0)));
  if (!in_template_) parts.push(lower(node.child(0)));
  return unknown(node, parts.span());
}

// A call without arguments whose last byte is no parenthesis is a field access.
bool ElixirLowering::written_without_parens(const Node& node) const {
  for (const elixir::Meta& meta : node.meta()) {
    if (meta.key == elixir::MetaKey::kNoParens) return meta.value != 0;
  }
  return node.end == 0 || node.end > text_.size() || text_[node.end - 1] != ')';
}

// --- send, apply

ExprId ElixirLowering::lower_send(const Node& node, ExprId piped) {
  if (node.child_count + (piped ? 1 : 0) != 2) {
    return node.kind == NodeKind::kCall ? lower_local_call(node, piped) : lower_unknown_call(node, piped);
  }
  Exprs values(*this);
  values.push_if(piped);
  lower_all(node.children(), values);
  Call call;
  call.target = TargetKind::kRemote;
  call.module = sym::erlang;
  call.name = sym::send;
  call.piped = static_cast<bool>(piped);
  return add_call(call, node, values.span());
}

// apply(module, :name, [arguments]) with a written name and list is that call; apply(function, [arguments]) calls a value.
ExprId ElixirLowering::lower_apply(const Node& node, ExprId piped) {
  const Nodes written = node.children();
  const std::size_t arity = written.size() + (piped ? 1 : 0);
  if (arity < 2 || arity > 3)
    return node.kind == NodeKind::kCall ? lower_local_call(node, piped) : lower_unknown_call(node, piped);
  const Node& list = *written.back();
  const bool has_list =
      list.kind == NodeKind::kList && !(list.child_count > 0 && list.child(list.child_count - 1).is_call(sym::op_bar));
  const Node* name = arity == 3 ? written[written.size() - 2] : nullptr;
  Call call;
  call.piped = static_cast<bool>(piped);
  Exprs values(*this);
  if (!has_list || (name && name->kind != NodeKind::kAtom)) {
    call.target = TargetKind::kDynamic;
    values.push_if(piped);
    lower_all(written, values);
    return add_call(call, node, values.span());
  }
  if (name) {
    call.name = name->symbol;
    call.module = piped ? Symbol() : literal_module(*written[0]);
  }
  if (call.module) {
    call.target = TargetKind::kRemote;
  } else {
    call.target = name ? TargetKind::kDynamicModule : TargetKind::kValue;
    call.module_expr = piped ? piped : lower(*written[0]);
  }
  call.piped = false;  // what came through the pipe is no argument of the call
  lower_all(list.children(), values);
  return add_call(call, node, values.span());
}

// --- captures

Symbol ElixirLowering::placeholder(std::size_t number) {
  switch (number) {
    case 1:
      return sym::capture_1;
    case 2:
      return sym::capture_2;
    case 3:
      return sym::capture_3;
    default: {
      std::string text = "&";
      return intern(text.append(std::to_string(number)));
    }
  }
}

ExprId ElixirLowering::lower_capture(const Node& node) {
  if (node.child_count != 1) return unknown_with_children(node);
  const Node* body = &node.child(0);
  if (body->kind == NodeKind::kInteger && !body->wide_integer) return lower_placeholder(node, body->integer);
  if (body->is_call(sym::dunder_block) && body->child_count == 1) body = &body->child(0);
  if (body->is_call(sym::op_divide) && body->child_count == 2 && body->child(1).kind == NodeKind::kInteger) {
    if (const ExprId captured = capture_function(node, body->child(0), body->child(1))) return captured;
  }
  return capture_closure(node, *body);
}

ExprId ElixirLowering::lower_placeholder(const Node& node, std::int64_t number) {
  if (number < 1 || number > 255) return unknown(node);
  if (placeholders_ >= 0) placeholders_ = std::max(placeholders_, number);
  return add(ExprKind::kVariable, node, placeholder(static_cast<std::size_t>(number)).index);
}

// &name/2, &Module.name/2, &module.name/2. None when it is something else.
ExprId ElixirLowering::capture_function(const Node& node, const Node& target, const Node& arity) {
  if (arity.wide_integer || arity.integer < 0 || arity.integer > 255) return {};
  Call call;
  call.capture = true;
  call.arity = static_cast<std::uint32_t>(arity.integer);
  if (target.kind == NodeKind::kVariable) {
    call.name = target.symbol;
    return add_call(call, node, {});
  }
  if (target.kind != NodeKind::kCallOn || target.child_count != 0 || !target.callee->is_call(sym::op_dot)) return {};
  const Node& callee = *target.callee;
  if (callee.child_count != 2 || callee.child(1).kind != NodeKind::kAtom) return {};
  call.name = callee.child(1).symbol;
  call.module = literal_module(callee.child(0));
  call.target = call.module ? TargetKind::kRemote : TargetKind::kDynamicModule;
  if (!call.module) call.module_expr = lower(callee.child(0));
  return add_call(call, node, {});
}

// &(&1 + &2) is a closure whose parameters are called &1, &2 …
ExprId ElixirLowering::capture_closure(const Node& node, const Node& body) {
  const Setting inside(placeholders_, std::int64_t{0});
  const ExprId value = lower_body(body);
  Exprs parameters(*this);
  for (std::int64_t i = 1; i <= placeholders_; ++i) {
    parameters.push(generated(ExprKind::kVariable, begin_of(node), placeholder(static_cast<std::size_t>(i)).index));
  }
  const Clause clause = builder_.clause(parameters.span(), ExprId(), value, begin_of(node), end_of(node));
  return builder_.with_clauses(ExprKind::kClosure, begin_of(node), end_of(node), {&clause, 1}, {}, extra_flags_);
}

}  // namespace beamwright::lower
