// Both ways of framing over one buffer. Nothing is kept of a message that is too long: its bytes are read and dropped.
#include "serve/framing.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <utility>

namespace beamwright::serve {
namespace {

constexpr std::size_t kReadBytes = 64 << 10;
constexpr std::size_t kMaxHeaderBytes = 4096;
constexpr std::string_view kLengthName = "content-length:";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Where the name of the length header begins, also behind rubbish in its line: that is where a stream finds its feet again.
std::size_t find_length_name(std::string_view line) {
  const auto at =
      std::search(line.begin(), line.end(), kLengthName.begin(), kLengthName.end(), [](char a, char b) { return lower(a) == b; });
  return at == line.end() ? std::string_view::npos : static_cast<std::size_t>(at - line.begin());
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::optional<std::size_t> read_length(std::string_view text) {
  text = trimmed(text);
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// A header as RFC 7230 writes one; anything else between two messages is rubbish.
bool is_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos) return false;
  return std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon),
                     [](char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || (c >= '0' && c <= '9'); });
}

}  // namespace

MessageReader::Message MessageReader::next() {
  for (;;) {
    Message message = framing_ == Framing::kHeaders ? next_framed() : next_line();
    const bool told = std::exchange(in_fault_, message.status == Status::kFault);
    if (message.status == Status::kFault && told) continue;
    return message;
  }
}

MessageReader::Message MessageReader::next_framed() {
  std::optional<std::size_t> length;
  std::string line;
  bool any = false;
  for (;;) {
    bool too_long = false;
    if (!take_line(line, kMaxHeaderBytes, too_long)) return {};
    if (too_long) return {Status::kFault, "a header line is longer than 4096 bytes"};
    const std::string_view text = trimmed(line);
    if (text.empty()) {
      if (!any) continue;  // an empty line more between two messages does no harm
      break;
    }
    any = true;
    const std::size_t name = find_length_name(text);
    if (name != std::string_view::npos) {
      length = read_length(text.substr(name + kLengthName.size()));
      if (!length) return {Status::kFault, "Content-Length is no number"};
    } else if (!is_header(text)) {
      return {Status::kFault, "there are bytes between two messages that are no header"};
    }
  }
  if (!length) return {Status::kFault, "a message has no Content-Length"};
  if (*length > limit_) {
    if (!skip_bytes(*length)) return {};
    return {Status::kFault,
            "a message of " + std::to_string(*length) + " bytes is longer than the " + std::to_string(limit_) + " that are read"};
  }
  Message message{Status::kMessage, {}};
  if (!take_bytes(message.text, *length)) return {};
  return message;
}

MessageReader::Message MessageReader::next_line() {
  Message message{Status::kMessage, {}};
  bool too_long = false;
  do {
    if (!take_line(message.text, limit_, too_long)) return {};
    if (too_long) return {Status::kFault, "a message is longer than the " + std::to_string(limit_) + " bytes that are read"};
  } while (trimmed(message.text).empty());
  return message;
}

bool MessageReader::wait() const {
  // No event is asked for on the second: an error is reported on a pipe whose reader is gone in any case.
  pollfd waits[2] = {{descriptor_, POLLIN, 0}, {answers_, 0, 0}};
  while (::poll(waits, 2, -1) < 0) {
    if (errno != EINTR) return true;  // read(2) says what is wrong
  }
  return waits[0].revents != 0 || waits[1].revents == 0;
}

bool MessageReader::fill() {
  if (!wait()) return false;
  if (at_ == buffer_.size()) {
    buffer_.clear();
    at_ = 0;
  }
  const std::size_t size = buffer_.size();
  buffer_.resize(size + kReadBytes);
  ssize_t count = 0;
  do count = ::read(descriptor_, buffer_.data() + size, kReadBytes);
  while (count < 0 && errno == EINTR);
  buffer_.resize(size + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return count > 0;
}

bool MessageReader::take_line(std::string& line, std::size_t limit, bool& too_long) {
  line.clear();
  for (;;) {
    if (at_ == buffer_.size() && !fill()) return false;
    const std::size_t end = std::min(buffer_.find('\n', at_), buffer_.size());
    const std::size_t room = limit - line.size();
    too_long = too_long || end - at_ > room;
    line.append(buffer_, at_, std::min(end - at_, room));
    at_ = std::min(end + 1, buffer_.size());
    if (end < buffer_.size()) return true;
  }
}

bool MessageReader::take_bytes(std::string& out, std::size_t count) {
  // The room is taken as the bytes arrive: a length that lies costs nothing.
  while (out.size() < count) {
    if (at_ == buffer_.size() && !fill()) return false;
    const std::size_t part = std::min(count - out.size(), buffer_.size() - at_);
    out.append(buffer_, at_, part);
    at_ += part;
  }
  return true;
}

bool MessageReader::skip_bytes(std::size_t count) {
  while (count > 0) {
    if (at_ == buffer_.size() && !fill()) return false;
    const std::size_t part = std::min(count, buffer_.size() - at_);
    count -= part;
    at_ += part;
  }
  return true;
}

bool MessageWriter::write(std::string_view message) {
  const std::lock_guard lock(mutex_);
  if (framing_ == Framing::kLines) return write_all(std::string(message) + '\n');
  return write_all("Content-Length: " + std::to_string(message.size()) + "\r\n\r\n" + std::string(message));
}

bool MessageWriter::write_all(std::string_view bytes) {
  // A pipe that poll(2) calls writable takes a page without waiting, so that stop() is heard within a tenth of a second.
  constexpr std::size_t kPage = 4096;
  while (!bytes.empty() && !stopped_) {
    pollfd ready{descriptor_, POLLOUT, 0};
    const int count = ::poll(&ready, 1, 100);
    if (count == 0 || (count < 0 && errno == EINTR)) continue;
    const ssize_t written = ::write(descriptor_, bytes.data(), std::min(bytes.size(), kPage));
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (written < 0) stopped_ = true;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return bytes.empty();
}

}  // namespace beamwright::serve
