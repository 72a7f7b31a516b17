// The build passes the number in, so that it stands in one place.
#include "report/version.h"

namespace beamwright::report {

std::string_view version() { return BW_VERSION; }

}  // namespace beamwright::report
