#include "transport/relay/wire.h"

#include <doctest/doctest.h>
#include <random>

#include "sse/conformance/fake_journal.h"

using namespace sse;
using namespace sse::relay;
using sse::conformance::tagOf;

namespace {

std::string bytesOf(const Frame& frame) {
  std::string bytes;
  encode(bytes, frame);
  return bytes;
}

/// Decodes one whole frame; the text of the error where it is none.
Result<Frame> parse(std::string_view bytes) {
  const auto head = decodeHead(bytes, {kMaxFrame});
  if (!head.ok()) return head.error();
  if (!*head || bytes.size() != kFrameHead + (*head)->size) return Error{Code::InvalidArgument, "not whole"};
  return decodeBody((*head)->type, bytes.substr(kFrameHead));
}

template <typename T>
T roundTrip(const T& value) {
  static std::string kept;  // views of the result point into it
  kept = bytesOf(value);
  auto decoded = parse(kept);
  REQUIRE(decoded.ok());
  REQUIRE(std::holds_alternative<T>(*decoded));
  CHECK(bytesOf(*decoded) == kept);
  return std::get<T>(std::move(*decoded));
}

EventView event(EventKind kind = EventKind::Channel) {
  EventView view;
  view.kind = kind;
  view.id = {tagOf("a"), 5};
  if (kind != EventKind::Broadcast) view.channel = "news";
  if (kind == EventKind::Client || kind == EventKind::CloseClient) view.client = "c1";
  view.publisher_id = "my id";
  view.idempotency = std::string_view("k\0y", 3);
  view.body = "event: x\ndata: 1\n";
  return view;
}

std::vector<Frame> samples() {
  const Checkpoint checkpoint{tagOf("b"), 1ULL << 63, {{tagOf("a"), 1}, {tagOf("b"), ~0ULL}}};
  Hello hello;
  hello.starting = hello.secret = hello.roots = true;
  hello.tag = tagOf("t");
  hello.head = 300;
  hello.name = "n1";
  hello.nonce.fill('n');
  hello.proof.emplace().fill('p');
  auto aged = hello;
  aged.age = 300;
  return {hello,
          aged,
          Proof{},
          Refuse{"why"},
          Want{Scope::All, 7},
          Want{Scope::Own, 7, 300},
          Events{9, {event(), event(EventKind::Broadcast), event(EventKind::CloseClient)}},
          Hole{{tagOf("h"), 128}},
          Filled{checkpoint},
          CheckpointFrame{checkpoint},
          Ack{16383, 16384},
          Ping{},
          Ask{tagOf("q"), 2},
          Answer{tagOf("q"), 2, checkpoint},
          Answer{tagOf("q"), 2, std::nullopt},
          FloorsFrame{{}},
          FloorsFrame{{{{tagOf("f"), 9}, {tagOf("g"), 300}},
                       {{tagOf("f"), 5}},
                       {{"news", {{tagOf("f"), 7}, {tagOf("g"), 1ULL << 40}}}, {"b", {{tagOf("g"), 1}}}, {"c", {}}}}}};
}

}  // namespace

TEST_CASE("every frame reads as it was written") {
  for (const auto& frame : samples()) std::visit([](const auto& value) { roundTrip(value); }, frame);
  const auto hello = roundTrip(std::get<Hello>(samples()[0]));
  CHECK(hello.starting);
  CHECK(hello.roots);
  CHECK_FALSE(hello.young);
  CHECK(!hello.young);
  CHECK(hello.secret);
  CHECK(hello.head == 300);
  CHECK(hello.name == "n1");
  CHECK(hello.proof.has_value());
  const auto want = roundTrip(Want{Scope::All, 7});
  CHECK(want.scope == Scope::All);
  CHECK(want.after == 7);
}

TEST_CASE("who reads ages is told them, and nobody has to send one") {
  auto hello = std::get<Hello>(samples()[0]);
  CHECK(!roundTrip(hello).age);
  CHECK(!roundTrip(hello).ages);
  hello.ages = true;
  hello.age = 1ULL << 40;
  CHECK(roundTrip(hello).ages);
  CHECK(roundTrip(hello).secret);
  CHECK(roundTrip(hello).age == 1ULL << 40);
  CHECK(!roundTrip(Want{Scope::Own, 7}).age);
  CHECK(roundTrip(Want{Scope::Own, 7, 300}).age == 300);
}

TEST_CASE("an event keeps every field") {
  const auto events = roundTrip(Events{9, {event(EventKind::Client)}});
  CHECK(events.next == 9);
  REQUIRE(events.events.size() == 1);
  const auto& got = events.events[0];
  CHECK(got.kind == EventKind::Client);
  CHECK(got.id == Identity{tagOf("a"), 5});
  CHECK(got.channel == "news");
  CHECK(got.client == "c1");
  CHECK(got.publisher_id == "my id");
  CHECK(got.idempotency.size() == 3);
  CHECK(got.body == "event: x\ndata: 1\n");
}

TEST_CASE("floors keep every identity of every channel") {
  const std::vector<Identity> two{{tagOf("a"), 7}, {tagOf("b"), ~0ULL}};
  const std::vector<Identity> three{{tagOf("c"), 1}, {tagOf("b"), 128}, {tagOf("a"), 1ULL << 40}};
  const auto got = roundTrip(FloorsFrame{{two, three, {{"news", three}, {std::string(256, 'x'), two}, {"none", {}}}}});
  CHECK(got.floors.reached == two);
  CHECK(got.floors.everywhere == three);
  REQUIRE(got.floors.channels.size() == 3);
  CHECK(got.floors.channels[0] == std::pair(std::string("news"), three));
  CHECK(got.floors.channels[1] == std::pair(std::string(256, 'x'), two));
  CHECK(got.floors.channels[2] == std::pair(std::string("none"), std::vector<Identity>()));
}

TEST_CASE("events that would harm a stream are refused") {
  const auto refused = [](auto change) {
    auto bad = event();
    change(bad);
    CHECK(!isRelayable(bad));
    return !parse(bytesOf(Events{1, {bad}})).ok();
  };
  const std::string long_name(257, 'x');
  CHECK(refused([](EventView& e) { e.kind = EventKind::Hole; }));
  CHECK(refused([](EventView& e) { e.kind = static_cast<EventKind>(200); }));
  CHECK(refused([](EventView& e) { e.id.number = 0; }));
  CHECK(refused([](EventView& e) { e.id.origin = tagOf("A"); }));
  CHECK(refused([](EventView& e) { e.channel = {}; }));
  CHECK(refused([](EventView& e) { e.client = "c"; }));
  CHECK(refused([](EventView& e) { e.kind = EventKind::Client; }));
  CHECK(refused([&](EventView& e) { e.channel = long_name; }));
  CHECK(refused([](EventView& e) { e.publisher_id = "a\nid: b"; }));
  CHECK(refused([](EventView& e) { e.body = "data: 1"; }));
  CHECK(refused([](EventView& e) { e.body = "\n"; }));
  CHECK(refused([](EventView& e) { e.body = "data: 1\n\ndata: 2\n"; }));
  CHECK(refused([](EventView& e) { e.body = "data: 1\r\n"; }));
}

TEST_CASE("a head is awaited, and refused by type and size") {
  CHECK(!*decodeHead(std::string_view("\1\0\0\0", 4), {10}));
  CHECK((*decodeHead(std::string_view("\7\0\0\0\12", 5), {10}))->size == 7);
  CHECK(!decodeHead(std::string_view("\7\0\0\0\0", 5), {10}).ok());
  CHECK(!decodeHead(std::string_view("\7\0\0\0\16", 5), {10}).ok());
  const auto large = decodeHead(std::string_view("\13\0\0\0\12", 5), {10});
  REQUIRE(!large.ok());
  CHECK(large.error().code == Code::TooLarge);
}

TEST_CASE("no frame reads when it is cut short or has a byte too many") {
  for (const auto& frame : samples()) {
    const auto bytes = bytesOf(frame);
    const auto head = **decodeHead(bytes, {kMaxFrame});
    const auto body = std::string_view(bytes).substr(kFrameHead);
    for (std::size_t size = 0; size < body.size(); ++size) CHECK(!decodeBody(head.type, body.substr(0, size)).ok());
    CHECK(!decodeBody(head.type, std::string(body) + '\0').ok());
  }
}

TEST_CASE("a count beyond the bytes that follow takes no memory") {
  std::string body = "\1";
  body += "\xff\xff\xff\xff\xff\xff\xff\xff\xff\1";
  CHECK(!decodeBody(FrameType::Events, body).ok());
  CHECK(!decodeBody(FrameType::Checkpoint, "aaaaaaaa" + body).ok());
  const std::string count = body.substr(1);
  const std::string none(1, '\0');
  const std::string one_channel = "\1\1c";
  for (const auto& before : {std::string(), none, none + none, none + none + one_channel}) {
    CHECK(decodeBody(FrameType::Floors, none + none + none).ok());
    CHECK(!decodeBody(FrameType::Floors, before + count).ok());
    CHECK(!decodeBody(FrameType::Floors, before + count + std::string(64, '\0')).ok());
    CHECK(!decodeBody(FrameType::Floors, before + "\2" + std::string("aaaaaaaa\1", 9)).ok());
  }
}

TEST_CASE("any bytes decode or are refused, and what decodes encodes to something that decodes") {
  std::mt19937 random(42);
  const auto frames = samples();
  for (int round = 0; round < 20'000; ++round) {
    auto bytes = bytesOf(frames[random() % frames.size()]);
    for (auto flips = 1 + random() % 4; flips > 0; --flips) {
      bytes[kFrameHead - 1 + random() % (bytes.size() - kFrameHead + 1)] = static_cast<char>(random());
    }
    const auto head = decodeHead(bytes, {kMaxFrame});
    if (!head.ok()) continue;
    const auto decoded = decodeBody((*head)->type, std::string_view(bytes).substr(kFrameHead));
    if (decoded.ok()) CHECK(parse(bytesOf(*decoded)).ok());
  }
}
