// Redraws at most ten times a second, and never waits for a thread that is drawing.
#include "review/progress.h"

#include <unistd.h>

namespace beamwright::review {
namespace {

using namespace std::chrono_literals;

void write_to_terminal(std::string_view text) {
  // A terminal that cannot be written to is no reason to stop.
  [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

void Progress::stage(std::string_view name, std::size_t steps) {
  if (!visible_) return;
  name_ = name;
  steps_ = steps;
  done_.store(0, std::memory_order_relaxed);
  if (std::chrono::steady_clock::now() - started_ > 1s) show();
}

void Progress::step() {
  done_.fetch_add(1, std::memory_order_relaxed);
  if (!visible_) return;
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - started_ < 1s || now - shown_ < 100ms) return;
  shown_ = now;
  show();
}

void Progress::show() {
  std::string line = "\r\x1b[K" + name_;
  if (steps_ > 0) line += " " + std::to_string(done_.load(std::memory_order_relaxed)) + " of " + std::to_string(steps_);
  write_to_terminal(line);
  drawn_ = true;
}

void Progress::clear() {
  if (drawn_) write_to_terminal("\r\x1b[K");
  drawn_ = false;
}

}  // namespace beamwright::review
