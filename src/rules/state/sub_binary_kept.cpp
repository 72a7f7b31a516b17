// A piece of a binary is a reference to the whole of it. A key of twenty bytes, cut out of a frame of a megabyte and put into a
// table, keeps the megabyte for as long as the row is there; a copy would keep twenty bytes.
#include <algorithm>
#include <optional>
#include <set>

#include "analysis/closures.h"
#include "analysis/state_fields.h"
#include "analysis/tables.h"
#include "analysis/values.h"
#include "rules/origin.h"
#include "rules/support.h"

namespace beamwright::rules {
namespace {

using analysis::Change;
using analysis::Count;
using analysis::PossibleKind;
using analysis::PossibleValue;
using analysis::PossibleValues;
using analysis::ProcessKind;
using analysis::TableOperation;

struct Slice {
  PossibleValue value;
  Origin origin;
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program),
        facts_(facts),
        reporter_(reporter),
        states_(analysis::states_of(program, facts)),
        tables_(analysis::tables_of(program, facts)) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) of_state(ProcessId(i));
    for (const analysis::TableUse& use : tables_.uses) {
      const analysis::Table& table = tables_.table(use.table);
      if (use.possible) continue;
      if (table.kind == analysis::TableKind::kEts) of_insert(use.site, use.operation, "the table " + table.name);
      if (table.kind == analysis::TableKind::kPersistentTerm)
        of_insert(use.site, use.operation, "the persistent term " + table.name);
    }
    for (const analysis::LostTableUse& use : tables_.lost) {
      if (use.kind == analysis::TableKind::kEts) of_insert(use.site, use.operation, "a table");
    }
  }

 private:
  // Headers and parameters are short; frames and bodies are as long as their sender likes.
  static bool is_large(std::string_view what) {
    return what.find(" header ") == std::string_view::npos && what.find(" parameter ") == std::string_view::npos &&
           what.find(" peer ") == std::string_view::npos;
  }

  // The pieces among the values that were cut out of what somebody sends.
  std::optional<Slice> kept_slice(const PossibleValues& values) const {
    for (const PossibleValue& value : values.all) {
      if (value.kind != PossibleKind::kSlice || !value.function) continue;
      const Origin origin = origin_of(program_, facts_, value.function, value.made.expr);
      if (origin.kind == OriginKind::kOutside && is_large(origin.what)) return Slice{value, origin};
    }
    return {};
  }

  void of_state(ProcessId id) {
    const Process& process = facts_.process(id);
    if (process.count != Count::kOne || process.kind == ProcessKind::kRequest || process.kind == ProcessKind::kTask) return;
    for (const analysis::StateField& field : states_.of(id).fields) {
      const auto gain = std::find_if(field.writes.begin(), field.writes.end(), [](const analysis::StateWrite& write) {
        return !write.initial && write.changes.has(Change::kGains);
      });
      if (gain == field.writes.end() || !reporter_.wants(program_, gain->function)) continue;
      if (!in_production(program_, facts_, gain->function)) continue;
      if (!works_with_binaries(program_.module_of(gain->function))) continue;
      const std::optional<Slice> slice = kept_slice(analysis::possible_items_of_field(program_, facts_, field));
      if (!slice) continue;
      const std::string what =
          (field.name ? std::string(field.name.text()) : "the state") + " of " + process_name(program_, facts_, id);
      report(gain->function, program_.unit_of(gain->function).span(gain->place), what, *slice);
    }
  }

  // Which table it is makes no difference: a row lives until somebody deletes it.
  void of_insert(CallId site, TableOperation operation, const std::string& where) {
    if (operation != TableOperation::kInsert && operation != TableOperation::kInsertNew) return;
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const FunctionId function = program_.function_of(site);
    if (arguments.size() < 2 || !function || !in_production(program_, facts_, function)) return;
    if (!reporter_.wants(program_, function) || !seen_.insert(site).second) return;
    const std::optional<Slice> slice = kept_slice(analysis::everything_in(program_, facts_, function, arguments[1]));
    if (slice) report(function, call_span(program_, site), where, *slice, structures_with(function, site, *slice));
  }

  // The terms that a row is made of, put together elsewhere around the piece.
  std::vector<findings::Step> structures_with(FunctionId function, CallId site, const Slice& slice) const {
    std::vector<findings::Step> steps;
    for (const analysis::Leaving& leaving : analysis::leaving_by(program_, facts_, function)) {
      if (leaving.site != site) continue;
      for (const analysis::Leaving::Part& part : leaving.parts) {
        for (const PossibleValue& value : part.values.all) {
          if (value.kind != PossibleKind::kTerm || !value.function) continue;
          const PossibleValues inside = analysis::everything_in(program_, facts_, value.function, value.made.expr);
          const bool holds = std::any_of(inside.all.begin(), inside.all.end(),
                                         [&](const PossibleValue& one) { return one.made == slice.value.made; });
          if (holds)
            steps.push_back({program_.unit(value.made.unit).span(value.made.expr), "put together here, around the piece"});
        }
      }
    }
    return steps;
  }

  // Some function of the module takes text from outside or cuts it: where none does, there is no use in asking each field.
  bool works_with_binaries(ModuleId module) const {
    for (const FunctionId function : program_.functions_of(module)) {
      const analysis::EffectSet all = facts_.effects.all[function.index];
      if (all.has(Effect::kSocket) || all.has(Effect::kHttp) || all.has(Effect::kFile)) return true;
    }
    return false;
  }

  void report(FunctionId function, source::Span place, const std::string& where, const Slice& slice,
              const std::vector<findings::Step>& structures = {}) {
    const bool erlang = in_erlang(program_, function);
    Finding finding = found_in(reporter_, program_, function, place);
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kLikely;
    const Unit& cut = program_.unit(slice.value.made.unit);
    const std::string shown = source_text(program_, cut, slice.value.made.expr, 40);
    finding.message = finding.function + " keeps " + shown + " in " + where + ": a piece of " + slice.origin.what +
                      ", which stays in memory as a whole";
    finding.why =
        "A piece of more than 64 bytes, cut out by a pattern or by split, is a reference to the binary it was cut out of. "
        "Binaries live "
        "outside of the heap, so no collection of this process is even due while they add up.";
    finding.fix = erlang ? "Keep a copy: `binary:copy(" + shown + ")` where it goes into what lives long."
                         : "Keep a copy: `:binary.copy(" + shown + ")` where it goes into what lives long.";
    finding.path = {{place, finding.function + " keeps it"}};
    finding.path.insert(finding.path.end(), structures.begin(), structures.end());
    finding.path.push_back({cut.span(slice.value.made.expr), "cut out here, without a copy"});
    finding.path.insert(finding.path.end(), slice.origin.path.rbegin(), slice.origin.path.rend());
    finding.key = where + " " + shown;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  const analysis::States& states_;
  const analysis::Tables& tables_;
  std::set<CallId> seen_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& sub_binary_kept() {
  static const Rule rule{{.code = "BW506",
                          .name = "sub-binary-kept",
                          .family = findings::Family::kState,
                          .severity = Severity::kMedium,
                          .summary = "A piece of a binary from outside that is kept and keeps the whole with it"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
