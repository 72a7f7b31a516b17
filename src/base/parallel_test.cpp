#include "base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace beamwright {
namespace {

TEST(Parallel, DoesEachPieceOfWorkOnce) {
  for (const unsigned jobs : {0u, 1u, 2u, 7u}) {
    std::vector<std::atomic<int>> done(1000);
    parallel_for(done.size(), jobs, [&](std::size_t i) { ++done[i]; });
    for (const auto& count : done) EXPECT_EQ(count.load(), 1);
  }
}

TEST(Parallel, NothingToDoIsDoneAtOnce) {
  parallel_for(0, 4, [](std::size_t) { FAIL(); });
  SUCCEED();
}

TEST(Parallel, AnExceptionReachesTheCaller) {
  EXPECT_THROW(parallel_for(100, 3,
                            [](std::size_t i) {
                              if (i == 42) throw std::runtime_error("x");
                            }),
               std::runtime_error);
}

TEST(Parallel, TheDefaultIsAtLeastOneJob) { EXPECT_GE(default_jobs(), 1u); }

}  // namespace
}  // namespace beamwright
