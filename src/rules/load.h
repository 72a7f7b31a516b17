// Who runs a piece of code again and again: requests, processes of which there are many, or one server for each message that many
// send it. What is run at boot, by a person or by a timer of one process is no load.
#pragma once

#include <string>
#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

// What a piece of code does each time it is run.
enum class Doing : std::uint8_t {
  kWork,
  kRegistering,  // what comes round by a timer or a state of its own process is rare
};

// "by each request", "in each Shop.Session process for each {:add, …}", "in Shop.Stats for each {:count, …}, sent by …"; empty
// when nobody is seen to.
std::string load_on(const Program& program, const Facts& facts, FunctionId function, Doing doing = Doing::kWork);

// Is the process registered under a name that whoever starts it gives, `name: options[:name]`, `{local, Name}`? Nobody does that
// with a process for each request: it is one server, or one of a few, that many ask. False where some start gives no name.
bool has_given_name(const Program& program, const Facts& facts, ProcessId process);

// Is it one process, or one of a few that share out tenants, pools or listeners: by a fixed or a given name, or one that its
// supervisor starts with itself and whose pid is handed around? Not one that is started for each request, connection or key.
bool is_one_of_few(const Program& program, const Facts& facts, ProcessId process);

// Does one process for each request, connection or job run the function; also one that such a module spawns for itself, as a
// ranch_protocol does in its start_link?
bool serves_request(const Program& program, const Facts& facts, FunctionId function);

// Is the function run by processes that somebody spawns again and again: in a loop, in a function that goes round, for each
// message or request?
bool is_spawned_often(const Program& program, const Facts& facts, FunctionId function);

// Are there many processes of this class at a time: by its names, or because it is the child of a dynamic supervisor?
bool has_many(const Program& program, const Facts& facts, ProcessId process);

// Steps of evidence: the calls of the function in production, at most `shown`.
std::vector<findings::Step> calling_steps(const Program& program, const Facts& facts, FunctionId function, std::size_t shown);

}  // namespace beamwright::rules
