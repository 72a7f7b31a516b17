// Calls whose target is decided at run time, what constructs call without naming it, and names that nobody defines.
#include <gtest/gtest.h>

#include "analysis/implied.h"
#include "facts_of.h"

namespace beamwright::tests {
namespace {

using analysis::Effect;
using Names = std::vector<std::string>;

// The functions that a function may reach by dynamic dispatch, as they are shown.
Names possible(const FactsOf& f, const std::string& name) {
  Names names;
  for (const auto& edge : f.facts().calls.edges_of(f.function(name)))
    if (edge.possible) names.push_back(model::display_function(f.program(), edge.callee));
  return names;
}

// "Module.function/arity" for each call that the constructs of the first file stand for, in order of the text.
Names implied(const std::string& text) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", text}});
  Names names;
  for (const auto& row : analysis::implied_calls(f.program(), model::UnitId(0), f.facts().calls))
    names.push_back(model::display_mfa(row.module, row.name, row.arity));
  return names;
}

Names implied_by(const std::string& code) { return implied("defmodule M do\ndef f(x, y) do\n" + code + "\nend\nend\n"); }

TEST(Dispatch, AProtocolMayReachEachOfItsImplementations) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defprotocol Shop.Priced do
  def price(item)
end
defimpl Shop.Priced, for: Shop.Book do
  def price(book), do: book.price
end
defimpl Shop.Priced, for: Shop.Voucher do
  def price(voucher), do: :httpc.request(voucher.url)
end
defmodule Shop.Cart do
  def total(item), do: Shop.Priced.price(item)
end
)"}});
  EXPECT_EQ(possible(f, "Shop.Cart.total/1"), (Names{"Shop.Priced.Shop.Book.price/1", "Shop.Priced.Shop.Voucher.price/1"}));
  ASSERT_TRUE(f.has("Shop.Cart.total/1", Effect::kHttp));
  EXPECT_TRUE(f.facts().effects.witness(f.function("Shop.Cart.total/1"), Effect::kHttp)->possible);
}

TEST(Dispatch, ACallbackMayReachWhoeverHasTheBehaviour) {
  const FactsOf f(std::vector<Text>{{"src/store.erl", R"(-module(store).
-export([get/2]).
-callback fetch(term()) -> term().
get(Mod, Key) -> Mod:fetch(Key).
)"},
                                    {"src/store_ets.erl", R"(-module(store_ets).
-behaviour(store).
-export([fetch/1]).
fetch(Key) -> ets:lookup(store, Key).
)"},
                                    {"src/other.erl", R"(-module(other).
-export([fetch/1]).
fetch(Key) -> Key.
)"}});
  EXPECT_EQ(possible(f, "store:get/2"), (Names{"store_ets:fetch/1"}));
}

TEST(Dispatch, AFacadeThatAMacroMakesMayReachItsImplementations) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Shop.Keystore do
  use Knigge, otp_app: :shop
  @callback sign(binary()) :: binary()
  @callback count() :: integer()
  def count, do: 1
end
defmodule Shop.Keystore.Software do
  @behaviour Shop.Keystore
  def sign(data), do: data
  def count, do: 2
end
defmodule Shop.Cart do
  def total(data), do: Shop.Keystore.sign(data)
  def number, do: Shop.Keystore.count()
end
)"}});
  EXPECT_EQ(possible(f, "Shop.Cart.total/1"), (Names{"Shop.Keystore.Software.sign/1"}));
  EXPECT_EQ(possible(f, "Shop.Cart.number/0"), Names{});
}

TEST(Dispatch, ElixirsCallbacksCountToo) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Shop.Store do
  @callback fetch(key :: term) :: term
  def get(store, key), do: store.fetch(key)
end
defmodule Shop.Store.Memory do
  @behaviour Shop.Store
  def fetch(key), do: key
end
)"}});
  EXPECT_EQ(possible(f, "Shop.Store.get/2"), (Names{"Shop.Store.Memory.fetch/1"}));
}

TEST(Dispatch, ConfigurationSaysWhichModuleIsMeant) {
  const FactsOf f(std::vector<Text>{{"config/config.exs", "import Config\nconfig :shop, client: Shop.Http\n"},
                                    {"lib/a.ex", R"(defmodule Shop.Http do
  def get(url), do: url
end
defmodule Shop.Fake do
  def get(url), do: url
end
defmodule Shop.Prices do
  @client Application.compile_env(:shop, :client)
  def read(url), do: client().get(url)
  def again(url), do: @client.get(url)
  def default(url), do: Application.get_env(:shop, :other, Shop.Fake).get(url)
  defp client, do: Application.get_env(:shop, :client, Shop.Fake)
end
)"}});
  EXPECT_EQ(possible(f, "Shop.Prices.read/1"), (Names{"Shop.Http.get/1"}));
  EXPECT_EQ(possible(f, "Shop.Prices.again/1"), (Names{"Shop.Http.get/1"}));
  EXPECT_EQ(possible(f, "Shop.Prices.default/1"), (Names{"Shop.Fake.get/1"}));
}

TEST(Dispatch, AnErlangApplicationsOwnFileConfiguresIt) {
  const FactsOf f(std::vector<Text>{{"src/pay.app.src", R"({application, pay, [{vsn, "1"},
  {env, [{client, pay_http}, {hooks, [pay_log, pay_audit]}, {pool, [{worker, pay_worker}]}]}]}.)"},
                                    {"src/pay.erl", R"(-module(pay).
-export([run/1, own/1, all/1, inside/1, default/1, unknown/1]).
run(X) ->
    {ok, Mod} = application:get_env(pay, client),
    Mod:get(X).
own(X) ->
    case application:get_env(client) of
        {ok, Mod} -> Mod:get(X);
        undefined -> X
    end.
all(X) ->
    {ok, Hooks} = application:get_env(pay, hooks),
    [Hook:get(X) || Hook <- Hooks].
inside(X) ->
    Pool = application:get_env(pay, pool, []),
    Worker = proplists:get_value(worker, Pool),
    Worker:get(X).
default(X) ->
    Mod = application:get_env(pay, other, pay_log),
    Mod:get(X).
unknown(X) ->
    Mod = application:get_env(pay, other),
    Mod:get(X).
)"},
                                    {"src/pay_http.erl", "-module(pay_http).\n-export([get/1]).\nget(X) -> X.\n"},
                                    {"src/pay_log.erl", "-module(pay_log).\n-export([get/1]).\nget(X) -> X.\n"},
                                    {"src/pay_audit.erl", "-module(pay_audit).\n-export([get/1]).\nget(X) -> X.\n"},
                                    {"src/pay_worker.erl", "-module(pay_worker).\n-export([get/1]).\nget(X) -> X.\n"}});
  EXPECT_EQ(possible(f, "pay:run/1"), (Names{"pay_http:get/1"}));
  EXPECT_EQ(possible(f, "pay:own/1"), (Names{"pay_http:get/1"}));
  EXPECT_EQ(possible(f, "pay:all/1"), (Names{"pay_audit:get/1", "pay_log:get/1"}));
  EXPECT_EQ(possible(f, "pay:inside/1"), (Names{"pay_worker:get/1"}));
  EXPECT_EQ(possible(f, "pay:default/1"), (Names{"pay_log:get/1"}));
  EXPECT_EQ(possible(f, "pay:unknown/1"), Names{});
}

TEST(Dispatch, AMixProjectConfiguresItself) {
  const FactsOf f(std::vector<Text>{{"mix.exs", R"(defmodule Shop.MixProject do
  use Mix.Project
  def project, do: [app: :shop, version: "1.0.0"]
  def application do
    [extra_applications: [:logger], env: [client: Shop.Http, mail: [sender: Shop.Mail]]]
  end
end
)"},
                                    {"lib/a.ex", R"(defmodule Shop.Http do
  def get(url), do: url
end
defmodule Shop.Mail do
  def get(url), do: url
end
defmodule Shop.Prices do
  @sender Application.compile_env(:shop, [:mail, :sender])
  def read(url), do: Application.fetch_env!(:shop, :client).get(url)
  def tries(url) do
    with {:ok, client} <- Application.fetch_env(:shop, :client), do: client.get(url)
  end
  def inside(url), do: Application.get_env(:shop, :mail)[:sender].get(url)
  def compiled(url), do: @sender.get(url)
end
)"}});
  EXPECT_EQ(possible(f, "Shop.Prices.read/1"), (Names{"Shop.Http.get/1"}));
  EXPECT_EQ(possible(f, "Shop.Prices.tries/1"), (Names{"Shop.Http.get/1"}));
  EXPECT_EQ(possible(f, "Shop.Prices.inside/1"), (Names{"Shop.Mail.get/1"}));
  EXPECT_EQ(possible(f, "Shop.Prices.compiled/1"), (Names{"Shop.Mail.get/1"}));
}

TEST(Dispatch, ModulesStandInListsMapsAndBranches) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Shop.Card do
  def pay(x), do: x
end
defmodule Shop.Cash do
  def pay(x), do: x
end
defmodule Shop.Till do
  @ways [Shop.Card, Shop.Cash]
  @by_name %{card: Shop.Card, cash: Shop.Cash}
  def each(x), do: Enum.each(@ways, fn way -> way.pay(x) end)
  def short(x), do: Enum.map(@ways, & &1.pay(x))
  def for_all(x), do: for way <- @ways, do: way.pay(x)
  def named(name, x), do: Map.fetch!(@by_name, name).pay(x)
  def card(x), do: @by_name.card.pay(x)
  def either(x, y) do
    way = if y, do: Shop.Card, else: Shop.Cash
    way.pay(x)
  end
  def pairs(x), do: for {_name, way} <- @by_name, do: way.pay(x)
end
)"}});
  const Names both{"Shop.Card.pay/1", "Shop.Cash.pay/1"};
  for (const char* function : {"each/1", "short/1", "for_all/1", "named/2", "either/2", "pairs/1"})
    EXPECT_EQ(possible(f, std::string("Shop.Till.") + function), both) << function;
  EXPECT_EQ(possible(f, "Shop.Till.card/1"), (Names{"Shop.Card.pay/1"}));
}

TEST(Dispatch, AKnownDefaultLeavesOtherModulesPossible) {
  const FactsOf f(std::vector<Text>{{"src/store.erl", R"(-module(store).
-export([get/2, configured/1]).
-callback fetch(term()) -> term().
get(Opts, Key) ->
    Mod = maps:get(store, Opts, store_ets),
    Mod:fetch(Key).
configured(Key) ->
    {ok, Mod} = application:get_env(store, backend),
    Mod:fetch(Key).
)"},
                                    {"src/store_ets.erl", R"(-module(store_ets).
-behaviour(store).
-export([fetch/1]).
fetch(Key) -> Key.
)"},
                                    {"src/store_file.erl", R"(-module(store_file).
-behaviour(store).
-export([fetch/1]).
fetch(Key) -> Key.
)"}});
  EXPECT_EQ(possible(f, "store:get/2"), (Names{"store_ets:fetch/1", "store_file:fetch/1"}));
  EXPECT_EQ(possible(f, "store:configured/1"), (Names{"store_ets:fetch/1", "store_file:fetch/1"}));
}

TEST(Dispatch, CapturesThatAreKeptAreCalledLater) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Shop.Jobs do
  @handlers %{mail: &Shop.Jobs.mail/1, call: &Shop.Jobs.call/1}
  @steps [&Shop.Jobs.mail/1, {:b, &Shop.Jobs.call/1}]
  def run(kind, x), do: Map.fetch!(@handlers, kind).(x)
  def mails(x), do: @handlers.mail.(x)
  def tries(kind, x) do
    case Map.fetch(@handlers, kind) do
      {:ok, handler} -> handler.(x)
      :error -> x
    end
  end
  def steps(x), do: Enum.reduce(@steps, x, fn step, acc -> step.(acc) end)
  def mail(x), do: :httpc.request(x)
  def call(x), do: x
end
)"},
                                    {"src/jobs.erl", R"(-module(jobs).
-export([run/2, looked_up/2, kept/1, wrong/1]).
handlers() -> #{mail => fun jobs_all:mail/1, call => fun jobs_all:call/1}.
run(Kind, X) -> (maps:get(Kind, handlers()))(X).
init() ->
    ets:insert(jobs_table, {mail, fun jobs_all:mail/1}),
    ets:insert(jobs_table, [{call, fun jobs_all:call/1}]),
    persistent_term:put({jobs, last}, fun jobs_all:call/1).
looked_up(Kind, X) ->
    [{_, Fun}] = ets:lookup(jobs_table, Kind),
    Fun(X).
kept(X) -> (persistent_term:get({jobs, last}))(X).
wrong(X) -> (maps:get(mail, handlers()))(X, X).
)"},
                                    {"src/jobs_all.erl", R"(-module(jobs_all).
-export([mail/1, call/1]).
mail(X) -> httpc:request(X).
call(X) -> X.
)"}});
  const Names both{"Shop.Jobs.mail/1", "Shop.Jobs.call/1"};
  EXPECT_EQ(possible(f, "Shop.Jobs.run/2"), both);
  EXPECT_EQ(possible(f, "Shop.Jobs.tries/2"), both);
  EXPECT_EQ(possible(f, "Shop.Jobs.mails/1"), (Names{"Shop.Jobs.mail/1"}));
  EXPECT_EQ(possible(f, "Shop.Jobs.steps/1"), (Names{"Shop.Jobs.mail/1"}));
  ASSERT_TRUE(f.has("Shop.Jobs.run/2", Effect::kHttp));
  EXPECT_TRUE(f.facts().effects.witness(f.function("Shop.Jobs.run/2"), Effect::kHttp)->possible);
  const Names erlang{"jobs_all:mail/1", "jobs_all:call/1"};
  EXPECT_EQ(possible(f, "jobs:run/2"), erlang);
  EXPECT_EQ(possible(f, "jobs:looked_up/2"), erlang);
  EXPECT_EQ(possible(f, "jobs:kept/1"), (Names{"jobs_all:call/1"}));
  EXPECT_EQ(possible(f, "jobs:wrong/1"), Names{});
}

TEST(Dispatch, AModuleThatNobodyNamesStaysUnknown) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", "defmodule A do\n  def f(m), do: m.get(1)\n  def get(x), do: x\nend\n"}});
  EXPECT_EQ(possible(f, "A.f/1"), Names{});
}

TEST(Names, ImportsAroundAModuleHoldInIt) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Shop.Text do
  def bold(x), do: x
end
defmodule Shop.Page do
  import Shop.Text
  defmodule Part do
    def show(x), do: bold(x)
  end
end
)"}});
  EXPECT_EQ(f.callees("Shop.Page.Part.show/1"), (Names{"Shop.Text.bold/1"}));
}

TEST(Names, WhatNobodyDefinesBelongsToNoModule) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", "defmodule A do\n  def f(x), do: {mystery(x), hd(x)}\nend\n"}});
  const auto calls = f.program().calls_of(f.function("A.f/1"));
  Names modules;
  for (const auto call : calls) modules.push_back(model::display_module(f.facts().calls.external(call)->module));
  EXPECT_EQ(modules, (Names{"", "Kernel"}));
}

TEST(Names, RecordsAndExceptionsDefineWhatTheyPromise) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Shop.Error do
  defexception [:message]
end
defmodule Shop.Jobs do
  require Record
  Record.defrecord(:job, id: nil)
  def id(j), do: job(j, :id)
  def fail, do: Shop.Error.exception(message: "no")
end
)"}});
  EXPECT_EQ(f.callees("Shop.Jobs.id/1"), (Names{"Shop.Jobs.job/2"}));
  EXPECT_EQ(f.callees("Shop.Jobs.fail/0"), (Names{"Shop.Error.exception/1"}));
}

TEST(Implied, RaiseBuildsItsException) {
  EXPECT_EQ(implied_by("raise \"text\""), (Names{"RuntimeError.exception/1", "erlang:error/3"}));
  EXPECT_EQ(implied_by("raise Shop.Error, id: x"), (Names{"Shop.Error.exception/1", "erlang:error/1"}));
}

TEST(Implied, InterpolationConvertsWhatIsNotText) {
  EXPECT_EQ(implied_by("\"a#{x} #{inspect(y)}\""), (Names{"String.Chars.to_string/1"}));
}

TEST(Implied, MembershipOfAShortListIsAComparison) {
  EXPECT_EQ(implied_by("x in [:a, :b]"), Names{});
  EXPECT_EQ(implied_by("x in [:a, y]"), (Names{"lists:member/2"}));
  EXPECT_EQ(implied_by("x in y"), (Names{"Enum.member?/2"}));
  EXPECT_EQ(implied_by("x in 1..y"), (Names{"Enum.member?/2", "Range.new/2"}));
  EXPECT_EQ(implied("defmodule M do\ndef f(x) when x in 1..3, do: x\nend\n"), Names{});
}

TEST(Implied, PathsOfPutInAreTakenApart) {
  EXPECT_EQ(implied_by("put_in(x.jobs[y], 1)"), (Names{"Access.get_and_update/3", "Map.get_and_update!/3"}));
  EXPECT_EQ(implied_by("put_in(x.jobs, 1)"), (Names{"Map.update!/3"}));
}

}  // namespace
}  // namespace beamwright::tests
