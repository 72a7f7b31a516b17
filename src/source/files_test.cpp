#include "source/files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "source/test_folder.h"

namespace beamwright::source {
namespace {

SourceFile named(std::string path, std::string absolute_path = "") {
  SourceFile file;
  file.path = std::move(path);
  file.absolute_path = std::move(absolute_path);
  return file;
}

TEST(Files, ReadsAllBytes) {
  const TestFolder folder;
  const std::string bytes("\0\xff\r\n\xc3 defmodule", 15);
  const auto text = read_file(folder.write("a.ex", bytes));
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, bytes);
}

TEST(Files, ReadsAnEmptyFile) {
  const TestFolder folder;
  const auto text = read_file(folder.write("a.ex", ""));
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, "");
}

TEST(Files, ReadsAFileThatDoesNotSayItsSize) {
  const auto text = read_file("/proc/self/status");
  ASSERT_TRUE(text);
  EXPECT_NE(text->find("Name:"), std::string::npos);
}

TEST(Files, SaysWhyAFileCannotBeRead) {
  const TestFolder folder;
  const std::string missing = folder.path() + "/none.ex";
  EXPECT_EQ(read_file(missing).error(), "cannot read " + missing + ": No such file or directory");
  EXPECT_EQ(read_file(folder.path()).error(), "cannot read " + folder.path() + ": is a directory");
  EXPECT_EQ(read_file("/dev/zero").error(), "cannot read /dev/zero: is not a regular file");
  const std::string loop = folder.path() + "/loop.ex";
  folder.link("loop.ex", "loop.ex");
  EXPECT_EQ(read_file(loop).error(), "cannot read " + loop + ": Too many levels of symbolic links");
}

TEST(Files, NeverWaitsForAPipe) {
  const TestFolder folder;
  const std::string pipe = folder.path() + "/pipe.ex";
  folder.pipe("pipe.ex");
  EXPECT_EQ(read_file(pipe).error(), "cannot read " + pipe + ": is not a regular file");
}

TEST(Files, RefusesAFileBeyondTheLimit) {
  const TestFolder folder;
  const std::string path = folder.write("huge.ex", "");
  std::error_code failure;
  std::filesystem::resize_file(path, kMaxFileBytes + 1, failure);  // sparse: it takes no room on the disk
  ASSERT_FALSE(failure) << failure.message();
  EXPECT_EQ(read_file(path).error(), "cannot read " + path + ": larger than 32 MiB, which no source is");
}

TEST(Files, LoadsOnceAndKeepsTheText) {
  const TestFolder folder;
  FileTable files;
  const std::string path = folder.write("a.ex", "one\ntwo");
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

TEST(Files, AFileThatCannotBeLoadedStaysEmpty) {
  const TestFolder folder;
  FileTable files;
  const FileId id = files.add(named("gone.ex", folder.path() + "/gone.ex"));
  EXPECT_EQ(files.load(id).error(), "cannot be read: No such file or directory");
  EXPECT_EQ(files.file(id).text, "");
  EXPECT_EQ(files.position(id, 3), (Position{1, 1}));
}

TEST(Files, RowsStayInPlaceWhileThreadsAddMore) {
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

TEST(Files, ColumnsOfErlangFollowTheEncodingThatTheFileNames) {
  FileTable files;
  SourceFile latin1 = named("a.erl"), utf8 = named("b.erl");
  latin1.language = utf8.language = Language::kErlang;
  const FileId first = files.add_text(latin1, "%% coding: latin-1\n\"\xc3\xa9\".");
  const FileId second = files.add_text(utf8, "%% coding: utf-8\n\"\xc3\xa9\".");
  EXPECT_EQ(files.position(first, 23).column, 5u);
  EXPECT_EQ(files.position(second, 21).column, 4u);
}

}  // namespace
}  // namespace beamwright::source
