// The notation of elixir_test_support.h.
#include "lower/elixir_test_support.h"

#include <gtest/gtest.h>

#include "base/invariant.h"
#include "lower/lower.h"

namespace beamwright::lower {

using model::Clause;
using model::Expr;
using model::ExprId;
using model::ExprKind;

Lowered::Lowered(std::string_view text, std::string_view path) {
  source::SourceFile row;
  row.path = path;
  file_ = files_.add_text(row, std::string(text));
  const source::SourceFile& file = files_.file(file_);
  unit_ = lower_elixir(file, elixir::parse(file_, file.text));
}

std::string Lowered::all() const {
  std::string out;
  for (const model::Module& m : unit_->modules) {
    out += std::string(m.kind == model::ModuleKind::kScript     ? "script"
                       : m.kind == model::ModuleKind::kProtocol ? "protocol"
                       : m.protocol                             ? "implementation"
                                                                : "module") +
           (m.name ? " " + model::display_module(m.name) : "") + "\n";
    for (const model::Directive& d : unit_->directives_of(m)) {
      static constexpr std::string_view kNames[] = {"use", "import", "require", "behaviour", "parse_transform", "alias"};
      out +=
          "  " + std::string(kNames[static_cast<std::size_t>(d.kind)]) + " " + (d.module ? model::display_module(d.module) : "?");
      if (d.options) out += " " + print(d.options);
      if (d.quoted) out += " quoted";
      if (d.function) out += " in " + std::string(unit_->functions[d.function.index].name.text());
      out += "\n";
    }
    for (const model::Attribute& a : unit_->attributes_of(m))
      out += "  @" + std::string(a.name.text()) + " " + print(a.value) + "\n";
    for (const auto id : m.functions) {
      const model::Function& f = unit_->functions[id.index];
      std::string flags;
      const auto flag = [&](model::FunctionFlag bit, const char* name) {
        if (f.has(bit)) flags += name;
      };
      flag(model::kPublic, " public");
      flag(model::kMacro, " macro");
      flag(model::kInlined, " inlined");
      flag(model::kTemplate, " template");
      flag(model::kSynthetic, " synthetic");
      flag(model::kImpl, " impl");
      flag(model::kGuardMacro, " guard");
      for (const auto c : f.clauses) {
        out += "  " + std::string(f.name.text()) + "/" + std::to_string(f.arity) + flags + " " + print_clause(unit_->clause(c)) +
               "\n";
      }
    }
  }
  return out;
}

const model::Function& Lowered::function(std::string_view name) const {
  for (const model::Function& f : unit_->functions) {
    if (f.name.text() == name) return f;
  }
  throw InvariantFailure("no such function");
}

std::string Lowered::body(std::string_view name) const {
  const model::Function& f = function(name);
  return print(unit_->clause(f.clauses[f.clauses.size() - 1]).body);
}

std::string Lowered::clauses(std::string_view name) const {
  std::string out;
  for (const auto c : function(name).clauses) out += print_clause(unit_->clause(c)) + "\n";
  return out;
}

std::string Lowered::source_of(std::string_view printed) const {
  for (std::size_t i = 0; i < unit_->exprs.size(); ++i) {
    if (print(ExprId(i)) != printed) continue;
    return std::string(files_.file(file_).text.substr(unit_->exprs[i].begin, unit_->exprs[i].end - unit_->exprs[i].begin));
  }
  return "not found";
}

std::string Lowered::print_list(std::span<const ExprId> ids) const {
  std::string out;
  for (const ExprId id : ids) out += (out.empty() ? "" : ", ") + print(id);
  return out;
}

std::string Lowered::print_clause(const Clause& c) const {
  std::string out = "(" + print_list(unit_->patterns_of(c)) + ")";
  if ((c.flags & model::kTruthy) != 0) out = "truthy";
  if ((c.flags & model::kFalsy) != 0) out = "falsy";
  if ((c.flags & model::kRescue) != 0) out = "rescue " + out;
  if (c.guard) out += " when " + print(c.guard);
  return c.body ? out + " -> " + print(c.body) : out;
}

std::string Lowered::print_clauses(model::ClauseRange clauses) const {
  std::string out;
  for (const auto c : clauses) out += (out.empty() ? "" : "; ") + print_clause(unit_->clause(c));
  return "{" + out + "}";
}

std::string Lowered::print_call(const Expr& e) const {
  const model::Call& c = unit_->call_of(e);
  std::string callee = c.piped ? "|" : "";
  switch (c.target) {
    case model::TargetKind::kLocal:
      break;
    case model::TargetKind::kRemote:
      callee += (c.module.text().starts_with("Elixir.") ? "" : ":") + model::display_module(c.module) + ".";
      break;
    case model::TargetKind::kDynamicModule:
    case model::TargetKind::kValue:
      callee += "?" + print(c.module_expr) + ".";
      break;
    case model::TargetKind::kDynamic:
      callee += "dynamic";
      break;
  }
  callee += c.name.text();
  if (c.capture) return "&" + callee + "/" + std::to_string(c.arity);
  EXPECT_EQ(c.arity, e.child_count);
  return callee + "(" + print_list(unit_->children_of(e)) + ")";
}

std::string Lowered::print_map(const Expr& e) const {
  const auto children = unit_->children_of(e);
  std::string out = "%" + (e.symbol() ? model::display_module(e.symbol()) : "") + "{";
  std::size_t i = 0;
  if (e.has(model::kUpdate)) out += print(children[i++]) + " | ";
  for (std::size_t first = i; i + 1 < children.size(); i += 2) {
    out += (i == first ? "" : ", ") + print(children[i]) + " => " + print(children[i + 1]);
  }
  return out + "}";
}

std::string Lowered::print(ExprId id) const {
  if (!id) return "none";
  const Expr& e = unit_->expr(id);
  const auto children = unit_->children_of(e);
  const std::string list = e.kind == ExprKind::kMap ? "" : print_list(children);
  const std::string name(e.kind == ExprKind::kVariable ? "" : e.kind == ExprKind::kCall ? "" : e.symbol().text());
  switch (e.kind) {
    case ExprKind::kAtom:
      return name.starts_with("Elixir.") ? model::display_module(e.symbol()) : name == "nil" ? name : ":" + name;
    case ExprKind::kInteger:
      return std::to_string(unit_->integer_of(e));
    case ExprKind::kFloat:
      return std::to_string(unit_->floats[e.payload]);
    case ExprKind::kString:
      return "\"" + name + "\"";
    case ExprKind::kCharlist:
      return "'" + name + "'";
    case ExprKind::kVariable:
      return e.payload == model::VariableId::kNone ? "unbound!" : std::string(unit_->variable_of(e).name.text());
    case ExprKind::kWildcard:
      return "_";
    case ExprKind::kTuple:
      return "{" + list + "}";
    case ExprKind::kList:
      if (!e.has(model::kHasTail)) return "[" + list + "]";
      return "[" + print_list(children.first(children.size() - 1)) + " | " + print(children.back()) + "]";
    case ExprKind::kMap:
      return print_map(e);
    case ExprKind::kBinary:
      return "<<" + list + ">>";
    case ExprKind::kField:
      return list + "." + name;
    case ExprKind::kOperator:
      if (children.size() != 2) return name + "(" + list + ")";
      return "(" + print(children[0]) + " " + name + " " + print(children[1]) + ")";
    case ExprKind::kCall:
    case ExprKind::kCapture:
      return print_call(e);
    case ExprKind::kClosure:
      return "fn" + print_clauses(unit_->clauses_of(e));
    case ExprKind::kMatch:
      return print(children[0]) + " = " + print(children[1]);
    case ExprKind::kBlock: {
      std::string out;
      for (const ExprId child : children) out += (out.empty() ? "" : "; ") + print(child);
      return "(" + out + ")";
    }
    case ExprKind::kCase:
      return "case " + (list.empty() ? "" : list + " ") + print_clauses(unit_->clauses_of(e));
    case ExprKind::kReceive: {
      const std::string after = children.empty() ? "" : " after " + print(children[0]) + " -> " + print(children[1]);
      return "receive " + print_clauses(unit_->clauses_of(e)) + after;
    }
    case ExprKind::kTry: {
      const model::Try& t = unit_->try_of(e);
      std::string out = "try " + list;
      if (!t.else_clauses.empty()) out += " else " + print_clauses(t.else_clauses);
      if (!t.catch_clauses.empty()) out += " catch " + print_clauses(t.catch_clauses);
      if (t.after) out += " after " + print(t.after);
      return out;
    }
    case ExprKind::kWith: {
      const auto clauses = unit_->clauses_of(e);
      return "with(" + list + ")" + (clauses.empty() ? "" : " else " + print_clauses(clauses));
    }
    case ExprKind::kComprehension:
      return "for(" + list + ")";
    case ExprKind::kGenerator:
      return print(children[0]) + " <- " + print(children[1]);
    case ExprKind::kPin:
      return "^" + list;
    case ExprKind::kQuote:
      return "quote(" + list + ")";
    case ExprKind::kUnknown:
      return "unknown" + (name.empty() ? "" : "<" + name + ">") + "(" + list + ")";
  }
  return "?";
}

std::string lowered(std::string_view code) {
  return Lowered("defmodule M do\n  def f(a, b, c, x, y, state) do\n" + std::string(code) + "\n  end\nend\n").body("f");
}

TEST(TheNotationOfTheseTests, PrintsAFunctionAsItWasWritten) {
  EXPECT_EQ(lowered("GenServer.call(x, {:get, y})"), "GenServer.call(x, {:get, y})");
}

}  // namespace beamwright::lower
