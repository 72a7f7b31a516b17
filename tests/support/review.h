// A review of texts in memory, through the real pipeline: parse, lower, link, analyse, rules. For tests that say in a few lines
// of Elixir or Erlang what must be found.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analysis/facts.h"
#include "findings/finding.h"
#include "model/program.h"
#include "source/diagnostic.h"
#include "source/discovery.h"
#include "source/files.h"

namespace beamwright::tests {

struct Text {
  std::string
      path;  // lib/a.ex, src/a.erl: the suffix tells the language, test/ and .exs the role; src/a.app.src makes an application
  std::string text;
};

struct ReviewedTexts {
  std::unique_ptr<source::FileTable> files;
  std::unique_ptr<std::vector<source::Application>> applications;  // null when no text makes one
  model::Program program;
  analysis::Facts facts;
  findings::Findings findings;  // in the order of the rules
  source::Diagnostics diagnostics;
  std::vector<std::string> failures;  // of rules that threw
};

// All texts belong to one project.
ReviewedTexts review_texts(const std::vector<Text>& texts);

// 1-based line of a finding's place.
std::uint32_t line_of(const ReviewedTexts& reviewed, const findings::Finding& finding);

}  // namespace beamwright::tests
