#include "discovery/gossip/packet_codec.h"

#include <doctest/doctest.h>
#include <random>

#include "codec_support.h"
#include "discovery/gossip/compress.h"
#include "discovery/gossip/lzw.h"
#include "discovery/gossip/message_codec.h"

using namespace sse;
using namespace sse::gossip;
using gossip::test::compoundOf;
using gossip::test::hex;
using gossip::test::keyed;
using gossip::test::keys;
using gossip::test::labelled;
using gossip::test::plain;
using gossip::test::sampleAlive;
using gossip::test::samplePing;
using gossip::test::unhex;

namespace {

constexpr std::string_view kKey = "0123456789abcdef";
const std::string kPing = encode(samplePing());

std::string packOne(const WireSettings& settings, const std::vector<std::string>& messages, bool crc = false) {
  const auto datagrams = pack(settings, messages, crc);
  REQUIRE(datagrams.size() == 1);
  return datagrams[0];
}

/// The messages of a datagram, encoded again.
std::vector<std::string> found(const WireSettings& settings, std::string_view datagram) {
  std::vector<std::string> messages;
  for (const auto& message : unpack(settings, datagram).messages) messages.push_back(encode(message));
  return messages;
}

std::vector<std::string> found(std::string_view datagram) { return found(plain(), datagram); }

/// A packet that holds one ping, and nothing that is dropped.
bool isPing(std::string_view datagram) {
  const auto unpacked = unpack(plain(), datagram);
  return unpacked.dropped == 0 && found(datagram) == std::vector<std::string>{kPing};
}

bool isDropped(const WireSettings& settings, std::string_view datagram) {
  const auto unpacked = unpack(settings, datagram);
  return unpacked.messages.empty() && unpacked.dropped == 1 && !unpacked.why.text.empty();
}

bool isDropped(std::string_view datagram) { return isDropped(plain(), datagram); }

std::string crcOf(const std::string& packet) { return packOne(plain(), {packet}, true); }

const std::vector<std::string> kThree = {kPing, encode(sampleAlive()), encode(Suspect{"alpha", 1, "gamma"})};

/// Every combination of the layers.
std::vector<WireSettings> everySetting() {
  std::vector<WireSettings> all;
  for (int bits = 0; bits < 16; ++bits) {
    auto settings = plain();
    settings.compress = (bits & 1) != 0;
    if ((bits & 2) != 0) settings.label = "sse-cluster";
    if ((bits & 4) != 0) settings.keys = keys(kKey);
    settings.encryption_version = (bits & 8) != 0 ? 0 : 1;
    all.push_back(settings);
  }
  return all;
}

}  // namespace

TEST_CASE("messages come through every combination of layers") {
  for (const auto& settings : everySetting()) {
    for (const bool crc : {false, true}) {
      const auto datagram = packOne(settings, kThree, crc);
      CHECK(found(settings, datagram) == kThree);
      CHECK(found(settings, packOne(settings, {kPing}, crc)) == std::vector<std::string>{kPing});
    }
  }
}

TEST_CASE("one message goes as it is, several as a compound") {
  CHECK(packOne(plain(), {kPing}) == kPing);
  CHECK(packOne(plain(), kThree) == compoundOf(kThree));
  CHECK(pack(plain(), {}, true).empty());
}

TEST_CASE("more than 255 messages go into several compounds") {
  const auto sizes = [](std::size_t count) {
    std::vector<std::size_t> parts;
    for (const auto& datagram : pack(plain(), std::vector<std::string>(count, kPing), false))
      parts.push_back(found(datagram).size());
    return parts;
  };
  CHECK(sizes(255) == std::vector<std::size_t>{255});
  CHECK(sizes(256) == std::vector<std::size_t>{255, 1});
  CHECK(sizes(600) == std::vector<std::size_t>{255, 255, 90});
}

TEST_CASE("an empty part is never sent, and one that is too long for a compound goes alone") {
  CHECK(packOne(plain(), {"", kPing, ""}) == kPing);
  CHECK(pack(plain(), std::vector<std::string>{"", ""}, false).empty());
  const auto long_one = '\x08' + std::string(65535, 'x');
  const auto datagrams = pack(plain(), std::vector<std::string>{kPing, long_one, kPing, kPing}, false);
  CHECK(datagrams == std::vector<std::string>{kPing, long_one, compoundOf({kPing, kPing})});
}

TEST_CASE("compression is used where it makes a packet shorter") {
  auto settings = plain();
  settings.compress = true;
  CHECK(packOne(settings, {kPing}) == kPing);
  const auto user = encode(UserMessage{std::string(500, 'x')});
  const auto packed = packOne(settings, {user});
  CHECK(packed == compressed(user));
  CHECK(packed.size() < user.size());
}

TEST_CASE("a plain text is sent where outgoing packets need not be verified") {
  auto settings = keyed(kKey);
  settings.verify_outgoing = false;
  CHECK(packOne(settings, {kPing}) == kPing);
}

TEST_CASE("the room is what a datagram has left") {
  CHECK(roomBeside(plain(), 0) == 1398);
  CHECK(roomBeside(plain(), 66) == 1330);
  CHECK(roomBeside(labelled("sse-cluster"), 66) == 1317);
  auto settings = keyed(kKey);
  CHECK(roomBeside(settings, 66) == 1301);
  settings.encryption_version = 0;
  CHECK(roomBeside(settings, 66) == 1285);
  settings.verify_outgoing = false;
  CHECK(roomBeside(settings, 66) == 1330);
  CHECK(roomBeside(plain(), 1395) == 1);
  CHECK(roomBeside(plain(), 1396) == 0);
  CHECK(roomBeside(plain(), 5000) == 0);
}

TEST_CASE("what fits into the room makes a datagram of the packet size") {
  for (auto settings : everySetting()) {
    settings.compress = false;
    auto messages = std::vector<std::string>{kPing};
    for (auto room = roomBeside(settings, kPing.size()); room > kPartOverhead;) {
      messages.push_back(encode(UserMessage{std::string(std::min<std::size_t>(99, room - kPartOverhead - 1), 'x')}));
      room -= messages.back().size() + kPartOverhead;
    }
    const auto size = packOne(settings, messages, true).size();
    CHECK(size <= settings.packet_size + 5);
    CHECK(size >= settings.packet_size - 32);
  }
}

TEST_CASE("settings that can not be are named") {
  CHECK(check(plain()).ok());
  CHECK(check(labelled(std::string(255, 'x'))).ok());
  CHECK(!check(labelled(std::string(256, 'x'))).ok());
  auto settings = plain();
  settings.encryption_version = 2;
  REQUIRE(!check(settings).ok());
  CHECK(check(settings).error().text == "encryption version: expected 0 or 1, got 2");
  settings = plain();
  for (const std::size_t size : {511U, 65508U}) {
    settings.packet_size = size;
    CHECK(!check(settings).ok());
  }
}

// Labels.

TEST_CASE("a packet with another label, or without one, is dropped") {
  const auto ours = labelled("sse-cluster");
  const auto datagram = packOne(ours, {kPing});
  CHECK(hex(datagram.substr(0, 13)) == "f40b7373652d636c7573746572");
  CHECK(found(ours, datagram).size() == 1);
  for (const auto& other : {plain(), labelled("sse-cluste"), labelled("sse-clusterr"), labelled("sse-clusteR")}) {
    CHECK(isDropped(other, datagram));
    CHECK(isDropped(ours, packOne(other, {kPing})));
  }
  for (std::size_t size = 0; size < 14; ++size) CHECK(isDropped(ours, datagram.substr(0, size)));
}

TEST_CASE("an empty label is an error") {
  CHECK(isDropped(unhex("f400") + kPing));
  CHECK(isDropped(labelled("x"), unhex("f400") + kPing));
  CHECK(isDropped(unhex("f4")));
}

TEST_CASE("where labels are taken off in front of us, what has none is ours and what has one is refused") {
  auto ours = labelled("sse-cluster");
  ours.keys = keys(kKey);
  const auto datagram = packOne(ours, {kPing});
  ours.skip_inbound_label_check = true;
  CHECK(isDropped(ours, datagram));
  CHECK(found(ours, datagram.substr(13)).size() == 1);
}

// Encryption.

TEST_CASE("a packet that no key opens is dropped, or taken as it came where incoming packets need not be verified") {
  auto ours = keyed(kKey);
  auto theirs = keyed("another key 1234");
  theirs.nonces = [] { return Nonce{}; };  // another one might by chance read as a message
  const auto foreign = packOne(theirs, {kPing});
  CHECK(isDropped(ours, kPing));
  CHECK(isDropped(ours, foreign));
  ours.verify_incoming = false;
  CHECK(found(ours, kPing).size() == 1);
  CHECK(isDropped(ours, foreign));
  CHECK(found(ours, packOne(keyed(kKey), {kPing})).size() == 1);
}

TEST_CASE("an encrypted packet is dropped where no key is set") { CHECK(isDropped(packOne(keyed(kKey), {kThree}))); }

TEST_CASE("the label is authenticated") {
  auto sender = labelled("a");
  sender.keys = keys(kKey);
  auto datagram = packOne(sender, {kPing});
  datagram[2] = 'b';
  sender.label = "b";
  CHECK(isDropped(sender, datagram));
}

TEST_CASE("a packet of another version of encryption is taken") {
  auto sender = keyed(kKey);
  sender.encryption_version = 0;
  CHECK(found(keyed(kKey), packOne(sender, {kPing})).size() == 1);
}

// The table of section 21, as far as it is about layers.

TEST_CASE("a CRC around a ping is fine, a wrong one drops it") {
  const auto datagram = crcOf(kPing);
  CHECK(isPing(datagram));
  for (std::size_t i = 1; i < datagram.size(); ++i) {
    auto changed = datagram;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK(isDropped(changed));
  }
  CHECK(isDropped(unhex("0c00000000")));
  for (std::size_t size = 0; size < 5; ++size) CHECK(isDropped(datagram.substr(0, size)));
}

TEST_CASE("a CRC inside compound, compress or CRC is dropped") {
  CHECK(isDropped(compoundOf({crcOf(kPing)})));
  CHECK(isDropped(compressed(crcOf(kPing))));
  CHECK(isDropped(crcOf(crcOf(kPing))));
}

TEST_CASE("compound and compress in each other and in themselves are fine") {
  CHECK(isPing(compressed(kPing)));
  CHECK(isPing(compoundOf({compressed(kPing)})));
  CHECK(isPing(compoundOf({compoundOf({kPing})})));
  CHECK(isPing(compressed(compressed(kPing))));
  CHECK(isPing(compressed(compoundOf({kPing}))));
}

TEST_CASE("nesting is limited") {
  auto packet = kPing;
  for (std::size_t depth = 0; depth < kMaxNesting; ++depth) packet = compoundOf({packet});
  CHECK(isPing(packet));
  CHECK(isDropped(compoundOf({packet})));
  packet = kPing;
  for (std::size_t depth = 0; depth < kMaxNesting; ++depth) packet = compressed(packet);
  CHECK(isPing(packet));
  CHECK(isDropped(compressed(packet)));
}

TEST_CASE("compress with another algorithm, with no end code or with no buffer is dropped") {
  auto packet = compressed(kPing);
  REQUIRE(packet[7] == '\0');
  packet[7] = '\1';
  CHECK(isDropped(packet));
  const auto whole = lzwEncode(kPing);
  const auto cut = whole.substr(0, whole.size() - 2);
  const auto layer = [](const std::string& buffer) {
    return unhex("0982a4416c676f00a3427566d9") + static_cast<char>(buffer.size()) + buffer;
  };
  CHECK(isPing(layer(whole)));
  CHECK(isDropped(layer(cut)));
  CHECK(isPing(layer(whole + "xyz")));
  CHECK(isDropped(unhex("0981a4416c676f00")));
  CHECK(isDropped(unhex("09")));
}

TEST_CASE("what is decompressed is limited, all layers together") {
  const auto fits = encode(UserMessage{std::string(kMaxUnpacked - 1, 'x')});
  CHECK(found(compressed(fits)).size() == 1);
  CHECK(isDropped(compressed(fits + "x")));
  const auto half = compressed(fits.substr(0, kMaxUnpacked / 2));
  CHECK(found(compoundOf({half, half})).size() == 2);
  CHECK(found(compoundOf({half, half, half})).size() == 2);
  CHECK(found(compressed(compoundOf({half, half}))).size() == 1);
}

TEST_CASE("messages of one datagram are limited") {
  const auto inner = compoundOf(std::vector<std::string>(255, "\x08"));
  const auto datagram = compoundOf(std::vector<std::string>(40, inner));
  const auto unpacked = unpack(plain(), datagram);
  CHECK(unpacked.messages.size() == kMaxMessages);
  CHECK(unpacked.dropped == 40 * 255 - kMaxMessages);
}

TEST_CASE("the whole parts of a compound that was cut are used") {
  const auto datagram = compoundOf(kThree);
  for (std::size_t size = 0; size < datagram.size(); ++size) {
    const auto unpacked = unpack(plain(), datagram.substr(0, size));
    const auto head = 2 + 2 * kThree.size();
    const auto whole = size < head + kThree[0].size()                      ? 0U
                       : size < head + kThree[0].size() + kThree[1].size() ? 1U
                                                                           : 2U;
    CHECK(unpacked.messages.size() == whole);
    CHECK(unpacked.dropped == 1);
  }
  CHECK(found(datagram + "more") == kThree);
}

TEST_CASE("an empty part and a broken one harm no other") {
  const auto unpacked = unpack(plain(), compoundOf({kPing, "", unhex("0081"), "\x63", kPing}));
  CHECK(unpacked.messages.size() == 2);
  CHECK(unpacked.dropped == 3);
  CHECK(unpacked.why.text == "message: expected a type byte, got nothing");
  CHECK(unpack(plain(), unhex("0700")).messages.empty());
}

TEST_CASE("an empty packet and unknown types are dropped") {
  CHECK(isDropped(""));
  for (const std::string type : {"06", "0a", "0d", "0e", "63", "ff"}) CHECK(isDropped(unhex(type + "80")));
}

TEST_CASE("any bytes are unpacked or dropped") {
  std::mt19937 random(5);
  const auto whole = packOne(plain(), {compressed(compoundOf(kThree)), kPing}, false);
  for (int round = 0; round < 20000; ++round) {
    auto changed = whole;
    for (int i = 0; i < 3; ++i) changed[random() % changed.size()] = static_cast<char>(random());
    const auto unpacked = unpack(plain(), changed);
    for (const auto& message : unpacked.messages) CHECK(decode(encode(message)).ok());
  }
}
