// A supervisor restarts a process with an empty heap. For a cache that is right; orders, balances and reservations that are
// nowhere else are gone with the first crash, and the system goes on as if they had never been.
#include <algorithm>
#include <array>
#include <cctype>

#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/support.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Change;
using analysis::Count;
using analysis::ProcessKind;
using analysis::StateField;
using analysis::StateWrite;

// What people would have to be told when it is lost.
bool is_truth(std::string_view name) {
  constexpr std::array<std::string_view, 33> kWords = {
      "order",     "orders",      "payment",      "payments", "balance",  "balances",  "account",  "accounts",  "stock",
      "inventory", "reservation", "reservations", "booking",  "bookings", "invoice",   "invoices", "ledger",    "charge",
      "charges",   "receipt",     "receipts",     "partners", "customer", "customers", "purchase", "purchases", "refund",
      "refunds",   "credits",     "wallet",       "wallets",  "vote",     "votes"};
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
    return lower == word ||
           (lower.size() > word.size() && lower.ends_with(word) && !std::isalpha(lower[lower.size() - word.size() - 1]));
  });
}

// A place outside of the heap: a database, a file, a table that another process owns, another service.
bool is_elsewhere(analysis::EffectSet effects) {
  for (const Effect effect : {Effect::kDatabase, Effect::kFile, Effect::kHttp, Effect::kRpc, Effect::kEtsRead, Effect::kEtsWrite,
                              Effect::kCall, Effect::kCast, Effect::kSocket, Effect::kSubprocess}) {
    if (effects.has(effect)) return true;
  }
  return false;
}

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter), states_(analysis::states_of(program, facts)) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) review(ProcessId(i));
  }

 private:
  void review(ProcessId id) {
    const Process& process = facts_.process(id);
    if (process.kind != ProcessKind::kGenServer && process.kind != ProcessKind::kAgent && process.kind != ProcessKind::kGenStatem)
      return;
    if (process.count == Count::kMany || writes_elsewhere(process)) return;
    const std::string_view module = program_.module(process.module).name.text();
    const std::size_t dot = module.find_last_of("._");
    const bool by_module = is_truth(module.substr(dot == std::string_view::npos ? 0 : dot + 1));
    for (const StateField& field : states_.of(id).fields) {
      if (!by_module && !(field.name && is_truth(field.name.text()))) continue;
      if (const StateWrite* write = changed(field)) return report(id, field, *write);
    }
  }

  // Any handler, init included, that works with something outside of the heap: then what is kept here may be a copy.
  bool writes_elsewhere(const Process& process) const {
    for (const HandlerId id : process.handlers) {
      if (is_elsewhere(facts_.effects.all[facts_.handler(id).function.index])) return true;
    }
    return false;
  }

  // A call or cast adds to the collection.
  const StateWrite* changed(const StateField& field) const {
    for (const StateWrite& write : field.writes) {
      if (write.initial || !write.changes.has(Change::kGains) || !in_production(program_, facts_, write.function)) continue;
      for (const HandlerId id : write.handlers) {
        const HandlerKind kind = facts_.handler(id).kind;
        if (kind == HandlerKind::kCall || kind == HandlerKind::kCast) return &write;
      }
    }
    return nullptr;
  }

  void report(ProcessId id, const StateField& field, const StateWrite& write) {
    const Unit& unit = program_.unit_of(write.function);
    const std::string name = process_name(program_, facts_, id);
    const std::string what = field.name ? std::string(field.name.text()) : "its state";
    Finding finding = found_in(reporter_, program_, write.function, unit.span(write.place));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kPossible;
    finding.message = name + " is the only place where " + what + " is kept: a crash or a release loses all of it";
    finding.why =
        "A restart calls init with the first state. Nothing that this process does reaches a database, a file or another "
        "process, so "
        "what was acknowledged before the crash is nowhere.";
    finding.fix =
        "Write it to the database or a log before the reply, and read it back in handle_continue; keep in the heap what can be "
        "computed again.";
    finding.path = {{finding.span, finding.function + " changes it"}};
    for (const HandlerId handler_id : facts_.process(id).handlers) {
      const Handler& handler = facts_.handler(handler_id);
      if (handler.kind != HandlerKind::kInit) continue;
      finding.path.push_back({name_span(program_, handler.function), "a restart begins here, with nothing"});
      break;
    }
    finding.key = what;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  const analysis::States& states_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& volatile_truth() {
  static const Rule rule{{.code = "BW510",
                          .name = "volatile-truth",
                          .family = findings::Family::kState,
                          .severity = Severity::kMedium,
                          .summary = "Orders, balances and the like that are only in a process's heap"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
