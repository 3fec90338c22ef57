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
  CHECK_FALSE(cors.foreign(head));
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
