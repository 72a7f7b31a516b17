// .beamwright.toml: what a project settles once for everybody who reviews it. Looked for from the reviewed folder upwards, so
// that the same settings hold for a part of the project. docs/configuration.md is its manual.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "findings/finding.h"
#include "findings/selection.h"

namespace beamwright::review {

inline constexpr std::string_view kConfigurationName = ".beamwright.toml";

// [rules.BW401]
struct RuleSettings {
  std::string rule;  // its code
  std::optional<findings::Severity> severity;
  std::vector<std::string> exclude;  // paths where it is silent
};

// [contexts]: modules (by name or pattern: "Shop.Console.*", "shop_console") that run in other ways than can be seen.
struct ContextSettings {
  std::vector<std::string> tool;     // run by people: consoles, one-off repairs
  std::vector<std::string> request;  // run once per request, connection or job
  std::vector<std::string> test;
};

// Paths in it are relative to its own folder, '/' always.
struct Configuration {
  std::string path;    // empty: there is no file, and all below stands at its default
  std::string folder;  // absolute, without links
  std::optional<std::string> fail_on;
  std::optional<bool> include_tests;
  std::vector<std::string> exclude;  // read, but not reviewed
  findings::Selection selection;
  std::vector<RuleSettings> rules;
  ContextSettings contexts;
  std::string baseline;                // empty: none
  std::vector<std::string> knowledge;  // files of further rows
};

// The text of a file called `path`. The error names path, line and column, and the nearest known word for an unknown one.
Result<Configuration> read_configuration(const std::string& path, std::string_view text);

// Reads a file of settings.
Result<Configuration> load_configuration(const std::string& path);

// Reads the nearest .beamwright.toml in a folder or above it; a Configuration without a path when there is none.
Result<Configuration> find_configuration(const std::string& reviewed_path);

// The severity called low, medium, high or critical.
std::optional<findings::Severity> severity_named(std::string_view word);

// The rules that a word names by code, name or family exist; else a sentence that says so and names the nearest.
std::optional<std::string> unknown_rule(std::string_view word);

}  // namespace beamwright::review
