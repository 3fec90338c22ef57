#include "client/url.h"

#include <doctest/doctest.h>
#include <string>

using sse::client::parseUrl;

TEST_CASE("a URL is host, port and what to ask for, as it stood") {
  const auto url = parseUrl("http://localhost:8080/channel/a%2Fb?last=3#there");
  REQUIRE(url.ok());
  CHECK(url.value().host == "localhost");
  CHECK(url.value().port == 8080);
  CHECK(url.value().target == "/channel/a%2Fb?last=3");
}

TEST_CASE("port and path have defaults") {
  const auto url = parseUrl("http://node?channel=a");
  REQUIRE(url.ok());
  CHECK(url.value().port == 80);
  CHECK(url.value().target == "/?channel=a");
}

TEST_CASE("https is by TLS, with a port of its own where none is named") {
  const auto url = parseUrl("https://node/x");
  REQUIRE(url.ok());
  CHECK(url.value().tls);
  CHECK(url.value().port == 443);
  CHECK(url.value().shown() == "https://node:443/x");
  CHECK(parseUrl("https://node:8443/").value().port == 8443);
  CHECK_FALSE(parseUrl("http://node:443/").value().tls);
}

TEST_CASE("an IPv6 address stands in brackets") {
  const auto url = parseUrl("http://[::1]:9/x");
  REQUIRE(url.ok());
  CHECK(url.value().host == "::1");
  CHECK(url.value().shown() == "http://[::1]:9/x");
}

TEST_CASE("what a request line cannot carry is percent-encoded") {
  const auto url = parseUrl("http://h/subscribe/gr\xC3\xBC\xC3\x9F e\r\n");
  REQUIRE(url.ok());
  CHECK(url.value().target == "/subscribe/gr%C3%BC%C3%9F%20e%0D%0A");
}

TEST_CASE("a token in the query is not shown") {
  CHECK(parseUrl("http://h/x?access_token=secret").value().shown() == "http://h:80/x");
}

TEST_CASE("what is no URL of ours is refused with what was expected") {
  for (const auto* text : {"", "localhost:8080/x", "/x", "ftp://h/x", "http://", "http:///x", "http://h:no/x",
                           "http://h:0/x", "http://h:70000/x", "http://a b/x", "http://u:p@h/x", "http://[::1/x"}) {
    CAPTURE(text);
    const auto url = parseUrl(text);
    REQUIRE_FALSE(url.ok());
    CHECK(url.error().text.find("expected http[s]://host[:port]/path, got ") != std::string::npos);
  }
}
