// The contract of each process: eight questions that a design review asks, answered from the rows of the design and the facts. An
// answer that the sources do not give is said to be unknown.
#include <algorithm>

#include "design/builder.h"
#include "rules/support.h"

namespace beamwright::design {

using analysis::Handler;
using analysis::HandlerKind;
using analysis::Process;
using analysis::ProcessKind;
using knowledge::Effect;

namespace {

// A function that asks how long mailboxes are.
struct Watcher {
  FunctionId function;
  std::vector<Symbol> atoms;  // written in it: the names it may ask about
};

std::vector<Watcher> find_watchers(const Builder& builder) {
  const model::Program& program = builder.program;
  const Symbol long_queue = intern("long_message_queue");
  std::vector<Watcher> watchers;
  for (const auto& unit : program.units) {
    if (unit->role != source::Role::kReviewed) continue;
    const auto asks = [&](const model::Expr& e) {
      return e.kind == model::ExprKind::kAtom && (e.symbol() == sym::message_queue_len || e.symbol() == long_queue);
    };
    if (std::none_of(unit->exprs.begin(), unit->exprs.end(), asks)) continue;
    for (std::uint32_t f = 0; f < unit->functions.size(); ++f) {
      const model::Function& function = unit->functions[f];
      Watcher watcher{FunctionId(unit->first_function + f), {}};
      bool found = false;
      for (const model::Expr& e : unit->exprs) {
        if (e.kind != model::ExprKind::kAtom || e.begin < function.begin || e.begin >= function.end) continue;
        found = found || asks(e);
        watcher.atoms.push_back(e.symbol());
      }
      if (found && rules::in_production(program, builder.facts, watcher.function)) watchers.push_back(std::move(watcher));
    }
  }
  return watchers;
}

std::string strategy_text(const Node& supervisor) {
  std::string text = supervisor.strategy.empty() ? "strategy unknown" : supervisor.strategy;
  if (supervisor.intensity >= 0) {
    text += ", " + std::to_string(supervisor.intensity) + (supervisor.intensity == 1 ? " restart in " : " restarts in ") +
            std::to_string(supervisor.period_seconds) + " s";
  }
  return text;
}

class Contracts {
 public:
  explicit Contracts(Builder& builder)
      : builder_(builder), design_(builder.design), parents_(parents_of(design_)), watchers_(find_watchers(builder)) {
    incoming_.resize(design_.nodes.size());
    for (std::uint32_t f = 0; f < design_.flows.size(); ++f) incoming_[design_.flows[f].to].push_back(f);
    tables_.resize(design_.nodes.size());
    for (const TableUse& use : design_.table_uses)
      if (use.kind == UseKind::kOwns && use.node != kNone) tables_[use.node].push_back(design_.nodes[use.table].name);
  }

  void write() {
    const auto& processes = builder_.facts.processes.processes;
    for (std::uint32_t p = 0; p < processes.size(); ++p) {
      const std::uint32_t n = builder_.node_of_process[p];
      if (n == kNone) continue;
      Node& node = design_.nodes[n];
      Contract& contract = node.contract;
      contract.supervision = supervision(n);
      if (node.kind != NodeKind::kProcess) continue;
      contract.instances = instances(node);
      bound_mailbox(n, processes[p]);
      contract.lost_in_crash = lost(n, processes[p]);
      watch(node, processes[p]);
    }
    for (std::uint32_t n = 0; n < design_.nodes.size(); ++n) {
      Node& node = design_.nodes[n];
      if (node.kind == NodeKind::kSupervisor || node.kind == NodeKind::kExternal) node.contract.supervision = supervision(n);
      if (node.kind == NodeKind::kProcess && node.contract.instances.empty()) write_plain(n);
    }
  }

 private:
  std::string supervision(std::uint32_t n) const {
    const Node& node = design_.nodes[n];
    if (parents_[n].empty()) {
      if (node.per_request) return "started by its framework, one for each request, connection or job";
      return "no supervisor of it is in sight";
    }
    // A pool is many children of one supervisor that are alike.
    std::vector<std::pair<std::string, int>> rows;
    for (const std::uint32_t parent : parents_[n]) {
      const Child& child = design_.children[parent];
      std::string row = "under " + design_.nodes[child.supervisor].name + " (" + strategy_text(design_.nodes[child.supervisor]) +
                        "), " + (child.restart.empty() ? "restart type unknown" : child.restart);
      if (child.many) row += ", started at run time";
      if (child.conditional) row += ", on a condition";
      const auto known = std::find_if(rows.begin(), rows.end(), [&](const auto& each) { return each.first == row; });
      if (known == rows.end())
        rows.emplace_back(std::move(row), 1);
      else
        ++known->second;
    }
    std::string text;
    for (const auto& [row, count] : rows) {
      text += (text.empty() ? "" : "; ") + row;
      if (count > 1) text += ", " + std::to_string(count) + " of them";
    }
    return text;
  }

  // Of a process without a behaviour little can be told.
  void write_plain(std::uint32_t n) {
    Contract& contract = design_.nodes[n].contract;
    contract.supervision = supervision(n);
    contract.instances = "unknown";
    contract.mailbox_bound = "unknown: its receive loop takes messages from anybody";
    contract.lost_in_crash = "what its loop holds" + together(n);
    contract.watched = "unknown";
  }

  static std::string instances(const Node& node) {
    if (node.per_request) return "many: one for each request, connection or job";
    if (node.count == "one") {
      std::string names;
      for (const std::string& name : node.names) names += (names.empty() ? "" : ", ") + name;
      return names.empty() ? "one" : "one, registered as " + names;
    }
    return node.count == "many" ? "many" : "unknown: it registers under no fixed name";
  }

  void bound_mailbox(std::uint32_t n, const Process& process) {
    Contract& contract = design_.nodes[n].contract;
    std::vector<std::string> loose;
    bool calls = false;
    for (const std::uint32_t f : incoming_[n]) {
      const Flow& flow = design_.flows[f];
      if (flow.from == n) continue;
      calls = calls || flow.kind == FlowKind::kCall;
      const std::string text = std::string(to_string(flow.kind)) + " " + flow.message;
      if (flow.kind != FlowKind::kCall && std::find(loose.begin(), loose.end(), text) == loose.end()) loose.push_back(text);
    }
    if (!loose.empty()) {
      contract.mailbox_is_unbounded = true;
      contract.mailbox_bound = "nothing: no sender waits for " + rules::join_names(loose, 3);
    } else if (process.kind == ProcessKind::kStage) {
      contract.mailbox_bound = "the demand of its consumers";
    } else if (calls) {
      contract.mailbox_bound = "its callers, each of which waits for an answer";
    } else {
      contract.mailbox_bound = "unknown: no message to it is in sight";
    }
  }

  std::string lost(std::uint32_t n, const Process& process) const {
    std::vector<std::string> changers;
    bool reads_at_start = false;
    for (const analysis::HandlerId id : process.handlers) {
      const Handler& handler = builder_.facts.handler(id);
      if (handler.kind == HandlerKind::kInit || handler.kind == HandlerKind::kContinue) {
        const analysis::EffectSet effects = builder_.facts.effects.all[handler.function.index];
        reads_at_start =
            reads_at_start || effects.has(Effect::kDatabase) || effects.has(Effect::kFile) || effects.has(Effect::kHttp);
        continue;
      }
      if (!handler.changes_state || handler.kind == HandlerKind::kTerminate || handler.kind == HandlerKind::kRun) continue;
      const std::string text = analysis::display_handler(builder_.program, builder_.facts, handler);
      if (std::find(changers.begin(), changers.end(), text) == changers.end()) changers.push_back(text);
    }
    const Node& node = design_.nodes[n];
    std::string text;
    if (node.per_request)
      text = "the request it works on";
    else if (process.kind == ProcessKind::kTask)
      text = "the work it was about";
    else if (process.kind == ProcessKind::kAgent)
      text = "its whole state";
    else if (changers.empty())
      text = "no state: no callback in sight changes it";
    else
      text = "its state since the start, changed by " + rules::join_names(changers, 3);
    if (reads_at_start && !changers.empty()) text += "; its start reads from outside again";
    if (!tables_[n].empty()) text += "; its tables " + rules::join_names(tables_[n], 4);
    if (!incoming_[n].empty()) text += "; the messages that wait in its mailbox";
    return text + together(n);
  }

  // Siblings that a restart takes along.
  std::string together(std::uint32_t n) const {
    std::string text;
    for (const std::uint32_t row : parents_[n]) {
      const Child& own = design_.children[row];
      const std::string& strategy = design_.nodes[own.supervisor].strategy;
      if (strategy != "one_for_all" && strategy != "rest_for_one") continue;
      std::vector<std::string> names;
      for (const Child& child : design_.children) {
        if (child.supervisor != own.supervisor || child.node == n) continue;
        if (strategy == "one_for_all" || child.order > own.order) names.push_back(design_.nodes[child.node].name);
      }
      if (!names.empty())
        text +=
            "; " + rules::join_names(names, 3) + (names.size() == 1 ? " is" : " are") + " restarted with it (" + strategy + ")";
    }
    return text;
  }

  void watch(Node& node, const Process& process) const {
    std::vector<std::string> by_name, others;
    const Symbol module = builder_.program.module(process.module).name;
    for (const Watcher& watcher : watchers_) {
      const auto asks = [&](Symbol name) {
        return std::find(watcher.atoms.begin(), watcher.atoms.end(), name) != watcher.atoms.end();
      };
      const bool own = builder_.program.module_of(watcher.function) == process.module;
      const bool named = own || asks(module) || std::any_of(process.names.begin(), process.names.end(), asks);
      (named ? by_name : others).push_back(model::display_function(builder_.program, watcher.function));
    }
    node.contract.is_watched = !by_name.empty();
    if (!by_name.empty())
      node.contract.watched = "yes: " + rules::join_names(by_name) + " reads message_queue_len";
    else if (!others.empty())
      node.contract.watched = "not by name; " + rules::join_names(others) + " reads message_queue_len of processes it is given";
    else
      node.contract.watched = "no: nothing in sight reads message_queue_len";
  }

  Builder& builder_;
  Design& design_;
  std::vector<std::vector<std::uint32_t>> parents_;
  std::vector<Watcher> watchers_;
  std::vector<std::vector<std::uint32_t>> incoming_;  // flows by receiver
  std::vector<std::vector<std::string>> tables_;      // names of owned tables by node
};

}  // namespace

void add_contracts(Builder& builder) { Contracts(builder).write(); }

}  // namespace beamwright::design
