// `dump`: the output of any stage for one file, for people who work on Beamwright.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace beamwright::app {

enum class Stage { kTokens, kAst, kModel, kEffects };

std::optional<Stage> stage_named(std::string_view name);  // "tokens", "ast", "model", "effects"

struct Dumped {
  std::string text;
  std::string complaints;  // syntax diagnostics, a line each
};

Result<Dumped> dump(Stage stage, const std::string& path);

}  // namespace beamwright::app
