#include "analysis/tables.h"

#include <gtest/gtest.h>

#include "facts_of.h"

namespace beamwright::tests {
namespace {

using namespace analysis;
using Lines = std::vector<std::string>;

const Table* table(const FactsOf& f, const std::string& name) {
  for (const Table& t : tables_of(f.program(), f.facts()).tables)
    if (t.name == name) return &t;
  return nullptr;
}

// "insert in Shop.Cache.put/2" for each use, in order.
Lines uses(const FactsOf& f, const Table* t) {
  Lines lines;
  if (t == nullptr) return lines;
  const Tables& tables = tables_of(f.program(), f.facts());
  for (const TableUseId id : t->uses) {
    const TableUse& use = tables.use(id);
    lines.push_back(std::string(to_string(use.operation)) + " in " + model::display_function(f.program(), use.function));
  }
  return lines;
}

TEST(Tables, AreKnownByTheAttributeThatNamesThemWithTheirOptions) {
  const FactsOf f(std::vector<Text>{{"lib/cache.ex", R"(defmodule Shop.Cache do
  use GenServer
  @table :shop_cache
  @options [:named_table, :public, read_concurrency: true]
  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def init(_) do
    :ets.new(@table, [:ordered_set | @options])
    {:ok, nil}
  end
  def get(key), do: :ets.lookup(@table, key)
  def put(key, value), do: :ets.insert(@table, {key, value})
end
)"}});
  const Table* t = table(f, "shop_cache");
  ASSERT_NE(t, nullptr);
  ASSERT_EQ(t->creations.size(), 1u);
  const TableCreation& made = t->creations[0];
  EXPECT_EQ(made.type.text(), "ordered_set");
  EXPECT_EQ(made.access, TableAccess::kPublic);
  EXPECT_EQ(made.named, TableSetting::kOn);
  EXPECT_EQ(made.read_concurrency, TableSetting::kOn);
  EXPECT_EQ(made.write_concurrency, TableSetting::kOff);
  EXPECT_TRUE(made.options_known);
  ASSERT_EQ(made.owners.size(), 1u);
  EXPECT_EQ(made.owners[0].kind, TableOwnerKind::kProcess);
  EXPECT_EQ(uses(f, t), (Lines{"lookup in Shop.Cache.get/1", "insert in Shop.Cache.put/2"}));
}

TEST(Tables, HaveTheOptionsThatAListFunctionHandsOn) {
  const FactsOf f(std::vector<Text>{{"src/shards.erl", R"(-module(shards).
-export([start/0, get/1]).
start() -> new(shard, [public, {read_concurrency, true}]).
new(Name, Options) -> ets:new(Name, lists:usort([named_table | Options])).
get(Key) -> ets:lookup(shard, Key).
)"}});
  const Table* t = table(f, "shard");
  ASSERT_NE(t, nullptr);
  ASSERT_EQ(t->creations.size(), 1u);
  EXPECT_TRUE(t->creations[0].options_known);
  EXPECT_EQ(t->creations[0].named, TableSetting::kOn);
  EXPECT_EQ(t->read_concurrency(), TableSetting::kOn);
  EXPECT_EQ(t->access(), TableAccess::kPublic);
}

TEST(Tables, WhoseTypeTheCallerMayChooseHaveTheOtherOptionsThatAreWritten) {
  const FactsOf f(std::vector<Text>{{"src/payment_shared.erl", R"(-module(payment_shared).
-behaviour(gen_server).
-export([start_link/1, init/1]).
start_link(Options) -> gen_server:start_link({local, ?MODULE}, ?MODULE, {rows, Options}, []).
init({_, Options}) ->
    Type = maps:get(type, Options, ordered_set),
    {ok, ets:new(payment_rows, [Type, named_table, public])}.
)"}});
  const Table* t = table(f, "payment_rows");
  ASSERT_NE(t, nullptr);
  ASSERT_EQ(t->creations.size(), 1u);
  const TableCreation& made = t->creations[0];
  EXPECT_TRUE(made.options_known);
  EXPECT_FALSE(made.type);
  EXPECT_EQ(made.write_concurrency, TableSetting::kOff);
}

TEST(Tables, AreFollowedThroughWrappersThatMakeAndReadThem) {
  const FactsOf f(std::vector<Text>{{"src/stats.erl", R"(-module(stats).
-export([start/2, bump/1, seen/1]).
-behaviour(application).
-define(COUNTS, stats_counts).
start(_, _) -> create_table(?COUNTS, [{write_concurrency, true}]), create_table(stats_seen, [{keypos, 2}]), {ok, self()}.
create_table(Name, Options) -> ets:new(Name, [named_table, public | Options]).
bump(Key) -> add(?COUNTS, Key).
seen(Key) -> add(stats_seen, Key).
add(Table, Key) -> ets:update_counter(Table, Key, 1).
)"}});
  const Table* counts = table(f, "stats_counts");
  const Table* seen = table(f, "stats_seen");
  ASSERT_NE(counts, nullptr);
  ASSERT_NE(seen, nullptr);
  ASSERT_EQ(counts->creations.size(), 1u);
  EXPECT_EQ(counts->write_concurrency(), TableSetting::kOn);
  EXPECT_EQ(seen->write_concurrency(), TableSetting::kOff);
  EXPECT_EQ(seen->creations[0].key_position, 2);
  EXPECT_EQ(counts->creations[0].owners[0].kind, TableOwnerKind::kApplication);
  EXPECT_EQ(uses(f, counts), (Lines{"update_counter in stats:bump/1"}));
  EXPECT_EQ(uses(f, seen), (Lines{"update_counter in stats:seen/1"}));
}

TEST(Tables, OfOneCreationKeepTheirOwnNamesAndOptions) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-export([one/1, two/1]).
one(Id) -> make(name(one_, Id), options(true)).
two(Id) -> make(name(two_, Id), options(false)).
make(Name, Options) -> ets:new(Name, Options).
name(Kind, Id) -> list_to_atom(atom_to_list(Kind) ++ Id).
options(Write) -> [named_table, {write_concurrency, Write} | more()].
more() -> [public].
)"}});
  const Table* one = table(f, "one__");
  const Table* two = table(f, "two__");
  ASSERT_NE(one, nullptr);
  ASSERT_NE(two, nullptr);
  EXPECT_EQ(one->write_concurrency(), TableSetting::kOn);
  EXPECT_EQ(two->write_concurrency(), TableSetting::kOff);
  EXPECT_EQ(two->access(), TableAccess::kPublic);
}

TEST(Tables, WithoutANameAreFollowedThroughTheState) {
  const FactsOf f(std::vector<Text>{{"src/store.erl", R"(-module(store).
-behaviour(gen_server).
-export([init/1, handle_call/3]).
-record(state, {table}).
init(_) -> Table = ets:new(rows, [private]), {ok, #state{table = Table}}.
handle_call({get, Key}, _, #state{table = Table} = State) -> {reply, ets:lookup(Table, Key), State};
handle_call({put, Row}, _, State) -> ets:insert(State#state.table, Row), {reply, ok, State}.
)"},
                                    {"lib/bag.ex", R"(defmodule Bag do
  use GenServer
  def init(_), do: {:ok, :ets.new(:bag, [:bag])}
  def handle_call(:all, _, table), do: {:reply, :ets.tab2list(table), table}
end
)"}});
  const Table* rows = table(f, "rows without a name, of store:init/1");
  ASSERT_NE(rows, nullptr);
  EXPECT_EQ(rows->access(), TableAccess::kPrivate);
  EXPECT_EQ(uses(f, rows), (Lines{"lookup in store:handle_call/3", "insert in store:handle_call/3"}));
  EXPECT_EQ(uses(f, table(f, "bag without a name, of Bag.init/1")), (Lines{"traverse in Bag.handle_call/3"}));
}

TEST(Tables, MadeWhereAProcessIsStartedBelongToTheSupervisor) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Shop.Cache do
  use GenServer
  def start_link(_) do
    :ets.new(:early, [:named_table])
    GenServer.start_link(__MODULE__, [])
  end
  def init(_), do: {:ok, nil}
end
)"}});
  const Table* t = table(f, "early");
  ASSERT_NE(t, nullptr);
  EXPECT_EQ(t->creations[0].owners[0].kind, TableOwnerKind::kSupervisor);
}

TEST(Tables, WithNamesMadeOfPartsAreOneWithManyInstances) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Shop.Shapes do
  def create(id), do: :ets.new(name(id), [:named_table, :public])
  def get(id, key), do: :ets.lookup(name(id), key)
  defp name(id), do: :"shapes_#{id}"
end
defmodule Shop.Flags do
  def put(id, value), do: :persistent_term.put({__MODULE__, id}, value)
  def get(id), do: :persistent_term.get({__MODULE__, id})
end
)"}});
  const Table* shapes = table(f, "shapes__");
  ASSERT_NE(shapes, nullptr);
  EXPECT_TRUE(shapes->dynamic);
  EXPECT_EQ(shapes->creations.size(), 1u);
  EXPECT_EQ(uses(f, shapes), (Lines{"lookup in Shop.Shapes.get/2"}));
  const Table* flags = table(f, "{Shop.Flags, _}");
  ASSERT_NE(flags, nullptr);
  EXPECT_EQ(flags->kind, TableKind::kPersistentTerm);
  EXPECT_EQ(uses(f, flags), (Lines{"insert in Shop.Flags.put/2", "lookup in Shop.Flags.get/1"}));
}

TEST(Tables, OfMnesiaAreNamedByRecordsAndPairs) {
  const FactsOf f(std::vector<Text>{{"src/roster.erl", R"(-module(roster).
-export([init/0, add/1, get/1]).
-record(roster, {key, value}).
init() -> mnesia:create_table(roster, [{disc_copies, [node()]}, {attributes, record_info(fields, roster)}]),
          mnesia:subscribe({table, roster, simple}).
add(K) -> mnesia:dirty_write(#roster{key = K}).
get(K) -> mnesia:dirty_read({roster, K}).
)"}});
  const Table* t = table(f, "roster");
  ASSERT_NE(t, nullptr);
  ASSERT_EQ(t->creations.size(), 1u);
  ASSERT_EQ(t->creations[0].storage.size(), 1u);
  EXPECT_EQ(t->creations[0].storage[0].text(), "disc_copies");
  EXPECT_EQ(uses(f, t), (Lines{"subscribe in roster:init/0", "insert in roster:add/1", "lookup in roster:get/1"}));
}

TEST(Tables, StepsOfAFunctionAreInOrderThroughTheFunctionsItCalls) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Shop.Prices do
  def refresh(rows) do
    clear()
    Enum.each(rows, fn row -> :ets.insert(:prices, row) end)
  end
  defp clear(), do: :ets.delete_all_objects(:prices)
end
)"}});
  const Tables& tables = tables_of(f.program(), f.facts());
  Lines lines;
  for (const TableStep& step : table_steps(f.program(), f.facts(), tables, f.function("Shop.Prices.refresh/1")))
    lines.emplace_back(to_string(tables.use(step.use).operation));
  EXPECT_EQ(lines, (Lines{"delete_all", "insert"}));
}

TEST(Tables, LoadedFromAFileAreCreationsAndUnknownNamesAreCounted) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-export([find/2, other/2]).
find(File, Key) -> {ok, Table} = ets:file2tab(File), ets:lookup(Table, Key).
other(Message, Key) -> {_, Table} = binary_to_term(Message), ets:lookup(Table, Key).
)"}});
  const Tables& tables = tables_of(f.program(), f.facts());
  const Table* t = table(f, "without a name, of a:find/2");
  ASSERT_NE(t, nullptr);
  EXPECT_TRUE(t->creations[0].loaded);
  EXPECT_EQ(uses(f, t), (Lines{"lookup in a:find/2"}));
  EXPECT_EQ(tables.lost.size(), 1u);
}

}  // namespace
}  // namespace beamwright::tests
