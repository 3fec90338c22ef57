#include "http/http2_request.h"

#include <doctest/doctest.h>

using namespace sse::http;

namespace {

constexpr std::size_t kLimit = 1000;

Http2Request begun(std::string_view method = "GET", std::string_view path = "/a?b=c") {
  Http2Request request;
  request.addField(":method", method, kLimit);
  request.addField(":scheme", "http", kLimit);
  request.addField(":path", path, kLimit);
  request.addField(":authority", "host:1", kLimit);
  return request;
}

}  // namespace

TEST_CASE("a request is the text of the same request in HTTP/1.1") {
  auto request = begun();
  request.addField("accept", "text/plain", kLimit);
  request.endFields();
  request.finish();
  CHECK(request.problem().status == 0);
  CHECK(request.takeText() == "GET /a?b=c HTTP/1.1\r\nhost: host:1\r\naccept: text/plain\r\n\r\n");
}

TEST_CASE("the authority is the host, where there is one") {
  auto request = begun();
  request.addField("host", "other", kLimit);
  request.endFields();
  CHECK(request.takeText() == "GET /a?b=c HTTP/1.1\r\nhost: host:1\r\n\r\n");
  Http2Request without;
  without.addField(":method", "GET", kLimit);
  without.addField(":path", "/", kLimit);
  without.addField("host", "other", kLimit);
  without.endFields();
  CHECK(without.takeText() == "GET / HTTP/1.1\r\nhost: other\r\n\r\n");
}

TEST_CASE("crumbs of a cookie are one header") {
  auto request = begun();
  request.addField("cookie", "a=1", kLimit);
  request.addField("cookie", "b=2", kLimit);
  request.endFields();
  CHECK(request.takeText().find("cookie: a=1; b=2\r\n") != std::string::npos);
}

TEST_CASE("a body without a length gets one") {
  auto request = begun("POST", "/publish/c");
  request.endFields();
  request.addBody("ab", 10);
  request.addBody("cd", 10);
  CHECK(request.takeText() == "POST /publish/c HTTP/1.1\r\nhost: host:1\r\ncontent-length: 4\r\n\r\nabcd");
}

TEST_CASE("a value cannot begin another line") {
  for (const std::string_view value : {std::string_view("a\r\nx: y"), std::string_view("a\nb"),
                                       std::string_view("a\rb"), std::string_view("a\0b", 3)}) {
    auto request = begun();
    request.addField("x", value, kLimit);
    CHECK(request.problem().status == 400);
  }
  CHECK(begun("GET", "/ HTTP/1.1").problem().status == 400);
  CHECK(begun("GE T").problem().status == 400);
}

TEST_CASE("what is too large is refused and not kept") {
  auto request = begun();
  request.addField("x", std::string(kLimit, 'x'), kLimit);
  CHECK(request.problem().status == 431);
  auto post = begun("POST");
  post.endFields();
  post.addBody("12345", 8);
  post.addBody("6789", 8);
  CHECK(post.problem().status == 413);
  CHECK(post.bodySize() == 0);
}
