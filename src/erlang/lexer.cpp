// The main loop of the lexer: names, signs, comments and white space; erl_scan:scan1/5.
#include "erlang/lexer.h"

#include <array>
#include <cstring>
#include <utility>

#include "erlang/runs.h"

namespace beamwright::erlang {
namespace {

constexpr std::size_t kLongestName = 255;

// What the first byte of a token asks for.
enum class Action : std::uint8_t {
  kSign,
  kSpace,
  kWord,
  kVariable,
  kSingle,
  kDigit,
  kComment,
  kString,
  kQuotedAtom,
  kCharacter,
  kPoint,
  kWide
};

struct Start {
  Action action = Action::kSign;
  TokenKind kind = TokenKind::kEnd;  // of a kSingle
};

constexpr std::array<Start, 256> kStarts = [] {
  std::array<Start, 256> starts{};
  for (std::size_t c = 0; c < 256; ++c) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_space_byte(byte)) starts[c].action = Action::kSpace;
    if (is_digit_byte(byte)) starts[c].action = Action::kDigit;
    if (c >= 'a' && c <= 'z') starts[c].action = Action::kWord;
    if ((c >= 'A' && c <= 'Z') || c == '_') starts[c].action = Action::kVariable;
    if (c >= 0x80) starts[c].action = Action::kWide;
  }
  starts['%'].action = Action::kComment;
  starts['"'].action = Action::kString;
  starts['\''].action = Action::kQuotedAtom;
  starts['$'].action = Action::kCharacter;
  starts['.'].action = Action::kPoint;
  using K = TokenKind;
  constexpr std::pair<char, K> kSingles[] = {{'(', K::kLeftParen},  {')', K::kRightParen},  {'{', K::kLeftBrace},
                                             {'}', K::kRightBrace}, {'[', K::kLeftBracket}, {']', K::kRightBracket},
                                             {',', K::kComma},      {';', K::kSemicolon},   {'#', K::kHash},
                                             {'*', K::kStar},       {'!', K::kBang}};
  for (const auto& [c, kind] : kSingles) starts[static_cast<unsigned char>(c)] = {Action::kSingle, kind};
  return starts;
}();

}  // namespace

Lexer::Lexer(std::string_view text, Level level, Arena& arena, std::vector<Comment>* comments)
    : begin_(text.data()),
      end_(text.data() + text.size()),
      at_(begin_),
      level_(level),
      encoding_(encoding_of(text)),
      arena_(arena),
      comments_(comments) {
  broken_ = encoding_ == Encoding::kBrokenUtf8 || encoding_ == Encoding::kUndeclared;
  if (encoding_ == Encoding::kUndeclared) encoding_ = Encoding::kLatin1;
}

void Lexer::seek(std::uint32_t offset) {
  at_ = begin_ + offset;
  while (comments_ != nullptr && !comments_->empty() && comments_->back().begin >= offset) comments_->pop_back();
}

void Lexer::fail(const char* begin, const char* message) {
  if (form_->broken) return;
  form_->broken = true;
  form_->error = {offset(begin), offset(at_), message};
}

bool Lexer::next_form(LexedForm& form, TokenBuffer& tokens) {
  tokens.clear();
  tokens_ = &tokens;
  form = LexedForm{};
  form_ = &form;
  read_tokens();
  if (tokens.empty() && !form.broken) return false;
  if (tokens.overflowed()) fail(begin_ + tokens[0].begin, "form too large");
  form.begin = tokens.empty() ? form.error.begin : tokens[0].begin;
  if (form.broken && form.error.begin < form.begin) form.begin = form.error.begin;
  form.end = position();
  // yecc names the last token's place when a form ends too early.
  Token last;
  if (!tokens.empty()) last = tokens.back();
  if (tokens.empty()) last.location = last.begin = last.end = form.begin;
  last.kind = TokenKind::kEnd;
  last.integer = 0;
  tokens.add() = last;
  return true;
}

void Lexer::read_tokens() {
  while (at_ < end_) {
    const Start start = kStarts[static_cast<unsigned char>(*at_)];
    switch (start.action) {
      case Action::kSpace:
        ++at_;
        // One space stands between most tokens; more of them stand before most lines.
        if (at_ < end_ && is_space_byte(static_cast<unsigned char>(*at_))) at_ = skip_space(at_ + 1, end_);
        break;
      case Action::kWord:
        read_name(TokenKind::kAtom);
        break;
      case Action::kVariable:
        read_name(TokenKind::kVar);
        break;
      case Action::kSingle:
        add_sign(start.kind, 1);
        break;
      case Action::kDigit:
        read_number();
        break;
      case Action::kComment:
        read_comment();
        break;
      case Action::kString:
        read_string();
        break;
      case Action::kQuotedAtom:
        read_quoted_atom();
        break;
      case Action::kCharacter:
        read_character();
        break;
      case Action::kPoint:
        if (!read_point()) return;
        break;
      case Action::kWide:
        read_wide();
        break;
      case Action::kSign:
        read_sign();
        break;
    }
  }
}

void Lexer::read_comment() {
  const char* begin = at_;
  const void* line_end = std::memchr(at_, '\n', static_cast<std::size_t>(end_ - at_));
  at_ = line_end == nullptr ? end_ : static_cast<const char*>(line_end);
  if (comments_ == nullptr) return;
  const char* end = at_;
  if (end[-1] == '\r') --end;
  comments_->push_back({offset(begin), offset(end)});
}

inline void Lexer::read_name(TokenKind kind) {
  const char* begin = at_;
  at_ = skip_name(at_ + 1, end_);
  const auto size = static_cast<std::size_t>(at_ - begin);
  const bool wide = at_ < end_ && static_cast<unsigned char>(*at_) >= 0x80;
  if (size > kLongestName || wide) [[unlikely]]
    return read_long_or_wide_name(kind, begin);
  const NameCache::Name name = names_.find({begin, size}, end_);
  if (kind == TokenKind::kAtom) {
    kind = name.word;
    if (kind == TokenKind::kMaybe || kind == TokenKind::kElse) form_->has_feature_word = true;
  }
  add(kind, begin).symbol_index = name.symbol;
}

// Letters of Latin-1 are rare: only then is the name copied. at_ stands behind the name's ASCII part.
void Lexer::read_long_or_wide_name(TokenKind kind, const char* begin) {
  scratch_.assign(begin, at_);
  std::size_t characters = scratch_.size();
  read_rest_of_wide_name(characters);
  if (characters > kLongestName) return fail(begin, kind == TokenKind::kAtom ? "illegal atom" : "illegal var");
  add(kind, begin).symbol_index = intern(scratch_).index;
}

// Appends letters of Latin-1 and ASCII alike to scratch_, as UTF-8.
void Lexer::read_rest_of_wide_name(std::size_t& characters) {
  while (at_ < end_) {
    const char* before = at_;
    const std::uint32_t c = read_character_raw();
    if (c < 0x80 ? !is_name_byte(static_cast<unsigned char>(c)) : !(is_wide_lowercase(c) || is_wide_uppercase(c))) {
      at_ = before;
      return;
    }
    append_utf8(c, scratch_);
    ++characters;
  }
}

std::uint32_t Lexer::read_character_raw() {
  const auto c = static_cast<unsigned char>(*at_);
  if (c < 0x80 || encoding_ == Encoding::kLatin1) return ++at_, c;
  auto at = static_cast<std::size_t>(at_ - begin_);
  const std::uint32_t character = decode_utf8({begin_, static_cast<std::size_t>(end_ - begin_)}, at);
  at_ = begin_ + at;
  return character;
}

void Lexer::read_wide() {
  const char* begin = at_;
  const std::uint32_t c = read_character_raw();
  if (is_wide_lowercase(c) || is_wide_uppercase(c)) {
    scratch_.clear();
    append_utf8(c, scratch_);
    std::size_t characters = 1;
    read_rest_of_wide_name(characters);
    const bool atom = is_wide_lowercase(c);
    if (characters > kLongestName) return fail(begin, atom ? "illegal atom" : "illegal var");
    add(atom ? TokenKind::kAtom : TokenKind::kVar, begin).symbol_index = intern(scratch_).index;
    return;
  }
  if (c <= 0xa0) return;  // white space
  if (c > 0xff) return fail(begin, "illegal character");
  scratch_.clear();
  append_utf8(c, scratch_);
  add(TokenKind::kOther, begin).symbol_index = intern(scratch_).index;
}

bool Lexer::read_point() {
  const unsigned char next = peek(1);
  if (next == '.') {
    if (peek(2) == '.') {
      add_sign(TokenKind::kThreePoints, 3);
    } else {
      add_sign(TokenKind::kTwoPoints, 2);
    }
    return true;
  }
  const char* begin = at_;
  ++at_;
  bool ends = at_ == end_ || next == '%' || is_space_byte(next);
  if (!ends && next >= 0x80) {
    const char* before = at_;
    const std::uint32_t c = read_character_raw();
    ends = c >= 0x80 && c <= 0xa0;
    at_ = before;
  }
  add(ends ? TokenKind::kDot : TokenKind::kPoint, begin);
  if (!ends) return true;
  if (at_ < end_ && next != '%') ++at_;
  return false;
}

bool Lexer::read_triple_sign() {
  const unsigned char second = peek(1);
  const unsigned char third = peek(2);
  if (*at_ == '=') {
    if (second == ':' && third == '=') return add_sign(TokenKind::kEqualColonEqual, 3), true;
    if (second == '/' && third == '=') return add_sign(TokenKind::kEqualSlashEqual, 3), true;
  }
  if (*at_ == '<' && second == ':' && level_.otp >= 28) {
    if (third == '-') return add_sign(TokenKind::kStrictLeftArrow, 3), true;
    if (third == '=') return add_sign(TokenKind::kStrictDoubleLeftArrow, 3), true;
  }
  return false;
}

void Lexer::read_sign() {
  using K = TokenKind;
  const unsigned char next = peek(1);
  switch (*at_) {
    case '-':
      if (take_pair('>', K::kArrow) || take_pair('-', K::kMinusMinus)) return;
      return add_sign(K::kMinus, 1);
    case '+':
      if (take_pair('+', K::kPlusPlus)) return;
      return add_sign(K::kPlus, 1);
    case '/':
      if (take_pair('=', K::kSlashEqual)) return;
      return add_sign(K::kSlash, 1);
    case '|':
      if (take_pair('|', K::kDoubleBar)) return;
      return add_sign(K::kBar, 1);
    case ':':
      if (take_pair('=', K::kColonEqual) || take_pair(':', K::kDoubleColon)) return;
      return add_sign(K::kColon, 1);
    case '>':
      if (take_pair('>', K::kRightBinary) || take_pair('=', K::kGreaterEqual)) return;
      return add_sign(K::kGreater, 1);
    case '?':
      if (take_pair('=', K::kMaybeEqual)) return;
      form_->has_question = true;
      return add_sign(K::kQuestion, 1);
    case '=':
      if (read_triple_sign()) return;
      if (take_pair('<', K::kEqualLess) || take_pair('>', K::kDoubleArrow) || take_pair('=', K::kEqualEqual)) return;
      return add_sign(K::kEqual, 1);
    case '<':
      if (read_triple_sign()) return;
      if (take_pair('<', K::kLeftBinary) || take_pair('-', K::kLeftArrow) || take_pair('=', K::kDoubleLeftArrow)) return;
      return add_sign(K::kLess, 1);
    case '&':
      if (next == '&' && level_.otp >= 28) return add_sign(K::kDoubleAmpersand, 2);
      break;
    case '~':
      if (level_.otp >= 27) return read_sigil();
      break;
    default:
      break;
  }
  const char* begin = at_;
  ++at_;
  add(K::kOther, begin).symbol_index = intern({begin, 1}).index;
}

}  // namespace beamwright::erlang
