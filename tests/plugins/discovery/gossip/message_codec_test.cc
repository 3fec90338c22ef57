#include "discovery/gossip/message_codec.h"

#include <doctest/doctest.h>

#include "codec_support.h"

using namespace sse;
using namespace sse::gossip;
using gossip::test::hex;
using gossip::test::sampleAlive;
using gossip::test::samplePing;
using gossip::test::sampleRow;
using gossip::test::unhex;

namespace {

const std::string kPing =
    "0085a44e6f6465a5616c706861a55365714e6f01aa536f7572636541646472a47f000002aa536f757263654e6f6465a462657461aa536f7572"
    "6365506f7274cd1f0a";
const std::string kAlive =
    "0486a441646472a47f000003ab496e6361726e6174696f6e01a44d657461a438303832a44e6f6465a567616d6d61a4506f7274cd1f0aa35673"
    "6ea6010502000000";

/// Decodes what has to be a T.
template <typename T>
T as(std::string_view digits) {
  auto message = decode(unhex(digits));
  REQUIRE(message.ok());
  REQUIRE(std::holds_alternative<T>(*message));
  return std::get<T>(*message);
}

bool refused(std::string_view digits) { return !decode(unhex(digits)).ok(); }

}  // namespace

TEST_CASE("a ping is as in section 24.1") {
  CHECK(hex(encode(samplePing())) == kPing);
  const auto ping = as<Ping>(kPing);
  CHECK(ping.node == "alpha");
  CHECK(ping.sequence == 1);
  CHECK(hex(ping.source.address) == "7f000002");
  CHECK(ping.source.node == "beta");
  CHECK(ping.source.port == 7946);
}

TEST_CASE("each source field is left out when it is empty") {
  CHECK(hex(encode(Ping{"a", 300, {}})) == "0082a44e6f6465a161a55365714e6fcd012c");
  CHECK(hex(encode(Ping{"", 0, {"", "", 1}})) == "0083a44e6f6465a0a55365714e6f00aa536f75726365506f727401");
  CHECK(hex(encode(Ping{"", 0, {"", "b", 0}})) == "0083a44e6f6465a0a55365714e6f00aa536f757263654e6f6465a162");
  CHECK(as<Ping>("0082a44e6f6465a161a55365714e6f01").source.port == 0);
}

TEST_CASE("acks are as in section 24.2") {
  CHECK(hex(encode(Ack{"", 1})) == "0282a75061796c6f6164c0a55365714e6f01");
  CHECK(hex(encode(Ack{"rtt", 1})) == "0282a75061796c6f6164a3727474a55365714e6f01");
  CHECK(as<Ack>("0282a75061796c6f6164a3727474a55365714e6f01").payload == "rtt");
  CHECK(as<Ack>("0282a75061796c6f6164c0a55365714e6fceffffffff").sequence == 0xffffffff);
}

TEST_CASE("an alive message is as in section 24.4") {
  CHECK(hex(encode(sampleAlive())) == kAlive);
  const auto alive = as<Alive>(kAlive);
  CHECK(hex(alive.address) == "7f000003");
  CHECK(alive.incarnation == 1);
  CHECK(alive.meta == "8082");
  CHECK(alive.node == "gamma");
  CHECK(alive.port == 7946);
  CHECK(hex(alive.versions) == "010502000000");
}

TEST_CASE("an indirect ping and a nack are as in section 24.6") {
  const std::string bytes =
      "0188a44e61636bc3a44e6f6465a567616d6d61a4506f7274cd1f0aa55365714e6f05aa536f7572636541646472a47f000001aa536f757263"
      "654e6f6465a5616c706861aa536f75726365506f7274cd1f0aa6546172676574a47f000003";
  const auto ping = as<IndirectPing>(bytes);
  CHECK(ping.nack);
  CHECK(ping.node == "gamma");
  CHECK(ping.port == 7946);
  CHECK(ping.sequence == 5);
  CHECK(ping.source.node == "alpha");
  CHECK(hex(ping.target) == "7f000003");
  CHECK(hex(encode(ping)) == bytes);
  CHECK(hex(encode(Nack{8})) == "0b81a55365714e6f08");
  CHECK(as<Nack>("0b81a55365714e6f08").sequence == 8);
}

TEST_CASE("suspect and dead are as in section 24.7") {
  const std::string body = "83a446726f6da5616c706861ab496e6361726e6174696f6e01a44e6f6465a567616d6d61";
  CHECK(hex(encode(Suspect{"alpha", 1, "gamma"})) == "03" + body);
  CHECK(hex(encode(Dead{"alpha", 1, "gamma"})) == "05" + body);
  CHECK(as<Suspect>("03" + body).from == "alpha");
  CHECK(as<Dead>("05" + body).node == "gamma");
  CHECK(as<Dead>("05" + body).incarnation == 1);
}

TEST_CASE("a user message is all that follows its type") {
  CHECK(encode(UserMessage{"hello"}) == "\x08hello");
  CHECK(as<UserMessage>("0868656c6c6f").data == "hello");
  CHECK(as<UserMessage>("08").data.empty());
}

TEST_CASE("no message and no row is written without six bytes of versions") {
  for (const std::string given : {"", "01", "0105020000", "010502000000", "01050200000009"}) {
    CAPTURE(given);
    auto alive = sampleAlive();
    alive.versions = unhex(given);
    PushPull exchange{false, {sampleRow()}, ""};
    exchange.rows[0].versions = alive.versions;
    const auto expected = "a6" + (given + "000000000000").substr(0, 12);
    CHECK(hex(encode(alive)).ends_with("a356736e" + expected));
    CHECK(hex(encodeForStream(exchange)).ends_with("a356736e" + expected));
  }
}

TEST_CASE("a version vector of any length is read as it is") {
  CHECK(as<Alive>("0481a356736ea401050200").versions == unhex("01050200"));
  CHECK(as<Alive>("0480").versions.empty());
  CHECK(as<Alive>("0481a356736ec0").versions.empty());
  const auto row = decodeRow(unhex("81a356736ea3010502"));
  REQUIRE(row.ok());
  REQUIRE(row->has_value());
  CHECK((**row).versions == unhex("010502"));
}

TEST_CASE("types that no packet holds, layers included, are refused") {
  for (const std::string type : {"06", "07", "09", "0a", "0c", "0d", "0e", "f4", "ff"}) CHECK(refused(type + "80"));
  CHECK(refused(""));
  for (const std::string type : {"00", "01", "02", "03", "04", "05", "0b"}) {
    CAPTURE(type);
    CHECK(!refused(type + "80"));
    CHECK(refused(type));
    CHECK(refused(type + "c0"));
    CHECK(refused(type + "81"));
  }
}

// The table of section 21, as far as it is about one message.

TEST_CASE("fields in another order, unknown fields, a 16-bit map header and bytes behind the map are fine") {
  CHECK(as<Ping>("0082a55365714e6f07a44e6f6465a161").node == "a");
  CHECK(as<Ping>("0083a44e6f6465a161a14e92c081a161cb0000000000000000a55365714e6f07").sequence == 7);
  CHECK(as<Ping>("00de0002a44e6f6465a161a55365714e6f07").sequence == 7);
  CHECK(as<Ping>("0082a44e6f6465a161a55365714e6f07ffffff").sequence == 7);
}

TEST_CASE("keys in lower case are unknown") { CHECK(as<Ping>("0081a57365716e6f07").sequence == 0); }

TEST_CASE("integers in any width, signed or not, are fine, and nil is zero") {
  for (const std::string form : {"07", "cc07", "cd0007", "ce00000007", "cf0000000000000007", "d007", "d10007",
                                 "d200000007", "d30000000000000007"})
    CHECK(as<Ping>("0081a55365714e6f" + form).sequence == 7);
  CHECK(as<Ping>("0081a55365714e6fc0").sequence == 0);
  CHECK(as<Ping>("0081aa536f75726365506f7274d11f0a").source.port == 7946);
}

TEST_CASE("an integer that is a float, negative or too large drops the message") {
  CHECK(refused("0081a55365714e6fca40e00000"));
  CHECK(refused("0081a55365714e6fcb401c000000000000"));
  CHECK(refused("0081a55365714e6fff"));
  CHECK(refused("0081a55365714e6fd0ff"));
  CHECK(refused("0081a55365714e6fcf0000000100000000"));
  CHECK(refused("0081aa536f75726365506f7274ce00010000"));
  CHECK(refused("0481a4506f7274ce00010000"));
}

TEST_CASE("a structure as an array is refused") { CHECK(refused("009501a161c0c0c0")); }

TEST_CASE("text as str8 and bin8, and byte fields as bin8, are fine") {
  CHECK(as<Ping>("0081a44e6f6465d90161").node == "a");
  CHECK(as<Ping>("0081a44e6f6465c40161").node == "a");
  CHECK(hex(as<Alive>("0481a441646472c4047f000001").address) == "7f000001");
  CHECK(refused("0481a441646472947f000001"));
}

// Streams.

TEST_CASE("a push/pull is as in section 24.9") {
  const std::string bytes =
      "0683a44a6f696ec3a54e6f64657301ac5573657253746174654c656e0087a441646472a47f000002ab496e6361726e6174696f6e01a44d65"
      "7461a438303831a44e616d65a462657461a4506f7274cd1f0aa5537461746500a356736ea6010502000000";
  CHECK(hex(encodeForStream(PushPull{true, {sampleRow()}, ""})) == bytes);
  const auto head = decodePushPullHead(unhex(bytes.substr(2)));
  REQUIRE(head.ok());
  CHECK(head->join);
  CHECK(head->rows == 1);
  CHECK(head->user_bytes == 0);
  const auto row = decodeRow(unhex(bytes).substr(29));
  REQUIRE(row.ok());
  REQUIRE(row->has_value());
  CHECK((**row).name == "beta");
  CHECK((**row).state == NodeState::Alive);
}

TEST_CASE("ping, user message and err in streams are as in section 24.12") {
  CHECK(hex(encodeForStream(samplePing())) == kPing);
  CHECK(hex(encodeForStream(Ack{"", 5})) == "0282a75061796c6f6164c0a55365714e6f05");
  CHECK(hex(encodeForStream(UserMessage{"hello"})) == "0881aa557365724d73674c656e0568656c6c6f");
  CHECK(hex(encodeForStream(Refusal{"no"})) == "0d81a54572726f72a26e6f");
}

TEST_CASE("what a push/pull announces is limited, and negative numbers are refused") {
  const auto head = [](const std::string& nodes, const std::string& user) {
    return decodePushPullHead(unhex("82a54e6f646573" + nodes + "ac5573657253746174654c656e" + user)).ok();
  };
  CHECK(head("00", "00"));
  CHECK(head("ce00100000", "ce01400000"));
  CHECK(!head("ce00100001", "00"));
  CHECK(!head("00", "ce01400001"));
  CHECK(!head("ff", "00"));
  CHECK(!head("00", "d2ffffffff"));
  CHECK(decodeUserHead(unhex("81aa557365724d73674c656ed201400000")).value() == 20U << 20U);
  CHECK(!decodeUserHead(unhex("81aa557365724d73674c656ece01400001")).ok());
  CHECK(!decodeUserHead(unhex("81aa557365724d73674c656eff")).ok());
}

TEST_CASE("a row in a state that is not known is none") {
  for (const std::string state : {"00", "01", "02", "03"})
    CHECK(decodeRow(unhex("81a55374617465" + state)).value().has_value());
  CHECK(!decodeRow(unhex("81a5537461746504")).value().has_value());
  CHECK(!decodeRow(unhex("81a55374617465ce00010000")).value().has_value());
  CHECK(!decodeRow(unhex("81a55374617465ff")).ok());
}
