#include "net/admission.h"

#include <doctest/doctest.h>
#include <vector>

using namespace sse::net;
using Verdict = Admission::Verdict;

namespace {

/// 10.0.0.`last`
Address host(char last) {
  Address address{};
  address[10] = address[11] = static_cast<char>(0xff);
  address[12] = 10;
  address[15] = last;
  return address;
}

/// 2001:db8:0:`net`::`last`
Address host6(char net, char last) {
  Address address{0x20, 0x01, 0x0d, static_cast<char>(0xb8)};
  address[7] = net;
  address[15] = last;
  return address;
}

}  // namespace

TEST_CASE("without limits everybody is admitted and counted") {
  Admission admission({});
  {
    auto [verdict, ticket] = admission.admit(host(1));
    CHECK(verdict == Verdict::Admitted);
    CHECK(admission.open() == 1);
  }
  CHECK(admission.open() == 0);
  CHECK(admission.room());
}

TEST_CASE("over the limit a few are admitted to be refused, then nobody") {
  Admission admission({.connections = 2, .per_address = 0, .reserve = 1});
  auto first = admission.admit(host(1));
  auto second = admission.admit(host(1));
  CHECK(second.first == Verdict::Admitted);
  CHECK(admission.room());
  auto third = admission.admit(host(1));
  CHECK(third.first == Verdict::OverLimit);
  CHECK_FALSE(admission.room());
  CHECK(admission.admit(host(1)).first == Verdict::Full);
  CHECK(admission.open() == 3);
  {
    const Ticket gone = std::move(third.second);
  }
  CHECK(admission.open() == 2);
  CHECK(admission.room());
}

TEST_CASE("addresses have a limit of their own") {
  Admission admission({.connections = 0, .per_address = 1});
  auto first = admission.admit(host(1));
  CHECK(first.first == Verdict::Admitted);
  CHECK(admission.admit(host(1)).first == Verdict::OverAddressLimit);
  CHECK(admission.admit(host(2)).first == Verdict::Admitted);
  first.second = Ticket();
  CHECK(admission.admit(host(1)).first == Verdict::Admitted);
}

TEST_CASE("what is over the limit of its address takes no place under that of connections") {
  Admission admission({.connections = 2, .per_address = 1, .reserve = 1});
  auto first = admission.admit(host(1));
  CHECK(admission.open() == 1);
  auto second = admission.admit(host(1));
  CHECK(second.first == Verdict::OverAddressLimit);
  CHECK(admission.open() == 1);
  auto other = admission.admit(host(2));
  CHECK(other.first == Verdict::Admitted);
  auto third = admission.admit(host(3));
  CHECK(third.first == Verdict::OverLimit);
  CHECK_FALSE(admission.room());
}

TEST_CASE("an address over its limit has few places, and so have all such addresses together") {
  Admission admission({.connections = 9, .per_address = 1, .reserve = 3, .address_reserve = 2});
  std::vector<Ticket> held;
  const auto admit = [&](char last) {
    auto [verdict, ticket] = admission.admit(host(last));
    held.push_back(std::move(ticket));
    return verdict;
  };
  CHECK(admit(1) == Verdict::Admitted);
  CHECK(admit(1) == Verdict::OverAddressLimit);
  CHECK(admit(1) == Verdict::OverAddressLimit);
  CHECK(admit(1) == Verdict::AddressFull);
  CHECK(admit(2) == Verdict::Admitted);
  CHECK(admit(2) == Verdict::OverAddressLimit);
  CHECK(admit(2) == Verdict::AddressFull);
  held[1] = Ticket();
  CHECK(admit(2) == Verdict::OverAddressLimit);
  held[0] = Ticket();
  CHECK(admit(1) == Verdict::Admitted);
  held.clear();
  CHECK(admission.open() == 0);
  CHECK(admit(1) == Verdict::Admitted);
}

TEST_CASE("who finds no room at all gives the place of its address back") {
  Admission admission({.connections = 1, .per_address = 1, .reserve = 0});
  auto first = admission.admit(host(1)).second;
  CHECK(admission.admit(host(2)).first == Verdict::Full);
  CHECK(admission.open() == 1);
  first = Ticket();
  CHECK(admission.admit(host(2)).first == Verdict::Admitted);
}

TEST_CASE("addresses of IPv6 are counted by their network") {
  Admission admission({.connections = 0, .per_address = 1});
  {
    auto first = admission.admit(host6(1, 1));
    CHECK(first.first == Verdict::Admitted);
    CHECK(admission.admit(host6(1, 2)).first == Verdict::OverAddressLimit);
    CHECK(admission.admit(host6(2, 1)).first == Verdict::Admitted);
  }
  CHECK(admission.admit(host6(1, 3)).first == Verdict::Admitted);
}

TEST_CASE("a ticket that is moved is given back once") {
  Admission admission({.connections = 0, .per_address = 5});
  auto ticket = admission.admit(host(1)).second;
  Ticket other = std::move(ticket);
  ticket = std::move(other);
  CHECK(admission.open() == 1);
  {
    const Ticket last = std::move(ticket);
  }
  CHECK(admission.open() == 0);
}
