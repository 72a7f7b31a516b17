// For tests: a folder on disk that lives as long as the object.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace beamwright::source {

class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "beamwright_XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("cannot make a folder for the test");
    path_ = std::filesystem::canonical(name).string();
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }

  // Writes a file, making the folders it needs, and gives its absolute path.
  std::string write(const std::string& name, const std::string& text) const {
    const std::string file = path_ + "/" + name;
    std::filesystem::create_directories(std::filesystem::path(file).parent_path());
    std::ofstream out(file, std::ios::binary);
    out << text;
    if (!out.flush()) throw std::runtime_error("cannot write " + file);
    return file;
  }
  void link(const std::string& name, const std::string& target) const {
    const std::string file = path_ + "/" + name;
    std::filesystem::create_directories(std::filesystem::path(file).parent_path());
    if (symlink(target.c_str(), file.c_str()) != 0) throw std::runtime_error("cannot link " + file);
  }
  void pipe(const std::string& name) const {
    if (mkfifo((path_ + "/" + name).c_str(), 0600) != 0) throw std::runtime_error("cannot make the pipe " + name);
  }

 private:
  std::string path_;
};

}  // namespace beamwright::source
