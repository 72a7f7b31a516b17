// Edits are collected by file and checked against those that are taken already; then each text is put together once.
#include "findings/rewriting.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace beamwright::findings {
namespace {

// Also where one only begins at the end of the other: their order would decide what comes out.
bool touch(const source::Span& a, const source::Span& b) { return a.file == b.file && a.begin <= b.end && b.begin <= a.end; }

bool same_edits(const Rewrite& a, const Rewrite& b) {
  return std::equal(a.edits.begin(), a.edits.end(), b.edits.begin(), b.edits.end(),
                    [](const Edit& x, const Edit& y) { return x.span == y.span && x.text == y.text; });
}

bool has_carriage_returns(std::string_view text) {
  const std::size_t end = text.find('\n');
  return end != std::string_view::npos && end > 0 && text[end - 1] == '\r';
}

// "\n" as the file writes it.
std::string with_line_ends(std::string_view text, bool carriage_returns) {
  std::string result;
  for (const char c : text) {
    if (c == '\n' && carriage_returns) result += '\r';
    result += c;
  }
  return result;
}

struct Taken {
  const Edit* edit;
  std::size_t finding;
};
using TakenByFile = std::map<source::FileId, std::vector<Taken>>;

bool is_free(const Rewrite& rewrite, const TakenByFile& taken) {
  return std::none_of(rewrite.edits.begin(), rewrite.edits.end(), [&](const Edit& edit) {
    const auto found = taken.find(edit.span.file);
    return found != taken.end() && std::any_of(found->second.begin(), found->second.end(),
                                               [&](const Taken& other) { return touch(other.edit->span, edit.span); });
  });
}

RewrittenFile rewritten(source::FileId id, std::vector<Taken> edits, std::string_view text) {
  std::sort(edits.begin(), edits.end(), [](const Taken& a, const Taken& b) { return a.edit->span < b.edit->span; });
  RewrittenFile file{id, {}, {}};
  const bool carriage_returns = has_carriage_returns(text);
  std::size_t at = 0;
  for (const Taken& taken : edits) {
    file.text += text.substr(at, taken.edit->span.begin - at);
    file.text += with_line_ends(taken.edit->text, carriage_returns);
    at = taken.edit->span.end;
    if (std::find(file.from.begin(), file.from.end(), taken.finding) == file.from.end()) file.from.push_back(taken.finding);
  }
  file.text += text.substr(at);
  return file;
}

}  // namespace

Choice choose(const Findings& findings) {
  Choice choice;
  TakenByFile taken;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const Rewrite& rewrite = findings[i].rewrite;
    if (rewrite.edits.empty()) {
      choice.without.push_back(i);
    } else if (is_free(rewrite, taken)) {
      for (const Edit& edit : rewrite.edits) taken[edit.span.file].push_back({&edit, i});
      choice.done.push_back(i);
      choice.edits.push_back(i);
    } else {
      const bool same = std::any_of(choice.edits.begin(), choice.edits.end(),
                                    [&](std::size_t done) { return same_edits(findings[done].rewrite, rewrite); });
      (same ? choice.done : choice.left).push_back(i);
    }
  }
  return choice;
}

Rewriting carry_out(const Findings& findings, const source::FileTable& files) {
  Rewriting result;
  result.choice = choose(findings);
  TakenByFile taken;
  for (const std::size_t i : result.choice.edits) {
    for (const Edit& edit : findings[i].rewrite.edits) taken[edit.span.file].push_back({&edit, i});
  }
  for (const auto& [id, edits] : taken) result.files.push_back(rewritten(id, edits, files.file(id).text));
  std::sort(result.files.begin(), result.files.end(),
            [&](const RewrittenFile& a, const RewrittenFile& b) { return files.file(a.file).path < files.file(b.file).path; });
  return result;
}

}  // namespace beamwright::findings
