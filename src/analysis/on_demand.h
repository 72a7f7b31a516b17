// Facts that only some rules want, and that look at the whole program: found when the first of them asks, kept for the others.
// Rules run side by side, so the first to come does the work and the rest wait for it.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "model/program.h"

namespace beamwright::source {
struct Application;
}

namespace beamwright::analysis {

struct Forest;
class Reads;
struct States;
struct Tables;
struct ValueSources;

struct OnDemand {
  std::once_flag states_once;
  std::shared_ptr<const States> states;
  std::once_flag value_sources_once;
  std::shared_ptr<const ValueSources> value_sources;
  std::once_flag tables_once;
  std::shared_ptr<const Tables> tables;
  std::once_flag forest_once;
  std::shared_ptr<const Forest> forest;
  std::shared_ptr<Reads> forest_reads;                             // null when nobody keeps what the forest was made of
  std::vector<model::CallId> adding_sites;                         // then: the calls that add children to it
  const std::vector<source::Application>* applications = nullptr;  // what the manifests say; null when nobody read them
};

}  // namespace beamwright::analysis
