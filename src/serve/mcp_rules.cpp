// The tools that tell about rules.
#include "report/layout.h"
#include "rules/lookup.h"
#include "serve/mcp_tools.h"

namespace beamwright::serve {
namespace {

Json rule_json(const rules::RuleInfo& info) {
  return {{"code", info.code},
          {"name", info.name},
          {"family", to_string(info.family)},
          {"severity", to_string(info.severity)},
          {"summary", info.summary}};
}

}  // namespace

ToolAnswer explain_rule(const ToolContext&, const Json& arguments) {
  const auto rules = rules::all_rules();
  const std::string wanted = text_argument(arguments, "rule");
  const rules::RegisteredRule* rule = rules::find_rule(rules, wanted);
  if (!rule) {
    std::string message = "there is no rule " + report::clean(wanted);
    const auto nearest = rules::nearest_rules(rules, wanted);
    for (std::size_t i = 0; i < nearest.size(); ++i) message += (i == 0 ? "; the nearest are " : ", ") + nearest[i];
    throw ToolFailure{message + "; list_rules tells all"};
  }
  Json structured = rule_json(rule->rule->info);
  structured["document"] = rule->document;
  return {std::string(rule->document), std::move(structured)};
}

ToolAnswer list_rules(const ToolContext&, const Json& arguments) {
  const std::string family = text_argument(arguments, "family");
  ToolAnswer answer{{}, {{"rules", Json::array()}}};
  for (const rules::RegisteredRule* rule : rules::by_code(rules::all_rules())) {
    const rules::RuleInfo& info = rule->rule->info;
    if (!family.empty() && family != to_string(info.family)) continue;
    answer.text += std::string(info.code) + " " + std::string(info.name) + " " + std::string(to_string(info.severity)) + ": " +
                   std::string(info.summary) + "\n";
    answer.structured["rules"].push_back(rule_json(info));
  }
  return answer;
}

}  // namespace beamwright::serve
