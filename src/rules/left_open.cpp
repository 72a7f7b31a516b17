#include "rules/left_open.h"

#include <algorithm>
#include <array>
#include <optional>

#include "analysis/paths.h"
#include "analysis/resource_uses.h"
#include "analysis/sites.h"
#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/walk.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

using analysis::Keeper;
using analysis::ProcessKind;
using analysis::ResourceFate;
using analysis::ResourceUse;
using knowledge::Resource;

constexpr int kMaxWrappers = 3;
constexpr std::size_t kMaxCallers = 12;

class Search {
 public:
  Search(const Program& program, const Facts& facts) : program_(program), facts_(facts), uses_(program, facts) {}

  // From where something is opened outwards, as long as it is returned.
  std::optional<LeftOpen> follow(const LeftOpen& at, int depth) const {
    bool used = false, returned = false, released = false;
    if (const ExprId failure = forgotten_on_failure(at)) {
      LeftOpen failing = at;
      failing.forgotten = failure;
      if (auto found = run_again(failing)) return found;
    }
    for (const ResourceUse& use : uses_of(at)) {
      const bool kept = use.fate == ResourceFate::kKept;
      if (kept && use.keeper != Keeper::kReturned) return {};
      returned |= kept;
      released |= use.fate == ResourceFate::kReleased;
      if (use.fate == ResourceFate::kReleased && stands_in_after(program_.unit_of(at.function), use.place)) return {};
      used |= use.fate == ResourceFate::kUsed;
    }
    // `ok -> {ok, Socket}; error -> gen_tcp:close(Socket), error`: closed on one way, given to the caller on the other.
    if (!returned) return used && !released ? run_again(at) : std::nullopt;
    const std::span<const std::uint32_t> incoming = facts_.calls.incoming_of(at.function);
    if (depth >= kMaxWrappers || incoming.size() > kMaxCallers) return {};
    for (const std::uint32_t i : incoming) {
      LeftOpen outer = at;
      outer.site = facts_.calls.edges[i].site;
      outer.function = facts_.calls.callers[i];
      const bool direct = facts_.calls.callees[outer.site.index].function == at.function && !program_.call(outer.site).capture;
      if (!direct || outer.function == at.function || !in_production(program_, facts_, outer.function)) continue;
      if (auto found = follow(outer, depth + 1)) return found;
    }
    return {};
  }

 private:
  // Closed, kept or returned on one way, and on another, where a step with it fails, known to nobody: the pattern of that clause,
  // or what follows a timeout.
  ExprId forgotten_on_failure(const LeftOpen& at) const {
    const auto made = analysis::acquisition_by(program_, facts_, at.site, at.resource);
    if (!made || (made->kept.empty() && made->released.empty())) return {};
    for (const analysis::ResourceLeft& left : made->left) {
      if (left.way == analysis::WayOut::kTimeout) return left.place;
      if (left.way == analysis::WayOut::kClause && names_failure(program_.unit_of(at.function), left.place)) return left.place;
    }
    return {};
  }

  // {error, Reason}, :error, timeout; a socket that the other side has closed leaves less behind.
  static bool names_failure(const Unit& unit, ExprId pattern) {
    if (unit.expr(pattern).kind == ExprKind::kGenerator) return true;  // the step of a `with` that did not match
    bool fails = false, closed = false;
    any_below(unit, pattern, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      if (e.kind != ExprKind::kAtom) return false;
      const std::string_view name = e.symbol().text();
      fails |= name == "error" || name == "timeout" || name == "false" || name == "nil" || name == "undefined";
      closed |= name == "closed";
      return false;
    });
    return fails && !closed;
  }

  // What the function does with it, occurrence by occurrence.
  std::vector<ResourceUse> uses_of(const LeftOpen& at) const {
    const Unit& unit = program_.unit_of(at.function);
    const std::uint32_t place = unit.expr(program_.call(at.site).expr).begin;
    std::vector<ResourceUse> found;
    for (const model::ClauseId id : program_.function(at.function).clauses) {
      const model::Clause& clause = unit.clause(id);
      if (place < clause.begin || place >= clause.end || !clause.body) continue;
      // `open() -> gen_tcp:connect(…)`: the call itself is what the function returns.
      const ResourceUse itself = uses_.of(at.function, program_.call(at.site).expr, at.resource);
      if (itself.fate == ResourceFate::kKept) found.push_back(itself);
      const std::vector<model::VariableId> holders = uses_.holders(at.function, clause.body, at.site, at.resource);
      any_below(unit, clause.body, [&](ExprId occurrence) {
        const model::Expr& e = unit.expr(occurrence);
        if (e.kind != ExprKind::kVariable || e.has(model::kInPattern) || e.has(model::kBinds)) return false;
        if (std::find(holders.begin(), holders.end(), model::VariableId(e.payload)) != holders.end())
          found.push_back(uses_.of(at.function, occurrence, at.resource));
        return false;
      });
    }
    return found;
  }

  // A message to a server that lives on runs the function. What its init does it does once.
  std::optional<LeftOpen> run_again(const LeftOpen& at) const {
    const analysis::Context& context = facts_.contexts.of(at.function);
    if (!at.forgotten && is_closed_elsewhere(at)) return {};
    if ((context.flags & (analysis::kInRequest | analysis::kInTask | analysis::kInTool | analysis::kAtCompileTime)) != 0)
      return {};
    for (const ProcessId process : context.processes) {
      const ProcessKind kind = facts_.process(process).kind;
      constexpr std::array<ProcessKind, 5> kLiving = {ProcessKind::kGenServer, ProcessKind::kGenStatem, ProcessKind::kGenEvent,
                                                      ProcessKind::kStage, ProcessKind::kAgent};
      if (std::find(kLiving.begin(), kLiving.end(), kind) == kLiving.end()) continue;
      if (!at.forgotten && at.resource == Resource::kSocket && hears_sockets(facts_, process)) continue;
      for (const HandlerId id : analysis::handlers_running(program_, facts_, process, at.function)) {
        const Handler& handler = facts_.handler(id);
        const bool again =
            handler.kind == HandlerKind::kInfo || handler.kind == HandlerKind::kCast || handler.kind == HandlerKind::kCall;
        if (!again || !stands_in(at, handler) || ends(handler, at.forgotten)) continue;
        LeftOpen found = at;
        found.handler = id;
        found.process = process;
        return found;
      }
    }
    return {};
  }

  // try … after gen_tcp:close(Socket) end
  static bool stands_in_after(const Unit& unit, ExprId place) {
    for (ExprId below = place, around = unit.parent(place); around; below = around, around = unit.parent(around)) {
      if (unit.expr(around).kind == ExprKind::kTry && unit.try_of(unit.expr(around)).after == below) return true;
    }
    return false;
  }

  // Another function of the module closes such a thing: one that is kept by a way which is not followed here.
  bool is_closed_elsewhere(const LeftOpen& at) const {
    const FunctionId opener = program_.function_of(at.opened);
    for (const FunctionId function : program_.functions_of(program_.module_of(at.function))) {
      if (function == at.function || function == opener) continue;
      for (const CallId site : program_.calls_of(function)) {
        if (uses_.releases(site, at.resource)) return true;
      }
    }
    return false;
  }

  // Of a callback, the clause that opens it; of a helper, any that runs it.
  bool stands_in(const LeftOpen& at, const Handler& handler) const {
    if (at.function != handler.function) return true;
    const Unit& unit = program_.unit_of(at.function);
    const std::uint32_t place = unit.expr(program_.call(at.site).expr).begin;
    const model::Clause& clause = unit.clause(handler.clause);
    return place >= clause.begin && place < clause.end;
  }

  // {stop, …} in each result of the clause: the socket goes with the process. Of a failure, in any of them.
  bool ends(const Handler& handler, ExprId failure) const {
    const Unit& unit = program_.unit_of(handler.function);
    bool any = false, all = true, some = false;
    analysis::for_each_result(unit, unit.clause(handler.clause).body, [&](ExprId result) {
      const model::Expr& e = unit.expr(result);
      if (e.kind != ExprKind::kTuple || e.child_count == 0) return;
      any = true;
      const bool stops = analysis::atom_value(unit, unit.child(result, 0)) == intern("stop");
      all &= stops;
      some |= stops;
    });
    return failure ? some : any && all;
  }

  const Program& program_;
  const Facts& facts_;
  analysis::ResourceUses uses_;
};

// A raw file is closed when nobody refers to it any more (OTP kernel: prim_file keeps a resource of the VM), and the function
// given to File.open/2 closes it by itself.
bool closes_by_itself(const Program& program, CallId site) {
  const Unit& unit = program.unit_of(site);
  const auto arguments = arguments_of(program, site);
  if (arguments.size() < 2) return false;
  const ExprId options = analysis::local_value(unit, arguments[1]);
  const ExprKind kind = unit.expr(options).kind;
  if (kind != ExprKind::kList && kind != ExprKind::kAtom) return true;  // options that are not in sight
  return any_below(unit, options, [&](ExprId id) {
    const model::Expr& e = unit.expr(id);
    return e.kind == ExprKind::kAtom && (e.symbol().text() == "raw" || e.symbol().text() == "ram");
  });
}

bool opens(const analysis::External& external) {
  if (!external.row) return false;
  const Resource resource = external.row->returns;
  if (resource != Resource::kSocket && resource != Resource::kFileHandle) return false;
  // A connection of Mint is a value that each function gives back anew: the first one is not what is kept.
  if (external.module.text().starts_with("Elixir.Mint")) return false;
  // A log that is open already is given again (OTP kernel: disk_log:open/1), to the same process as the same owner.
  if (external.module.text() == "disk_log") return false;
  const std::string_view name = external.name.text();
  return name.starts_with("open") || name.starts_with("connect");
}

}  // namespace

bool hears_sockets(const Facts& facts, ProcessId process) {
  const auto& handlers = facts.process(process).handlers;
  return std::any_of(handlers.begin(), handlers.end(), [&](HandlerId id) {
    const std::string_view tag = facts.handler(id).pattern.tag.text();
    return tag == "tcp" || tag == "ssl" || tag == "udp" || tag == "tcp_closed" || tag == "ssl_closed";
  });
}

bool stays_open(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  return external && !program.call(site).capture && opens(*external) &&
         (external->row->returns != Resource::kFileHandle || !closes_by_itself(program, site));
}

std::vector<LeftOpen> left_open(const Program& program, const Facts& facts, const Reporter& reporter) {
  std::vector<LeftOpen> found;
  const Search search(program, facts);
  for (const CallId site : analysis::sites_of(facts.calls, opens)) {
    if (!stays_open(program, facts, site)) continue;
    const Resource resource = facts.calls.external(site)->row->returns;
    const FunctionId function = program.function_of(site);
    if (!function || program.call(site).closure || !in_production(program, facts, function)) continue;
    if (!wants_caller(program, facts, reporter, function, kMaxWrappers)) continue;
    LeftOpen start;
    start.opened = start.site = site;
    start.function = function;
    start.resource = resource;
    if (const auto left = search.follow(start, 0)) found.push_back(*left);
  }
  return found;
}

}  // namespace beamwright::rules
