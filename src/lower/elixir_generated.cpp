// Functions and macros that a module gets from a macro of Kernel or Record without writing them: an exception's exception/1, the
// accessors of a record. Only what other code calls by name stands here.
#include <algorithm>
#include <iterator>

#include "lower/elixir_lowering.h"

namespace beamwright::lower {
namespace {

// Do the fields of a defexception, [:message] or [message: "…"], have a message? What cannot be read may.
bool has_message(const Node& node) {
  if (node.child_count != 1 || node.child(0).kind != NodeKind::kList) return true;
  for (const Node* field : node.child(0).children()) {
    const Node& name = field->kind == NodeKind::kPair ? field->child(0) : *field;
    if (name.kind == NodeKind::kAtom && name.symbol.text() == "message") return true;
  }
  return false;
}

// A verb of Plug.Router.
bool is_verb(std::string_view name) {
  static constexpr std::string_view kVerbs[] = {"get", "post", "put", "patch", "delete", "options", "head", "match"};
  return std::find(std::begin(kVerbs), std::end(kVerbs), name) != std::end(kVerbs);
}

}  // namespace

// post "/orders/:id" do … end makes a clause of do_match(conn, method, path, host), in which conn and id are variables
// (Plug.Router).
bool ElixirLowering::define_route(const Node& node) {
  if (node.child_count < 2 || node.child_count > 3 || !is_verb(node.symbol.text())) return false;
  const Node& path = node.child(0);
  const bool any = path.kind == NodeKind::kVariable && path.symbol == sym::underscore;
  Sections sections;
  const Node& block = node.child(node.child_count - 1);
  if ((path.kind != NodeKind::kBinary && !any) || !read_sections(block, sections) || !sections.body) return false;
  Head head;
  head.name = intern("do_match");
  head.begin = node.begin;
  head.end = node.end;
  head.name_begin = node.begin;
  head.name_end = path.end;
  const Scope scope(*this);
  const Setting inside(in_function_, true);
  const ExprId segments = route_segments(path);
  Exprs patterns(*this);
  patterns.push(generated(ExprKind::kVariable, node.begin, intern("conn").index));
  patterns.push(generated(ExprKind::kWildcard, node.begin));
  patterns.push(segments);
  patterns.push(generated(ExprKind::kWildcard, node.begin));
  const ExprId body = function_body(block);
  add_clause(head.name, 4, 0, head, builder_.clause(patterns.span(), ExprId(), body, node.begin, node.end));
  return true;
}

// The variables of a route's path, as a list: "/carts/:id" has id.
ExprId ElixirLowering::route_segments(const Node& path) {
  Exprs segments(*this);
  std::string_view rest = path.kind == NodeKind::kBinary ? path.text() : std::string_view();
  while (!rest.empty()) {
    const std::string_view segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(rest.size(), segment.size() + 1));
    if (segment.size() < 2 || (segment[0] != ':' && segment[0] != '*')) continue;
    segments.push(generated(ExprKind::kVariable, path.begin, intern(segment.substr(1)).index));
  }
  return builder_.add(ExprKind::kList, path.begin, path.end, 0, segments.span(), model::kFromMacro);
}

void ElixirLowering::define_generated(const Node& node) {
  const std::string_view name = node.symbol.text();
  if (name == "defexception") state_.exception = &node;
  if (name == "defrecord") define_record(node, model::kPublic);
  if (name == "defrecordp") define_record(node, 0);
}

// Record.defrecord(:name, …) makes macros: name/0 and name/1 build or read, name/2 updates.
void ElixirLowering::define_record(const Node& node, std::uint16_t flags) {
  if (node.child_count < 2 || node.child(0).kind != NodeKind::kAtom) return;
  Head head;
  head.name = node.child(0).symbol;
  head.begin = node.begin;
  head.end = node.end;
  head.name_begin = node.child(0).begin;
  head.name_end = node.child(0).end;
  for (std::size_t arity = 0; arity <= 2; ++arity) {
    Exprs patterns(*this);
    for (std::size_t i = 0; i < arity; ++i) patterns.push(generated(ExprKind::kWildcard, node.begin));
    add_clause(head.name, arity, flags | model::kMacro | model::kSynthetic, head,
               builder_.clause(patterns.span(), ExprId(), ExprId(), node.begin, node.end));
  }
}

ExprId ElixirLowering::generated_call(const Node& node, Symbol module, std::string_view name,
                                      std::initializer_list<ExprId> arguments) {
  model::Call call;
  call.target = module ? model::TargetKind::kRemote : model::TargetKind::kLocal;
  call.module = module;
  call.name = intern(name);
  return builder_.call(call, node.begin, node.end, {arguments.begin(), arguments.size()}, model::kFromMacro);
}

bool ElixirLowering::defines(Symbol name, std::size_t arity) const {
  for (std::size_t i = state_.first_pending; i < pending_.size(); ++i) {
    const model::Function& f = pending_[i].function;
    if (f.module == state_.id && f.name == name && f.arity == arity && !f.has(model::kTemplate)) return true;
  }
  return false;
}

// Kernel.defexception/1: exception/1 takes a keyword list, or a message where the struct has one. A module that writes its own
// overrides it.
void ElixirLowering::define_exception(const Node& node) {
  const Symbol name = intern("exception");
  if (defines(name, 1)) return;
  Head head;
  head.name = name;
  head.begin = node.begin;
  head.end = node.end;
  head.name_begin = node.offset;
  head.name_end = node.offset;
  const auto fields = [&] {
    return builder_.add(ExprKind::kVariable, node.begin, node.begin, placeholder(1).index, {}, model::kFromMacro);
  };
  const auto text = [&] { return generated(ExprKind::kUnknown, node.begin); };
  const ExprId parameter = fields();
  const ExprId statements[] = {
      generated_call(node, sym::Elixir_Enum, "split_with", {fields(), text()}),
      generated_call(node, sym::Elixir_Map, "has_key?", {text(), text()}),
      generated_call(node, sym::Elixir_IO, "warn", {generated_call(node, sym::Elixir_Kernel, "inspect", {text()})}),
      generated_call(node, sym::Elixir_Kernel, "struct!", {text(), fields()}),
      generated_call(node, Symbol(), "exception", {fields()}),
  };
  const std::span<const ExprId> code(statements, has_message(node) ? 5 : 4);
  const ExprId body = builder_.add(ExprKind::kBlock, node.begin, node.end, 0, code, model::kFromMacro);
  add_clause(head.name, 1, model::kPublic | model::kSynthetic, head,
             builder_.clause({&parameter, 1}, ExprId(), body, node.begin, node.end));
}

}  // namespace beamwright::lower
