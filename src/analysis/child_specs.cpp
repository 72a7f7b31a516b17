#include "analysis/child_specs.h"

namespace beamwright::analysis {

using model::DirectiveKind;
using model::Program;
using model::Unit;

namespace {

constexpr int kMaxDepth = 6;

// "5000", "brutal_kill", "infinity"; empty when it is not known.
std::string shutdown_text(Evaluator& e, ValueRef value) { return e.term(value); }

bool among(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words)
    if (text == word) return true;
  return false;
}

bool calls_super(const Program& program, model::FunctionId function) {
  for (const model::CallId site : program.calls_of(function)) {
    if (program.call(site).name == sym::super) return true;
  }
  return false;
}

}  // namespace

ChildSpec ChildSpecs::read(ValueRef specification, ModuleId from) { return read(specification, from, 0); }

ChildSpec ChildSpecs::read(ValueRef given, ModuleId from, int depth) {
  const ValueRef value = e_.force(given);
  if (depth > kMaxDepth) return {};
  if (value->kind == ValueKind::kAtom) return of_module(value->symbol, e_.list({}, {}, false), from, depth);
  if (value->kind == ValueKind::kMap) return of_map(value);
  if (value->kind != ValueKind::kTuple) return {};
  if (value->parts.size() == 6) return of_tuple(value);
  if (value->parts.size() == 3 && e_.atom_of(value->parts[0]) == sym::child_spec)
    return overridden(read(value->parts[1], from, depth + 1), value->parts[2]);
  if (value->parts.size() == 2) {
    if (const auto module = e_.atom_of(value->parts[0])) return of_module(*module, value->parts[1], from, depth);
  }
  return {};
}

void ChildSpecs::set_defaults(ChildSpec& spec, bool shutdown_given) {
  if (!shutdown_given && spec.type) spec.shutdown = spec.type == sym::worker ? "5000" : "infinity";
}

ChildSpec ChildSpecs::of_map(ValueRef map) {
  const ValueRef missing = e_.missing();
  ChildSpec spec;
  const auto word = [&](Symbol key, Symbol otherwise) {
    const ValueRef value = e_.option(map, key, missing);
    return value == missing ? otherwise : e_.atom_of(value).value_or(Symbol());
  };
  spec.id = e_.term(e_.option(map, sym::id, e_.unknown()));
  spec.start = e_.option(map, sym::start, e_.unknown());
  spec.restart = word(sym::restart, sym::permanent);
  spec.type = word(sym::type, sym::worker);
  const ValueRef shutdown = e_.option(map, sym::shutdown, missing);
  if (shutdown != missing) spec.shutdown = shutdown_text(e_, shutdown);
  set_defaults(spec, shutdown != missing);
  return spec;
}

// {Id, Start, Restart, Shutdown, Type, Modules}
ChildSpec ChildSpecs::of_tuple(ValueRef tuple) {
  ChildSpec spec;
  spec.id = e_.term(tuple->parts[0]);
  spec.start = e_.force(tuple->parts[1]);
  spec.restart = e_.atom_of(tuple->parts[2]).value_or(Symbol());
  spec.shutdown = shutdown_text(e_, tuple->parts[3]);
  spec.type = e_.atom_of(tuple->parts[4]).value_or(Symbol());
  // supervisor2's {permanent, Delay} restarts like permanent.
  const ValueRef restart = e_.force(tuple->parts[2]);
  if (restart->kind == ValueKind::kTuple && restart->parts.size() == 2)
    spec.restart = e_.atom_of(restart->parts[0]).value_or(Symbol());
  return spec;
}

ChildSpec ChildSpecs::overridden(ChildSpec base, ValueRef overrides) {
  const ValueRef missing = e_.missing();
  const auto get = [&](Symbol key) {
    const ValueRef value = e_.option(overrides, key, missing);
    return value == missing ? nullptr : value;
  };
  if (const ValueRef id = get(sym::id)) base.id = e_.term(id);
  if (const ValueRef start = get(sym::start)) base.start = start;
  if (const ValueRef restart = get(sym::restart)) base.restart = e_.atom_of(restart).value_or(Symbol());
  if (const ValueRef shutdown = get(sym::shutdown)) base.shutdown = shutdown_text(e_, shutdown);
  if (const ValueRef type = get(sym::type)) base.type = e_.atom_of(type).value_or(Symbol());
  return base;
}

// Elixir's supervisors ask Module.child_spec(argument): a function of the module, or the one that `use` puts there.
ChildSpec ChildSpecs::of_module(Symbol module, ValueRef argument, ModuleId from, int depth) {
  const ModuleId source = e_.find_module(module, program_.unit_of(from).project);
  if (!source) return of_library(module, argument);
  const FunctionId written = e_.find_function(source, sym::child_spec, 1);
  e_.note_reading(written);
  if (written && !program_.function(written).has(model::kTemplate)) {
    const ValueRef result = e_.force(e_.call(written, {argument}, 1));
    const ChildSpec spec = read(result, source, depth + 1);
    // %{super(argument) | id: name} is what `use` makes with some of it changed, mostly the id.
    const bool read_it = spec.start && e_.force(spec.start)->kind == ValueKind::kTuple;
    // What a template quotes is not all there to be read.
    const bool brought = program_.unit_of(written).is_instance();
    if (brought && !read_it) return of_use(module, source, argument);
    if (read_it || !calls_super(program_, written)) return spec;
    ChildSpec base = of_use(module, source, argument);
    base.id.clear();
    return base;
  }
  return of_use(module, source, argument);
}

ChildSpec ChildSpecs::of_use(Symbol module, ModuleId source, ValueRef argument) {
  ChildSpec spec;
  ExprRef options;
  if (!used(source, spec, options, 0)) return {};
  if (options) e_.note_reading_level(options.unit);
  spec.id = e_.term(e_.atom(module));
  spec.start = e_.tuple({e_.atom(module), e_.atom(sym::start_link), e_.list({argument}, {}, false)});
  return options ? overridden(spec, e_.evaluate(e_.frame(options.unit, nullptr, 0), options.expr)) : spec;
}

// What `use` makes of a module's child_spec/1, directly or through a __using__ of the sources.
bool ChildSpecs::used(ModuleId module, ChildSpec& out, ExprRef& options, int depth) {
  if (depth > kMaxDepth) return false;
  const Unit& unit = program_.unit_of(module);
  for (const model::Directive& directive : unit.directives_of(program_.module(module))) {
    if (directive.kind != DirectiveKind::kUse || directive.quoted != (depth > 0)) continue;
    const std::string_view name = directive.module.text();
    const bool supervisor = among(name, {"Elixir.Supervisor", "Elixir.DynamicSupervisor", "Elixir.PartitionSupervisor"});
    if (supervisor || among(name, {"Elixir.GenServer", "Elixir.Agent", "Elixir.Task", "Elixir.GenStage"})) {
      out.restart = name == "Elixir.Task" ? sym::temporary : sym::permanent;
      out.type = supervisor ? sym::supervisor : sym::worker;
      set_defaults(out, false);
      if (directive.options) options = {program_.modules[module.index].unit, directive.options};
      return true;
    }
    const ModuleId used_module = e_.find_module(directive.module, unit.project);
    if (used_module && used(used_module, out, options, depth + 1)) return true;
  }
  return false;
}

// The child_spec/1 of modules that come with Elixir, and nothing but the module for those of libraries.
ChildSpec ChildSpecs::of_library(Symbol module, ValueRef argument) {
  const std::string_view name = module.text();
  ChildSpec spec;
  if (!name.starts_with("Elixir.")) return spec;
  const ValueRef own = e_.atom(module);
  const ValueRef start = e_.tuple({own, e_.atom(sym::start_link), e_.list({argument}, {}, false)});
  const bool named =
      among(name, {"Elixir.Registry", "Elixir.Task.Supervisor", "Elixir.DynamicSupervisor", "Elixir.PartitionSupervisor"});
  if (named) {
    spec.id = e_.term(e_.option(argument, sym::name, own));
    spec.restart = sym::permanent;
    spec.type = sym::supervisor;
    spec.shutdown = "infinity";
    spec.start = start;
  } else if (among(name, {"Elixir.Agent", "Elixir.Task"})) {
    spec.id = e_.term(own);
    spec.restart = name == "Elixir.Task" ? sym::temporary : sym::permanent;
    spec.type = sym::worker;
    spec.shutdown = "5000";
    spec.start = start;
  } else {
    // A library's child_spec/1 is not known: neither its start function nor how it is restarted.
    spec.start = e_.tuple({own, e_.unknown(), e_.unknown()});
  }
  return spec;
}

}  // namespace beamwright::analysis
