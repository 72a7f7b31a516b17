#include "rules/lingering_clients.h"

#include <algorithm>
#include <array>

#include "rules/configured.h"

namespace beamwright::rules {
namespace {

using analysis::Runs;
using model::TargetKind;

bool leaves_messages(Symbol module) {
  static constexpr std::array<std::string_view, 6> kLeaving = {
      "hackney", "ibrowse", "Elixir.HTTPoison", "Elixir.HTTPoison.Base", "Elixir.HTTPotion", "Elixir.Mint.HTTP"};
  return std::find(kLeaving.begin(), kLeaving.end(), module.text()) != kLeaving.end();
}

// get, get!, post …: what clients call the functions that make a request.
bool is_request(Symbol name) {
  static constexpr std::array<std::string_view, 8> kRequests = {"get",    "post", "put",     "patch",
                                                                "delete", "head", "options", "request"};
  std::string_view text = name.text();
  if (text.ends_with("!")) text.remove_suffix(1);
  return std::find(kRequests.begin(), kRequests.end(), text) != kRequests.end();
}

// `http_client.get(url)`, `@http.post!(url, body)`: a module that is given, and says by its name what it is.
bool says_http(const Program& program, CallId site) {
  const model::Call& call = program.call(site);
  if (call.target != TargetKind::kDynamicModule || !call.module_expr || !is_request(call.name)) return false;
  std::string text = source_text(program, program.unit_of(site), call.module_expr, 60);
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text.find("http") != std::string::npos;
}

}  // namespace

LingeringClients::LingeringClients(const Program& program, const Facts& facts) : program_(program), facts_(facts) {
  for (const std::unique_ptr<Unit>& unit : program.units) {
    for (const model::Module& module : unit->modules) {
      for (const model::Directive& directive : unit->directives_of(module)) {
        if (directive.kind == model::DirectiveKind::kUse && directive.module &&
            directive.module.text() == "Elixir.HTTPoison.Base")
          bases_.push_back(module.name);
      }
    }
  }
  // Of the calls whose callee is known, only those of such a client: what the configuration names is not known.
  std::vector<char> leaving;
  for (const analysis::External& external : facts.calls.externals)
    leaving.push_back(leaves_messages(external.module) || (is_request(external.name) && is_base(external.module)) ? 1 : 0);
  std::vector<FunctionId> reached;
  for (std::uint32_t i = 0; i < program.call_units.size(); ++i) {
    const CallId site(i);
    const analysis::Callee& called = facts.calls.callees[i];
    if (called.known() && (called.external == UINT32_MAX || leaving[called.external] == 0)) continue;
    const FunctionId holder = program.function_of(site);
    if (!holder || program.call(site).capture || facts.calls.runs[i] != Runs::kCaller) continue;
    if (asks(site)) reached.push_back(holder);
    if (const FunctionId callee = configured(site)) configured_.emplace_back(holder, callee);
  }
  spread(std::move(reached));
}

bool LingeringClients::is_base(Symbol module) const { return std::find(bases_.begin(), bases_.end(), module) != bases_.end(); }

bool LingeringClients::asks(CallId site) const {
  const model::Call& call = program_.call(site);
  if (const analysis::External* external = facts_.calls.external(site)) {
    if (leaves_messages(external->module)) return true;
    return is_request(external->name) && is_base(external->module);
  }
  if (facts_.calls.callees[site.index].known()) return false;
  if (call.target == TargetKind::kDynamicModule)
    return is_request(call.name) &&
           (says_http(program_, site) || leaves_messages(module_from_configuration(program_, facts_, site)));
  if (!call.name || !is_request(call.name)) return false;
  // get(url) in a module with `use HTTPoison.Base`, or Client.get(url) of such a one.
  const FunctionId holder = program_.function_of(site);
  if (call.target == TargetKind::kLocal) return holder && is_base(program_.module(program_.module_of(holder)).name);
  return call.target == TargetKind::kRemote && is_base(call.module);
}

// To the callers, and theirs, as far as people follow.
void LingeringClients::spread(std::vector<FunctionId> reached) {
  constexpr int kDeepest = 5;
  for (int depth = 0; depth < kDeepest && !reached.empty(); ++depth) {
    std::vector<FunctionId> next;
    for (const FunctionId f : reached) {
      if (!functions_.insert(f.index).second) continue;
      for (const std::uint32_t i : facts_.calls.incoming_of(f)) {
        const analysis::Edge& edge = facts_.calls.edges[i];
        if (!edge.possible && edge.runs == Runs::kCaller) next.push_back(facts_.calls.callers[i]);
      }
      for (const auto& [caller, callee] : configured_) {
        if (callee == f) next.push_back(caller);
      }
    }
    reached = std::move(next);
  }
}

FunctionId LingeringClients::configured(CallId site) const {
  const Symbol name = module_from_configuration(program_, facts_, site);
  const ModuleId module = name ? program_.find_module(name, program_.unit_of(site).project) : ModuleId();
  return module ? program_.find_function(module, program_.call(site).name, program_.call(site).arity) : FunctionId();
}

FunctionId LingeringClients::callee(CallId site) const {
  const FunctionId known = facts_.calls.callees[site.index].function;
  return known ? known : configured(site);
}

bool LingeringClients::at(CallId site) const {
  if (asks(site)) return true;
  const FunctionId reached = callee(site);
  return reached && functions_.contains(reached.index);
}

}  // namespace beamwright::rules
