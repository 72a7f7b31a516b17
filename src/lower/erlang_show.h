// For tests: lowers a text and shows expressions of the model in a short notation close to Erlang's.
//
//   f(a), m:f(a), (M):f(a), (F)(a), apply({M, F})(a)      the kinds of calls, in the order of TargetKind
//   fun m:f/1 · fun (P) -> B end · X! (binds) · X · X? (unbound)
//   case S of P when G -> B; … end · receive C after T -> B end · try B of C catch C after B end · with S, B else C end
//   [B || P <- S, F] · (+ 1 2) · P = V · begin A, B end · base.field · #{k => v} · #{base | k => v} · #record{k => v}
#pragma once

#include <string>
#include <string_view>

#include "erlang/tree.h"
#include "lower/lower.h"

namespace beamwright::lower {

struct LoweredErlang {
  explicit LoweredErlang(std::string_view text, std::string path = "src/m.erl") {
    source::SourceFile row;
    row.path = std::move(path);
    row.language = source::Language::kErlang;
    const source::FileId id = files.add_text(std::move(row), std::string(text));
    const erlang::Tree tree = erlang::parse(id, files.file(id).text);
    diagnostics = tree.diagnostics.size();
    unit = lower_erlang(files.file(id), tree);
  }

  const model::Function* function(std::string_view name) const {
    for (const model::Function& f : unit->functions) {
      if (f.name.text() == name) return &f;
    }
    return nullptr;
  }

  // The clauses of a function: "X! when G -> B; …".
  std::string show_function(std::string_view name) const {
    const model::Function* f = function(name);
    return f ? clauses(f->clauses) : "no function";
  }

  // The source text of an expression.
  std::string text(model::ExprId id) const {
    const model::Expr& e = unit->expr(id);
    return std::string(files.file(unit->file).text.substr(e.begin, e.end - e.begin));
  }

  std::string show(model::ExprId id) const {
    using model::ExprKind;
    if (!id) return "-";
    const model::Expr& e = unit->expr(id);
    const auto children = unit->children_of(e);
    const std::string all = list(children);
    switch (e.kind) {
      case ExprKind::kAtom:
        return std::string(e.symbol().text());
      case ExprKind::kInteger:
        return std::to_string(unit->integer_of(e));
      case ExprKind::kFloat:
        return std::to_string(unit->floats[e.payload]);
      case ExprKind::kString:
        return '"' + std::string(e.symbol().text()) + '"';
      case ExprKind::kCharlist:
        return '\'' + std::string(e.symbol().text()) + '\'';
      case ExprKind::kVariable:
        if (e.payload == model::VariableId::kNone) return "?";
        return std::string(unit->variable_of(e).name.text()) + (e.has(model::kBinds) ? "!" : "");
      case ExprKind::kWildcard:
        return "_";
      case ExprKind::kTuple:
        return '{' + all + '}';
      case ExprKind::kList:
        if (!e.has(model::kHasTail)) return '[' + all + ']';
        return '[' + list(children.first(children.size() - 1)) + " | " + show(children.back()) + ']';
      case ExprKind::kMap:
        return map(e);
      case ExprKind::kBinary:
        return "<<" + all + ">>";
      case ExprKind::kField:
        return all + '.' + std::string(e.symbol().text());
      case ExprKind::kOperator:
        return '(' + std::string(e.symbol().text()) + ' ' + list(children, " ") + ')';
      case ExprKind::kCall:
        return callee(unit->call_of(e)) + '(' + all + ')';
      case ExprKind::kCapture:
        return "fun " + callee(unit->call_of(e)) + '/' + std::to_string(unit->call_of(e).arity);
      case ExprKind::kClosure: {
        const std::string name = e.has(model::kNamed) ? all + ' ' : "";
        return "fun " + name + clauses(unit->clauses_of(e)) + " end";
      }
      case ExprKind::kMatch:
        return show(children[0]) + " = " + show(children[1]);
      case ExprKind::kBlock:
        return "begin " + all + " end";
      case ExprKind::kCase:
        return "case " + (all.empty() ? "" : all + " of ") + clauses(unit->clauses_of(e)) + " end";
      case ExprKind::kReceive: {
        const std::string after = children.size() == 2 ? " after " + show(children[0]) + " -> " + show(children[1]) : "";
        return "receive " + clauses(unit->clauses_of(e)) + after + " end";
      }
      case ExprKind::kTry: {
        const model::Try& t = unit->try_of(e);
        std::string result = (e.has(model::kOldCatch) ? "old try " : "try ") + all;
        if (!t.else_clauses.empty()) result += " of " + clauses(t.else_clauses);
        if (!t.catch_clauses.empty()) result += " catch " + clauses(t.catch_clauses);
        if (t.after) result += " after " + show(t.after);
        return result + " end";
      }
      case ExprKind::kWith: {
        const model::ClauseRange range = unit->clauses_of(e);
        return "with " + all + (range.empty() ? "" : " else " + clauses(range)) + " end";
      }
      case ExprKind::kComprehension:
        return '[' + show(children.back()) + " || " + list(children.first(children.size() - 1)) + ']';
      case ExprKind::kGenerator:
        return show(children[0]) + " <- " + show(children[1]);
      case ExprKind::kPin:
        return '^' + all;
      case ExprKind::kQuote:
        return "quote " + all;
      case ExprKind::kUnknown:
        return "unknown(" + all + ')';
    }
    return "?";
  }

  source::FileTable files;
  std::unique_ptr<model::Unit> unit;
  std::size_t diagnostics = 0;

 private:
  std::string list(std::span<const model::ExprId> ids, std::string_view separator = ", ") const {
    std::string result;
    for (const model::ExprId id : ids) {
      if (id != ids.front()) result += separator;
      result += show(id);
    }
    return result;
  }

  std::string map(const model::Expr& e) const {
    const auto children = unit->children_of(e);
    std::string result = '#' + std::string(e.symbol().text()) + '{';
    std::size_t i = 0;
    if (e.has(model::kUpdate)) result += show(children[i++]) + " | ";
    for (const std::size_t first = i; i + 1 < children.size(); i += 2) {
      if (i != first) result += ", ";
      result += show(children[i]) + " => " + show(children[i + 1]);
    }
    return result + '}';
  }

  std::string callee(const model::Call& call) const {
    const std::string name(call.name.text());
    switch (call.target) {
      case model::TargetKind::kLocal:
        return name;
      case model::TargetKind::kRemote:
        return std::string(call.module.text()) + ':' + name;
      case model::TargetKind::kDynamicModule:
        return '(' + show(call.module_expr) + "):" + name;
      case model::TargetKind::kValue:
        return '(' + show(call.module_expr) + ')';
      case model::TargetKind::kDynamic:
        return "apply(" + show(call.module_expr) + ')';
    }
    return "?";
  }

  std::string clauses(model::ClauseRange range) const {
    std::string result;
    for (const model::ClauseId id : range) {
      const model::Clause& c = unit->clause(id);
      if (!result.empty()) result += "; ";
      result += list(unit->patterns_of(c));
      if (c.guard) result += (result.empty() || result.back() == ' ' ? "when " : " when ") + show(c.guard);
      result += (result.empty() || result.back() == ' ' ? "-> " : " -> ") + show(c.body);
    }
    return result;
  }
};

}  // namespace beamwright::lower
