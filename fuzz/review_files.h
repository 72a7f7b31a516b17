// A whole review of files cut from one input: parse, lower, link, analyse, judge. What a rule throws is a fault too.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>

#include "analysis/facts.h"
#include "analysis/instances.h"
#include "findings/finish.h"
#include "knowledge/knowledge.h"
#include "model/program.h"
#include "rules/run.h"
#include "several_files.h"

namespace beamwright::fuzz {

using ReadFile = std::function<std::unique_ptr<model::Unit>(const source::SourceFile&)>;

inline void review(std::string_view input, source::Language language, const ReadFile& read) {
  constexpr std::size_t kMostFiles = 4;
  const std::string ending = language == source::Language::kElixir ? ".ex" : ".erl";
  source::FileTable files;
  std::vector<std::unique_ptr<model::Unit>> units;
  for (const std::string_view text : cut_at_form_feeds(input, kMostFiles)) {
    source::SourceFile file;
    file.path = "lib/" + std::to_string(units.size()) + ending;
    file.language = language;
    const source::FileId id = files.add_text(file, std::string(text));
    units.push_back(read(files.file(id)));
    if (units.back() == nullptr) std::abort();
  }
  const model::Program program =
      analysis::with_instances(model::link(std::move(units), files), knowledge::Knowledge::embedded(), 1);
  const analysis::Facts facts = analysis::analyse(program, knowledge::Knowledge::embedded(), 1);
  std::vector<std::string> failures;
  findings::Findings found = rules::run_all(program, facts, 1, failures);
  if (!failures.empty()) {
    std::fprintf(stderr, "%s\n", failures.front().c_str());
    std::abort();
  }
  for (const findings::Finding& finding : found)
    if (!finding.span.file || finding.span.end > files.file(finding.span.file).text.size()) std::abort();
  findings::finish(std::move(found), files);
}

}  // namespace beamwright::fuzz
