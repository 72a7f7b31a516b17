// One walk over each function in the order of evaluation. Every name of the unit has one row that says which variable it means
// at this point of the walk; what a scope changes is logged and taken back at its end, so that no scope costs more than the
// names it binds.
#include "model/bind.h"

#include "base/symbol.h"

namespace beamwright::model {
namespace {

// Deeper expressions are left unbound. The parsers stop at about 2,000 levels; this keeps the stack safe whatever the lowering
// makes of them.
constexpr int kMaxDepth = 2500;

// How a variable in a pattern relates to one of the same name from before.
enum class Meeting : std::uint8_t {
  kBindsAnew,    // Elixir; Erlang's fun heads and generators
  kUsesIfBound,  // Erlang elsewhere
};

class Binder {
 public:
  explicit Binder(Unit& unit) : unit_(unit), erlang_(unit.language == source::Language::kErlang) { grow(256); }

  void function(const Function& f) {
    for (const ClauseId id : f.clauses) clause(unit_.clause(id), Meeting::kBindsAnew);
  }

  // Branches of Erlang that bind the same name have one variable if what follows them uses it, and each its own otherwise.
  void join_branches() {
    if (first_.empty()) return;
    for (Expr& e : unit_.exprs) {
      if (e.kind != ExprKind::kVariable || !(e.payload & kVariableIsBound)) continue;
      const VariableId first = first_of(VariableId(e.payload & ~kVariableIsBound));
      if (first.index < used_after_.size() && used_after_[first.index]) e.payload = first.index | kVariableIsBound;
    }
  }

 private:
  // A name and the variable it means now.
  struct Name {
    Symbol symbol;
    VariableId current = {};
    VariableId before = {};     // what it meant before the pattern that is being walked, when that pattern has bound it
    std::uint32_t pattern = 0;  // the pattern that bound it last
    VariableId candidate = {};  // Erlang: bound by an earlier branch of the same scope, to be bound again by this one
    std::uint32_t candidate_scope = 0;
  };
  struct Change {
    std::uint32_t name;
    VariableId current;
    VariableId candidate;
    std::uint32_t candidate_scope;
  };

  // What is bound inside does not leave.
  class Scope {
   public:
    explicit Scope(Binder& binder) : binder_(binder), mark_(binder.log_.size()), outer_(binder.scope_) {
      binder.scope_ = ++binder.last_scope_;
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() {
      while (binder_.log_.size() > mark_) {
        const Change& change = binder_.log_.back();
        Name& name = binder_.names_[change.name];
        name.current = change.current;
        name.candidate = change.candidate;
        name.candidate_scope = change.candidate_scope;
        binder_.log_.pop_back();
      }
      binder_.scope_ = outer_;
    }

   private:
    Binder& binder_;
    std::size_t mark_;
    std::uint32_t outer_;
  };

  // --- names

  std::uint32_t name_of(Symbol symbol) {
    const std::uint32_t mask = static_cast<std::uint32_t>(table_.size()) - 1;
    std::uint32_t at = hash(symbol) & mask;
    while (table_[at] != 0) {
      if (names_[table_[at] - 1].symbol == symbol) return table_[at] - 1;
      at = (at + 1) & mask;
    }
    names_.push_back({.symbol = symbol});
    table_[at] = static_cast<std::uint32_t>(names_.size());
    if (names_.size() * 2 > table_.size()) grow(table_.size() * 2);
    return static_cast<std::uint32_t>(names_.size()) - 1;
  }

  static std::uint32_t hash(Symbol symbol) { return (symbol.index * 0x9E3779B1u) >> 7; }

  void grow(std::size_t size) {
    table_.assign(size, 0);
    for (std::uint32_t i = 0; i < names_.size(); ++i) {
      std::uint32_t at = hash(names_[i].symbol) & (static_cast<std::uint32_t>(size) - 1);
      while (table_[at] != 0) at = (at + 1) & (static_cast<std::uint32_t>(size) - 1);
      table_[at] = i + 1;
    }
  }

  void use(ExprId id) {
    Expr& e = unit_.exprs[id.index];
    if (e.payload & kVariableIsBound) return;
    const Name& name = names_[name_of(e.symbol())];
    const bool before = in_pin_ && name.pattern == pattern_;
    const VariableId variable = before ? name.before : name.current;
    note_use(variable);
    e.payload = variable.index | kVariableIsBound;
  }

  void bind(ExprId id, Meeting meeting) {
    Expr& e = unit_.exprs[id.index];
    if (e.payload & kVariableIsBound) return;
    const std::uint32_t number = name_of(e.symbol());
    Name& name = names_[number];
    const bool again = meeting == Meeting::kUsesIfBound ? static_cast<bool>(name.current) : name.pattern == pattern_;
    if (!again) {
      log_.push_back({number, name.current, name.candidate, name.candidate_scope});
      name.before = name.current;
      name.pattern = pattern_;
      const bool sibling = erlang_ && name.candidate && name.candidate_scope == scope_ && !name.current;
      name.current = VariableId(unit_.variables.size());
      unit_.variables.push_back({name.symbol, id});
      if (sibling) note_sibling(name.current, name.candidate);
      e.flags |= kBinds;
    } else {
      note_use(name.current);
    }
    e.payload = name.current.index | kVariableIsBound;
  }

  // The variable of the first branch that bound the name, for that of any branch.
  VariableId first_of(VariableId variable) const {
    return variable.index < first_.size() && first_[variable.index] ? first_[variable.index] : variable;
  }

  void note_sibling(VariableId later, VariableId earlier) {
    const VariableId first = first_of(earlier);
    first_.resize(unit_.variables.size());
    first_[later.index] = first;
  }

  void note_use(VariableId variable) {
    if (variable && variable.index < exported_.size() && exported_[variable.index]) used_after_[variable.index] = true;
  }

  void note_export(VariableId variable) {
    exported_.resize(unit_.variables.size());
    used_after_.resize(unit_.variables.size());
    exported_[variable.index] = true;
  }

  // --- patterns

  void pattern(ExprId id, Meeting meeting) {
    ++pattern_;
    in_pattern(id, meeting);
  }

  void in_pattern(ExprId id, Meeting meeting) {
    if (++depth_ <= kMaxDepth) {
      const Expr& e = unit_.expr(id);
      const auto children = unit_.children_of(e);
      switch (e.kind) {
        case ExprKind::kVariable:
          bind(id, meeting);
          break;
        case ExprKind::kPin:
          for (const ExprId child : children) from_before(child);
          break;
        case ExprKind::kMap: {
          // Keys are expressions: a variable there has its value from before.
          const std::size_t first = e.has(kUpdate) ? 1 : 0;
          if (first == 1 && !children.empty()) from_before(children[0]);
          for (std::size_t i = first; i < children.size(); ++i) {
            if ((i - first) % 2 == 0) {
              from_before(children[i]);
            } else {
              in_pattern(children[i], meeting);
            }
          }
          break;
        }
        case ExprKind::kOperator:
          // A generator's pattern may carry a guard: `{:ok, x} when x > 0 <- source`.
          for (std::size_t i = 0; i < children.size(); ++i) {
            if (e.symbol() == sym::when && i + 1 == children.size() && i > 0) {
              expression(children[i]);
            } else {
              in_pattern(children[i], meeting);
            }
          }
          break;
        case ExprKind::kBinary: {
          // A size may name what an earlier segment has bound.
          const auto segments = unit_.segments_of(e);
          for (std::size_t i = 0; i < children.size(); ++i) {
            if (segments[i].size) expression(segments[i].size);
            in_pattern(children[i], meeting);
          }
          break;
        }
        case ExprKind::kField:
        case ExprKind::kClosure:
        case ExprKind::kCase:
        case ExprKind::kReceive:
        case ExprKind::kTry:
        case ExprKind::kWith:
        case ExprKind::kComprehension:
        case ExprKind::kCapture:
          expression(id);  // no pattern at all, but what it binds must not be lost
          break;
        default:
          for (const ExprId child : children) in_pattern(child, meeting);
      }
    }
    --depth_;
  }

  void from_before(ExprId id) {
    const bool outer = in_pin_;
    in_pin_ = true;
    expression(id);
    in_pin_ = outer;
  }

  // --- expressions

  void expression(ExprId id) {
    if (++depth_ <= kMaxDepth) walk(id);
    --depth_;
  }

  void walk(ExprId id) {
    const Expr& e = unit_.expr(id);
    const auto children = unit_.children_of(e);
    switch (e.kind) {
      case ExprKind::kVariable:
        use(id);
        break;
      case ExprKind::kMatch:
      case ExprKind::kGenerator:
        generator(id, here());
        break;
      case ExprKind::kCall:
      case ExprKind::kCapture:
        if (const ExprId module = unit_.call_of(e).module_expr) expression(module);
        for (const ExprId child : children) expression(child);
        break;
      case ExprKind::kBinary:
        for (const Segment& segment : unit_.segments_of(e))
          if (segment.size) expression(segment.size);
        for (const ExprId child : children) expression(child);
        break;
      case ExprKind::kClosure:
        closure(e);
        break;
      case ExprKind::kCase:
        for (const ExprId child : children) expression(child);
        branches(unit_.clauses_of(e), ExprId());
        break;
      case ExprKind::kReceive:
        if (!children.empty()) expression(children[0]);
        branches(unit_.clauses_of(e), children.size() > 1 ? children[1] : ExprId());
        break;
      case ExprKind::kTry:
        try_(e);
        break;
      case ExprKind::kWith:
        scoped_steps(children, here());
        for (const ClauseId c : unit_.clauses_of(e)) clause(unit_.clause(c), here());
        break;
      case ExprKind::kComprehension:
        scoped_steps(children, Meeting::kBindsAnew);
        break;
      default:
        for (const ExprId child : children) expression(child);
    }
  }

  Meeting here() const { return erlang_ ? Meeting::kUsesIfBound : Meeting::kBindsAnew; }

  void generator(ExprId id, Meeting meeting) {
    const auto children = unit_.children_of(id);
    if (children.size() != 2) {
      for (const ExprId child : children) expression(child);
      return;
    }
    expression(children[1]);
    pattern(children[0], meeting);
  }

  // What holds a scope is kept out of walk(), whose frame stands on the stack once a level.
  [[gnu::noinline]] void closure(const Expr& e) {
    const Scope scope(*this);
    const auto name = unit_.children_of(e);
    if (e.has(kNamed) && !name.empty()) pattern(name[0], Meeting::kBindsAnew);
    for (const ClauseId c : unit_.clauses_of(e)) clause(unit_.clause(c), Meeting::kBindsAnew);
  }

  [[gnu::noinline]] void scoped_steps(std::span<const ExprId> ids, Meeting meeting) {
    const Scope scope(*this);
    for (const ExprId id : ids) {
      if (unit_.expr(id).kind == ExprKind::kGenerator) {
        generator(id, meeting);
      } else {
        expression(id);
      }
    }
  }

  [[gnu::noinline]] void try_(const Expr& e) {
    const Try& t = unit_.try_of(e);
    const auto children = unit_.children_of(e);
    {
      const Scope scope(*this);
      for (const ExprId child : children) expression(child);
      // Erlang lets the success clauses see what the body has bound; Elixir does not.
      if (erlang_) branches(t.else_clauses, ExprId());
    }
    if (!erlang_) branches(t.else_clauses, ExprId());
    for (const ClauseId c : t.catch_clauses) clause(unit_.clause(c), here());
    if (t.after) {
      const Scope scope(*this);
      expression(t.after);
    }
  }

  [[gnu::noinline]] void clause(const Clause& c, Meeting meeting) {
    const Scope scope(*this);
    clause_inside(c, meeting);
  }

  void clause_inside(const Clause& c, Meeting meeting) {
    ++pattern_;
    for (const ExprId p : unit_.patterns_of(c)) in_pattern(p, meeting);
    if (c.guard) expression(c.guard);
    if (c.body) expression(c.body);
  }

  // The clauses of case, if and receive; `last` is what follows a timeout. In Erlang each starts from the same point, and what
  // any of them has bound is bound afterwards: one variable for one name.
  [[gnu::noinline]] void branches(ClauseRange clauses, ExprId last) {
    if (!erlang_) {
      for (const ClauseId c : clauses) clause(unit_.clause(c), Meeting::kBindsAnew);
      if (last) {
        const Scope scope(*this);
        expression(last);
      }
      return;
    }
    const std::size_t exported = exports_.size();
    for (const ClauseId c : clauses) {
      const std::size_t mark = log_.size();
      clause_inside(unit_.clause(c), Meeting::kUsesIfBound);
      end_branch(mark);
    }
    if (last) {
      const std::size_t mark = log_.size();
      expression(last);
      end_branch(mark);
    }
    for (std::size_t i = exported; i < exports_.size(); ++i) {
      Name& name = names_[exports_[i].name];
      if (name.current) continue;  // several branches have bound it
      log_.push_back(exports_[i]);
      name.current = first_of(name.candidate);
      note_export(name.current);
    }
    exports_.resize(exported);
  }

  void end_branch(std::size_t mark) {
    while (log_.size() > mark) {
      const Change change = log_.back();
      log_.pop_back();
      Name& name = names_[change.name];
      name.candidate = name.current;
      name.candidate_scope = scope_;
      name.current = change.current;
      exports_.push_back(change);
    }
  }

  Unit& unit_;
  const bool erlang_;
  std::vector<std::uint32_t> table_;  // open addressing: number of a name, plus one
  std::vector<Name> names_;
  std::vector<Change> log_;
  std::vector<Change> exports_;              // what the branches of the cases around have bound
  std::vector<VariableId> first_;            // by variable of a later branch: that of the first one
  std::vector<bool> exported_, used_after_;  // by variable of a first branch: the branches are over; and it is used
  std::uint32_t pattern_ = 0;
  std::uint32_t scope_ = 0;
  std::uint32_t last_scope_ = 0;
  bool in_pin_ = false;
  int depth_ = 0;
};

}  // namespace

void bind_variables(Unit& unit) {
  Binder binder(unit);
  for (const Function& f : unit.functions) binder.function(f);
  binder.join_branches();
}

}  // namespace beamwright::model
