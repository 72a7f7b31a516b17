#include "model/program.h"

#include <gtest/gtest.h>

#include "model/builder.h"

namespace beamwright::model {
namespace {

// Files are added and lowered in the order of the calls; each holds the functions it is told to.
class Linking : public ::testing::Test {
 protected:
  source::FileId file(const char* path, std::uint32_t project, source::Language language = source::Language::kErlang) {
    source::SourceFile row;
    row.path = path;
    row.project = source::ProjectId(project);
    row.language = language;
    return files.add_text(std::move(row), "text");
  }

  void add(const char* path, const char* module, std::uint32_t project, std::initializer_list<const char*> functions = {},
           std::uint16_t flags = 0) {
    UnitBuilder builder(files.file(file(path, project)));
    Module m;
    m.name = intern(module);
    const LocalModuleId id = builder.begin_module(m);
    for (const char* name : functions) {
      Call call;
      call.name = intern("callee");
      const Clause clause = builder.clause({}, {}, builder.call(call, 0, 1, {}), 0, 1);
      Function f;
      f.name = intern(name);
      f.flags = flags;
      builder.function(id, f, {&clause, 1});
    }
    units.push_back(builder.finish());
  }

  const Program& linked() {
    program = link(std::move(units), files);
    return program;
  }

  std::string path_of(ModuleId id) const { return files.file(program.unit_of(id).file).path; }

  source::FileTable files;
  std::vector<std::unique_ptr<Unit>> units;
  Program program;
};

TEST_F(Linking, NumbersFollowPathsAndNotTheOrderOfTheUnits) {
  add("b.erl", "b", 0, {"f"});
  units.push_back(nullptr);
  add("a.erl", "a", 0, {"g", "h"});
  linked();
  ASSERT_EQ(program.units.size(), 2u);
  EXPECT_EQ(program.module(ModuleId(0)).name, intern("a"));
  EXPECT_EQ(program.function(FunctionId(2)).name, intern("f"));
  EXPECT_EQ(program.module_of(FunctionId(2)), ModuleId(1));
  EXPECT_EQ(program.function_of(CallId(2)), FunctionId(2));
  EXPECT_EQ(program.functions_of(ModuleId(0)).size(), 2u);
  ASSERT_EQ(program.calls_of(FunctionId(1)).size(), 1u);
  EXPECT_EQ(program.calls_of(FunctionId(1))[0], CallId(1));
  EXPECT_EQ(program.call(CallId(1)).name, intern("callee"));
}

TEST_F(Linking, AModuleOfTheOwnProjectGoesFirstThenTheFirstByPath) {
  add("one/m.erl", "m", 1);
  add("two/m.erl", "m", 2);
  add("two/n.erl", "n", 2);
  linked();
  EXPECT_EQ(path_of(program.find_module(intern("m"), source::ProjectId(2))), "two/m.erl");
  EXPECT_EQ(path_of(program.find_module(intern("m"), source::ProjectId(1))), "one/m.erl");
  EXPECT_EQ(path_of(program.find_module(intern("m"), source::ProjectId(7))), "one/m.erl");
  EXPECT_EQ(path_of(program.find_module(intern("n"), source::ProjectId(1))), "two/n.erl");
  EXPECT_FALSE(program.find_module(intern("elsewhere"), source::ProjectId(1)));
}

TEST_F(Linking, AScriptWithoutANameIsNotFoundByIt) {
  add("run.exs", "", 0, {"f"});
  linked();
  EXPECT_FALSE(program.find_module(Symbol(), source::ProjectId(0)));
}

TEST_F(Linking, FunctionsAreFoundByModuleNameAndArity) {
  add("a.erl", "a", 0, {"f", "g", "f"});
  add("b.erl", "b", 0, {"f"});
  linked();
  const ModuleId a = program.find_module(intern("a"), {}), b = program.find_module(intern("b"), {});
  EXPECT_EQ(program.find_function(a, intern("f"), 0), FunctionId(0));
  EXPECT_EQ(program.find_function(b, intern("f"), 0), FunctionId(3));
  EXPECT_FALSE(program.find_function(b, intern("g"), 0));
  EXPECT_FALSE(program.find_function(a, intern("f"), 1));
  EXPECT_FALSE(program.find_function(ModuleId(), intern("f"), 0));
}

TEST_F(Linking, ATemplateIsFoundWhenNothingElseBearsItsName) {
  UnitBuilder builder(files.file(file("lib/a.ex", 0, source::Language::kElixir)));
  Module m;
  m.name = intern("Elixir.A");
  const LocalModuleId id = builder.begin_module(m);
  Function f;
  f.flags = kTemplate;
  f.name = intern("both");
  builder.function(id, f, {});
  f.name = intern("quoted");
  builder.function(id, f, {});
  f.name = intern("both");
  f.flags = kPublic;
  builder.function(id, f, {});
  units.push_back(builder.finish());
  linked();
  EXPECT_EQ(program.find_function(ModuleId(0), intern("both"), 0), FunctionId(2));
  EXPECT_EQ(program.find_function(ModuleId(0), intern("quoted"), 0), FunctionId(1));
}

TEST_F(Linking, ACallThatNoFunctionMakesBelongsToNone) {
  UnitBuilder builder(files.file(file("lib/a.ex", 0, source::Language::kElixir)));
  const LocalModuleId id = builder.begin_module({});
  builder.attribute(id, {intern("limit"), builder.call({}, 0, 1, {}), 0, 1});
  units.push_back(builder.finish());
  linked();
  EXPECT_FALSE(program.function_of(CallId(0)));
}

TEST_F(Linking, ManyModulesAreAllFound) {
  for (int i = 0; i < 300; ++i) add("m.erl", ("module_" + std::to_string(i)).c_str(), 0, {"f"});
  linked();
  for (int i = 0; i < 300; ++i) {
    const ModuleId id = program.find_module(intern("module_" + std::to_string(i)), source::ProjectId(0));
    ASSERT_TRUE(id) << i;
    EXPECT_EQ(program.module_of(program.find_function(id, intern("f"), 0)), id);
  }
}

TEST_F(Linking, AnEmptyProgramAnswers) {
  linked();
  EXPECT_FALSE(program.find_module(intern("a"), {}));
  EXPECT_FALSE(program.find_function({}, intern("a"), 0));
  EXPECT_FALSE(Program().find_module(intern("a"), {}));
}

TEST(Names, ModulesAndFunctionsAreShownInTheirOwnLanguage) {
  EXPECT_EQ(display_module(intern("Elixir.Shop.Cart")), "Shop.Cart");
  EXPECT_EQ(display_module(intern("payment")), "payment");
  EXPECT_EQ(display_module(intern("pay-ment")), "'pay-ment'");
  EXPECT_EQ(display_module(Symbol()), "");
  EXPECT_EQ(display_mfa(intern("Elixir.Shop.Cart"), intern("add"), 2), "Shop.Cart.add/2");
  EXPECT_EQ(display_mfa(intern("payment"), intern("charge"), 2), "payment:charge/2");
  EXPECT_EQ(display_mfa(intern("payment"), intern("Charge it's"), 0), "payment:'Charge it\\'s'/0");
  EXPECT_EQ(display_mfa(Symbol(), intern("main"), 1), "main/1");
}

TEST_F(Linking, TheBodyOfAModuleIsShownAsTheModuleAndThatOfAScriptAsItsPath) {
  add("lib/a.ex", "Elixir.A", 0, {"__MODULE_BODY__"}, kModuleBody);
  add("run.exs", "", 0, {"__MODULE_BODY__"}, kModuleBody);
  add("z.erl", "z", 0, {"f"});
  linked();
  EXPECT_EQ(display_function(program, FunctionId(0)), "A");
  EXPECT_EQ(display_function(program, FunctionId(1)), "run.exs");
  EXPECT_EQ(display_function(program, FunctionId(2)), "z:f/0");
}

}  // namespace
}  // namespace beamwright::model
