// Who can have a message in a server's mailbox before its init has ended, or between its init and a message that init leaves for
// the server itself. gen_server registers the name before it calls init (stdlib: gen, init_it), so whoever knows the name may
// send while init runs; a server without a name is known when start_link has returned, or when its init has told somebody.
#pragma once

#include "rules/support.h"

namespace beamwright::rules {

// Is it found by a name or a key, whether fixed or made: {via, Registry, {…}}?
bool is_found_by_name(const Program& program, const Facts& facts, const Process& process);

// Are the options of its start, the name with them, given by whoever starts it: start_link(module, options)?
bool may_be_given_name(const Program& program, const Facts& facts, const Process& process);

// The call in a clause of init that makes messages come which nobody in the sources sends: a socket opened in active mode, news
// of nodes. None when there is no such call.
CallId source_armed_in(const Program& program, const Facts& facts, const Handler& init);

// Somebody in sight, beside the process itself, who sends it a message that a clause takes; none when nobody does.
MessageId sent_by_others(const Program& program, const Facts& facts, const Process& process,
                         const std::vector<MessageId>& messages);

}  // namespace beamwright::rules
