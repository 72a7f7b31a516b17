#include "report/patch.h"

#include <string_view>

#include "base/unified_diff.h"
#include "report/places.h"

namespace beamwright::report {

std::string patch_of(const Review& review, const findings::Rewrite& rewrite) {
  std::string patch;
  for (auto edit = rewrite.edits.begin(); edit != rewrite.edits.end() && review.files != nullptr;) {
    const source::FileId file = edit->span.file;
    const std::string_view before = review.files->file(file).text;
    std::string after;
    std::size_t at = 0;
    for (; edit != rewrite.edits.end() && edit->span.file == file; ++edit) {
      after.append(before.substr(at, edit->span.begin - at)).append(edit->text);
      at = edit->span.end;
    }
    patch += unified_diff(path_from_here(review, file), before, after.append(before.substr(at)));
  }
  return patch;
}

}  // namespace beamwright::report
