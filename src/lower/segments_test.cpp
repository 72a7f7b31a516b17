#include <gtest/gtest.h>

#include "lower/elixir_test_support.h"
#include "lower/erlang_show.h"

namespace beamwright::lower {
namespace {

using model::Segment;
using model::SegmentType;

// The segments of the first binary with more than text in the unit.
std::vector<Segment> segments(const model::Unit& unit) {
  for (const model::Expr& e : unit.exprs) {
    if (e.kind != model::ExprKind::kBinary) continue;
    const auto found = unit.segments_of(e);
    return {found.begin(), found.end()};
  }
  return {};
}

std::vector<Segment> elixir(std::string_view pattern) {
  const Lowered file("defmodule M do\ndef f(x, n), do: " + std::string(pattern) + "\nend\n");
  return segments(file.unit());
}

std::vector<Segment> erlang(std::string_view pattern) {
  const LoweredErlang file("-module(m).\nf(X, N) -> " + std::string(pattern) + ".\n");
  return segments(*file.unit);
}

TEST(Segments, AreIntegersUnlessSomethingElseIsWritten) {
  for (const auto& found : {elixir("<<x, n>>"), erlang("<<X, N>>")}) {
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].type, SegmentType::kInteger);
    EXPECT_FALSE(found[0].size);
    EXPECT_EQ(found[0].unit, 0);
  }
}

TEST(Segments, KeepTypeSizeUnitAndOrder) {
  for (const auto& found : {elixir("<<x::signed-little-integer-size(n)-unit(8), x::binary, x::utf8>>"),
                            erlang("<<X:N/signed-little-integer-unit:8, X/binary, X/utf8>>")}) {
    ASSERT_EQ(found.size(), 3u);
    EXPECT_TRUE(found[0].size);
    EXPECT_EQ(found[0].unit, 8);
    EXPECT_EQ(found[0].flags, model::kSigned | model::kLittle);
    EXPECT_EQ(found[1].type, SegmentType::kBinary);
    EXPECT_EQ(found[2].type, SegmentType::kUtf8);
  }
}

TEST(Segments, ElixirsShortFormsAreSizes) {
  const auto found = elixir("<<x::16, x::n*8, 1.5, \"text\">>");
  ASSERT_EQ(found.size(), 4u);
  EXPECT_TRUE(found[0].size);
  EXPECT_EQ(found[1].unit, 8);
  EXPECT_EQ(found[2].type, SegmentType::kFloat);
  EXPECT_EQ(found[3].type, SegmentType::kBinary);
}

TEST(Segments, InterpolatedValuesAreTold) {
  const auto found = elixir("\"a#{x}b\"");
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].flags, 0);
  EXPECT_EQ(found[1].flags, model::kInterpolated);
}

TEST(Segments, ASizeMayNameWhatAnEarlierSegmentHasBound) {
  const Lowered file("defmodule M do\ndef f(<<n, x::binary-size(n)>>), do: x\nend\n");
  const auto found = segments(file.unit());
  ASSERT_EQ(found.size(), 2u);
  const model::Expr& size = file.unit().expr(found[1].size);
  ASSERT_EQ(size.kind, model::ExprKind::kVariable);
  EXPECT_FALSE(size.has(model::kInPattern));
  EXPECT_EQ(file.unit().variable_of(size).name.text(), "n");
}

}  // namespace
}  // namespace beamwright::lower
