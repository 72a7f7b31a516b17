// Which project an edit and the end of the work are about, wherever the host was started.
#include "serve/hook_project.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "source/test_folder.h"

namespace beamwright::serve {
namespace {

class HookProjects : public testing::Test {
 protected:
  std::string at(const std::string& path) const { return folder_.path() + (path.empty() ? "" : "/" + path); }
  std::string of_edit(const std::string& folder, const std::string& file, const std::string& home = "") const {
    return relative(project_of_edit(at(folder), at(file), home).path);
  }
  std::string of_end(const std::string& folder, const std::string& home = "") const {
    const auto project = project_of_end(at(folder), home);
    return project ? relative(project->path) : "nothing";
  }
  std::string relative(const std::string& path) const {
    return path.starts_with(at("") + "/") ? path.substr(at("").size() + 1) : path;
  }

  source::TestFolder folder_;
};

TEST_F(HookProjects, AreTheFoldersThatHostsNameWhereTheseAreProjects) {
  for (const char* mark : {"a/mix.exs", "b/rebar.config", "c/erlang.mk", "d/.git/HEAD", "e/.beamwright.toml"}) {
    folder_.write(mark, "");
    const std::string project(1, mark[0]);
    folder_.write(project + "/apps/one/mix.exs", "");
    EXPECT_EQ(of_edit(project, project + "/apps/one/lib/x.ex"), project) << mark;
    EXPECT_EQ(of_end(project), project) << mark;
    EXPECT_FALSE(project_of_edit(at(project), at(project + "/lib/x.ex"), "").other);
  }
}

TEST_F(HookProjects, AreFoundAroundAFileBelowAFolderThatIsNone) {
  folder_.write("work/shop/mix.exs", "");
  folder_.write("work/shop/apps/cart/mix.exs", "");
  folder_.write("work/tree/.git/HEAD", "");
  folder_.write("work/tree/services/one/rebar.config", "");
  EXPECT_EQ(of_edit("", "work/shop/apps/cart/lib/x.ex"), "work/shop");
  EXPECT_EQ(of_edit("work", "work/tree/services/one/src/x.erl"), "work/tree");
  EXPECT_TRUE(project_of_edit(at("work"), at("work/shop/lib/x.ex"), "").other);
  EXPECT_EQ(of_edit("work", "work/notes/x.ex"), "work/notes/x.ex");
  EXPECT_EQ(of_end("work"), "nothing");
}

TEST_F(HookProjects, AreFoundAboveAFolderInside) {
  folder_.write("home/shop/mix.exs", "");
  folder_.write("home/shop/lib/shop/x.ex", "");
  EXPECT_EQ(of_edit("home/shop/lib/shop", "home/shop/lib/shop/x.ex", at("home")), "home/shop");
  EXPECT_EQ(of_end("home/shop/lib", at("home")), "home/shop");
}

TEST_F(HookProjects, AreNotHomesThatAreKeptInGit) {
  folder_.write("home/.git/HEAD", "");
  folder_.write("home/shop/mix.exs", "");
  folder_.write("home/x.ex", "");
  folder_.write("home/loose/x.ex", "");
  EXPECT_EQ(of_edit("home", "home/shop/lib/x.ex", at("home")), "home/shop");
  EXPECT_EQ(of_edit("home", "home/x.ex", at("home")), "home/x.ex");
  EXPECT_EQ(of_edit("home/loose", "home/loose/x.ex", at("home")), "home/loose");
  EXPECT_EQ(of_end("home", at("home")), "nothing");
  folder_.write("home/mix.exs", "");
  EXPECT_EQ(of_end("home", at("home")), "home") << "whoever puts a manifest into a home means it";
}

TEST_F(HookProjects, AreFoldersOfLooseSources) {
  folder_.write("loose/lib/deep/x.ex", "");
  EXPECT_EQ(of_edit("loose", "loose/lib/deep/x.ex"), "loose");
  EXPECT_EQ(of_end("loose"), "loose");
}

TEST_F(HookProjects, AreNotLookedForInThousandsOfFolders) {
  for (int i = 0; i < 600; ++i) std::filesystem::create_directories(at("large/" + std::to_string(i)));
  folder_.write("large/x.ex", "");
  EXPECT_EQ(of_edit("large", "large/x.ex"), "large/x.ex");
  EXPECT_EQ(of_end("large"), "nothing");
}

}  // namespace
}  // namespace beamwright::serve
