#include "rules/lookup.h"

#include <algorithm>
#include <utility>

#include "base/nearest.h"

namespace beamwright::rules {
namespace {

std::string folded(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    if (c >= 'A' && c <= 'Z') return static_cast<char>(c + 32);
    return c == '_' ? '-' : c;
  });
  return out;
}

}  // namespace

std::vector<const RegisteredRule*> by_code(std::span<const RegisteredRule> rules) {
  std::vector<const RegisteredRule*> rows;
  for (const RegisteredRule& rule : rules) rows.push_back(&rule);
  std::sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) { return a->rule->info.code < b->rule->info.code; });
  return rows;
}

const RegisteredRule* find_rule(std::span<const RegisteredRule> rules, std::string_view wanted) {
  const std::string key = folded(wanted);
  const auto found = std::find_if(rules.begin(), rules.end(), [&](const RegisteredRule& rule) {
    return folded(rule.rule->info.code) == key || folded(rule.rule->info.name) == key;
  });
  return found == rules.end() ? nullptr : &*found;
}

std::vector<std::string> nearest_rules(std::span<const RegisteredRule> rules, std::string_view wanted) {
  const std::string key = folded(wanted.substr(0, 100));
  std::vector<std::pair<std::size_t, std::string>> rows;
  for (const RegisteredRule* rule : by_code(rules)) {
    const std::string name = folded(rule->rule->info.name);
    std::size_t far = std::min(edit_distance(key, name), edit_distance(key, folded(rule->rule->info.code)));
    if (key.size() >= 3 && name.find(key) != std::string::npos) far = 0;  // a part of the name is near enough
    rows.emplace_back(far, std::string(rule->rule->info.name) + " (" + std::string(rule->rule->info.code) + ")");
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (const auto& [far, name] : rows) {
    if (names.size() < 3) names.push_back(name);
  }
  return names;
}

}  // namespace beamwright::rules
