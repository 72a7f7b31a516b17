// What a review says about one place: what is wrong, what will happen in production, how the evidence runs, what to write
// instead.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "source/span.h"

namespace beamwright::findings {

enum class Family : std::uint8_t { kSupervision, kMailbox, kBottleneck, kBlocking, kState, kCluster };
inline constexpr std::size_t kFamilyCount = 6;

// By consequence. Ordered: a larger value is worse.
enum class Severity : std::uint8_t {
  kInfo,
  kLow,
  kMedium,    // a risk to weigh
  kHigh,      // an outage under load or failure
  kCritical,  // data or node lost, deadlock
};

// By evidence. kPossible never goes with a severity above kMedium.
enum class Confidence : std::uint8_t { kPossible, kLikely, kCertain };

std::string_view to_string(Family family);          // "supervision" …
std::string_view to_string(Severity severity);      // "medium" …
std::string_view to_string(Confidence confidence);  // "likely" …

// One step of evidence: a place and what happens there.
struct Step {
  source::Span span;
  std::string message;
};

// One replacement in the sources; an insertion where the span is empty.
struct Edit {
  source::Span span;
  std::string text;
};

// What to change so that the finding is gone: only where the change is mechanical, keeps what the code means for everybody else,
// and is wanted whatever the author had in mind.
struct Rewrite {
  std::string title;        // what it does, in the imperative: "Restart the later children too: :rest_for_one"
  std::vector<Edit> edits;  // in order of file and place, none touching another; empty: there is no such change
};

struct Finding {
  std::string_view code;  // "BW401"
  std::string_view name;  // "blocking-call-handler"
  Family family = Family::kSupervision;
  Severity severity = Severity::kMedium;
  Confidence confidence = Confidence::kLikely;
  source::Span span;
  std::string function;     // "Shop.Cart.handle_call/3", "payment:charge/2", or a module's name where no function is at stake
  std::string message;      // one sentence that names the process, the callers or the message at stake
  std::string why;          // the consequence in this place
  std::string fix;          // code or a concrete step
  Rewrite rewrite;          // the same as a change of the text, where that can be had
  std::vector<Step> path;   // from the place of the finding down to the cause
  bool structural = false;  // a fault of the design, which makes the verdict NEEDS-REDESIGN when serious (high or critical)
  // What makes the fingerprint beside code, function and file: text that survives moved lines and unrelated edits, such as the
  // callee or the message tag. Two findings of one function with the same key are told apart by their order.
  std::string key;
  std::string fingerprint;  // set by finish(): 16 hexadecimal digits
};

using Findings = std::vector<Finding>;

// kNotJudged: no function of any reviewed file could be read, so that there is nothing to say of them.
enum class Verdict : std::uint8_t { kShip, kFixFirst, kNeedsRedesign, kNotJudged };
std::string_view to_string(Verdict verdict);  // "SHIP", "FIX-FIRST", "NEEDS-REDESIGN", "NOT-JUDGED"

// Of a review that had something to judge.
Verdict verdict_of(const Findings& findings);

}  // namespace beamwright::findings
