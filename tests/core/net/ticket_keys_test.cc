#include "net/ticket_keys.h"

#include <doctest/doctest.h>

using namespace sse;
using namespace std::chrono_literals;
using net::TicketKeys;

TEST_CASE("a key of tickets encrypts for two hours, opens for two more, and is gone") {
  TicketKeys keys;
  const auto start = Clock::now();
  const auto first = keys.sealing(start);
  REQUIRE(first);
  CHECK(keys.sealing(start + 119min)->name == first->name);
  const auto second = keys.sealing(start + 2h);
  CHECK(second->name != first->name);
  CHECK(second->cipher != first->cipher);
  CHECK(second->mac != first->mac);
  const auto opened = keys.opening(first->name, start + 239min);
  REQUIRE(opened);
  CHECK(opened->cipher == first->cipher);
  CHECK(opened->mac == first->mac);
  CHECK_FALSE(keys.opening(first->name, start + 4h));
  CHECK(keys.opening(second->name, start + 4h));
}

TEST_CASE("a key that rested is not used again, and strangers open nothing") {
  TicketKeys keys;
  const auto start = Clock::now();
  const auto first = keys.sealing(start);
  CHECK_FALSE(keys.opening(std::array<unsigned char, 16>{}, start));
  CHECK(keys.sealing(start + 24h)->name != first->name);
  CHECK_FALSE(keys.opening(first->name, start + 24h));
}
