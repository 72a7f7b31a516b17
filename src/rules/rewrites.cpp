// Places come from the model's spans, which cover what is written; a span inside of a macro's expansion covers the macro's use,
// so that its text is another than the expression's.
#include "rules/rewrites.h"

#include <algorithm>

namespace beamwright::rules {
namespace {

using source::Span;

// `mix format` breaks longer lines unless the project says otherwise (Elixir: Code.format_string!/2, :line_length).
constexpr std::size_t kFormattedColumns = 98;

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// What most of Erlang's formatters and style checkers allow, unless the file itself has longer lines.
constexpr std::size_t kErlangColumns = 100;

std::size_t longest_line(std::string_view text) {
  std::size_t longest = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    longest = std::max(longest, columns(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return longest;
}

// A line of Elixir without the comment at its end, which the formatter puts on a line of its own.
std::string_view code_of(std::string_view line) {
  for (std::size_t at = line.find(" #"); at != std::string_view::npos; at = line.find(" #", at + 1)) {
    const std::string_view code = line.substr(0, at);
    if (std::count(code.begin(), code.end(), '"') % 2 == 0) return code;
  }
  return line;
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t") == std::string_view::npos; }

}  // namespace

RewriteBuilder::RewriteBuilder(const Program& program, FunctionId function) : program_(program) {
  const model::Function& f = program.function(function);
  refused_ = program.unit_of(function).is_instance() || f.has(model::kTemplate) || f.has(model::kGenerated) ||
             f.has(model::kMacro) || f.has(model::kSynthetic);
}

std::string_view RewriteBuilder::text_at(Span span) const {
  const std::string_view text = program_.files->file(span.file).text;
  return span.begin <= span.end && span.end <= text.size() ? text.substr(span.begin, span.end - span.begin) : std::string_view();
}

bool RewriteBuilder::is_written(const Unit& unit, ExprId expr) const {
  if (unit.role != source::Role::kReviewed) return false;
  for (ExprId around = expr; around; around = unit.parent(around)) {
    const model::Expr& e = unit.expr(around);
    if (e.has(model::kFromMacro) || e.kind == ExprKind::kQuote || e.kind == ExprKind::kUnknown) return false;
  }
  return true;
}

std::string_view RewriteBuilder::text_of(const Unit& unit, ExprId expr) {
  const std::string_view text = is_written(unit, expr) ? text_at(unit.span(expr)) : std::string_view();
  // An expression out of a macro's use is as long as that use, which begins with a question mark; a character does too.
  if (text.empty() || (text.starts_with('?') && unit.language == source::Language::kErlang)) refuse();
  return refused_ ? std::string_view() : text;
}

void RewriteBuilder::replace(Span span, std::string text) { edits_.push_back({span, std::move(text)}); }

void RewriteBuilder::replace_atom(const Unit& unit, ExprId expr, Symbol with) {
  const std::string_view written = text_of(unit, expr);
  const std::string from(unit.expr(expr).symbol().text()), to(with.text());
  if (unit.language == source::Language::kErlang) {
    if (written != from && written != "'" + from + "'") return refuse();
    return replace(unit.span(expr), to);
  }
  if (written == ":" + from) return replace(unit.span(expr), ":" + to);
  if (written == from + ":") return replace(unit.span(expr), to + ":");
  refuse();
}

void RewriteBuilder::add_argument(CallId site, std::string text) {
  const Unit& unit = program_.unit_of(site);
  const model::Call& call = program_.call(site);
  const std::string_view written = text_of(unit, call.expr);
  if (refused_ || !written.ends_with(')')) return refuse();
  const Span span = unit.span(call.expr);
  std::span<const ExprId> arguments = arguments_of(program_, site);
  if (call.piped) arguments = arguments.subspan(1);
  if (arguments.empty()) {
    if (!written.ends_with("()")) return refuse();
    return insert(span.file, span.end - 1, std::move(text));
  }
  const Span last = unit.span(arguments.back());
  if (text_of(unit, arguments.back()).empty() || last.begin < span.begin || last.end >= span.end) return refuse();
  // Nothing but parentheses around the argument may stand before the one that ends the call.
  const std::string_view between = text_at({span.file, last.end, span.end - 1});
  if (!std::all_of(between.begin(), between.end(), [](char c) { return c == ')'; })) return refuse();
  // The arguments begin behind the name and a parenthesis, or the call is part of a macro's use.
  const std::string_view head = text_at({span.file, span.begin, unit.span(arguments.front()).begin});
  const std::size_t name = head.rfind(call.name.text());
  if (name == std::string_view::npos || head.find_first_not_of("( ", name + call.name.text().size()) != std::string_view::npos) {
    return refuse();
  }
  insert(span.file, span.end - 1, ", " + std::move(text));
}

void RewriteBuilder::add_element(const Unit& unit, ExprId list, std::string text) {
  const std::string_view written = text_of(unit, list);
  const model::Expr& e = unit.expr(list);
  if (refused_ || e.kind != ExprKind::kList || e.has(model::kHasTail) || !written.starts_with('[') || !written.ends_with(']')) {
    return refuse();
  }
  if (e.child_count == 0) {
    if (written != "[]") return refuse();
    return insert(unit.file, e.end - 1, std::move(text));
  }
  const ExprId last = unit.children_of(list).back();
  if (text_of(unit, last).empty()) return;
  const std::uint32_t at = unit.expr(last).end;
  if (at > e.end - 1) return refuse();
  const std::string_view between = text_at({unit.file, at, e.end - 1});
  if (between.empty()) return insert(unit.file, at, ", " + std::move(text));
  // One element a line, as Elixir's formatter and most of Erlang's authors break lists.
  const std::string_view before = program_.files->file(unit.file).text.substr(0, unit.expr(last).begin);
  const std::size_t line = before.rfind('\n') + 1;
  const std::string_view indentation = before.substr(line);
  if (!is_blank(indentation) || between.find_first_not_of(" \t\r\n") != std::string_view::npos) return refuse();
  insert(unit.file, at, ",\n" + std::string(indentation) + std::move(text));
}

void RewriteBuilder::replace_callee(CallId site, std::string text) {
  const Unit& unit = program_.unit_of(site);
  const std::string_view written = text_of(unit, program_.call(site).expr);
  const std::size_t end = written.find('(');
  if (refused_ || end == std::string_view::npos || !written.substr(0, end).ends_with(program_.call(site).name.text())) {
    return refuse();
  }
  const Span span = unit.span(program_.call(site).expr);
  replace({span.file, span.begin, span.begin + static_cast<std::uint32_t>(end)}, std::move(text));
}

// Whether each line that an edit is in stays as short as the formatter wants it, in Erlang as the file's other lines.
bool RewriteBuilder::keeps_format() const {
  for (const findings::Edit& edit : edits_) {
    const source::SourceFile& file = program_.files->file(edit.span.file);
    const bool erlang = file.language == source::Language::kErlang;
    if (edit.text.find('\n') != std::string::npos) continue;
    const std::size_t begin = file.text.substr(0, edit.span.begin).rfind('\n') + 1;
    const std::size_t end = std::min(file.text.find('\n', edit.span.begin), file.text.size());
    const std::string_view line = file.text.substr(begin, end - begin);
    std::size_t length = columns(erlang ? line : code_of(line));
    for (const findings::Edit& other : edits_) {
      if (other.span.file != edit.span.file || other.span.begin < begin || other.span.end > end) continue;
      const std::size_t last_line = other.text.rfind('\n') + 1;
      // What stands before inserted lines is on the first of them.
      if (last_line > 0) length -= columns(file.text.substr(begin, other.span.begin - begin));
      length += columns(std::string_view(other.text).substr(last_line));
      length -= columns(text_at(other.span));
    }
    if (length > (erlang ? std::max(kErlangColumns, longest_line(file.text)) : kFormattedColumns)) return false;
  }
  return true;
}

findings::Rewrite RewriteBuilder::take(std::string title) {
  std::sort(edits_.begin(), edits_.end(), [](const findings::Edit& a, const findings::Edit& b) { return a.span < b.span; });
  for (std::size_t i = 1; i < edits_.size(); ++i) {
    if (edits_[i - 1].span.file == edits_[i].span.file && edits_[i - 1].span.end >= edits_[i].span.begin) return {};
  }
  if (refused_ || !keeps_format()) return {};
  return {std::move(title), std::move(edits_)};
}

bool is_statement(const Unit& unit, ExprId expr) {
  for (ExprId at = expr, around = unit.parent(at); around; at = around, around = unit.parent(around)) {
    const model::Expr& e = unit.expr(around);
    const std::span<const ExprId> children = unit.children_of(e);
    const bool in_clause = std::find(children.begin(), children.end(), at) == children.end();
    if (e.kind == ExprKind::kBlock && children.back() != at) return true;
    if (e.kind == ExprKind::kBlock || (e.kind == ExprKind::kCase && in_clause)) continue;
    if (e.kind != ExprKind::kClosure) return false;
    const ExprId run = unit.parent(around);
    if (!run || unit.expr(run).kind != ExprKind::kCall) return false;
    const model::Call& call = unit.call_of(unit.expr(run));
    return (call.module.text() == "Elixir.Enum" && call.name.text() == "each") ||
           (call.module.text() == "lists" && call.name.text() == "foreach");
  }
  return false;
}

}  // namespace beamwright::rules
