// A supervisor restarts a process with an empty heap. For a cache that is right; orders, balances and reservations that are
// nowhere else are gone with the first crash, and the system goes on as if they had never been.
#include <algorithm>
#include <array>
#include <cctype>

#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/at_start.h"
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
  constexpr std::array<std::string_view, 35> kWords = {
      "order",     "orders",      "payment",      "payments", "balance",  "balances",  "account",  "accounts",  "stock",
      "inventory", "reservation", "reservations", "booking",  "bookings", "invoice",   "invoices", "ledger",    "charge",
      "charges",   "receipt",     "receipts",     "partners", "customer", "customers", "purchase", "purchases", "refund",
      "refunds",   "credits",     "wallet",       "wallets",  "vote",     "votes",     "deposit",  "deposits"};
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
    return lower == word ||
           (lower.size() > word.size() && lower.ends_with(word) && !std::isalpha(lower[lower.size() - word.size() - 1]));
  });
}

// What is reckoned with and owed to somebody.
bool is_amount(std::string_view name) {
  constexpr std::array<std::string_view, 6> kWords = {"balance", "credits", "wallet", "stock", "inventory", "funds"};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
    return name == word || name.ends_with("_" + std::string(word)) || name.starts_with(std::string(word) + "_");
  });
}

// A place outside of the heap: a database, a file, a table that another process owns, another service. A start that asks there
// may bring back what was; while it serves, only what may be the truth itself counts: a journal that no start reads is none.
bool is_elsewhere(analysis::EffectSet effects, bool starting) {
  for (const Effect effect : {Effect::kDatabase, Effect::kRpc, Effect::kEtsWrite, Effect::kSubprocess}) {
    if (effects.has(effect)) return true;
  }
  for (const Effect effect : {Effect::kFile, Effect::kHttp, Effect::kEtsRead, Effect::kCall, Effect::kCast, Effect::kSocket}) {
    if (starting && effects.has(effect)) return true;
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
    if (writes_elsewhere(process, false)) return;
    const bool asks_others = writes_elsewhere(process, true);
    const std::string_view module = program_.module(process.module).name.text();
    const std::size_t dot = module.find_last_of("._");
    const bool by_module = is_truth(module.substr(dot == std::string_view::npos ? 0 : dot + 1));
    for (const StateField& field : states_.of(id).fields) {
      if (!by_module && !(field.name && is_truth(field.name.text()))) continue;
      // What is taken out again is work on its way, which some other place may know of.
      if ((asks_others && field.loses()) || expires(field)) continue;
      // A process for each session or device keeps what is its own; the balance of an account is nowhere else either.
      const bool many = process.count == Count::kMany;
      if (const StateWrite* write = many ? reckoned(field) : changed(process, field)) return report(id, field, *write);
    }
  }

  // A timer or a death takes entries out: the last minutes of something, or what is held for somebody who is there.
  bool expires(const StateField& field) const {
    return std::any_of(field.writes.begin(), field.writes.end(), [&](const StateWrite& write) {
      const bool fewer = write.changes.has(Change::kLoses) || write.changes.has(Change::kBounds);
      return fewer && std::any_of(write.handlers.begin(), write.handlers.end(),
                                  [&](HandlerId id) { return facts_.handler(id).kind == HandlerKind::kInfo; });
    });
  }

  // Any handler that works with something outside of the heap: then what is kept here may be a copy.
  bool writes_elsewhere(const Process& process, bool always_all) const {
    for (const HandlerId id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      // What the end saves is there at the next start.
      const bool starting = always_all || handler.kind == HandlerKind::kInit || handler.kind == HandlerKind::kContinue ||
                            handler.kind == HandlerKind::kTerminate || runs_at_start(program_, facts_, handler);
      if (is_elsewhere(facts_.effects.all[handler.function.index], starting)) return true;
    }
    return false;
  }

  // A call or cast adds to the collection, or reckons with the amount. The closures of agents are given to them by others, and
  // what a state of gen_statem takes is no end of calls.
  const StateWrite* changed(const Process& process, const StateField& field) const {
    for (const StateWrite& write : field.writes) {
      if (write.initial || !write.changes.has(Change::kGains) || !in_production(program_, facts_, write.function)) continue;
      if (is_asked_for(process, write)) return &write;
    }
    return reckoned(field);
  }

  bool is_asked_for(const Process& process, const StateWrite& write) const {
    if (process.kind == ProcessKind::kAgent) return true;
    return std::any_of(write.handlers.begin(), write.handlers.end(), [&](HandlerId id) {
      const HandlerKind kind = facts_.handler(id).kind;
      const bool of_state = process.kind == ProcessKind::kGenStatem && kind != HandlerKind::kInit;
      return kind == HandlerKind::kCall || kind == HandlerKind::kCast || of_state;
    });
  }

  // `balance: state.balance + cents`, in a call.
  const StateWrite* reckoned(const StateField& field) const {
    if (!field.name || !is_amount(field.name.text())) return nullptr;
    for (const StateWrite& write : field.writes) {
      if (write.initial || !write.value || !in_production(program_, facts_, write.function)) continue;
      const Unit& unit = program_.unit_of(write.function);
      const ExprId value = analysis::local_value(unit, write.value);
      const model::Expr& e = unit.expr(value);
      if (e.kind != ExprKind::kOperator || (e.symbol().text() != "+" && e.symbol().text() != "-") || e.child_count != 2) continue;
      const bool own = analysis::field_read(unit, unit.child(value, 0)) == field.name ||
                       analysis::field_read(unit, unit.child(value, 1)) == field.name;
      const bool called = std::any_of(write.handlers.begin(), write.handlers.end(),
                                      [&](HandlerId id) { return facts_.handler(id).kind == HandlerKind::kCall; });
      if (own && called) return &write;
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
        "A restart calls init with the first state, and nothing brings back what was acknowledged before the crash: this process "
        "keeps it in no database and no table, and its start asks nobody for it.";
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
