// The old state is written with an index of its own, so that nothing of the user's repository is touched and no attribute
// (export-ignore) leaves files out, as git archive would.
#include "review/since.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace beamwright::review {
namespace {

using Lines = std::pair<std::uint32_t, std::uint32_t>;

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::uint32_t take_number(std::string_view& text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

// "@@ -10,2 +12,3 @@" → lines 12 to 14; nothing where lines were only taken away.
bool read_hunk(std::string_view line, Lines& lines) {
  const std::size_t plus = line.find(" +");
  if (!line.starts_with("@@ ") || plus == std::string_view::npos) return false;
  line.remove_prefix(plus + 2);
  lines.first = take_number(line);
  std::uint32_t count = 1;
  if (line.starts_with(',')) {
    line.remove_prefix(1);
    count = take_number(line);
  }
  lines.second = lines.first + count - 1;
  return count > 0;
}

void read_diff(std::string_view diff, Change& change) {
  std::string path;
  while (!diff.empty()) {
    const std::string_view line = take_line(diff);
    Lines lines;
    if (line.starts_with("+++ b/")) path = line.substr(6);
    if (line.starts_with("+++ /dev/null")) path.clear();
    if (!path.empty() && read_hunk(line, lines)) change.touched[path].push_back(lines);
  }
}

std::string without_line_end(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

bool Change::touches(std::string_view path, std::uint32_t line) const {
  const auto found = touched.find(path);
  if (found == touched.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(),
                     [&](const Lines& lines) { return lines.first <= line && line <= lines.second; });
}

Result<Change> change_since(const std::string& folder, const std::string& reference) {
  const auto git = [&](std::vector<std::string> words, const std::vector<std::string>& environment = {}) {
    words.insert(words.begin(), {"git", "-C", folder, "-c", "core.quotePath=false"});
    return run_program(words, environment);
  };
  const auto refuse = [&](const Result<std::string>& failed) { return Error{"--since " + reference + ": " + failed.error()}; };
  const Result<std::string> prefix = git({"rev-parse", "--show-prefix"});
  if (!prefix) return refuse(prefix);
  const Result<std::string> top = git({"rev-parse", "--show-toplevel"});
  if (!top) return refuse(top);
  // A name that begins with a dash would be an option of git's.
  const Result<std::string> commit = git({"rev-parse", "--verify", "--end-of-options", reference + "^{commit}"});
  if (!commit) return Error{"--since " + reference + ": git knows no such commit"};
  Result<TemporaryFolder> made = TemporaryFolder::make();
  if (!made) return Error{made.error()};

  const std::string tree = made->path() + "/tree/", at = without_line_end(*commit);
  const std::vector<std::string> index{"GIT_INDEX_FILE=" + made->path() + "/index"};
  const std::string whole = without_line_end(*top);
  const Result<std::string> read = run_program({"git", "-C", whole, "read-tree", at}, index);
  if (!read) return refuse(read);
  const Result<std::string> written = run_program({"git", "-C", whole, "checkout-index", "--all", "--prefix=" + tree}, index);
  if (!written) return refuse(written);
  const Result<std::string> diff = git({"diff", "--unified=0", "--no-color", "--no-ext-diff", "--no-renames", "--relative",
                                        "--src-prefix=a/", "--dst-prefix=b/", at, "--"});
  if (!diff) return refuse(diff);
  Change change{std::move(*made), without_line_end(*prefix), {}, {}};
  change.then = tree + change.prefix;
  read_diff(*diff, change);
  return change;
}

}  // namespace beamwright::review
