#include "review/headers.h"

#include <gtest/gtest.h>

#include <thread>

#include "source/test_folder.h"

namespace beamwright::review {
namespace {

class HeadersTest : public testing::Test {
 protected:
  void discover() {
    Result<source::Discovery> found = source::discover(folder_.path(), {});
    ASSERT_TRUE(found) << found.error();
    discovery_ = std::move(*found);
    headers_ = std::make_unique<Headers>(discovery_, folder_.path() + "/otp");
  }
  source::FileId file(const std::string& path) {
    for (std::size_t i = 0; i < discovery_.files->size(); ++i) {
      if (discovery_.files->file(source::FileId(i)).path == path) return source::FileId(i);
    }
    ADD_FAILURE() << path << " is not among the files";
    return {};
  }
  // The text of the header that a file includes; "none" when there is none.
  std::string included(const std::string& path, const std::string& from) {
    const auto header = headers_->include(path, file(from));
    return header.file ? std::string(header.text) : "none";
  }
  std::string from_library(const std::string& path, const std::string& from) {
    const auto header = headers_->include_lib(path, file(from));
    return header.file ? std::string(header.text) : "none";
  }

  source::TestFolder folder_;
  source::Discovery discovery_;
  std::unique_ptr<Headers> headers_;
};

TEST_F(HeadersTest, LooksBesideTheFileThenInIncludeThenInSrc) {
  folder_.write("src/a.app.src", "{application, a, []}.");
  folder_.write("src/a.erl", "");
  folder_.write("src/deep/b.erl", "");
  folder_.write("src/one.hrl", "src");
  folder_.write("include/one.hrl", "include");
  folder_.write("include/two.hrl", "two");
  discover();
  EXPECT_EQ(included("one.hrl", "src/a.erl"), "src");
  EXPECT_EQ(included("one.hrl", "src/deep/b.erl"), "include");
  EXPECT_EQ(included("two.hrl", "src/a.erl"), "two");
  EXPECT_EQ(included("../include/two.hrl", "src/a.erl"), "two");
  EXPECT_EQ(included("three.hrl", "src/a.erl"), "none");
}

TEST_F(HeadersTest, FindsLibrariesInTheProjectItsDependenciesAndOtp) {
  folder_.write("rebar.config", "{deps, [ranch]}.");
  folder_.write("apps/a/src/a.app.src", "{application, a, []}.");
  folder_.write("apps/a/src/a.erl", "");
  folder_.write("apps/b/src/other.app.src", "{application, other, []}.");
  folder_.write("apps/b/include/b.hrl", "b");
  folder_.write("deps/ranch/include/ranch.hrl", "ranch");
  folder_.write("deps/ranch/src/ranch.erl", "");
  folder_.write("otp/lib/kernel-8.9/include/file.hrl", "old");
  folder_.write("otp/lib/kernel-8.10/include/file.hrl", "new");
  discover();
  EXPECT_EQ(from_library("other/include/b.hrl", "apps/a/src/a.erl"), "b");  // by the application's name
  EXPECT_EQ(from_library("b/include/b.hrl", "apps/a/src/a.erl"), "b");      // by its folder's
  EXPECT_EQ(from_library("ranch/include/ranch.hrl", "apps/a/src/a.erl"), "ranch");
  EXPECT_EQ(from_library("kernel/include/file.hrl", "apps/a/src/a.erl"), "new");
  EXPECT_EQ(from_library("stdlib/include/none.hrl", "apps/a/src/a.erl"), "none");
  EXPECT_EQ(discovery_.files->file(headers_->include_lib("ranch/include/ranch.hrl", file("apps/a/src/a.erl")).file).role,
            source::Role::kDependency);
  EXPECT_EQ(discovery_.files->file(headers_->include_lib("b/include/b.hrl", file("apps/a/src/a.erl")).file).role,
            source::Role::kReviewed);
}

TEST_F(HeadersTest, ABuildMayPutAnyFolderOnTheIncludePath) {
  folder_.write("rebar.config", "{erl_opts, [{i, \"extra\"}]}.");
  folder_.write("src/a.erl", "");
  folder_.write("extra/x.hrl", "extra");
  folder_.write("src/misc/deep.hrl", "deep");
  discover();
  EXPECT_EQ(included("x.hrl", "src/a.erl"), "extra");
  EXPECT_EQ(included("deep.hrl", "src/a.erl"), "deep");  // by its name alone, which nothing else has here
}

TEST_F(HeadersTest, AHeaderIncludesRelativeToItself) {
  folder_.write("src/a.erl", "");
  folder_.write("src/parts/outer.hrl", "outer");
  folder_.write("src/parts/inner.hrl", "inner");
  discover();
  const auto outer = headers_->include("parts/outer.hrl", file("src/a.erl"));
  ASSERT_TRUE(outer.file);
  EXPECT_EQ(headers_->name(outer.file), "src/parts/outer.hrl");
  EXPECT_EQ(headers_->include("inner.hrl", outer.file).text, "inner");
}

TEST_F(HeadersTest, OddPathsFindNothing) {
  folder_.write("a.erl", "");
  folder_.pipe("pipe.hrl");
  discover();
  EXPECT_EQ(included("", "a.erl"), "none");
  EXPECT_EQ(included("/", "a.erl"), "none");
  EXPECT_EQ(included(".", "a.erl"), "none");
  EXPECT_EQ(included("pipe.hrl", "a.erl"), "none");
  EXPECT_EQ(included(std::string(100000, 'x'), "a.erl"), "none");
  EXPECT_EQ(included(std::string("a\0.hrl", 6), "a.erl"), "none");
  EXPECT_EQ(from_library("nothing", "a.erl"), "none");
  EXPECT_EQ(from_library("/etc", "a.erl"), "none");
}

TEST_F(HeadersTest, AHeaderIsReadOnceByAllThreads) {
  folder_.write("src/a.app.src", "{application, a, []}.");
  for (int i = 0; i < 20; ++i) folder_.write("include/h" + std::to_string(i) + ".hrl", std::to_string(i));
  folder_.write("src/a.erl", "");
  folder_.write("src/sub/b.erl", "");
  discover();
  const auto a = file("src/a.erl"), b = file("src/sub/b.erl");
  const std::size_t before = discovery_.files->size();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 20; ++i) {
          const auto header = headers_->include("h" + std::to_string(i) + ".hrl", t % 2 ? a : b);
          ASSERT_EQ(header.text, std::to_string(i));
        }
      });
    }
  }
  EXPECT_EQ(discovery_.files->size(), before + 20);
}

}  // namespace
}  // namespace beamwright::review
