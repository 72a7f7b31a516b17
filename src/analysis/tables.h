// Every table of the program that outlives a call: ETS and DETS tables, Mnesia tables, persistent terms and keys of the process
// dictionary, with who makes them, with which options, and everything that is done to them. A table is known by its name, also
// where helpers pass the name or the reference on; one without a name by the place that makes it. Semantics are those of OTP's
// documentation of ets, dets, mnesia and persistent_term.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/facts.h"

namespace beamwright::analysis {

using TableId = Id<struct TableTag>;
using TableUseId = Id<struct TableUseTag>;

enum class TableKind : std::uint8_t { kEts, kDets, kMnesia, kPersistentTerm, kProcessDictionary };
enum class TableAccess : std::uint8_t { kProtected, kPublic, kPrivate, kUnknown };
enum class TableSetting : std::uint8_t { kOff, kOn, kUnknown };

// Whose process makes the table, and so owns it.
enum class TableOwnerKind : std::uint8_t {
  kUnknown,      // an interface that nobody in sight calls
  kProcess,      // a process class
  kSupervisor,   // made in the start function of a process or in a supervisor's init: the supervisor's process runs it
  kApplication,  // the application master, which runs start/2
  kRequest,      // a process of a request, connection or job
  kTask,         // a spawned process
  kTool,         // a console command, mix task or compile time
  kTest,
};

struct TableOwner {
  TableOwnerKind kind = TableOwnerKind::kUnknown;
  ProcessId process;  // kProcess, kRequest: who; kSupervisor: the process whose start function it is, or the supervisor itself
  bool operator==(const TableOwner&) const = default;
};

// A place that makes a table, once for each way its name or options reach it.
struct TableCreation {
  CallId site;              // ets:new, ets:file2tab, dets:open_file, mnesia:create_table
  std::vector<CallId> via;  // the calls that give name and options through helpers, the nearest first
  FunctionId function;      // the outermost of them
  std::vector<TableOwner> owners;
  bool loaded = false;        // from a file: it has the options it was saved with
  bool options_known = true;  // every option was read; what is not read is kUnknown below
  Symbol type;                // set, ordered_set, bag, duplicate_bag; 0 when it is not known
  TableAccess access = TableAccess::kProtected;
  TableSetting named = TableSetting::kOff;
  TableSetting read_concurrency = TableSetting::kOff;
  TableSetting write_concurrency = TableSetting::kOff;
  TableSetting heir = TableSetting::kOff;
  std::int64_t key_position = 1;  // -1: not known
  std::vector<Symbol> storage;    // Mnesia: ram_copies, disc_copies, disc_only_copies; none given is ram_copies of this node
};

enum class TableOperation : std::uint8_t {
  kLookup,          // lookup, lookup_element, member, persistent_term:get, get
  kScan,            // match, select and the like: every row, unless the key is bound
  kTraverse,        // tab2list, foldl, first, next
  kInfo,            // info, whereis, size
  kInsert,          // insert, put, write, update_element
  kInsertNew,       // insert_new, put_new
  kUpdateCounter,   // update_counter
  kDeleteKey,       // delete/2, take, delete_object, erase
  kDeleteMatching,  // match_delete, select_delete
  kDeleteAll,       // delete_all_objects, clear_table
  kDeleteTable,     // delete/1, close, delete_table
  kGiveAway,
  kFix,        // safe_fixtable
  kSave,       // tab2file, to_dets
  kLoad,       // from_dets, init_table
  kSubscribe,  // mnesia:subscribe
  kCopy,       // add_table_copy, change_table_copy_type
};
std::string_view to_string(TableOperation operation);
std::string_view to_string(TableKind kind);
bool reads(TableOperation operation);
bool writes(TableOperation operation);

struct TableUse {
  TableId table;
  TableOperation operation = TableOperation::kLookup;
  CallId site;              // the call itself
  std::vector<CallId> via;  // the calls that give the table through helpers, the nearest first
  FunctionId function;      // the outermost of them: who runs this function does this to this table
  bool possible = false;    // one of several tables, or a default

  CallId outermost() const { return via.empty() ? site : via.back(); }
};

struct Table {
  TableKind kind = TableKind::kEts;
  // The name as people write it, `{Shop.Cache, _}` where parts are not known before it runs. Of a table without a name, the
  // place it is kept in or made.
  std::string name;
  Symbol atom;           // the name when it is an atom
  bool dynamic = false;  // made of parts: there may be many of them
  ModuleId module;       // of its first creation or else its first use
  std::vector<TableCreation> creations;
  std::vector<TableUseId> uses;  // by function and place

  // The setting that all creations agree on, as far as they are known; kUnknown without creations.
  TableAccess access() const;
  TableSetting read_concurrency() const;
  TableSetting write_concurrency() const;
};

// An operation whose table could not be told.
struct LostTableUse {
  TableKind kind;
  TableOperation operation;
  CallId site;
};

struct Tables {
  std::vector<Table> tables;  // by kind and name
  std::vector<TableUse> uses;
  std::vector<LostTableUse> lost;
  std::vector<TableUseId> by_function;           // grouped by function, in order of the text of the outermost call
  std::vector<std::uint32_t> first_of_function;  // by FunctionId, one more at the end

  const Table& table(TableId id) const { return tables[id.index]; }
  const TableUse& use(TableUseId id) const { return uses[id.index]; }
  std::span<const TableUseId> uses_in(FunctionId f) const {
    return {by_function.data() + first_of_function[f.index], first_of_function[f.index + 1] - first_of_function[f.index]};
  }
};

// Found when it is first asked for; any thread may ask.
const Tables& tables_of(const model::Program& program, const Facts& facts);

// What running a function does to tables in its own process, in order of the text, functions it calls included: the clear and the
// refill of `refresh() -> clear(), fill()`. `calls` leads from the function to the use's outermost call, which is the last.
struct TableStep {
  TableUseId use;
  std::vector<CallId> calls;
};
std::vector<TableStep> table_steps(const model::Program& program, const Facts& facts, const Tables& tables, FunctionId function);

}  // namespace beamwright::analysis
