#include "api/cors.h"

#include <doctest/doctest.h>

using namespace sse;
using namespace sse::api;

namespace {

http::Head headWith(std::initializer_list<http::Header> headers) {
  http::Head head;
  for (const auto& header : headers) REQUIRE(head.add(header.name, header.value));
  return head;
}

}  // namespace

TEST_CASE("without cors no origin is allowed and nothing is said of it") {
  const Cors cors;
  const auto head = headWith({{"Host", "broker:8080"}, {"Origin", "https://page"}});
  CHECK_FALSE(cors.allows("https://page"));
  CHECK(cors.foreign(head));
  CHECK(cors.lines(head).empty());
  CHECK(cors.preflightLines(head, "GET").empty());
}

TEST_CASE("a page of the broker's own host may publish, as may who is no page") {
  const Cors cors;
  CHECK_FALSE(cors.foreign(headWith({{"Host", "Broker:8080"}, {"Origin", "http://broker:8080"}})));
  CHECK_FALSE(cors.foreign(headWith({{"Host", "broker:8080"}})));
  CHECK_FALSE(cors.foreign(headWith({{"Host", "broker:8080"}, {"Sec-Fetch-Site", "same-origin"}})));
  CHECK(cors.foreign(headWith({{"Host", "broker:8080"}, {"Origin", "http://broker"}})));
  CHECK(cors.foreign(headWith({{"Host", "broker:8080"}, {"Origin", "null"}})));
  CHECK(cors.foreign(headWith({{"Host", "broker:8080"}, {"Sec-Fetch-Site", "cross-site"}})));
}

TEST_CASE("cors without origins allows every page, without credentials") {
  const Cors cors{true, {}};
  const auto head = headWith({{"Origin", "https://page"}});
  CHECK(cors.allows("https://page"));
  CHECK(cors.lines(head) == "Access-Control-Allow-Origin: *\r\n");
  CHECK(cors.lines(headWith({})).empty());
}

TEST_CASE("cors with origins allows those alone, with credentials, and says that answers differ") {
  const Cors cors{true, {"https://page"}};
  const auto page = headWith({{"Host", "b"}, {"Origin", "https://page"}});
  CHECK_FALSE(cors.foreign(page));
  CHECK(cors.lines(page) ==
        "Vary: Origin\r\nAccess-Control-Allow-Origin: https://page\r\nAccess-Control-Allow-Credentials: true\r\n");
  const auto other = headWith({{"Host", "b"}, {"Origin", "https://page.evil"}});
  CHECK(cors.foreign(other));
  CHECK(cors.lines(other) == "Vary: Origin\r\n");
  CHECK(cors.lines(headWith({})) == "Vary: Origin\r\n");
}

TEST_CASE("who may read may not publish: that takes a list, and cors that is enabled") {
  const auto page = headWith({{"Host", "b"}, {"Origin", "https://page"}, {"Sec-Fetch-Site", "cross-site"}});
  const auto hidden = headWith({{"Host", "b"}, {"Sec-Fetch-Site", "cross-site"}});
  CHECK(Cors{true, {}}.foreign(page));
  CHECK(Cors{true, {}}.foreign(hidden));
  CHECK(Cors{false, {"https://page"}}.foreign(page));
  CHECK_FALSE(Cors{true, {"https://page"}}.foreign(page));
  CHECK(Cors{true, {"https://page"}}.foreign(hidden));
  CHECK_FALSE(Cors{true, {}}.foreign(headWith({{"Host", "b"}, {"Origin", "https://b"}})));
}

TEST_CASE("an origin that no browser sends is told") {
  const std::vector<std::string> good = {"https://page.example",  "http://localhost:3000", "https://[2001:db8::1]:8443",
                                         "capacitor://localhost", "http://10.0.0.1:443",   "https://x_y-z.example"};
  CHECK(wrongOrigins(good).empty());
  for (const auto* wrong : {"*",
                            "null",
                            "page.example",
                            "https://",
                            "https://Page.example",
                            "HTTPS://page.example",
                            "https://page.example/",
                            "https://page.example/a",
                            "https://page.example:443",
                            "http://page.example:80",
                            "https://page.example:",
                            "https://page.example:08",
                            "https://page.example:123456",
                            "https://*.example",
                            "https://u@page.example",
                            "https://[::1",
                            "https://page.example?x",
                            " https://page.example",
                            "://page.example",
                            "https://a:b:1"}) {
    const auto problems = wrongOrigins({"https://good.example", wrong});
    REQUIRE(problems.size() == 1);
    CHECK(problems.front().find("\"" + std::string(wrong) + "\"") != std::string::npos);
    CHECK((problems.front().find("no list at all") != std::string::npos) == (std::string_view(wrong) == "*"));
  }
}

TEST_CASE("a preflight is told methods and headers, another OPTIONS is not") {
  const Cors cors{true, {}};
  const auto asks = headWith({{"Origin", "https://page"}, {"Access-Control-Request-Method", "POST"}});
  const auto lines = cors.preflightLines(asks, "GET, POST");
  CHECK(lines.find("Access-Control-Allow-Origin: *\r\n") != std::string::npos);
  CHECK(lines.find("Access-Control-Allow-Methods: GET, POST\r\n") != std::string::npos);
  CHECK(lines.find("Last-Event-ID") != std::string::npos);
  CHECK(lines.find("Idempotency-Key") != std::string::npos);
  CHECK(lines.ends_with("\r\n"));
  const auto plain = cors.preflightLines(headWith({{"Origin", "https://page"}}), "GET");
  CHECK(plain == "Access-Control-Allow-Origin: *\r\n");
}
