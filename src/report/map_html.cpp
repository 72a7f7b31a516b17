// The page is a template with one hole for the data, built from web/map and embedded by cmake/modules.cmake.
#include <string>

#include "report/map.h"
#include "report/map_page.h"

namespace beamwright::report {

std::string write_map_html(const design::Design& design) {
  const std::string_view page = map_page();
  constexpr std::string_view kHole = "{{beamwright:data}}";
  const std::size_t at = page.find(kHole);
  std::string out(page.substr(0, at));
  // Inside <script> only "</script" and "<!--" mean anything to a browser; without "<" neither can be written.
  for (const char c : write_map_json(design, true)) {
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  }
  out += page.substr(at + kHole.size());
  return out;
}

}  // namespace beamwright::report
