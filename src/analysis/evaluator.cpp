#include "analysis/evaluator.h"

#include <algorithm>

namespace beamwright::analysis {

using model::Clause;
using model::ClauseId;
using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;

namespace {

constexpr int kMaxNesting = 300;
constexpr std::size_t kMaxElements = 400;
constexpr std::size_t kMaxAlternatives = 24;

class Nested {
 public:
  explicit Nested(int& level) : level_(level) { ++level_; }
  ~Nested() { --level_; }
  Nested(const Nested&) = delete;
  Nested& operator=(const Nested&) = delete;

 private:
  int& level_;
};

}  // namespace

Evaluator::Evaluator(const Program& program, const Facts& facts, Reads* reads) : program_(program), facts_(facts), reads_(reads) {
  never_.kind = ValueKind::kNever;
}

Value& Evaluator::fresh(ValueKind kind, ExprRef place) {
  Value& value = values_.emplace_back(&arena_);
  value.kind = kind;
  value.place = place;
  return value;
}

ValueRef Evaluator::atom(Symbol symbol) {
  Value& value = fresh(ValueKind::kAtom);
  value.symbol = symbol;
  return &value;
}

ValueRef Evaluator::text(std::string_view characters, bool binary) {
  Value& value = fresh(ValueKind::kText);
  value.symbol = intern(characters);
  value.binary = binary;
  return &value;
}

ValueRef Evaluator::integer(std::int64_t number) {
  Value& value = fresh(ValueKind::kInteger);
  value.integer = number;
  return &value;
}

ValueRef Evaluator::tuple(Values parts, ExprRef place) {
  Value& value = fresh(ValueKind::kTuple, place);
  value.parts = std::move(parts);
  return &value;
}

ValueRef Evaluator::list(Values parts, Presences presences, bool open, ExprRef place) {
  Value& value = fresh(ValueKind::kList, place);
  value.parts = std::move(parts);
  value.presences = std::move(presences);
  value.presences.resize(value.parts.size(), Presence::kAlways);
  value.open = open;
  return &value;
}

ValueRef Evaluator::choice(const Values& alternatives) {
  if (alternatives.size() == 1 && alternatives[0]->kind != ValueKind::kThunk) return alternatives[0];
  Values distinct = values();
  distinct.reserve(alternatives.size());
  const auto add = [&](ValueRef each) {
    if (each->kind != ValueKind::kNever && std::find(distinct.begin(), distinct.end(), each) == distinct.end())
      distinct.push_back(each);
  };
  for (const ValueRef given : alternatives) {
    const ValueRef value = given->kind == ValueKind::kThunk && given->forced != nullptr ? given->forced : given;
    if (value->kind == ValueKind::kChoice)
      std::for_each(value->parts.begin(), value->parts.end(), add);
    else
      add(value);
  }
  if (distinct.empty()) return &never_;
  if (distinct.size() == 1) return distinct[0];
  if (distinct.size() > kMaxAlternatives) return unknown();
  Value& value = fresh(ValueKind::kChoice);
  value.parts = std::move(distinct);
  return &value;
}

Frame* Evaluator::frame(UnitId unit, Frame* outer, int depth) { return &frames_.emplace_back(unit, outer, depth, &arena_); }

ValueRef Evaluator::lazy(Frame* f, ExprId id) {
  const ExprKind kind = program_.unit(f->unit).expr(id).kind;
  switch (kind) {
    case ExprKind::kAtom:
    case ExprKind::kInteger:
    case ExprKind::kString:
    case ExprKind::kCharlist:
    case ExprKind::kVariable:
    case ExprKind::kClosure:
    case ExprKind::kCapture:
    case ExprKind::kTuple:
    case ExprKind::kList:
    case ExprKind::kMap:
      return evaluate(f, id);
    default: {
      Value& thunk = fresh(ValueKind::kThunk, {f->unit, id});
      thunk.frame = f;
      return &thunk;
    }
  }
}

ValueRef Evaluator::force(ValueRef value) {
  if (value->kind != ValueKind::kThunk) return value;
  if (value->forced == nullptr) {
    value->forced = unknown();  // for a value that needs itself
    value->forced = force(evaluate(value->frame, value->place.expr));
  }
  return value->forced;
}

ValueRef Evaluator::evaluate(Frame* f, ExprId id) {
  if (!id || steps_left_ <= 0 || nesting_ >= kMaxNesting) return unknown();
  --steps_left_;
  const Nested nested(nesting_);
  return evaluate_now(f, id);
}

ValueRef Evaluator::evaluate_now(Frame* f, ExprId id) {
  const Unit& unit = program_.unit(f->unit);
  const Expr& e = unit.expr(id);
  const ExprRef place{f->unit, id};
  switch (e.kind) {
    case ExprKind::kAtom: {
      Value& value = fresh(ValueKind::kAtom, place);
      value.symbol = e.symbol();
      return &value;
    }
    case ExprKind::kInteger: {
      Value& value = fresh(ValueKind::kInteger, place);
      value.integer = unit.integer_of(e);
      return &value;
    }
    case ExprKind::kString:
    case ExprKind::kCharlist: {
      Value& value = fresh(ValueKind::kText, place);
      value.symbol = e.symbol();
      value.binary = e.kind == ExprKind::kString;
      return &value;
    }
    case ExprKind::kVariable:
      return variable(f, id);
    case ExprKind::kTuple: {
      Values parts = values();
      parts.reserve(e.child_count);
      for (const ExprId child : unit.children_of(e)) parts.push_back(lazy(f, child));
      return tuple(std::move(parts), place);
    }
    case ExprKind::kList:
      return evaluate_list(f, id);
    case ExprKind::kMap:
      return evaluate_map(f, id);
    case ExprKind::kBinary:
      return evaluate_binary(f, id);
    case ExprKind::kField:
      return evaluate_field(f, id);
    case ExprKind::kOperator:
      return evaluate_operator(f, id);
    case ExprKind::kCall:
      return evaluate_call(f, id);
    case ExprKind::kCapture:
    case ExprKind::kClosure: {
      Value& value = fresh(ValueKind::kClosure, place);
      value.frame = f;
      return &value;
    }
    case ExprKind::kMatch:
      return e.child_count == 2 ? evaluate(f, unit.child(id, 1)) : unknown();
    case ExprKind::kBlock:
      return e.child_count != 0 ? evaluate(f, unit.children_of(e).back()) : unknown();
    case ExprKind::kCase:
      return evaluate_case(f, id);
    case ExprKind::kWith:
      return evaluate_with(f, id);
    case ExprKind::kTry:
      return evaluate_try(f, id);
    case ExprKind::kComprehension:
      return evaluate_comprehension(f, id);
    default:
      return unknown();
  }
}

// ---- Data -------------------------------------------------------------------------------------------------------------------

ValueRef Evaluator::evaluate_list(Frame* f, ExprId id) {
  const Unit& unit = program_.unit(f->unit);
  const Expr& e = unit.expr(id);
  const auto children = unit.children_of(e);
  const std::size_t heads = e.has(model::kHasTail) && !children.empty() ? children.size() - 1 : children.size();
  Value& value = fresh(ValueKind::kList, {f->unit, id});
  for (std::size_t i = 0; i < heads && i < kMaxElements; ++i) {
    value.parts.push_back(lazy(f, children[i]));
    value.presences.push_back(Presence::kAlways);
  }
  value.open = heads > kMaxElements;
  if (heads < children.size()) append(value, evaluate(f, children.back()));
  return &value;
}

void Evaluator::append(Value& to, ValueRef tail) {
  const ValueRef list = as_list(tail);
  for (std::size_t i = 0; i < list->parts.size() && to.parts.size() < kMaxElements; ++i) {
    to.parts.push_back(list->parts[i]);
    to.presences.push_back(list->presences[i]);
  }
  to.open = to.open || list->open || to.parts.size() >= kMaxElements;
}

ValueRef Evaluator::as_list(ValueRef given) {
  const ValueRef value = force(given);
  if (value->kind == ValueKind::kList) return value;
  if (value->kind == ValueKind::kChoice) return laid_together(value->parts);
  // A map among enumerables, nil where a list was optional, or nothing that is known.
  return list({}, {}, !(value->kind == ValueKind::kAtom || value->kind == ValueKind::kNever));
}

// The longest alternative says the order; elements of every alternative are always there.
ValueRef Evaluator::laid_together(const Values& alternatives) {
  Values lists = values();
  for (const ValueRef alternative : alternatives) lists.push_back(as_list(alternative));
  std::stable_sort(lists.begin(), lists.end(), [](ValueRef a, ValueRef b) { return a->parts.size() > b->parts.size(); });
  // The same element: one value, or one place evaluated twice.
  const auto holds = [&](ValueRef in, ValueRef part) {
    const ValueRef sought = force(part);
    return std::any_of(in->parts.begin(), in->parts.end(), [&](ValueRef each) {
      const ValueRef found = force(each);
      return found == sought || (found->place && found->place == sought->place && term(found) == term(sought));
    });
  };
  Value& out = fresh(ValueKind::kList);
  for (std::size_t i = 0; i < lists.size(); ++i) {
    out.open = out.open || lists[i]->open;
    for (std::size_t p = 0; p < lists[i]->parts.size() && out.parts.size() < kMaxElements; ++p) {
      const ValueRef part = lists[i]->parts[p];
      if (i > 0 && holds(&out, part)) continue;
      const bool everywhere = std::all_of(lists.begin(), lists.end(), [&](ValueRef each) { return holds(each, part); });
      out.parts.push_back(part);
      out.presences.push_back(everywhere ? lists[i]->presences[p] : std::max(lists[i]->presences[p], Presence::kPerhaps));
    }
  }
  return &out;
}

ValueRef Evaluator::evaluate_map(Frame* f, ExprId id) {
  const Unit& unit = program_.unit(f->unit);
  const Expr& e = unit.expr(id);
  const auto children = unit.children_of(e);
  Value& value = fresh(ValueKind::kMap, {f->unit, id});
  value.symbol = e.symbol();
  value.open = static_cast<bool>(e.symbol());  // fields that are not written have their defaults
  const std::size_t first = e.has(model::kUpdate) ? 1 : 0;
  for (std::size_t i = first; i + 1 < children.size(); i += 2) {
    value.parts.push_back(lazy(f, children[i]));
    value.parts.push_back(lazy(f, children[i + 1]));
  }
  return first == 0 ? &value : merged(evaluate(f, children[0]), &value);
}

ValueRef Evaluator::merged(ValueRef base_given, ValueRef over_given) {
  const ValueRef base = force(base_given);
  const ValueRef over = force(over_given);
  if (base->kind == ValueKind::kChoice) {
    Values alternatives = values();
    for (const ValueRef each : base->parts) alternatives.push_back(merged(each, over));
    return choice(alternatives);
  }
  // Both as key, value, key, value …
  const auto entries = [&](ValueRef from, bool& open) {
    Values out = values();
    if (from->kind == ValueKind::kMap) out = from->parts;
    open = open || from->open || (from->kind != ValueKind::kMap && from->kind != ValueKind::kList);
    if (from->kind == ValueKind::kList) {
      for (const ValueRef part : from->parts) {
        const ValueRef pair = force(part);
        if (pair->kind == ValueKind::kTuple && pair->parts.size() == 2)
          out.insert(out.end(), pair->parts.begin(), pair->parts.end());
        else
          open = true;
      }
    }
    return out;
  };
  bool open = false, over_open = false;
  Values all = entries(base, open);
  const Values laid_over = entries(over, over_open);
  // What may be overlaid by something unknown is unknown itself.
  if (over_open && over->kind != ValueKind::kMap) return unknown();
  for (std::size_t i = 0; i + 1 < laid_over.size(); i += 2) {
    const auto key = atom_of(laid_over[i]);
    std::size_t at = 0;
    while (at + 1 < all.size() && !(key && atom_of(all[at]) == key)) at += 2;
    if (at + 1 < all.size())
      all[at + 1] = laid_over[i + 1];
    else
      all.insert(all.end(), {laid_over[i], laid_over[i + 1]});
  }
  Value& value = fresh(ValueKind::kMap, base->place ? base->place : over->place);
  value.symbol = base->symbol;
  value.open = open;
  value.parts = std::move(all);
  return &value;
}

ValueRef Evaluator::option(ValueRef given, Symbol key, ValueRef otherwise) {
  const ValueRef options = force(given);
  if (options->kind == ValueKind::kChoice) {
    Values alternatives = values();
    for (const ValueRef each : options->parts) alternatives.push_back(option(each, key, otherwise));
    return choice(alternatives);
  }
  if (options->kind == ValueKind::kMap) {
    for (std::size_t i = 0; i + 1 < options->parts.size(); i += 2)
      if (atom_of(options->parts[i]) == key) return force(options->parts[i + 1]);
    return options->open ? unknown() : otherwise;
  }
  if (options->kind != ValueKind::kList) return options->kind == ValueKind::kAtom ? otherwise : unknown();
  bool perhaps = options->open;
  for (std::size_t i = 0; i < options->parts.size(); ++i) {
    const ValueRef pair = force(options->parts[i]);
    if (pair->kind == ValueKind::kAtom) {
      if (pair->symbol == key) return atom(sym::true_);
      continue;
    }
    if (pair->kind != ValueKind::kTuple || pair->parts.size() != 2 || !atom_of(pair->parts[0])) {
      perhaps = true;
    } else if (atom_of(pair->parts[0]) == key) {
      return options->presences[i] == Presence::kAlways && !perhaps ? force(pair->parts[1]) : unknown();
    }
  }
  return perhaps ? unknown() : otherwise;
}

ValueRef Evaluator::evaluate_binary(Frame* f, ExprId id) {
  std::string out;
  for (const ExprId child : program_.unit(f->unit).children_of(id)) {
    const ValueRef part = force(evaluate(f, child));
    if (part->kind == ValueKind::kInteger)
      out += std::to_string(part->integer);
    else if (part->kind == ValueKind::kText)
      out += part->symbol.text();
    else if (part->kind == ValueKind::kAtom)
      out += part->symbol.text();
    else
      return unknown();
  }
  return text(out, true);
}

ValueRef Evaluator::evaluate_field(Frame* f, ExprId id) {
  const Unit& unit = program_.unit(f->unit);
  if (unit.expr(id).child_count == 0) return unknown();
  return option(evaluate(f, unit.child(id, 0)), unit.expr(id).symbol(), unknown());
}

ValueRef Evaluator::evaluate_operator(Frame* f, ExprId id) {
  const Unit& unit = program_.unit(f->unit);
  const Expr& e = unit.expr(id);
  const std::string_view name = e.symbol().text();
  const auto operand = [&](std::size_t i) { return force(evaluate(f, unit.child(id, i))); };
  const auto yes_or_no = [&](Truth t) {
    return t == Truth::kPerhaps ? unknown() : atom(t == Truth::kYes ? sym::true_ : sym::false_);
  };
  if (e.child_count == 1) {
    if (name != "not" && name != "!") return unknown();
    const Truth t = truth(operand(0));
    return yes_or_no(t == Truth::kYes ? Truth::kNo : t == Truth::kNo ? Truth::kYes : t);
  }
  if (e.child_count != 2) return unknown();
  if (name == "and" || name == "&&" || name == "andalso") {
    const Truth left = truth(operand(0));
    if (left == Truth::kNo) return atom(sym::false_);
    return left == Truth::kYes ? operand(1) : yes_or_no(both(left, truth(operand(1))));
  }
  if (name == "or" || name == "||" || name == "orelse") {
    const ValueRef left = operand(0);
    const Truth t = truth(left);
    if (t == Truth::kYes) return left;
    return t == Truth::kNo ? operand(1) : choice({left, operand(1)});
  }
  const ValueRef left = operand(0);
  const ValueRef right = operand(1);
  if (name == "++" && left->kind == ValueKind::kText && right->kind == ValueKind::kText)
    return text(std::string(left->symbol.text()) + std::string(right->symbol.text()), false);
  if (name == "++") {
    Value& value = fresh(ValueKind::kList, {f->unit, id});
    append(value, left);
    append(value, right);
    return &value;
  }
  if (name == "<>" && left->kind == ValueKind::kText && right->kind == ValueKind::kText)
    return text(std::string(left->symbol.text()) + std::string(right->symbol.text()), true);
  const auto a = integer_of(left), b = integer_of(right);
  std::int64_t out = 0;
  if (a && b &&
      ((name == "+" && !__builtin_add_overflow(*a, *b, &out)) || (name == "-" && !__builtin_sub_overflow(*a, *b, &out)) ||
       (name == "*" && !__builtin_mul_overflow(*a, *b, &out))))
    return integer(out);
  const bool equality = name == "==" || name == "=:=" || name == "===";
  const bool inequality = name == "!=" || name == "/=" || name == "=/=" || name == "!==";
  if (!equality && !inequality) return unknown();
  const std::string one = term(left), other = term(right);
  if (one.empty() || other.empty()) return unknown();
  return atom((one == other) == equality ? sym::true_ : sym::false_);
}

// ---- Control ----------------------------------------------------------------------------------------------------------------

// As `if` and `&&` see a value: everything but false and nil is true.
Truth Evaluator::truth(ValueRef given) {
  const ValueRef value = force(given);
  switch (value->kind) {
    case ValueKind::kUnknown:
    case ValueKind::kThunk:
      return Truth::kPerhaps;
    case ValueKind::kAtom:
      return value->symbol == sym::false_ || value->symbol == sym::nil ? Truth::kNo : Truth::kYes;
    case ValueKind::kChoice: {
      const Truth first = truth(value->parts[0]);
      const bool same = std::all_of(value->parts.begin(), value->parts.end(), [&](ValueRef v) { return truth(v) == first; });
      return same ? first : Truth::kPerhaps;
    }
    default:
      return Truth::kYes;
  }
}

ValueRef Evaluator::evaluate_case(Frame* f, ExprId id) {
  const Unit& unit = program_.unit(f->unit);
  const Expr& e = unit.expr(id);
  const ValueRef subject = e.child_count != 0 ? evaluate(f, unit.child(id, 0)) : nullptr;
  Values results = values();
  for (const ClauseId c : unit.clauses_of(e)) {
    const Clause& clause = unit.clause(c);
    Truth taken = Truth::kYes;
    if (clause.flags & (model::kTruthy | model::kFalsy)) {
      taken = subject != nullptr ? truth(subject) : Truth::kPerhaps;
      if ((clause.flags & model::kFalsy) && taken != Truth::kPerhaps) taken = taken == Truth::kYes ? Truth::kNo : Truth::kYes;
    } else if (subject != nullptr && clause.pattern_count == 1) {
      taken = match(f, unit.patterns_of(clause)[0], subject);
    }
    if (taken != Truth::kNo && clause.guard) taken = both(taken, truth(evaluate(f, clause.guard)));
    if (taken == Truth::kNo) continue;
    results.push_back(clause.body ? force(evaluate(f, clause.body)) : unknown());
    if (taken == Truth::kYes) break;
  }
  return choice(results);
}

// What a `with` is when all its steps go well; its else clauses are what else it may be.
ValueRef Evaluator::evaluate_with(Frame* f, ExprId id) {
  const Unit& unit = program_.unit(f->unit);
  const Expr& e = unit.expr(id);
  if (e.child_count == 0) return unknown();
  Values results = values();
  results.push_back(force(evaluate(f, unit.children_of(e).back())));
  for (const ClauseId c : unit.clauses_of(e))
    if (unit.clause(c).body) results.push_back(force(evaluate(f, unit.clause(c).body)));
  return choice(results);
}

// What a `try` is when nothing is raised.
ValueRef Evaluator::evaluate_try(Frame* f, ExprId id) {
  const Unit& unit = program_.unit(f->unit);
  const Expr& e = unit.expr(id);
  if (e.child_count == 0) return unknown();
  const ValueRef body = evaluate(f, unit.child(id, 0));
  const model::Try& parts = unit.try_of(e);
  if (parts.else_clauses.empty()) return body;
  Values results = values();
  for (const ClauseId c : parts.else_clauses) {
    const Clause& clause = unit.clause(c);
    Truth taken = clause.pattern_count == 1 ? match(f, unit.patterns_of(clause)[0], body) : Truth::kPerhaps;
    if (taken != Truth::kNo && clause.guard) taken = both(taken, truth(evaluate(f, clause.guard)));
    if (taken == Truth::kNo) continue;
    results.push_back(force(evaluate(f, clause.body)));
    if (taken == Truth::kYes) break;
  }
  return choice(results);
}

ValueRef Evaluator::evaluate_comprehension(Frame* f, ExprId id) {
  Value& out = fresh(ValueKind::kList, {f->unit, id});
  iterate(f, id, 0, Presence::kAlways, out);
  return &out;
}

void Evaluator::iterate(Frame* f, ExprId id, std::size_t qualifier, Presence presence, Value& out) {
  const Unit& unit = program_.unit(f->unit);
  const auto children = unit.children_of(id);
  if (children.empty() || out.parts.size() >= kMaxElements) return void(out.open = true);
  const Nested nested(nesting_);
  if (steps_left_ <= 0 || nesting_ >= kMaxNesting) return void(out.open = true);
  if (qualifier + 1 >= children.size()) {
    out.parts.push_back(force(evaluate(f, children.back())));
    out.presences.push_back(presence);
    return;
  }
  const ExprId at = children[qualifier];
  const Expr& e = unit.expr(at);
  if (e.kind != ExprKind::kGenerator) {
    const Truth t = truth(evaluate(f, at));
    if (t != Truth::kNo) iterate(f, id, qualifier + 1, t == Truth::kYes ? presence : std::max(presence, Presence::kPerhaps), out);
    return;
  }
  const ValueRef source = as_list(evaluate(f, unit.child(at, 1)));
  for (std::size_t i = 0; i < source->parts.size(); ++i) {
    Frame* inner = frame(f->unit, f, f->depth);
    const Truth t = match(inner, unit.child(at, 0), source->parts[i]);
    if (t == Truth::kNo) continue;
    Presence p = std::max(presence, source->presences[i]);
    // A pattern that may fail leaves the element out.
    if (t == Truth::kPerhaps && force(source->parts[i])->kind != ValueKind::kUnknown) p = std::max(p, Presence::kPerhaps);
    iterate(inner, id, qualifier + 1, p, out);
  }
  if (!source->open) return;
  Frame* inner = frame(f->unit, f, f->depth);
  match(inner, unit.child(at, 0), unknown());
  iterate(inner, id, qualifier + 1, Presence::kMany, out);
}

// ---- Reading values ---------------------------------------------------------------------------------------------------------

std::optional<Symbol> Evaluator::atom_of(ValueRef given) {
  const ValueRef value = force(given);
  if (value->kind != ValueKind::kAtom) return {};
  return value->symbol;
}

std::optional<std::int64_t> Evaluator::integer_of(ValueRef given) {
  const ValueRef value = force(given);
  if (value->kind != ValueKind::kInteger) return {};
  return value->integer;
}

namespace {

// An atom as the shell writes it: quoted unless it begins with a small letter and goes on with letters, digits, _ and @.
std::string quoted_atom(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '@';
  };
  const bool bare = !text.empty() && text[0] >= 'a' && text[0] <= 'z' && std::all_of(text.begin(), text.end(), plain);
  return bare ? std::string(text) : "'" + std::string(text) + "'";
}

}  // namespace

std::string Evaluator::term(ValueRef given) {
  const ValueRef value = force(given);
  const auto joined = [&](const char* open, const char* close) {
    std::string out = open;
    for (std::size_t i = 0; i < value->parts.size(); ++i) {
      const std::string part = term(value->parts[i]);
      if (part.empty()) return std::string();
      out += (i > 0 ? "," : "") + part;
    }
    return out + close;
  };
  switch (value->kind) {
    case ValueKind::kAtom:
      return quoted_atom(value->symbol.text());
    case ValueKind::kInteger:
      return std::to_string(value->integer);
    case ValueKind::kText:
      return (value->binary ? "<<\"" : "\"") + std::string(value->symbol.text()) + (value->binary ? "\">>" : "\"");
    case ValueKind::kTuple:
      return nesting_ < kMaxNesting ? joined("{", "}") : std::string();
    case ValueKind::kList: {
      const bool sure = std::all_of(value->presences.begin(), value->presences.end(),
                                    [](Presence presence) { return presence == Presence::kAlways; });
      return value->open || !sure || nesting_ >= kMaxNesting ? std::string() : joined("[", "]");
    }
    default:
      return {};
  }
}

}  // namespace beamwright::analysis
