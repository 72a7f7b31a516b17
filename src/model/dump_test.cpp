#include <gtest/gtest.h>

#include "model/builder.h"

namespace beamwright::model {
namespace {

TEST(DumpingAUnit, ShowsModulesFunctionsAndTreesWithPlacesVariablesAndCalls) {
  source::FileTable files;
  source::SourceFile row;
  row.path = "src/shop.erl";
  row.language = source::Language::kErlang;
  const source::FileId file = files.add_text(row, "-module(shop).\nf(X) -> gen_server:call(X, \"a\\n\").\n");

  UnitBuilder builder(files.file(file));
  Module m;
  m.name = intern("shop");
  m.end = 14;
  const LocalModuleId module = builder.begin_module(m);
  Directive behaviour = {};
  behaviour.kind = DirectiveKind::kBehaviour;
  behaviour.module = sym::gen_server;
  builder.directive(module, behaviour);
  builder.attribute(module, {intern("vsn"), builder.integer(7, 0, 1), 0, 1});
  const ExprId parameter = builder.variable(intern("X"), 17, 18);
  const ExprId arguments[] = {builder.variable(intern("X"), 39, 40),
                              builder.add(ExprKind::kCharlist, 42, 47, intern("a\n").index)};
  Call call;
  call.target = TargetKind::kRemote;
  call.module = sym::gen_server;
  call.name = sym::call;
  const ExprId body = builder.call(call, 23, 48, arguments);
  const Clause clause = builder.clause({&parameter, 1}, {}, body, 15, 48);
  Function f;
  f.name = intern("f");
  f.arity = 1;
  f.flags = kPublic;
  f.begin = 15;
  f.end = 48;
  builder.function(module, f, {&clause, 1});
  const auto unit = builder.finish();

  EXPECT_EQ(dump_unit(*unit, files), R"(unit src/shop.erl erlang reviewed
module shop [1:1-1:15]
  behaviour gen_server [1:1-1:1]
  attribute vsn [1:1-1:2]
    integer 7 [1:1-1:2]
  function f/1 public [2:1-2:34]
    clause [2:1-2:34]
      variable X#0 binds [2:3-2:4]
      body
        call gen_server:call/2 [2:9-2:34]
          variable X#0 [2:25-2:26]
          charlist "a\n" [2:28-2:33]
)");
}

TEST(DumpingAUnit, CutsWhatIsTooDeepToRead) {
  source::FileTable files;
  source::SourceFile row;
  row.language = source::Language::kErlang;
  const source::FileId file = files.add_text(row, "x");
  UnitBuilder builder(files.file(file));
  const LocalModuleId module = builder.begin_module({});
  ExprId nested = builder.atom(sym::ok, 0, 1);
  for (int i = 0; i < 100000; ++i) nested = builder.add(ExprKind::kTuple, 0, 1, 0, {&nested, 1});
  const Clause clause = builder.clause({}, {}, nested, 0, 1);
  builder.function(module, {}, {&clause, 1});
  EXPECT_NE(dump_unit(*builder.finish(), files).find("…"), std::string::npos);
}

}  // namespace
}  // namespace beamwright::model
