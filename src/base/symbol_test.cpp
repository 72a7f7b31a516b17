#include "base/symbol.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
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

std::string long_text(char fill) { return std::string(kLongText + 1, fill); }

TEST(KeptText, IsTheSymbolThatEveryOtherHoldHas) {
  const KeptText one(long_text('a')), two(long_text('a')), other(long_text('b'));
  EXPECT_EQ(one.symbol(), two.symbol());
  EXPECT_NE(one.symbol(), other.symbol());
  EXPECT_EQ(one.symbol().text(), long_text('a'));
}

TEST(KeptText, GivesALongTextBackWithItsLastHold) {
  Symbol symbol;
  {
    KeptText first(long_text('c'));
    symbol = first.symbol();
    const KeptText moved(std::move(first));
    EXPECT_EQ(symbol.text(), long_text('c'));
  }
  EXPECT_EQ(symbol.text(), "");
  const KeptText again(long_text('c'));
  EXPECT_NE(again.symbol(), symbol) << "a number that somebody may remember was given to another text";
  EXPECT_EQ(again.symbol().text(), long_text('c'));
}

TEST(KeptText, KeepsShortTextsForEver) {
  const std::string text(kLongText, 'd');
  Symbol symbol;
  { symbol = KeptText(text).symbol(); }
  EXPECT_EQ(symbol.text(), text);
  EXPECT_EQ(symbol, intern(text));
}

TEST(KeptText, IsKeptForEverOnceSomebodyInternedIt) {
  Symbol symbol;
  {
    const KeptText kept(long_text('e'));
    symbol = intern(long_text('e'));
    EXPECT_EQ(symbol, kept.symbol());
  }
  EXPECT_EQ(symbol.text(), long_text('e'));
  { const KeptText kept(long_text('e')); }
  EXPECT_EQ(intern(long_text('e')), symbol);
  EXPECT_EQ(symbol.text(), long_text('e'));
}

TEST(KeptText, IsCountedByAllThreads) {
  constexpr std::size_t kThreads = 4;
  const KeptText last(long_text('f'));
  parallel_for(kThreads, kThreads, [&](std::size_t) {
    for (int i = 0; i < 5'000; ++i) {
      const KeptText shared(long_text('f')), own(long_text(static_cast<char>('g' + i % 3)));
      if (shared.symbol() != last.symbol()) ADD_FAILURE() << "the same text has two symbols";
      if (own.symbol().text().size() != kLongText + 1) ADD_FAILURE() << "a text was given back too early";
    }
  });
  EXPECT_EQ(last.symbol().text(), long_text('f'));
}

}  // namespace
}  // namespace beamwright
