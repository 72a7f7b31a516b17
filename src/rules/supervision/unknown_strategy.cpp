// A supervisor whose strategy is an atom that OTP does not have never starts: supervisor:check_flags/1 refuses it at run time,
// and no compiler warns. The typical one is `one_for_rest`.
#include <algorithm>
#include <array>

#include "rules/rewrites.h"
#include "rules/support.h"

namespace beamwright::rules {
namespace {

constexpr std::array kStrategies = {sym::one_for_one, sym::rest_for_one, sym::one_for_all, sym::simple_one_for_one};

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

// "one_for_rest" → "for one rest": people mix up the order of the words more often than their letters.
std::string sorted_words(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('_', at), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  std::sort(words.begin(), words.end());
  return join_names(words, words.size());
}

// The strategy that was probably meant; 0 when none is near.
Symbol meant(Symbol written) {
  constexpr std::size_t kNear = 3;
  Symbol best;
  std::size_t distance = kNear + 1;
  for (const Symbol strategy : kStrategies) {
    if (sorted_words(strategy.text()) == sorted_words(written.text())) return strategy;
    const std::size_t d = edit_distance(strategy.text(), written.text());
    if (d < distance) best = strategy, distance = d;
  }
  return best;
}

// Whether no other strategy can have been meant: the same words in another order, or one letter too many, too few or wrong. A
// dynamic supervisor has no other.
bool is_sure(Symbol written, Symbol guess, bool dynamic) {
  return dynamic || sorted_words(guess.text()) == sorted_words(written.text()) ||
         edit_distance(guess.text(), written.text()) == 1;
}

// Supervisor.init/2 took simple_one_for_one before there was a DynamicSupervisor, whose init/1 does not.
bool makes_dynamic_supervisor(const Program& program, const Facts& facts, FunctionId function) {
  for (const CallId site : program.calls_of(function)) {
    const analysis::External* external = facts.calls.external(site);
    if (external && external->module.text() == "Elixir.DynamicSupervisor") return true;
  }
  return false;
}

bool is_refused(const Program& program, const Facts& facts, const analysis::Supervisor& supervisor) {
  if (!supervisor.strategy || !supervisor.strategy_expr) return false;
  // DynamicSupervisor.init/1 knows one_for_one alone; Erlang's dynamic supervisors are simple_one_for_one.
  if (supervisor.dynamic && !in_erlang(program, supervisor.module) &&
      (supervisor.strategy != sym::simple_one_for_one || makes_dynamic_supervisor(program, facts, supervisor.function))) {
    return supervisor.strategy != sym::one_for_one;
  }
  return std::find(kStrategies.begin(), kStrategies.end(), supervisor.strategy) == kStrategies.end();
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  for (const analysis::Supervisor& supervisor : facts.supervisors) {
    if (!is_refused(program, facts, supervisor) || !in_production(program, facts, supervisor.function)) continue;
    const bool erlang = in_erlang(program, supervisor.module);
    const bool dynamic = supervisor.dynamic && !erlang;
    const std::string name = model::display_module(program.module(supervisor.module).name);
    const std::string written = atom_text(supervisor.strategy, erlang);
    const Symbol guess = dynamic ? sym::one_for_one : meant(supervisor.strategy);

    const Unit& unit = program.unit(supervisor.strategy_expr.unit);
    Finding finding = found_in(reporter, program, supervisor.function, unit.span(supervisor.strategy_expr.expr));
    finding.message = "The supervisor " + name + " asks for the strategy " + written + ", which " +
                      (dynamic ? "DynamicSupervisor" : "OTP") + " does not have";
    if (guess) finding.message += "; did you mean " + atom_text(guess, erlang) + "?";
    finding.why =
        "supervisor:check_flags refuses it with invalid_strategy when " + name +
        " starts, without any warning by the compiler: neither it nor anything it supervises ever runs, and a supervisor "
        "or application above it fails to start as well.";
    finding.fix = guess ? "Write `" + std::string(erlang ? "strategy => " : "strategy: ") + atom_text(guess, erlang) + "`."
                        : "Choose one of one_for_one, rest_for_one and one_for_all.";
    if (guess && is_sure(supervisor.strategy, guess, dynamic)) {
      RewriteBuilder rewrite(program, supervisor.function);
      rewrite.replace_atom(unit, supervisor.strategy_expr.expr, guess);
      finding.rewrite = rewrite.take("Write " + atom_text(guess, erlang));
    }
    finding.path = {{finding.span, written + " is the strategy of " + name}};
    finding.severity =
        (facts.contexts.of(supervisor.function).flags & analysis::kInBoot) != 0 ? Severity::kCritical : Severity::kHigh;
    finding.confidence = Confidence::kCertain;
    finding.structural = true;
    finding.key = std::string(supervisor.strategy.text());
    report_weighed(reporter, std::move(finding));
  }
}

}  // namespace

const Rule& unknown_strategy() {
  static const Rule rule{{.code = "BW102",
                          .name = "unknown-strategy",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kHigh,
                          .summary = "A supervision strategy that OTP does not have: the tree does not start"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
