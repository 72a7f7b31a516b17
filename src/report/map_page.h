// The page of `map --format html` without its data.
#pragma once

#include <string_view>

namespace beamwright::report {

// web/map/dist/map.html; holds "{{beamwright:data}}" once.
std::string_view map_page();

}  // namespace beamwright::report
