#include "review/own_knowledge.h"

#include "knowledge/embedded.h"
#include "source/files.h"

namespace beamwright::review {

Result<OwnKnowledge> OwnKnowledge::read(const Configuration& configuration) {
  OwnKnowledge own;
  if (configuration.knowledge.empty()) return own;
  for (const std::string& name : configuration.knowledge) {
    Result<std::string> text = source::read_file(configuration.folder + "/" + name);
    if (!text) return Error{configuration.path + ": knowledge: " + text.error()};
    own.texts_.push_back(std::move(*text));
  }
  const auto embedded = knowledge::embedded_files();
  std::vector<knowledge::DataFile> files(embedded.begin(), embedded.end());
  for (std::size_t i = 0; i < own.texts_.size(); ++i) files.push_back({configuration.knowledge[i], own.texts_[i]});
  Result<knowledge::Knowledge> all = knowledge::Knowledge::read(files);
  if (!all) return Error{all.error()};
  own.all_ = std::move(*all);
  return own;
}

}  // namespace beamwright::review
