// Asks the facts of a few lines of source in words.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "analysis/facts.h"
#include "support/review.h"

namespace beamwright::tests {

class FactsOf {
 public:
  explicit FactsOf(const std::vector<Text>& texts) : reviewed_(review_texts(texts)) {}

  const model::Program& program() const { return reviewed_.program; }
  const analysis::Facts& facts() const { return reviewed_.facts; }

  // The function that is shown as `name`, such as "Shop.Cart.add/2"; unset when there is none.
  model::FunctionId function(const std::string& name) const {
    for (std::uint32_t f = 0; f < program().functions.size(); ++f)
      if (model::display_function(program(), model::FunctionId(f)) == name) return model::FunctionId(f);
    return {};
  }
  bool has(const std::string& name, analysis::Effect effect) const {
    const model::FunctionId f = function(name);
    return f && facts().effects.all[f.index].has(effect);
  }
  // Messages of the steps from a function down to an effect.
  std::vector<std::string> path(const std::string& name, analysis::Effect effect) const {
    std::vector<std::string> steps;
    for (const auto& step : analysis::path_to(program(), facts(), function(name), effect)) steps.push_back(step.message);
    return steps;
  }
  std::int64_t bound(const std::string& name, analysis::Effect effect) const {
    const analysis::Witness* w = facts().effects.witness(function(name), effect);
    return w == nullptr ? -2 : w->bound_ms;
  }
  // Functions that a function calls in its own process, as they are shown.
  std::vector<std::string> callees(const std::string& name) const {
    std::vector<std::string> names;
    for (const auto& edge : facts().calls.edges_of(function(name)))
      if (edge.runs == analysis::Runs::kCaller) names.push_back(model::display_function(program(), edge.callee));
    return names;
  }
  const analysis::Process* process(const std::string& module) const {
    for (const auto& p : facts().processes.processes)
      if (model::display_module(program().module(p.module).name) == module) return &p;
    return nullptr;
  }
  std::vector<analysis::Handler> handlers(const std::string& module, analysis::HandlerKind kind) const {
    std::vector<analysis::Handler> found;
    if (const auto* p = process(module))
      for (const auto id : p->handlers)
        if (facts().handler(id).kind == kind) found.push_back(facts().handler(id));
    return found;
  }
  // "call get/2 from Shop.Cart.get/2" for each message that reaches a process, sorted.
  std::vector<std::string> messages_to(const std::string& module) const {
    std::vector<std::string> lines;
    for (const auto& m : facts().messages.messages) {
      if (!m.receiver || &facts().process(m.receiver) != process(module)) continue;
      const char* kind = m.kind == analysis::MessageKind::kCall   ? "call "
                         : m.kind == analysis::MessageKind::kCast ? "cast "
                                                                  : "info ";
      lines.push_back(kind + std::string(m.pattern.tag.text()) + "/" + std::to_string(m.pattern.size) + " from " +
                      model::display_function(program(), m.sender));
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }
  std::uint16_t context(const std::string& name) const { return facts().contexts.of(function(name)).flags; }

 private:
  ReviewedTexts reviewed_;
};

}  // namespace beamwright::tests
