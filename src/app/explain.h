// `explain` and `rules`: what the rules look for, from their own documents.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/rule.h"

namespace beamwright::app {

// The document of a rule, set for a terminal.
std::string explain(const rules::RegisteredRule& rule, bool color);

// One line a rule, by code.
std::string list_rules(std::span<const rules::RegisteredRule> rules, bool color);

// Sets Markdown as the documents use it: headings, paragraphs, lists and fenced code.
std::string set_markdown(std::string_view text, bool color);

}  // namespace beamwright::app
