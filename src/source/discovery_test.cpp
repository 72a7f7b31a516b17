#include "source/discovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/test_folder.h"

namespace beamwright::source {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Discovery discovered(const TestFolder& folder, bool include_tests = false) {
  DiscoveryOptions options;
  options.include_tests = include_tests;
  Result<Discovery> found = discover(folder.path(), options);
  if (!found) throw std::runtime_error(found.error());
  return std::move(*found);
}

// "role path", with the role by its first letter: r(eviewed), t(est), d(ependency), s(cript).
std::vector<std::string> listing(const Discovery& d) {
  std::vector<std::string> lines;
  for (const FileId id : d.sources) {
    const SourceFile& file = d.files->file(id);
    lines.push_back(std::string(1, "rtds"[static_cast<int>(file.role)]) + " " + file.path);
  }
  return lines;
}

// "project: path"
std::vector<std::string> homes(const Discovery& d) {
  std::vector<std::string> lines;
  for (const FileId id : d.sources) {
    const SourceFile& file = d.files->file(id);
    lines.push_back(d.projects[file.project.index].name + ": " + file.path);
  }
  return lines;
}

std::vector<std::string> complaints(const Discovery& d) {
  std::vector<std::string> lines;
  for (const Diagnostic& diagnostic : d.diagnostics) {
    lines.push_back(d.files->file(diagnostic.span.file).path + ": " + diagnostic.message);
  }
  return lines;
}

TEST(Discovery, FindsBothLanguagesInPathOrderAndLeavesOutWhatNobodyWrote) {
  const TestFolder folder;
  for (const char* name :
       {"lib/b.ex", "lib/a.ex", "lib-extra.ex", "src/c.erl", "src/c.hrl", "_build/dev/x.ex", "node_modules/m/x.ex", ".git/x.ex",
        ".elixir_ls/x.ex", "doc/index.html", "doc/x.ex", "priv/templates/gen/x.ex", ".formatter.exs"}) {
    folder.write(name, "");
  }
  const Discovery d = discovered(folder);
  EXPECT_THAT(listing(d), ElementsAre("r lib-extra.ex", "r lib/a.ex", "r lib/b.ex", "r src/c.erl"));
  EXPECT_THAT(d.headers, ElementsAre("src/c.hrl"));
  EXPECT_THAT(d.diagnostics, IsEmpty());
}

TEST(Discovery, LeavesTestsOutUnlessAsked) {
  const TestFolder folder;
  for (const char* name :
       {"lib/a.ex", "test/a_test.exs", "test/support/helper.ex", "src/a_SUITE.erl", "src/a_tests.erl", "src/a_eqc.erl", "mix.exs",
        "config/config.exs", "test/fixtures/app/mix.exs", "test/fixtures/app/lib/x.ex"}) {
    folder.write(name, "");
  }
  const Discovery without = discovered(folder);
  EXPECT_THAT(listing(without), ElementsAre("s config/config.exs", "r lib/a.ex", "s mix.exs"));
  EXPECT_EQ(without.left_out_tests, 7u);
  EXPECT_EQ(without.projects.size(), 1u);
  const Discovery with = discovered(folder, true);
  EXPECT_THAT(listing(with), testing::IsSupersetOf({"r test/a_test.exs", "r test/support/helper.ex", "r src/a_SUITE.erl",
                                                    "r src/a_tests.erl", "r src/a_eqc.erl"}));
  EXPECT_EQ(with.left_out_tests, 0u);
}

TEST(Discovery, AnApplicationOfTestsBesideTheOthersIsLeftOut) {
  const TestFolder folder;
  for (const char* name : {"src/a.erl", "shop_test/src/confirm_a.erl", "apps/shop_ct_helpers/src/ct.erl", "e2e/lib/e2e/run.ex",
                           "integration-tests/suite.erl", "lib/common_test/src/ct.erl", "lib/shop_test/page.ex"}) {
    folder.write(name, "");
  }
  EXPECT_THAT(listing(discovered(folder)), ElementsAre("r lib/common_test/src/ct.erl", "r lib/shop_test/page.ex", "r src/a.erl"));
}

TEST(Discovery, AnUmbrellaIsOneProjectWithItsApplications) {
  const TestFolder folder;
  folder.write("mix.exs", "[apps_path: \"apps\", elixir: \"~> 1.13\"]");
  folder.write("apps/web/mix.exs",
               "[app: :shop_web, elixir: \"~> 1.15\", deps: [{:jason, \"~> 1.0\"}, {:core, in_umbrella: true}]]");
  folder.write("apps/web/lib/web.ex", "");
  folder.write("apps/core/mix.exs", "[app: :core]");
  folder.write("apps/core/lib/core.ex", "");
  folder.write("deps/jason/lib/jason.ex", "");
  folder.write("deps/jason/test/jason_test.exs", "");
  const Discovery d = discovered(folder);
  ASSERT_EQ(d.projects.size(), 1u);
  EXPECT_TRUE(d.projects[0].umbrella);
  EXPECT_EQ(d.projects[0].minimum_elixir, (std::pair{1, 15}));
  EXPECT_THAT(listing(d), UnorderedElementsAre("s mix.exs", "s apps/web/mix.exs", "r apps/web/lib/web.ex", "s apps/core/mix.exs",
                                               "r apps/core/lib/core.ex", "d deps/jason/lib/jason.ex"));
  EXPECT_EQ(d.application_of("apps/web/lib/web.ex")->name, "shop_web");
  EXPECT_EQ(d.application_of("deps/jason/lib/jason.ex")->name, "jason");
  EXPECT_TRUE(d.application_of("deps/jason/lib/jason.ex")->third_party);
  EXPECT_EQ(d.application_of("apps/webx/lib/web.ex")->path, "");
}

TEST(Discovery, ProjectsBesideEachOtherAreIndependent) {
  const TestFolder folder;
  folder.write("one/mix.exs", "[app: :shop]");
  folder.write("one/lib/a.ex", "");
  folder.write("two/rebar.config", "");
  folder.write("two/src/two.app.src", "{application, second, []}.");
  folder.write("two/src/a.erl", "");
  folder.write("two/examples/three/mix.exs", "[app: :three]");
  folder.write("two/examples/three/lib/a.ex", "");
  folder.write("loose.erl", "");
  const Discovery d = discovered(folder);
  EXPECT_THAT(homes(d),
              testing::IsSupersetOf({"shop: one/lib/a.ex", "second: two/src/a.erl", "three: two/examples/three/lib/a.ex"}));
  EXPECT_EQ(d.projects.size(), 4u);
}

TEST(Discovery, ARebarTreeIsOneProject) {
  const TestFolder folder;
  folder.write("rebar.config", "{deps, []}. {project_app_dirs, [\"services/*\"]}.");
  folder.write("apps/a/src/a.app.src", "{application, a, []}.");
  folder.write("apps/a/src/a.erl", "");
  folder.write("lib/b/rebar.config", "");
  folder.write("lib/b/src/b.erl", "");
  folder.write("services/c/rebar.config", "");
  folder.write("services/c/src/deep/c.app.src", "{application, c, []}.");
  folder.write("services/c/src/c.erl", "");
  const Discovery d = discovered(folder);
  EXPECT_EQ(d.projects.size(), 1u);
  EXPECT_EQ(d.application_of("services/c/src/c.erl")->name, "c");
  EXPECT_EQ(d.application_of("services/c/src/c.erl")->path, "services/c");
}

TEST(Discovery, ApplicationsOfAnOtpTreeRunTogether) {
  const TestFolder folder;
  folder.write("lib/kernel-8.5/ebin/kernel.app", "{application, kernel, []}.");
  folder.write("lib/kernel-8.5/src/a.erl", "");
  folder.write("lib/stdlib/src/stdlib.app.src", "{application, stdlib, []}.");
  folder.write("lib/stdlib/src/b.erl", "");
  folder.write("lib/stdlib/test/stdlib_fixture.app.src", "{application, x, []}.");
  const Discovery d = discovered(folder);
  EXPECT_THAT(homes(d), ElementsAre("lib: lib/kernel-8.5/src/a.erl", "lib: lib/stdlib/src/b.erl"));
  ASSERT_EQ(d.applications.size(), 2u);
  EXPECT_EQ(d.applications[0].name, "kernel");
  EXPECT_EQ(d.applications[0].kind, BuildKind::kOtp);
}

TEST(Discovery, OnlyFetchedFoldersOfDepsAreThirdParty) {
  const TestFolder folder;
  folder.write("Makefile", "PROJECT = broker\nDEPS = listed own built_here\ninclude rabbitmq-components.mk\ninclude erlang.mk\n");
  folder.write("components.mk", "dep_own = git_rmq x\ndep_fetched = hex 1.0\n");
  folder.write("erlang.mk", "dep_own = hex 1.0\n");
  for (const char* name : {"own", "fetched", "listed", "unknown", "marked", "from_lock", "transitive"}) {
    folder.write(std::string("deps/") + name + "/src/" + name + ".erl", "");
  }
  folder.write("deps/marked/.hex", "");
  folder.write("deps/built_here/src/built_here.erl", "");
  folder.write("deps/built_here/Makefile", "PROJECT = built_here\nDEPS = listed\ninclude ../../erlang.mk\n");
  folder.write("deps/own/mix.lock", "%{\"from_lock\": {:hex, :from_lock, \"1\"}}");
  folder.write("deps/own/mix.exs", "[app: :own]");
  folder.write("deps/fetched/rebar.config", "{deps, [transitive, own]}.");
  folder.write("deps/fetched/apps/part/src/part.erl", "");
  const Discovery d = discovered(folder);
  EXPECT_EQ(d.projects.size(), 1u);
  EXPECT_THAT(listing(d), UnorderedElementsAre("s deps/own/mix.exs", "r deps/own/src/own.erl",
                                               "r deps/built_here/src/built_here.erl", "r deps/unknown/src/unknown.erl",
                                               "d deps/fetched/src/fetched.erl", "d deps/fetched/apps/part/src/part.erl",
                                               "d deps/listed/src/listed.erl", "d deps/marked/src/marked.erl",
                                               "d deps/from_lock/src/from_lock.erl", "d deps/transitive/src/transitive.erl"));
}

TEST(Discovery, ASingleFileIsReviewedWhateverItsRole) {
  const TestFolder folder;
  const std::string path = folder.write("test/some_test.exs", "1");
  const auto d = discover(path, {});
  ASSERT_TRUE(d) << d.error();
  EXPECT_THAT(listing(*d), ElementsAre("r some_test.exs"));
  EXPECT_EQ(d->root, folder.path() + "/test");
  EXPECT_TRUE(d->files->load(d->sources[0]));
}

TEST(Discovery, SaysWhyAPathCannotBeReviewed) {
  const TestFolder folder;
  EXPECT_EQ(discover(folder.path() + "/none", {}).error(), "cannot review " + folder.path() + "/none: No such file or directory");
  const std::string go = folder.write("main.go", "");
  EXPECT_EQ(discover(go, {}).error(), "cannot review " + go + ": is Go, neither Elixir (.ex, .exs) nor Erlang (.erl)");
  folder.pipe("pipe.ex");
  EXPECT_EQ(discover(folder.path() + "/pipe.ex", {}).error(),
            "cannot review " + folder.path() + "/pipe.ex: is neither a folder nor a regular file");
}

TEST(Discovery, WhereThereAreOnlyScriptsTheScriptsAreReviewed) {
  const TestFolder folder;
  folder.write("mix.exs", "");
  folder.write("serve.exs", "");
  EXPECT_THAT(listing(discovered(folder)), ElementsAre("s mix.exs", "r serve.exs"));
}

TEST(Discovery, CountsOtherLanguages) {
  const TestFolder folder;
  for (const char* name : {"a.go", "b.go", "c.ts", "d.md", ".hidden.go"}) folder.write(name, "");
  const Discovery d = discovered(folder);
  EXPECT_THAT(d.sources, IsEmpty());
  EXPECT_THAT(d.other_languages, UnorderedElementsAre(testing::Pair("Go", 2u), testing::Pair("TypeScript", 1u)));
}

TEST(Discovery, LinksNeitherLoopNorRepeat) {
  const TestFolder folder, elsewhere;
  folder.write("lib/a.ex", "");
  folder.link("lib/self", ".");
  folder.link("lib/up", "../..");
  folder.link("lib/b.ex", "a.ex");
  folder.link("lib/gone.ex", "nowhere");
  folder.link("lib/round.ex", "round.ex");
  folder.link("other", elsewhere.path());
  folder.link("lib/outside.ex", elsewhere.write("outside.ex", ""));
  const Discovery d = discovered(folder);
  EXPECT_THAT(listing(d), ElementsAre("r lib/a.ex", "r lib/outside.ex"));
  EXPECT_THAT(
      complaints(d),
      UnorderedElementsAre("lib/gone.ex: cannot be read: No such file or directory",
                           "lib/round.ex: cannot be read: Too many levels of symbolic links",
                           "other: a link to a folder outside the reviewed one is not followed; review its target by itself"));
}

TEST(Discovery, WhatIsNoRegularFileIsADiagnostic) {
  const TestFolder folder;
  folder.pipe("pipe.erl");
  folder.write("folder.ex/inside.ex", "");
  const Discovery d = discovered(folder);
  EXPECT_THAT(listing(d), ElementsAre("r folder.ex/inside.ex"));
  EXPECT_THAT(complaints(d), ElementsAre("pipe.erl: cannot be read: is not a regular file"));
}

TEST(Discovery, NamesThatAreNotUtf8AreReviewedAndTold) {
  const TestFolder folder;
  folder.write("lib/\xff.ex", "1");
  const Discovery d = discovered(folder);
  EXPECT_THAT(listing(d), ElementsAre("r lib/\uFFFD.ex"));
  EXPECT_THAT(complaints(d), ElementsAre(HasSubstr("is not UTF-8")));
  EXPECT_TRUE(d.files->load(d.sources[0]));
}

TEST(Discovery, VeryDeepFoldersEndWithADiagnostic) {
  const TestFolder folder;
  std::string deep;
  for (int i = 0; i < 150; ++i) deep += "d/";
  folder.write(deep + "x.ex", "");
  folder.write("a.ex", "");
  const Discovery d = discovered(folder);
  EXPECT_THAT(listing(d), ElementsAre("r a.ex"));
  EXPECT_THAT(complaints(d), ElementsAre(HasSubstr("folders below the hundredth level are not looked into")));
}

TEST(Discovery, AFolderThatCannotBeListedIsADiagnostic) {
  if (geteuid() == 0) {
    // Root may list any folder; a folder that is being removed gives the same kind of fault only by luck, so only the other half
    // of the promise can be checked here: the rest of the tree is found.
    const TestFolder folder;
    folder.write("closed/a.ex", "");
    chmod((folder.path() + "/closed").c_str(), 0);
    EXPECT_THAT(listing(discovered(folder)), ElementsAre("r closed/a.ex"));
    return;
  }
  const TestFolder folder;
  folder.write("closed/a.ex", "");
  folder.write("b.ex", "");
  ASSERT_EQ(chmod((folder.path() + "/closed").c_str(), 0), 0);
  const Discovery d = discovered(folder);
  chmod((folder.path() + "/closed").c_str(), 0700);
  EXPECT_THAT(listing(d), ElementsAre("r b.ex"));
  EXPECT_THAT(complaints(d), ElementsAre("closed: this folder cannot be listed: Permission denied"));
}

}  // namespace
}  // namespace beamwright::source
