// Where an editor can open what a rule says of itself, and what there is to say of code actions: documents as files of the user's
// cache, written when first named; or under a scheme of their own, for an editor that asks the server for the text (LSP 3.18,
// workspace/textDocumentContent).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace beamwright::serve {

// "file:///home/me/.cache/beamwright/0.1.0/BW401.md"; empty when there is no such rule or no place to write it.
std::string rule_page(std::string_view code);

inline constexpr const char* kRuleScheme = "beamwright";
// "beamwright:/rules/BW401.md"
std::string rule_uri(std::string_view code);

// The same of the document about code actions: "beamwright:/code-actions.md".
std::string actions_page();
std::string actions_uri();

// The document at such a URI; none where there is no such rule.
std::optional<std::string> document_at(std::string_view uri);

// The parts of a rule's document that tell what it finds and why it matters, as Markdown; empty when there is no such rule.
std::string rule_explanation(std::string_view code);

}  // namespace beamwright::serve
