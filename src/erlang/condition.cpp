// A small evaluator for -if: integers, atoms, comparison, arithmetic, boolean operators and defined(Macro). A value that is not
// known stays unknown through every operator that needs it.
#include "erlang/condition.h"

#include <algorithm>
#include <iterator>

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

// Functions that may be called without a module and not in a guard, from erl_internal:bif/2 and guard_bif/2.
bool is_plain_builtin(std::string_view name) {
  static constexpr std::string_view kNames[] = {"alias",
                                                "apply",
                                                "atom_to_binary",
                                                "atom_to_list",
                                                "binary_to_atom",
                                                "binary_to_existing_atom",
                                                "binary_to_float",
                                                "binary_to_integer",
                                                "binary_to_list",
                                                "binary_to_term",
                                                "bitstring_to_list",
                                                "check_old_code",
                                                "check_process_code",
                                                "date",
                                                "delete_module",
                                                "demonitor",
                                                "disconnect_node",
                                                "erase",
                                                "error",
                                                "exit",
                                                "float_to_binary",
                                                "float_to_list",
                                                "garbage_collect",
                                                "get",
                                                "get_keys",
                                                "group_leader",
                                                "halt",
                                                "integer_to_binary",
                                                "integer_to_list",
                                                "iolist_size",
                                                "iolist_to_binary",
                                                "is_alive",
                                                "is_process_alive",
                                                "link",
                                                "list_to_atom",
                                                "list_to_binary",
                                                "list_to_bitstring",
                                                "list_to_existing_atom",
                                                "list_to_float",
                                                "list_to_integer",
                                                "list_to_pid",
                                                "list_to_port",
                                                "list_to_ref",
                                                "list_to_tuple",
                                                "load_module",
                                                "make_ref",
                                                "module_loaded",
                                                "monitor",
                                                "monitor_node",
                                                "nodes",
                                                "now",
                                                "open_port",
                                                "pid_to_list",
                                                "port_close",
                                                "port_command",
                                                "port_connect",
                                                "port_control",
                                                "port_to_list",
                                                "pre_loaded",
                                                "process_flag",
                                                "process_info",
                                                "processes",
                                                "purge_module",
                                                "put",
                                                "ref_to_list",
                                                "register",
                                                "registered",
                                                "setelement",
                                                "spawn",
                                                "spawn_link",
                                                "spawn_monitor",
                                                "spawn_opt",
                                                "spawn_request",
                                                "spawn_request_abandon",
                                                "split_binary",
                                                "statistics",
                                                "term_to_binary",
                                                "term_to_iovec",
                                                "throw",
                                                "time",
                                                "tuple_to_list",
                                                "unalias",
                                                "unlink",
                                                "unregister",
                                                "whereis"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

bool is_guard_builtin(std::string_view name) {
  static constexpr std::string_view kNames[] = {
      "abs",      "binary_part", "bit_size",   "byte_size",    "ceil",       "element",  "float",       "floor",
      "hd",       "is_atom",     "is_binary",  "is_bitstring", "is_boolean", "is_float", "is_function", "is_integer",
      "is_list",  "is_map",      "is_map_key", "is_number",    "is_pid",     "is_port",  "is_record",   "is_reference",
      "is_tuple", "length",      "map_get",    "map_size",     "max",        "min",      "node",        "round",
      "self",     "size",        "tl",         "trunc",        "tuple_size"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

class Evaluator {
 public:
  Evaluator(MacroTable& macros, Level level) : macros_(macros), level_(level) {}

  bool malformed() const { return malformed_; }

  Value evaluate(const Node& node) {
    switch (node.kind) {
      case NodeKind::kVar:
        return failure();  // it is bound to nothing
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
    if (target.kind != NodeKind::kAtom) return {};
    if (target.symbol != kDefined || values.child_count != 1) return other_call(target.symbol.text());
    const Node& name = values.child(0);
    if (name.kind != NodeKind::kVar && name.kind != NodeKind::kAtom) return {};
    return boolean(macros_.find(name.symbol) != nullptr);
  }

  // A function that nothing defines is called in vain; since OTP 27 it is no guard, as a builtin that may fail was before.
  Value other_call(std::string_view name) {
    if (is_guard_builtin(name)) return {};
    if (is_plain_builtin(name) || level_.otp >= 27) malformed_ = true;
    return failure();
  }

  static int compare(const Value& left, const Value& right) {
    if (left.kind != right.kind) return left.kind == Value::Kind::kInteger ? -1 : 1;
    if (left.kind == Value::Kind::kInteger) return left.integer < right.integer ? -1 : left.integer > right.integer ? 1 : 0;
    return left.atom.text().compare(right.atom.text());
  }

  MacroTable& macros_;
  Level level_;
  bool malformed_ = false;
};

}  // namespace

Condition evaluate_condition(const Node& expressions, MacroTable& macros, Level level) {
  if (expressions.child_count != 1) return Condition::kMalformed;
  Evaluator evaluator(macros, level);
  const Value value = evaluator.evaluate(expressions.child(0));
  if (evaluator.malformed()) return Condition::kMalformed;
  if (!value.known()) return Condition::kUnknown;
  return value.is(sym::true_) ? Condition::kHolds : Condition::kFails;
}

}  // namespace beamwright::erlang
