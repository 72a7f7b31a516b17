#include "serve/lenses.h"

#include <algorithm>
#include <set>

#include "analysis/facts.h"
#include "model/program.h"
#include "rules/work.h"

namespace beamwright::serve {
namespace {

using analysis::Handler;
using analysis::HandlerKind;
using rules::CallId;

// The functions that a message comes from: those that call the client function where the receiver's own module sends it.
void add_origins(const review::Basis& basis, const analysis::Message& message, std::set<std::string>& origins) {
  const analysis::Calls& calls = basis.facts.calls;
  const bool own = message.receiver && basis.program.module_of(message.sender) == basis.facts.process(message.receiver).module;
  bool any = false;
  if (own) {
    for (const std::uint32_t edge : calls.incoming_of(message.sender)) {
      any = true;
      origins.insert(model::display_function(basis.program, calls.callers[edge]));
    }
  }
  if (!any) origins.insert(model::display_function(basis.program, message.sender));
}

std::string callers_text(const review::Basis& basis, rules::HandlerId id) {
  const Handler& handler = basis.facts.handler(id);
  const bool asked = handler.kind == HandlerKind::kCall;
  if (!asked && handler.kind != HandlerKind::kCast && handler.kind != HandlerKind::kInfo) return {};
  std::set<std::string> origins;
  for (const rules::MessageId message : rules::messages_to(basis.facts, id)) {
    add_origins(basis, basis.facts.message(message), origins);
  }
  if (origins.empty()) return {};
  const std::vector<std::string> names(origins.begin(), origins.end());
  return (asked ? "called by " : "sent by ") + rules::join_names(names);
}

std::string waits_text(const review::Basis& basis, const Handler& handler) {
  if (handler.kind == HandlerKind::kTerminate) return {};
  std::vector<std::string> works;
  for (const rules::SlowWork& work : rules::slow_work(basis.program, basis.facts, handler)) {
    const std::string words = rules::describe_work(work);
    const std::string text = words + (words.find("limit") == std::string::npos ? rules::wait_text(work.bound_ms) : "");
    if (std::find(works.begin(), works.end(), text) == works.end()) works.push_back(text);
  }
  return works.empty() ? std::string() : "may wait for " + rules::join_names(works);
}

}  // namespace

std::vector<Lens> lenses_of(const review::Basis& basis, source::FileId file) {
  std::vector<Lens> lenses;
  for (std::size_t i = 0; i < basis.facts.processes.handlers.size(); ++i) {
    const rules::HandlerId id(i);
    const Handler& handler = basis.facts.handler(id);
    const model::Unit& unit = basis.program.unit_of(handler.function);
    if (unit.file != file || unit.is_instance()) continue;
    std::string title = callers_text(basis, id);
    const std::string waits = waits_text(basis, handler);
    if (!waits.empty()) title += (title.empty() ? "" : "; ") + waits;
    if (title.empty()) continue;
    const std::uint32_t begin = unit.clause(handler.clause).begin;
    lenses.push_back({{file, begin, begin}, std::move(title)});
  }
  std::sort(lenses.begin(), lenses.end(), [](const Lens& a, const Lens& b) { return a.span < b.span; });
  return lenses;
}

}  // namespace beamwright::serve
