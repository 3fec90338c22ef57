#include "discovery/dns/answer.h"

#include <doctest/doctest.h>

#include "support/dns_wire.h"

using namespace sse;
using dns::Address;
using test::DnsAnswer;

namespace {

const std::string kQuestion = test::dnsName("a.test") + test::dnsU16(1) + test::dnsU16(1);

Result<dns::Answer> parse(const std::string& message) {
  return dns::parseAnswer({reinterpret_cast<const unsigned char*>(message.data()), message.size()});
}

std::string message(const DnsAnswer& answer) { return answer.message("id", kQuestion); }

std::int64_t ttlOf(const DnsAnswer& answer) {
  return parse(message(answer))->ttl.value_or(std::chrono::seconds(-1)).count();
}

}  // namespace

TEST_CASE("address records of both families are read, aliases only for their TTL") {
  const auto answer =
      parse(message({0,
                     {test::dnsRecord("a.test", test::kDnsCname, 7, test::dnsName("B.test")),
                      test::dnsAddress("B.test", "10.0.0.1", 60), test::dnsAddress("B.test", "::1", 50)}}));
  REQUIRE(answer.ok());
  CHECK(answer->addresses == std::vector<Address>{{"b.test", "10.0.0.1", false}, {"b.test", "::1", true}});
  CHECK(answer->ttl == std::chrono::seconds(7));
}

TEST_CASE("service records are read with the addresses that came along") {
  const auto answer = parse(message(
      {0,
       {test::dnsService("_http._tcp.a.test", "n1.test", 8081, 30), test::dnsService("_http._tcp.a.test", ".", 0, 30)},
       {},
       {test::dnsAddress("n1.test", "10.0.0.1", 20)}}));
  REQUIRE(answer.ok());
  CHECK(answer->services == std::vector<dns::Service>{{"n1.test", 8081}, {"", 0}});
  CHECK(answer->additional == std::vector<Address>{{"n1.test", "10.0.0.1", false}});
  CHECK(answer->ttl == std::chrono::seconds(20));
}

TEST_CASE("compressed names are followed and a loop of them is refused") {
  const auto pointer = std::string("\xc0\x0c", 2);
  const auto head = DnsAnswer{}.message("id", kQuestion).replace(6, 2, test::dnsU16(1));
  const auto data =
      test::dnsU16(1) + test::dnsU16(1) + test::dnsU32(5) + test::dnsU16(4) + "\x0a" + std::string("\0\0\1", 3);
  CHECK(parse(head + pointer + data)->addresses == std::vector<Address>{{"a.test", "10.0.0.1", false}});
  const auto self = std::string("\xc0", 1) + static_cast<char>(head.size());
  CHECK(!parse(head + self + data).ok());
}

TEST_CASE("the TTL without records is what the zone says, the smaller of both numbers") {
  CHECK(ttlOf({3, {}, {test::dnsZone("test", 60, 30)}}) == 30);
  CHECK(ttlOf({3, {}, {test::dnsZone("test", 10, 30)}}) == 10);
  CHECK(ttlOf({3}) == -1);
  CHECK(ttlOf({0, {test::dnsAddress("a.test", "10.0.0.1", 40)}, {test::dnsZone("test", 10, 3)}}) == 40);
}

TEST_CASE("a TTL with the highest bit set is zero") {
  CHECK(ttlOf({0, {test::dnsAddress("a.test", "10.0.0.1", 0x80000000U)}}) == 0);
  CHECK(ttlOf({0, {test::dnsAddress("a.test", "10.0.0.1", 0x7fffffffU)}}) == 0x7fffffff);
}

TEST_CASE("addresses of name servers beside an answer do not count") {
  const auto answer = parse(
      message({0, {test::dnsAddress("a.test", "10.0.0.1", 40)}, {}, {test::dnsAddress("ns.test", "10.0.0.9", 1)}}));
  CHECK(answer->addresses.size() == 1);
  CHECK(answer->ttl == std::chrono::seconds(40));
}

TEST_CASE("records of other types, of wrong lengths and with illegal names are passed over") {
  const auto answer =
      parse(message({0,
                     {test::dnsRecord("a.test", 16, 5, "text"), test::dnsRecord("a.test", test::kDnsA, 5, "123"),
                      test::dnsService("a.test", "n 1.test", 80, 5), test::dnsAddress("a.test", "10.0.0.1", 40)},
                     {},
                     {test::dnsRecord(".", 41, 0, "")}}));
  REQUIRE(answer.ok());
  CHECK(answer->addresses.size() == 1);
  CHECK(answer->services.empty());
  CHECK(answer->ttl == std::chrono::seconds(40));
}

TEST_CASE("no part of a message is taken for the whole and none is read beyond its end") {
  const auto whole = message({0,
                              {test::dnsAddress("a.test", "10.0.0.1", 40), test::dnsService("a.test", "n.test", 80, 5)},
                              {test::dnsZone("test", 60, 30)},
                              {test::dnsAddress("n.test", "::1", 40)}});
  CHECK(parse(whole).ok());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    const std::vector<char> part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK(!dns::parseAnswer({reinterpret_cast<const unsigned char*>(part.data()), part.size()}).ok());
  }
}

TEST_CASE("more records than the limit are cut and said to be") {
  DnsAnswer many;
  for (std::size_t i = 0; i < dns::kMaxRecords; ++i) many.records.push_back(test::dnsAddress("a.test", "10.0.0.1", 40));
  CHECK(!parse(message(many))->cut);
  many.records.push_back(test::dnsAddress("a.test", "10.0.0.2", 40));
  const auto answer = parse(message(many));
  CHECK(answer->cut);
  CHECK(answer->addresses.size() == dns::kMaxRecords);
}

TEST_CASE("names are labels of 1 to 63 legal characters and fit into 253") {
  for (const auto* good : {"a", "a.", "sse-headless.default.svc.cluster.local", "_http._tcp.x", "1.2"})
    CHECK(dns::isName(good));
  for (const auto* bad : {"", ".", "a..b", ".a", "a b", "a/b", "ä", "a:1"}) CHECK(!dns::isName(bad));
  CHECK(dns::isName(std::string(63, 'a')));
  CHECK(!dns::isName(std::string(64, 'a')));
  std::string longest;
  while (longest.size() < 252) longest += "a.";
  CHECK(dns::isName(longest + "a"));
  CHECK(dns::isName(longest + "a."));
  CHECK(!dns::isName(longest + "ab"));
}
