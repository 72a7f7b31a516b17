// The state of lowering one Elixir file, and one member function for each construct. Only the elixir_*.cpp files include this.
//
//   elixir_names.h        aliases and attributes in force, module names
//   elixir.cpp            the entry, literals and the dispatch over names
//   elixir_modules.cpp    defmodule, defprotocol, defimpl, the code of a module's body
//   elixir_directives.cpp alias, import, require, use; module attributes and their uses
//   elixir_functions.cpp  def and its relatives: clauses, defaults, delegates, templates
//   elixir_generated.cpp  functions and macros that Kernel's and Record's own macros define
//   elixir_calls.cpp      calls, pipes, captures, apply, do-blocks as arguments
//   elixir_control.cpp    case, cond, if, with, for, receive, try, fn
//   elixir_data.cpp       maps, structs, binaries, strings with interpolation, sigils
//   elixir_unroll.cpp     definitions in a loop over a written list
//   elixir_quote.cpp      quote: unquoted expressions, templates of functions, quoted directives
//
// Elixir's own expansion (elixir_expand.erl, Kernel) is what each of them follows. A tree of any shape is lowered: what is not
// what its name promises becomes a kUnknown with everything that can be read of it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "elixir/template.h"
#include "elixir/tree.h"
#include "lower/elixir_names.h"
#include "model/builder.h"

namespace beamwright::lower {

using elixir::Node;
using elixir::NodeKind;
using model::Clause;
using model::ExprId;
using model::ExprKind;

class ElixirLowering {
 public:
  ElixirLowering(const source::SourceFile& file, const elixir::Tree& tree);

  std::unique_ptr<model::Unit> run();

 private:
  using Nodes = std::span<const Node* const>;

  // A list of expressions under way. Lists nest, so all of them share one stack and none allocates.
  class Exprs {
   public:
    explicit Exprs(ElixirLowering& lowering) : stack_(lowering.expr_stack_), mark_(stack_.size()) {}
    Exprs(const Exprs&) = delete;
    Exprs& operator=(const Exprs&) = delete;
    ~Exprs() { stack_.resize(mark_); }
    void push(ExprId id) { stack_.push_back(id); }
    void push_if(ExprId id) {
      if (id) stack_.push_back(id);
    }
    std::size_t size() const { return stack_.size() - mark_; }
    ExprId front() const { return stack_[mark_]; }
    // Valid until the next push to any list.
    std::span<const ExprId> span() const { return {stack_.data() + mark_, size()}; }

   private:
    std::vector<ExprId>& stack_;
    std::size_t mark_;
  };

  // The same for clauses.
  class Clauses {
   public:
    explicit Clauses(ElixirLowering& lowering) : stack_(lowering.clause_stack_), mark_(stack_.size()) {}
    Clauses(const Clauses&) = delete;
    Clauses& operator=(const Clauses&) = delete;
    ~Clauses() { stack_.resize(mark_); }
    void push(const Clause& clause) { stack_.push_back(clause); }
    std::size_t size() const { return stack_.size() - mark_; }
    std::span<const Clause> span() const { return {stack_.data() + mark_, size()}; }

   private:
    std::vector<Clause>& stack_;
    std::size_t mark_;
  };

  // The aliases of a block end with it.
  class Scope {
   public:
    explicit Scope(ElixirLowering& lowering) : aliases_(lowering.aliases_), mark_(aliases_.mark()) {}
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { aliases_.forget(mark_); }

   private:
    ScopedNames<Symbol>& aliases_;
    std::size_t mark_;
  };

  // Sets a member for the length of a block.
  template <typename T>
  class Setting {
   public:
    Setting(T& member, T value) : member_(member), before_(member) { member = value; }
    Setting(const Setting&) = delete;
    Setting& operator=(const Setting&) = delete;
    ~Setting() { member_ = before_; }

   private:
    T& member_;
    T before_;
  };

  // do … rescue … end, or the keywords `do:`, `else:`.
  struct Sections {
    const Node* body = nullptr;
    const Node* else_ = nullptr;
    const Node* rescue = nullptr;
    const Node* catch_ = nullptr;
    const Node* after = nullptr;
    bool handles() const { return else_ || rescue || catch_ || after; }
  };

  // name(arguments) when guard
  struct Head {
    Symbol name;
    Nodes arguments;
    const Node* guard = nullptr;
    std::uint32_t begin = 0, end = 0;
    std::uint32_t name_begin = 0, name_end = 0;
  };

  // A function whose clauses are still being collected: they may stand apart.
  struct PendingFunction {
    model::Function function;
    std::uint32_t first_clause = 0;  // of clause_chain_
    std::uint32_t last_clause = 0;
  };
  struct ChainedClause {
    Clause clause;
    std::uint32_t next = 0;
  };

  // What `@name` stands for.
  struct KnownAttribute {
    const Node* value = nullptr;  // a small literal; null when it is not one, or when `module` holds it
    Symbol module;                // @for and @protocol inside defimpl
    std::uint32_t weight = 0;     // nodes in the literal, its own attributes written out
    bool accumulates = false;     // every setting adds a value
    const Node* list = nullptr;   // a literal that is small enough for a loop over it
  };

  // A value that is known while the definitions of a loop are lowered: a literal, or the text or atom that was put together.
  struct Fragment {
    const Node* node = nullptr;
    Symbol text;
    bool atom = false;
    explicit operator bool() const { return node != nullptr || text; }
  };

  // `pattern <- list` around definitions.
  struct Loop {
    const Node* pattern;
    const Node* list;
  };

  struct ModuleState {
    model::LocalModuleId id;
    Symbol name;
    std::size_t first_attribute = 0;  // of known_attributes_
    std::size_t first_pending = 0;    // of pending_
    bool impl = false;                // @impl stands before the next function
    const Node* exception = nullptr;  // defexception
  };

  // --- elixir.cpp
  ExprId lower(const Node& node);
  // None for what is no expression: a definition, an alias.
  ExprId lower_statement(const Node& node);
  ExprId lower_literal(const Node& node);
  ExprId lower_variable(const Node& node);
  ExprId lower_named(const Node& node);
  ExprId lower_operator(const Node& node);
  ExprId lower_list(const Node& node);
  void lower_all(Nodes nodes, Exprs& into);
  ExprId lower_block(const Node& node);
  // A block with a scope of its own.
  ExprId lower_body(const Node& node);
  ExprId finish_block(const Exprs& statements, std::uint32_t begin, std::uint32_t end);

  ExprId add(ExprKind kind, const Node& node, std::uint32_t payload = 0, std::span<const ExprId> children = {},
             std::uint8_t flags = 0);
  ExprId add_call(model::Call call, const Node& node, std::span<const ExprId> arguments);
  ExprId atom(Symbol symbol, const Node& node) { return add(ExprKind::kAtom, node, symbol.index); }
  ExprId generated(ExprKind kind, std::uint32_t at, std::uint32_t payload = 0) {
    return builder_.add(kind, at, at, payload, {}, model::kFromMacro);
  }
  ExprId unknown(const Node& node, std::span<const ExprId> children = {}, Symbol name = {}) {
    return add(ExprKind::kUnknown, node, name.index, children);
  }
  ExprId unknown_with_children(const Node& node);
  std::uint32_t begin_of(const Node& node) const { return place_ ? place_->begin : node.begin; }
  std::uint32_t end_of(const Node& node) const { return place_ ? place_->end : node.end; }

  // --- elixir_modules.cpp
  ExprId define_module(const Node& node, model::ModuleKind kind);
  ExprId define_implementation(const Node& node);
  ExprId lower_unknown_module(const Node& node, const Node* body);
  void implement(const Node& node, Symbol protocol, Symbol target, const Node* body);
  void lower_module(const Node& node, model::Module module, const Node* body, Symbol target);
  Symbol nested_module_name(const Node& name);
  void module_body(const Node& body);
  void lower_script(const Node& root);
  model::LocalModuleId current_module();
  void emit_body(model::LocalModuleId module, const Exprs& statements, std::uint32_t begin, std::uint32_t end);

  // --- elixir_directives.cpp
  Symbol resolve_alias(const Node& node);
  // The module that an expression names when it is written as a literal; unset otherwise.
  Symbol literal_module(const Node& node);
  void add_alias(const Node& node);
  void alias_as(Symbol module, const Node* options, const Node& place);
  ExprId add_directive(model::DirectiveKind kind, const Node& node);
  void emit_directive(model::DirectiveKind kind, const Node& node, Symbol module, ExprId options);
  ExprId set_attribute(const Node& node, bool certain);
  void note_callback(const Node& node, const Node& value);
  void know_attribute(Symbol name, const Node& value, bool certain);
  ExprId lower_attribute(const Node& node);
  ExprId use_attribute(const Node& node, Symbol name);
  bool runs(const Node& value, std::size_t calls_before) const;
  std::size_t known_attribute(const Node& node) const;
  std::uint32_t literal_weight(const Node& node, std::uint32_t budget) const;
  std::uint32_t literal_weight_of_call(const Node& node, std::uint32_t budget) const;
  std::uint32_t sum_of_weights(Nodes nodes, std::uint32_t budget) const;
  void note_register_attribute(const Node& node);

  // --- elixir_functions.cpp
  ExprId define_function(const Node& node, std::uint16_t flags);
  ExprId define_delegates(const Node& node);
  ExprId define_guard(const Node& node, std::uint16_t flags);
  bool read_head(const Node& node, Head& head);
  void delegate(const Node& head_node, const Node& options);
  void define_clause(const Node& node, const Head& head, std::uint16_t flags);
  ExprId function_body(const Node& node);
  void define_defaults(const Head& head, std::uint16_t flags);
  void define_default(const Head& head, std::uint16_t flags, std::size_t missing, std::size_t defaults);
  ExprId parameter(const Node& node, std::size_t number);
  void add_clause(Symbol name, std::size_t arity, std::uint16_t flags, const Head& head, const Clause& clause);
  std::uint32_t pending_function(Symbol name, std::size_t arity, std::uint16_t flags, const Head& head);
  void grow_pending_slots();
  void emit_functions();
  // __MODULE__ inside quote is the module that uses the macro.
  bool module_is_known() const { return !in_template_ && !defining_templates_; }
  bool may_define() const { return state_.id && !in_function_; }

  // --- elixir_generated.cpp
  void define_generated(const Node& node);
  bool define_route(const Node& node);
  ExprId route_segments(const Node& path);
  void define_record(const Node& node, std::uint16_t flags);
  void define_exception(const Node& node);
  bool defines(Symbol name, std::size_t arity) const;
  ExprId generated_call(const Node& node, Symbol module, std::string_view name, std::initializer_list<ExprId> arguments);

  // --- elixir_calls.cpp
  ExprId lower_local_call(const Node& node, ExprId piped);
  ExprId lower_piped(const Node& node, ExprId left);
  ExprId lower_piped_name(const Node& node, ExprId left);
  ExprId lower_pipe(const Node& node);
  ExprId lower_call_on(const Node& node, ExprId piped);
  ExprId lower_remote(const Node& node, ExprId piped);
  ExprId lower_unknown_call(const Node& node, ExprId piped);
  ExprId lower_apply(const Node& node, ExprId piped);
  ExprId apply_function(const Node& node, Nodes arguments, ExprId piped);
  ExprId lower_send(const Node& node, ExprId piped);
  ExprId lower_capture(const Node& node);
  ExprId capture_function(const Node& node, const Node& target, const Node& arity);
  ExprId capture_closure(const Node& node, const Node& body);
  ExprId lower_placeholder(const Node& node, std::int64_t number);
  void arguments(Nodes nodes, Exprs& into);
  ExprId do_argument(const Node& list);
  static bool is_unquoted_name(const Node& node);
  ExprId lower_unquoted_name(const Node& node, ExprId piped);
  ExprId lower_unquoted_call(const Node& node, ExprId piped);
  bool written_without_parens(const Node& node) const;
  static Symbol placeholder(std::size_t number);

  // --- elixir_control.cpp
  static bool read_sections(const Node& node, Sections& sections);
  bool sections_at_end(const Node& node, std::size_t arity, ExprId piped, Sections& sections) const;
  static bool is_clause_list(const Node* node);
  ExprId lower_case(const Node& node, ExprId piped);
  ExprId lower_if(const Node& node, ExprId piped, bool negated);
  ExprId lower_cond(const Node& node);
  ExprId lower_with(const Node& node);
  ExprId lower_for(const Node& node);
  ExprId lower_receive(const Node& node);
  ExprId lower_try(const Node& node, const Sections& sections);
  ExprId lower_fn(const Node& node);
  ExprId lower_match_test(const Node& node, ExprId piped);
  ExprId lower_generator(const Node& node);
  ExprId lower_bits_generator(const Node& node);
  ExprId lower_reduce_body(const Node& clauses);
  Clause branch(const Node* body, std::uint8_t flag, std::uint32_t at);
  void lower_clauses(const Node* list, Clauses& into);
  Clause lower_clause(const Node& node);
  Clause lower_rescue_clause(const Node& node);
  Clause lower_catch_clause(const Node& node);
  ExprId lower_guard(const Node& node);
  // The patterns of the left side of a `->`; returns the guard or null.
  const Node* left_side(const Node& arrow, Exprs& patterns);

  // --- elixir_data.cpp
  ExprId lower_map(const Node& node, const Node& whole, Symbol structure, const Node* dynamic_structure);
  void lower_pairs(Nodes pairs, Exprs& into);
  ExprId lower_struct(const Node& node);
  ExprId lower_bits(const Node& node);
  ExprId lower_bits_as(const Node& node, const Node& whole);
  ExprId lower_segment(const Node& node, std::vector<model::Segment>& specified);
  void lower_specifiers(const Node& node, model::Segment& segment, int nesting);
  static std::uint16_t unit_of_segment(const Node& node);
  ExprId lower_sigil(const Node& node);
  ExprId lower_template(const Node& node, const Node& text, elixir::TemplateKind kind);
  ExprId lower_word_list(const Node& node, std::string_view text, char modifier);
  static bool is_sigil(const Node& node);
  static char modifier_of(const Node& modifiers);

  // --- elixir_unroll.cpp
  ExprId unroll_for(const Node& node, Nodes qualifiers, const Node& body);
  ExprId unroll_each(const Node& node, const Node* piped);
  bool unroll(std::span<const Loop> loops, const Node& body, Exprs& statements);
  std::size_t rounds_of(std::span<const Loop> loops);
  void unroll_rounds(std::span<const Loop> loops, const Node& body, Exprs& statements, bool& again);
  void unrolled_body(const Node& body, Exprs& statements);
  bool elements_of(const Node& node, std::vector<Fragment>& out);
  bool words_of(const Node& node, std::vector<Fragment>& out);
  bool bind_fragment(const Node& pattern, const Fragment& value);
  Fragment evaluate(const Node& node);
  Fragment made_of(const Node& node, bool atom);
  bool append_text(const Node& node, std::string& out);
  Symbol atom_of(const Fragment& value) const;
  ExprId lower_fragment(const Node& node, const Fragment& value);
  // The literal that an unquote stands for.
  Fragment unquoted(const Node& node) {
    return fragments_.mark() == 0 || node.child_count != 1 ? Fragment() : evaluate(node.child(0));
  }

  // --- elixir_quote.cpp
  ExprId lower_quote(const Node& node);
  void scan_quote(const Node& node, Exprs& unquoted);
  void scan_children(const Node& node, Exprs& unquoted);
  void lower_unquoted(const Node& node, Exprs& unquoted);
  void scan_name(const Node& node, Exprs& unquoted);
  void scan_definition(const Node& node, Exprs& unquoted);
  void scan_directive(model::DirectiveKind kind, const Node& node, Exprs& unquoted);
  void scan_attribute(const Node& node, Exprs& unquoted);
  ExprId lower_unquote(const Node& node);
  static const Node* plain_quote(const Node& body);
  ExprId inlined_body(const Node& quoted);

  // Deeper trees become unknown. The parser stops earlier; this keeps the stack safe whatever it hands over.
  static constexpr int kMaxDepth = 2500;

  const elixir::Tree& tree_;
  source::FileId file_;
  std::string_view text_;
  model::UnitBuilder builder_;
  ModuleNames names_;
  ScopedNames<Symbol> aliases_;  // first segment → module
  ScopedNames<KnownAttribute> known_attributes_;
  std::size_t copied_ = 0;                   // nodes of loops' bodies that were lowered once more for an element
  ScopedNames<Fragment> fragments_;          // variables of loops around definitions
  std::size_t attributes_until_ = SIZE_MAX;  // while an attribute's value is written out: only what was set before it counts

  std::vector<ExprId> expr_stack_;
  std::vector<Clause> clause_stack_;
  std::vector<PendingFunction> pending_;
  std::vector<ChainedClause> clause_chain_;
  std::vector<std::uint32_t> pending_slots_;  // open addressing by name, arity and module: number of a pending function, plus one
  std::size_t pending_used_ = 0;

  ModuleState state_;
  model::LocalModuleId script_;     // the module of the code outside modules, when there is any
  const Node* place_ = nullptr;     // while an attribute's value is written out: the use, whose place it gets
  std::uint8_t extra_flags_ = 0;    // kFromMacro while lowering what is not written here
  std::int64_t placeholders_ = -1;  // the highest &n of the capture at hand; -1 outside of captures
  bool in_function_ = false;
  bool in_sigil_ = false;            // in the Elixir of a template
  bool in_template_ = false;         // in a function inside quote: __MODULE__ and unquoted values are not known
  bool copying_ = false;             // lowering something a second time: what it defines has been defined
  bool inlining_ = false;            // in the quote of a macro that stands for its code: unquoted parameters are variables
  bool unquoting_ = false;           // while a quote is scanned: its unquotes are alive
  bool defining_templates_ = false;  // while a quote is scanned: definitions in it are templates
  int depth_ = 0;
};

}  // namespace beamwright::lower
