// Contexts start at the functions that somebody outside runs (callbacks, tasks, mains, an interface) and flow down the call
// graph. A context only ever grows, and by few steps, so the walk ends soon.

#include "analysis/contexts.h"

#include <algorithm>

#include "analysis/calls.h"
#include "analysis/resolvers.h"
#include "analysis/values.h"

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
  ContextFinder(const Program& program, const Scopes& scopes, const Calls& calls, const Processes& processes, const Hints& hints)
      : program_(program), scopes_(scopes), calls_(calls), processes_(processes), hints_(hints) {}

  Contexts find() {
    out_.by_function.resize(program_.functions.size());
    queued_.resize(program_.functions.size(), false);
    mark_handlers();
    find_tests();
    find_routes();
    find_escripts();
    find_natures();
    for (std::uint32_t f = 0; f < program_.functions.size(); ++f) mark_entry(FunctionId(f));
    mark_resolvers();
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

  // What the body of a GraphQL schema names is run once a request.
  void mark_resolvers() {
    for (std::uint32_t f = 0; f < program_.functions.size(); ++f) {
      const FunctionId body(f);
      if (!program_.function(body).has(model::kModuleBody) || test_[f]) continue;
      for (const Edge& edge : calls_.edges_of(body)) {
        if (!program_.call(edge.site).capture || edge.possible) continue;
        const std::uint32_t arity = program_.function(edge.callee).arity;
        if (!input_of_resolver(program_, program_.module_of(body), arity)) continue;
        Context request;
        request.flags = kInRequest;
        add(edge.callee, request);
      }
    }
  }

  std::uint16_t hint(ModuleId module) const { return hints_.entered_by.empty() ? 0 : hints_.entered_by[module.index]; }

  // What a function is entered by from outside the sources.
  void mark_entry(FunctionId id) {
    const Function& f = program_.function(id);
    const model::Unit& unit = program_.unit_of(id);
    Context c;
    if (unit.role == source::Role::kTest || is_eunit(unit, f)) c.flags |= kInTest;
    if (unit.role == source::Role::kScript) c.flags |= kInTool;
    if (f.has(model::kModuleBody) || (f.has(model::kMacro) && !f.has(model::kInlined))) c.flags |= kAtCompileTime;
    const ModuleId module = program_.module_of(id);
    if (const std::uint16_t said = hint(module); said != 0 && c.flags == 0) {
      c.flags = f.has(model::kPublic) ? said : 0;
      if (c.flags != 0) add(id, c);
      return;
    }
    const Nature& nature = natures_[module.index];
    if (nature.tool || is_escript_main(id) ||
        (in_escript(unit) && f.has(model::kPublic) && !handler_[id.index] && !is_used(id)) ||
        (f.name == sym::main && f.arity == 1 && unit.language == source::Language::kErlang && !handler_[id.index]))
      c.flags |= kInTool;
    else if (nature.application)
      c.flags |= application_flags(f);
    if (c.flags == 0 && f.has(model::kPublic) && !handler_[id.index] && !is_used(id)) {
      // The actions of a controller have names of their own: the framework runs them in the process of the request.
      const ProcessId process = processes_.of(module);
      const bool request = process && processes_.processes[process.index].kind == ProcessKind::kRequest;
      c.flags |= request || routed_[module.index] ? kInRequest : kFromOutside;
    }
    if (c.flags != 0) add(id, c);
  }

  // cowboy's routes are data, {"/path", Handler, Options} or with constraints in between, and its handlers need no behaviour: a
  // module that stands so after a path and has init/2 is run once a request (cowboy: Routing, Handlers).
  void find_routes() {
    routed_.resize(program_.modules.size(), false);
    find_plugs();
    for (const auto& unit : program_.units) {
      for (const ExprId id : unit->of_kind(model::ExprKind::kTuple)) {
        const model::Expr& e = unit->expr(id);
        if (e.child_count != 3 && e.child_count != 4) continue;
        const model::Expr& path = unit->expr(unit->child(id, 0));
        const model::Expr& handler = unit->expr(unit->child(id, e.child_count - 2u));
        if (handler.kind != model::ExprKind::kAtom || !is_path(path)) continue;
        const ModuleId module = program_.find_module(handler.symbol(), unit->project);
        if (module && program_.find_function(module, sym::init, 2)) routed_[module.index] = true;
      }
    }
  }

  // A module that imports Plug.Conn and has init/1 and call/2 is a plug, whether it says so or not (Plug: Plug, "module plugs").
  void find_plugs() {
    const Symbol connection = intern("Elixir.Plug.Conn"), call = intern("call");
    for (std::uint32_t m = 0; m < program_.modules.size(); ++m) {
      const auto& imports = scopes_.of(ModuleId(m)).imports;
      const bool works_on_it =
          std::any_of(imports.begin(), imports.end(), [&](const Import& import) { return import.module == connection; });
      if (!works_on_it || !program_.find_function(ModuleId(m), sym::init, 1)) continue;
      if (program_.find_function(ModuleId(m), call, 2)) routed_[m] = true;
    }
  }

  static bool is_path(const model::Expr& e) {
    return (e.kind == model::ExprKind::kString || e.kind == model::ExprKind::kCharlist) &&
           (e.symbol().text().starts_with("/") || e.symbol().text().starts_with("[..."));
  }

  // A mix.exs with escript: [main_module: Module] makes a command line program: its main/1 runs the rest, commands are mostly
  // found by name. Where the same mix.exs names an application callback, only main/1 is surely the tool's.
  void find_escripts() {
    const Symbol escript = intern("escript"), main_module = intern("main_module"), mod = intern("mod");
    for (const auto& unit : program_.units) {
      if (unit->role != source::Role::kScript || unit->language != source::Language::kElixir) continue;
      const std::string& path = program_.files->file(unit->file).path;
      if (!path.ends_with("mix.exs")) continue;
      bool has_callback = false;
      Symbol main;
      for (const ExprId id : unit->of_kind(model::ExprKind::kTuple)) {
        if (unit->expr(id).child_count != 2) continue;
        const auto key = atom_value(*unit, unit->child(id, 0));
        has_callback = has_callback || key == mod;
        if (key != escript) continue;
        if (const ExprId named = literal_option(*unit, unit->child(id, 1), main_module))
          main = atom_value(*unit, named).value_or(Symbol());
      }
      if (!main) continue;
      escript_mains_.push_back(main);
      if (!has_callback) escript_folders_.push_back(path.substr(0, path.size() - std::string_view("mix.exs").size()) + "lib/");
    }
  }

  bool is_escript_main(FunctionId id) const {
    const Function& f = program_.function(id);
    if (f.name != sym::main || f.arity != 1) return false;
    const Symbol module = program_.module(program_.module_of(id)).name;
    return std::find(escript_mains_.begin(), escript_mains_.end(), module) != escript_mains_.end();
  }

  bool in_escript(const model::Unit& unit) const {
    if (escript_folders_.empty()) return false;
    const std::string& path = program_.files->file(unit.file).path;
    return std::any_of(escript_folders_.begin(), escript_folders_.end(),
                       [&](const std::string& folder) { return path.starts_with(folder); });
  }

  // Does any other function of the sources reach it? A function that only calls itself is entered from outside, and so is one
  // that only tests call: what they try out is an interface.
  bool is_used(FunctionId id) const {
    const auto incoming = calls_.incoming_of(id);
    return std::any_of(incoming.begin(), incoming.end(), [&](std::uint32_t edge) {
      const FunctionId caller = calls_.callers[edge];
      return caller != id && !calls_.edges[edge].possible && !test_[caller.index];
    });
  }

  // Functions of test files, those that EUnit runs beside the code, and the private ones that only such functions call.
  void find_tests() {
    test_.resize(program_.functions.size(), false);
    for (std::uint32_t f = 0; f < program_.functions.size(); ++f) {
      const model::Unit& unit = program_.unit_of(FunctionId(f));
      test_[f] = unit.role == source::Role::kTest || is_eunit(unit, program_.function(FunctionId(f)));
    }
    constexpr int kMaxRounds = 4;
    for (int round = 0, grew = 1; grew != 0 && round < kMaxRounds; ++round) {
      grew = 0;
      for (std::uint32_t f = 0; f < program_.functions.size(); ++f) {
        const FunctionId id(f);
        if (test_[f] || program_.function(id).has(model::kPublic) || handler_[f] || calls_.incoming_of(id).empty()) continue;
        const auto incoming = calls_.incoming_of(id);
        const bool only_tests = std::all_of(incoming.begin(), incoming.end(), [&](std::uint32_t edge) {
          return calls_.callers[edge] == id || test_[calls_.callers[edge].index];
        });
        const bool recursive_only =
            std::all_of(incoming.begin(), incoming.end(), [&](std::uint32_t edge) { return calls_.callers[edge] == id; });
        if (!only_tests || recursive_only) continue;
        test_[f] = true;
        grew = 1;
      }
    }
  }

  // EUnit runs the functions of a module that are named so (OTP eunit: naming conventions); they often stand beside the code.
  static bool is_eunit(const model::Unit& unit, const Function& f) {
    if (unit.language != source::Language::kErlang || f.arity != 0) return false;
    const std::string_view name = f.name.text();
    return name.ends_with("_test") || name.ends_with("_test_");
  }

  bool is_tool(ModuleId module) const {
    const auto& used = scopes_.of(module).used_names;
    return program_.module(module).name.text().starts_with("Elixir.Mix.Tasks.") ||
           std::find(used.begin(), used.end(), sym::Elixir_Mix_Task) != used.end();
  }

  // What all functions of a module share.
  void find_natures() {
    natures_.resize(program_.modules.size());
    for (std::uint32_t m = 0; m < natures_.size(); ++m) {
      const auto& behaviours = scopes_.of(ModuleId(m)).behaviours;
      natures_[m].tool = is_tool(ModuleId(m));
      natures_[m].application = std::any_of(behaviours.begin(), behaviours.end(), [](Symbol behaviour) {
        return behaviour == sym::application || behaviour == sym::Elixir_Application;
      });
    }
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
      if (e.possible) continue;  // a guess says nothing about who runs a function
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
  const Hints& hints_;
  Contexts out_;
  std::vector<FunctionId> queue_;
  std::vector<bool> queued_;
  std::vector<bool> handler_;
  std::vector<bool> test_;  // by FunctionId: only tests run it
  struct Nature {
    bool tool = false;         // a mix task
    bool application = false;  // the callback module of one
  };
  std::vector<Nature> natures_;               // by ModuleId
  std::vector<bool> routed_;                  // by ModuleId: the handler of a route
  std::vector<Symbol> escript_mains_;         // modules whose main/1 an escript runs
  std::vector<std::string> escript_folders_;  // sources of nothing but an escript
};

}  // namespace

Contexts find_contexts(const Program& program, const Scopes& scopes, const Calls& calls, const Processes& processes,
                       const Hints& hints) {
  return ContextFinder(program, scopes, calls, processes, hints).find();
}

}  // namespace beamwright::analysis
