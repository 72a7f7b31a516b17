#include "analysis/data_functions.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "analysis/values.h"

namespace beamwright::analysis {

using model::Expr;
using model::ExprKind;
using model::Unit;

namespace {

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_kernel(std::string_view module) { return module == "Elixir.Kernel" || module == "erlang"; }

// Where a module of key-value functions has its arguments. Elixir's take the collection first, OTP's last.
struct KeyValue {
  bool known = false;
  std::size_t map = 0, key = 0, value = 0;
};

KeyValue key_value(std::string_view module, std::size_t arguments) {
  if (module == "Elixir.Map" || module == "Elixir.Keyword" || module == "Elixir.Access") return {true, 0, 1, 2};
  if (arguments > 0 && (module == "maps" || module == "dict" || module == "orddict" || module == "gb_trees"))
    return {true, arguments - 1, 0, 1};
  return {};
}

class Passing {
 public:
  Passing(const Unit& unit, ExprId call, const External& callee, const Path& path, std::vector<Passed>& out)
      : unit_(unit),
        arguments_(unit.children_of(call)),
        module_(callee.module.text()),
        name_(callee.name.text()),
        path_(path),
        out_(out) {}

  bool run() {
    if (arguments_.empty()) return false;
    return reads_key() || writes_key() || writes_path() || reads_element() || folds() || keeps() || adds();
  }

 private:
  void pass(std::size_t argument, const Path& path, bool closure = false) {
    if (argument < arguments_.size()) out_.push_back({arguments_[argument], path, closure});
  }
  void pass_key(std::size_t map, ExprId written, const Path& path) {
    if (path.full()) return;
    const Symbol name = written_key(unit_, written);
    Selector s = key(name);
    if (!name) s.kind = Selector::kValue;
    pass(map, path.with_front(s));
  }
  bool front_is(Selector::Kind kind) const { return !path_.empty() && path_.front().kind == kind; }

  // Map.get(m, k, default), maps:get, proplists:get_value; those that answer {:ok, v}, and pop with {v, rest}.
  bool reads_key() {
    KeyValue kv = key_value(module_, 3);
    if (module_ == "proplists" && (name_ == "get_value" || name_ == "get_all_values" || name_ == "lookup")) {
      if (arguments_.size() < 2) return false;
      pass_key(1, arguments_[0], path_);
      if (arguments_.size() == 3) pass(2, path_);
      return true;
    }
    if (!kv.known || arguments_.size() < 2) return false;
    const bool otp = kv.map != 0;
    const std::size_t map = otp ? 1 : 0, key = otp ? 0 : 1;
    if (name_ == "get" || name_ == "fetch!" ||
        (name_ == "fetch" && module_ != "Elixir.Map" && module_ != "Elixir.Keyword" && otp)) {
      pass_key(map, arguments_[key], path_);
      if (arguments_.size() == 3) pass(2, path_);
      return true;
    }
    if (name_ == "get_lazy") {
      pass_key(map, arguments_[key], path_);
      pass(2, path_, true);
      return true;
    }
    const bool finds = name_ == "fetch" || name_ == "find" || name_ == "lookup";
    if (finds && front_is(Selector::kElement)) {
      if (path_.front().index == 1) pass_key(map, arguments_[key], path_.without());
      return true;
    }
    const bool takes = name_ == "pop" || name_ == "pop!" || name_ == "take" || name_ == "pop_lazy";
    if (takes && front_is(Selector::kElement)) {
      if (path_.front().index == 0) pass_key(map, arguments_[key], path_.without());
      if (path_.front().index == 1) pass(map, path_.without());
      return true;
    }
    return false;
  }

  // Map.put(m, k, v): the value under k, the map before under every other key and as a whole.
  bool writes_key() {
    constexpr std::array<std::string_view, 8> kPuts = {"put",   "put_new", "replace", "replace!",
                                                       "store", "insert",  "enter",   "update"};
    const bool assigns = name_ == "assign" || name_ == "assign_new" || name_ == "put_private";
    KeyValue kv = key_value(module_, arguments_.size());
    if (!kv.known && assigns) kv = {true, 0, 1, 2};
    if (!kv.known) return false;
    if (assigns && arguments_.size() == 3) return write(0, arguments_[1], arguments_[2], assigned_path());
    if (assigns && arguments_.size() == 2) {
      if (const auto inner = assigned_path(); inner && !inner->empty()) pass(1, *inner);
      pass(0, path_);
      return true;
    }
    const bool otp = kv.map != 0;
    if (arguments_.size() == 3 && is_one_of(name_, kPuts) && (otp || name_ != "update"))
      return write(kv.map, arguments_[kv.key], arguments_[kv.value], path_);
    if (name_ == "merge" && arguments_.size() >= 2) {
      pass(otp ? 1 : 0, path_);
      if (!path_.empty()) pass(otp ? 0 : 1, path_);
      return true;
    }
    return false;
  }

  // In assign(socket, k, v) the keys stand below :assigns.
  std::optional<Path> assigned_path() const {
    if (front_is(Selector::kKey) && path_.front().name.text() == "assigns") return path_.without();
    return std::nullopt;
  }

  bool write(std::size_t map, ExprId written, ExprId value, const std::optional<Path>& inside) {
    if (!inside || inside->empty()) {
      pass(map, path_);
      return true;
    }
    const Symbol name = written_key(unit_, written);
    const Selector& front = inside->front();
    const bool pair = front.kind == Selector::kItem && inside->size() > 1 && inside->at(1).kind == Selector::kElement;
    const bool may_be = front.kind == Selector::kValue || (front.kind == Selector::kKey && (!name || name == front.name));
    if (may_be) out_.push_back({value, inside->without(), false});
    if (pair) out_.push_back({inside->at(1).index == 0 ? written : value, inside->without(2), false});
    if (!(front.kind == Selector::kKey && name == front.name)) pass(map, path_);
    return true;
  }

  // put_in(state.items[k], v), put_in(state, [:items, k], v), update_in, and get_in.
  bool writes_path() {
    if (!is_kernel(module_)) return false;
    if (name_ == "get_in" && arguments_.size() == 2 && unit_.expr(arguments_[1]).kind == ExprKind::kList) {
      const auto keys = unit_.children_of(arguments_[1]);
      Path path = path_;
      for (std::size_t i = keys.size(); i-- > 0;) {
        if (path.full()) return true;
        const Symbol name = written_key(unit_, keys[i]);
        Selector s = key(name);
        if (!name) s.kind = Selector::kValue;
        path = path.with_front(s);
      }
      pass(0, path);
      return true;
    }
    const bool puts = name_ == "put_in";
    if (!puts && name_ != "update_in") return false;
    std::vector<Symbol> keys;
    ExprId base = arguments_[0];
    if (arguments_.size() == 2) {
      base = chain(base, keys);
    } else if (unit_.expr(arguments_[1]).kind == ExprKind::kList) {
      for (const ExprId k : unit_.children_of(arguments_[1])) keys.push_back(written_key(unit_, k));
    }
    std::size_t same = 0;
    while (
        same < keys.size() && same < path_.size() &&
        (path_.at(same).kind == Selector::kValue || (path_.at(same).kind == Selector::kKey && path_.at(same).name == keys[same])))
      ++same;
    if (puts && same == keys.size() && same > 0) out_.push_back({arguments_.back(), path_.without(same), false});
    if (!(puts && same == keys.size())) out_.push_back({base, path_, false});
    return true;
  }

  // The keys of state.items[k], outermost first, and the state.
  ExprId chain(ExprId at, std::vector<Symbol>& keys) const {
    const Expr& e = unit_.expr(at);
    if (e.kind == ExprKind::kField) {
      const ExprId base = chain(unit_.child(at, 0), keys);
      keys.push_back(e.symbol());
      return base;
    }
    if (e.kind == ExprKind::kCall && e.child_count == 2 && unit_.call_of(e).name == sym::get) {
      const ExprId base = chain(unit_.child(at, 0), keys);
      keys.push_back(written_key(unit_, unit_.child(at, 1)));
      return base;
    }
    return at;
  }

  bool reads_element() {
    const auto nth = [&](std::size_t tuple, std::size_t index, int offset) {
      if (arguments_.size() < 2 || path_.full()) return true;
      const auto at = integer_value(unit_, arguments_[index]);
      if (at && *at >= offset && *at < 200) pass(tuple, path_.with_front(element(static_cast<std::uint32_t>(*at - offset))));
      return true;
    };
    if (is_kernel(module_) && name_ == "elem") return nth(0, 1, 0);
    if (is_kernel(module_) && name_ == "element") return nth(1, 0, 1);
    constexpr std::array<std::string_view, 6> kLast = {"nth", "last", "keyfind", "max", "min", "hd"};
    constexpr std::array<std::string_view, 9> kFirst = {"at",     "first",  "last", "random", "fetch!",
                                                        "max_by", "min_by", "max",  "min"};
    if (path_.full()) return false;
    if (name_ == "hd" && is_kernel(module_)) return pass(0, path_.with_front({})), true;
    if (module_ == "lists" && is_one_of(name_, kLast)) return pass(arguments_.size() - 1, path_.with_front({})), true;
    if ((module_ == "Elixir.Enum" || module_ == "Elixir.List") && is_one_of(name_, kFirst))
      return pass(0, path_.with_front({})), true;
    if ((module_ == "Elixir.List" && name_ == "keyfind")) return pass(0, path_.with_front({})), true;
    if (module_ == "Elixir.Enum" && name_ == "find") return pass(0, path_.with_front({})), true;
    return false;
  }

  // Enum.reduce(list, acc, fun), lists:foldl(fun, acc, list): the start, and what the fun returns; map: what the fun returns.
  bool folds() {
    const bool otp = module_ == "lists" || module_ == "maps";
    const bool elixir = module_ == "Elixir.Enum" || module_ == "Elixir.Stream";
    if (!otp && !elixir) return name_ == "then" && arguments_.size() == 2 ? (pass(1, path_, true), true) : false;
    if (arguments_.size() == 3 && (name_ == "reduce" || name_ == "foldl" || name_ == "foldr" || name_ == "fold")) {
      pass(1, path_);
      pass(otp ? 0 : 2, path_, true);
      return true;
    }
    if ((name_ == "map" || name_ == "flat_map" || name_ == "flatmap") && arguments_.size() == 2 && front_is(Selector::kItem)) {
      if (module_ != "maps") pass(otp ? 0 : 1, path_.without(), true);
      return true;
    }
    return false;
  }

  // As it was, or fewer entries.
  bool keeps() {
    constexpr std::array<std::string_view, 24> kFirst = {
        "reverse", "sort",       "sort_by",    "filter",    "reject",         "uniq",       "uniq_by", "take",
        "drop",    "delete",     "split_with", "to_list",   "take_while",     "drop_while", "shuffle", "dedup",
        "values",  "delete_all", "tap",        "hibernate", "ensure_started", "slice",      "wrap",    "without"};
    constexpr std::array<std::string_view, 11> kLast = {"reverse", "sort",    "usort",  "filter",  "delete", "keydelete",
                                                        "sublist", "keysort", "remove", "without", "values"};
    const bool elixir = module_ == "Elixir.Enum" || module_ == "Elixir.Map" || module_ == "Elixir.Keyword" ||
                        module_ == "Elixir.List" || module_ == "Elixir.Stream" || module_ == "Elixir.MapSet";
    if ((elixir || (is_kernel(module_) && name_ == "tap")) && is_one_of(name_, kFirst)) return kept(0);
    if ((module_ == "lists" || module_ == "maps" || module_ == "dict") && is_one_of(name_, kLast))
      return kept(name_ == "sublist" ? 0 : arguments_.size() - 1);
    if (is_kernel(module_) && name_ == "tl") return kept(0);
    if (module_ == "Elixir.Kernel" && (name_ == "struct" || name_ == "struct!") && arguments_.size() == 2) {
      if (unit_.expr(arguments_[0]).kind != ExprKind::kAtom) pass(0, path_);
      if (!path_.empty()) pass(1, path_);
      return true;
    }
    return false;
  }
  bool kept(std::size_t argument) {
    Path path = path_;
    if (name_ == "values" && front_is(Selector::kItem)) {
      Selector value;
      value.kind = Selector::kValue;
      path = path_.without().with_front(value);
    }
    pass(argument, path);
    return true;
  }

  // queue:in(x, q), MapSet.put(set, x), [x] with another function's name.
  bool adds() {
    if (module_ == "queue" && (name_ == "in" || name_ == "in_r" || name_ == "cons") && arguments_.size() == 2) return added(1, 0);
    if (module_ == "Elixir.MapSet" && name_ == "put" && arguments_.size() == 2) return added(0, 1);
    if ((module_ == "sets" || module_ == "gb_sets" || module_ == "ordsets") && name_.starts_with("add") && arguments_.size() == 2)
      return added(1, 0);
    if (module_ == "lists" && name_ == "keystore" && arguments_.size() == 4) return added(2, 3);
    if (module_ == "lists" && name_ == "append" && arguments_.size() == 2) return pass(0, path_), pass(1, path_), true;
    if (module_ == "queue" && name_.starts_with("out") && front_is(Selector::kElement)) {
      if (path_.front().index == 1) return pass(0, path_.without()), true;
      if (path_.size() > 1 && path_.at(1).kind == Selector::kElement && path_.at(1).index == 1)
        pass(0, path_.without(2).with_front({}));
      return true;
    }
    return false;
  }
  bool added(std::size_t collection, std::size_t item) {
    if (front_is(Selector::kItem)) pass(item, path_.without());
    pass(collection, path_);
    return true;
  }

  const Unit& unit_;
  const std::span<const ExprId> arguments_;
  const std::string_view module_, name_;
  const Path path_;
  std::vector<Passed>& out_;
};

}  // namespace

Symbol written_key(const Unit& unit, ExprId id) {
  if (!id) return {};
  const ExprId value = local_value(unit, id);
  const Expr& e = unit.expr(value);
  return e.kind == ExprKind::kAtom || e.kind == ExprKind::kString ? e.symbol() : Symbol();
}

bool passes_through(const Unit& unit, ExprId call, const External& callee, const Path& path, std::vector<Passed>& out) {
  // Functions change the order of items.
  const bool item = !path.empty() && path.front().kind == Selector::kItem;
  return Passing(unit, call, callee, item ? path.without().with_front({}) : path, out).run();
}

namespace {

// The outermost key of state.items[k], and the state itself.
KeyWrite outermost(const Unit& unit, ExprId at) {
  KeyWrite write{at, {}, {}, false};
  for (int step = 0; step < 12; ++step) {
    const Expr& e = unit.expr(write.base);
    const bool access = e.kind == ExprKind::kCall && e.child_count == 2 && unit.call_of(e).name == sym::get;
    if (e.kind != ExprKind::kField && !access) break;
    // `socket.assigns.items` is the key items of the assigns.
    write.name = e.kind == ExprKind::kField ? e.symbol() : written_key(unit, unit.child(write.base, 1));
    write.base = unit.child(write.base, 0);
    if (unit.expr(write.base).kind == ExprKind::kField && unit.expr(write.base).symbol().text() == "assigns") {
      write.base = unit.child(write.base, 0);
      break;
    }
  }
  return write;
}

void add_pairs(const Unit& unit, ExprId base, ExprId pairs, std::vector<KeyWrite>& out) {
  const ExprId value = local_value(unit, pairs);
  const Expr& e = unit.expr(value);
  const auto children = unit.children_of(e);
  if (e.kind == ExprKind::kMap && !e.has(model::kUpdate)) {
    for (std::size_t i = 0; i + 1 < children.size(); i += 2)
      out.push_back({base, written_key(unit, children[i]), children[i + 1], false});
  } else if (e.kind == ExprKind::kList) {
    for (const ExprId child : children) {
      if (unit.expr(child).kind == ExprKind::kTuple && unit.expr(child).child_count == 2)
        out.push_back({base, written_key(unit, unit.child(child, 0)), unit.child(child, 1), false});
    }
  } else {
    out.push_back({base, {}, {}, false});
  }
}

}  // namespace

std::vector<KeyWrite> key_writes(const Unit& unit, ExprId call, const External& callee) {
  std::vector<KeyWrite> out;
  const auto arguments = unit.children_of(call);
  const std::string_view module = callee.module.text(), name = callee.name.text();
  if (arguments.empty()) return out;
  constexpr std::array<std::string_view, 4> kPuts = {"put", "put_new", "replace", "replace!"};
  constexpr std::array<std::string_view, 5> kComputed = {"update", "update!", "get_and_update", "put_new_lazy",
                                                         "get_and_update!"};
  if (module == "maps" && arguments.size() >= 2) {
    const ExprId map = arguments.back();
    if ((name == "put" || name == "update") && arguments.size() == 3)
      out.push_back({map, written_key(unit, arguments[0]), arguments[1], false});
    if (name == "update_with") out.push_back({map, written_key(unit, arguments[0]), {}, false});
    if (name == "remove") out.push_back({map, written_key(unit, arguments[0]), {}, true});
    if (name == "merge") add_pairs(unit, arguments[0], arguments[1], out);
  } else if (module == "Elixir.Map" || module == "Elixir.Keyword") {
    if (is_one_of(name, kPuts) && arguments.size() == 3)
      out.push_back({arguments[0], written_key(unit, arguments[1]), arguments[2], false});
    if (is_one_of(name, kComputed) && arguments.size() >= 3)
      out.push_back({arguments[0], written_key(unit, arguments[1]), {}, false});
    if (name == "delete" && arguments.size() == 2) out.push_back({arguments[0], written_key(unit, arguments[1]), {}, true});
    if (name == "merge" && arguments.size() == 2) add_pairs(unit, arguments[0], arguments[1], out);
  } else if (is_kernel(module)) {
    const bool puts = name == "put_in";
    if ((puts || name == "update_in") && arguments.size() == 2) {
      KeyWrite write = outermost(unit, arguments[0]);
      const bool direct = unit.expr(arguments[0]).kind == ExprKind::kField;
      write.value = puts && direct ? arguments[1] : ExprId();
      if (write.name) out.push_back(write);
    } else if ((puts || name == "update_in") && arguments.size() == 3 && unit.expr(arguments[1]).kind == ExprKind::kList) {
      const auto keys = unit.children_of(arguments[1]);
      if (!keys.empty())
        out.push_back({arguments[0], written_key(unit, keys[0]), puts && keys.size() == 1 ? arguments[2] : ExprId(), false});
    } else if ((name == "struct" || name == "struct!") && arguments.size() == 2) {
      add_pairs(unit, arguments[0], arguments[1], out);
    }
  }
  // Phoenix: assign/2,3, update/3 and the like of channels and live views are imported; their module is seldom in sight.
  if (name == "assign" || name == "assign_new") {
    if (arguments.size() == 3) out.push_back({arguments[0], written_key(unit, arguments[1]), arguments[2], false});
    if (arguments.size() == 2) add_pairs(unit, arguments[0], arguments[1], out);
  } else if (name == "update" && arguments.size() == 3 && module != "Elixir.Map" && module != "Elixir.Keyword" &&
             module != "maps" && unit.expr(arguments[1]).kind == ExprKind::kAtom) {
    out.push_back({arguments[0], written_key(unit, arguments[1]), {}, false});
  }
  return out;
}

Grown growth_of(const Unit& unit, ExprId call, const External& callee) {
  const auto arguments = unit.children_of(call);
  const std::string_view module = callee.module.text(), name = callee.name.text();
  if (arguments.empty()) return {};
  const auto first = [&](Growth growth, std::size_t key = 99) {
    return Grown{growth, arguments[0], key < arguments.size() ? arguments[key] : ExprId()};
  };
  const auto last = [&](Growth growth, std::size_t key = 99) {
    return Grown{growth, arguments.back(), key < arguments.size() ? arguments[key] : ExprId()};
  };
  if (module == "Elixir.Map" || module == "Elixir.Keyword" || module == "Elixir.MapSet" || module == "Elixir.Access") {
    if (name == "put" || name == "put_new" || name == "put_new_lazy") return first(Growth::kGains, 1);
    if (name == "update" && arguments.size() == 4) return first(Growth::kGains, 1);
    if (name == "merge" || name == "union") return first(Growth::kGains);
    if (name == "update!" || name == "replace" || name == "replace!" || name == "put_new!") return first(Growth::kSame);
    constexpr std::array<std::string_view, 15> kLose = {
        "delete",     "drop",         "pop",      "pop!",       "take",           "split",        "reject",   "filter",
        "difference", "intersection", "pop_lazy", "split_with", "get_and_update", "delete_first", "pop_first"};
    if (is_one_of(name, kLose)) return first(Growth::kLoses);
  } else if (module == "Elixir.Enum" || module == "Elixir.List" || module == "Elixir.Stream") {
    if (name == "take") return first(Growth::kBounds);
    constexpr std::array<std::string_view, 12> kSame = {"reverse", "sort",  "sort_by", "uniq",       "to_list",    "shuffle",
                                                        "map",     "dedup", "uniq_by", "with_index", "replace_at", "update_at"};
    constexpr std::array<std::string_view, 15> kLose = {"filter",    "reject",    "drop",    "drop_while", "take_while",
                                                        "delete",    "delete_at", "split",   "split_with", "split_while",
                                                        "keydelete", "pop_at",    "keytake", "slice",      "drop_every"};
    if (is_one_of(name, kSame)) return first(Growth::kSame);
    if (is_one_of(name, kLose)) return first(Growth::kLoses);
    if (name == "insert_at") return first(Growth::kGains);
    if (name == "keystore" && arguments.size() == 4) return first(Growth::kGains, 1);
    if (name == "concat" && arguments.size() == 2) return first(Growth::kGains);
  } else if (module == "lists") {
    if (name == "sublist") return first(Growth::kBounds);
    constexpr std::array<std::string_view, 7> kSame = {"reverse", "sort", "usort", "keysort", "map", "keyreplace", "keymap"};
    constexpr std::array<std::string_view, 11> kLose = {"filter",   "delete",    "keydelete", "nthtail", "dropwhile", "partition",
                                                        "subtract", "takewhile", "split",     "keytake", "filtermap"};
    if (is_one_of(name, kSame)) return last(Growth::kSame);
    if (is_one_of(name, kLose)) return name == "subtract" ? first(Growth::kLoses) : last(Growth::kLoses);
    if (name == "keystore" && arguments.size() == 4) return {Growth::kGains, arguments[2], arguments[0]};
    if (name == "append" && arguments.size() == 2) return last(Growth::kGains);
    if (name == "keymerge" || name == "merge") return last(Growth::kGains);
  } else if (module == "maps" || module == "dict" || module == "orddict" || module == "gb_trees") {
    constexpr std::array<std::string_view, 10> kGain = {
        "put", "store", "append", "enter", "insert", "update_counter", "append_list", "merge_with", "update_with", "update"};
    constexpr std::array<std::string_view, 12> kLose = {"remove",        "erase",     "filter",    "without",
                                                        "with",          "take",      "delete",    "delete_any",
                                                        "take_smallest", "filtermap", "intersect", "take_any"};
    if (name == "merge") return last(Growth::kGains);
    if ((name == "update" && module != "dict") || (name == "update_with" && arguments.size() == 3)) return last(Growth::kSame);
    if (is_one_of(name, kGain)) return last(Growth::kGains, 0);
    if (is_one_of(name, kLose)) return last(Growth::kLoses);
    if (name == "map") return last(Growth::kSame);
  } else if (module == "queue") {
    if (name == "in" || name == "in_r" || name == "snoc") return last(Growth::kGains);
    if (name == "cons") return last(Growth::kGains);
    if (name == "join") return first(Growth::kGains);
    if (name.starts_with("out") || name == "drop" || name == "drop_r" || name == "tail" || name == "split" || name == "filter")
      return last(Growth::kLoses);
  } else if (module == "sets" || module == "gb_sets" || module == "ordsets") {
    if (name.starts_with("add") || name == "insert") return last(Growth::kGains, 0);
    if (name == "union") return first(Growth::kGains);
    if (name.starts_with("del") || name == "filter" || name == "subtract" || name == "intersection" || name.starts_with("take"))
      return name == "subtract" || name == "intersection" ? first(Growth::kLoses) : last(Growth::kLoses);
  } else if (is_kernel(module)) {
    if (name == "tl") return first(Growth::kLoses);
    if (name == "pop_in") return first(Growth::kLoses);
    if (name == "--") return first(Growth::kLoses);
  }
  return {};
}

ExprId sliced_by(const Unit& unit, ExprId call, const External& callee) {
  const auto arguments = unit.children_of(call);
  if (arguments.empty()) return {};
  const std::string_view module = callee.module.text(), name = callee.name.text();
  constexpr std::array<std::string_view, 9> kString = {"split",    "slice",         "trim",     "trim_leading", "trim_trailing",
                                                       "split_at", "next_grapheme", "splitter", "first"};
  constexpr std::array<std::string_view, 9> kOtp = {"split", "lexemes",        "trim", "slice",     "prefix",
                                                    "find",  "next_codepoint", "take", "nth_lexeme"};
  if (module == "binary" && (name == "split" || name == "part")) return arguments[0];
  if (is_kernel(module) && (name == "binary_part" || name == "split_binary")) return arguments[0];
  if (module == "Elixir.String" && is_one_of(name, kString)) return arguments[0];
  if (module == "string" && is_one_of(name, kOtp)) return arguments[0];
  // Captures are pieces of the subject; with `return: :index` they are numbers, which is written as a third argument.
  const bool captures = name == "run" || name == "named_captures" || name == "split";
  if (module == "Elixir.Regex" && captures && arguments.size() == 2) return arguments[1];
  if (module == "re" && name == "split" && arguments.size() == 2) return arguments[0];
  return {};
}

bool copies_binary(const External& callee) { return callee.module.text() == "binary" && callee.name.text() == "copy"; }

}  // namespace beamwright::analysis
