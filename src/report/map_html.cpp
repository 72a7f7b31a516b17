// Filling the template of the page.
#include <string>

#include "report/map.h"
#include "report/map_page.h"

namespace beamwright::report {
namespace {

// Inside <script> only "</script" and "<!--" mean anything to a browser; without "<" neither can be written.
std::string script_data(const design::Design& design) {
  std::string out;
  for (const char c : write_map_json(design, true)) {
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  }
  return out;
}

}  // namespace

std::string fill_map_page(std::string_view kind, std::string_view report, const design::Design& design) {
  std::string_view page = map_page();
  std::string out;
  // What is filled in is never searched for holes.
  const auto fill = [&](std::string_view hole, std::string_view text) {
    const std::size_t at = page.find(hole);
    out.append(page.substr(0, at)).append(text);
    page.remove_prefix(at + hole.size());
  };
  fill("{{beamwright:kind}}", kind);
  fill("{{beamwright:report}}", report);
  fill("{{beamwright:data}}", script_data(design));
  return out.append(page);
}

std::string write_map_html(const design::Design& design) { return fill_map_page("map", "", design); }

}  // namespace beamwright::report
