// The order of the words of effects, resources and runs is the order of their enumerators.
#include "knowledge/words.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

namespace beamwright::knowledge {
namespace {

constexpr std::array<std::string_view, kEffectCount> kEffects = {
    "http",          "database",    "socket", "file",    "sleep",    "subprocess",  "port",
    "call",          "await",       "rpc",    "cast",    "send",     "spawn",       "start_child",
    "monitor",       "link",        "timer",  "receive", "ets_read", "ets_write",   "persistent_term_write",
    "atom_creation", "global_lock", "log",    "compute", "exit",     "decode_term",
};
constexpr std::array<std::string_view, kResourceCount> kResources = {
    "none",    "monitor", "timer",  "timer_server", "task", "request", "table",
    "process", "port",    "socket", "file_handle",  "lock", "alias",   "subscription",
};
constexpr std::array<std::string_view, 4> kRuns = {"caller", "new_process", "other_process", "later"};
// Which process runs the callbacks of a behaviour. The last five are no process of their own, but code that others run.
constexpr std::array kProcesses = std::to_array<std::string_view>({
    "gen_server", "gen_statem", "gen_event", "gen_fsm",     "supervisor",     "application", "agent",
    "task",       "gen_stage",  "broadway",  "channel",     "live_view",      "worker",      "consumer",
    "connection", "raft",       "per_job",   "per_request", "per_connection", "plugin",      "library",
});
constexpr std::array kRoles =
    std::to_array<std::string_view>({"init", "call", "cast", "info", "continue", "terminate", "event", "run", "start", "none"});
constexpr std::array kInputs = std::to_array<std::string_view>(
    {"body", "header", "parameter", "frame", "file", "payload", "row", "console", "peer", "environment"});

constexpr std::size_t kFarthest = 3;

// Levenshtein's distance; words are short.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::span<const std::string_view> effect_words() { return kEffects; }
std::span<const std::string_view> resource_words() { return kResources; }
std::span<const std::string_view> runs_words() { return kRuns; }
std::span<const std::string_view> process_words() { return kProcesses; }
std::span<const std::string_view> role_words() { return kRoles; }
std::span<const std::string_view> input_words() { return kInputs; }

std::string_view to_string(Effect effect) { return kEffects[static_cast<std::size_t>(effect)]; }
std::string_view to_string(Resource resource) { return kResources[static_cast<std::size_t>(resource)]; }
std::string_view to_string(Runs runs) { return kRuns[static_cast<std::size_t>(runs)]; }

std::optional<std::size_t> place_of(std::span<const std::string_view> words, std::string_view word) {
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<std::size_t>(found - words.begin());
}

std::string unknown_word(std::string_view kind, std::string_view word, std::span<const std::string_view> words) {
  std::string text = "unknown ";
  text.append(kind).append(" '").append(word).append("'");
  const auto nearest =
      std::min_element(words.begin(), words.end(), [&](auto a, auto b) { return distance(a, word) < distance(b, word); });
  const std::size_t allowed = std::min(kFarthest, std::max<std::size_t>(1, word.size() / 2));
  if (nearest != words.end() && distance(*nearest, word) <= allowed)
    return text.append("; did you mean '").append(*nearest).append("'?");
  text += "; known are:";
  for (const std::string_view known : words) text.append(" ").append(known);
  return text;
}

}  // namespace beamwright::knowledge
