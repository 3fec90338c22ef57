#include "auth/webhook/http_answer.h"

#include <doctest/doctest.h>

using namespace sse;
using webhook::AnswerReader;

namespace {

const std::string kWhole = "HTTP/1.1 200 OK\r\nCache-Control: max-age=5\r\nContent-Length: 2\r\n\r\n{}";
const std::string kChunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n1 \r\nd\r\n0\r\nTrailer: x\r\n\r\n";

/// The answer in `bytes`, given in pieces of `step`; whatever comes last.
Result<std::optional<webhook::HttpAnswer>> read(const std::string& bytes, std::size_t step) {
  AnswerReader reader;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    auto answer = reader.take(std::string_view(bytes).substr(at, step));
    if (!answer.ok() || *answer) return answer;
  }
  return std::optional<webhook::HttpAnswer>();
}

bool refuses(const std::string& bytes) { return !read(bytes, bytes.size()).ok() && !read(bytes, 1).ok(); }

}  // namespace

TEST_CASE("an answer is found however its bytes come") {
  for (std::size_t step = 1; step <= kChunked.size(); ++step) {
    CAPTURE(step);
    const auto whole = read(kWhole, step);
    REQUIRE(whole.ok());
    REQUIRE(whole->has_value());
    CHECK((*whole)->status == 200);
    CHECK((*whole)->body == "{}");
    CHECK((*whole)->cache_control == "max-age=5");
    CHECK((*whole)->reusable);
    const auto chunked = read(kChunked, step);
    REQUIRE(chunked.ok());
    REQUIRE(chunked->has_value());
    CHECK((*chunked)->body == "abcd");
    CHECK((*chunked)->reusable);
  }
}

TEST_CASE("what is no answer by HTTP/1.1 is refused") {
  CHECK(refuses("SSH-2.0-OpenSSH\r\n\r\n"));
  CHECK(refuses("HTTP/2.0 200 OK\r\n\r\n"));
  CHECK(refuses("HTTP/1.1 999 X\r\n\r\n"));
  CHECK(refuses("HTTP/1.1 2000 X\r\n\r\n"));
  CHECK(refuses("HTTP/1.1 20\r\n\r\n"));
  CHECK(refuses("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"));
  CHECK(refuses("HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n"));
  CHECK(refuses("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"));
  CHECK(refuses("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"));
  CHECK(refuses("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n"));
  CHECK(refuses("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n"));
}

TEST_CASE("a huge answer is refused before it is there") {
  CHECK(refuses("HTTP/1.1 200 OK\r\nContent-Length: 65537\r\n\r\n"));
  CHECK(refuses("HTTP/1.1 200 OK\r\nX: " + std::string(17'000, 'x')));
  CHECK(refuses("HTTP/1.1 200 OK\r\n\r\n" + std::string(66'000, 'x')));
  CHECK(refuses("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(2'000, '0')));
  std::string chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 70; ++i) chunks += "400\r\n" + std::string(1024, 'x') + "\r\n";
  CHECK(refuses(chunks));
}

TEST_CASE("an answer may end with its connection, and only where that is how its length is told") {
  AnswerReader whole;
  CHECK_FALSE(whole.take("HTTP/1.0 200 OK\r\n\r\n{\"allow\"").value().has_value());
  CHECK(whole.end().value().body == "{\"allow\"");
  AnswerReader cut;
  CHECK_FALSE(cut.take("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}").value().has_value());
  CHECK(cut.end().error().text == "the answer broke off");
  CHECK(AnswerReader().end().error().text == "the connection was closed without an answer");
}

TEST_CASE("interim answers are passed over, and a connection with more behind the answer is not used again") {
  const auto early = read("HTTP/1.1 100 Continue\r\n\r\n" + kWhole, 7);
  CHECK((**early).status == 200);
  AnswerReader reader;
  CHECK_FALSE((**reader.take(kWhole + "HTTP/1.1 200 OK")).reusable);
  CHECK_FALSE((**read("HTTP/1.1 403 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 99)).reusable);
  CHECK((**read("HTTP/1.1 599\r\nContent-Length: 0\r\n\r\n", 99)).status == 599);
  CHECK_FALSE((**read("HTTP/1.0 403 No\r\nContent-Length: 0\r\n\r\n", 99)).reusable);
  CHECK((**read("HTTP/1.1 204 No Content\r\n\r\n", 99)).body.empty());
}
