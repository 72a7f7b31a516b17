// How Erlang's abstract format becomes the model. One object lowers one file; its work is spread over files by subject:
//
//   erlang.cpp              the entry, and the module's forms: exports, directives, attributes, functions
//   erlang_expression.cpp   data, operators, records, matches, and whatever has no clauses
//   erlang_clauses.cpp      clauses, guards, case, if, receive, try, maybe, funs, comprehensions
//   erlang_call.cpp         calls and captures: who is called
//
// Patterns are lowered as expressions are: the model tells them apart by where they stand.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "erlang/tree.h"
#include "model/builder.h"

namespace beamwright::lower {

class ErlangLowering {
 public:
  ErlangLowering(const source::SourceFile& file, const erlang::Tree& tree);

  std::unique_ptr<model::Unit> run();

 private:
  using Node = erlang::Node;
  using NodeKind = erlang::NodeKind;
  using ExprId = model::ExprId;
  using ExprKind = model::ExprKind;

  // Where a node stands in the unit's file. What a header defines stands where the header is included.
  struct Place {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  Place place(const Node& node) const {
    if (in_header_) return {header_place_, header_place_};
    return node.begin <= node.end ? Place{node.begin, node.end} : place_of_parts(node);
  }

  Place place_of_parts(const Node& node) const;

  // Collects the rows of one expression on a stack that all expressions share: only the innermost run may grow.
  template <typename Row>
  class Run {
   public:
    explicit Run(std::vector<Row>& stack) : stack_(stack), start_(stack.size()) {}
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    ~Run() { stack_.resize(start_); }
    void push(Row row) { stack_.push_back(row); }
    std::span<const Row> rows() const { return {stack_.data() + start_, stack_.size() - start_}; }
    bool empty() const { return stack_.size() == start_; }

   private:
    std::vector<Row>& stack_;
    std::size_t start_;
  };
  using Children = Run<ExprId>;
  using Clauses = Run<model::Clause>;

  // Forms.
  struct NameArity {
    Symbol name;
    std::uint32_t arity;
    bool operator==(const NameArity&) const = default;
    bool operator<(const NameArity& o) const { return name.index != o.name.index ? name.index < o.name.index : arity < o.arity; }
  };
  bool is_from_header(const erlang::Form& form) const;
  void survey();
  void survey_attribute(const erlang::Form& form);
  void survey_compile_option(const Node& option);
  void name_module(const Node& value);
  bool says_that_it_is_generated() const;
  void attribute(const Node& form);
  void add_attribute(const Node& form, ExprId value);
  void directive(model::DirectiveKind kind, const Node& form, const Node& module, ExprId options = {});
  void import(const Node& form);
  void parse_transforms(const Node& form, const Node& option);
  void callback(const Node& form);
  void function(const Node& form);
  bool exported(NameArity function) const;
  std::uint32_t end_of_name(std::uint32_t begin) const;

  // Expressions.
  ExprId expression(const Node& node);
  ExprId lower(const Node& node);
  ExprId add(ExprKind kind, const Node& node, std::uint32_t payload = 0, std::span<const ExprId> children = {},
             std::uint8_t flags = 0);
  ExprId children_as(ExprKind kind, const Node& node, std::span<const Node* const> children);
  ExprId number(const Node& node, const Node& whole, bool negated);
  ExprId list(const Node& node);
  ExprId map(const Node& node);
  ExprId binary(const Node& node);
  model::Segment segment(const Node& element);
  ExprId record(const Node& node);
  ExprId record_index(const Node& node);
  ExprId operation(const Node& node);

  // Clauses.
  ExprId body(const Node& sequence);
  ExprId guard(const Node& guards);
  ExprId all_of(const Node& tests);
  ExprId joined(ExprKind kind, Symbol symbol, const Node& sequence, std::span<const ExprId> children);
  model::Clause clause(const Node& node);
  model::Clause handler(const Node& node);
  model::Clause finish_clause(const Node& node, std::span<const ExprId> patterns);
  ExprId with_clauses(ExprKind kind, const Node& node, std::span<const model::Clause> list, std::span<const ExprId> children = {},
                      std::uint8_t flags = 0);
  void clauses(const Node& sequence, Clauses& out);
  ExprId case_(const Node& node);
  ExprId receive(const Node& node);
  ExprId try_(const Node& node);
  ExprId old_catch(const Node& node);
  ExprId maybe(const Node& node);
  ExprId fun(const Node& node);
  ExprId named_fun(const Node& node);
  ExprId comprehension(const Node& node);
  void qualifier(const Node& node, Children& out);

  // Calls.
  ExprId call(const Node& node);
  ExprId remote_call(const Node& node, const Node& module, const Node& function, std::span<const Node* const> arguments);
  ExprId value_call(const Node& node, const Node& callee, std::span<const Node* const> arguments);
  ExprId make_call(model::Call call, const Node& node, std::span<const Node* const> arguments);
  ExprId send(const Node& node);
  ExprId capture(const Node& node);
  ExprId apply(const Node& node, std::span<const Node* const> arguments);
  void aim(model::Call& call, const Node& module, const Node& function);
  ExprId dynamic_target(std::initializer_list<const Node*> parts);

  const source::SourceFile& file_;
  const erlang::Tree& tree_;
  model::UnitBuilder builder_;
  model::Module module_;
  model::LocalModuleId module_id_;
  std::vector<NameArity> exports_;    // sorted
  std::vector<const Node*> records_;  // the values of -record attributes
  bool exports_all_ = false;
  bool generated_ = false;      // by yecc, leex or another generator
  bool defines_apply_ = false;  // apply/2 or apply/3 of its own
  bool in_header_ = false;
  std::uint32_t header_place_ = 0;
  std::vector<ExprId> children_;
  std::vector<model::Clause> clauses_;
  int depth_ = 0;
};

}  // namespace beamwright::lower
