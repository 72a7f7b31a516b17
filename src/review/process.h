// Running another program and taking what it prints. No shell is between: arguments are passed as they are.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace beamwright::review {

// The standard output of a program that ended with 0. The error is the line of its standard error that says why (fatal: …, else
// the last), or why it could not be started. `environment` holds NAME=VALUE, added to ours.
Result<std::string> run_program(const std::vector<std::string>& arguments, const std::vector<std::string>& environment = {});

// A new folder below the system's folder for such, which goes with everything in it when the object goes.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> make();
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();
  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace beamwright::review
