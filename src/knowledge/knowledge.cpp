// Look-up. How rows are read is in reader.cpp.
#include "knowledge/knowledge.h"

#include "base/invariant.h"
#include "knowledge/embedded.h"
#include "knowledge/reader.h"

namespace beamwright::knowledge {
namespace {

// The row of the exact arity, else that of any arity, else null.
template <typename Row>
const Row* find(const RowIndex& index, const std::vector<Row>& rows, Symbol module, Symbol name, std::size_t arity) {
  std::uint32_t row = index.find({module, name, static_cast<std::int32_t>(arity)});
  if (row == RowIndex::kNone) row = index.find({module, name, -1});
  return row == RowIndex::kNone ? nullptr : &rows[row];
}

}  // namespace

Result<Knowledge> Knowledge::read(std::span<const DataFile> files) {
  Reader reader;
  std::size_t bytes = 0;
  for (const DataFile& file : files) bytes += file.text.size();
  reader.expect(bytes);
  for (const DataFile& file : files)
    if (auto message = reader.read(file)) return Error{std::move(*message)};
  return reader.take();
}

const Knowledge& Knowledge::embedded() {
  static const Knowledge knowledge = [] {
    Result<Knowledge> result = read(embedded_files());
    if (!result) throw InvariantFailure("the embedded knowledge cannot be read: " + result.error());
    return std::move(*result);
  }();
  return knowledge;
}

const FunctionRow* Knowledge::function(Symbol module, Symbol name, std::size_t arity) const {
  return find(function_index_, functions_, module, name, arity);
}

const FunctionRow* Knowledge::used_function(Symbol module, Symbol name, std::size_t arity) const {
  return find(used_function_index_, used_functions_, module, name, arity);
}

bool Knowledge::knows_module(Symbol module) const { return module_index_.find({module, Symbol(), -1}) != RowIndex::kNone; }

const BehaviourRow* Knowledge::behaviour(Symbol module) const {
  const std::uint32_t row = behaviour_index_.find({module, Symbol(), -1});
  return row == RowIndex::kNone ? nullptr : &behaviours_[row];
}

const CallbackRow* Knowledge::callback(Symbol behaviour, Symbol name, std::size_t arity) const {
  return find(callback_index_, callbacks_, behaviour, name, arity);
}

}  // namespace beamwright::knowledge
