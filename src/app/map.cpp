#include "app/map.h"

#include "design/build.h"
#include "report/map.h"

namespace beamwright::app {

Result<std::string> map(const MapOptions& options) {
  std::string text;
  const Result<review::Checked> checked = review::check(options.check, [&](const review::Basis& basis) {
    const design::Design design = design::build({basis.discovery, basis.program, basis.facts, basis.review.findings});
    if (options.format == "json")
      text = report::write_map_json(design);
    else if (options.format == "dot")
      text = report::write_map_dot(design);
    else if (options.format == "mermaid")
      text = report::write_map_mermaid(design);
    else if (options.format == "html")
      text = report::write_map_html(design);
    else
      text = report::write_map_text(design, {options.color, options.columns});
  });
  if (!checked) return Error{checked.error()};
  return text;
}

}  // namespace beamwright::app
