// A function that tells a process something and then reads the table which that process will fill when it gets to it. A cast
// returns when the message is sent, so the read may come first: nothing orders what two processes do unless one waits for the
// other.
#pragma once

#include <vector>

#include "analysis/tables.h"
#include "rules/support.h"

namespace beamwright::rules {

struct LateRead {
  FunctionId function;        // that tells and reads
  std::vector<CallId> told;   // from the call in `function` down to the one that sends the message
  HandlerId handler;          // the clause that writes when the message arrives
  analysis::TableStep write;  // its write; `calls` start in the clause
  analysis::TableStep read;   // `calls` start in `function`
  MessageId message;
  HandlerId by;          // the clause of a server in between that is called and passes it on; none when the function does so
  bool replied = false;  // `told` is a call, which `handler` answers before it writes
};

std::vector<LateRead> late_reads(const Program& program, const Facts& facts);

}  // namespace beamwright::rules
