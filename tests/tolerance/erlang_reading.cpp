// Erlang's half of the tolerance benchmark. A function is a function form. Macros are read as a review without the project's
// headers reads them: what a token of a preprocessor's directive does to other functions is right, so those are never touched.
#include "erlang/lexer.h"
#include "erlang/token_buffer.h"
#include "erlang/tree.h"
#include "reading.h"

namespace beamwright::tolerance {
namespace {

using erlang::Node;
using erlang::NodeKind;
using erlang::TokenKind;

std::uint64_t shape_of(const Node& node) {
  std::uint64_t shape = mix(static_cast<std::uint64_t>(node.kind), node.child_count);
  switch (node.kind) {
    case NodeKind::kInteger:
      shape = node.wide_integer ? mix(shape, node.text()) : mix(shape, static_cast<std::uint64_t>(node.integer));
      break;
    case NodeKind::kBareInteger:
    case NodeKind::kChar:
      shape = mix(shape, static_cast<std::uint64_t>(node.integer));
      break;
    case NodeKind::kFloat:
      shape = mix(shape, static_cast<std::uint64_t>(node.floating * 1024));
      break;
    case NodeKind::kString:
      shape = mix(shape, node.text());
      break;
    default:
      shape = mix(shape, node.symbol.index);
  }
  for (const Node* child : node.children()) shape = mix(shape, shape_of(*child));
  return shape;
}

Reading read(std::string_view text) {
  erlang::Options options;
  options.keep_header_forms = false;
  options.build_may_define = true;
  const source::FileId file(0);
  const erlang::Tree tree = erlang::parse(file, text, options);
  Reading reading;
  reading.faultless = tree.diagnostics.empty();
  for (const erlang::Form& form : tree.forms) {
    if (form.node->kind != NodeKind::kFunction) continue;
    reading.definitions.push_back({{form.node->begin, form.node->end}, shape_of(*form.node)});
  }
  return reading;
}

bool is_directive(const erlang::TokenBuffer& form) {
  if (form.size() < 2 || form[0].kind != TokenKind::kMinus) return false;
  if (form[1].kind == TokenKind::kIf || form[1].kind == TokenKind::kElse) return true;
  if (form[1].kind != TokenKind::kAtom) return false;
  const std::string_view name = form[1].symbol().text();
  return name == "define" || name == "undef" || name == "ifdef" || name == "ifndef" || name == "else" || name == "elif" ||
         name == "endif" || name == "include" || name == "include_lib";
}

std::vector<Slice> tokens(std::string_view text) {
  Arena arena;
  erlang::Lexer lexer(text, erlang::Level(), arena, nullptr);
  erlang::LexedForm form;
  erlang::TokenBuffer buffer;
  std::vector<Slice> slices;
  while (lexer.next_form(form, buffer)) {
    if (is_directive(buffer)) continue;
    for (const erlang::Token& token : buffer.all()) {
      if (token.kind == TokenKind::kEnd || token.end <= token.begin) continue;
      const bool quotes = token.kind == TokenKind::kString || token.quoted;
      if (quotes && token.end - token.begin >= 2) {
        slices.push_back({token.begin, token.begin + 1});
        slices.push_back({token.end - 1, token.end});
      } else {
        slices.push_back({token.begin, token.end});
      }
    }
  }
  return slices;
}

}  // namespace

const FrontEnd& erlang_front_end() {
  static const FrontEnd front_end{"erlang", read, tokens};
  return front_end;
}

}  // namespace beamwright::tolerance
