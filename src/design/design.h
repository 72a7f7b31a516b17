// The design of a reviewed system, as `beamwright map` shows it: applications, the supervision forest, processes with their
// contracts, tables, and the messages between them. Plain data, in words and numbers, sorted and with stable ids: every format
// renders this and asks nothing else.
//
// A process here is a class of processes, the module that they run: one node stands for one process or for many (Node::count).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "findings/finding.h"

namespace beamwright::design {

inline constexpr std::uint32_t kNone = UINT32_MAX;

enum class NodeKind : std::uint8_t {
  kApplication,
  kSupervisor,
  kProcess,
  kTable,     // of ETS, DETS or Mnesia, DETS or Mnesia
  kExternal,  // a child whose module is not among the reviewed sources: Registry, Phoenix.PubSub
  kUnknown,   // children that cannot be read from the sources
};
std::string_view to_string(NodeKind kind);  // "application" …

// A path relative to the reviewed root with its line and column, 1-based; line 0 and an empty path when there is none.
struct Place {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

// The answers to what a design must say of each of its processes.
struct Contract {
  std::string supervision;            // under whom, with which strategy and restart type
  std::string instances;              // one or many
  std::string mailbox_bound;          // what bounds its mailbox
  std::string lost_in_crash;          // what is gone when it crashes
  std::string watched;                // who looks at the length of its mailbox
  bool mailbox_is_unbounded = false;  // messages come that nobody waits for
  bool is_watched = false;
};

struct Node {
  std::string id;    // "supervisor:Shop.Core.Application", "process:Shop.Orders", "table:shop_stock"; unique and stable
  std::string name;  // as people call it
  std::string type;  // the behaviour as it is written, "ets set", "erlang.mk"; may be empty
  NodeKind kind = NodeKind::kProcess;
  Place place;
  std::uint32_t application = kNone;  // index of its node; of an application itself kNone
  // Supervisors. Unknown: an empty text, -1.
  std::string strategy;
  std::int64_t intensity = -1;
  std::int64_t period_seconds = -1;
  bool dynamic = false;            // starts its children while it runs
  bool children_complete = false;  // the children in Design::children are all there are at the start
  bool root = false;               // nobody among the nodes supervises it
  // Processes: "one", "many" or "unknown"; the names under which they register.
  std::string count;
  std::vector<std::string> names;
  bool per_request = false;  // one for each request, connection or job, started by a framework
  Contract contract;
};

// A supervisor and one of its children, in the order of their start.
struct Child {
  std::uint32_t supervisor = kNone;
  std::uint32_t node = kNone;
  std::uint32_t order = 0;
  std::string id;       // as written in the child specification; may be empty
  std::string restart;  // permanent, transient, temporary; empty when unknown
  bool conditional = false;
  bool many = false;  // started while the supervisor runs, any number of times
};

enum class FlowKind : std::uint8_t { kCall, kCast, kSend };
std::string_view to_string(FlowKind kind);  // "call", "cast", "send"

// One kind of message between two nodes, or from code that no process in sight runs (from is kNone).
struct Flow {
  FlowKind kind = FlowKind::kCall;
  std::uint32_t from = kNone;
  std::uint32_t to = kNone;
  std::string message;           // "{:put, …}"
  std::string sender;            // the function that sends
  Place place;                   // where
  std::int64_t timeout_ms = -1;  // of calls: INT64_MAX without limit, -1 unknown
  bool likely = false;           // the receiver is concluded, not written
  bool crosses = false;          // sender and receiver are restarted by different supervisors
  std::vector<std::string>
      origins;  // where no process is known: "requests", "spawned processes", "start", "users of the interface"
};

enum class UseKind : std::uint8_t { kOwns, kReads, kWrites };
std::string_view to_string(UseKind kind);  // "owns", "reads", "writes"

struct TableUse {
  std::uint32_t node = kNone;  // none: code that no process in sight runs
  std::uint32_t table = kNone;
  UseKind kind = UseKind::kReads;
  std::string function;
  Place place;
};

enum class LinkKind : std::uint8_t { kLink, kMonitor };
std::string_view to_string(LinkKind kind);  // "link", "monitor"

// A process links itself to another one or monitors it.
struct Link {
  LinkKind kind = LinkKind::kLink;
  std::uint32_t from = kNone;
  std::uint32_t to = kNone;
  std::string words;        // the other end where it is no node: "whoever calls it"
  bool with_start = false;  // the call starts the other end
  bool likely = false;      // `to` is concluded, not written
  std::string function;
  Place place;
};

struct Step {
  Place place;
  std::string message;
  std::uint32_t node = kNone;  // of a concern: the process or supervisor whose code stands there
};

// Slow work in a process that others wait for.
struct Blocking {
  std::uint32_t node = kNone;
  std::string effect;          // http, database …
  std::string words;           // "an HTTP request without a time limit"
  std::string handler;         // "Shop.Pricing.handle_call({:price, …})"
  std::int64_t bound_ms = -1;  // INT64_MAX without limit, -1 unknown
  bool possible = false;
  std::vector<Step> path;
};

// A finding on the node it concerns: a process, a supervisor, else the application (kNone when there is none of these).
struct Concern {
  std::uint32_t node = kNone;
  std::string rule, name, severity, confidence, function, message, why, fix, fingerprint;
  findings::Severity rank = findings::Severity::kInfo;
  Place place;
  std::vector<Step> path;
};

struct Design {
  std::string root;  // as the user named it
  std::string verdict;
  std::vector<Node> nodes;      // applications first, then supervisors, processes, tables, others; each by id
  std::vector<Child> children;  // by supervisor and order
  std::vector<Flow> flows;      // by from, to, kind, message, place
  std::vector<TableUse> table_uses;
  std::vector<Link> links;         // by from, to, kind, words, place
  std::vector<Blocking> blocking;  // by node, in order of the text
  std::vector<Concern> concerns;   // by node, worst first
};

// The findings of a node by severity; index is findings::Severity.
struct ConcernCounts {
  std::uint32_t of[5] = {};
  std::uint32_t all() const { return of[0] + of[1] + of[2] + of[3] + of[4]; }
};
std::vector<ConcernCounts> count_concerns(const Design& design);  // by node

}  // namespace beamwright::design
