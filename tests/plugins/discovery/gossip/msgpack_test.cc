#include "discovery/gossip/msgpack.h"

#include <doctest/doctest.h>

#include "codec_support.h"
#include "discovery/gossip/fields.h"

using namespace sse;
using namespace sse::gossip;
using gossip::test::hex;
using gossip::test::unhex;

namespace {

std::string written(std::uint64_t number) {
  std::string out;
  MapWriter(out, 1).number("n", number);
  return hex(out).substr(6);
}

std::string writtenText(std::size_t size) {
  std::string out;
  MapWriter(out, 1).text("n", std::string(size, 'x'));
  REQUIRE(out.ends_with(std::string(size, 'x')));
  return hex(out.substr(3, out.size() - 3 - size));
}

/// {"n": value} read as an integer of the type; -1 where it is refused.
template <typename T>
std::int64_t integer(std::string_view value) {
  T n = 77;
  const auto bytes = unhex("81a16e") + unhex(value);
  const auto read = readFields("it", bytes, {{"n", &n}});
  return read.ok() ? static_cast<std::int64_t>(n) : -1;
}

/// {"n": value} read as text; "!" where it is refused.
std::string text(const std::string& value) {
  std::string n = "before";
  const auto bytes = unhex("81a16e") + value;
  return readFields("it", bytes, {{"n", &n}}).ok() ? n : "!";
}

/// Reads {"x": value, "n": 5}: 5 where the value is skipped.
std::int64_t beside(std::string_view value) {
  std::uint8_t n = 0;
  const auto bytes = unhex("82a178") + unhex(value) + unhex("a16e05");
  return readFields("it", bytes, {{"n", &n}}).ok() ? n : -1;
}

std::string nested(std::size_t depth) {
  std::string value;
  for (std::size_t i = 0; i < depth; ++i) value += "91";
  return value + "c0";
}

}  // namespace

TEST_CASE("integers are written in the shortest unsigned form") {
  CHECK(written(0) == "00");
  CHECK(written(127) == "7f");
  CHECK(written(128) == "cc80");
  CHECK(written(255) == "ccff");
  CHECK(written(256) == "cd0100");
  CHECK(written(65535) == "cdffff");
  CHECK(written(65536) == "ce00010000");
  CHECK(written(0xffffffff) == "ceffffffff");
  CHECK(written(0x100000000) == "cf0000000100000000");
}

TEST_CASE("text is written in the old raw format") {
  CHECK(writtenText(0) == "a0");
  CHECK(writtenText(31) == "bf");
  CHECK(writtenText(32) == "da0020");
  CHECK(writtenText(40) == "da0028");
  CHECK(writtenText(65535) == "daffff");
  CHECK(writtenText(65536) == "db00010000");
}

TEST_CASE("empty bytes are written as nil, and booleans as such") {
  std::string out;
  MapWriter map(out, 3);
  map.bytes("a", "");
  map.boolean("b", true);
  map.boolean("c", false);
  CHECK(hex(out) == "83a161c0a162c3a163c2");
}

TEST_CASE("every integer form is read for every integer field") {
  for (const std::string form : {"05", "cc05", "cd0005", "ce00000005", "cf0000000000000005", "d005", "d10005",
                                 "d200000005", "d30000000000000005"}) {
    CAPTURE(form);
    CHECK(integer<std::uint8_t>(form) == 5);
    CHECK(integer<std::uint16_t>(form) == 5);
    CHECK(integer<std::uint32_t>(form) == 5);
    CHECK(integer<std::int64_t>(form) == 5);
  }
  CHECK(integer<std::int64_t>("cd014a") == 330);
  CHECK(integer<std::int64_t>("d1014a") == 330);
  CHECK(integer<std::uint16_t>("c0") == 0);
}

TEST_CASE("integers beyond their field are refused") {
  CHECK(integer<std::uint8_t>("ccff") == 255);
  CHECK(integer<std::uint8_t>("cd0100") == -1);
  CHECK(integer<std::uint16_t>("cdffff") == 65535);
  CHECK(integer<std::uint16_t>("ce00010000") == -1);
  CHECK(integer<std::uint32_t>("ceffffffff") == 0xffffffff);
  CHECK(integer<std::uint32_t>("cf0000000100000000") == -1);
  CHECK(integer<std::int64_t>("cf7fffffffffffffff") == 0x7fffffffffffffff);
  CHECK(integer<std::int64_t>("cf8000000000000000") == -1);
}

TEST_CASE("negative numbers are refused in every form") {
  for (const std::string form : {"ff", "e0", "d0ff", "d080", "d1ffff", "d280000000", "d3ffffffffffffffff"}) {
    CAPTURE(form);
    CHECK(integer<std::int64_t>(form) == -1);
    CHECK(integer<std::uint32_t>(form) == -1);
  }
}

TEST_CASE("a value of another kind is refused, and the error names the field") {
  for (const std::string form : {"ca40a00000", "cb4014000000000000", "c3", "a135", "9105", "8105c0", "d40105"})
    CHECK(integer<std::uint32_t>(form) == -1);
  CHECK(text("\x05") == "!");
  CHECK(text("\xc3") == "!");
  bool flag = false;
  CHECK(!readFields("it", unhex("81a16e01"), {{"n", &flag}}).ok());
  std::uint16_t port = 0;
  const auto read = readFields("ping", unhex("81a16ece00010000"), {{"n", &port}});
  REQUIRE(!read.ok());
  CHECK(read.error().text == "ping.n: expected a whole number up to 65535, got 65536");
}

TEST_CASE("text is read in raw, str and bin forms") {
  CHECK(text("\xa3"
             "abc") == "abc");
  CHECK(text("\xd9\x03"
             "abc") == "abc");
  CHECK(text(std::string("\xda\0\x03"
                         "abc",
                         6)) == "abc");
  CHECK(text(std::string("\xdb\0\0\0\x03"
                         "abc",
                         8)) == "abc");
  CHECK(text("\xc4\x03"
             "abc") == "abc");
  CHECK(text(std::string("\xc5\0\x03"
                         "abc",
                         6)) == "abc");
  CHECK(text(std::string("\xc6\0\0\0\x03"
                         "abc",
                         8)) == "abc");
  CHECK(text("\xa0").empty());
  CHECK(text("\xc0").empty());
}

TEST_CASE("fields that are not known are skipped, whatever they are") {
  for (const std::string form : {"00",
                                 "ff",
                                 "c0",
                                 "c2",
                                 "cc80",
                                 "cd0100",
                                 "ce00010000",
                                 "cf0000000000000001",
                                 "d080",
                                 "d10000",
                                 "d200000000",
                                 "d30000000000000000",
                                 "ca00000000",
                                 "cb0000000000000000",
                                 "a3616263",
                                 "d903616263",
                                 "da0003616263",
                                 "db00000003616263",
                                 "c403616263",
                                 "c50003616263",
                                 "c600000003616263",
                                 "90",
                                 "93010203",
                                 "dc0002c0c0",
                                 "dd00000002c0c0",
                                 "80",
                                 "82a161c0a162c0",
                                 "de0001a161c0",
                                 "df00000001a161c0",
                                 "d40100",
                                 "d5010000",
                                 "d60100000000",
                                 "d7010000000000000000",
                                 "d80100000000000000000000000000000000",
                                 "c70301616263",
                                 "c8000301616263",
                                 "c90000000301616263",
                                 "9282a1610193c0c2c3a16280"}) {
    CAPTURE(form);
    CHECK(beside(form) == 5);
  }
}

TEST_CASE("nesting is followed to a limit") {
  CHECK(beside(nested(ValueScanner::kMaxDepth - 1)) == 5);
  CHECK(beside(nested(ValueScanner::kMaxDepth)) == -1);
  CHECK(beside(nested(100000)) == -1);
}

TEST_CASE("maps of every width are read, in any order, with what follows ignored") {
  for (const std::string bytes : {"81a16e05", "de0001a16e05", "df00000001a16e05", "82c0c0a16e05", "820507a16e05",
                                  "82a16e07a16e05", "81a16e05ffff", "82a16e05a14ec0"}) {
    CAPTURE(bytes);
    std::uint8_t n = 0;
    CHECK(readFields("it", unhex(bytes), {{"n", &n}}).ok());
    CHECK(n == 5);
  }
}

TEST_CASE("missing fields are zero") {
  std::uint8_t n = 9;
  std::string s = "x";
  CHECK(readFields("it", unhex("80"), {{"n", &n}, {"s", &s}}).ok());
  CHECK(n == 0);
  CHECK(s.empty());
}

TEST_CASE("what is no whole map is refused") {
  std::string s;
  for (const std::string bytes :
       {"", "05", "c0", "90", "9105", "a161", "81", "81a1", "81a161", "81a161a2", "81a161a261", "81a161db7fffffff61",
        "de00", "dfffffffff", "81a161ddffffffff", "81a161c1", "81c1c0"}) {
    CAPTURE(bytes);
    CHECK(!readFields("it", unhex(bytes), {{"s", &s}}).ok());
  }
}

TEST_CASE("the end of a value is found at whatever place its bytes are cut") {
  const auto value = unhex("85a16101a162da000378797aa16393c090ca00000000a1648180d40101a165c403616263") + "rest";
  ValueScanner scanner;
  std::size_t found = 0;
  for (std::size_t size = 0; size <= value.size() && found == 0; ++size) {
    const auto end = scanner.scan(std::string_view(value).substr(0, size));
    REQUIRE(end.ok());
    if (*end) found = **end;
    CHECK((found == 0 || size == found));
  }
  CHECK(found == value.size() - 4);
}

TEST_CASE("a long value that arrives byte by byte is scanned once") {
  std::string value = unhex("dd00100000");
  value.append(1U << 20U, '\xc0');
  ValueScanner scanner;
  for (std::size_t size = 0; size < value.size(); ++size)
    REQUIRE(!scanner.scan(std::string_view(value).substr(0, size)).value().has_value());
  CHECK(scanner.scan(value).value() == value.size());
}
