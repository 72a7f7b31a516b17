#include "rules/callers.h"

#include <algorithm>

#include "rules/load.h"

namespace beamwright::rules {

using analysis::Context;

namespace {

class Search {
 public:
  Search(const Program& program, const Facts& facts, ProcessId receiver)
      : program_(program), facts_(facts), receiver_(receiver), home_(facts.process(receiver).module) {}

  void add(const Message& message) {
    if (program_.module_of(message.sender) == home_) {
      climb(message.sender);
    } else {
      note(message.sender, message.site);
    }
  }

  Callers finish() {
    found_.only_tools = tools_ && found_.functions.empty() && !found_.outside;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < found_.functions.size(); ++i) names.push_back(label(found_.functions[i]));
    std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) {
      const bool x = a.ends_with(')'), y = b.ends_with(')');
      return x != y ? x : a < b;
    });
    found_.text = join_names(names);
    return std::move(found_);
  }

 private:
  // Runs only in the receiver itself: it talks to itself, which is no load from outside.
  bool is_own(FunctionId function) const {
    const Context& context = facts_.contexts.of(function);
    return !context.many && context.processes.size() == 1 && context.processes[0] == receiver_ &&
           (context.flags & ~analysis::kInShutdown) == 0;
  }

  // From a client function of the receiver's module up to the code that uses it.
  void climb(FunctionId function) {
    if (std::find(seen_.begin(), seen_.end(), function) != seen_.end()) return;
    seen_.push_back(function);
    if (is_own(function)) return;
    bool used = false;
    for (const std::uint32_t i : facts_.calls.incoming_of(function)) {
      const analysis::Edge& edge = facts_.calls.edges[i];
      const FunctionId caller = facts_.calls.callers[i];
      used = true;
      if (program_.module_of(caller) == home_) {
        if (caller != function) climb(caller);
      } else {
        note(caller, edge.site);
      }
    }
    const Context& context = facts_.contexts.of(function);
    if (!used && (context.flags & analysis::kFromOutside) != 0 && in_production(program_, facts_, function)) {
      found_.outside = true;
    }
  }

  void note(FunctionId caller, CallId site) {
    if (std::find(found_.functions.begin(), found_.functions.end(), caller) != found_.functions.end()) return;
    if (is_own(caller)) return;
    const Context& context = facts_.contexts.of(caller);
    const bool works = program_.unit_of(caller).role == source::Role::kReviewed && in_production(program_, facts_, caller);
    constexpr std::uint16_t kStarts = analysis::kInBoot | analysis::kInTool | analysis::kInTest;
    const bool only_starts = context.processes.empty() && !context.many && (context.flags & kStarts) != 0 &&
                             (context.flags & ~(kStarts | analysis::kInShutdown)) == 0;
    if (!works || only_starts) {
      tools_ = true;
      return;
    }
    found_.functions.push_back(caller);
    found_.sites.push_back(site);
    const ModuleId module = program_.module_of(caller);
    if (std::find(found_.modules.begin(), found_.modules.end(), module) == found_.modules.end()) found_.modules.push_back(module);
    found_.requests |= serves_request(program_, facts_, caller);
    found_.tasks |= (context.flags & analysis::kInTask) != 0;
    found_.loop |= in_loop(program_, facts_, site);
    for (const ProcessId id : context.processes) {
      const Process& process = facts_.process(id);
      found_.requests |= process.kind == analysis::ProcessKind::kRequest;
      found_.many |= process.count == analysis::Count::kMany && id != receiver_;
    }
  }

  std::string label(FunctionId function) const {
    std::string name = model::display_function(program_, function);
    const Context& context = facts_.contexts.of(function);
    if ((context.flags & analysis::kInRequest) != 0) return name + " (one process per request)";
    for (const ProcessId id : context.processes) {
      if (facts_.process(id).kind == analysis::ProcessKind::kRequest) return name + " (one process per request)";
      if (facts_.process(id).count == analysis::Count::kMany) {
        return name + " (in each " + process_name(program_, facts_, id) + " process)";
      }
    }
    if ((context.flags & analysis::kInTask) != 0) return name + " (in a spawned process)";
    return name;
  }

  const Program& program_;
  const Facts& facts_;
  ProcessId receiver_;
  ModuleId home_;
  Callers found_;
  std::vector<FunctionId> seen_;
  bool tools_ = false;
};

}  // namespace

Callers callers_of(const Program& program, const Facts& facts, const std::vector<MessageId>& messages, ProcessId receiver) {
  Search search(program, facts, receiver);
  for (const MessageId id : messages) search.add(facts.message(id));
  return search.finish();
}

std::int64_t shortest_wait(const Facts& facts, const std::vector<MessageId>& messages) {
  constexpr std::int64_t kDefault = 5000;
  std::int64_t shortest = analysis::Bound::kInfinite;
  bool known = false;
  for (const MessageId id : messages) {
    const std::int64_t wait = facts.message(id).timeout.milliseconds;
    if (wait == analysis::Bound::kUnknown) continue;
    known = true;
    shortest = std::min(shortest, wait);
  }
  return known ? shortest : kDefault;
}

}  // namespace beamwright::rules
