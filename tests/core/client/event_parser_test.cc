#include "client/event_parser.h"

#include <doctest/doctest.h>
#include <string>
#include <string_view>
#include <vector>

using sse::client::Event;
using sse::client::EventParser;

namespace {

using Events = std::vector<std::string>;

/// Every event as `id|event|data`, from pieces of `size` bytes.
Events read(EventParser& parser, std::string_view text, std::size_t size) {
  Events out;
  for (std::size_t at = 0; at < text.size(); at += size) {
    const auto fed = parser.feed(text.substr(at, size), [&](const Event& event) {
      out.push_back(event.id + "|" + event.event + "|" + event.data);
    });
    REQUIRE(fed.ok());
  }
  return out;
}

/// The same in one piece and byte by byte, which must not differ.
Events read(std::string_view text) {
  EventParser whole;
  EventParser bytes;
  const auto events = read(whole, text, text.size());
  CHECK(read(bytes, text, 1) == events);
  CHECK(whole.lastEventId() == bytes.lastEventId());
  CHECK(whole.retryMs() == bytes.retryMs());
  return events;
}

}  // namespace

TEST_CASE("the examples of the standard read as it says") {
  CHECK(read("data: YHOO\ndata: +2\ndata: 10\n\n") == Events{"|message|YHOO\n+2\n10"});
  CHECK(read(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n") ==
        Events{"1|message|first event", "|message|second event", "|message| third event"});
  CHECK(read("data\n\ndata\ndata\n\ndata:") == Events{"|message|", "|message|\n"});
  CHECK(read("data:test\n\ndata: test\n\n") == Events{"|message|test", "|message|test"});
}

TEST_CASE("lines end in CR, LF or CRLF, also mixed") {
  const Events expected{"|a|1\n2"};
  CHECK(read("event: a\ndata: 1\ndata: 2\n\n") == expected);
  CHECK(read("event: a\rdata: 1\rdata: 2\r\r") == expected);
  CHECK(read("event: a\r\ndata: 1\r\ndata: 2\r\n\r\n") == expected);
  CHECK(read("event: a\r\ndata: 1\rdata: 2\n\r") == expected);
}

TEST_CASE("an event that ends in CR is there before the LF that may follow") {
  CHECK(read("data: 1\r\n\r") == Events{"|message|1"});
}

TEST_CASE("a byte order mark counts at the start of a stream alone") {
  CHECK(read("\xEF\xBB\xBF"
             "data: 1\n\n\xEF\xBB\xBF"
             "data: 2\n\n") == Events{"|message|1"});
  CHECK(read("\xEF\xBB\xBF\xEF\xBB\xBF"
             "data: 1\n\n")
            .empty());
}

TEST_CASE("an event without data is none, but its id counts") {
  EventParser parser;
  CHECK(read(parser, "id: 7\nevent: a\n\n", 100).empty());
  CHECK(parser.lastEventId() == "7");
  CHECK(read(parser, "data: x\n\n", 100) == Events{"7|message|x"});
}

TEST_CASE("an id counts from the end of its block") {
  EventParser parser("0");
  CHECK(read(parser, "id: 7\n", 100).empty());
  CHECK(parser.lastEventId() == "0");
}

TEST_CASE("an id with NUL is ignored, an empty one forgets") {
  using namespace std::string_view_literals;
  CHECK(read("id: 1\ndata: a\n\nid: 2\0\ndata: b\n\nid:\ndata: c\n\n"sv) ==
        Events{"1|message|a", "1|message|b", "|message|c"});
}

TEST_CASE("retry takes digits and nothing else") {
  const auto retry = [](const std::string& text) {
    EventParser parser;
    read(parser, "retry: 5\nretry:" + text + "\n\n", 1);
    return parser.retryMs();
  };
  CHECK(retry("250") == 250);
  CHECK(retry("0") == 0);
  for (const auto* ignored : {"", "-1", "+1", "1s", "1.5", "  1", "99999999999999999999"}) CHECK(retry(ignored) == 5);
  CHECK_FALSE(EventParser().retryMs().has_value());
}

TEST_CASE("fields are told by their exact names") {
  CHECK(read("Data: 1\ndata : 2\n data: 3\ndatum: 4\nnothing\n:data: 5\ndata: 6: 7\n\n") == Events{"|message|6: 7"});
}

TEST_CASE("a new stream drops what was not completed and keeps id and retry") {
  EventParser parser;
  read(parser, "retry: 9\nid: 1\ndata: a\n\nid: 2\nevent: b\ndata: c\r", 1);
  parser.restart();
  CHECK(read(parser,
             "\n\xEF\xBB\xBF"
             "data: x\n\ndata: d\n\n",
             1) == Events{"1|message|d"});
  CHECK(parser.retryMs() == 9);
  parser.restart();
  CHECK(read(parser,
             "\xEF\xBB\xBF"
             "data: e\n\n",
             1) == Events{"1|message|e"});
}

TEST_CASE("an event without end is refused, not kept") {
  EventParser parser;
  const std::string piece(EventParser::kMaxBytes / 2, 'x');
  CHECK(parser.feed(piece, [](const Event&) {}).ok());
  CHECK(parser.feed(piece, [](const Event&) {}).ok());
  const auto refused = parser.feed("x", [](const Event&) {});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == sse::Code::TooLarge);
}
