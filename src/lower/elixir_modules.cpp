// Modules: what they are called, what stands in them, and the code outside of all of them.
//
// Kernel.defmodule/2 (expand_module_alias) decides on names: inside a module the name is put behind the module's own, whatever
// aliases say, and its first segment becomes an alias; elsewhere aliases apply. Kernel.defimpl/3 (Protocol.__impl__) calls an
// implementation Protocol.Target.
#include <algorithm>

#include "lower/elixir_lowering.h"

namespace beamwright::lower {
namespace {

// `for: [A, B, …]` lowers the body once for each. Nobody lists more; a hostile list must not multiply a large body.
constexpr std::size_t kMaxTargets = 64;

}  // namespace

void ElixirLowering::lower_script(const Node& root) {
  Exprs statements(*this);
  if (root.is_call(sym::dunder_block)) {
    for (const Node* child : root.children()) statements.push_if(lower_statement(*child));
  } else {
    statements.push_if(lower_statement(root));
  }
  if (statements.size() > 0) {
    emit_body(current_module(), statements, root.begin, std::max<std::uint32_t>(root.end, root.begin));
  }
}

// Code outside modules belongs to the script, a module that exists as soon as there is such code.
model::LocalModuleId ElixirLowering::current_module() {
  if (state_.id) return state_.id;
  if (!script_) {
    model::Module module;
    module.kind = model::ModuleKind::kScript;
    module.begin = tree_.root->begin;
    module.end = tree_.root->end;
    module.name_begin = module.name_end = module.begin;
    script_ = builder_.begin_module(module);
  }
  return script_;
}

// defmodule Name do … end, defprotocol Name do … end
ExprId ElixirLowering::define_module(const Node& node, model::ModuleKind kind) {
  if (node.child_count == 0) return lower_local_call(node, ExprId());
  Sections sections;
  const bool has_body = node.child_count == 2 && read_sections(node.child(1), sections);
  if (node.child_count > 2 || (node.child_count == 2 && !has_body)) return unknown_with_children(node);
  if (copying_) return unknown(node);
  const Node& name = node.child(0);
  model::Module module;
  module.name = nested_module_name(name);
  if (!module.name) return lower_unknown_module(node, sections.body);
  module.kind = kind;
  module.name_begin = name.begin;
  module.name_end = name.end;
  lower_module(node, module, sections.body, Symbol());
  return {};
}

// defimpl Protocol, for: Target do … end; without `for:` inside the module that is the target.
ExprId ElixirLowering::define_implementation(const Node& node) {
  if (node.child_count < 2) return lower_local_call(node, ExprId());
  if (copying_) return unknown(node);
  const Node* targets = nullptr;
  const Node* body = nullptr;
  for (const Node* options : node.children().subspan(1)) {
    if (options->kind != NodeKind::kList) return unknown_with_children(node);
    for (const Node* option : options->children()) {
      if (option->kind != NodeKind::kPair) continue;
      if (option->child(0).is_atom(sym::for_)) targets = &option->child(1);
      if (option->child(0).is_atom(sym::do_)) body = &option->child(1);
    }
  }
  const Symbol protocol = literal_module(node.child(0));
  const bool several = targets && targets->kind == NodeKind::kList;
  std::size_t defined = 0;
  for (const Node* target : several ? targets->children() : Nodes(&targets, 1)) {
    const Symbol module = target ? literal_module(*target) : state_.name;
    if (!protocol || !module || defined == kMaxTargets) continue;
    const Setting again(copying_, defined++ > 0);
    implement(node, protocol, module, body);
  }
  return defined > 0 ? ExprId() : lower_unknown_module(node, body);
}

void ElixirLowering::implement(const Node& node, Symbol protocol, Symbol target, const Node* body) {
  model::Module module;
  module.name = names_.concat(protocol, target);
  module.kind = model::ModuleKind::kImplementation;
  module.protocol = protocol;
  module.name_begin = node.child(0).begin;
  module.name_end = node.child(0).end;
  lower_module(node, module, body, target);
}

// The name of a module defined here; the alias for its first segment comes into force. Unset when it is not known.
Symbol ElixirLowering::nested_module_name(const Node& name) {
  const bool nested = state_.name && name.is_call(sym::dunder_aliases) && name.child_count > 0 &&
                      name.child(0).kind == NodeKind::kAtom && name.child(0).symbol != sym::Elixir_;
  if (!nested) return literal_module(name);
  const Symbol first = names_.join(state_.name, name.child(0).symbol);
  Symbol full = first;
  for (const Node* segment : name.children().subspan(1)) {
    if (segment->kind != NodeKind::kAtom) return {};
    full = names_.join(full, segment->symbol);
  }
  aliases_.add(name.child(0).symbol, first);
  return full;
}

// The name is computed, so nobody knows whose functions these are; what they call is kept.
ExprId ElixirLowering::lower_unknown_module(const Node& node, const Node* body) {
  const Setting inside(in_function_, true);
  const ExprId children[] = {lower(node.child(0)), body ? lower_body(*body) : ExprId()};
  return unknown(node, {children, body ? 2u : 1u});
}

void ElixirLowering::lower_module(const Node& node, model::Module module, const Node* body, Symbol target) {
  module.begin = node.begin;
  module.end = node.end;
  ModuleState state;
  state.id = builder_.begin_module(module);
  state.name = module.name;
  state.first_attribute = known_attributes_.mark();
  state.first_pending = pending_.size();
  const Scope scope(*this);
  const Setting outer(state_, state);
  const Setting outside_function(in_function_, false);
  const Setting outside_capture(placeholders_, std::int64_t{-1});
  if (target) {
    known_attributes_.add(sym::for_, {.value = nullptr, .module = target});
    known_attributes_.add(sym::protocol, {.value = nullptr, .module = module.protocol});
  }
  if (body) module_body(*body);
  known_attributes_.forget(state.first_attribute);
}

void ElixirLowering::module_body(const Node& body) {
  Exprs statements(*this);
  const auto statement = [&](const Node& node) {
    const bool sets = node.is_call(sym::op_attribute) && node.child_count == 1;
    statements.push_if(sets ? set_attribute(node, true) : lower_statement(node));
  };
  if (body.is_call(sym::dunder_block)) {
    for (const Node* child : body.children()) statement(*child);
  } else {
    statement(body);
  }
  if (state_.exception) define_exception(*state_.exception);
  emit_functions();
  emit_body(state_.id, statements, body.begin, body.end);
}

void ElixirLowering::emit_body(model::LocalModuleId module, const Exprs& statements, std::uint32_t begin, std::uint32_t end) {
  if (statements.size() == 0) return;
  const ExprId code = finish_block(statements, begin, end);
  const Clause clause = builder_.clause({}, ExprId(), code, begin, end);
  model::Function function;
  function.name = sym::dunder_MODULE_BODY;
  function.flags = model::kModuleBody;
  function.begin = begin;
  function.end = end;
  function.name_begin = function.name_end = begin;
  builder_.function(module, function, {&clause, 1});
}

}  // namespace beamwright::lower
