#include "findings/selection.h"

#include <algorithm>

#include "findings/suppression.h"

namespace beamwright::findings {

bool is_selected(const Selection& selection, const Finding& finding) {
  const auto named = [&](const std::string& word) { return names_rule(word, finding); };
  if (std::any_of(selection.ignore.begin(), selection.ignore.end(), named)) return false;
  return selection.select.empty() || std::any_of(selection.select.begin(), selection.select.end(), named);
}

}  // namespace beamwright::findings
