// The page of `map --format html` and `check --format html`: a template with holes, built from web/map and embedded by
// cmake/modules.cmake.
#pragma once

#include <string>
#include <string_view>

#include "design/design.h"

namespace beamwright::report {

// web/map/dist/map.html; holds "{{beamwright:kind}}", "{{beamwright:report}}" and "{{beamwright:data}}" in this order, each once.
std::string_view map_page();

// The page with its holes filled. `kind` is "map" or "review"; `report` is HTML that stands before the map.
std::string fill_map_page(std::string_view kind, std::string_view report, const design::Design& design);

}  // namespace beamwright::report
