#include "rules/nested_growth.h"

#include <map>

#include "analysis/data_functions.h"
#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Grown;
using analysis::Growth;

struct Ledger {
  std::vector<NestedGain> gains;
  bool other = false;  // something takes entries out, or sets the field to what is not followed
};

class Search {
 public:
  Search(const Program& program, const Facts& facts, ModuleId module)
      : program_(program), facts_(facts), module_(module), unit_(program.unit_of(module)) {}

  std::vector<NestedGain> run() {
    for (const FunctionId function : program_.functions_of(module_)) {
      if (&program_.unit_of(function) != &unit_) continue;
      for (const model::ClauseId clause : program_.function(function).clauses) {
        any_below(unit_, unit_.clause(clause).body, [&](ExprId at) {
          const model::Expr& e = unit_.expr(at);
          if (e.kind == ExprKind::kMap && !e.has(model::kInPattern)) of_map(function, e);
          return false;
        });
      }
    }
    std::vector<NestedGain> found;
    for (const auto& [field, ledger] : ledgers_) {
      if (!ledger.other && !ledger.gains.empty()) found.push_back(ledger.gains.front());
    }
    return found;
  }

 private:
  void of_map(FunctionId function, const model::Expr& map) {
    const std::span<const ExprId> children = unit_.children_of(map);
    const bool update = map.has(model::kUpdate);
    for (std::size_t i = update ? 1 : 0; i + 1 < children.size(); i += 2) {
      const auto name = analysis::atom_value(unit_, children[i]);
      if (name) of_value(function, *name, children[i + 1], update);
    }
  }

  void of_value(FunctionId function, Symbol field, ExprId written, bool update) {
    Ledger& ledger = ledgers_[field.text()];
    const ExprId value = analysis::local_value(unit_, written);
    if (analysis::field_read(unit_, value) == field || analysis::field_read(unit_, written) == field) return;
    const model::Expr& e = unit_.expr(value);
    // What a new record starts with; emptied later, it loses what it had.
    if (!update) return;
    const analysis::External* external =
        e.kind == ExprKind::kCall ? facts_.calls.external(CallId(unit_.first_call + e.payload)) : nullptr;
    if (!external) {
      ledger.other = true;
      return;
    }
    const Grown grown = analysis::growth_of(unit_, value, *external);
    const bool own = grown.collection && (analysis::field_read(unit_, grown.collection) == field ||
                                          analysis::field_read(unit_, analysis::local_value(unit_, grown.collection)) == field);
    if (grown.growth == Growth::kGains && own && grown.key) {
      ledger.gains.push_back({function, value, field, grown.key});
    } else if (grown.growth != Growth::kSame) {
      ledger.other = true;
    }
  }

  const Program& program_;
  const Facts& facts_;
  const ModuleId module_;
  const Unit& unit_;
  std::map<std::string_view, Ledger> ledgers_;  // by field, in order of its name
};

}  // namespace

std::vector<NestedGain> nested_gains(const Program& program, const Facts& facts, ModuleId module) {
  return Search(program, facts, module).run();
}

}  // namespace beamwright::rules
