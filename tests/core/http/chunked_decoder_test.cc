#include "http/chunked_decoder.h"

#include <doctest/doctest.h>
#include <string>

using namespace sse::http;

namespace {

struct Decoded {
  Parse outcome = Parse::NeedMore;
  std::string body;
  std::size_t consumed = 0;
  Problem problem;
};

Decoded whole(std::string_view bytes, std::size_t limit = 1024) {
  Decoded got;
  ChunkedDecoder decoder;
  got.outcome = decoder.feed(bytes, limit, got.body, got.consumed, got.problem);
  return got;
}

Decoded byteByByte(std::string_view bytes, std::size_t limit = 1024) {
  Decoded got;
  ChunkedDecoder decoder;
  for (std::size_t i = 0; i < bytes.size() && got.outcome == Parse::NeedMore; ++i) {
    std::size_t used = 0;
    got.outcome = decoder.feed(bytes.substr(i, 1), limit, got.body, used, got.problem);
    got.consumed += used;
  }
  return got;
}

int refusal(const std::string& bytes, std::size_t limit = 1024) {
  const auto at_once = whole(bytes, limit);
  const auto slowly = byteByByte(bytes, limit);
  CHECK(at_once.outcome == slowly.outcome);
  CHECK(at_once.problem.status == slowly.problem.status);
  CHECK(at_once.body == slowly.body);
  return at_once.outcome == Parse::Bad ? at_once.problem.status : 0;
}

}  // namespace

TEST_CASE("chunks become the body, however they arrive") {
  const std::string bytes = "5\r\nhello\r\n00a;name=\"value\"\r\n, chunks!\n\r\n0\r\nTrailer: x\r\n\r\n";
  const auto got = whole(bytes + "GET / HTTP/1.1");
  CHECK(got.outcome == Parse::Done);
  CHECK(got.body == "hello, chunks!\n");
  CHECK(got.consumed == bytes.size());
  CHECK(refusal(bytes) == 0);
  CHECK(byteByByte(bytes).outcome == Parse::Done);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto part = whole(bytes.substr(0, size));
    CHECK(part.outcome == Parse::NeedMore);
    CHECK(part.consumed == size);
  }
}

TEST_CASE("a decoder that is done stands before the next body") {
  ChunkedDecoder decoder;
  for (int i = 0; i < 3; ++i) {
    std::string body;
    std::size_t consumed = 0;
    Problem problem;
    CHECK(decoder.feed("A\r\n0123456789\r\n0\r\n\r\n", 10, body, consumed, problem) == Parse::Done);
    CHECK(body == "0123456789");
  }
}

TEST_CASE("a body beyond the limit is refused before its data") {
  CHECK(refusal("A\r\n0123456789\r\n0\r\n\r\n", 10) == 0);
  CHECK(refusal("B\r\n", 10) == 413);
  CHECK(refusal("9\r\n012345678\r\n2\r\n", 10) == 413);
  CHECK(refusal("FFFFFFFFFFFFFFFF\r\n", 10) == 413);
  CHECK(refusal("5\r\nhello\r\nFFFFFFFFFFFFFFFB\r\n", 10) == 413);
  CHECK(whole("B\r\n", 10).problem.detail == "body: expected at most 10 bytes (limits.body), got more");
  CHECK(refusal("10000000000000000\r\n", 10) == 400);
  CHECK(refusal("00000000000000005\r\n", 10) == 400);
}

TEST_CASE("anything but hexadecimal digits and CRLF where they belong is refused") {
  for (const auto* bad :
       {"\r\n",    "x\r\n",    "0x5\r\n",     "-5\r\n",       "+5\r\n",        " 5\r\n",         "5 \r\n",
        "5\n",     "5\rx",     "5\r\nhelloX", "5\r\nhello\n", "5\r\nhello\rX", "5;a\n",          "5;a\rb",
        "0\r\n\n", "0\r\n\rX", "0\r\na: b\n", "0\r\na: b\rX", "5;a\x01\r\n",   "0\r\na\x7F\r\n", ";a\r\n"}) {
    CAPTURE(bad);
    CHECK(refusal(bad) == 400);
  }
  CHECK(refusal(std::string("5;a\0b\r\n", 7)) == 400);
}

TEST_CASE("extensions and trailers are bounded together") {
  const std::string much(5000, 'x');
  CHECK(refusal("1;" + much + "\r\na\r\n0\r\n\r\n") == 0);
  CHECK(refusal("1;" + much + "\r\na\r\n1;" + much + "\r\n") == 400);
  CHECK(refusal("1;" + much + "\r\na\r\n0\r\nt: " + much + "\r\n\r\n") == 400);
}
