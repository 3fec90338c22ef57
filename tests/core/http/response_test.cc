#include "http/response.h"

#include <doctest/doctest.h>
#include <string>

#include "http/media_type.h"

using namespace sse::http;

TEST_CASE("a head is written line by line") {
  std::string out = "before";
  const Header extra[] = {{"Allow", "GET, HEAD"}};
  appendHead(out, 405, 1, true, "now", "text/plain", 12, extra);
  CHECK(out ==
        "beforeHTTP/1.1 405 Method Not Allowed\r\nDate: now\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n"
        "Allow: GET, HEAD\r\n\r\n");
}

TEST_CASE("Connection follows the request's version") {
  const auto head = [](int minor, bool keep_alive) {
    std::string out;
    appendHead(out, 200, minor, keep_alive, "", "", std::nullopt);
    return out;
  };
  CHECK(head(1, true) == "HTTP/1.1 200 OK\r\n\r\n");
  CHECK(head(1, false) == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
  CHECK(head(0, true) == "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n");
  CHECK(head(0, false) == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
}

TEST_CASE("a value cannot end its line") {
  std::string out;
  const Header extra[] = {{"X", std::string_view("a\r\nSet-Cookie: b\0c", 18)}};
  appendHead(out, 200, 1, true, "", "", std::nullopt, extra);
  CHECK(out == "HTTP/1.1 200 OK\r\nX: a  Set-Cookie: b c\r\n\r\n");
}

TEST_CASE("a problem is JSON with title, status and detail") {
  CHECK(problemJson(404, "path: \"x\"") == R"({"title":"Not Found","status":404,"detail":"path: \"x\""})");
}

TEST_CASE("dates are written as HTTP wants them") {
  CHECK(httpDate(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(httpDate(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(httpDate(1709164800) == "Thu, 29 Feb 2024 00:00:00 GMT");
}

TEST_CASE("a media type is read without its parameters and without regard to case") {
  CHECK(mediaType("application/json") == MediaType::Json);
  CHECK(mediaType("Application/JSON ; charset=utf-8") == MediaType::Json);
  CHECK(mediaType("text/plain;charset=utf-8") == MediaType::Text);
  CHECK(mediaType("application/x-ndjson") == MediaType::Ndjson);
  CHECK(mediaType("") == MediaType::None);
  CHECK(mediaType(";") == MediaType::Other);
  CHECK(mediaType("application/json2") == MediaType::Other);
  CHECK(mediaType("application/x-www-form-urlencoded") == MediaType::Other);
}
