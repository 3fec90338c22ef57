#include "discovery/gossip/stream_codec.h"

#include <doctest/doctest.h>
#include <random>

#include "codec_support.h"
#include "discovery/gossip/compress.h"
#include "discovery/gossip/lzw.h"
#include "discovery/gossip/message_codec.h"
#include "discovery/gossip/msgpack.h"

using namespace sse;
using namespace sse::gossip;
using gossip::test::hex;
using gossip::test::keyed;
using gossip::test::keys;
using gossip::test::labelled;
using gossip::test::plain;
using gossip::test::samplePing;
using gossip::test::sampleRow;
using gossip::test::unhex;

namespace {

constexpr auto kListener = StreamSide::Listener;
constexpr auto kInitiator = StreamSide::Initiator;
constexpr std::string_view kKey = "0123456789abcdef";

const PushPull kExchange{true, {sampleRow("beta"), sampleRow("gamma")}, ""};

/// What became of a stream.
struct Outcome {
  std::string message;  ///< encoded again; empty: none
  std::string error;
  std::string refusal;
};

/// Feeds a stream in pieces of a size, until there is something.
Outcome read(const WireSettings& settings, std::string_view bytes, StreamSide us = kListener,
             std::size_t piece = std::string::npos) {
  StreamDecoder decoder(settings, us);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    const auto step = decoder.feed(bytes.substr(0, piece));
    if (!step.ok()) return {"", step.error().text, decoder.refusal()};
    if (*step) return {encodeForStream(**step), "", decoder.refusal()};
  }
  return {"", "", decoder.refusal()};
}

std::string write(const WireSettings& settings, const StreamMessage& message, StreamSide us = kInitiator) {
  auto bytes = encodeStream(settings, message, us);
  REQUIRE(bytes.ok());
  return *bytes;
}

bool gives(const Outcome& outcome, const StreamMessage& message) {
  return outcome.error.empty() && outcome.message == encodeForStream(message);
}
bool closesSilently(const Outcome& outcome) { return !outcome.error.empty() && outcome.refusal.empty(); }
bool answersErr(const Outcome& outcome) { return !outcome.error.empty() && outcome.refusal == outcome.error; }
bool waits(const Outcome& outcome) { return outcome.error.empty() && outcome.message.empty(); }

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

const std::vector<StreamMessage> kMessages = {
    samplePing(), Ack{"rtt", 7}, kExchange, PushPull{}, UserMessage{}, Refusal{"no"}, Refusal{std::string(5000, 'x')}};

/// Rows of as many bytes as a map has at least, and the header that announces them.
std::string manyRows(std::size_t announced, std::size_t sent) {
  auto bytes = encodeForStream(PushPull{false, {}, ""});
  const auto at = bytes.find("Nodes") + 5;
  const auto count = std::string{'\xce', static_cast<char>(announced >> 24U), static_cast<char>(announced >> 16U),
                                 static_cast<char>(announced >> 8U), static_cast<char>(announced)};
  bytes.replace(at, 1, count);
  return bytes + std::string(sent, '\x80');
}

}  // namespace

TEST_CASE("messages come through every combination of layers, in both directions and in pieces of every size") {
  for (const auto& settings : everySetting()) {
    for (const auto& message : kMessages) {
      const auto request = write(settings, message, kInitiator);
      const auto reply = write(settings, message, kListener);
      CHECK(request.ends_with(reply) == (settings.keys.empty()));
      for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::string::npos}) {
        CHECK(gives(read(settings, request, kListener, piece), message));
        CHECK(gives(read(settings, reply, kInitiator, piece), message));
      }
    }
  }
}

TEST_CASE("no message is given before its last byte") {
  for (const auto& settings : everySetting()) {
    const auto bytes = write(settings, kExchange);
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK(waits(read(settings, bytes.substr(0, size))));
  }
}

TEST_CASE("a decoder knows whether a stream has begun") {
  const auto settings = plain();
  StreamDecoder decoder(settings, kListener);
  CHECK(!decoder.started());
  CHECK(!decoder.feed("").value().has_value());
  CHECK(!decoder.started());
  CHECK(!decoder.feed(unhex("00")).value().has_value());
  CHECK(decoder.started());
}

TEST_CASE("what follows a message is ignored") {
  for (const auto& settings : everySetting())
    CHECK(gives(read(settings, write(settings, kExchange) + "more"), kExchange));
  CHECK(gives(read(plain(), compressed(encodeForStream(kExchange) + "more")), kExchange));
}

TEST_CASE("streams are compressed even where that makes them longer") {
  auto settings = plain();
  settings.compress = true;
  const auto bytes = write(settings, UserMessage{"hello"});
  CHECK(hex(bytes) == "0982a4416c676f00a3427566b80011045255654e19394de69c6152c64d013465d8b0791310");
  CHECK(bytes.size() > write(plain(), UserMessage{"hello"}).size());
}

TEST_CASE("compression is read whatever the own setting") {
  auto other = plain();
  other.compress = true;
  CHECK(gives(read(plain(), write(other, kExchange)), kExchange));
  CHECK(gives(read(other, write(plain(), kExchange)), kExchange));
}

TEST_CASE("user state and user messages are counted and dropped") {
  const std::string data(100000, 'x');
  for (const auto& settings : everySetting()) {
    for (const std::size_t piece : {std::size_t{999}, std::string::npos}) {
      const auto exchange = PushPull{true, kExchange.rows, data};
      CHECK(gives(read(settings, write(settings, exchange), kListener, piece), kExchange));
      CHECK(gives(read(settings, write(settings, UserMessage{data}), kListener, piece), UserMessage{}));
      const auto cut = write(settings, exchange);
      CHECK(waits(read(settings, cut.substr(0, cut.size() - 1), kListener, piece)));
    }
  }
}

TEST_CASE("a push/pull with no rows is taken, with and without join") {
  for (const bool join : {false, true})
    CHECK(gives(read(plain(), write(plain(), PushPull{join, {}, ""})), PushPull{join, {}, ""}));
}

TEST_CASE("rows in an unknown state are left out, and rows with short versions are taken") {
  const auto head = unhex("0683a44a6f696ec3a54e6f64657302ac5573657253746174654c656e00");
  const auto odd = unhex("82a44e616d65a161a5537461746504");
  const auto row = unhex("82a44e616d65a162a356736ea3010502");
  const auto settings = plain();
  StreamDecoder decoder(settings, kListener);
  const auto message = decoder.feed(head + odd + row);
  REQUIRE(message.ok());
  REQUIRE(message->has_value());
  const auto& rows = std::get<PushPull>(**message).rows;
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].name == "b");
  CHECK(rows[0].versions == unhex("010502"));
}

// Labels: refused streams are closed with no answer.

TEST_CASE("a stream with another label, or without one, is closed silently") {
  const auto ours = labelled("sse-cluster");
  for (const auto& other : {plain(), labelled("sse-cluste"), labelled("sse-clusterr"), labelled("other")}) {
    for (const std::size_t piece : {std::size_t{1}, std::string::npos}) {
      CHECK(closesSilently(read(ours, write(other, kExchange), kListener, piece)));
      CHECK(closesSilently(read(other, write(ours, kExchange), kListener, piece)));
    }
  }
  CHECK(closesSilently(read(plain(), unhex("f400") + write(plain(), kExchange))));
  CHECK(closesSilently(read(ours, unhex("f400") + write(plain(), kExchange))));
}

TEST_CASE("a reply has no label header, and one that has it is refused") {
  const auto ours = labelled("sse-cluster");
  CHECK(hex(write(ours, kExchange, kInitiator)).starts_with("f40b7373652d636c757374657206"));
  CHECK(hex(write(ours, kExchange, kListener)).starts_with("06"));
  CHECK(!read(ours, write(ours, kExchange, kInitiator), kInitiator).error.empty());
}

TEST_CASE("both directions are authenticated with the label") {
  auto ours = labelled("sse-cluster");
  ours.keys = keys(kKey);
  auto other = ours;
  other.label = "sse-clustex";
  CHECK(!read(other, write(ours, kExchange, kListener), kInitiator).error.empty());
  auto request = write(ours, kExchange, kInitiator);
  request[12] = 'x';
  CHECK(answersErr(read(other, request)));
}

TEST_CASE("where labels are taken off in front of us, what has none is ours and what has one is refused") {
  auto ours = labelled("sse-cluster");
  ours.keys = keys(kKey);
  const auto request = write(ours, kExchange);
  ours.skip_inbound_label_check = true;
  CHECK(closesSilently(read(ours, request)));
  CHECK(gives(read(ours, request.substr(13)), kExchange));
}

// Encryption: what a listener answers.

TEST_CASE("encryption that is missing, superfluous or by another key is answered with err") {
  CHECK(answersErr(read(keyed(kKey), write(plain(), kExchange))));
  CHECK(answersErr(read(plain(), write(keyed(kKey), kExchange))));
  CHECK(answersErr(read(keyed(kKey), write(keyed("another key 1234"), kExchange))));
}

TEST_CASE("an initiator answers nothing") {
  CHECK(closesSilently(read(keyed(kKey), write(plain(), kExchange, kListener), kInitiator)));
  CHECK(closesSilently(read(plain(), write(keyed(kKey), kExchange, kListener), kInitiator)));
}

TEST_CASE("plain text is taken where incoming streams need not be verified, and sent where outgoing ones need not") {
  auto settings = keyed(kKey);
  settings.verify_incoming = false;
  CHECK(gives(read(settings, write(plain(), kExchange)), kExchange));
  CHECK(gives(read(settings, write(keyed(kKey), kExchange)), kExchange));
  CHECK(answersErr(read(settings, write(keyed("another key 1234"), kExchange))));
  settings.verify_outgoing = false;
  CHECK(write(settings, kExchange) == write(plain(), kExchange));
}

TEST_CASE("a box over 20 MiB is refused by its header, and not written") {
  const auto settings = keyed(kKey);
  CHECK(waits(read(settings, unhex("0a01400000"))));
  CHECK(answersErr(read(settings, unhex("0a01400001"))));
  CHECK(answersErr(read(settings, unhex("0affffffff"))));
  CHECK(!encodeStream(settings, UserMessage{std::string(kMaxBox, 'x')}, kInitiator).ok());
  CHECK(answersErr(read(settings, unhex("0a00000000"))));
}

TEST_CASE("a message that ends before its box or its compression does not is refused") {
  auto settings = keyed(kKey);
  const auto whole = encodeForStream(kExchange);
  const auto box = [&](const std::string& inside) {
    const std::string header{'\x0a', '\0', '\0', '\0', static_cast<char>(boxSize(1, inside.size()))};
    return header + settings.keys.seal(1, inside, header, randomNonce());
  };
  const auto part = whole.substr(0, 60);
  CHECK(closesSilently(read(settings, box(part))));
  CHECK(closesSilently(read(settings, box(""))));
  CHECK(closesSilently(read(settings, box(compressed(part)))));
  CHECK(closesSilently(read(plain(), compressed(part))));
  CHECK(!read(settings, box(compressed(part).substr(0, 20))).error.empty());
  CHECK(gives(read(settings, box(encodeForStream(samplePing()))), samplePing()));
}

// Compression.

TEST_CASE("wrong compression is answered with err") {
  const auto layer = [](const std::string& fields) { return unhex("0982a4416c676f" + fields); };
  CHECK(answersErr(read(plain(), layer("01a3427566a3000101"))));
  CHECK(answersErr(read(plain(), layer("00a3427566a3ffffff"))));
  CHECK(answersErr(read(plain(), layer("00a3427566c0"))));
  CHECK(answersErr(read(plain(), layer("00a342756605"))));
  CHECK(answersErr(read(plain(), unhex("09c1"))));
  CHECK(answersErr(read(plain(), unhex("0982a4416c676f00a3427566db01400001"))));
  CHECK(waits(read(plain(), unhex("0982a4416c676f00a3427566db013f0000"))));
  const auto whole = lzwEncode(encodeForStream(samplePing()) + std::string(300, 'x'));
  std::string no_end = "\x09";
  MapWriter(no_end, 1).bytes("Buf", whole.substr(0, whole.size() - 2));
  CHECK(answersErr(read(plain(), no_end)));
}

TEST_CASE("compress and encrypt appear once") {
  const auto whole = encodeForStream(kExchange);
  CHECK(closesSilently(read(plain(), compressed(compressed(whole)))));
  CHECK(closesSilently(read(keyed(kKey), [&] {
    const auto inside = write(keyed(kKey), kExchange);
    const std::string header{'\x0a', '\0', '\0', static_cast<char>(boxSize(1, inside.size()) >> 8U),
                             static_cast<char>(boxSize(1, inside.size()) & 255U)};
    return header + keys(kKey).seal(1, inside, header, randomNonce());
  }())));
}

TEST_CASE("what a stream decompresses to is limited to 40 MiB") {
  auto whole = encodeForStream(UserMessage{"x"});
  whole.resize(kMaxInflated, 'x');
  CHECK(gives(read(plain(), compressed(whole)), UserMessage{}));
  CHECK(answersErr(read(plain(), compressed(whole + "x"))));
}

// Bodies.

TEST_CASE("types that no stream holds and bodies that are none are closed silently") {
  for (const std::string type : {"01", "03", "04", "05", "07", "0b", "0c", "0e", "ff"})
    CHECK(closesSilently(read(plain(), unhex(type))));
  for (const std::string bytes :
       {"00c1", "00c0", "0005", "0081a55365714e6fff", "0683a44a6f696e05c0c0c0c0", "0681a54e6f646573ff",
        "0681a54e6f64657301"
        "05",
        "0681a54e6f646573ce00100001"}) {
    CAPTURE(bytes);
    CHECK(closesSilently(read(plain(), unhex(bytes))));
  }
}

TEST_CASE("one map is limited, however its bytes arrive") {
  const auto err = [](std::size_t text) { return encodeForStream(Refusal{std::string(text, 'x')}); };
  const auto fits = kMaxMap - (err(kMaxMap - 100).size() - 1 - (kMaxMap - 100));
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}, std::string::npos}) {
    CHECK(gives(read(plain(), err(fits), kListener, piece), Refusal{std::string(fits, 'x')}));
    CHECK(closesSilently(read(plain(), err(fits + 1), kListener, piece)));
  }
  CHECK(closesSilently(read(plain(), unhex("0d81a54572726f72dbffffffff"))));
}

TEST_CASE("rows are limited by what they take in memory") {
  const auto most = kMaxRowMemory / sizeof(Row);
  CHECK(read(plain(), manyRows(most, most)).error.empty());
  CHECK(!read(plain(), manyRows(most, most)).message.empty());
  CHECK(closesSilently(read(plain(), manyRows(kMaxRows, most + 1))));
  CHECK(closesSilently(read(plain(), compressed(manyRows(kMaxRows, kMaxRows)))));
}

TEST_CASE("a long stream that arrives byte by byte takes time in proportion") {
  auto settings = plain();
  PushPull exchange;
  exchange.rows.assign(20000, sampleRow());
  exchange.rows[9].meta.assign(50000, 'x');
  CHECK(gives(read(settings, write(settings, exchange), kListener, 1), exchange));
  settings.compress = true;
  CHECK(gives(read(settings, write(settings, exchange), kListener, 1), exchange));
}

TEST_CASE("any bytes are read or refused, and pieces make no difference") {
  std::mt19937 random(11);
  for (const auto& settings : everySetting()) {
    const auto whole = write(settings, kExchange);
    for (int round = 0; round < 1000; ++round) {
      auto changed = whole;
      for (int i = 0; i < 2; ++i) changed[random() % changed.size()] = static_cast<char>(random());
      const auto at_once = read(settings, changed);
      const auto in_pieces = read(settings, changed, kListener, 1 + random() % 9);
      CHECK(at_once.message == in_pieces.message);
      CHECK(at_once.error == in_pieces.error);
      CHECK(at_once.refusal == in_pieces.refusal);
    }
  }
}
