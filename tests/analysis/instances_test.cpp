// Functions that `use` puts into a module are that module's: what they call, who asks them, and what process runs them.
#include <gtest/gtest.h>

#include "analysis/instances.h"
#include "facts_of.h"

namespace beamwright::tests {
namespace {

using analysis::Effect;
using analysis::HandlerKind;
using Names = std::vector<std::string>;

const Text kTemplate{"lib/worker.ex", R"(defmodule Depot.Worker do
  defmacro __using__(_opts) do
    quote do
      use GenServer
      def start_link(arg), do: GenServer.start_link(__MODULE__, arg, name: __MODULE__)
      def perform(job), do: GenServer.call(__MODULE__, {:perform, job})
      def init(arg), do: {:ok, arg}
      def handle_call({:perform, job}, _from, state), do: {:reply, work(job), state}
      def limit, do: 10
      defoverridable limit: 0
    end
  end
end
)"};

FactsOf used(const std::string& body) {
  return FactsOf({kTemplate,
                  {"lib/thumbnails.ex", "defmodule Depot.Thumbnails do\n  use Depot.Worker\n" + body + "end\n"},
                  {"lib/web.ex", "defmodule Depot.Web do\n  def show(job), do: Depot.Thumbnails.perform(job)\nend\n"}});
}

TEST(Instances, CallTheFunctionsOfTheModuleThatUsesThem) {
  const FactsOf f = used("  def work(job), do: System.cmd(\"convert\", [job])\n");
  EXPECT_EQ(f.callees("Depot.Thumbnails.handle_call/3"), Names{"Depot.Thumbnails.work/1"});
  EXPECT_TRUE(f.has("Depot.Thumbnails.handle_call/3", Effect::kSubprocess));
}

TEST(Instances, AreCallbacksOfTheProcessAndTakeItsMessages) {
  const FactsOf f = used("  def work(job), do: job\n");
  ASSERT_EQ(f.handlers("Depot.Thumbnails", HandlerKind::kCall).size(), 1u);
  EXPECT_EQ(f.messages_to("Depot.Thumbnails"), Names{"call perform/2 from Depot.Thumbnails.perform/1"});
}

TEST(Instances, AreOneForEachModule) {
  const FactsOf f({kTemplate,
                   {"lib/a.ex", "defmodule A do\n  use Depot.Worker\n  def work(job), do: File.read(job)\nend\n"},
                   {"lib/b.ex", "defmodule B do\n  use Depot.Worker\n  def work(job), do: job\nend\n"}});
  EXPECT_TRUE(f.has("A.handle_call/3", Effect::kFile));
  EXPECT_FALSE(f.has("B.handle_call/3", Effect::kFile));
}

TEST(Instances, GiveWayToWhatTheModuleWritesWhereTheyMayBeOverridden) {
  const FactsOf f = used("  def limit, do: 20\n  def work(job), do: job\n");
  std::size_t limits = 0;
  for (const auto id : f.program().functions_of(f.program().module_of(f.function("Depot.Thumbnails.work/1"))))
    limits += model::display_function(f.program(), id) == "Depot.Thumbnails.limit/0" ? 1 : 0;
  EXPECT_EQ(limits, 1u);
}

TEST(Instances, AddTheirClausesToThoseOfTheModuleElsewhere) {
  const FactsOf f = used("  def handle_call(:stop, _from, state), do: {:stop, :normal, :ok, state}\n  def work(job), do: job\n");
  EXPECT_EQ(f.handlers("Depot.Thumbnails", HandlerKind::kCall).size(), 2u);
}

TEST(Instances, StandWhereTheTemplateIsWritten) {
  const FactsOf f = used("  def work(job), do: job\n");
  const auto id = f.function("Depot.Thumbnails.handle_call/3");
  ASSERT_TRUE(id);
  const model::Unit& unit = f.program().unit_of(id);
  EXPECT_TRUE(unit.is_instance());
  EXPECT_EQ(f.program().files->file(unit.file).path, "lib/worker.ex");
  EXPECT_EQ(f.program().files->position(unit.file, f.program().function(id).begin).line, 8u);
}

}  // namespace
}  // namespace beamwright::tests
