// A rule by what a person calls it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/rule.h"

namespace beamwright::rules {

std::vector<const RegisteredRule*> by_code(std::span<const RegisteredRule> rules);

// By code or name, in any case, with - or _; null when there is none.
const RegisteredRule* find_rule(std::span<const RegisteredRule> rules, std::string_view wanted);

// Names and codes like the one that was wanted, the nearest first, at most three.
std::vector<std::string> nearest_rules(std::span<const RegisteredRule> rules, std::string_view wanted);

}  // namespace beamwright::rules
