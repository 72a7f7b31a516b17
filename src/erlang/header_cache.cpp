// Lexes headers once.
#include "erlang/header_cache.h"

#include "erlang/directive_words.h"
#include "erlang/parser.h"

namespace beamwright::erlang {
namespace {

using Use = LexedHeader::Use;

LexedHeader::Known known_of(const LexedForm& form, const TokenBuffer& tokens, Parser& parser, Arena& arena) {
  // What `maybe` and `else` are depends on the file that includes the header.
  if (form.broken || form.has_feature_word) return {};
  const bool attribute = tokens[0].kind == TokenKind::kMinus;
  if (attribute && is_directive(tokens[1])) {
    if (!tokens[1].is_atom(directive_words().define)) return {};
    MacroError error;
    const MacroDefinition* definition = parse_define(tokens.all().subspan(2), arena, error);
    return {definition == nullptr ? Use::kLook : Use::kDefine, definition, nullptr};
  }
  if (attribute && !tokens[1].is_atom(sym::record) && !tokens[1].is_atom(sym::compile))
    return {Use::kDeclaration, nullptr, nullptr};
  if (form.has_question) return {};
  const Node* node = parser.parse_form(tokens.all());
  return parser.error().set ? LexedHeader::Known{} : LexedHeader::Known{Use::kParsed, nullptr, node};
}

void lex_header(std::string_view text, Level level, LexedHeader& header) {
  Lexer lexer(text, level, header.arena, nullptr);
  Parser parser(header.arena, level);
  TokenBuffer tokens;
  LexedForm form;
  while (lexer.next_form(form, tokens)) {
    header.forms.push_back({form, header.tokens.size(), tokens.size()});
    header.tokens.insert(header.tokens.end(), tokens.begin(), tokens.end());
    header.known.push_back(known_of(form, tokens, parser, header.arena));
    header.definitions += header.known.back().use == Use::kDefine;
  }
}

}  // namespace

const LexedHeader& HeaderCache::get(source::FileId file, std::string_view text, Level level) {
  const std::uint64_t key = (static_cast<std::uint64_t>(file.index) << 16) | static_cast<std::uint16_t>(level.otp);
  Shard& shard = shards_[file.index % kShards];
  Entry* entry;
  {
    const std::lock_guard lock(shard.mutex);
    std::unique_ptr<Entry>& slot = shard.entries[key];
    if (slot == nullptr) slot = std::make_unique<Entry>();
    entry = slot.get();
  }
  // Outside the lock: other headers of the shard need not wait for this one.
  std::call_once(entry->once, [&] { lex_header(text, level, entry->header); });
  return entry->header;
}

}  // namespace beamwright::erlang
