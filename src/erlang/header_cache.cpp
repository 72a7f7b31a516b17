// Lexes headers once.
#include "erlang/header_cache.h"

namespace beamwright::erlang {
namespace {

void lex_header(std::string_view text, Level level, LexedHeader& header) {
  static const Symbol kDefine = intern("define");
  Lexer lexer(text, level, header.arena, nullptr);
  TokenBuffer tokens;
  LexedForm form;
  while (lexer.next_form(form, tokens)) {
    LexedHeader::HeaderForm& made = header.forms.emplace_back();
    made.form = form;
    made.first = header.tokens.size();
    made.count = tokens.size();
    const bool define = tokens.size() > 2 && tokens[0].kind == TokenKind::kMinus && tokens[1].is_atom(kDefine);
    if (define && !form.broken && !form.has_feature_word) {
      MacroError error;
      made.definition = parse_define(tokens.all().subspan(2), header.arena, error);
    }
    header.tokens.insert(header.tokens.end(), tokens.begin(), tokens.end());
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
