#include "rules/catch_all.h"

#include <algorithm>

#include "rules/rewrites.h"

namespace beamwright::rules {
namespace {

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r") == std::string_view::npos; }

class CatchAll {
 public:
  CatchAll(const Program& program, FunctionId function)
      : program_(program),
        function_(function),
        unit_(program.unit_of(function)),
        text_(program.files->file(unit_.file).text),
        rewrite_(program, function) {}

  findings::Rewrite rewrite() {
    const model::Function& f = program_.function(function_);
    if (unit_.is_instance() || f.arity != 2 || f.clauses.count == 0 || f.end > text_.size()) return {};
    const bool done = in_erlang(program_, function_) ? add_erlang(f) : add_elixir(f);
    return done ? rewrite_.take("Log messages that no clause takes") : findings::Rewrite();
  }

 private:
  // The blanks that a line begins with, up to this place; nothing but blanks may be there.
  bool starts_line(std::uint32_t at, std::string& indentation) const {
    const std::size_t line = text_.substr(0, at).rfind('\n') + 1;
    indentation = std::string(text_.substr(line, at - line));
    return is_blank(indentation);
  }

  std::string_view rest_of_line(std::uint32_t at) const { return text_.substr(at, text_.find('\n', at) - at); }

  bool add_erlang(const model::Function& f) {
    const model::Clause& last = last_clause(f);
    std::string indentation, body = "    ", line;
    if (!starts_line(last.begin, indentation) || !text_.substr(last.begin).starts_with("handle_info(")) return false;
    if (last.body && starts_line(unit_.expr(first_of(last.body)).begin, line)) body = line;
    const std::size_t dot = text_.find_first_not_of(" \t\r\n", last.end);
    if (dot == std::string_view::npos || text_[dot] != '.') return false;
    const auto at = static_cast<std::uint32_t>(dot);
    rewrite_.replace({unit_.file, at, at + 1}, ";\n" + indentation + "handle_info(Message, State) ->\n" + body +
                                                   "logger:warning(\"unexpected message: ~tp\", [Message]),\n" + body +
                                                   "{noreply, State}.");
    return true;
  }

  bool add_elixir(const model::Function& f) {
    const model::Clause& last = last_clause(f);
    std::string indentation;
    if (!starts_line(last.begin, indentation) || !text_.substr(last.begin).starts_with("def handle_info(")) return false;
    if (!is_blank(rest_of_line(last.end)) || !require_logger()) return false;
    std::string clause = "\n\n" + indentation + "def handle_info(message, state) do\n" + indentation +
                         "  Logger.warning(\"unexpected message: #{inspect(message)}\")\n" + indentation +
                         "  {:noreply, state}\n" + indentation + "end";
    // The formatter keeps an empty line behind a definition of several lines.
    const std::size_t next = text_.find('\n', last.end);
    if (next != std::string_view::npos) {
      std::string_view following = rest_of_line(static_cast<std::uint32_t>(next + 1));
      following.remove_prefix(std::min(following.find_first_not_of(" \t"), following.size()));
      if (!is_blank(following) && !following.starts_with("end")) clause += "\n";
    }
    rewrite_.insert(unit_.file, last.end, std::move(clause));
    return true;
  }

  // Logger's functions are macros. `require Logger` goes below `use GenServer` where it is missing.
  bool require_logger() {
    const model::Module& module = unit_.modules[program_.function(function_).module.index];
    const std::string_view body = text_.substr(module.begin, module.end - module.begin);
    for (std::size_t at = body.find("alias "); at != std::string_view::npos; at = body.find("alias ", at + 1)) {
      if (body.substr(at, body.find('\n', at) - at).find("Logger") != std::string_view::npos) return false;
    }
    const model::Directive* use = nullptr;
    for (const model::Directive& directive : unit_.directives_of(module)) {
      if (directive.quoted || directive.function) continue;
      const bool logger = directive.module == intern("Elixir.Logger");
      if (logger && (directive.kind == model::DirectiveKind::kRequire || directive.kind == model::DirectiveKind::kImport))
        return true;
      if (directive.kind == model::DirectiveKind::kUse && directive.module == sym::Elixir_GenServer) use = &directive;
    }
    std::string indentation;
    if (use == nullptr || !starts_line(use->begin, indentation) || !is_blank(rest_of_line(use->end))) return false;
    const bool several = text_.substr(use->begin, use->end - use->begin).find('\n') != std::string_view::npos;
    rewrite_.insert(unit_.file, use->end, (several ? "\n\n" : "\n") + indentation + "require Logger");
    return true;
  }

  const model::Clause& last_clause(const model::Function& f) const {
    model::ClauseId last;
    for (const model::ClauseId id : f.clauses) last = id;
    return unit_.clause(last);
  }

  ExprId first_of(ExprId body) const {
    return unit_.expr(body).kind == ExprKind::kBlock && unit_.expr(body).child_count > 0 ? unit_.child(body, 0) : body;
  }

  const Program& program_;
  FunctionId function_;
  const Unit& unit_;
  std::string_view text_;
  RewriteBuilder rewrite_;
};

}  // namespace

findings::Rewrite end_with_catch_all(const Program& program, FunctionId handle_info) {
  return CatchAll(program, handle_info).rewrite();
}

}  // namespace beamwright::rules
