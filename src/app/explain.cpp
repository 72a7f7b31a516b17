// Paragraphs are joined and wrapped anew, code is indented and kept as it is.
#include "app/explain.h"

#include <algorithm>

#include "report/layout.h"
#include "rules/lookup.h"

namespace beamwright::app {
namespace {

using report::Ink;
using report::Painter;

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

}  // namespace

std::string explain(const rules::RegisteredRule& rule, bool color) { return set_markdown(rule.document, color); }

std::string list_rules(std::span<const rules::RegisteredRule> rules, bool color) {
  const Painter paint(color);
  std::size_t longest = 0;
  for (const rules::RegisteredRule& rule : rules) longest = std::max(longest, rule.rule->info.name.size());
  std::string out;
  const rules::RegisteredRule* last = nullptr;
  for (const rules::RegisteredRule* rule : rules::by_code(rules)) {
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
