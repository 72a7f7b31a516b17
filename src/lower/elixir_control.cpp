// Control flow. Elixir's own expansion is followed (elixir_clauses.erl, Kernel.if/2): `if` and `unless` have two clauses, `cond`
// decides by guards, `match?` is a case. A construct that lacks its block is broken code and lowered as a call of that name.
#include "lower/elixir_lowering.h"

namespace beamwright::lower {

// Only a keyword list of nothing but sections counts.
bool ElixirLowering::read_sections(const Node& node, Sections& sections) {
  if (node.kind != NodeKind::kList || node.child_count == 0) return false;
  sections = {};
  for (const Node* pair : node.children()) {
    if (pair->kind != NodeKind::kPair || pair->child(0).kind != NodeKind::kAtom) return false;
    const Node* value = &pair->child(1);
    switch (pair->child(0).symbol.index) {
      case sym::do__index:
        sections.body = value;
        break;
      case sym::else__index:
        sections.else_ = value;
        break;
      case sym::rescue_index:
        sections.rescue = value;
        break;
      case sym::catch__index:
        sections.catch_ = value;
        break;
      case sym::after_index:
        sections.after = value;
        break;
      default:
        return false;
    }
  }
  return true;
}

// The sections of a construct that takes `arity` arguments with them; what was piped counts.
bool ElixirLowering::sections_at_end(const Node& node, std::size_t arity, ExprId piped, Sections& sections) const {
  return node.child_count + (piped ? 1 : 0) == arity && node.child_count > 0 && read_sections(*node.children().back(), sections);
}

bool ElixirLowering::is_clause_list(const Node* node) {
  if (!node || node->kind != NodeKind::kList || node->child_count == 0) return false;
  for (const Node* arrow : node->children()) {
    if (!arrow->is_call(sym::op_right_arrow) || arrow->child_count != 2 || arrow->child(0).kind != NodeKind::kList) return false;
  }
  return true;
}

// --- clauses

// guard `a when b` holds if one of both does
ExprId ElixirLowering::lower_guard(const Node& node) {
  if (!node.is_call(sym::when) || node.child_count != 2) return lower(node);
  const ExprId operands[] = {lower_guard(node.child(0)), lower_guard(node.child(1))};
  return add(ExprKind::kOperator, node, sym::or__index, operands);
}

const Node* ElixirLowering::left_side(const Node& arrow, Exprs& patterns) {
  Nodes left = arrow.child(0).children();
  const Node* guard = nullptr;
  if (left.size() == 1 && left[0]->is_call(sym::when) && left[0]->child_count > 0) {
    guard = left[0]->children().back();
    left = left[0]->children().first(left[0]->child_count - 1);
  }
  lower_all(left, patterns);
  return guard;
}

Clause ElixirLowering::lower_clause(const Node& node) {
  const Scope scope(*this);
  Exprs patterns(*this);
  const Node* guard = left_side(node, patterns);
  const ExprId test = guard ? lower_guard(*guard) : ExprId();
  const ExprId body = lower_block(node.child(1));
  return builder_.clause(patterns.span(), test, body, begin_of(node), end_of(node));
}

void ElixirLowering::lower_clauses(const Node* list, Clauses& into) {
  if (!list) return;
  if (is_clause_list(list)) {
    for (const Node* arrow : list->children()) into.push(lower_clause(*arrow));
  } else if (!list->is_call(sym::dunder_block) || list->child_count > 0) {
    // Broken code, or a macro's clauses: whatever it is, it may run.
    into.push(builder_.clause({}, ExprId(), lower_body(*list), begin_of(*list), end_of(*list)));
  }
}

ExprId ElixirLowering::lower_case(const Node& node, ExprId piped) {
  Sections sections;
  if (!sections_at_end(node, 2, piped, sections) || !is_clause_list(sections.body)) return lower_local_call(node, piped);
  const ExprId subject = piped ? piped : lower(node.child(0));
  Clauses clauses(*this);
  lower_clauses(sections.body, clauses);
  return builder_.with_clauses(ExprKind::kCase, begin_of(node), end_of(node), clauses.span(), {&subject, 1}, extra_flags_);
}

// One branch of an if; one that was not written is nil.
Clause ElixirLowering::branch(const Node* body, std::uint8_t flag, std::uint32_t at) {
  if (!body) return builder_.clause({}, ExprId(), generated(ExprKind::kAtom, at, sym::nil.index), at, at, flag);
  const ExprId code = lower_body(*body);
  return builder_.clause({}, ExprId(), code, begin_of(*body), end_of(*body), flag);
}

ExprId ElixirLowering::lower_if(const Node& node, ExprId piped, bool negated) {
  Sections sections;
  if (!sections_at_end(node, 2, piped, sections) || !(sections.body || sections.else_)) return lower_local_call(node, piped);
  const ExprId condition = piped ? piped : lower(node.child(0));
  const Clause clauses[] = {branch(sections.body, negated ? model::kFalsy : model::kTruthy, end_of(node)),
                            branch(sections.else_, negated ? model::kTruthy : model::kFalsy, end_of(node))};
  return builder_.with_clauses(ExprKind::kCase, begin_of(node), end_of(node), clauses, {&condition, 1}, extra_flags_);
}

ExprId ElixirLowering::lower_cond(const Node& node) {
  Sections sections;
  if (!sections_at_end(node, 1, ExprId(), sections) || !is_clause_list(sections.body)) return lower_local_call(node, ExprId());
  Clauses clauses(*this);
  for (const Node* arrow : sections.body->children()) {
    const Scope scope(*this);
    const Nodes left = arrow->child(0).children();
    const ExprId condition = left.empty() ? ExprId() : lower(*left[0]);
    const ExprId body = lower_block(arrow->child(1));
    clauses.push(builder_.clause({}, condition, body, begin_of(*arrow), end_of(*arrow)));
  }
  return builder_.with_clauses(ExprKind::kCase, begin_of(node), end_of(node), clauses.span(), {}, extra_flags_);
}

// match?(pattern, value) is a case that answers true or false.
ExprId ElixirLowering::lower_match_test(const Node& node, ExprId piped) {
  // Piped, the pattern comes through the pipe, which nobody writes.
  if (piped || node.child_count != 2) return lower_local_call(node, piped);
  const ExprId subject = lower(node.child(1));
  const Node* pattern = &node.child(0);
  const bool guarded = pattern->is_call(sym::when) && pattern->child_count == 2;
  const Node* guard = guarded ? &pattern->child(1) : nullptr;
  const ExprId matched = lower(guarded ? pattern->child(0) : *pattern);
  const ExprId test = guard ? lower_guard(*guard) : ExprId();
  const std::uint32_t end = end_of(node);
  const ExprId anything = generated(ExprKind::kWildcard, end);
  const Clause clauses[] = {
      builder_.clause({&matched, 1}, test, generated(ExprKind::kAtom, end, sym::true_.index), begin_of(*pattern),
                      end_of(*pattern)),
      builder_.clause({&anything, 1}, ExprId(), generated(ExprKind::kAtom, end, sym::false_.index), end, end)};
  return builder_.with_clauses(ExprKind::kCase, begin_of(node), end, clauses, {&subject, 1}, extra_flags_);
}

ExprId ElixirLowering::lower_fn(const Node& node) {
  Clauses clauses(*this);
  for (const Node* arrow : node.children()) {
    if (arrow->is_call(sym::op_right_arrow) && arrow->child_count == 2 && arrow->child(0).kind == NodeKind::kList) {
      clauses.push(lower_clause(*arrow));
    } else {
      clauses.push(builder_.clause({}, ExprId(), lower_body(*arrow), begin_of(*arrow), end_of(*arrow)));
    }
  }
  return builder_.with_clauses(ExprKind::kClosure, begin_of(node), end_of(node), clauses.span(), {}, extra_flags_);
}

// --- with, for

// pattern <- source; the pattern may be `pattern when guard`.
ExprId ElixirLowering::lower_generator(const Node& node) {
  ExprId source = lower(node.child(1));
  const Node& left = node.child(0);
  ExprId pattern;
  if (left.is_call(sym::when) && left.child_count == 2) {
    const ExprId operands[] = {lower(left.child(0)), lower_guard(left.child(1))};
    pattern = add(ExprKind::kOperator, left, sym::when.index, operands);
  } else {
    pattern = lower(left);
  }
  const ExprId children[] = {pattern, source};
  return add(ExprKind::kGenerator, node, 0, children);
}

// <<a, b <- source>>: the last segment holds the arrow.
ExprId ElixirLowering::lower_bits_generator(const Node& node) {
  const Nodes segments = node.children();
  const Node& last = *segments.back();
  const ExprId source = lower(last.child(1));
  Exprs values(*this);
  std::vector<model::Segment> specified;
  for (const Node* segment : segments.first(segments.size() - 1)) values.push(lower_segment(*segment, specified));
  values.push(lower_segment(last.child(0), specified));
  const ExprId pattern = builder_.binary(begin_of(node), end_of(last.child(0)), values.span(), specified, extra_flags_);
  const ExprId children[] = {pattern, source};
  return add(ExprKind::kGenerator, node, 0, children);
}

ExprId ElixirLowering::lower_with(const Node& node) {
  Sections sections;
  if (node.child_count == 0 || !read_sections(*node.children().back(), sections) || !sections.body) {
    return lower_local_call(node, ExprId());
  }
  const Scope scope(*this);
  Clauses clauses(*this);
  Exprs parts(*this);
  lower_all(node.children().first(node.child_count - 1), parts);
  parts.push(lower_body(*sections.body));
  lower_clauses(sections.else_, clauses);
  return builder_.with_clauses(ExprKind::kWith, begin_of(node), end_of(node), clauses.span(), parts.span(), extra_flags_);
}

ExprId ElixirLowering::lower_for(const Node& node) {
  const Nodes children = node.children();
  const Node* body = nullptr;
  // Options stand with `do:` in one list, or in a list of their own before the block.
  std::size_t qualifiers = children.size();
  while (qualifiers > 0 && qualifiers + 2 > children.size()) {
    const Node& list = *children[qualifiers - 1];
    if (list.kind != NodeKind::kList || list.child_count == 0) break;
    bool options = true;
    for (const Node* pair : list.children()) {
      options = options && pair->kind == NodeKind::kPair && pair->child(0).kind == NodeKind::kAtom;
      if (options && pair->child(0).symbol == sym::do_) body = &pair->child(1);
    }
    if (!options || !body) break;
    --qualifiers;
  }
  if (!body) return lower_local_call(node, ExprId());
  if (children.size() == qualifiers + 1 && children.back()->child_count == 1)
    if (const ExprId unrolled = unroll_for(node, children.first(qualifiers), *body)) return unrolled;
  const Scope scope(*this);
  Exprs parts(*this);
  for (const Node* qualifier : children.first(qualifiers)) {
    const bool bits = qualifier->is_call(sym::op_bits) && qualifier->child_count > 0 &&
                      qualifier->children().back()->is_call(sym::op_left_arrow) && qualifier->children().back()->child_count == 2;
    parts.push(bits ? lower_bits_generator(*qualifier) : lower(*qualifier));
  }
  bool reduces = false;
  for (const Node* list : children.subspan(qualifiers)) {
    for (const Node* pair : list->children()) {
      if (&pair->child(1) == body) continue;
      reduces = reduces || pair->child(0).symbol == sym::reduce;
      parts.push(lower(pair->child(1)));
    }
  }
  parts.push(reduces && is_clause_list(body) ? lower_reduce_body(*body) : lower_body(*body));
  return add(ExprKind::kComprehension, node, 0, parts.span());
}

// The body of `reduce:` is clauses over an accumulator whose value is not known here.
ExprId ElixirLowering::lower_reduce_body(const Node& clauses) {
  const ExprId accumulator = generated(ExprKind::kUnknown, begin_of(clauses));
  Clauses lowered(*this);
  lower_clauses(&clauses, lowered);
  return builder_.with_clauses(ExprKind::kCase, begin_of(clauses), end_of(clauses), lowered.span(), {&accumulator, 1},
                               model::kFromMacro);
}

// --- receive, try

ExprId ElixirLowering::lower_receive(const Node& node) {
  Sections sections;
  if (!sections_at_end(node, 1, ExprId(), sections)) return lower_local_call(node, ExprId());
  Clauses clauses(*this);
  lower_clauses(sections.body, clauses);
  Exprs timeout(*this);
  if (is_clause_list(sections.after) && sections.after->child(0).child(0).child_count > 0) {
    const Node& arrow = sections.after->child(0);
    timeout.push(lower(arrow.child(0).child(0)));
    timeout.push(lower_body(arrow.child(1)));
  }
  return builder_.with_clauses(ExprKind::kReceive, begin_of(node), end_of(node), clauses.span(), timeout.span(), extra_flags_);
}

ExprId ElixirLowering::lower_try(const Node& node, const Sections& sections) {
  const ExprId body = sections.body ? lower_body(*sections.body) : ExprId();
  Clauses clauses(*this);
  lower_clauses(sections.else_, clauses);
  const std::size_t on_success = clauses.size();
  const auto handle = [&](const Node* list, Clause (ElixirLowering::*lower_handler)(const Node&)) {
    if (!is_clause_list(list)) return lower_clauses(list, clauses);
    for (const Node* arrow : list->children()) clauses.push((this->*lower_handler)(*arrow));
  };
  handle(sections.rescue, &ElixirLowering::lower_rescue_clause);
  handle(sections.catch_, &ElixirLowering::lower_catch_clause);
  const ExprId after = sections.after ? lower_body(*sections.after) : ExprId();
  return builder_.try_(begin_of(node), end_of(node), body, clauses.span().first(on_success), clauses.span().subspan(on_success),
                       after, extra_flags_);
}

// `error in [A, B]`, `A`, `error`: the patterns are the variable and the list of modules.
Clause ElixirLowering::lower_rescue_clause(const Node& node) {
  const Scope scope(*this);
  const Nodes left = node.child(0).children();
  const Node* what = left.empty() ? nullptr : left[0];
  const Node* guard = nullptr;
  if (what && what->is_call(sym::when) && what->child_count == 2) {
    guard = &what->child(1);
    what = &what->child(0);
  }
  const std::uint32_t at = what ? begin_of(*what) : begin_of(node);
  const Node* variable = nullptr;
  const Node* modules = what;
  if (what && what->is_call(sym::in) && what->child_count == 2) {
    variable = &what->child(0);
    modules = &what->child(1);
  } else if (what && what->kind == NodeKind::kVariable && what->symbol != sym::dunder_MODULE) {
    variable = what;
    modules = nullptr;
  }
  const bool any = !modules || (modules->kind == NodeKind::kVariable && modules->symbol == sym::underscore);
  ExprId list;
  if (any) {
    list = generated(ExprKind::kList, at);
  } else if (modules->kind == NodeKind::kList) {
    list = lower(*modules);
  } else {
    const ExprId module = lower(*modules);
    list = add(ExprKind::kList, *modules, 0, {&module, 1}, model::kFromMacro);
  }
  const ExprId patterns[] = {variable ? lower(*variable) : generated(ExprKind::kWildcard, at), list};
  const ExprId test = guard ? lower_guard(*guard) : ExprId();
  const ExprId body = lower_block(node.child(1));
  return builder_.clause(patterns, test, body, begin_of(node), end_of(node), model::kRescue);
}

// `kind, reason ->`; a single pattern catches throws.
Clause ElixirLowering::lower_catch_clause(const Node& node) {
  const Scope scope(*this);
  Exprs patterns(*this);
  const Nodes left = node.child(0).children();
  const bool guarded = left.size() == 1 && left[0]->is_call(sym::when);
  if ((guarded ? left[0]->child_count - 1 : left.size()) == 1) {
    patterns.push(generated(ExprKind::kAtom, begin_of(node), sym::throw_.index));
  }
  const Node* guard = left_side(node, patterns);
  const ExprId test = guard ? lower_guard(*guard) : ExprId();
  const ExprId body = lower_block(node.child(1));
  return builder_.clause(patterns.span(), test, body, begin_of(node), end_of(node));
}

}  // namespace beamwright::lower
