// What the fuzzer found in the Elixir front end, each reduced to the smallest text that shows it.
#include <gtest/gtest.h>

#include "elixir/dump.h"
#include "elixir/tree.h"

namespace beamwright::elixir {
namespace {

// The block that stands for what could not be read has nothing in it.
TEST(ElixirHostile, ParenthesesAroundAnOperatorAloneAreRead) {
  for (const char* text : {"(<", "(<)", "f (<)", "((<))"}) {
    const Tree tree = parse(source::FileId(0), text);
    EXPECT_FALSE(tree.diagnostics.empty()) << text;
    EXPECT_FALSE(dump_tree(tree, text).empty()) << text;
  }
}

}  // namespace
}  // namespace beamwright::elixir
