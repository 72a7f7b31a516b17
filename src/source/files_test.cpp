#include "source/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace beamwright::source {
namespace {

// A folder that lives as long as one test.
class FilesTest : public testing::Test {
 protected:
  FilesTest() {
    std::string name = (std::filesystem::temp_directory_path() / "beamwright_XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~FilesTest() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  std::string folder_;
};

SourceFile named(std::string path, std::string absolute_path = "") {
  SourceFile file;
  file.path = std::move(path);
  file.absolute_path = std::move(absolute_path);
  return file;
}

TEST_F(FilesTest, ReadsAllBytes) {
  const std::string bytes("\0\xff\r\n\xc3 defmodule", 15);
  const auto text = read_file(write("a.ex", bytes));
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, bytes);
}

TEST_F(FilesTest, ReadsAnEmptyFile) {
  const auto text = read_file(write("a.ex", ""));
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, "");
}

TEST_F(FilesTest, ReadsAFileThatDoesNotSayItsSize) {
  const auto text = read_file("/proc/self/status");
  ASSERT_TRUE(text);
  EXPECT_NE(text->find("Name:"), std::string::npos);
}

TEST_F(FilesTest, SaysWhyAFileCannotBeRead) {
  const std::string missing = folder_ + "/none.ex";
  EXPECT_EQ(read_file(missing).error(), "cannot read " + missing + ": No such file or directory");
  EXPECT_EQ(read_file(folder_).error(), "cannot read " + folder_ + ": is a directory");
  EXPECT_EQ(read_file("/dev/zero").error(), "cannot read /dev/zero: is not a regular file");
  const std::string loop = folder_ + "/loop.ex";
  ASSERT_EQ(symlink("loop.ex", loop.c_str()), 0);
  EXPECT_EQ(read_file(loop).error(), "cannot read " + loop + ": Too many levels of symbolic links");
}

TEST_F(FilesTest, NeverWaitsForAPipe) {
  const std::string pipe = folder_ + "/pipe.ex";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(read_file(pipe).error(), "cannot read " + pipe + ": is not a regular file");
}

TEST_F(FilesTest, RefusesAFileBeyondTheLimit) {
  const std::string path = write("huge.ex", "");
  std::error_code failure;
  std::filesystem::resize_file(path, kMaxFileBytes + 1, failure);  // sparse: it takes no room on the disk
  ASSERT_FALSE(failure) << failure.message();
  EXPECT_EQ(read_file(path).error(), "cannot read " + path + ": larger than 1 GiB, which no source is");
}

TEST_F(FilesTest, LoadsOnceAndKeepsTheText) {
  FileTable files;
  const std::string path = write("a.ex", "one\ntwo");
  const FileId id = files.add(named("a.ex", path));
  EXPECT_EQ(files.file(id).text, "");
  EXPECT_EQ(files.file(id).id, id);
  ASSERT_TRUE(files.load(id));
  std::filesystem::remove(path);
  const auto again = files.load(id);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, "one\ntwo");
  EXPECT_EQ(files.file(id).text.data(), again->data());
  EXPECT_EQ(files.position(id, 5), (Position{2, 2}));
  EXPECT_EQ(files.lines(id).line_text(2), "two");
}

TEST_F(FilesTest, AFileThatCannotBeLoadedStaysEmpty) {
  FileTable files;
  const FileId id = files.add(named("gone.ex", folder_ + "/gone.ex"));
  EXPECT_FALSE(files.load(id));
  EXPECT_EQ(files.file(id).text, "");
  EXPECT_EQ(files.position(id, 3), (Position{1, 1}));
}

TEST_F(FilesTest, RowsStayInPlaceWhileThreadsAddMore) {
  FileTable files;
  const FileId first = files.add_text(named("first.hrl"), "first");
  const SourceFile* address = &files.file(first);
  constexpr int kThreads = 4, kEach = 500;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&files, t] {
        for (int i = 0; i < kEach; ++i) {
          const std::string text = std::to_string(t) + "\n" + std::to_string(i);
          const FileId id = files.add_text(named(text), text);
          ASSERT_EQ(files.file(id).text, text);
          ASSERT_EQ(files.position(id, 2).line, 2u);
        }
      });
    }
  }
  EXPECT_EQ(files.size(), 1u + kThreads * kEach);
  EXPECT_EQ(&files.file(first), address);
  for (std::size_t i = 1; i < files.size(); ++i) ASSERT_EQ(files.file(FileId(i)).text, files.file(FileId(i)).path);
}

}  // namespace
}  // namespace beamwright::source
