// A fingerprint is made of what stays when lines move: rule, function, file and the finding's own key. Findings that agree in all
// four are numbered in the order of the text.
#include "findings/finish.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>

namespace beamwright::findings {
namespace {

// FNV-1a, 64 bits: stable for all time and on every machine, which std::hash is not.
class Hash {
 public:
  void add(std::string_view text) {
    for (const char c : text) add_byte(static_cast<unsigned char>(c));
    add_byte(0);  // so that "ab" + "c" differs from "a" + "bc"
  }
  std::uint64_t value() const { return value_; }

 private:
  void add_byte(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001B3ull; }

  std::uint64_t value_ = 0xCBF29CE484222325ull;
};

std::string hexadecimal(std::uint64_t value) {
  std::string text(16, '0');
  for (std::size_t i = text.size(); i-- > 0; value >>= 4) text[i] = "0123456789abcdef"[value & 15];
  return text;
}

struct Keyed {
  Finding finding;
  std::string_view path;
  source::Position position;
};

// Everything that may differ takes part, so that equal findings stand side by side and any order of the input gives one output.
auto order(const Keyed& k) {
  const Finding& f = k.finding;
  // Of the same fault told twice, the worst and best proved comes first and is kept.
  return std::tuple(k.path, k.position.line, k.position.column, f.code, std::string_view(f.key), f.span.end,
                    -static_cast<int>(f.severity), -static_cast<int>(f.confidence), f.path.size(), std::string_view(f.message),
                    std::string_view(f.function), std::string_view(f.why));
}

bool same_fault(const Keyed& a, const Keyed& b) {
  return a.finding.code == b.finding.code && a.finding.span == b.finding.span && a.finding.key == b.finding.key;
}

}  // namespace

Findings finish(Findings findings, const source::FileTable& files) {
  std::vector<Keyed> keyed;
  keyed.reserve(findings.size());
  for (Finding& finding : findings) {
    if (finding.confidence == Confidence::kPossible) finding.severity = std::min(finding.severity, Severity::kMedium);
    const source::Span span = finding.span;
    keyed.push_back({std::move(finding), {}, {}});
    if (!span.file) continue;
    keyed.back().path = files.file(span.file).path;
    keyed.back().position = files.position(span.file, span.begin);
  }
  std::sort(keyed.begin(), keyed.end(), [](const Keyed& a, const Keyed& b) { return order(a) < order(b); });
  keyed.erase(std::unique(keyed.begin(), keyed.end(), same_fault), keyed.end());

  std::map<std::uint64_t, unsigned> seen;
  Findings finished;
  finished.reserve(keyed.size());
  for (Keyed& k : keyed) {
    Hash hash;
    for (const std::string_view part :
         {k.finding.code, std::string_view(k.finding.function), k.path, std::string_view(k.finding.key)}) {
      hash.add(part);
    }
    const unsigned ordinal = seen[hash.value()]++;
    hash.add(std::to_string(ordinal));
    k.finding.fingerprint = hexadecimal(hash.value());
    finished.push_back(std::move(k.finding));
  }
  return finished;
}

}  // namespace beamwright::findings
