#include "sse/header.h"

#include <array>
#include <doctest/doctest.h>

#include "sse/credentials.h"

using namespace sse;

TEST_CASE("headers of a request are found whatever the case of their names") {
  const std::array lines{HeaderLine{"X-Key", "1"}, HeaderLine{"x-key", "2"}, HeaderLine{"Empty", ""}};
  AuthRequest request;
  CHECK(request.header("X-Key").empty());
  request.headers = lines;
  CHECK(request.header("x-kEY") == "1");
  CHECK(request.header("Empty").empty());
  CHECK(request.header("X-Ke").empty());
  CHECK_FALSE(sameWithoutCase("[", "{"));
}

TEST_CASE("a bearer token is found whatever the case of its scheme, and of no other scheme") {
  CHECK(bearerOf("bEARER  abc ") == "abc");
  CHECK(bearerOf("Bearer").empty());
  CHECK(bearerOf("Basic abc").empty());
  CHECK(bearerOf("").empty());
}
