#include "app/replace_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace beamwright::app {
namespace {

class ReplaceFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "beamwright_replace_file_" + testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    std::ofstream(path()) << "old";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return folder_ + "/a.ex"; }
  std::string content() const {
    std::ostringstream text;
    text << std::ifstream(path()).rdbuf();
    return text.str();
  }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_), std::filesystem::directory_iterator()));
  }

  std::string folder_;
};

TEST_F(ReplaceFile, PutsTheNewTextInPlaceOfTheKnownOneAndKeepsTheMode) {
  ASSERT_EQ(::chmod(path().c_str(), 0751), 0);
  EXPECT_EQ(replace_file(path(), "old", "new"), "");
  EXPECT_EQ(content(), "new");
  struct stat status {};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0751u);
  EXPECT_EQ(files(), 1u);
}

TEST_F(ReplaceFile, LeavesAFileThatHasChangedSinceItWasRead) {
  EXPECT_EQ(replace_file(path(), "older", "new"), "has changed since it was read");
  EXPECT_EQ(content(), "old");
  EXPECT_EQ(files(), 1u);
}

TEST_F(ReplaceFile, LeavesAFileThatIsWriteProtected) {
  ASSERT_EQ(::chmod(path().c_str(), 0444), 0);
  EXPECT_EQ(replace_file(path(), "old", "new"), "is write-protected");
  EXPECT_EQ(content(), "old");
}

TEST_F(ReplaceFile, SaysWhenThereIsNoFile) {
  EXPECT_EQ(replace_file(folder_ + "/b.ex", "old", "new"), "cannot be written: No such file or directory");
}

}  // namespace
}  // namespace beamwright::app
