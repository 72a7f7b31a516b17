#include "rules/hoisted_fields.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "rules/rewrites.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using model::Expr;

// Elixir's reserved words, and names that mean something else as a variable (Elixir: "Syntax reference", reserved words).
constexpr std::array<std::string_view, 16> kReserved = {"true", "false", "nil", "when",  "and",    "or",    "not",  "in",
                                                        "fn",   "do",    "end", "catch", "rescue", "after", "else", "self"};

// "conn_pool" as a variable: conn_pool, ConnPool. Empty where a field has a name that no variable can have.
std::string variable_name(std::string_view field, bool erlang) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  if (field.empty() || field[0] < 'a' || field[0] > 'z' || !std::all_of(field.begin(), field.end(), is_letter)) return {};
  if (!erlang)
    return std::find(kReserved.begin(), kReserved.end(), field) == kReserved.end() ? std::string(field) : std::string();
  std::string name;
  bool upper = true;
  for (const char c : field) {
    if (c != '_') name += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = c == '_';
  }
  return name;
}

class Hoisting {
 public:
  Hoisting(const Program& program, FunctionId function, ExprId closure, model::VariableId variable)
      : program_(program),
        function_(function),
        unit_(program.unit_of(function)),
        closure_(closure),
        variable_(variable),
        erlang_(in_erlang(program, function)),
        rewrite_(program, function) {}

  findings::Rewrite rewrite() {
    const ExprId statement = statement_around(closure_);
    const ExprId binding = unit_.variables[variable_.index].binding;
    if (!statement || !binding || unit_.expr(binding).begin >= unit_.expr(statement).begin) return {};
    // More bindings than this would be no help to whoever reads the function.
    constexpr std::size_t kMaxFields = 4;
    if (!replace_uses() || fields_.size() > kMaxFields || uses_ != mentions()) return {};
    if (!bind_before(statement)) return {};
    return rewrite_.take("Bind what the closure needs before it");
  }

 private:
  // The expression around this one that stands in a block or is the whole of a body: the children of an expression are part of
  // it, bodies of its clauses are not.
  ExprId statement_around(ExprId at) const {
    for (ExprId around = unit_.parent(at); around; at = around, around = unit_.parent(around)) {
      const Expr& e = unit_.expr(around);
      const std::span<const ExprId> children = unit_.children_of(e);
      if (e.kind == ExprKind::kBlock || std::find(children.begin(), children.end(), at) == children.end()) return at;
    }
    return at;
  }

  // How often the closure uses the variable, also where that is no part of an expression's children: the module of a call.
  std::size_t mentions() const {
    const Expr& closure = unit_.expr(closure_);
    return static_cast<std::size_t>(std::count_if(unit_.exprs.begin(), unit_.exprs.end(), [&](const Expr& e) {
      return e.kind == ExprKind::kVariable && e.payload == variable_.index && e.begin >= closure.begin && e.end <= closure.end;
    }));
  }

  bool replace_uses() {
    const std::string name(unit_.variables[variable_.index].name.text());
    return !any_below(unit_, closure_, [&](ExprId id) {
      const Expr& e = unit_.expr(id);
      if (e.kind != ExprKind::kVariable || e.payload != variable_.index) return false;
      const ExprId around = unit_.parent(id);
      return !around || unit_.expr(around).kind != ExprKind::kField || !replace_use(around, name);
    });
  }

  bool replace_use(ExprId field, std::string base) {
    Symbol symbol = unit_.expr(field).symbol();
    // Of a socket's or connection's assigns, which are a map, the one assign. Elsewhere a second dot may as well call a function
    // of a module, which must go on to happen in the closure.
    const ExprId around = unit_.parent(field);
    if (!erlang_ && symbol == intern("assigns") && around && unit_.expr(around).kind == ExprKind::kField) {
      base += ".assigns";
      field = around;
      symbol = unit_.expr(field).symbol();
    }
    const std::string bound = variable_name(symbol.text(), erlang_);
    const std::string_view written = rewrite_.text_of(unit_, field);
    // Elixir: state.field. Erlang: State#record.field, of which the record's name is known from the text alone.
    const bool plain = erlang_ ? written.starts_with(base + "#") && written.ends_with("." + std::string(symbol.text()))
                               : written == base + "." + std::string(symbol.text());
    if (bound.empty() || !plain || written.find_first_of(" \t\r\n") != std::string_view::npos) return false;
    const auto known = std::find_if(fields_.begin(), fields_.end(), [&](const Field& f) { return f.bound == bound; });
    if (known != fields_.end() && known->access != written) return false;
    if (known == fields_.end()) {
      if (is_taken(bound)) return false;
      fields_.push_back({bound, std::string(written)});
    }
    rewrite_.replace(unit_.span(field), bound);
    ++uses_;
    return true;
  }

  // Is the name that of a variable, or of something called without parentheses, anywhere in the function?
  bool is_taken(std::string_view name) const {
    const model::Function& f = program_.function(function_);
    for (std::size_t i = 0; i < unit_.exprs.size(); ++i) {
      const Expr& e = unit_.exprs[i];
      if (e.begin < f.begin || e.end > f.end) continue;
      if (e.kind == ExprKind::kVariable && e.payload < unit_.variables.size() && unit_.variables[e.payload].name.text() == name)
        return true;
      if (e.kind == ExprKind::kCall && unit_.call_of(e).name && unit_.call_of(e).name.text() == name &&
          unit_.call_of(e).arity == 0)
        return true;
    }
    return false;
  }

  bool bind_before(ExprId statement) {
    const std::string_view text = program_.files->file(unit_.file).text;
    const std::uint32_t at = unit_.expr(statement).begin;
    const std::size_t line = text.substr(0, at).rfind('\n') + 1;
    const std::string_view indentation = text.substr(line, at - line);
    if (rewrite_.text_of(unit_, statement).empty() || indentation.find_first_not_of(" \t") != std::string_view::npos)
      return false;
    std::string lines;
    for (const Field& field : fields_)
      lines += field.bound + " = " + field.access + (erlang_ ? ",\n" : "\n") + std::string(indentation);
    // `mix format` keeps an empty line before an expression of several lines.
    const bool several = text.substr(at, unit_.expr(statement).end - at).find('\n') != std::string_view::npos;
    if (!erlang_ && several) lines.insert(lines.size() - indentation.size(), "\n");
    rewrite_.insert(unit_.file, at, std::move(lines));
    return true;
  }

  struct Field {
    std::string bound;   // the variable
    std::string access;  // as it was written
  };

  const Program& program_;
  FunctionId function_;
  const Unit& unit_;
  ExprId closure_;
  model::VariableId variable_;
  bool erlang_;
  RewriteBuilder rewrite_;
  std::vector<Field> fields_;
  std::size_t uses_ = 0;
};

}  // namespace

findings::Rewrite hoist_fields(const Program& program, FunctionId function, ExprId closure, model::VariableId variable) {
  return Hoisting(program, function, closure, variable).rewrite();
}

}  // namespace beamwright::rules
