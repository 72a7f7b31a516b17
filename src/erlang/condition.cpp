// A small evaluator for -if: integers, atoms, comparison, arithmetic, boolean operators and defined(Macro). A value that is not
// known stays unknown through every operator that needs it.
#include "erlang/condition.h"

namespace beamwright::erlang {
namespace {

struct Value {
  enum class Kind : std::uint8_t { kUnknown, kFailure, kInteger, kAtom } kind = Kind::kUnknown;
  std::int64_t integer = 0;
  Symbol atom;

  bool known() const { return kind != Kind::kUnknown; }
  bool is(Symbol name) const { return kind == Kind::kAtom && atom == name; }
  bool boolean() const { return is(sym::true_) || is(sym::false_); }
};

Value failure() { return {Value::Kind::kFailure, 0, {}}; }
Value integer(std::int64_t value) { return {Value::Kind::kInteger, value, {}}; }
Value atom(Symbol name) { return {Value::Kind::kAtom, 0, name}; }
Value boolean(bool value) { return atom(value ? sym::true_ : sym::false_); }

class Evaluator {
 public:
  explicit Evaluator(MacroTable& macros) : macros_(macros) {}

  Value evaluate(const Node& node) {
    switch (node.kind) {
      case NodeKind::kInteger:
        return node.wide_integer ? Value{} : integer(node.integer);
      case NodeKind::kChar:
        return integer(node.integer);
      case NodeKind::kAtom:
        return atom(node.symbol);
      case NodeKind::kOp:
        return node.child_count == 1 ? prefix(node) : infix(node);
      case NodeKind::kCall:
        return call(node);
      default:
        return {};
    }
  }

 private:
  Value prefix(const Node& node) {
    const Value value = evaluate(node.child(0));
    const std::string_view op = node.symbol.text();
    if (!value.known() || value.kind == Value::Kind::kFailure) return value;
    if (op == "not") return value.boolean() ? boolean(value.is(sym::false_)) : failure();
    if (value.kind != Value::Kind::kInteger) return failure();
    if (op == "-") return integer(static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(value.integer)));
    if (op == "bnot") return integer(~value.integer);
    return value;
  }

  Value infix(const Node& node) {
    const std::string_view op = node.symbol.text();
    const Value left = evaluate(node.child(0));
    if (op == "andalso" || op == "and") return both(left, node.child(1), sym::false_, op == "and");
    if (op == "orelse" || op == "or") return both(left, node.child(1), sym::true_, op == "or");
    const Value right = evaluate(node.child(1));
    if (left.kind == Value::Kind::kFailure || right.kind == Value::Kind::kFailure) return failure();
    if (!left.known() || !right.known()) return {};
    if (const int order = compare(left, right); true) {
      if (op == "==" || op == "=:=") return boolean(order == 0);
      if (op == "/=" || op == "=/=") return boolean(order != 0);
      if (op == "<") return boolean(order < 0);
      if (op == "=<") return boolean(order <= 0);
      if (op == ">") return boolean(order > 0);
      if (op == ">=") return boolean(order >= 0);
    }
    if (op == "xor") return left.boolean() && right.boolean() ? boolean(left.atom != right.atom) : failure();
    if (left.kind != Value::Kind::kInteger || right.kind != Value::Kind::kInteger) return failure();
    return arithmetic(op, left.integer, right.integer);
  }

  static Value arithmetic(std::string_view op, std::int64_t left, std::int64_t right) {
    std::int64_t result = 0;
    if (op == "+") return __builtin_add_overflow(left, right, &result) ? Value{} : integer(result);
    if (op == "-") return __builtin_sub_overflow(left, right, &result) ? Value{} : integer(result);
    if (op == "*") return __builtin_mul_overflow(left, right, &result) ? Value{} : integer(result);
    if (op == "div" || op == "rem") {
      if (right == 0) return failure();
      if (right == -1) return op == "rem" ? integer(0) : Value{};
      return integer(op == "div" ? left / right : left % right);
    }
    if (op == "band") return integer(left & right);
    if (op == "bor") return integer(left | right);
    if (op == "bxor") return integer(left ^ right);
    return {};
  }

  // `decisive` on either side settles the result; the strict operators need both sides to be booleans.
  Value both(const Value& left, const Node& right_node, Symbol decisive, bool strict) {
    if (left.kind == Value::Kind::kFailure) return left;
    if (left.known() && !left.boolean()) return failure();
    if (left.is(decisive) && !strict) return left;
    const Value right = evaluate(right_node);
    if (right.kind == Value::Kind::kFailure) return left.known() ? right : Value{};
    if (left.is(decisive)) return left;
    if (left.known()) return right;
    return right.is(decisive) ? right : Value{};
  }

  Value call(const Node& node) {
    static const Symbol kDefined = intern("defined");
    const Node& target = node.child(0);
    const Node& values = node.child(1);
    if (!target.is_atom(kDefined) || values.child_count != 1) return {};
    const Node& name = values.child(0);
    if (name.kind != NodeKind::kVar && name.kind != NodeKind::kAtom) return {};
    return boolean(macros_.find(name.symbol) != nullptr);
  }

  static int compare(const Value& left, const Value& right) {
    if (left.kind != right.kind) return left.kind == Value::Kind::kInteger ? -1 : 1;
    if (left.kind == Value::Kind::kInteger) return left.integer < right.integer ? -1 : left.integer > right.integer ? 1 : 0;
    return left.atom.text().compare(right.atom.text());
  }

  MacroTable& macros_;
};

}  // namespace

std::optional<bool> evaluate_condition(const Node& expressions, MacroTable& macros) {
  if (expressions.child_count != 1) return std::nullopt;
  const Value value = Evaluator(macros).evaluate(expressions.child(0));
  if (!value.known()) return std::nullopt;
  return value.is(sym::true_);
}

}  // namespace beamwright::erlang
