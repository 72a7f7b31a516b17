#include "serve/framing.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

namespace beamwright::serve {
namespace {

using Status = MessageReader::Status;

// Everything that a reader makes of a stream that arrives in pieces of so many bytes: messages as they are, faults as "!".
std::vector<std::string> read_all(const std::string& stream, Framing framing, std::size_t piece, std::size_t limit = 1000) {
  int ends[2];
  if (pipe(ends) != 0) return {"no pipe"};
  std::thread writer([&] {
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      const std::string part = stream.substr(at, piece);
      if (write(ends[1], part.data(), part.size()) < 0) break;
    }
    close(ends[1]);
  });
  std::vector<std::string> all;
  MessageReader reader(ends[0], framing, limit);
  for (auto message = reader.next(); message.status != Status::kEnd; message = reader.next()) {
    all.push_back(message.status == Status::kFault ? "!" : message.text);
  }
  writer.join();
  close(ends[0]);
  return all;
}

void expect(const std::string& stream, Framing framing, const std::vector<std::string>& messages) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{4096}}) {
    EXPECT_EQ(read_all(stream, framing, piece), messages) << "in pieces of " << piece;
  }
}

std::string framed(const std::string& text) { return "Content-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text; }

TEST(Framing, MessagesComeAsTheyWereSent) {
  expect(framed("{}") + framed("") + framed("é\r\n\r\n"), Framing::kHeaders, {"{}", "", "é\r\n\r\n"});
  expect("{}\n\r\n  \n[1]\r\n{}", Framing::kLines, {"{}", "[1]\r"});
}

TEST(Framing, OtherHeadersAndCasesAreTaken) {
  expect("Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length:2\r\n\r\n{}", Framing::kHeaders, {"{}"});
  expect("CONTENT-LENGTH:   2  \n\n{}", Framing::kHeaders, {"{}"});
}

TEST(Framing, RubbishIsOneFaultAndReadingGoesOnBehindIt) {
  expect("rubbish\nmore\n\n" + framed("{}"), Framing::kHeaders, {"!", "{}"});
  expect("}}" + framed("{}"), Framing::kHeaders, {"{}"});
  expect("A: b\r\n\r\n" + framed("{}"), Framing::kHeaders, {"!", "{}"});
  expect(std::string(10000, 'x') + "\n\n" + framed("{}"), Framing::kHeaders, {"!", "{}"});
}

TEST(Framing, LengthsThatAreNoneAreFaults) {
  for (const char* length : {"-1", "x", "", "1 2", "99999999999999999999999999"}) {
    expect("Content-Length: " + std::string(length) + "\r\n\r\n" + framed("{}"), Framing::kHeaders, {"!", "{}"});
  }
}

TEST(Framing, WhatIsTooLongIsPassedOver) {
  expect(framed(std::string(1001, ' ')) + framed("{}"), Framing::kHeaders, {"!", "{}"});
  expect(std::string(1001, 'x') + "\n{}\n", Framing::kLines, {"!", "{}"});
}

TEST(Framing, AMessageThatIsCutOffIsNone) {
  expect(framed("{}") + "Content-Length: 10\r\n\r\n{", Framing::kHeaders, {"{}"});
  expect("Content-Length: 10\r\n", Framing::kHeaders, {});
}

TEST(Framing, WritesWhatItReads) {
  for (const Framing framing : {Framing::kHeaders, Framing::kLines}) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    MessageWriter writer(ends[1], framing);
    const std::string large(300000, 'x');
    std::thread sender([&] {
      EXPECT_TRUE(writer.write("{}"));
      EXPECT_TRUE(writer.write(large));
      close(ends[1]);
    });
    MessageReader reader(ends[0], framing);
    EXPECT_EQ(reader.next().text, "{}");
    EXPECT_EQ(reader.next().text, large);
    EXPECT_EQ(reader.next().status, Status::kEnd);
    sender.join();
    close(ends[0]);
  }
}

TEST(Framing, AWriteThatNobodyTakesEndsWhenItIsToldTo) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  MessageWriter writer(ends[1], Framing::kHeaders);
  std::thread sender([&] { EXPECT_FALSE(writer.write(std::string(1 << 20, 'x'))); });
  writer.stop();
  sender.join();
  EXPECT_FALSE(writer.write("{}"));
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace beamwright::serve
