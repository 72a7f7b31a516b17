// One line on a terminal that says how far a long review is. It appears after a second and leaves nothing behind.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

namespace beamwright::review {

class Progress {
 public:
  // Shows nothing unless `visible`, which the caller takes from whether stderr is a terminal.
  explicit Progress(bool visible) : visible_(visible) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  // A new stage: "Reading", of so many steps; none when they cannot be counted. Not thread-safe against step().
  void stage(std::string_view name, std::size_t steps = 0);
  // One step is done. Thread-safe.
  void step();
  // Takes the line away, before anything else is written.
  void clear();

 private:
  void show();

  const bool visible_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point shown_ = started_;
  std::string name_;
  std::size_t steps_ = 0;
  std::atomic<std::size_t> done_{0};
  std::mutex mutex_;
  bool drawn_ = false;
};

}  // namespace beamwright::review
