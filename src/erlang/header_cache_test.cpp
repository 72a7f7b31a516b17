// A header that is shared between files reads as one that is lexed anew for each.
#include "erlang/header_cache.h"

#include <gtest/gtest.h>

#include "erlang/test_source.h"

namespace beamwright::erlang {
namespace {

constexpr const char* kHeader = R"(
-ifndef(GUARD).
-define(GUARD, 1).
-define(SIZE, 2).
-define(PAIR(X), {X, ?SIZE}).
-record(plain, {a = 1, b}).
-record(sized, {a = ?SIZE}).
-type t() :: #plain{}.
-ifdef(EXTRA).
-define(KIND, extra).
-record(extra, {a}).
f() -> extra.
-else.
-define(KIND, none).
-endif.
-if(?SIZE > 1).
g() -> large.
-elif(true).
g() -> small.
-endif.
-spec h() -> ok.
h() -> maybe.
-endif.
)";

struct Read {
  std::string forms;
  std::string diagnostics;
};

Read read(const std::string& module, HeaderCache* cache, bool keep_header_forms, int otp) {
  TestSource source;
  source.header("h.hrl", kHeader);
  source.options.headers = cache;
  source.options.keep_header_forms = keep_header_forms;
  source.options.level.otp = otp;
  const Tree tree = source.parse(module);
  return {dump_tree(tree, source.files), source.diagnostics(tree)};
}

TEST(HeaderCache, ReadsHeadersAsIfLexedAnew) {
  const std::string include = "-include(\"h.hrl\").\n";
  const std::string use = "k() -> {?PAIR(?KIND), #plain{}, #sized{}}.\n";
  for (const std::string& module :
       {include + use, "-define(EXTRA, 1).\n" + include + use, include + include + use,
        "-define(GUARD, 1).\n" + include + "-define(SIZE, 3).\n", "-define(SIZE, 0).\n" + include + use,
        "-define(PAIR(X), X).\n-ifdef(NO).\n" + include + "-endif.\n" + use}) {
    for (const bool keep : {false, true}) {
      for (const int otp : {25, 28}) {
        HeaderCache cache;
        const Read anew = read(module, nullptr, keep, otp);
        const Read shared = read(module, &cache, keep, otp);
        EXPECT_EQ(shared.forms, anew.forms) << module << keep << otp;
        EXPECT_EQ(shared.diagnostics, anew.diagnostics) << module << keep << otp;
      }
    }
  }
}

TEST(HeaderCache, NamesTheSecondDefinitionOfAHeader) {
  HeaderCache cache;
  const Read twice = read("-define(SIZE, 0).\n-include(\"h.hrl\").\n", &cache, false, 25);
  EXPECT_EQ(twice.diagnostics, "4:9 redefining macro 'SIZE'");
}

}  // namespace
}  // namespace beamwright::erlang
