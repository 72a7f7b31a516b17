#include "findings/deeper.h"

#include <algorithm>
#include <array>
#include <map>

namespace beamwright::findings {
namespace {

struct Pair {
  std::string_view deeper;
  std::string_view shallower;
};

constexpr std::array kPairs{
    Pair{"BW403", "BW401"},  // a circle of calls, not only a slow one
    Pair{"BW220", "BW202"},  // the process for each message is kept under a key that the peer chooses
    Pair{"BW608", "BW604"},  // one node after the other: asking all at once with a limit mends both
    Pair{"BW117", "BW410"},  // a call in terminate that stops the process's own supervisor,
    Pair{"BW118", "BW410"},  // or waits for it: it cannot end, however long the limit is
};

}  // namespace

Findings without_shallower(Findings findings) {
  std::map<source::Span, std::vector<Finding*>> at;
  for (Finding& finding : findings) {
    at[{finding.span.file, finding.span.begin, finding.span.begin}].push_back(&finding);
  }
  std::vector<const Finding*> taken;
  for (const auto& row : at) {
    const std::vector<Finding*>& here = row.second;
    for (const Pair& pair : kPairs) {
      const auto find = [&](std::string_view code) {
        return std::find_if(here.begin(), here.end(), [&](const Finding* f) { return f->code == code; });
      };
      const auto deeper = find(pair.deeper), shallower = find(pair.shallower);
      if (deeper == here.end() || shallower == here.end()) continue;
      (*deeper)->severity = std::max((*deeper)->severity, (*shallower)->severity);
      taken.push_back(*shallower);
    }
  }
  Findings left;
  for (Finding& finding : findings) {
    if (std::find(taken.begin(), taken.end(), &finding) == taken.end()) left.push_back(std::move(finding));
  }
  return left;
}

}  // namespace beamwright::findings
