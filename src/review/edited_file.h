// A file whose text an editor holds and the disk does not yet: `--stdin-filename`.
#pragma once

#include <string>

#include "base/result.h"
#include "source/discovery.h"

namespace beamwright::review {

// Puts a text in place of a source's, or beside the sources when there is no such file yet, and has it reviewed whatever its
// role. The error says that the file is neither Elixir nor Erlang, or not below the reviewed folder.
Result<source::FileId> put_edited_file(source::Discovery& discovery, const std::string& filename, std::string text);

}  // namespace beamwright::review
