// Contexts start at the functions that somebody outside runs (callbacks, tasks, mains, an interface) and flow down the call
// graph. A context only ever grows, and by few steps, so the walk ends soon.

#include "analysis/contexts.h"

#include <algorithm>

#include "analysis/calls.h"

namespace beamwright::analysis {

using model::Function;
using model::Program;

namespace {

bool merge(Context& into, const Context& from) {
  bool grew = (from.flags & ~into.flags) != 0 || (from.many && !into.many);
  into.flags |= from.flags;
  into.many = into.many || from.many;
  for (const ProcessId p : from.processes) {
    const auto at = std::lower_bound(into.processes.begin(), into.processes.end(), p);
    if (at != into.processes.end() && *at == p) continue;
    if (into.processes.size() == Context::kMaxProcesses) {
      grew = grew || !into.many;
      into.many = true;
      break;
    }
    into.processes.insert(at, p);
    grew = true;
  }
  return grew;
}

class ContextFinder {
 public:
  ContextFinder(const Program& program, const Scopes& scopes, const Calls& calls, const Processes& processes)
      : program_(program), scopes_(scopes), calls_(calls), processes_(processes) {}

  Contexts find() {
    out_.by_function.resize(program_.functions.size());
    queued_.resize(program_.functions.size(), false);
    mark_handlers();
    for (std::uint32_t f = 0; f < program_.functions.size(); ++f) mark_entry(FunctionId(f));
    while (!queue_.empty()) {
      const FunctionId f = queue_.back();
      queue_.pop_back();
      queued_[f.index] = false;
      spread(f);
    }
    return std::move(out_);
  }

 private:
  void add(FunctionId f, const Context& context) {
    if (merge(out_.by_function[f.index], context) && !queued_[f.index]) {
      queued_[f.index] = true;
      queue_.push_back(f);
    }
  }

  void mark_handlers() {
    handler_.resize(program_.functions.size(), false);
    for (const Handler& h : processes_.handlers) {
      handler_[h.function.index] = true;
      const Process& p = processes_.processes[h.process.index];
      Context c;
      if (p.kind == ProcessKind::kRequest)
        c.flags |= kInRequest;
      else if (p.kind == ProcessKind::kTask)
        c.flags |= kInTask;
      else if (p.kind == ProcessKind::kSupervisor)
        c.flags |= kInBoot;
      if (h.kind == HandlerKind::kTerminate) c.flags |= kInShutdown;
      c.processes.push_back(h.process);
      add(h.function, c);
    }
  }

  // What a function is entered by from outside the sources.
  void mark_entry(FunctionId id) {
    const Function& f = program_.function(id);
    const model::Unit& unit = program_.unit_of(id);
    Context c;
    if (unit.role == source::Role::kTest || is_eunit(unit, f)) c.flags |= kInTest;
    if (unit.role == source::Role::kScript) c.flags |= kInTool;
    if (f.has(model::kModuleBody) || f.has(model::kMacro)) c.flags |= kAtCompileTime;
    const ModuleId module = program_.module_of(id);
    const auto& behaviours = scopes_.of(module).behaviours;
    const auto has = [&](Symbol b) { return std::find(behaviours.begin(), behaviours.end(), b) != behaviours.end(); };
    if (is_tool(module) ||
        (f.name == sym::main && f.arity == 1 && unit.language == source::Language::kErlang && !handler_[id.index]))
      c.flags |= kInTool;
    else if (has(sym::application) || has(sym::Elixir_Application))
      c.flags |= application_flags(f);
    if (c.flags == 0 && f.has(model::kPublic) && !handler_[id.index] && !is_used(id)) {
      // The actions of a controller have names of their own: the framework runs them in the process of the request.
      const ProcessId process = processes_.of(module);
      c.flags |= process && processes_.processes[process.index].kind == ProcessKind::kRequest ? kInRequest : kFromOutside;
    }
    if (c.flags != 0) add(id, c);
  }

  // Does any other function of the sources reach it? A function that only calls itself is entered from outside.
  bool is_used(FunctionId id) const {
    const auto incoming = calls_.incoming_of(id);
    return std::any_of(incoming.begin(), incoming.end(), [&](std::uint32_t edge) { return calls_.callers[edge] != id; });
  }

  // EUnit runs the functions of a module that are named so (OTP eunit: naming conventions); they often stand beside the code.
  static bool is_eunit(const model::Unit& unit, const Function& f) {
    const std::string_view name = f.name.text();
    return unit.language == source::Language::kErlang && f.arity == 0 && (name.ends_with("_test") || name.ends_with("_test_"));
  }

  bool is_tool(ModuleId module) const {
    const auto& used = scopes_.of(module).used_names;
    return program_.module(module).name.text().starts_with("Elixir.Mix.Tasks.") ||
           std::find(used.begin(), used.end(), sym::Elixir_Mix_Task) != used.end();
  }

  static std::uint16_t application_flags(const Function& f) {
    if (f.name == sym::start && f.arity == 2) return kInBoot;
    if ((f.name == sym::stop || f.name == sym::prep_stop) && f.arity == 1) return kInShutdown;
    return 0;
  }

  void spread(FunctionId f) {
    const Context here = out_.by_function[f.index];
    // A callback that is run by other code too, such as start_link in a child list, is still the callee's own business.
    for (const Edge& e : calls_.edges_of(f)) {
      if (e.runs == Runs::kCaller) {
        add(e.callee, here);
        continue;
      }
      Context elsewhere;
      elsewhere.flags = here.flags & (kInTest | kInTool | kAtCompileTime);
      elsewhere.flags |= e.runs == Runs::kNewProcess ? kInTask : kFromOutside;
      add(e.callee, elsewhere);
    }
  }

  const Program& program_;
  const Scopes& scopes_;
  const Calls& calls_;
  const Processes& processes_;
  Contexts out_;
  std::vector<FunctionId> queue_;
  std::vector<bool> queued_;
  std::vector<bool> handler_;
};

}  // namespace

Contexts find_contexts(const Program& program, const Scopes& scopes, const Calls& calls, const Processes& processes) {
  return ContextFinder(program, scopes, calls, processes).find();
}

}  // namespace beamwright::analysis
