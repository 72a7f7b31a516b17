// Findings and concerns of the design are the same things; their fingerprints join them.
#include "report/groups.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>

namespace beamwright::report {
namespace {

using design::kNone;

// How many processes send to each node; where no process is known, each function that sends counts.
std::vector<std::uint32_t> count_callers(const design::Design& design) {
  std::vector<std::set<std::pair<std::uint32_t, std::string_view>>> senders(design.nodes.size());
  for (const design::Flow& flow : design.flows) {
    if (flow.to == kNone || flow.from == flow.to) continue;
    senders[flow.to].insert({flow.from, flow.from == kNone ? std::string_view(flow.sender) : std::string_view()});
  }
  std::vector<std::uint32_t> counts;
  for (const auto& each : senders) counts.push_back(static_cast<std::uint32_t>(each.size()));
  return counts;
}

// What one reads first is less.
auto weight(const Placed& placed) {
  return std::tuple(-static_cast<int>(placed.finding->severity), -std::int64_t{placed.callers});
}

bool is_process(const design::Node& node) {
  return node.kind == design::NodeKind::kProcess || node.kind == design::NodeKind::kSupervisor;
}

std::vector<Placed> place_findings(const Review& review, const design::Design* design) {
  std::unordered_map<std::string_view, const design::Concern*> concerns;
  std::vector<std::uint32_t> callers;
  if (design) {
    for (const design::Concern& concern : design->concerns) concerns[concern.fingerprint] = &concern;
    callers = count_callers(*design);
  }
  std::vector<Placed> all;
  for (const findings::Finding& finding : review.findings) {
    Placed placed{&finding, nullptr, kNone, 0};
    if (const auto found = concerns.find(finding.fingerprint); found != concerns.end()) {
      placed.concern = found->second;
      const std::uint32_t node = found->second->node;
      if (node != kNone && is_process(design->nodes[node])) placed.node = node, placed.callers = callers[node];
    }
    all.push_back(placed);
  }
  return all;
}

}  // namespace

std::vector<Group> group_findings(const Review& review, const design::Design* design) {
  std::vector<Group> groups;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> at;  // by node and file
  for (const Placed& placed : place_findings(review, design)) {
    const source::FileId file = placed.finding->span.file;
    const auto [row, is_new] = at.try_emplace({placed.node, placed.node == kNone ? file.index : 0}, groups.size());
    if (is_new) groups.push_back({placed.node, file, {}});
    groups[row->second].findings.push_back(placed);
  }
  const auto before = [](const Placed& a, const Placed& b) { return weight(a) < weight(b); };
  for (Group& group : groups) std::stable_sort(group.findings.begin(), group.findings.end(), before);
  std::stable_sort(groups.begin(), groups.end(),
                   [&](const Group& a, const Group& b) { return before(a.findings[0], b.findings[0]); });
  return groups;
}

std::vector<Placed> weightiest(const std::vector<Group>& groups, std::size_t most) {
  constexpr unsigned kOfOneRule = 2;
  std::vector<Placed> all;
  for (const Group& group : groups) all.insert(all.end(), group.findings.begin(), group.findings.end());
  std::stable_sort(all.begin(), all.end(), [](const Placed& a, const Placed& b) { return weight(a) < weight(b); });
  std::map<std::string_view, unsigned> of_rule;
  std::vector<Placed> chosen;
  for (const Placed& placed : all) {
    if (chosen.size() == most) break;
    if (of_rule[placed.finding->code]++ < kOfOneRule) chosen.push_back(placed);
  }
  return chosen;
}

}  // namespace beamwright::report
