// What the tools take and give, as JSON Schema 2020-12. For the .cpp files of src/serve alone.
#pragma once

#include "serve/rpc.h"

namespace beamwright::serve {

// Findings that one answer holds at most.
inline constexpr int kMostFindings = 200;
inline constexpr int kUsualFindings = 10;

Json review_project_input();
Json review_change_input();
Json review_output();
Json judge_snippet_input();
Json judge_snippet_output();
Json explain_rule_input();
Json explain_rule_output();
Json list_rules_input();
Json list_rules_output();
Json show_design_input();
Json show_design_output();
Json why_input();
Json why_output();

}  // namespace beamwright::serve
