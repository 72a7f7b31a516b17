#include "serve/documents.h"

#include <gtest/gtest.h>

namespace beamwright::serve {
namespace {

Json opening(std::string_view uri, std::string_view text) {
  return {{"textDocument", {{"uri", uri}, {"languageId", "erlang"}, {"version", 1}, {"text", text}}}};
}

Json place(unsigned line, unsigned character) { return {{"line", line}, {"character", character}}; }

Json change(std::string_view uri, int version, Json changes) {
  return {{"textDocument", {{"uri", uri}, {"version", version}}}, {"contentChanges", std::move(changes)}};
}

Json part(Json start, Json end, std::string_view text) {
  return {{"range", {{"start", std::move(start)}, {"end", std::move(end)}}}, {"text", text}};
}

constexpr std::string_view kUri = "file:///nowhere/a.erl";

TEST(Documents, ChangesAreAppliedInOrder) {
  Documents documents;
  documents.open(opening(kUri, "one\ntwo\nthree\n"));
  const Document& document = documents.change(
      change(kUri, 2, Json::array({part(place(1, 0), place(1, 3), "2"), part(place(1, 1), place(2, 0), "\n\n")})),
      Encoding::kUtf16);
  EXPECT_EQ(document.text, "one\n2\n\nthree\n");
  EXPECT_EQ(document.version, 2);
}

TEST(Documents, AChangeWithoutARangeIsTheWholeText) {
  Documents documents;
  documents.open(opening(kUri, "one"));
  EXPECT_EQ(documents.change(change(kUri, 7, Json::array({{{"text", "all new"}}})), Encoding::kUtf8).text, "all new");
}

TEST(Documents, ColumnsOfAstralCharactersFollowTheEncoding) {
  for (const auto& [encoding, column] :
       {std::pair(Encoding::kUtf8, 5u), std::pair(Encoding::kUtf16, 3u), std::pair(Encoding::kUtf32, 2u)}) {
    Documents documents;
    documents.open(opening(kUri, "a😀b"));
    const Json changes = Json::array({part(place(0, column), place(0, column + 1), "c")});
    EXPECT_EQ(documents.change(change(kUri, 2, changes), encoding).text, "a😀c") << to_string(encoding);
  }
}

TEST(Documents, PlacesOutsideOfTheTextAreMovedInside) {
  Documents documents;
  documents.open(opening(kUri, "one\n"));
  EXPECT_EQ(documents.change(change(kUri, 2, Json::array({part(place(0, 99), place(99, 99), "!")})), Encoding::kUtf16).text,
            "one!");
}

TEST(Documents, AChangeThatFailsLeavesTheTextAsItWas) {
  Documents documents;
  documents.open(opening(kUri, "one"));
  const Json changes = Json::array({{{"text", "two"}}, part(place(0, 2), place(0, 1), "x")});
  EXPECT_THROW(documents.change(change(kUri, 2, changes), Encoding::kUtf16), RpcError);
  EXPECT_EQ(documents.find(kUri)->text, "one");
}

TEST(Documents, WhatIsNotOpenIsNeitherChangedNorClosed) {
  Documents documents;
  EXPECT_THROW(documents.change(change(kUri, 1, Json::array()), Encoding::kUtf16), RpcError);
  EXPECT_THROW(documents.close({{"textDocument", {{"uri", kUri}}}}), RpcError);
  documents.open(opening(kUri, ""));
  EXPECT_EQ(documents.close({{"textDocument", {{"uri", kUri}}}}), "/nowhere/a.erl");
  EXPECT_EQ(documents.find(kUri), nullptr);
}

TEST(Documents, ParamsOfOtherShapesAreRefused) {
  Documents documents;
  for (const char* params : {"null", "[]", "{}", R"({"textDocument": 1})", R"({"textDocument": {"uri": 1}})",
                             R"({"textDocument": {"uri": "file:///a"}})"}) {
    EXPECT_THROW(documents.open(Json::parse(params)), RpcError) << params;
  }
}

TEST(Uris, AreWrittenAndReadBack) {
  for (const std::string path : {"/a b/ü#?%.ex", "/x/y.erl", "/😀"}) EXPECT_EQ(path_of_uri(uri_of_path(path)), path);
  EXPECT_EQ(uri_of_path("/a b"), "file:///a%20b");
}

TEST(Uris, OfOtherSchemesAndHostsAreNoPaths) {
  for (const char* uri : {"", "untitled:Untitled-1", "http://a/b", "file://host/share", "file:relative", "file:///a%00b"}) {
    EXPECT_EQ(path_of_uri(uri), "") << uri;
  }
  EXPECT_EQ(path_of_uri("file://localhost/x"), "/x");
}

}  // namespace
}  // namespace beamwright::serve
