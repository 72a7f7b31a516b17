// JUnit's XML as Jenkins' schema (junit-4.xsd of its xunit plugin) and GitLab take it: one test suite a family of hazards. A
// finding that makes the exit code 1 is a failed test; a milder one is a passed test that says what was found; a rule that was
// asked for and found nothing is a passed test. So what fails here is what fails on the command line. A file that could not be
// read wholly is a passed test of a suite of its own. Tests are told apart from run to run by their names, so these hold no line
// numbers.
#include <map>
#include <set>

#include "report/counts.h"
#include "report/places.h"
#include "report/report.h"
#include "report/xml.h"
#include "rules/lookup.h"

namespace beamwright::report {
namespace {

using findings::Family;
using findings::Finding;

struct Suite {
  std::string name;
  std::string cases;
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::set<std::string> names{};

  // Adds a test; `inside` are its elements.
  void add(const std::string& class_name, const std::string& wanted, const std::string& inside) {
    std::string test = wanted;
    for (int copy = 2; !names.insert(class_name + '\0' + test).second; ++copy) test = wanted + " (" + std::to_string(copy) + ")";
    const std::string start =
        "    <testcase classname=\"" + xml_attribute(class_name) + "\" name=\"" + xml_attribute(test) + "\" time=\"0\"";
    cases += inside.empty() ? start + "/>\n" : start + ">\n" + inside + "    </testcase>\n";
    ++tests;
  }

  std::string text() const {
    return "  <testsuite name=\"" + xml_attribute("beamwright." + name) + "\" tests=\"" + std::to_string(tests) +
           "\" failures=\"" + std::to_string(failures) + "\" errors=\"0\" skipped=\"0\" time=\"0\">\n" + cases +
           "  </testsuite>\n";
  }
};

std::string titled(std::string_view code, std::string_view name) { return std::string(code) + " " + std::string(name); }

void add_finding(const Review& review, Suite& suite, const Finding& finding) {
  const std::string words = place_words(review, finding.span) + "\n\n" + plain_words(review, finding) + "\n";
  std::string inside = "      <system-out>" + xml_text(words) + "</system-out>\n";
  if (review.fails(finding)) {
    inside = "      <failure type=\"" + xml_attribute(titled(to_string(finding.severity), finding.code)) + "\" message=\"" +
             xml_attribute(finding.message) + "\">" + xml_text(words) + "</failure>\n";
    ++suite.failures;
  }
  suite.add(path_from_here(review, finding.span.file),
            titled(finding.code, finding.name) + (finding.function.empty() ? "" : ": " + finding.function), inside);
}

bool was_asked_for(const Review& review, const rules::RuleInfo& info) {
  Finding finding;
  finding.code = info.code;
  finding.name = info.name;
  finding.family = info.family;
  return findings::is_selected(review.selection, finding);
}

void add_silent_rules(const Review& review, Suite& suite, Family family, const std::set<std::string_view>& spoken) {
  for (const rules::RegisteredRule* registered : rules::by_code(rules::all_rules())) {
    const rules::RuleInfo& info = registered->rule->info;
    if (info.family != family || spoken.contains(info.code) || !was_asked_for(review, info)) continue;
    suite.add("rules", titled(info.code, info.name), {});
  }
}

Suite not_reviewed_wholly(const Review& review) {
  Suite suite{"diagnostics", {}};
  for (const source::Diagnostic& diagnostic : review.diagnostics) {
    const std::string words = place_words(review, diagnostic.span) + ": " + diagnostic.message + "\n";
    suite.add(path_from_here(review, diagnostic.span.file), std::string(to_string(diagnostic.kind)),
              "      <system-out>" + xml_text(words) + "</system-out>\n");
  }
  return suite;
}

}  // namespace

std::string write_junit(const Review& review) {
  std::vector<Suite> suites;
  for (const Family family : kFamilies) {
    Suite& suite = suites.emplace_back(Suite{std::string(to_string(family)), {}});
    std::set<std::string_view> spoken;
    for (const Finding& finding : review.findings) {
      if (finding.family != family) continue;
      spoken.insert(finding.code);
      add_finding(review, suite, finding);
    }
    add_silent_rules(review, suite, family, spoken);
  }
  if (!review.diagnostics.empty()) suites.push_back(not_reviewed_wholly(review));
  std::size_t tests = 0, failures = 0;
  std::string body;
  for (const Suite& suite : suites) {
    tests += suite.tests;
    failures += suite.failures;
    body += suite.text();
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"beamwright\" tests=\"" + std::to_string(tests) +
         "\" failures=\"" + std::to_string(failures) + "\" errors=\"0\" time=\"0\">\n" + body + "</testsuites>\n";
}

}  // namespace beamwright::report
