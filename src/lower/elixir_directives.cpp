// alias, import, require, use, and module attributes.
//
// Aliases follow elixir_aliases.erl: only the first segment of a name is looked up, the newest alias wins, and a block's aliases
// end with it. An attribute's use is its value as it was last set before (Kernel.@/1); a small literal is written out at the
// use, so that a timeout or a name kept in an attribute is as good as one written in place.
#include <algorithm>

#include "lower/elixir_lowering.h"

namespace beamwright::lower {
namespace {

// The largest literal that is written out at every use of its attribute, in nodes.
constexpr std::uint32_t kMaxLiteral = 64;
constexpr std::uint32_t kNoLiteral = 1'000'000;
// The largest that a loop over definitions may run through.
constexpr std::uint32_t kMaxList = 1000;

bool is_pair_with_key(const Node& node, Symbol key) { return node.kind == NodeKind::kPair && node.child(0).is_atom(key); }

const Node* option(const Node* options, Symbol key) {
  if (!options || options->kind != NodeKind::kList) return nullptr;
  for (const Node* pair : options->children()) {
    if (is_pair_with_key(*pair, key)) return &pair->child(1);
  }
  return nullptr;
}

// Base.{A, B}: {{:., _, [Base, :{}]}, _, [A, B]}
bool is_multiple(const Node& node) {
  return node.kind == NodeKind::kCallOn && node.callee->is_call(sym::op_dot) && node.callee->child_count == 2 &&
         node.callee->child(1).is_atom(sym::op_tuple);
}

}  // namespace

Symbol ElixirLowering::resolve_alias(const Node& node) {
  const Nodes segments = node.children();
  if (segments.empty()) return {};
  Symbol module;
  std::size_t next = 1;
  const Node& first = *segments[0];
  if (first.kind != NodeKind::kAtom) {
    module = literal_module(first);
    if (!module) return {};
  } else if (const std::size_t known = aliases_.find(first.symbol)) {
    module = aliases_.at(known);
  } else if (first.symbol == sym::Elixir_ && segments.size() > 1 && segments[1]->kind == NodeKind::kAtom) {
    module = names_.absolute(segments[1]->symbol);
    next = 2;
  } else {
    module = first.symbol == sym::Elixir_ ? first.symbol : names_.absolute(first.symbol);
  }
  for (; next < segments.size(); ++next) {
    if (segments[next]->kind != NodeKind::kAtom) return {};
    module = names_.join(module, segments[next]->symbol);
  }
  return module;
}

Symbol ElixirLowering::literal_module(const Node& node) {
  if (node.kind == NodeKind::kAtom) return node.symbol;
  if (node.kind == NodeKind::kVariable) {
    return node.symbol == sym::dunder_MODULE && module_is_known() ? state_.name : Symbol();
  }
  if (node.is_call(sym::dunder_aliases)) return resolve_alias(node);
  if (node.is_call(sym::unquote) && node.child_count == 1) {
    // unquote(__MODULE__) in a quote is the module of the macro.
    const Setting outside_quote(in_template_, false);
    const Setting outside_templates(defining_templates_, false);
    if (const Fragment value = unquoted(node))
      return value.node && value.node != &node ? literal_module(*value.node) : atom_of(value);
    return literal_module(node.child(0));
  }
  const std::size_t found = known_attribute(node);
  if (found == 0) return {};
  const KnownAttribute& attribute = known_attributes_.at(found);
  if (attribute.module || !attribute.value || attribute.weight != 1) return attribute.module;
  const Setting as_it_was_set(attributes_until_, found - 1);
  return literal_module(*attribute.value);
}

void ElixirLowering::add_alias(const Node& node) {
  if (node.child_count == 0 || node.child_count > 2) return;
  const Node& what = node.child(0);
  const Node* options = node.child_count == 2 ? &node.child(1) : nullptr;
  if (is_multiple(what)) {
    const Symbol base = literal_module(what.callee->child(0));
    if (!base) return;
    for (const Node* part : what.children()) {
      if (!part->is_call(sym::dunder_aliases) || part->child_count == 0) continue;
      Symbol module = base;
      for (const Node* segment : part->children()) {
        if (segment->kind == NodeKind::kAtom) module = names_.join(module, segment->symbol);
      }
      alias_as(module, nullptr, node);
    }
  } else if (const Symbol module = literal_module(what)) {
    alias_as(module, options, node);
  }
}

// `as:` gives the new name; without it the last segment is the name.
void ElixirLowering::alias_as(Symbol module, const Node* options, const Node& place) {
  const Node* as = option(options, sym::as);
  Symbol name;
  if (!as) {
    name = ModuleNames::last_segment(module);
  } else if (as->is_call(sym::dunder_aliases) && as->child_count == 1 && as->child(0).kind == NodeKind::kAtom) {
    name = as->child(0).symbol;
  }
  if (!name) return;
  aliases_.add(name, module);
  // Whoever uses the macro gets the alias too.
  if (!defining_templates_) return;
  model::Directive directive{};
  directive.kind = model::DirectiveKind::kAlias;
  directive.quoted = true;
  directive.module = module;
  directive.as = name;
  directive.begin = place.begin;
  directive.end = place.end;
  builder_.directive(current_module(), directive);
}

// Options that call something stay in the code around.
ExprId ElixirLowering::add_directive(model::DirectiveKind kind, const Node& node) {
  if (node.child_count == 0 || node.child_count > 2) return lower_local_call(node, ExprId());
  const Node& what = node.child(0);
  const Node* second = node.child_count == 2 ? &node.child(1) : nullptr;
  const std::size_t calls = builder_.unit().calls.size();
  const ExprId options = second ? lower(*second) : ExprId();
  const ExprId code = second && runs(*second, calls) ? options : ExprId();
  if (is_multiple(what)) {
    const Symbol base = literal_module(what.callee->child(0));
    for (const Node* part : what.children()) {
      Symbol module = base;
      if (part->is_call(sym::dunder_aliases)) {
        for (const Node* segment : part->children()) {
          module = module && segment->kind == NodeKind::kAtom ? names_.join(module, segment->symbol) : Symbol();
        }
      }
      emit_directive(kind, node, module, options);
    }
    return code;
  }
  const Symbol module = literal_module(what);
  emit_directive(kind, node, module, options);
  if (module && option(second, sym::as)) alias_as(module, second, node);
  return code;
}

void ElixirLowering::emit_directive(model::DirectiveKind kind, const Node& node, Symbol module, ExprId options) {
  model::Directive directive{};
  directive.kind = kind;
  directive.quoted = in_template_ || defining_templates_;
  directive.module = module;
  directive.options = options;
  directive.begin = node.begin;
  directive.end = node.end;
  builder_.directive(current_module(), directive);
}

// `@name value`; `certain` when no condition around decides whether it is set.
ExprId ElixirLowering::set_attribute(const Node& node, bool certain) {
  const Node& assignment = node.child(0);
  if (assignment.kind != NodeKind::kCall || assignment.child_count != 1) return lower_attribute(node);
  const Node& value = assignment.child(0);
  switch (assignment.symbol.index) {
    case sym::doc_index:
    case sym::moduledoc_index:
    case sym::typedoc_index:
    case sym::spec_index:
    case sym::type_index:
    case sym::typep_index:
    case sym::opaque_index:
    case sym::macrocallback_index:
      return {};
    case sym::callback_index:
      note_callback(node, value);
      return {};
    case sym::impl_index:
      state_.impl = !value.is_atom(sym::false_);
      return {};
    case sym::behaviour_index:
    case sym::behavior_index:
      emit_directive(model::DirectiveKind::kBehaviour, node, literal_module(value), ExprId());
      return {};
    default:
      break;
  }
  const std::size_t calls = builder_.unit().calls.size();
  const ExprId id = lower(value);
  know_attribute(assignment.symbol, value, certain);
  builder_.attribute(current_module(), {assignment.symbol, id, node.begin, node.end});
  return runs(value, calls) ? id : ExprId();
}

// Types are left out, but that a module is a behaviour, and of which callbacks, is kept: callback {name, arity}.
void ElixirLowering::note_callback(const Node& node, const Node& value) {
  const Node* head = &value;
  if (head->is_call(sym::when) && head->child_count == 2) head = &head->child(0);
  if (head->is_call(sym::op_type) && head->child_count == 2) head = &head->child(0);
  if (head->kind != NodeKind::kCall && head->kind != NodeKind::kVariable) return;
  const std::int64_t arity = head->kind == NodeKind::kCall ? head->child_count : 0;
  const ExprId parts[] = {atom(head->symbol, *head), builder_.integer(arity, head->begin, head->end)};
  builder_.attribute(current_module(), {sym::callback, add(ExprKind::kTuple, *head, 0, parts), node.begin, node.end});
}

// Whether an attribute's value or a directive's options do anything when the module's body runs. `calls_before` is the number of
// calls before they were lowered. What does nothing is no code.
bool ElixirLowering::runs(const Node& value, std::size_t calls_before) const {
  return builder_.unit().calls.size() != calls_before || literal_weight(value, kMaxLiteral) > kMaxLiteral;
}

void ElixirLowering::know_attribute(Symbol name, const Node& value, bool certain) {
  const std::size_t before = known_attributes_.find(name, state_.first_attribute);
  if (before != 0 && known_attributes_.at(before).accumulates) return;
  KnownAttribute known;
  known.weight = certain ? literal_weight(value, kMaxLiteral) : kNoLiteral;
  if (known.weight <= kMaxLiteral) known.value = &value;
  if (certain &&
      (value.kind == NodeKind::kList || value.is_call(sym::op_map) || (value.kind == NodeKind::kCall && is_sigil(value))) &&
      (known.value || literal_weight(value, kMaxList) <= kMaxList))
    known.list = &value;
  known_attributes_.add(name, known);
}

// Module.register_attribute(__MODULE__, :name, accumulate: true): each `@name value` adds one, so no single value is meant.
void ElixirLowering::note_register_attribute(const Node& node) {
  if (node.child_count != 3 || node.child(1).kind != NodeKind::kAtom) return;
  const Node* accumulate = option(&node.child(2), sym::accumulate);
  if (accumulate && accumulate->is_atom(sym::true_))
    known_attributes_.add(node.child(1).symbol, {.value = nullptr, .module = {}, .weight = 0, .accumulates = true});
}

ExprId ElixirLowering::lower_attribute(const Node& node) {
  if (node.child_count != 1) return unknown_with_children(node);
  const Node& name = node.child(0);
  if (name.kind == NodeKind::kVariable || (name.kind == NodeKind::kCall && name.child_count == 0)) {
    return use_attribute(node, name.symbol);
  }
  if (name.kind == NodeKind::kCall && name.child_count == 1 && may_define()) return set_attribute(node, false);
  return unknown_with_children(node);
}

ExprId ElixirLowering::use_attribute(const Node& node, Symbol name) {
  const std::size_t found = known_attribute(node);
  const KnownAttribute known = found == 0 ? KnownAttribute() : known_attributes_.at(found);
  if (!known.value && !known.module) return unknown(node, {}, name);
  const Setting here(place_, place_ ? place_ : &node);
  const Setting flags(extra_flags_, static_cast<std::uint8_t>(extra_flags_ | model::kFromMacro));
  if (known.module) return atom(known.module, node);
  const Setting as_it_was_set(attributes_until_, found - 1);
  return lower(*known.value);
}

// The number of the attribute's row, or 0. An attribute inside another's value means what it meant where that one was set.
std::size_t ElixirLowering::known_attribute(const Node& node) const {
  if (!node.is_call(sym::op_attribute) || node.child_count != 1) return 0;
  const Node& name = node.child(0);
  if (name.kind != NodeKind::kVariable) return 0;
  return known_attributes_.find(name.symbol, state_.first_attribute, attributes_until_);
}

// The number of nodes of a literal, or more than `budget` when it is none or too large. Arithmetic on literals and :timer's
// conversions count as literals: timeouts are written like that.
std::uint32_t ElixirLowering::literal_weight(const Node& node, std::uint32_t budget) const {
  if (budget == 0) return kNoLiteral;
  switch (node.kind) {
    case NodeKind::kInteger:
    case NodeKind::kFloat:
    case NodeKind::kAtom:
    case NodeKind::kBinary:
    case NodeKind::kCharlist:
      return 1;
    case NodeKind::kVariable:
      return node.symbol == sym::dunder_MODULE && module_is_known() ? 1 : kNoLiteral;
    case NodeKind::kList:
    case NodeKind::kPair:
      return sum_of_weights(node.children(), budget);
    case NodeKind::kCall:
      return literal_weight_of_call(node, budget);
    case NodeKind::kCallOn: {
      const Node& callee = *node.callee;
      if (!callee.is_call(sym::op_dot) || callee.child_count != 2 || !callee.child(0).is_atom(sym::timer)) return kNoLiteral;
      const Node& name = callee.child(1);
      if (!name.is_atom(sym::seconds) && !name.is_atom(sym::minutes) && !name.is_atom(sym::hours)) return kNoLiteral;
      return sum_of_weights(node.children(), budget);
    }
  }
  return kNoLiteral;
}

std::uint32_t ElixirLowering::literal_weight_of_call(const Node& node, std::uint32_t budget) const {
  switch (node.symbol.index) {
    case sym::dunder_aliases_index:
      return node.child_count > 0 && node.child(0).kind == NodeKind::kAtom ? 1 : kNoLiteral;
    case sym::op_attribute_index: {
      const std::size_t found = known_attribute(node);
      if (found == 0) return kNoLiteral;
      const KnownAttribute& known = known_attributes_.at(found);
      if (known.module) return 1;
      return known.value && known.weight <= budget ? known.weight : kNoLiteral;
    }
    case sym::dunder_block_index:
      return node.child_count == 1 ? literal_weight(node.child(0), budget) : kNoLiteral;
    case sym::op_tuple_index:
    case sym::op_map_index:
    case sym::op_struct_index:
    case sym::plus_index:
    case sym::minus_index:
    case sym::times_index:
    case sym::op_divide_index:
    case sym::concat_index:
    case sym::op_join_index:
    case sym::op_range_index:
      return sum_of_weights(node.children(), budget);
    default:
      if (!is_sigil(node) || node.child(0).child_count != 1 || node.child(0).child(0).kind != NodeKind::kBinary)
        return kNoLiteral;
      // A word list becomes as many nodes as it has words.
      return 1 + node.child(0).child(0).text_size / 4;
  }
}

std::uint32_t ElixirLowering::sum_of_weights(Nodes nodes, std::uint32_t budget) const {
  std::uint32_t sum = 1;
  for (const Node* node : nodes) {
    if (sum >= budget) return kNoLiteral;
    sum += literal_weight(*node, budget - sum);
  }
  return sum <= budget ? sum : kNoLiteral;
}

}  // namespace beamwright::lower
