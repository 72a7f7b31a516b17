// A module's forms. A first look at all of them finds what later forms depend on: the module's name, its exports, its records and
// whether a generator wrote it.
#include <algorithm>

#include "lower/erlang_lowering.h"
#include "lower/lower.h"

namespace beamwright::lower {

using erlang::Node;
using erlang::NodeKind;
using model::DirectiveKind;
using model::ExprId;

namespace {

// Sources of parser generators: yecc and leex point at them with -file, as the compiler's own line numbers do.
bool is_generator_source(std::string_view path) {
  return path.ends_with(".yrl") || path.ends_with(".xrl") || path.ends_with("yeccpre.hrl") || path.ends_with("leexinc.hrl");
}

bool equal_ignoring_case(std::string_view text, std::string_view lower_case) {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

bool contains_ignoring_case(std::string_view text, std::string_view lower_case) {
  for (std::size_t i = 0; i + lower_case.size() <= text.size(); ++i) {
    if (equal_ignoring_case(text.substr(i, lower_case.size()), lower_case)) return true;
  }
  return false;
}

// {Name, Arity}
bool is_name_arity(const Node& node) {
  return node.kind == NodeKind::kBareTuple && node.child_count == 2 && node.child(0).kind == NodeKind::kBareAtom &&
         node.child(1).kind == NodeKind::kBareInteger;
}

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '@' ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

ErlangLowering::ErlangLowering(const source::SourceFile& file, const erlang::Tree& tree)
    : file_(file), tree_(tree), builder_(file) {}

std::unique_ptr<model::Unit> ErlangLowering::run() {
  survey();
  module_id_ = builder_.begin_module(module_);
  std::uint32_t last_own = 0;
  for (const erlang::Form& form : tree_.forms) {
    in_header_ = is_from_header(form);
    header_place_ = last_own;
    if (!in_header_) last_own = form.node->end;
    if (form.node->kind == NodeKind::kAttribute) {
      attribute(*form.node);
    } else if (form.node->kind == NodeKind::kFunction) {
      function(*form.node);
    }
  }
  return builder_.finish();
}

bool ErlangLowering::is_from_header(const erlang::Form& form) const { return form.file && form.file != file_.id; }

// --- what later forms depend on

void ErlangLowering::survey() {
  module_.end = static_cast<std::uint32_t>(file_.text.size());
  generated_ = says_that_it_is_generated();
  for (const erlang::Form& form : tree_.forms) {
    if (form.node->kind == NodeKind::kAttribute) {
      survey_attribute(form);
    } else if (form.node->kind == NodeKind::kFunction && form.node->symbol == sym::apply) {
      const std::int64_t arity = form.node->child(0).integer;
      defines_apply_ = defines_apply_ || arity == 2 || arity == 3;
    }
  }
  std::sort(exports_.begin(), exports_.end());
  if (module_.name) return;
  // Without -module it is an escript, or a module whose name is that of its file, as the compiler wants it.
  const std::size_t slash = file_.path.rfind('/');
  const std::string_view base = std::string_view(file_.path).substr(slash == std::string::npos ? 0 : slash + 1);
  if (base.ends_with(".erl") && !file_.text.starts_with("#!")) {
    module_.name = intern(base.substr(0, base.size() - 4));
  } else {
    module_.kind = model::ModuleKind::kScript;
  }
}

void ErlangLowering::survey_attribute(const erlang::Form& form) {
  const Node& node = *form.node;
  const Node& value = node.child(0);
  if (node.symbol == sym::module_) {
    if (!is_from_header(form)) name_module(value);
  } else if (node.symbol == sym::export_) {
    for (const Node* entry : value.children()) {
      if (is_name_arity(*entry))
        exports_.push_back({entry->child(0).symbol, static_cast<std::uint32_t>(entry->child(1).integer)});
    }
  } else if (node.symbol == sym::compile) {
    survey_compile_option(value);
  } else if (node.symbol == sym::record) {
    if (value.kind == NodeKind::kBareTuple && value.child_count == 2) records_.push_back(&value);
  } else if (node.symbol == sym::file) {
    const bool names_a_file =
        value.kind == NodeKind::kBareTuple && value.child_count == 2 && value.child(0).kind == NodeKind::kString;
    generated_ = generated_ || (names_a_file && is_generator_source(value.child(0).text()));
  }
}

void ErlangLowering::survey_compile_option(const Node& option) {
  if (option.kind == NodeKind::kSequence) {
    for (const Node* element : option.children()) survey_compile_option(*element);
  } else if (option.is_atom(sym::export_all)) {
    exports_all_ = true;
  }
}

// The value of -module is its name, or the name and the parameters of a parameterised module.
void ErlangLowering::name_module(const Node& value) {
  const Node& name = value.kind == NodeKind::kBareTuple && value.child_count != 0 ? value.child(0) : value;
  if (name.kind != NodeKind::kBareAtom) return;
  module_.name = name.symbol;
  module_.name_begin = name.begin;
  module_.name_end = name.end;
}

// Generators say so in the comments before the first form: asn1ct, gpb, and whoever writes "do not edit".
bool ErlangLowering::says_that_it_is_generated() const {
  std::uint32_t first_form = module_.end;
  for (const erlang::Form& form : tree_.forms) {
    // What the preprocessor puts in front has no place of its own.
    if (is_from_header(form) || form.node->symbol == sym::file) continue;
    first_form = form.node->begin;
    break;
  }
  for (const erlang::Comment& comment : tree_.comments) {
    if (comment.begin >= first_form) break;
    std::string_view text = file_.text.substr(comment.begin, comment.end - comment.begin);
    while (!text.empty() && (text.front() == '%' || text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    constexpr std::string_view kBy = "generated by";
    if (equal_ignoring_case(text.substr(0, kBy.size()), kBy) || contains_ignoring_case(text, "automatically generated") ||
        contains_ignoring_case(text, "do not edit")) {
      return true;
    }
  }
  return false;
}

// --- attributes

void ErlangLowering::attribute(const Node& form) {
  switch (form.symbol.index) {
    case sym::module__index:
    case sym::export__index:
    case sym::export_type_index:
    case sym::record_index:
    case sym::type_index:
    case sym::opaque_index:
    case sym::nominal_index:
    case sym::spec_index:
    case sym::file_index:
    case sym::doc_index:
    case sym::moduledoc_index:
      return;
    case sym::behaviour_index:
    case sym::behavior_index:
      return directive(DirectiveKind::kBehaviour, form, form.child(0));
    case sym::import__index:
      return import(form);
    case sym::callback_index:
      return callback(form);
    case sym::compile_index:
      parse_transforms(form, form.child(0));
      break;
    default:
      break;
  }
  add_attribute(form, expression(form.child(0)));
}

void ErlangLowering::add_attribute(const Node& form, ExprId value) {
  const Place at = place(form);
  builder_.attribute(module_id_, {form.symbol, value, at.begin, at.end});
}

void ErlangLowering::directive(DirectiveKind kind, const Node& form, const Node& module, ExprId options) {
  const Place at = place(form);
  model::Directive directive = {};
  directive.kind = kind;
  directive.module = module.kind == NodeKind::kBareAtom ? module.symbol : Symbol();
  directive.options = options;
  directive.begin = at.begin;
  directive.end = at.end;
  builder_.directive(module_id_, directive);
}

// {Module, [{Name, Arity}]}
void ErlangLowering::import(const Node& form) {
  const Node& value = form.child(0);
  if (value.kind != NodeKind::kBareTuple || value.child_count != 2) return;
  directive(DirectiveKind::kImport, form, value.child(0), expression(value.child(1)));
}

void ErlangLowering::parse_transforms(const Node& form, const Node& option) {
  if (option.kind == NodeKind::kSequence) {
    for (const Node* element : option.children()) parse_transforms(form, *element);
  } else if (option.kind == NodeKind::kBareTuple && option.child_count == 2 && option.child(0).is_atom(sym::parse_transform)) {
    directive(DirectiveKind::kParseTransform, form, option.child(1));
  }
}

// Types are left out, but that a module is a behaviour, and of which callbacks, is kept: callback {Name, Arity}.
void ErlangLowering::callback(const Node& form) {
  const Node& value = form.child(0);
  if (value.kind == NodeKind::kBareTuple && value.child_count != 0 && is_name_arity(value.child(0))) {
    add_attribute(form, expression(value.child(0)));
  }
}

// --- functions

void ErlangLowering::function(const Node& form) {
  const Node& heads = form.child(1);
  Clauses list(clauses_);
  clauses(heads, list);
  const Place at = place(form);
  model::Function function;
  function.name = form.symbol;
  function.arity = static_cast<std::uint32_t>(form.child(0).integer);
  function.begin = function.name_begin = at.begin;
  function.end = at.end;
  function.name_end = in_header_ ? at.begin : std::min(at.end, end_of_name(at.begin));
  const bool runs_as_script = module_.kind == model::ModuleKind::kScript && function.name == sym::main && function.arity == 1;
  if (exports_all_ || runs_as_script || exported({function.name, function.arity})) function.flags |= model::kPublic;
  if (generated_ || in_header_) function.flags |= model::kGenerated;
  builder_.function(module_id_, function, list.rows());
}

bool ErlangLowering::exported(NameArity function) const { return std::binary_search(exports_.begin(), exports_.end(), function); }

// The name in front of a clause: an atom, a quoted atom, or a macro.
std::uint32_t ErlangLowering::end_of_name(std::uint32_t begin) const {
  const std::string_view text = file_.text;
  std::size_t at = begin;
  if (at < text.size() && text[at] == '\'') {
    for (++at; at < text.size() && text[at] != '\''; ++at) {
      if (text[at] == '\\') ++at;
    }
    return static_cast<std::uint32_t>(std::min(at + 1, text.size()));
  }
  while (at < text.size() && text[at] == '?') ++at;
  while (at < text.size() && is_name(text[at])) ++at;
  return static_cast<std::uint32_t>(at);
}

std::unique_ptr<model::Unit> lower_erlang(const source::SourceFile& file, const erlang::Tree& tree) {
  return ErlangLowering(file, tree).run();
}

}  // namespace beamwright::lower
