#include "serve/lsp_client.h"

#include <gtest/gtest.h>

#include <string>

namespace beamwright::serve {
namespace {

// https://github.com/joaotavora/eglot, eglot--glob-grammar: between braces it takes plain words, and an error costs every
// watcher.
TEST(WatchRegistration, HasNoWildcardBetweenBraces) {
  const Json watchers = watch_registration()["registrations"][0]["registerOptions"]["watchers"];
  ASSERT_FALSE(watchers.empty());
  for (const Json& watcher : watchers) {
    const auto pattern = watcher["globPattern"].get<std::string>();
    const std::size_t open = pattern.find('{'), close = pattern.find('}');
    ASSERT_LT(open, close) << pattern;
    EXPECT_EQ(pattern.substr(open, close - open).find_first_of("*?["), std::string::npos) << pattern;
  }
}

TEST(WatchRegistration, WatchesWhatReviewsRead) {
  std::string all;
  const Json watchers = watch_registration()["registrations"][0]["registerOptions"]["watchers"];
  for (const Json& watcher : watchers) {
    all += watcher["globPattern"].get<std::string>() + "\n";
  }
  for (const char* name :
       {"ex,", "exs,", "erl,", "hrl", "app.src", "config", "mix.exs", "mix.lock", "erlang.mk", ".beamwright.toml"}) {
    EXPECT_NE(all.find(name), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace beamwright::serve
