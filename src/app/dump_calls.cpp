// Functions inside `quote` are written once and defined in every module that uses theirs: they are told under each of these.
#include "app/dump_calls.h"

#include "analysis/calls.h"
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
    for (std::size_t m = 0; m < program_.modules.size(); ++m) module(ModuleId(m));
    return std::move(out_);
  }

 private:
  void module(ModuleId id) {
    const Symbol name = program_.module(id).name;
    if (!name) return;
    for (const FunctionId f : program_.functions_of(id)) {
      if (!program_.function(f).has(model::kTemplate)) function(f, name);
    }
    for (const ModuleId used : scopes_.of(id).used) {
      for (const FunctionId f : program_.functions_of(used)) {
        const model::Function& row = program_.function(f);
        if (!row.has(model::kTemplate)) continue;
        const FunctionId own = program_.find_function(id, row.name, row.arity);
        if (!own || program_.function(own).has(model::kTemplate)) function(f, name);
      }
    }
  }

  // `under` is the module that has the function: another than it is written in for one that a `use` brings in.
  void function(FunctionId id, Symbol under) {
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
    out_ += '\n';
    for (const CallId site : program_.calls_of(id)) call(caller, site, under);
  }

  void call(const std::string& caller, CallId site, Symbol under) {
    const Callee& callee = calls_.callees[site.index];
    const model::Call& row = program_.call(site);
    std::string line = caller + '\t';
    bool macro = false;
    if (callee.function) {
      const model::Function& f = program_.function(callee.function);
      const Symbol module = f.has(model::kTemplate) ? under : program_.module(program_.module_of(callee.function)).name;
      append_name(line, module.text());
      append_mfa(line, f.name, f.arity);
      macro = f.has(model::kMacro);
    } else if (const analysis::External* external = calls_.external(site)) {
      append_name(line, external->module.text());
      append_mfa(line, external->name, external->arity);
      macro = external->row && external->row->macro;
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

  static void append_mfa(std::string& out, Symbol name, std::uint32_t arity) {
    out += ':';
    append_name(out, name.text());
    out += '/';
    out += std::to_string(arity);
  }

  std::string place(const source::Span& span) const {
    return program_.files->file(span.file).path + ':' + std::to_string(program_.files->position(span.file, span.begin).line);
  }

  const model::Program& program_;
  const Scopes& scopes_;
  const Calls& calls_;
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
