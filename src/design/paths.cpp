// A search in breadth. Its nodes are functions, or one clause of a function where a message leads to just that clause.
#include "design/paths.h"

#include <algorithm>
#include <deque>
#include <unordered_map>

#include "analysis/calls.h"
#include "analysis/effects.h"
#include "rules/support.h"

namespace beamwright::design {

using analysis::CallId;
using analysis::Edge;
using analysis::Facts;
using analysis::FunctionId;
using analysis::Handler;
using analysis::HandlerId;
using analysis::HandlerKind;
using analysis::Message;
using analysis::MessageKind;
using analysis::ProcessId;
using analysis::Runs;
using model::Program;

namespace {

struct Node {
  FunctionId function;
  model::ClauseId clause;  // none: all of them
  bool operator==(const Node&) const = default;
};

struct Hash {
  std::size_t operator()(const Node& n) const {
    return ((std::uint64_t{n.function.index} << 32) | n.clause.index) * 0x9E3779B97F4A7C15ull;
  }
};

// How a node was come to.
struct Came {
  Node from;
  CallId site;
  analysis::MessageId message;  // set: by this message
  ProcessId started;            // set: by the start of this process
  Runs runs = Runs::kCaller;
  bool possible = false;
};

class Search {
 public:
  Search(const Program& program, const Facts& facts, const Named& to) : program_(program), facts_(facts), to_(to) {
    for (const FunctionId f : to.functions) goals_.push_back(f);
    std::sort(goals_.begin(), goals_.end());
    for (std::uint32_t p = 0; p < facts.processes.processes.size(); ++p) {
      for (const CallId site : facts.processes.processes[p].starts) starts_[site.index].emplace_back(p);
    }
  }

  // `at_process`: the end is the process itself, reached by a message or its start; else any function of its module.
  std::optional<std::vector<PathStep>> run(const std::vector<Node>& start, bool guess, bool at_process) {
    guess_ = guess, at_process_ = at_process;
    came_.clear(), queue_.clear(), path_.reset();
    for (const Node& node : start) {
      if (came_.try_emplace(node).second) queue_.push_back(node);
    }
    while (!queue_.empty() && !path_) {
      const Node node = queue_.front();
      queue_.pop_front();
      look_from(node);
    }
    return std::move(path_);
  }

 private:
  bool inside(const Node& node, CallId site) const {
    if (!node.clause) return true;
    const model::Unit& unit = program_.unit_of(node.function);
    const model::Clause& clause = unit.clause(node.clause);
    const std::uint32_t at = unit.expr(program_.call(site).expr).begin;
    return at >= clause.begin && at < clause.end;
  }

  void look_from(const Node& node) {
    for (const CallId site : program_.calls_of(node.function)) {
      if (inside(node, site) && does_it(site)) return finish(node, site);
    }
    for (const analysis::MessageId id : facts_.messages.by_function[node.function.index]) {
      const Message& message = facts_.message(id);
      if (!message.receiver || !inside(node, message.site) || (message.likely && !guess_)) continue;
      const Came came{node, message.site, id, {}, message.runs, message.likely};
      if (at_process_ && message.receiver == to_.process) return finish(came);
      for (const HandlerId taker : rules::takers(facts_, message)) {
        const Handler& handler = facts_.handler(taker);
        if (go({handler.function, handler.clause}, came)) return;
      }
    }
    for (const CallId site : program_.calls_of(node.function)) {
      const auto found = starts_.find(site.index);
      if (found == starts_.end() || !inside(node, site)) continue;
      for (const ProcessId process : found->second) {
        const Came came{node, site, {}, process, Runs::kNewProcess, false};
        if (at_process_ && process == to_.process) return finish(came);
        for (const HandlerId id : facts_.process(process).handlers) {
          const Handler& handler = facts_.handler(id);
          if (handler.kind == HandlerKind::kInit && go({handler.function, handler.clause}, came)) return;
        }
      }
    }
    for (const Edge& edge : facts_.calls.edges_of(node.function)) {
      if ((edge.possible && !guess_) || !inside(node, edge.site)) continue;
      if (go({edge.callee, {}}, {node, edge.site, {}, {}, edge.runs, edge.possible})) return;
    }
  }

  // Does a call site itself do what is looked for: an effect, a call of a function outside, an access to a table?
  bool does_it(CallId site) const {
    const model::Call& call = program_.call(site);
    if (to_.effect) return !call.capture && analysis::leaf_effects(program_, facts_.calls, site).has(*to_.effect);
    if (!to_.externals.empty()) {
      return std::binary_search(to_.externals.begin(), to_.externals.end(), facts_.calls.callees[site.index].external);
    }
    return to_.table && std::binary_search(to_.table_sites.begin(), to_.table_sites.end(), site);
  }

  // Says whether the end was reached.
  bool go(const Node& node, const Came& came) {
    if (!at_process_ && std::binary_search(goals_.begin(), goals_.end(), node.function)) {
      finish(came, &node);
      return true;
    }
    if (came_.try_emplace(node, came).second) queue_.push_back(node);
    return false;
  }

  void finish(const Came& last, const Node* end = nullptr) {
    path_ = steps_to(last.from);
    path_->push_back(step_of(last, end));
  }

  // The last step is what a call site of the node does by itself.
  void finish(const Node& node, CallId site) {
    path_ = steps_to(node);
    PathStep step;
    step.hop = Hop::kDoes;
    step.span = program_.span_of(site);
    step.from = name_of(node);
    step.to = rules::callee_text(program_, facts_, site);
    step.message = step.from + " calls " + step.to;
    if (to_.effect) {
      step.message += " (" + words_of(*to_.effect);
      const std::int64_t bound = analysis::leaf_bound(program_, facts_.calls, site);
      if (bound != analysis::Bound::kUnknown) step.message += ", " + analysis::display_bound(bound);
      step.message += ")";
    }
    if (to_.table) step.message += " on " + to_.shown;
    append_where(facts_.calls.runs[site.index], step.message);
    path_->push_back(std::move(step));
  }

  static std::string words_of(analysis::Effect effect) {
    std::string words(knowledge::to_string(effect));
    std::replace(words.begin(), words.end(), '_', ' ');
    return words;
  }

  std::vector<PathStep> steps_to(Node node) const {
    std::vector<PathStep> steps;
    for (auto came = came_.find(node); came->second.from.function; came = came_.find(node)) {
      steps.push_back(step_of(came->second, &node));
      node = came->second.from;
    }
    std::reverse(steps.begin(), steps.end());
    return steps;
  }

  std::string name_of(const Node& node) const {
    if (node.clause) {
      for (const ProcessId process : {facts_.processes.of(program_.module_of(node.function))}) {
        if (!process) break;
        for (const HandlerId id : facts_.process(process).handlers) {
          const Handler& handler = facts_.handler(id);
          if (handler.function == node.function && handler.clause == node.clause)
            return analysis::display_handler(program_, facts_, handler);
        }
      }
    }
    return model::display_function(program_, node.function);
  }

  static void append_where(Runs runs, std::string& text) {
    if (runs == Runs::kNewProcess) text += ", in a new process";
    if (runs == Runs::kOtherProcess) text += ", in another process";
    if (runs == Runs::kLater) text += ", at a later time";
  }

  PathStep step_of(const Came& came, const Node* to) const {
    PathStep step;
    step.span = program_.span_of(came.site);
    step.from = name_of(came.from);
    step.possible = came.possible;
    if (came.message) {
      const Message& message = facts_.message(came.message);
      const std::string what = rules::message_text(message.pattern, rules::in_erlang(program_, message.sender));
      const std::string whom = rules::process_name(program_, facts_, message.receiver);
      step.to = to != nullptr ? name_of(*to) : whom;
      switch (message.kind) {
        case MessageKind::kCall:
          step.hop = Hop::kAsks;
          step.message = step.from + " asks " + whom + " for " + what + " and waits";
          if (message.timeout.milliseconds != analysis::Bound::kUnknown)
            step.message += " " + analysis::display_bound(message.timeout.milliseconds);
          break;
        case MessageKind::kCast:
          step.hop = Hop::kCasts;
          step.message = step.from + " casts " + what + " to " + whom;
          break;
        case MessageKind::kInfo:
          step.hop = Hop::kSends;
          step.message = step.from + " sends " + what + " to " + whom;
          break;
      }
      append_where(message.runs, step.message);
    } else if (came.started) {
      step.hop = Hop::kStarts;
      step.to = to != nullptr ? name_of(*to) : rules::process_name(program_, facts_, came.started);
      step.message = step.from + " starts " + rules::process_name(program_, facts_, came.started);
    } else {
      step.to = to != nullptr ? name_of(*to) : "";
      step.message = step.from + " calls " + step.to;
      append_where(came.runs, step.message);
    }
    if (came.possible) step.message += " (possibly)";
    return step;
  }

  const Program& program_;
  const Facts& facts_;
  const Named& to_;
  bool guess_ = false;
  bool at_process_ = false;
  std::vector<FunctionId> goals_;
  std::unordered_map<std::uint32_t, std::vector<ProcessId>> starts_;  // by CallId
  std::unordered_map<Node, Came, Hash> came_;
  std::deque<Node> queue_;
  std::optional<std::vector<PathStep>> path_;
};

// A process starts with its callbacks; a module without any, and a function, with itself.
std::vector<Node> start_nodes(const Facts& facts, const Named& from) {
  std::vector<Node> nodes;
  if (from.process) {
    for (const HandlerId id : facts.process(from.process).handlers) {
      const Handler& handler = facts.handler(id);
      nodes.push_back({handler.function, handler.clause});
    }
  }
  if (nodes.empty()) {
    for (const FunctionId f : from.functions) nodes.push_back({f, {}});
  }
  return nodes;
}

}  // namespace

std::string_view to_string(Hop hop) {
  switch (hop) {
    case Hop::kCalls:
      return "calls";
    case Hop::kAsks:
      return "asks";
    case Hop::kCasts:
      return "casts";
    case Hop::kSends:
      return "sends";
    case Hop::kStarts:
      return "starts";
    case Hop::kDoes:
      return "does";
  }
  return "calls";
}

std::optional<std::vector<PathStep>> shortest_path(const Program& program, const Facts& facts, const Named& from,
                                                   const Named& to) {
  Search search(program, facts, to);
  const std::vector<Node> start = start_nodes(facts, from);
  for (const bool guess : {false, true}) {
    if (to.process) {
      if (auto path = search.run(start, guess, true)) return path;
    }
    if (auto path = search.run(start, guess, false)) return path;
  }
  return std::nullopt;
}

}  // namespace beamwright::design
