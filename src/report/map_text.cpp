// Each line is a node and what is to be known of it at a glance; what does not fit goes on below, under the bars of the tree.
#include <algorithm>
#include <set>

#include "report/map.h"

namespace beamwright::report {
namespace {

using design::Design;
using design::kNone;
using design::Node;
using design::NodeKind;

// One remark about a node with its ink, between blanks.
struct Remark {
  Ink ink = Ink::kPlain;
  std::string text;
};

class MapWriter {
 public:
  MapWriter(const Design& design, const MapTextOptions& options)
      : design_(design),
        paint_(options.color),
        columns_(std::clamp<std::size_t>(options.columns, 40, 240)),
        names_commands_(options.names_commands),
        concerns_(count_concerns(design)),
        children_(design.nodes.size()),
        supervised_(design.nodes.size(), false),
        blocking_(design.nodes.size()) {
    for (const design::Child& child : design.children) {
      children_[child.supervisor].push_back(&child);
      supervised_[child.node] = true;
    }
    for (const design::Blocking& row : design.blocking) blocking_[row.node].push_back(&row);
  }

  std::string write() {
    for (std::uint32_t n = 0; n < design_.nodes.size(); ++n) {
      if (design_.nodes[n].kind == NodeKind::kApplication) write_application(n);
    }
    write_summary();
    return std::move(out_);
  }

 private:
  void write_application(std::uint32_t application) {
    std::vector<std::uint32_t> roots, loose, requests, tables;
    for (std::uint32_t n = 0; n < design_.nodes.size(); ++n) {
      const Node& node = design_.nodes[n];
      if (node.application != application) continue;
      if (node.kind == NodeKind::kTable) tables.push_back(n);
      if (supervised_[n]) continue;
      if (node.kind == NodeKind::kSupervisor) roots.push_back(n);
      if (node.kind == NodeKind::kProcess) (node.per_request ? requests : loose).push_back(n);
    }
    const Node& node = design_.nodes[application];
    std::vector<Remark> remarks;
    if (!node.place.file.empty()) remarks.push_back({Ink::kDim, clean(node.place.file)});
    add_findings(application, remarks);
    line("", "", paint_(Ink::kBold, clean(node.name)), width(clean(node.name)), remarks);
    std::vector<Group> groups;
    for (const std::uint32_t root : roots) groups.push_back({"", {root}});
    if (!loose.empty()) groups.push_back({"under no supervisor in sight", std::move(loose)});
    if (!requests.empty()) groups.push_back({"one for each request, connection or job", std::move(requests)});
    if (!tables.empty()) groups.push_back({"tables", std::move(tables)});
    for (std::size_t i = 0; i < groups.size(); ++i) write_group(groups[i], i + 1 == groups.size());
    out_ += "\n";
  }

  struct Group {
    std::string title;  // empty: the one node stands for itself
    std::vector<std::uint32_t> nodes;
  };

  void write_group(const Group& group, bool last) {
    const std::string branch = last ? "└─ " : "├─ ", below = last ? "   " : "│  ";
    if (group.title.empty()) return write_node(group.nodes[0], nullptr, branch, below);
    out_ += paint_(Ink::kDim, branch) + paint_(Ink::kDim, group.title) + "\n";
    for (std::size_t i = 0; i < group.nodes.size(); ++i) {
      const bool end = i + 1 == group.nodes.size();
      write_node(group.nodes[i], nullptr, below + (end ? "└─ " : "├─ "), below + (end ? "   " : "│  "));
    }
  }

  void write_node(std::uint32_t n, const design::Child* as, const std::string& branch, const std::string& below) {
    const Node& node = design_.nodes[n];
    std::vector<Remark> remarks;
    if (node.kind == NodeKind::kTable) {
      add_table_users(n, remarks);
    } else {
      if (as != nullptr && as->restart != "" && as->restart != "permanent") remarks.push_back({Ink::kCyan, as->restart});
      if (as != nullptr && as->conditional) remarks.push_back({Ink::kDim, "on a condition"});
      if (as != nullptr && as->many && node.kind != NodeKind::kUnknown) remarks.push_back({Ink::kPlain, "many"});
      if (node.kind == NodeKind::kSupervisor) add_strategy(node, remarks);
      if (node.kind == NodeKind::kProcess && node.count == "many" && !node.per_request && !(as != nullptr && as->many)) {
        remarks.push_back({Ink::kPlain, "many"});
      }
      if (node.kind == NodeKind::kExternal) remarks.push_back({Ink::kDim, "not among the sources"});
      add_blocking(n, remarks);
      if (node.contract.mailbox_is_unbounded) remarks.push_back({Ink::kPlain, "mailbox without bound"});
    }
    add_findings(n, remarks);
    const std::string name = (node.kind == NodeKind::kUnknown ? "? " : "") + clean(node.name);
    const Ink ink = node.kind == NodeKind::kSupervisor ? Ink::kBold : node.kind == NodeKind::kUnknown ? Ink::kDim : Ink::kPlain;
    const bool again = node.kind == NodeKind::kSupervisor && !shown_.insert(n).second;
    if (again) remarks.push_back({Ink::kDim, "its children stand above"});
    line(branch, below, paint_(ink, name), width(name), remarks);
    if (again) return;
    const auto& children = children_[n];
    for (std::size_t i = 0; i < children.size(); ++i) {
      const bool end = i + 1 == children.size();
      write_node(children[i]->node, children[i], below + (end ? "└─ " : "├─ "), below + (end ? "   " : "│  "));
    }
  }

  static void add_strategy(const Node& node, std::vector<Remark>& remarks) {
    std::string text = node.strategy.empty() ? "strategy unknown" : clean(node.strategy);
    if (node.intensity >= 0) text += ", " + std::to_string(node.intensity) + " in " + std::to_string(node.period_seconds) + " s";
    if (node.dynamic) text += ", dynamic";
    remarks.push_back({Ink::kCyan, "[" + text + "]"});
  }

  // Each effect once, with its longest wait.
  void add_blocking(std::uint32_t n, std::vector<Remark>& remarks) const {
    std::vector<std::pair<std::string, bool>> effects;
    for (const design::Blocking* row : blocking_[n]) {
      const auto found = std::find_if(effects.begin(), effects.end(), [&](const auto& e) { return e.first == row->effect; });
      const bool endless = row->bound_ms == INT64_MAX;
      if (found == effects.end())
        effects.emplace_back(row->effect, endless);
      else
        found->second = found->second || endless;
    }
    if (effects.empty()) return;
    std::string text = "may block on ";
    for (std::size_t i = 0; i < effects.size(); ++i) {
      text += (i > 0 ? ", " : "") + effects[i].first + (effects[i].second ? " without limit" : "");
    }
    remarks.push_back({Ink::kYellow, text});
  }

  void add_findings(std::uint32_t n, std::vector<Remark>& remarks) const {
    static constexpr const char* kNames[] = {"info", "low", "medium", "high", "critical"};
    static constexpr Ink kInks[] = {Ink::kDim, Ink::kCyan, Ink::kYellow, Ink::kRed, Ink::kBoldRed};
    for (std::size_t s = 5; s-- > 0;) {
      if (concerns_[n].of[s] > 0) remarks.push_back({kInks[s], std::to_string(concerns_[n].of[s]) + " " + kNames[s]});
    }
  }

  void add_table_users(std::uint32_t n, std::vector<Remark>& remarks) const {
    for (const design::UseKind kind : {design::UseKind::kOwns, design::UseKind::kWrites, design::UseKind::kReads}) {
      std::vector<std::string> names;
      for (const design::TableUse& use : design_.table_uses) {
        if (use.table != n || use.kind != kind) continue;
        const std::string name = clean(use.node == kNone ? use.function : design_.nodes[use.node].name);
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
      }
      if (names.empty()) continue;
      std::string text = kind == design::UseKind::kOwns     ? "made by "
                         : kind == design::UseKind::kWrites ? "written by "
                                                            : "read by ";
      constexpr std::size_t kShown = 3;
      for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) text += (i > 0 ? ", " : "") + names[i];
      if (names.size() > kShown) text += " and " + std::to_string(names.size() - kShown) + " more";
      remarks.push_back({Ink::kPlain, text});
    }
  }

  void line(const std::string& branch, const std::string& below, const std::string& painted, std::size_t name_width,
            const std::vector<Remark>& remarks) {
    out_ += paint_(Ink::kDim, branch) + painted;
    std::size_t at = width(branch) + name_width;
    const std::size_t start = width(below) + 4;
    for (const Remark& remark : remarks) {
      const std::size_t needed = width(remark.text) + 2;
      if (at + needed > columns_ && at > start) {
        out_ += "\n" + paint_(Ink::kDim, below) + "    ";
        at = start;
      } else {
        out_ += "  ";
        at += 2;
      }
      // A remark that is too long for any line is broken at its spaces.
      std::string text;
      const std::size_t before = at;
      append_wrapped_at(text, remark.text, at, below);
      out_ += text.find('\n') == std::string::npos ? paint_(remark.ink, text) : text;
      at = text.find('\n') == std::string::npos ? before + width(text) : start + width(text.substr(text.rfind("    ") + 4));
    }
    out_ += "\n";
  }

  void append_wrapped_at(std::string& out, std::string_view text, std::size_t at, const std::string& below) const {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find(' '), text.size());
      const std::string_view word = text.substr(0, end);
      if (!out.empty() && at + 1 + width(word) > columns_) {
        out += "\n" + paint_(Ink::kDim, below) + "    ";
        at = width(below) + 4;
      } else if (!out.empty()) {
        out += ' ';
        ++at;
      }
      out += word;
      at += width(word);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  void write_summary() {
    std::size_t kinds[6] = {};
    for (const Node& node : design_.nodes) ++kinds[static_cast<std::size_t>(node.kind)];
    std::size_t calls = 0, others = 0, crossing = 0;
    for (const design::Flow& flow : design_.flows) {
      ++(flow.kind == design::FlowKind::kCall ? calls : others);
      crossing += flow.crosses && flow.kind == design::FlowKind::kCall;
    }
    std::string text = counted(kinds[0], "application") + ", " + counted(kinds[1], "supervisor") + ", " +
                       counted(kinds[2], "process", "processes") + ", " + counted(kinds[3], "table") + "; " +
                       counted(calls, "kind of call", "kinds of calls") + " (" + grouped(crossing) +
                       " across a restart boundary), " +
                       counted(others, "kind of cast or bare message", "kinds of casts and bare messages") + "; " +
                       counted(design_.concerns.size(), "finding") + ": " + design_.verdict + ".";
    if (names_commands_) text += " `--format html -o map.html` draws it.";
    append_wrapped(out_, text, 0, columns_);
    out_ += "\n";
  }

  const Design& design_;
  Painter paint_;
  std::size_t columns_;
  bool names_commands_;
  std::vector<design::ConcernCounts> concerns_;
  std::vector<std::vector<const design::Child*>> children_;
  std::vector<bool> supervised_;
  std::vector<std::vector<const design::Blocking*>> blocking_;
  std::set<std::uint32_t> shown_;
  std::string out_;
};

}  // namespace

std::string write_map_text(const Design& design, const MapTextOptions& options) { return MapWriter(design, options).write(); }

}  // namespace beamwright::report
