#include "net/outbox.h"

#include <doctest/doctest.h>

using namespace sse::net;

namespace {

int kept = 0;
const Keeper kCounter{[](const void*) { ++kept; }, [](const void*) { --kept; }};

std::string text(const Outbox& outbox) {
  std::vector<iovec> parts;
  outbox.gather(parts, 1024);
  std::string out;
  for (const auto& part : parts) out.append(static_cast<const char*>(part.iov_base), part.iov_len);
  return out;
}

}  // namespace

TEST_CASE("own and shared bytes leave in the order they came, whatever the socket takes at a time") {
  for (std::size_t step = 1; step <= 12; ++step) {
    Outbox outbox;
    const std::string shared = "shared";
    outbox.copy("ab");
    outbox.copy("c");
    outbox.share(shared, &shared, kCounter);
    outbox.copy("de");
    outbox.share("no one", nullptr, kCounter);
    CHECK(outbox.size() == 17);
    CHECK(kept == 1);
    std::string out;
    while (outbox.size() > 0) {
      const auto now = text(outbox).substr(0, step);
      out += now;
      outbox.sent(now.size());
      if (out.size() == 5) outbox.copy("");
    }
    CHECK(out ==
          "abcsharedde"
          "no one");
    CHECK(kept == 0);
  }
}

TEST_CASE("what is added while some is out comes behind it") {
  Outbox outbox;
  outbox.copy("abc");
  outbox.sent(2);
  outbox.copy("def");
  CHECK(text(outbox) == "cdef");
  outbox.sent(4);
  outbox.copy("g");
  CHECK(text(outbox) == "g");
}

TEST_CASE("an outbox that goes gives back what it shared") {
  const std::string shared = "shared";
  {
    Outbox outbox;
    outbox.share(shared, &shared, kCounter);
    outbox.sent(2);
    CHECK(kept == 1);
  }
  CHECK(kept == 0);
}
