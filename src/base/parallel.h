// The only door to threads. Work is handed out by index, results go into slots by index, so that one thread and N threads
// produce the same bytes.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>
#include <thread>

namespace beamwright {

// How many jobs to use when the user does not say: the processors this process may run on, at least 1.
unsigned default_jobs();

// Calls work(i) once for each i in [0, count), on up to `jobs` threads including the caller's. Indices are taken in ascending
// order. An exception in any call is rethrown here after all threads have stopped; the rest of the work is then skipped.
void parallel_for(std::size_t count, unsigned jobs, const std::function<void(std::size_t)>& work);

// One thread beside the caller's, for a server whose protocol must stay awake while it works. The work is asked to stop, and
// waited for, when the object goes. It must not throw.
class Background {
 public:
  explicit Background(std::function<void(std::stop_token)> work) : thread_(std::move(work)) {}

 private:
  std::jthread thread_;
};

}  // namespace beamwright
