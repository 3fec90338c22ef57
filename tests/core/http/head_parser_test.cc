#include "http/head_parser.h"

#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace sse::http;

namespace {

constexpr std::size_t kLimit = 16384;

struct Parsed {
  std::vector<char> bytes;  // what the views point into, also after a move
  Head head;
  std::size_t consumed = 0;
  Problem problem;
  Parse outcome = Parse::NeedMore;
};

Parsed parse(std::string_view bytes, std::size_t limit = kLimit) {
  Parsed parsed;
  parsed.bytes.assign(bytes.begin(), bytes.end());
  const std::string_view kept(parsed.bytes.data(), parsed.bytes.size());
  parsed.outcome = HeadParser::parse(kept, limit, parsed.head, parsed.consumed, parsed.problem);
  return parsed;
}

/// Whole, and again with one byte more at a time: both must end alike. Returns the status that refuses it, 0 if none.
int refusal(const std::string& bytes, std::size_t limit = kLimit) {
  const auto whole = parse(bytes, limit);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const auto part = parse(std::string_view(bytes).substr(0, size), limit);
    if (part.outcome == Parse::NeedMore) continue;
    CHECK(part.outcome == whole.outcome);
    CHECK(part.consumed == whole.consumed);
    CHECK(part.problem.status == whole.problem.status);
    break;
  }
  if (whole.outcome == Parse::Bad) CHECK_FALSE(whole.problem.detail.empty());
  return whole.outcome == Parse::Bad ? whole.problem.status : 0;
}

/// A POST that is fine, but for these lines more (each with its line end).
std::string with(const std::string& lines) { return "POST /publish/a HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n"; }

}  // namespace

TEST_CASE("a request's head is taken apart") {
  const std::string head =
      "POST /channel/news?last=3&x HTTP/1.1\r\nHost: h:8080\r\ncontent-type:  application/json \r\n"
      "Content-Length: 12\r\nX-Empty:\r\nAccept: a\r\nAccept: b\r\nX-Text: gr\xC3\xBC\xC3\x9F\te\r\n\r\n";
  const auto parsed = parse(head + "{\"data\": 12}");
  REQUIRE(parsed.outcome == Parse::Done);
  CHECK(parsed.consumed == head.size());
  const auto& got = parsed.head;
  CHECK(got.method == Method::Post);
  CHECK(got.method_text == "POST");
  CHECK(got.target == "/channel/news?last=3&x");
  CHECK(got.path == "/channel/news");
  CHECK(got.query == "last=3&x");
  CHECK(got.minor == 1);
  CHECK(got.keep_alive);
  CHECK_FALSE(got.expect_continue);
  CHECK_FALSE(got.chunked);
  CHECK_FALSE(got.upgrade);
  CHECK(got.content_length == 12U);
  CHECK(got.headers().size() == 7);
  CHECK(got.header("CONTENT-TYPE") == "application/json");
  CHECK(got.header("x-empty").empty());
  CHECK(got.header("missing").empty());
  CHECK(got.header("accept") == "a");
  CHECK(got.count("accept") == 2);
  CHECK(got.header("x-text") == "gr\xC3\xBC\xC3\x9F\te");
  CHECK(refusal(head) == 0);
}

TEST_CASE("a head used again forgets the request before") {
  Parsed parsed = parse(with("Content-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n"));
  CHECK(parsed.head.expect_continue);
  CHECK_FALSE(parsed.head.keep_alive);
  REQUIRE(HeadParser::parse("GET / HTTP/1.1\r\nHost: h\r\n\r\n", kLimit, parsed.head, parsed.consumed,
                            parsed.problem) == Parse::Done);
  CHECK_FALSE(parsed.head.content_length.has_value());
  CHECK_FALSE(parsed.head.expect_continue);
  CHECK(parsed.head.keep_alive);
  CHECK(parsed.head.path == "/");
  CHECK(parsed.head.query.empty());
  CHECK(parsed.head.headers().size() == 1);
}

TEST_CASE("every method of the routes is known, others are Other") {
  const std::vector<std::pair<std::string, Method>> all = {
      {"GET", Method::Get},   {"HEAD", Method::Head},     {"POST", Method::Post},
      {"PUT", Method::Put},   {"DELETE", Method::Delete}, {"PATCH", Method::Patch},
      {"get", Method::Other}, {"PURGE", Method::Other},   {"OPTIONS", Method::Options},
  };
  for (const auto& [text, method] : all) CHECK(parse(text + " / HTTP/1.1\r\nHost: h\r\n\r\n").head.method == method);
}

TEST_CASE("keep-alive, upgrade and expect follow version and Connection") {
  CHECK(parse(with("Connection: Keep-Alive, Upgrade\r\nUpgrade: sse-relay/1\r\n")).head.upgrade);
  CHECK_FALSE(parse(with("Upgrade: sse-relay/1\r\n")).head.upgrade);
  CHECK_FALSE(parse(with("connection: x, CLOSE\r\n")).head.keep_alive);
  CHECK_FALSE(parse("GET / HTTP/1.0\r\n\r\n").head.keep_alive);
  CHECK(parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").head.keep_alive);
  CHECK(parse(with("Expect: 100-Continue\r\n")).head.expect_continue);
  CHECK_FALSE(parse("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").head.expect_continue);
  CHECK(refusal(with("Expect: a-miracle\r\n")) == 417);
}

TEST_CASE("HTTP/1.0 needs no Host; HTTP/1.1 needs exactly one that could be one") {
  CHECK(parse("GET / HTTP/1.0\r\n\r\n").outcome == Parse::Done);
  CHECK(parse("GET / HTTP/1.0\r\n\r\n").head.minor == 0);
  CHECK(refusal("GET / HTTP/1.1\r\n\r\n") == 400);
  CHECK(refusal("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n") == 400);
  CHECK(refusal("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n") == 400);
  CHECK(refusal("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n") == 400);
  CHECK(refusal("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n") == 400);
  CHECK(refusal("GET / HTTP/1.1\r\nHost: me@b\r\n\r\n") == 400);
  CHECK(refusal("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n") == 0);
  CHECK(refusal("GET / HTTP/1.1\r\nHost:\r\n\r\n") == 0);
}

TEST_CASE("a body's length is said once, in one way") {
  CHECK(parse(with("Transfer-Encoding: Chunked\r\n")).head.chunked);
  CHECK(parse(with("Content-Length: 18446744073709551615\r\n")).head.content_length == 18446744073709551615U);
  CHECK(refusal(with("Content-Length: 5\r\nContent-Length: 5\r\n")) == 400);
  CHECK(refusal(with("Content-Length: 5\r\nContent-Length: 6\r\n")) == 400);
  CHECK(refusal(with("Content-Length: 5, 5\r\n")) == 400);
  CHECK(refusal(with("Content-Length: +5\r\n")) == 400);
  CHECK(refusal(with("Content-Length: -5\r\n")) == 400);
  CHECK(refusal(with("Content-Length: 0x5\r\n")) == 400);
  CHECK(refusal(with("Content-Length: 5 5\r\n")) == 400);
  CHECK(refusal(with("Content-Length:\r\n")) == 400);
  CHECK(refusal(with("Content-Length: 18446744073709551616\r\n")) == 400);
  CHECK(refusal(with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")) == 400);
  CHECK(refusal(with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")) == 400);
  CHECK(refusal(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")) == 400);
  CHECK(refusal(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n")) == 400);
  CHECK(refusal("POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
  for (const auto* coding : {"gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked", "identity", "xchunked",
                             "chunked;q=1", "\"chunked\"", ""}) {
    CAPTURE(coding);
    CHECK(refusal(with(std::string("Transfer-Encoding: ") + coding + "\r\n")) == 501);
  }
}

TEST_CASE("lines end in CRLF, are not folded and hold no control characters") {
  CHECK(refusal(with("X: a\r\n b\r\n")) == 400);
  CHECK(refusal(with("X: a\r\n\tb\r\n")) == 400);
  CHECK(refusal(with("X:\r\n \r\n")) == 400);
  CHECK(refusal("GET / HTTP/1.1\r\n Host: h\r\n\r\n") == 400);
  CHECK(refusal("GET / HTTP/1.1\nHost: h\n\n") == 400);
  CHECK(refusal(with("X: a\nY: b\r\n")) == 400);
  CHECK(refusal(with("X: a\rY: b\r\n")) == 400);
  CHECK(refusal(with("X: a\r\r\n")) == 400);
  CHECK(refusal(with("X\r: a\r\n")) == 400);
  CHECK(refusal("GET /\r HTTP/1.1\r\nHost: h\r\n\r\n") == 400);
  CHECK(refusal(with("X : a\r\n")) == 400);
  CHECK(refusal(with("X\t: a\r\n")) == 400);
  CHECK(refusal(with(": a\r\n")) == 400);
  CHECK(refusal(with("X\r\n")) == 400);
  CHECK(refusal(with("X\xC3\xBC: a\r\n")) == 400);
  for (int c = 0; c < 0x20; ++c) {
    if (c == '\t') continue;
    CAPTURE(c);
    const std::string control(1, static_cast<char>(c));
    CHECK(refusal(with("X: a" + control + "b\r\n")) == 400);
    CHECK(refusal(with("X" + control + ": a\r\n")) == 400);
    CHECK(refusal("GET /" + control + " HTTP/1.1\r\nHost: h\r\n\r\n") == 400);
  }
  CHECK(refusal(with("X: a\x7F\r\n")) == 400);
  CHECK(refusal("GET /\x7F HTTP/1.1\r\nHost: h\r\n\r\n") == 400);
}

TEST_CASE("one CRLF before the request line is skipped, more are refused") {
  const auto parsed = parse("\r\nGET /a HTTP/1.0\r\n\r\n");
  CHECK(parsed.outcome == Parse::Done);
  CHECK(parsed.consumed == 21);
  CHECK(parse("\r").outcome == Parse::NeedMore);
  CHECK(parse("\r\n").outcome == Parse::NeedMore);
  CHECK(refusal("\r\nGET /a HTTP/1.0\r\n\r\n") == 0);
  CHECK(refusal("\r\n\r\nGET /a HTTP/1.0\r\n\r\n") == 400);
  CHECK(refusal("\nGET /a HTTP/1.0\r\n\r\n") == 400);
  CHECK(refusal(" GET /a HTTP/1.0\r\n\r\n") == 400);
}

TEST_CASE("targets are paths, http URLs, or * for OPTIONS") {
  const auto target = [](const std::string& text, const std::string& method = "GET") {
    return parse(method + " " + text + " HTTP/1.1\r\nHost: h\r\n\r\n");
  };
  CHECK(target("http://other:80/a/b?c").head.path == "/a/b");
  CHECK(target("http://other:80/a/b?c").head.query == "c");
  CHECK(target("HTTPS://other").head.path == "/");
  CHECK(target("http://other?c=/d").head.path == "/");
  CHECK(target("http://other?c=/d").head.query == "c=/d");
  CHECK(target("/a?b?c").head.query == "b?c");
  CHECK(target("/gr\xC3\xBCn").head.path == "/gr\xC3\xBCn");
  CHECK(target("*", "OPTIONS").head.path == "*");
  for (const auto* bad : {"*", "a/b", "http:///a", "http://u@h/a", "ftp://h/a", "://h/a", "h:80", "/a#b", "?a"}) {
    CAPTURE(bad);
    CHECK(target(bad).problem.status == 400);
  }
  CHECK(refusal("GET http://other/a HTTP/1.1\r\n\r\n") == 400);
  CHECK(target("h:80", "CONNECT").problem.status == 400);
}

TEST_CASE("other protocols and versions get an answer that says so") {
  CHECK(refusal("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 505);
  CHECK(refusal("GET / HTTP/2.0\r\nHost: h\r\n\r\n") == 505);
  CHECK(refusal("GET / HTTP/1.2\r\nHost: h\r\n\r\n") == 505);
  CHECK(refusal("GET / HTTP/3\r\nHost: h\r\n\r\n") == 505);
  CHECK(refusal("GET /\r\n\r\n") == 400);
  CHECK(refusal("GET / http/1.1\r\nHost: h\r\n\r\n") == 400);
  CHECK(refusal("GET /  HTTP/1.1\r\nHost: h\r\n\r\n") == 400);
  CHECK(refusal("GET / HTTP/1.1 \r\nHost: h\r\n\r\n") == 400);
  CHECK(refusal("GET  / HTTP/1.1\r\nHost: h\r\n\r\n") == 400);
  CHECK(refusal("\x16\x03\x01\x02") == 400);
  CHECK(parse("\x16\x03\x01\x02").problem.detail.find("TLS") != std::string::npos);
}

TEST_CASE("what is too long is refused as soon as it is, with 414 for the request line") {
  const std::string fits = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  CHECK(refusal(fits, fits.size()) == 0);
  CHECK(refusal(fits, fits.size() - 1) == 431);
  CHECK(refusal("GET /" + std::string(200, 'a'), 100) == 414);
  CHECK(refusal("GET /" + std::string(200, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", 100) == 414);
  CHECK(refusal(with("X: " + std::string(200, 'a')), 100) == 431);
  CHECK(parse("GET /" + std::string(90, 'a'), 100).outcome == Parse::NeedMore);
  std::string many;
  for (int i = 0; i < 99; ++i) many += "X: a\r\n";
  CHECK(refusal(with(many)) == 0);
  CHECK(refusal(with(many + "X: a\r\n")) == 431);
}

TEST_CASE("pipelined requests are taken one by one") {
  const std::string one = with("Content-Length: 0\r\n");
  const auto bytes = one + one;
  const auto first = parse(bytes);
  CHECK(first.consumed == one.size());
  CHECK(parse(std::string_view(bytes).substr(first.consumed)).outcome == Parse::Done);
}
