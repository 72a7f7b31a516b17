#include <gtest/gtest.h>

#include "analysis/links.h"
#include "facts_of.h"

namespace beamwright::tests {
namespace {

using Lines = std::vector<std::string>;

// "link A.f/1 -> B" for each link or monitor, in order of the text.
Lines links(const FactsOf& f) {
  Lines lines;
  for (const analysis::Link& link : analysis::links_of(f.program(), f.facts())) {
    const char* kind = link.kind == analysis::LinkKind::kLink      ? "link "
                       : link.kind == analysis::LinkKind::kMonitor ? "monitor "
                                                                   : "nodes ";
    std::string other = link.words;
    if (link.name) other = model::display_module(link.name);
    if (link.other) other = "process " + model::display_module(f.program().module(f.facts().process(link.other).module).name);
    lines.push_back(kind + model::display_function(f.program(), link.function) + " -> " + other +
                    (link.with_start ? ", started" : ""));
  }
  return lines;
}

TEST(Links, AMonitorKnowsWhomItWatches) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Store do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def init(_), do: {:ok, nil}
end
defmodule Desk do
  use GenServer
  def init(pid) do
    Process.monitor(Store)
    store = Process.whereis(Store)
    Process.link(store)
    Process.monitor(Elsewhere)
    :net_kernel.monitor_nodes(true)
    {:ok, pid}
  end
  def handle_call({:take, pid}, {caller, _}, state) do
    Process.monitor(caller)
    Process.monitor(pid)
    {:reply, :ok, state}
  end
end
)"}});
  EXPECT_EQ(links(f),
            (Lines{"link Store.start_link/1 -> process Store, started", "monitor Desk.init/1 -> process Store",
                   "link Desk.init/1 -> process Store", "monitor Desk.init/1 -> Elsewhere", "nodes Desk.init/1 -> other nodes",
                   "monitor Desk.handle_call/3 -> whoever calls it", "monitor Desk.handle_call/3 -> a process it is given"}));
}

TEST(Links, WhatIsSpawnedIsLinkedOrMonitoredAtOnce) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-export([go/0]).
go() ->
    spawn_link(fun() -> ok end),
    {_, _} = spawn_monitor(fun() -> ok end).
)"},
                                    {"lib/b.ex", "defmodule B do\n  def go, do: Task.await(Task.async(fn -> 1 end))\nend\n"}});
  EXPECT_EQ(links(f), (Lines{"monitor B.go/0 -> a task, started", "link B.go/0 -> a task, started",
                             "link a:go/0 -> a process it spawns, started", "monitor a:go/0 -> a process it spawns, started"}));
}

}  // namespace
}  // namespace beamwright::tests
