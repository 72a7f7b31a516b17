#include "serve/judge.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace beamwright::serve {
namespace {

std::vector<std::string> rules_in(const std::string& text, SnippetLanguage language) {
  const Result<review::Checked> checked = review_snippet(make_module(text, language), language, 1);
  std::vector<std::string> rules;
  if (!checked) return {checked.error()};
  for (const findings::Finding& finding : checked->review.findings) rules.emplace_back(finding.code);
  return rules;
}

TEST(Judge, TellsTheLanguagesApart) {
  EXPECT_EQ(language_of("defmodule A do\nend\n"), SnippetLanguage::kElixir);
  EXPECT_EQ(language_of("  def f(x), do: x\n"), SnippetLanguage::kElixir);
  EXPECT_EQ(language_of("-module(a).\nf() -> ok.\n"), SnippetLanguage::kErlang);
  EXPECT_EQ(language_of("handle_call(get, _From, State) ->\n    {reply, State, State}.\n"), SnippetLanguage::kErlang);
  EXPECT_EQ(language_of("case x do\n  {:ok, y} -> y\nend\n"), SnippetLanguage::kElixir);
  EXPECT_EQ(language_of(""), SnippetLanguage::kElixir);
}

TEST(Judge, FunctionsWithoutAModuleKeepTheirLines) {
  const Snippet snippet = make_module("def f, do: 1\ndef g, do: 2\n", SnippetLanguage::kElixir);
  EXPECT_TRUE(snippet.wrapped);
  EXPECT_TRUE(snippet.text.starts_with("defmodule Snippet do "));
  EXPECT_NE(snippet.text.find("def f, do: 1\ndef g"), std::string::npos);
  EXPECT_FALSE(make_module("defmodule A do\nend\n", SnippetLanguage::kElixir).wrapped);
  EXPECT_FALSE(make_module("%% a\n-module(a).\n", SnippetLanguage::kErlang).wrapped);
}

TEST(Judge, ABlockingCallbackIsFoundInBothLanguagesAndItsRemedyIsNot) {
  EXPECT_EQ(rules_in("def handle_call({:price, id}, _from, state) do\n  {:reply, HTTPoison.get!(id), state}\nend\n",
                     SnippetLanguage::kElixir),
            std::vector<std::string>{"BW401"});
  EXPECT_EQ(rules_in("def handle_call({:price, id}, _from, state) do\n  {:reply, Map.get(state, id), state}\nend\n",
                     SnippetLanguage::kElixir),
            std::vector<std::string>{});
  const auto erlang =
      rules_in("handle_call({price, Id}, _From, State) ->\n    {reply, httpc:request(Id), State}.\n", SnippetLanguage::kErlang);
  EXPECT_NE(std::find(erlang.begin(), erlang.end(), "BW401"), erlang.end());
}

TEST(Judge, BrokenTextIsJudgedAsFarAsItGoes) {
  for (const char* text : {"", "def (((", "\xff\xfe", "defmodule A do", "-module(", "end end end"}) {
    EXPECT_TRUE(review_snippet(make_module(text, SnippetLanguage::kElixir), SnippetLanguage::kElixir, 1)) << text;
    EXPECT_TRUE(review_snippet(make_module(text, SnippetLanguage::kErlang), SnippetLanguage::kErlang, 1)) << text;
  }
}

}  // namespace
}  // namespace beamwright::serve
