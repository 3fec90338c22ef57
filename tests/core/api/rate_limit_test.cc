#include "api/rate_limit.h"

#include <doctest/doctest.h>

using namespace sse;
using namespace sse::api;

TEST_CASE("a publisher has a second's worth of events at once and gets them back with time") {
  RateLimit limit(10);
  std::int64_t now = 5'000'000;
  CHECK(limit.take("a", 8, now));
  CHECK(limit.take("a", 2, now));
  CHECK_FALSE(limit.take("a", 1, now));
  CHECK(limit.take("b", 10, now));
  now += 100'000;
  CHECK(limit.take("a", 1, now));
  CHECK_FALSE(limit.take("a", 1, now));
  now += 10'000'000;
  CHECK(limit.take("a", 10, now));
}

TEST_CASE("a batch of more than a second's worth passes when nothing is owed, and is paid for") {
  RateLimit limit(10);
  std::int64_t now = 5'000'000;
  CHECK(limit.take("a", 1, now));
  CHECK_FALSE(limit.take("a", 35, now));
  now += 100'000;
  CHECK(limit.take("a", 35, now));
  now += 2'500'000;
  CHECK_FALSE(limit.take("a", 1, now));
  now += 100'000;
  CHECK(limit.take("a", 1, now));
}

TEST_CASE("who is refused learns when the same would pass") {
  RateLimit limit(10);
  CHECK(limit.wait("a", 1, 0) == 1);
  CHECK(limit.take("a", 10, 0));
  CHECK(limit.wait("a", 1, 0) == 1);
  CHECK(limit.take("a", 35, 1'000'000));
  CHECK(limit.wait("a", 1, 1'000'000) == 3);
  CHECK(limit.wait("a", 35, 1'000'000) == 4);
  CHECK_FALSE(limit.take("a", 35, 4'400'000));
  CHECK(limit.take("a", 35, 4'500'000));
}

TEST_CASE("addresses of one network of IPv6 are one publisher, and no identity is one of them") {
  RateLimit limit(2);
  const auto take = [&](const char* address, std::uint64_t events) {
    return limit.take(RateLimit::address(address), events, 0);
  };
  CHECK(take("2001:db8::1", 2));
  CHECK_FALSE(take("2001:db8::2", 1));
  CHECK(limit.wait(RateLimit::address("2001:db8::3"), 2, 0) == 1);
  CHECK(take("2001:db8:0:1::1", 2));
  CHECK(take("10.0.0.1", 2));
  CHECK_FALSE(take("::ffff:10.0.0.1", 1));
  CHECK(take("10.0.0.2", 2));
  for (const char* name : {"2001:db8::1", "2001:db8::2", "@10.0.0.1", "=@10.0.0.1"}) {
    CHECK(limit.take(RateLimit::identity(name), 2, 0));
    CHECK_FALSE(limit.take(RateLimit::identity(name), 1, 0));
  }
}

TEST_CASE("being refused costs nothing") {
  RateLimit limit(2);
  CHECK(limit.take("a", 2, 0));
  for (int i = 1; i < 500; ++i) CHECK_FALSE(limit.take("a", 1, i * 1000));
  CHECK(limit.take("a", 1, 500'000));
}

TEST_CASE("a publisher that is forgotten is as one who was quiet") {
  RateLimit limit(10);
  CHECK(limit.take("a", 10, 5'000'000));
  CHECK(limit.take("b", 1, 6'500'000));
  CHECK(limit.take("a", 10, 6'500'000));
  CHECK_FALSE(limit.take("a", 1, 6'500'000));
}

TEST_CASE("a rate may be set anew, also to none") {
  RateLimit limit;
  for (int i = 0; i < 100; ++i) CHECK(limit.take("a", 10, 0));
  limit.set(2);
  CHECK(limit.take("a", 2, 0));
  CHECK_FALSE(limit.take("a", 1, 0));
  limit.set(0);
  CHECK(limit.take("a", 1, 0));
}
