// Which other node a piece of code addresses: the node of a remote call, or of a request to {Name, Node}. Rules about clusters
// share these questions.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

// The argument of a call, counted from 1; none when there are fewer.
ExprId argument_at(const Program& program, CallId site, std::size_t number);

// node() itself, also through variables: nothing of it goes over the network.
bool is_own_node(const Program& program, const Facts& facts, CallId site, ExprId node);

// [node()] as the argument with this number, counted from 1: no other node is asked.
bool names_own_node_alone(const Program& program, const Facts& facts, CallId site, std::size_t number);

// rpc:call, rpc:block_call, erpc:call and their like: one function on one node, which the caller waits for.
bool is_remote_call(const analysis::External* external);

// The second element of the {Name, Node} that a request, a cast or a bare message goes to; none for every other target and for
// this node itself.
ExprId node_of_target(const Program& program, const Facts& facts, CallId site);

// Does the code around a request ask on which node its target lives, `case node(Pid) of N when N =:= node() -> …; _ -> request`,
// and is the request made where that is another node?
bool is_on_other_node(const Program& program, const Facts& facts, CallId site);

// The node that a call waits for: of a remote call, or of a request to {Name, Node}. None where there is none, where it is this
// node, and where the caller does not wait.
ExprId node_waited_for(const Program& program, const Facts& facts, CallId site);

// Does a process in sight run the function, or one that serves a request, or a task?
bool is_run_in_sight(const Facts& facts, FunctionId function);

// A process that many share and that has synchronous callers in sight, if it may run the function.
ProcessId waited_for(const Program& program, const Facts& facts, FunctionId function);

// ", run by Shop.Cart and Shop.Stock"; nothing when nobody in sight runs it.
std::string run_by_text(const Program& program, const Facts& facts, FunctionId function);

// Does the module build names of processes on its own node, {Name, node()}? Then a server that is given to it may be such a name
// of another node.
bool names_processes_by_node(const Program& program, model::ModuleId module);

}  // namespace beamwright::rules
