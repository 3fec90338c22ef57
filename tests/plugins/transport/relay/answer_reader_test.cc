#include "transport/relay/answer_reader.h"

#include <doctest/doctest.h>

using namespace sse;
using sse::relay::AnswerReader;
using sse::relay::HttpAnswer;

namespace {

/// What came of `text` in pieces of `size` bytes; status 0 where there is no whole answer, -1 where it is no HTTP.
HttpAnswer inPieces(std::string_view text, std::size_t size) {
  AnswerReader reader;
  HttpAnswer found;
  while (!text.empty()) {
    const auto answer = reader.take(text.substr(0, size));
    if (!answer.ok()) return {-1, false};
    if (*answer) found = **answer;
    text.remove_prefix(std::min(size, text.size()));
  }
  return found;
}

}  // namespace

TEST_CASE("an answer ends where its length says, however it is cut") {
  constexpr std::string_view kText = "HTTP/1.1 200 OK\r\ncontent-LENGTH:  5 \r\nX: y\r\n\r\nhello";
  for (std::size_t size = 1; size <= kText.size(); ++size) {
    const auto answer = inPieces(kText, size);
    CHECK(answer.status == 200);
    CHECK(answer.reusable);
    CHECK(inPieces(kText.substr(0, kText.size() - 1), size).status == 0);
  }
}

TEST_CASE("an answer without a length, one that closes and one by HTTP/1.0 end the connection") {
  for (const auto* text :
       {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"}) {
    CAPTURE(text);
    const auto answer = inPieces(text, 1000);
    CHECK(answer.status == 200);
    CHECK_FALSE(answer.reusable);
  }
}

TEST_CASE("interim answers are passed over") {
  const auto answer = inPieces("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 7);
  CHECK(answer.status == 404);
  CHECK(answer.reusable);
}

TEST_CASE("what is no HTTP and what has no end is refused") {
  CHECK(inPieces("SSH-2.0-x\r\n\r\n", 100).status == -1);
  CHECK(inPieces("HTTP/1.1 2x0 OK\r\n\r\n", 100).status == -1);
  CHECK(inPieces("HTTP/1.1 200 OK\r\nX: " + std::string(AnswerReader::kMaxHead, 'x'), 1000).status == -1);
}

TEST_CASE("after a reset another answer begins") {
  AnswerReader reader;
  REQUIRE(reader.take("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nrest").ok());
  reader.reset();
  const auto answer = reader.take("HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n");
  REQUIRE(answer.ok());
  REQUIRE(answer->has_value());
  CHECK((*answer)->status == 503);
}
