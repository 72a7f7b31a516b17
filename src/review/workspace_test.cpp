// What a workspace keeps from one edit to the next is what a fresh one finds in the same texts.
#include "review/workspace.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "analysis/forest.h"
#include "analysis/on_demand.h"
#include "analysis/shared.h"

namespace beamwright::review {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSupervisor = R"(-module(shop_sup).
-behaviour(supervisor).
-export([start_link/0, init/1, start_counter/1]).
start_link() -> supervisor:start_link({local, shop_sup}, ?MODULE, []).
start_counter(Id) -> supervisor:start_child(shop_sup, {Id, {shop_counter, start_link, [Id]}, transient, 5000, worker, [shop_counter]}).
init([]) -> {ok, {{one_for_one, 3, 10}, children()}}.
children() -> [{cart, {shop_cart, start_link, []}, permanent, 5000, worker, [shop_cart]}, shop_names:child()].
)";
constexpr const char* kCart = R"(-module(shop_cart).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2, total/0]).
start_link() -> gen_server:start_link({local, shop_cart}, ?MODULE, [], []).
total() -> gen_server:call(shop_cart, total).
init([]) -> {ok, []}.
handle_call(total, _, S) -> {reply, shop_counter:sum(S), S}.
handle_cast(boot, S) -> shop_sup:start_counter(first), {noreply, S}.
)";
constexpr const char* kCounter = R"(-module(shop_counter).
-export([start_link/1, sum/1]).
start_link(Id) -> gen_server:start_link({local, Id}, ?MODULE, Id, []).
sum(Rows) -> timer:sleep(10), lists:sum(Rows).
)";
constexpr const char* kNames = R"(-module(shop_names).
-export([child/0]).
child() -> {names, {shop_names, start_link, []}, permanent, 1000, worker, [shop_names]}.
)";
constexpr const char* kApplication = R"(-module(shop_app).
-behaviour(application).
-export([start/2, stop/1]).
start(_, _) -> shop_sup:start_link().
stop(_) -> ok.
)";

constexpr const char* kTemplate = R"(defmodule Depot.Worker do
  defmacro __using__(_) do
    quote do
      use GenServer
      def start_link(arg), do: GenServer.start_link(__MODULE__, arg, name: __MODULE__)
      def perform(job), do: GenServer.call(__MODULE__, {:perform, job})
      def init(arg), do: {:ok, arg}
      def handle_call({:perform, job}, _from, state), do: {:reply, work(job), state}
    end
  end
end
)";
constexpr const char* kUser = R"(defmodule Depot.Thumbnails do
  use Depot.Worker
  def work(job), do: System.cmd("convert", [job])
end
)";

class WorkspaceEdits : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / ("workspace_edits_" + std::to_string(::getpid()) + "_" +
                                         ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(root_ / "src");
    put("shop_sup", kSupervisor), put("shop_cart", kCart), put("shop_counter", kCounter), put("shop_names", kNames);
    put("shop_app", kApplication);
    workspace_ = std::make_unique<Workspace>(options());
    update(*workspace_);
  }
  void TearDown() override { fs::remove_all(root_); }

  void put(const std::string& module, const std::string& text) { std::ofstream(path(module)) << text; }
  std::string path(const std::string& module) const {
    return (root_ / "src" / (module.ends_with(".ex") ? module : module + ".erl")).string();
  }

  CheckOptions options() const {
    CheckOptions options;
    options.path = root_.string();
    options.jobs = 2;
    return options;
  }

  static void update(Workspace& workspace) {
    ASSERT_EQ(workspace.update({}), Workspace::State::kReady) << workspace.reason();
    ASSERT_NE(workspace.review_all({}), nullptr);
  }

  // Everything that is kept, by names and places.
  static std::string described(const Workspace& workspace) {
    std::string text;
    workspace.look([&](const Basis& looked) {
      const model::Program& program = looked.program;
      const analysis::Facts& facts = looked.facts;
      const auto place = [&](analysis::ExprRef at) {
        return at ? std::to_string(at.unit.index) + ":" + std::to_string(program.unit(at.unit).expr(at.expr).begin) : "-";
      };
      const auto module = [&](model::ModuleId id) { return id ? std::string(program.module(id).name.text()) : "-"; };
      const auto function = [&](model::FunctionId id) { return id ? model::display_function(program, id) : "-"; };
      const analysis::Forest& forest = analysis::forest_of(program, facts);
      for (const auto& application : forest.applications)
        text += application.name + " " + function(application.start) + " " + std::to_string(application.tree.index) + "\n";
      for (const analysis::Tree& tree : forest.trees) {
        text += "tree " + module(tree.source) + " " + function(tree.function) + " " + place(tree.place) + " " +
                std::string(tree.strategy.text()) + "\n";
        for (const analysis::TreeChild& child : tree.children)
          text += "  " + child.id + " " + place(child.place) + " " + module(child.source) + " " +
                  std::string(child.restart.text()) + " " + child.shutdown + "\n";
        for (const analysis::ExprRef at : tree.added_at) text += "  added at " + place(at) + "\n";
      }
      for (std::uint32_t c = 0; c < program.call_units.size(); ++c) {
        const model::CallId site(c);
        text += analysis::callee_text(program, facts, site) + " " + std::to_string(facts.calls.callees[c].external) + " " +
                std::to_string(program.span_of(site).begin) + "\n";
      }
      for (std::uint32_t f = 0; f < program.functions.size(); ++f)
        text += function(model::FunctionId(f)) + " " + std::to_string(facts.effects.all[f].bits) + "\n";
    });
    return text;
  }

  const analysis::Reads* forest_reads() const {
    const analysis::Reads* reads = nullptr;
    workspace_->look([&](const Basis& looked) { reads = looked.facts.on_demand->forest_reads.get(); });
    return reads;
  }

  // Says whether the forest was kept.
  bool edit(const std::string& module, const std::string& text) {
    const analysis::Reads* before = forest_reads();
    held_[path(module)] = text;
    workspace_->hold(path(module), text);
    update(*workspace_);
    Workspace fresh(options());
    for (const auto& [file, now] : held_) fresh.hold(file, now);
    update(fresh);
    EXPECT_EQ(described(*workspace_), described(fresh)) << "after an edit of " << module;
    return forest_reads() == before;
  }

  fs::path root_;
  std::unique_ptr<Workspace> workspace_;
  std::map<std::string, std::string> held_;
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST_F(WorkspaceEdits, AFunctionMoreLeavesTheForestAsItWas) {
  EXPECT_TRUE(edit("shop_cart", std::string(kCart) + "\nadded(X) -> gen_server:call(X, y).\n"));
  EXPECT_TRUE(edit("shop_cart", "% first\n" + std::string(kCart)));
  EXPECT_TRUE(edit("shop_app", replaced(kApplication, "stop(_) -> ok.", "stop(_) -> shop_cart:total().")));
}

TEST_F(WorkspaceEdits, WhatTheForestIsMadeOfIsReadAgain) {
  EXPECT_FALSE(edit("shop_names", replaced(kNames, "permanent", "temporary")));
  EXPECT_FALSE(edit("shop_sup", replaced(kSupervisor, "one_for_one", "rest_for_one")));
  EXPECT_FALSE(edit("shop_cart", replaced(kCart, "start_counter(first)", "start_counter(second)")));
  EXPECT_FALSE(edit("shop_app", replaced(kApplication, "shop_sup:start_link()", "{ok, self()}")));
}

TEST_F(WorkspaceEdits, ANameThatWasAskedForInVainComesAndGoes) {
  EXPECT_FALSE(edit("shop_names", std::string(kNames) + "start_link() -> supervisor:start_link(shop_names, []).\n"));
  EXPECT_FALSE(edit("shop_names", kNames));
  edit("shop_names", replaced(kNames, "child() ->", "children() ->"));
  edit("shop_counter", replaced(kCounter, "sum(Rows) ->", "total(Rows) ->"));
  edit("shop_counter", kCounter);
}

TEST_F(WorkspaceEdits, TheCallerThatAddsAChildIsForgottenAndFound) {
  edit("shop_cart", replaced(kCart, "shop_sup:start_counter(first), ", ""));
  edit("shop_cart", kCart);
  edit("shop_counter", std::string(kCounter) + "more() -> shop_sup:start_counter(more).\n");
}

TEST_F(WorkspaceEdits, AnotherNameOrDirectiveOfAModuleIsNoticedEverywhere) {
  edit("shop_counter", replaced(kCounter, "-module(shop_counter)", "-module(shop_counters)"));
  edit("shop_counter", replaced(kCounter, "-export([start_link/1, sum/1]).", "-import(lists, [sum/1])."));
  edit("shop_cart", replaced(kCart, "-behaviour(gen_server).", "-behaviour(application)."));
  edit("shop_cart", kCart);
}

// A copy of a template is of two files: either may change, and so may which functions are copied.
TEST_F(WorkspaceEdits, WhatUseBringsIntoAModuleFollowsBothFiles) {
  put("worker.ex", kTemplate), put("thumbnails.ex", kUser);
  workspace_->look_again();
  update(*workspace_);
  edit("thumbnails.ex", replaced(kUser, "System.cmd(\"convert\", [job])", "job"));
  edit("thumbnails.ex", replaced(kUser, "def work", "def other(x), do: x\n  def work"));
  edit("worker.ex", replaced(kTemplate, "work(job)", "other(job)"));
  edit("worker.ex", replaced(kTemplate, "      def perform", "      def more(x), do: File.read(x)\n      def perform"));
  edit("thumbnails.ex", replaced(kUser, "def work", "def more(x), do: x\n  def work"));
  edit("shop_cart", "% first\n" + std::string(kCart));
  edit("thumbnails.ex", replaced(kUser, "  use Depot.Worker\n", ""));
  edit("thumbnails.ex", kUser);
  edit("thumbnails.ex", std::string(kUser) + "defmodule Depot.Previews do\n  use Depot.Worker\n  def work(job), do: job\nend\n");
  edit("worker.ex", "");
  edit("worker.ex", kTemplate);
}

TEST_F(WorkspaceEdits, SeveralFilesBetweenTwoReviews) {
  workspace_->hold(path("shop_cart"), "% moved\n\n" + std::string(kCart));
  held_[path("shop_cart")] = "% moved\n\n" + std::string(kCart);
  EXPECT_FALSE(edit("shop_sup", replaced(kSupervisor, "3, 10", "30, 10")));
}

}  // namespace
}  // namespace beamwright::review
