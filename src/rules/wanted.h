// What a rule has to look at when the findings of one file are wanted, and of everything otherwise. What a rule leaves out must
// be what it would have reported in another file: one that follows calls upwards asks for functions that are called from that
// file.
#pragma once

#include <algorithm>

#include "rules/support.h"

namespace beamwright::rules {

// The call sites of the wanted files, for rules that report what is wrong with a call where it is written. In order, and one
// range: either every unit is wanted, or one.
inline IdRange<model::CallTag> wanted_calls(const Program& program, const Reporter& reporter) {
  IdRange<model::CallTag> range;
  for (const auto& unit : program.units) {
    if (!reporter.wants(*unit)) continue;
    if (range.count == 0) range.first = CallId(unit->first_call).index;
    range.count = unit->first_call + static_cast<std::uint32_t>(unit->calls.size()) - range.first;
  }
  return range;
}

// May a finding in a callback of this process be wanted?
inline bool wants_process(const Program& program, const Facts& facts, const Reporter& reporter, ProcessId process) {
  const auto& handlers = facts.process(process).handlers;
  return reporter.wants(program, facts.process(process).module) ||
         std::any_of(handlers.begin(), handlers.end(),
                     [&](HandlerId id) { return reporter.wants(program, facts.handler(id).function); });
}

// May a finding in this function be wanted, or in one that calls it, by up to so many calls?
inline bool wants_caller(const Program& program, const Facts& facts, const Reporter& reporter, FunctionId function, int calls) {
  if (reporter.wants(program, function)) return true;
  if (calls == 0) return false;
  const std::span<const std::uint32_t> incoming = facts.calls.incoming_of(function);
  return std::any_of(incoming.begin(), incoming.end(), [&](std::uint32_t edge) {
    return wants_caller(program, facts, reporter, facts.calls.callers[edge], calls - 1);
  });
}

}  // namespace beamwright::rules
