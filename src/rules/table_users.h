// Who works with a table: the processes that read it and those that write it, as far as they can be told. Rules about tables that
// many share live from this.
#pragma once

#include <string>
#include <vector>

#include "analysis/tables.h"
#include "rules/support.h"

namespace beamwright::rules {

struct TableUsers {
  std::vector<analysis::TableUseId> uses;  // in production, one a function
  std::vector<ModuleId> modules;           // of these functions
  std::vector<ProcessId> classes;          // process classes that run them
  bool requests = false;                   // one process per request, connection or job is among them
  bool many = false;                       // processes of a class with many instances are
  bool tasks = false;                      // spawned processes are
  bool outside = false;                    // an interface that nobody in sight calls
  bool possible = false;                   // some uses name the table only as one way, beside others that are not known
  std::vector<ModuleId> askers;            // other modules that get to these functions by calling them, at most kMostAskers
  static constexpr std::size_t kMostAskers = 8;
  // Do several processes at a time, for certain or as an interface allows?
  bool concurrent() const { return requests || many || tasks || classes.size() >= 2; }
};

// The users whose operation `wanted` accepts. What only starts, tools and tests do does not count, nor what a process does once,
// in init or terminate.
struct Counting {
  bool possible_too = false;  // uses that may be of this table or of another one, where no other table is known
  bool gaps = true;           // what is written where a look-up found nothing: a memory, which is soon read alone
};
TableUsers users_of(const Program& program, const Facts& facts, const analysis::Tables& tables, const analysis::Table& table,
                    bool (*wanted)(analysis::TableOperation), Counting counting = {});

// "in each connection_worker process, one process per request": who they are, for people; empty when nobody is known.
std::string users_text(const Program& program, const Facts& facts, const TableUsers& users);

// One step of evidence a use, at most `shown`: "shop_stats:count/1 writes it (ets:update_counter/3)".
std::vector<findings::Step> steps_of(const Program& program, const Facts& facts, const analysis::Tables& tables,
                                     const TableUsers& users, std::size_t shown);

}  // namespace beamwright::rules
