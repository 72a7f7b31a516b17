// Paragraphs are joined and wrapped anew, code is indented and kept as it is.
#include "app/explain.h"

#include <algorithm>

#include "base/nearest.h"
#include "report/layout.h"

namespace beamwright::app {
namespace {

using report::Ink;
using report::Painter;

std::string folded(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    if (c >= 'A' && c <= 'Z') return static_cast<char>(c + 32);
    return c == '_' ? '-' : c;
  });
  return out;
}

class MarkdownSetter {
 public:
  explicit MarkdownSetter(bool color) : paint_(color) {}

  std::string set(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      line(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    end_paragraph();
    while (out_.ends_with("\n\n")) out_.pop_back();
    return std::move(out_);
  }

 private:
  void line(std::string_view text) {
    if (text.starts_with("```")) {
      end_paragraph();
      in_code_ = !in_code_;
      if (!in_code_) out_ += "\n";
    } else if (in_code_) {
      out_ += text.empty() ? "\n" : "    " + paint_(Ink::kCyan, report::clean(text)) + "\n";
    } else if (text.empty()) {
      end_paragraph();
    } else if (text.starts_with('#')) {
      end_paragraph();
      text.remove_prefix(std::min(text.find_first_not_of("# "), text.size()));
      out_ += paint_(Ink::kBold, report::clean(text)) + "\n\n";
    } else if (text.starts_with("- ") || text.starts_with("* ")) {
      end_paragraph(false);
      hang_ = 2;
      paragraph_ = text;
    } else {
      text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
      if (!paragraph_.empty()) paragraph_ += ' ';
      paragraph_ += text;
    }
  }

  void end_paragraph(bool blank_line = true) {
    if (!paragraph_.empty()) {
      report::append_wrapped(out_, report::clean(paragraph_), hang_);
      out_ += "\n";
      open_ = true;
    }
    if (blank_line && open_) {
      out_ += "\n";
      open_ = false;
    }
    paragraph_.clear();
    hang_ = 0;
  }

  Painter paint_;
  std::string out_;
  std::string paragraph_;
  std::size_t hang_ = 0;
  bool in_code_ = false;
  bool open_ = false;  // something was written that no blank line follows yet
};

std::vector<const rules::RegisteredRule*> by_code(std::span<const rules::RegisteredRule> rules) {
  std::vector<const rules::RegisteredRule*> rows;
  for (const rules::RegisteredRule& rule : rules) rows.push_back(&rule);
  std::sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) { return a->rule->info.code < b->rule->info.code; });
  return rows;
}

}  // namespace

const rules::RegisteredRule* find_rule(std::span<const rules::RegisteredRule> rules, std::string_view wanted) {
  const std::string key = folded(wanted);
  const auto found = std::find_if(rules.begin(), rules.end(), [&](const rules::RegisteredRule& rule) {
    return folded(rule.rule->info.code) == key || folded(rule.rule->info.name) == key;
  });
  return found == rules.end() ? nullptr : &*found;
}

std::vector<std::string> nearest_rules(std::span<const rules::RegisteredRule> rules, std::string_view wanted) {
  const std::string key = folded(wanted.substr(0, 100));
  std::vector<std::pair<std::size_t, std::string>> rows;
  for (const rules::RegisteredRule* rule : by_code(rules)) {
    const std::string name = folded(rule->rule->info.name);
    std::size_t far = std::min(edit_distance(key, name), edit_distance(key, folded(rule->rule->info.code)));
    if (key.size() >= 3 && name.find(key) != std::string::npos) far = 0;  // a part of the name is near enough
    rows.emplace_back(far, std::string(rule->rule->info.name) + " (" + std::string(rule->rule->info.code) + ")");
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (const auto& [far, name] : rows) {
    if (names.size() < 3) names.push_back(name);
  }
  return names;
}

std::string explain(const rules::RegisteredRule& rule, bool color) { return set_markdown(rule.document, color); }

std::string list_rules(std::span<const rules::RegisteredRule> rules, bool color) {
  const Painter paint(color);
  std::size_t longest = 0;
  for (const rules::RegisteredRule& rule : rules) longest = std::max(longest, rule.rule->info.name.size());
  std::string out;
  const rules::RegisteredRule* last = nullptr;
  for (const rules::RegisteredRule* rule : by_code(rules)) {
    const rules::RuleInfo& info = rule->rule->info;
    if (!last || last->rule->info.family != info.family) {
      out += (last ? "\n" : "") + paint(Ink::kBold, to_string(info.family)) + "\n";
    }
    last = rule;
    std::string head = "  " + std::string(info.code) + "  " + std::string(info.name);
    head.append(longest - info.name.size() + 2, ' ').append(to_string(info.severity));
    head.append(10 - to_string(info.severity).size(), ' ');
    out += head;
    report::append_wrapped(out, info.summary, head.size());
    out += "\n";
  }
  return out;
}

std::string set_markdown(std::string_view text, bool color) { return MarkdownSetter(color).set(text); }

}  // namespace beamwright::app
