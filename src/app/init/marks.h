// What `init` writes carries a mark with a checksum of itself, so that a later run, of this version or another, can tell what is
// still as it was written from what its owner has changed since.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace beamwright::app {

// The new text of a file, or that there shall be none, and what is to be said about what was left alone.
struct Edited {
  std::optional<std::string> text;
  std::string note;
};

// How a language writes a comment: "# " and "", "<!-- " and " -->".
struct CommentStyle {
  std::string_view open, close;
};
inline constexpr CommentStyle kHashComment{"# ", ""};
inline constexpr CommentStyle kMarkdownComment{"<!-- ", " -->"};

// A file that is Beamwright's as a whole: its mark is its last line. Somebody's own file of that name is left alone, and so is
// one that was changed since it was written; one of another version becomes today's.
Edited put_whole_file(const std::optional<std::string>& before, std::string_view content, CommentStyle style);
// No file any more, unless it is somebody's own or was changed.
Edited take_whole_file(const std::optional<std::string>& before, CommentStyle style);

// A section in somebody's file: from a line `beamwright:begin` to a line `beamwright:end` with the checksum. It comes to the end,
// or stands where it is and becomes today's if it was not changed. Line ends are those of the file.
Edited put_section(const std::optional<std::string>& before, std::string_view content, CommentStyle style);
// The same behind the line that ends at `place`, for a section that cannot come to the end; each line stands behind `indent`.
Edited put_section_at(const std::string& before, std::size_t place, std::string_view content, CommentStyle style,
                      std::string_view indent);
// Everything but the section; no file where nothing else was ever in it.
Edited take_section(const std::optional<std::string>& before, CommentStyle style);
bool has_section(std::string_view text, CommentStyle style);

}  // namespace beamwright::app
