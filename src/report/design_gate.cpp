// The design gate: for each process what a review of the design asks, one block a process, those with most to answer for first.
#include <algorithm>
#include <numeric>

#include "report/layout.h"
#include "report/map.h"

namespace beamwright::report {
namespace {

using design::Design;
using design::FlowKind;
using design::kNone;
using design::Node;
using design::NodeKind;

constexpr std::size_t kLabel = 12;
constexpr std::size_t kShown = 6;  // messages, tables and waits of one process

class Writer {
 public:
  Writer(const Design& design, bool color) : design_(design), paint_(color), counts_(design::count_concerns(design)) {}

  std::string write() {
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < design_.nodes.size(); ++i) {
      if (design_.nodes[i].kind == NodeKind::kProcess) order.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return weight(a) > weight(b); });
    if (order.empty()) return {};
    out_ = paint_(Ink::kBold, "The design gate: " + counted(order.size(), "kind of process", "kinds of processes")) + "\n\n";
    for (const std::uint32_t node : order) write_process(node);
    return std::move(out_);
  }

 private:
  // Critical and high findings weigh more than any number of lesser ones.
  std::uint64_t weight(std::uint32_t node) const {
    std::uint64_t sum = 0;
    for (std::size_t i = 5; i-- > 0;) sum = sum * 1000 + std::min<std::uint32_t>(counts_[node].of[i], 999);
    return sum;
  }

  void write_process(std::uint32_t at) {
    const Node& node = design_.nodes[at];
    out_ += paint_(Ink::kBold, clean(node.name)) + "  " + clean(node.type);
    if (node.place.line > 0) out_ += "  " + paint_(Ink::kCyan, clean(node.place.file) + ":" + std::to_string(node.place.line));
    out_ += "\n";
    line("supervised", node.contract.supervision);
    line("instances", node.contract.instances);
    lines("takes", messages_to(at));
    line("mailbox", node.contract.mailbox_bound);
    lines("tables", tables_of(at));
    lines("waits for", waits_of(at));
    line("when it dies", node.contract.lost_in_crash);
    line("watched", node.contract.watched);
    out_ += "\n";
  }

  void line(std::string_view label, std::string_view text) {
    if (text.empty()) return;
    out_ += "  " + paint_(Ink::kDim, label) + std::string(kLabel + 2 - label.size(), ' ');
    append_wrapped(out_, clean(text), kLabel + 4);
    out_ += "\n";
  }

  void lines(std::string_view label, const std::vector<std::string>& texts) {
    for (std::size_t i = 0; i < std::min(texts.size(), kShown); ++i) line(i == 0 ? label : "", texts[i]);
    if (texts.size() > kShown) line("", "and " + std::to_string(texts.size() - kShown) + " more");
  }

  static void add_once(std::vector<std::string>& all, std::string text) {
    if (std::find(all.begin(), all.end(), text) == all.end()) all.push_back(std::move(text));
  }

  std::vector<std::string> messages_to(std::uint32_t at) const {
    std::vector<std::string> texts;
    for (const design::Flow& flow : design_.flows) {
      if (flow.to != at) continue;
      std::string text = std::string(to_string(flow.kind)) + " " + flow.message + " from ";
      if (flow.from != kNone) {
        text += design_.nodes[flow.from].name;
      } else {
        text += flow.origins.empty()
                    ? flow.sender
                    : std::accumulate(std::next(flow.origins.begin()), flow.origins.end(), flow.origins[0],
                                      [](std::string a, const std::string& b) { return std::move(a) + ", " + b; });
      }
      add_once(texts, std::move(text));
    }
    return texts;
  }

  std::vector<std::string> tables_of(std::uint32_t at) const {
    std::vector<std::string> texts;
    for (const design::TableUse& use : design_.table_uses) {
      if (use.node == at) add_once(texts, std::string(to_string(use.kind)) + " " + design_.nodes[use.table].name);
    }
    return texts;
  }

  std::vector<std::string> waits_of(std::uint32_t at) const {
    std::vector<std::string> texts;
    for (const design::Blocking& blocking : design_.blocking) {
      if (blocking.node == at)
        add_once(texts, blocking.words + (blocking.possible ? ", perhaps, in " : " in ") + blocking.handler);
    }
    return texts;
  }

  const Design& design_;
  Painter paint_;
  std::vector<design::ConcernCounts> counts_;
  std::string out_;
};

}  // namespace

std::string write_design_gate(const Design& design, bool color) { return Writer(design, color).write(); }

}  // namespace beamwright::report
