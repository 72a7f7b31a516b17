// `dump`: the output of any stage, for people who work on Beamwright: of one file, or of a folder where the stage looks at whole
// programs (calls, forest, facts).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "elixir/tree.h"
#include "erlang/tree.h"

namespace beamwright::app {

enum class Stage { kTokens, kAst, kModel, kEffects, kCalls, kForest, kFacts };

std::optional<Stage> stage_named(std::string_view name);  // "tokens", "ast", "model", "effects", "calls", "forest", "facts"

struct Dumped {
  std::string text;
  std::string complaints;  // syntax diagnostics, a line each
};

// The compilers whose trees are asked for: the newest unless said.
struct Levels {
  elixir::Level elixir;
  erlang::Level erlang;
};

// "1.14" is a release of Elixir, "25" one of OTP; nothing else is understood.
std::optional<Levels> levels_named(std::string_view text);

// JSON is there for the forest alone, names of modules for the facts.
Result<Dumped> dump(Stage stage, const std::string& path, const Levels& levels = {}, bool json = false,
                    const std::vector<std::string>& modules = {});

}  // namespace beamwright::app
