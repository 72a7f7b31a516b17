// Which Beamwright wrote a report.
#pragma once

#include <string_view>

namespace beamwright::report {

std::string_view version();  // "0.1.0", from the project() line of CMakeLists.txt

}  // namespace beamwright::report
