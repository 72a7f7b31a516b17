// What the fuzzer found in the Erlang front end, each reduced to the smallest text that shows it.
#include <gtest/gtest.h>

#include "erlang/test_source.h"

namespace beamwright::erlang {
namespace {

// Two includes of itself, eight deep, are 255 copies: of a large header that would be read for minutes.
TEST(ErlangHostile, AHeaderThatIncludesItselfIsReadUpToItsBytes) {
  TestSource source;
  const std::string megabyte = "%" + std::string(1 << 20, 'x') + "\n";
  source.header("self.hrl", "f() -> ok.\n-include(\"self.hrl\").\n-include(\"self.hrl\").\n" + megabyte);
  const Tree tree = source.parse("-include(\"self.hrl\").\ng() -> ok.\n");
  std::size_t copies = 0;
  for (const Form& form : tree.forms) copies += form.node->kind == NodeKind::kFunction && form.node->symbol == intern("f");
  EXPECT_GE(copies, 8u);
  EXPECT_LE(copies, 17u);
  EXPECT_TRUE(function_names(tree).ends_with("g/0"));
}

}  // namespace
}  // namespace beamwright::erlang
