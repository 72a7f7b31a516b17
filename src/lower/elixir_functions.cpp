// def and its relatives. Clauses of one name and arity are one function even when others stand between them, as the compiler
// sees it (elixir_def.erl); default arguments make functions of their own, the leftmost defaults being supplied first.
#include <algorithm>

#include "base/invariant.h"
#include "lower/elixir_lowering.h"

namespace beamwright::lower {
namespace {

// A function of n defaults becomes n more functions, each of which writes out the defaults it fills in.
constexpr std::size_t kMaxDefaults = 16;
// A computed name is shown as it is written, unless it is this long.
constexpr std::size_t kMaxShownName = 60;

bool is_default(const Node& node) { return node.is_call(sym::op_default) && node.child_count == 2; }

bool is_unquote(const Node& node) { return node.is_call(sym::unquote) || node.is_call(sym::unquote_splicing); }

const Node& without_default(const Node& node) { return is_default(node) ? node.child(0) : node; }

}  // namespace

// def head do … end
ExprId ElixirLowering::define_function(const Node& node, std::uint16_t flags) {
  Head head;
  if (node.child_count == 0 || node.child_count > 2 || !may_define() || !read_head(node.child(0), head)) {
    return unknown_with_children(node);
  }
  define_clause(node, head, flags);
  return {};
}

bool ElixirLowering::read_head(const Node& node, Head& head) {
  const Node* call = &node;
  if (call->is_call(sym::dunder_block) && call->child_count == 1) call = &call->child(0);
  if (call->is_call(sym::when) && call->child_count == 2) {
    head.guard = &call->child(1);
    call = &call->child(0);
    if (call->is_call(sym::dunder_block) && call->child_count == 1) call = &call->child(0);
  }
  head.begin = node.begin;
  head.end = node.end;
  const Node* computed = nullptr;
  if (call->kind == NodeKind::kCallOn && is_unquote(*call->callee)) {
    computed = call->callee;
    head.arguments = call->children();
  } else if (call->kind == NodeKind::kCall && is_unquote(*call)) {
    computed = call;
  } else if (call->kind == NodeKind::kCall || call->kind == NodeKind::kVariable) {
    head.name = call->symbol;
    if (call->kind == NodeKind::kCall) head.arguments = call->children();
    head.name_begin = call->offset;
    head.name_end = std::min<std::uint32_t>(call->offset + static_cast<std::uint32_t>(head.name.text().size()), call->end);
  } else {
    return false;
  }
  if (computed && computed->child_count == 1 && computed->child(0).kind == NodeKind::kAtom) {
    head.name = computed->child(0).symbol;
  } else if (const Symbol known = computed ? atom_of(unquoted(*computed)) : Symbol()) {
    head.name = known;
  } else if (computed) {
    // No call can have this name, so it is safe to show it.
    const bool shown = computed->end - computed->begin <= kMaxShownName && computed->end <= text_.size();
    head.name = shown ? intern(text_.substr(computed->begin, computed->end - computed->begin)) : intern("unquote(…)");
  }
  if (computed) {
    head.name_begin = computed->begin;
    head.name_end = computed->end;
  }
  return head.arguments.size() <= 255;
}

void ElixirLowering::define_clause(const Node& node, const Head& head, std::uint16_t flags) {
  if (defining_templates_) flags |= model::kTemplate;
  if (state_.impl) flags |= model::kImpl;
  state_.impl = false;
  {
    const Scope scope(*this);
    const Setting inside(in_function_, true);
    const Setting in_template(in_template_, in_template_ || defining_templates_);
    const Setting no_templates(defining_templates_, false);
    const Setting outside_capture(placeholders_, std::int64_t{-1});
    Exprs patterns(*this);
    for (const Node* argument : head.arguments) patterns.push(lower(without_default(*argument)));
    const ExprId guard = head.guard ? lower_guard(*head.guard) : ExprId();
    const bool macro = (flags & model::kMacro) != 0 && !head.name.text().starts_with("__");  // not __using__ and its like
    const Node* quoted = macro && node.child_count == 2 ? plain_quote(node.child(1)) : nullptr;
    if (quoted && !in_template_) flags |= model::kInlined;
    const ExprId body = (flags & model::kInlined) != 0 ? inlined_body(*quoted)
                        : node.child_count == 2        ? function_body(node.child(1))
                                                       : ExprId();
    add_clause(head.name, head.arguments.size(), flags, head,
               builder_.clause(patterns.span(), guard, body, node.begin, node.end));
  }
  define_defaults(head, flags);
}

// The do-block of a definition; with rescue, catch, else or after it is a try.
ExprId ElixirLowering::function_body(const Node& node) {
  Sections sections;
  if (!read_sections(node, sections)) return lower(node);
  if (sections.handles()) return lower_try(node, sections);
  return lower_body(*sections.body);
}

// def f(a, b \\ 1, c \\ 2) makes f/1 and f/2 that call f/3.
void ElixirLowering::define_defaults(const Head& head, std::uint16_t flags) {
  const auto count = static_cast<std::size_t>(
      std::count_if(head.arguments.begin(), head.arguments.end(), [](const Node* argument) { return is_default(*argument); }));
  for (std::size_t missing = std::min(count, kMaxDefaults); missing > 0; --missing) define_default(head, flags, missing, count);
}

void ElixirLowering::define_default(const Head& head, std::uint16_t flags, std::size_t missing, std::size_t defaults) {
  const Setting inside(in_function_, true);
  const Setting in_template(in_template_, in_template_ || defining_templates_);
  const Setting no_templates(defining_templates_, false);
  const Setting again(copying_, true);
  const Setting written_by_us(extra_flags_, static_cast<std::uint8_t>(model::kFromMacro));
  // The defaults from this one on are filled in.
  const std::size_t first_filled = defaults - missing;
  Exprs patterns(*this);
  std::size_t number = 0;
  std::size_t seen = 0;
  for (const Node* argument : head.arguments) {
    if (!is_default(*argument) || seen++ < first_filled) patterns.push(parameter(*argument, ++number));
  }
  Clause clause = builder_.clause(patterns.span(), ExprId(), ExprId(), head.begin, head.end);
  Exprs values(*this);
  number = seen = 0;
  for (const Node* argument : head.arguments) {
    const bool fill = is_default(*argument) && seen++ >= first_filled;
    values.push(fill ? lower(argument->child(1)) : parameter(*argument, ++number));
  }
  model::Call call;
  call.name = head.name;
  clause.body = builder_.call(call, head.begin, head.end, values.span(), extra_flags_);
  add_clause(head.name, head.arguments.size() - missing, flags | model::kSynthetic, head, clause);
}

// A parameter that we name ourselves.
ExprId ElixirLowering::parameter(const Node& node, std::size_t number) {
  return builder_.add(ExprKind::kVariable, node.begin, node.end, placeholder(number).index, {}, model::kFromMacro);
}

// defguard name(arguments) when test
ExprId ElixirLowering::define_guard(const Node& node, std::uint16_t flags) {
  Head head;
  if (node.child_count != 1 || !may_define() || !read_head(node.child(0), head)) return unknown_with_children(node);
  if (defining_templates_) flags |= model::kTemplate;
  const Setting inside(in_function_, true);
  Exprs patterns(*this);
  for (const Node* argument : head.arguments) patterns.push(lower(without_default(*argument)));
  const ExprId test = head.guard ? lower_guard(*head.guard) : ExprId();
  add_clause(head.name, head.arguments.size(), flags, head,
             builder_.clause(patterns.span(), ExprId(), test, node.begin, node.end));
  return {};
}

// defdelegate head, to: Module, as: :name
ExprId ElixirLowering::define_delegates(const Node& node) {
  if (node.child_count != 2 || !may_define()) return unknown_with_children(node);
  const Node& heads = node.child(0);
  for (const Node* head : heads.kind == NodeKind::kList ? heads.children() : Nodes(&node.child_data[0], 1)) {
    delegate(*head, node.child(1));
  }
  return {};
}

void ElixirLowering::delegate(const Node& head_node, const Node& options) {
  Head head;
  if (!read_head(head_node, head)) return;
  const Node* to = nullptr;
  Symbol name = head.name;
  for (const Node* option : options.kind == NodeKind::kList ? options.children() : Nodes()) {
    if (option->kind != NodeKind::kPair) continue;
    if (option->child(0).is_atom(sym::to)) to = &option->child(1);
    if (option->child(0).is_atom(sym::as) && option->child(1).kind == NodeKind::kAtom) name = option->child(1).symbol;
  }
  std::uint16_t flags = model::kPublic;
  if (defining_templates_) flags |= model::kTemplate;
  if (state_.impl) flags |= model::kImpl;
  state_.impl = false;
  {
    const Setting inside(in_function_, true);
    const Setting written_by_us(extra_flags_, static_cast<std::uint8_t>(model::kFromMacro));
    model::Call call;
    call.name = name;
    call.module = to ? literal_module(*to) : Symbol();
    call.target = call.module ? model::TargetKind::kRemote : model::TargetKind::kDynamicModule;
    if (!call.module) call.module_expr = to ? lower(*to) : unknown(options);
    const auto list_parameters = [&](Exprs& into) {
      for (std::size_t i = 0; i < head.arguments.size(); ++i) into.push(parameter(*head.arguments[i], i + 1));
    };
    Exprs patterns(*this);
    list_parameters(patterns);
    Clause clause = builder_.clause(patterns.span(), ExprId(), ExprId(), head.begin, head.end);
    Exprs values(*this);
    list_parameters(values);
    clause.body = builder_.call(call, head.begin, head.end, values.span(), extra_flags_);
    add_clause(head.name, head.arguments.size(), flags | model::kSynthetic, head, clause);
  }
  define_defaults(head, flags);
}

// --- collecting clauses

void ElixirLowering::add_clause(Symbol name, std::size_t arity, std::uint16_t flags, const Head& head, const Clause& clause) {
  const std::uint32_t number = pending_function(name, arity, flags, head);
  PendingFunction& pending = pending_[number];
  clause_chain_.push_back({clause, 0});
  const auto chained = static_cast<std::uint32_t>(clause_chain_.size());
  if (pending.first_clause == 0) {
    pending.first_clause = chained;
    pending.function.begin = clause.begin;
  } else {
    clause_chain_[pending.last_clause - 1].next = chained;
  }
  pending.last_clause = chained;
  pending.function.end = clause.end;
  pending.function.flags |= flags & model::kImpl;
  if ((flags & model::kInlined) == 0) pending.function.flags &= static_cast<std::uint16_t>(~model::kInlined);
}

// The function that a clause belongs to, by its number in pending_.
std::uint32_t ElixirLowering::pending_function(Symbol name, std::size_t arity, std::uint16_t flags, const Head& head) {
  const bool is_template = (flags & model::kTemplate) != 0;
  const auto matches = [&](const PendingFunction& p) {
    return p.function.name == name && p.function.arity == arity && p.function.module == state_.id &&
           p.function.has(model::kTemplate) == is_template;
  };
  if (pending_.size() > state_.first_pending && matches(pending_.back())) return static_cast<std::uint32_t>(pending_.size()) - 1;
  if ((pending_used_ + 1) * 2 > pending_slots_.size()) grow_pending_slots();
  const std::size_t mask = pending_slots_.size() - 1;
  std::size_t at = (name.index * 31u + arity * 7919u + state_.id.index * 104729u + is_template) & mask;
  for (; pending_slots_[at] != 0; at = (at + 1) & mask) {
    const std::uint32_t number = pending_slots_[at] - 1;
    if (number < pending_.size() && matches(pending_[number])) return number;
  }
  model::Function function;
  function.name = name;
  function.arity = static_cast<std::uint32_t>(arity);
  function.flags = flags;
  function.module = state_.id;
  function.name_begin = head.name_begin;
  function.name_end = head.name_end;
  pending_.push_back({function});
  pending_slots_[at] = static_cast<std::uint32_t>(pending_.size());
  ++pending_used_;
  return static_cast<std::uint32_t>(pending_.size()) - 1;
}

void ElixirLowering::grow_pending_slots() {
  std::vector<std::uint32_t> larger(pending_slots_.size() * 2);
  const std::size_t mask = larger.size() - 1;
  pending_used_ = 0;
  for (std::uint32_t i = 0; i < pending_.size(); ++i) {
    const model::Function& f = pending_[i].function;
    std::size_t at = (f.name.index * 31u + f.arity * 7919u + f.module.index * 104729u + f.has(model::kTemplate)) & mask;
    while (larger[at] != 0) at = (at + 1) & mask;
    larger[at] = i + 1;
    ++pending_used_;
  }
  pending_slots_.swap(larger);
}

// Hands the functions of the module that ends to the builder, in the order in which they are first written.
void ElixirLowering::emit_functions() {
  const auto first = pending_.begin() + static_cast<std::ptrdiff_t>(state_.first_pending);
  std::stable_sort(first, pending_.end(),
                   [](const PendingFunction& a, const PendingFunction& b) { return a.function.begin < b.function.begin; });
  for (auto at = first; at != pending_.end(); ++at) {
    Clauses clauses(*this);
    for (std::uint32_t c = at->first_clause; c != 0; c = clause_chain_[c - 1].next) clauses.push(clause_chain_[c - 1].clause);
    builder_.function(state_.id, at->function, clauses.span());
  }
  pending_.resize(state_.first_pending);
  if (pending_.empty()) clause_chain_.clear();
}

}  // namespace beamwright::lower
