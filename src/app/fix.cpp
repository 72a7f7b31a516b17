#include "app/fix.h"

#include <algorithm>

#include "app/replace_file.h"
#include "base/unified_diff.h"
#include "findings/rewriting.h"

namespace beamwright::app {
namespace {

std::string line_of(const findings::Finding& finding, const source::FileTable& files) {
  const source::Position position = files.position(finding.span.file, finding.span.begin);
  return "  " + files.file(finding.span.file).path + ":" + std::to_string(position.line) + ":" + std::to_string(position.column) +
         "  " + std::string(finding.code) + " " + std::string(finding.name) + ": " + finding.rewrite.title + "\n";
}

std::string counted(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

std::string diff_of_rewrites(const review::Checked& checked) {
  const source::FileTable& files = *checked.discovery.files;
  std::string diff;
  for (const findings::RewrittenFile& rewritten : findings::carry_out(checked.review.findings, files).files) {
    const source::SourceFile& file = files.file(rewritten.file);
    diff += unified_diff(file.path, file.text, rewritten.text);
  }
  return diff;
}

Fixed fix(const review::Checked& checked) {
  const source::FileTable& files = *checked.discovery.files;
  const findings::Findings& findings = checked.review.findings;
  const findings::Rewriting rewriting = findings::carry_out(findings, files);
  Fixed fixed;
  std::string unwritten;
  std::vector<std::size_t> undone;
  std::size_t written = 0;
  for (const findings::RewrittenFile& rewritten : rewriting.files) {
    const source::SourceFile& file = files.file(rewritten.file);
    const std::string reason = replace_file(file.absolute_path, file.text, rewritten.text);
    written += reason.empty();
    if (reason.empty()) continue;
    unwritten += "  " + file.path + ": " + reason + "\n";
    undone.insert(undone.end(), rewritten.from.begin(), rewritten.from.end());
  }
  std::string done, left;
  std::size_t count = 0;
  for (const std::size_t i : rewriting.choice.done) {
    if (std::find(undone.begin(), undone.end(), i) != undone.end()) continue;
    done += line_of(findings[i], files);
    ++count;
  }
  for (const std::size_t i : rewriting.choice.left) left += line_of(findings[i], files);
  if (!done.empty()) fixed.told += "Rewritten:\n" + done;
  if (!left.empty()) fixed.told += "Left for another --fix, for they touch one that is done:\n" + left;
  if (!unwritten.empty()) fixed.told += "Not written:\n" + unwritten;
  fixed.told +=
      count == 0 ? "Nothing was rewritten.\n" : counted(count, "finding") + " rewritten in " + counted(written, "file") + ".\n";
  fixed.changed = written > 0;
  fixed.failed = !unwritten.empty();
  return fixed;
}

}  // namespace beamwright::app
