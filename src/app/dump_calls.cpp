// Functions inside `quote` are written once and defined in every module that uses theirs: they are told under each of these.
#include "app/dump_calls.h"

#include <algorithm>
#include <vector>

#include "analysis/automatic.h"
#include "analysis/calls.h"
#include "analysis/implied.h"
#include "analysis/scopes.h"
#include "knowledge/knowledge.h"

namespace beamwright::app {
namespace {

using analysis::Callee;
using analysis::Calls;
using analysis::Scopes;
using model::CallId;
using model::FunctionId;
using model::ModuleId;
using model::UnitId;

void append_name(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\t' || c == '\n' || c == '\r') {
      out += '?';
    } else {
      out += c;
    }
  }
}

class CallsWriter {
 public:
  CallsWriter(const model::Program& program, const Scopes& scopes, const Calls& calls)
      : program_(program), scopes_(scopes), calls_(calls) {}

  std::string write() {
    for (std::size_t u = 0; u < program_.units.size(); ++u)
      implied_.push_back(analysis::implied_calls(program_, UnitId(u), calls_));
    for (std::size_t m = 0; m < program_.modules.size(); ++m) module(ModuleId(m));
    return std::move(out_);
  }

 private:
  void module(ModuleId id) {
    const Symbol name = program_.module(id).name;
    if (!name) return;
    for (const FunctionId f : program_.functions_of(id)) {
      if (!program_.function(f).has(model::kTemplate)) function(f, name, program_.unit_of(f).is_instance());
    }
    for (const analysis::Injection& injection : scopes_.of(id).injections) {
      for (const FunctionId f : program_.functions_of(injection.module)) {
        const model::Function& row = program_.function(f);
        if (!row.has(model::kTemplate) || !injection.holds(program_.unit_of(f), row.begin)) continue;
        const FunctionId own = program_.find_function(id, row.name, row.arity);
        if (!own || program_.function(own).has(model::kTemplate)) function(f, name, true);
      }
    }
  }

  // `under` is the module that has the function: another than it is written in for one that a `use` brings in.
  void function(FunctionId id, Symbol under, bool used) {
    const model::Function& f = program_.function(id);
    if (f.has(model::kModuleBody)) return;
    std::string caller;
    append_name(caller, under.text());
    append_mfa(caller, f.name, f.arity);
    const model::Unit& unit = program_.unit_of(id);
    out_ += caller + "\t-\t" + place({unit.file, f.name_begin, f.name_end}) + '\t';
    out_ += f.has(model::kMacro)       ? "macro"
            : f.has(model::kSynthetic) ? "generated"
            : f.has(model::kPublic)    ? "public"
                                       : "private";
    if (used) out_ += ",used";
    if (transformed(id)) out_ += ",transformed";
    out_ += '\n';
    for (const CallId site : program_.calls_of(id)) call(caller, site, under, used);
    implied(caller, id);
    for (const analysis::Edge& edge : calls_.edges_of(id))
      if (edge.possible) possible(caller, edge);
  }

  void possible(const std::string& caller, const analysis::Edge& edge) {
    const model::Function& f = program_.function(edge.callee);
    std::string line = caller + '\t';
    append_name(line, program_.module(program_.module_of(edge.callee)).name.text());
    append_mfa(line, f.name, f.arity);
    out_ += line + '\t' + place(program_.span_of(edge.site)) + "\tpossible\n";
  }

  // A parse transform makes of the module what nobody can know.
  bool transformed(FunctionId id) const {
    const ModuleId module = program_.module_of(id);
    for (const model::Directive& d : program_.unit_of(module).directives_of(program_.module(module)))
      if (d.kind == model::DirectiveKind::kParseTransform) return true;
    return false;
  }

  void implied(const std::string& caller, FunctionId id) {
    const model::Program::Place at = program_.functions[id.index];
    const auto& rows = implied_[at.unit.index];
    const auto before = [](const analysis::Implied& row, std::uint32_t function) { return row.function.index < function; };
    for (auto row = std::lower_bound(rows.begin(), rows.end(), at.local, before);
         row != rows.end() && row->function.index == at.local; ++row) {
      std::string line = caller + '\t';
      append_name(line, row->module.text());
      append_mfa(line, row->name, row->arity);
      out_ += line + '\t' + place(program_.unit(at.unit).span(row->expr)) + "\timplied\n";
    }
  }

  void call(const std::string& caller, CallId site, Symbol under, bool used) {
    const Callee& callee = calls_.callees[site.index];
    const model::Call& row = program_.call(site);
    // The calls of a macro that is followed like a function are those of whoever calls it.
    if (callee.function && program_.function(callee.function).has(model::kInlined) && nesting_ < kMaxNesting) {
      ++nesting_;
      for (const CallId inner : program_.calls_of(callee.function)) call(caller, inner, under, used);
      --nesting_;
    }
    if (analysis::in_access_path(program_, program_.call_units[site.index], calls_, site)) return;
    std::string line = caller + '\t';
    bool macro = false;
    if (used && row.target == model::TargetKind::kLocal && has(under, row, site)) {
      // Code that a use brings in calls the functions of the module that gets it.
      append_name(line, under.text());
      append_mfa(line, row.name, row.arity);
    } else if (callee.function) {
      const model::Function& f = program_.function(callee.function);
      append_name(line, module_of(callee.function, row, site, under).text());
      append_mfa(line, f.name, f.arity);
      macro = f.has(model::kMacro);
    } else if (const analysis::External* external = calls_.external(site); external && external->module) {
      append_name(line, external->module.text());
      append_mfa(line, external->name, external->arity);
      const bool kernel = external->module == sym::Elixir_Kernel;
      macro = (external->row && external->row->macro) ||
              (kernel &&
               analysis::automatic(source::Language::kElixir, external->name, external->arity) == analysis::Automatic::kMacro);
    } else {
      return;
    }
    out_ += line + '\t' + place(program_.span_of(site));
    std::string flags;
    const auto flag = [&](bool set, std::string_view word) {
      if (set) flags.append(flags.empty() ? "" : ",").append(word);
    };
    flag(row.capture, "capture");
    flag(row.in_guard, "guard");
    flag(macro, "macro");
    if (!flags.empty()) out_ += '\t' + flags;
    out_ += '\n';
  }

  // The module that a call finds the function in: one that a `use` brings in belongs to the module that was named, or to its own.
  Symbol module_of(FunctionId callee, const model::Call& call, CallId site, Symbol under) const {
    const bool used = program_.function(callee).has(model::kTemplate);
    if (!used) return program_.module(program_.module_of(callee)).name;
    if (call.target != model::TargetKind::kRemote) return under;
    if (program_.find_module(call.module, program_.unit_of(site).project)) return call.module;
    return analysis::without_alias(scopes_.of(program_.module_of(program_.function_of(site))), call.module);
  }

  bool has(Symbol module, const model::Call& call, CallId site) const {
    const ModuleId found = program_.find_module(module, program_.unit_of(site).project);
    return found && program_.find_function(found, call.name, call.arity);
  }

  static void append_mfa(std::string& out, Symbol name, std::uint32_t arity) {
    out += ':';
    append_name(out, name.text());
    out += '/';
    out += std::to_string(arity);
  }

  std::string place(const source::Span& span) const {
    return program_.files->file(span.file).path + ':' + std::to_string(program_.files->position(span.file, span.begin).line);
  }

  static constexpr int kMaxNesting = 6;

  const model::Program& program_;
  const Scopes& scopes_;
  const Calls& calls_;
  std::vector<std::vector<analysis::Implied>> implied_;  // by UnitId
  int nesting_ = 0;                                      // of macros within macros
  std::string out_;
};

}  // namespace

std::string dump_calls(const model::Program& program, unsigned jobs) {
  const knowledge::Knowledge& knowledge = knowledge::Knowledge::embedded();
  const Scopes scopes = analysis::find_scopes(program, knowledge, jobs);
  const Calls calls = analysis::resolve_calls(program, knowledge, scopes, jobs);
  return CallsWriter(program, scopes, calls).write();
}

}  // namespace beamwright::app
