#include "channel/frame.h"

#include <array>
#include <doctest/doctest.h>
#include <random>

#include "support/stream_text.h"

using namespace sse;
using namespace sse::channel;

namespace {

using Text = std::optional<std::string_view>;
using Number = std::optional<std::uint64_t>;

std::string bodyOf(std::string_view event, Text data, Number retry = {}) {
  std::string out(bodySize(event, data, retry), '?');
  CHECK(writeBody(out.data(), event, data, retry) == out.data() + out.size());
  return out;
}

/// `data` with every line break as LF: what an EventSource shows.
std::string withLf(std::string_view data) {
  std::string out;
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (data[i] == '\r' && i + 1 < data.size() && data[i + 1] == '\n') continue;
    out += data[i] == '\r' ? '\n' : data[i];
  }
  return out;
}

}  // namespace

TEST_CASE("fields stand in the order event, data, retry with one space after the colon") {
  CHECK(bodyOf("tick", "1", 2500) == "event: tick\ndata: 1\nretry: 2500\n");
  CHECK(bodyOf("", "1") == "data: 1\n");
  CHECK(bodyOf("tick", {}) == "event: tick\n");
}

TEST_CASE("empty data is one empty data line, no data none") {
  CHECK(bodyOf("", "") == "data: \n");
  CHECK(bodyOf("", {}, 0) == "retry: 0\n");
}

TEST_CASE("each of CR, LF and CRLF begins one more data line") {
  CHECK(bodyOf("", "a\nb\rc\r\nd") == "data: a\ndata: b\ndata: c\ndata: d\n");
  CHECK(bodyOf("", "a\n\nb") == "data: a\ndata: \ndata: b\n");
  CHECK(bodyOf("", "a\r\rb") == "data: a\ndata: \ndata: b\n");
  CHECK(bodyOf("", "a\n\rb") == "data: a\ndata: \ndata: b\n");
}

TEST_CASE("a line break at the end of the data is kept as an empty line") {
  CHECK(bodyOf("", "a\n") == "data: a\ndata: \n");
  CHECK(bodyOf("", "a\r\n") == "data: a\ndata: \n");
  CHECK(bodyOf("", "\n") == "data: \ndata: \n");
}

TEST_CASE("spaces and colons in data are data") { CHECK(bodyOf("", "  a: b ") == "data:   a: b \n"); }

TEST_CASE("the greatest retry is written whole") {
  CHECK(bodyOf("", {}, UINT64_MAX) == "retry: 18446744073709551615\n");
}

TEST_CASE("a chunk is its size in hexadecimal, the payload and two line breaks") {
  std::string out = "before";
  appendChunk(out, "0123456789abcdef0");
  CHECK(out == "before11\r\n0123456789abcdef0\r\n");
  out.clear();
  appendChunk(out, "x");
  CHECK(out == "1\r\nx\r\n");
}

TEST_CASE("the greatest chunk header fits into 18 bytes") {
  std::array<char, 18> room{};
  char* begin = writeChunkHeaderBackwards(room.data() + room.size(), SIZE_MAX);
  CHECK(begin == room.data());
  CHECK(std::string(begin, room.size()) == "ffffffffffffffff\r\n");
}

TEST_CASE("what is encoded is read back by an event stream parser") {
  std::mt19937 random(7);
  const std::string letters = "ab: \r\n\xC3\xA9";
  for (int i = 0; i < 2000; ++i) {
    std::string data;
    for (auto left = random() % 12; left > 0; --left) data += letters[random() % letters.size()];
    const std::string event = random() % 2 == 0 ? "" : "e: v";
    std::string stream;
    appendChunk(stream, bodyOf(event, data, i) + "\n");
    bool ended = false;
    std::string text = test::takeChunks(stream, ended);
    CHECK(stream.empty());
    const auto blocks = test::takeBlocks(text);
    REQUIRE(blocks.size() == 1);
    CHECK(blocks[0].data == withLf(data));
    CHECK(blocks[0].event.value_or("") == event);
    CHECK(blocks[0].retry == std::to_string(i));
  }
}
