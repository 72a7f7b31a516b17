#include "analysis/table_operations.h"

#include <algorithm>
#include <span>

namespace beamwright::analysis {

namespace {

using Op = TableOperation;

struct Row {
  std::string_view name;
  Op operation;
  std::uint8_t argument = 0;
  std::uint8_t arity = 0;  // 0: any
};

// OTP stdlib: ets documentation.
constexpr Row kEts[] = {{"lookup", Op::kLookup},
                        {"lookup_element", Op::kLookup},
                        {"member", Op::kLookup},
                        {"match", Op::kScan, 0, 2},
                        {"match", Op::kScan, 0, 3},
                        {"match_object", Op::kScan, 0, 2},
                        {"match_object", Op::kScan, 0, 3},
                        {"select", Op::kScan, 0, 2},
                        {"select", Op::kScan, 0, 3},
                        {"select_reverse", Op::kScan, 0, 2},
                        {"select_reverse", Op::kScan, 0, 3},
                        {"select_count", Op::kScan},
                        {"tab2list", Op::kTraverse},
                        {"foldl", Op::kTraverse, 2},
                        {"foldr", Op::kTraverse, 2},
                        {"first", Op::kTraverse},
                        {"last", Op::kTraverse},
                        {"next", Op::kTraverse},
                        {"prev", Op::kTraverse},
                        {"first_lookup", Op::kTraverse},
                        {"last_lookup", Op::kTraverse},
                        {"next_lookup", Op::kTraverse},
                        {"prev_lookup", Op::kTraverse},
                        {"slot", Op::kTraverse},
                        {"table", Op::kTraverse},
                        {"info", Op::kInfo},
                        {"whereis", Op::kInfo},
                        {"insert", Op::kInsert},
                        {"update_element", Op::kInsert},
                        {"select_replace", Op::kInsert},
                        {"insert_new", Op::kInsertNew},
                        {"update_counter", Op::kUpdateCounter},
                        {"delete", Op::kDeleteTable, 0, 1},
                        {"delete", Op::kDeleteKey, 0, 2},
                        {"delete_object", Op::kDeleteKey},
                        {"take", Op::kDeleteKey},
                        {"match_delete", Op::kDeleteMatching},
                        {"select_delete", Op::kDeleteMatching},
                        {"delete_all_objects", Op::kDeleteAll},
                        {"give_away", Op::kGiveAway},
                        {"safe_fixtable", Op::kFix},
                        {"tab2file", Op::kSave},
                        {"to_dets", Op::kSave},
                        {"from_dets", Op::kLoad},
                        {"init_table", Op::kLoad}};

// OTP stdlib: dets documentation.
constexpr Row kDets[] = {{"lookup", Op::kLookup},
                         {"member", Op::kLookup},
                         {"match", Op::kScan, 0, 2},
                         {"match", Op::kScan, 0, 3},
                         {"match_object", Op::kScan, 0, 2},
                         {"match_object", Op::kScan, 0, 3},
                         {"select", Op::kScan, 0, 2},
                         {"select", Op::kScan, 0, 3},
                         {"foldl", Op::kTraverse, 2},
                         {"foldr", Op::kTraverse, 2},
                         {"traverse", Op::kTraverse},
                         {"first", Op::kTraverse},
                         {"next", Op::kTraverse},
                         {"info", Op::kInfo},
                         {"insert", Op::kInsert},
                         {"insert_new", Op::kInsertNew},
                         {"update_counter", Op::kUpdateCounter},
                         {"delete", Op::kDeleteKey},
                         {"delete_object", Op::kDeleteKey},
                         {"match_delete", Op::kDeleteMatching},
                         {"select_delete", Op::kDeleteMatching},
                         {"delete_all_objects", Op::kDeleteAll},
                         {"close", Op::kDeleteTable},
                         {"sync", Op::kSave},
                         {"to_ets", Op::kTraverse},
                         {"from_ets", Op::kLoad},
                         {"init_table", Op::kLoad}};

// OTP mnesia: mnesia documentation.
constexpr Row kMnesia[] = {{"read", Op::kLookup, 0, 2},
                           {"read", Op::kLookup, 0, 3},
                           {"wread", Op::kLookup},
                           {"dirty_read", Op::kLookup, 0, 2},
                           {"index_read", Op::kLookup},
                           {"dirty_index_read", Op::kLookup},
                           {"select", Op::kScan},
                           {"dirty_select", Op::kScan},
                           {"match_object", Op::kScan, 0, 3},
                           {"dirty_match_object", Op::kScan, 0, 2},
                           {"foldl", Op::kTraverse, 2},
                           {"foldr", Op::kTraverse, 2},
                           {"all_keys", Op::kTraverse},
                           {"dirty_all_keys", Op::kTraverse},
                           {"first", Op::kTraverse},
                           {"next", Op::kTraverse},
                           {"dirty_first", Op::kTraverse},
                           {"dirty_next", Op::kTraverse},
                           {"table_info", Op::kInfo},
                           {"write", Op::kInsert, 0, 3},
                           {"dirty_write", Op::kInsert, 0, 2},
                           {"dirty_update_counter", Op::kUpdateCounter, 0, 3},
                           {"delete", Op::kDeleteKey, 0, 3},
                           {"dirty_delete", Op::kDeleteKey, 0, 2},
                           {"delete_object", Op::kDeleteKey, 0, 3},
                           {"dirty_delete_object", Op::kDeleteKey, 0, 2},
                           {"clear_table", Op::kDeleteAll},
                           {"delete_table", Op::kDeleteTable},
                           {"add_table_copy", Op::kCopy},
                           {"change_table_copy_type", Op::kCopy},
                           {"del_table_copy", Op::kCopy}};

constexpr Row kPersistentTerm[] = {{"get", Op::kLookup, 0, 1},
                                   {"get", Op::kLookup, 0, 2},
                                   {"put", Op::kInsert},
                                   {"put_new", Op::kInsertNew},
                                   {"erase", Op::kDeleteKey}};

constexpr Row kProcessDictionary[] = {{"get", Op::kLookup, 0, 1},
                                      {"get", Op::kLookup, 0, 2},
                                      {"put", Op::kInsert, 0, 2},
                                      {"erase", Op::kDeleteKey, 0, 1},
                                      {"delete", Op::kDeleteKey, 0, 1}};

std::optional<TableFunction> among(TableKind kind, std::span<const Row> rows, const External& callee) {
  const std::string_view name = callee.name.text();
  for (const Row& row : rows) {
    if (row.name == name && (row.arity == 0 || row.arity == callee.arity)) {
      return TableFunction{.kind = kind, .operation = row.operation, .argument = row.argument};
    }
  }
  return {};
}

std::optional<TableFunction> ets_function(const External& callee) {
  const std::string_view name = callee.name.text();
  if (name == "new") return TableFunction{.creates = true, .options = 1};
  if (name == "file2tab") return TableFunction{.creates = true, .argument = UINT8_MAX};
  return among(TableKind::kEts, kEts, callee);
}

std::optional<TableFunction> dets_function(const External& callee) {
  if (callee.name.text() != "open_file") return among(TableKind::kDets, kDets, callee);
  const std::uint8_t options = callee.arity == 2 ? 1 : UINT8_MAX;
  return TableFunction{.kind = TableKind::kDets, .creates = true, .options = options};
}

std::optional<TableFunction> mnesia_function(const External& callee) {
  const std::string_view name = callee.name.text();
  const TableKind kind = TableKind::kMnesia;
  if (name == "create_table" && callee.arity == 2) return TableFunction{.kind = kind, .creates = true, .options = 1};
  if (name == "subscribe") {
    return TableFunction{.kind = kind, .operation = Op::kSubscribe, .naming = TableNaming::kSubscribed};
  }
  if (callee.arity != 1) return among(kind, kMnesia, callee);
  constexpr std::pair<std::string_view, Op> kRecords[] = {{"write", Op::kInsert},
                                                          {"s_write", Op::kInsert},
                                                          {"dirty_write", Op::kInsert},
                                                          {"match_object", Op::kScan},
                                                          {"dirty_match_object", Op::kScan},
                                                          {"delete_object", Op::kDeleteKey},
                                                          {"dirty_delete_object", Op::kDeleteKey}};
  for (const auto& [word, operation] : kRecords) {
    if (word == name) return TableFunction{.kind = kind, .operation = operation, .naming = TableNaming::kRecord};
  }
  constexpr std::pair<std::string_view, Op> kPairs[] = {{"read", Op::kLookup},        {"wread", Op::kLookup},
                                                        {"dirty_read", Op::kLookup},  {"delete", Op::kDeleteKey},
                                                        {"s_delete", Op::kDeleteKey}, {"dirty_delete", Op::kDeleteKey}};
  for (const auto& [word, operation] : kPairs) {
    if (word == name) return TableFunction{.kind = kind, .operation = operation, .naming = TableNaming::kPair};
  }
  return among(kind, kMnesia, callee);
}

}  // namespace

std::optional<TableFunction> table_function(const External& callee) {
  if (callee.module == sym::ets) return ets_function(callee);
  const std::string_view module = callee.module.text();
  if (module == "persistent_term") return among(TableKind::kPersistentTerm, kPersistentTerm, callee);
  if (module == "dets") return dets_function(callee);
  if (module == "mnesia") return mnesia_function(callee);
  if (module == "erlang" || module == "Elixir.Process") {
    return among(TableKind::kProcessDictionary, kProcessDictionary, callee);
  }
  return {};
}

std::string_view to_string(TableOperation operation) {
  constexpr std::string_view kWords[] = {"lookup",
                                         "scan",
                                         "traverse",
                                         "info",
                                         "insert",
                                         "insert_new",
                                         "update_counter",
                                         "delete_key",
                                         "delete_matching",
                                         "delete_all",
                                         "delete_table",
                                         "give_away",
                                         "fix",
                                         "save",
                                         "load",
                                         "subscribe",
                                         "copy"};
  return kWords[static_cast<std::size_t>(operation)];
}

std::string_view to_string(TableKind kind) {
  constexpr std::string_view kWords[] = {"ets", "dets", "mnesia", "persistent_term", "process_dictionary"};
  return kWords[static_cast<std::size_t>(kind)];
}

bool reads(TableOperation operation) {
  return operation == Op::kLookup || operation == Op::kScan || operation == Op::kTraverse || operation == Op::kSave;
}

bool writes(TableOperation operation) {
  switch (operation) {
    case Op::kInsert:
    case Op::kInsertNew:
    case Op::kUpdateCounter:
    case Op::kDeleteKey:
    case Op::kDeleteMatching:
    case Op::kDeleteAll:
    case Op::kDeleteTable:
    case Op::kLoad:
      return true;
    default:
      return false;
  }
}

}  // namespace beamwright::analysis
