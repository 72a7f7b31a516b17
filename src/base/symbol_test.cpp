#include "base/symbol.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/parallel.h"

namespace beamwright {
namespace {

TEST(Symbol, EqualTextsAreOneSymbolAndKeepTheirText) {
  for (std::size_t size = 1; size < 40; ++size) {
    const std::string text(size, 'q');
    EXPECT_EQ(intern(text), intern(std::string(text)));
    EXPECT_EQ(intern(text).text(), text);
  }
}

TEST(Symbol, TextsThatDifferInOneByteAreDifferentSymbols) {
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string a(size, 'x'), b(size, 'x');
      b[at] = 'y';
      EXPECT_NE(intern(a), intern(b)) << size << " bytes, byte " << at;
    }
  }
}

TEST(Symbol, TheEmptyTextIsTheUnsetSymbol) {
  EXPECT_EQ(intern(""), Symbol());
  EXPECT_EQ(Symbol().text(), "");
}

TEST(Symbol, KnownNamesAreTheirConstants) {
  EXPECT_EQ(intern("handle_call"), sym::handle_call);
  EXPECT_EQ(sym::Elixir_GenServer.text(), "Elixir.GenServer");
}

TEST(Symbol, ThreadsAgreeOnEveryName) {
  constexpr std::size_t kNames = 20'000, kThreads = 4;
  std::vector<std::vector<Symbol>> seen(kThreads, std::vector<Symbol>(kNames));
  parallel_for(kThreads, kThreads, [&](std::size_t t) {
    for (std::size_t i = 0; i < kNames; ++i) seen[t][i] = intern("name_" + std::to_string(i));
  });
  for (std::size_t t = 1; t < kThreads; ++t) EXPECT_EQ(seen[t], seen[0]);
  for (std::size_t i = 0; i < kNames; ++i) EXPECT_EQ(seen[0][i].text(), "name_" + std::to_string(i));
}

}  // namespace
}  // namespace beamwright
