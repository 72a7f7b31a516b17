#include "findings/baseline.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace beamwright::findings {
namespace {

using Json = nlohmann::ordered_json;

bool is_fingerprint(const Json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

Result<Fingerprints> read_baseline(std::string_view text) {
  const Json document = Json::parse(text, nullptr, false);
  if (document.is_discarded()) return Error{"it is no JSON"};
  if (!document.is_object() || !document.contains("beamwright_baseline") || !document.contains("findings") ||
      !document["findings"].is_array()) {
    return Error{"it is no baseline of Beamwright (check --write-baseline makes one)"};
  }
  if (document["beamwright_baseline"] != 1) return Error{"it is a baseline of a later Beamwright"};
  Fingerprints fingerprints;
  for (const Json& row : document["findings"]) {
    if (!row.is_object() || !row.contains("fingerprint") || !is_fingerprint(row["fingerprint"])) {
      return Error{"finding " + std::to_string(fingerprints.size() + 1) + " has no fingerprint of 16 hexadecimal digits"};
    }
    fingerprints.insert(row["fingerprint"].get<std::string>());
  }
  return fingerprints;
}

std::string write_baseline(const Findings& findings, const source::FileTable& files) {
  std::vector<std::string> lines;
  for (const Finding& f : findings) {
    const Json row = {{"fingerprint", f.fingerprint},
                      {"rule", f.code},
                      {"file", f.span.file ? files.file(f.span.file).path : "."},
                      {"function", f.function}};
    lines.push_back("    " + row.dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  std::sort(lines.begin(), lines.end());
  std::string text = "{\n  \"beamwright_baseline\": 1,\n  \"findings\": [";
  for (std::size_t i = 0; i < lines.size(); ++i) text += (i == 0 ? "\n" : ",\n") + lines[i];
  return text + (lines.empty() ? "]\n}\n" : "\n  ]\n}\n");
}

}  // namespace beamwright::findings
