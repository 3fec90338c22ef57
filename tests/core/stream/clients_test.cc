#include "stream/clients.h"

#include <doctest/doctest.h>

using namespace sse::stream;

namespace {

using Holder = ClientRegistry::Holder;

Holder holder(std::uint32_t slot, std::string identity = "") { return {1, slot, 10 + slot, std::move(identity)}; }

}  // namespace

TEST_CASE("a client id that is free is granted, on each channel of its own") {
  ClientRegistry clients;
  CHECK(clients.claim("a", "c", holder(1), false).granted);
  CHECK(clients.claim("b", "c", holder(2), false).granted);
  CHECK(clients.find("a", "c")->slot == 1);
  CHECK_FALSE(clients.find("c", "a"));
}

TEST_CASE("an id in use is refused to strangers and keeps its holder") {
  ClientRegistry clients;
  clients.claim("a", "c", holder(1, "alice"), false);
  CHECK_FALSE(clients.claim("a", "c", holder(2), false).granted);
  CHECK_FALSE(clients.claim("a", "c", holder(2, "bob"), false).granted);
  CHECK(clients.find("a", "c")->slot == 1);
}

TEST_CASE("two anonymous clients are not the same identity") {
  ClientRegistry clients;
  clients.claim("a", "c", holder(1), false);
  CHECK_FALSE(clients.claim("a", "c", holder(2), false).granted);
}

TEST_CASE("the id of an identity goes to that identity alone, whoever resumes, and names who has to go") {
  ClientRegistry clients;
  clients.claim("a", "c", holder(1, "alice"), false);
  const auto same = clients.claim("a", "c", holder(2, "alice"), false);
  CHECK(same.granted);
  CHECK(same.replaced->slot == 1);
  for (const auto* other : {"", "bob"}) CHECK_FALSE(clients.claim("a", "c", holder(3, other), true).granted);
  CHECK(clients.find("a", "c")->slot == 2);
}

TEST_CASE("the id of nobody goes to who resumes, and to an identity") {
  ClientRegistry clients;
  clients.claim("a", "c", holder(1), false);
  const auto resumes = clients.claim("a", "c", holder(2), true);
  CHECK(resumes.granted);
  CHECK(resumes.replaced->slot == 1);
  const auto known = clients.claim("a", "c", holder(3, "alice"), false);
  CHECK(known.granted);
  CHECK(known.replaced->slot == 2);
}

TEST_CASE("an id is given back by its holder only") {
  ClientRegistry clients;
  clients.claim("a", "c", holder(1), false);
  clients.settle("a", "c", holder(2));
  clients.release("a", "c", holder(1));
  CHECK(clients.find("a", "c")->slot == 2);
  clients.release("a", "c", holder(2, "whoever"));
  CHECK_FALSE(clients.find("a", "c"));
  clients.release("a", "c", holder(2));
}
