#include "source/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace beamwright::source {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Manifest read(std::string_view name, std::string_view text) {
  Manifest manifest;
  read_manifest(name, text, manifest);
  return manifest;
}

TEST(Manifest, MixSaysNameVersionAndDependencies) {
  const Manifest m = read("mix.exs", R"(
    def project do
      [app: :shop, version: "0.1.0", elixir: "~> 1.14", deps: deps()]
    end
    # {:commented, "~> 1.0"}
    defp deps do
      [{:jason, "~> 1.4"}, {:plug, git: "https://x.example/plug.git"}, {:mint, ">= 1.0.0", only: [:dev]},
       {:shared, path: "../shared"}, {:core, in_umbrella: true}, { :both, "~> 1.0" }, { :both, path: Path.join("a", "b") },
       {:unknown, env()}]
    end)");
  EXPECT_EQ(m.kind, BuildKind::kMix);
  EXPECT_EQ(m.name, "shop");
  EXPECT_EQ(m.minimum_elixir, (std::pair{1, 14}));
  EXPECT_FALSE(m.umbrella);
  EXPECT_THAT(m.fetched, ElementsAre("jason", "plug", "mint", "both"));
  EXPECT_THAT(m.own, ElementsAre("shared", "core", "both"));
}

TEST(Manifest, EachBuildToolNamesTheCallbackOfAnApplication) {
  EXPECT_EQ(read("mix.exs", "[mod: {Shop.Core.Application, []}, extra_applications: [:logger]]").callback,
            "Elixir.Shop.Core.Application");
  EXPECT_EQ(read("mix.exs", "[mod: {:payment_app, []}]").callback, "payment_app");
  EXPECT_EQ(read("payment.app.src", "{application, payment, [{vsn, \"1\"}, {mod, {payment_app, []}}]}.").callback, "payment_app");
  EXPECT_EQ(read("payment.app.src", "{application, payment, [{mod, {'Elixir.Pay.App', []}}]}.").callback, "Elixir.Pay.App");
  EXPECT_EQ(read("Makefile", "PROJECT = pay\nPROJECT_MOD := pay_app\ninclude erlang.mk\n").callback, "pay_app");
  EXPECT_EQ(read("mix.exs", "[mod: callback(), app: :shop]").callback, "");
}

TEST(Manifest, MixSaysWhereAnUmbrellaKeepsItsApplications) {
  const Manifest m = read("mix.exs", "[apps_path: \"services\", elixir: \">= 1.12.3 and < 2.0.0\"]");
  EXPECT_TRUE(m.umbrella);
  EXPECT_THAT(m.application_folders, ElementsAre("services"));
  EXPECT_EQ(m.minimum_elixir, (std::pair{1, 12}));
}

TEST(Manifest, MixLockNamesWhatIsFetched) {
  const Manifest m = read("mix.lock", R"(%{
    "jason": {:hex, :jason, "1.4.0", "e855", [:mix], [{:decimal, "~> 1.0", [hex: :decimal]}], "hexpm", "79a3"},
    "odd": {:git, "https://x.example", "abc", []},
  })");
  EXPECT_THAT(m.fetched, ElementsAre("jason", "odd"));
  EXPECT_EQ(m.kind, BuildKind::kFolder);  // a lock alone makes no application
}

TEST(Manifest, RebarSaysDependenciesOptionsAndFolders) {
  const Manifest m = read("rebar.config", R"(
    {minimum_otp_vsn, "25.1"}.
    %% {deps, [commented]}.
    {deps, [jsx, {ranch, "2.1.0"}, {gun, {git, "https://x.example", {tag, "1"}}}, {'odd-name', ".*", {hg, "x"}}]}.
    {erl_opts, [debug_info, {i, "include/extra"}, {d, 'PLAIN'}, {d, size, 10}, {d, text, "a"}, {d, tuple, {a, b}}]}.
    {project_app_dirs, ["services/*", "."]}.
    {profiles, [{test, [{deps, [meck]}, {erl_opts, [{d, 'TEST'}]}]}]}.)");
  EXPECT_EQ(m.kind, BuildKind::kRebar);
  EXPECT_EQ(m.minimum_otp, 25);
  EXPECT_THAT(m.fetched, ElementsAre("jsx", "ranch", "gun", "odd-name", "meck"));
  EXPECT_THAT(m.include_folders, ElementsAre("include/extra"));
  EXPECT_THAT(m.application_folders, ElementsAre("services", "."));
  ASSERT_EQ(m.defines.size(), 4u);
  EXPECT_EQ(m.defines[0].name + "=" + m.defines[0].value, "PLAIN=true");
  EXPECT_EQ(m.defines[1].name + "=" + m.defines[1].value, "size=10");
  EXPECT_EQ(m.defines[2].name + "=" + m.defines[2].value, "text=\"a\"");
  EXPECT_EQ(m.defines[3].name, "tuple");
}

TEST(Manifest, RebarLockNamesWhatIsFetched) {
  const Manifest m =
      read("rebar.lock", R"({"1.2.0", [{<<"jsx">>,{pkg,<<"jsx">>,<<"3.1.0">>},0}]}. [{pkg_hash,[{<<"jsx">>, <<"D4F0">>}]}].)");
  EXPECT_THAT(m.fetched, ElementsAre("jsx"));
}

TEST(Manifest, AResourceFileSaysTheName) {
  EXPECT_EQ(read("payment.app.src", "% about\n{application, payment,\n [{vsn, \"1\"}]}.").name, "payment");
  EXPECT_EQ(read("kernel.app", "{application,'kernel',[]}.").name, "kernel");
  EXPECT_EQ(read("kernel.app", "").name, "");
}

TEST(Manifest, ErlangMkTellsFetchedFromOwn) {
  const Manifest m = read("Makefile",
                          "PROJECT = rabbit\nDEPS = ranch rabbit_common \\\n  sysmon # not this\nLOCAL_DEPS = sasl\n"
                          "dep_ranch = hex 2.1.0\ndep_osiris = git https://x.example v1\ndep_rabbit_common = git_rmq x\n"
                          "dep_commit_ranch = abc\nifdef DEBUG\nERLC_OPTS += -DDEBUG\nendif\nRMQ_ERLC_OPTS += -DTRACE -DSIZE=3\n"
                          "include $(if $(X),$(X),erlang.mk)\n\trecipe = not an assignment\n");
  EXPECT_EQ(m.kind, BuildKind::kErlangMk);
  EXPECT_EQ(m.name, "rabbit");
  EXPECT_THAT(m.fetched, ElementsAre("ranch", "osiris"));
  EXPECT_THAT(m.own, ElementsAre("rabbit_common"));
  EXPECT_THAT(m.listed, ElementsAre("ranch", "rabbit_common", "sysmon"));
  ASSERT_EQ(m.defines.size(), 2u);
  EXPECT_EQ(m.defines[0].name + "=" + m.defines[0].value, "TRACE=true");
  EXPECT_EQ(m.defines[1].name + "=" + m.defines[1].value, "SIZE=3");
}

TEST(Manifest, AMakefileWithoutErlangMkMakesNoApplication) {
  EXPECT_EQ(read("Makefile", "all:\n\tgcc x.c\n").kind, BuildKind::kFolder);
}

std::vector<std::string> environment(const Manifest& m) {
  std::vector<std::string> lines;
  for (const EnvironmentValue& v : m.environment)
    lines.push_back((v.application.empty() ? "" : v.application + ":") + v.key + (v.inner.empty() ? "" : "." + v.inner) +
                    (v.item ? "[]" : "") + "=" + "atx"[v.kind] + ":" + v.text);
  return lines;
}

TEST(Manifest, AnApplicationFileGivesItsEnvironment) {
  const Manifest m = read("pay.app.src", R"({application, pay, [{vsn, "1"},
    {env, [{client, pay_http}, {mod, 'Elixir.Pay.Stub'}, {wait, 5000}, {host, "a.example"}, {key, <<"secret">>}, {rate, 0.5},
           {pool, [{size, 10}, {worker, pay_worker}]}, {hooks, [pay_log, pay_audit]}, {start, {pay, run, []}}, {last, true}]},
    {mod, {pay_app, []}}]}.)");
  EXPECT_EQ(m.callback, "pay_app");
  EXPECT_THAT(environment(m), ElementsAre("client=a:pay_http", "mod=a:Elixir.Pay.Stub", "wait=t:5000", "host=x:a.example",
                                          "key=x:secret", "pool.size=t:10", "pool.worker=a:pay_worker", "hooks[]=a:pay_log",
                                          "hooks[]=a:pay_audit", "last=a:true"));
}

TEST(Manifest, AnErlangMkProjectDefinesItsEnvironment) {
  const Manifest m = read("Makefile",
                          "PROJECT = pay\ndefine PROJECT_ENV\n[\n  {client, pay_http}, % the default\n  {wait, 5000}\n]\n"
                          "endef\ninclude erlang.mk\n");
  EXPECT_EQ(m.name, "pay");
  EXPECT_THAT(environment(m), ElementsAre("client=a:pay_http", "wait=t:5000"));
  EXPECT_THAT(environment(read("Makefile", "include erlang.mk\n")), IsEmpty());
}

TEST(Manifest, ANodesConfigurationNamesTheApplications) {
  Manifest m;
  read_node_configuration(R"(%% comment
[{pay, [{client, pay_http}, {pool, [{size, 10}]}, {start, {pay, run, []}}]},
 "other.config",
 {kernel, [{logger_level, info}]}, {odd, 5}].)",
                          m);
  EXPECT_THAT(environment(m), ElementsAre("pay:client=a:pay_http", "pay:pool.size=t:10", "kernel:logger_level=a:info"));
  EXPECT_EQ(m.kind, BuildKind::kFolder);
  EXPECT_TRUE(is_node_configuration("config/sys.config"));
  EXPECT_TRUE(is_node_configuration("rel/sys.config.src"));
  EXPECT_TRUE(is_node_configuration("apps/pay/config/prod.config"));
  EXPECT_FALSE(is_node_configuration("config/test.config"));
  EXPECT_FALSE(is_node_configuration("rebar.config"));
}

TEST(Manifest, AnyBytesAreRead) {
  std::string hostile(100000, '{');
  for (std::size_t i = 0; i < hostile.size(); i += 4) hostile.replace(i, 4, "{:a,");
  for (const std::string_view name : {"mix.exs", "mix.lock", "rebar.config", "rebar.lock", "x.app.src", "Makefile"}) {
    EXPECT_THAT(read(name, hostile).own, IsEmpty()) << name;
    std::string lists;
    for (int i = 0; i < 20000; ++i) lists += i % 2 == 0 ? "[{deps, [" : "{env, [";
    EXPECT_THAT(read(name, lists).own, IsEmpty()) << name;
    EXPECT_THAT(read(name, "\"never closed \\").fetched, IsEmpty()) << name;
    EXPECT_THAT(read(name, std::string_view("{deps, [\0\xff", 10)).own, IsEmpty()) << name;
    EXPECT_THAT(read(name, "").fetched, IsEmpty()) << name;
  }
}

}  // namespace
}  // namespace beamwright::source
