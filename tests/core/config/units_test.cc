#include "config/units.h"

#include <doctest/doctest.h>

namespace sse::config {

TEST_CASE("a duration is a number with its unit, or several with descending units") {
  CHECK(parseDuration("250ms") == 250);
  CHECK(parseDuration("15s") == 15'000);
  CHECK(parseDuration("10m") == 600'000);
  CHECK(parseDuration("1h") == 3'600'000);
  CHECK(parseDuration("1d") == 86'400'000);
  CHECK(parseDuration("1h30m") == 5'400'000);
  CHECK(parseDuration("1m1ms") == 60'001);
  CHECK(parseDuration("0") == 0);
  CHECK(parseDuration("0s") == 0);
}

TEST_CASE("whatever else is no duration") {
  for (const auto* text :
       {"", "5", "00", "s", "-5s", "+5s", "5 s", "5S", "5sec", "1.5s", "5s5", "1m1h", "1s1s", "5s ",
        "99999999999999999999s", "9223372036854775807s", "9223372036854775807ms1ms", "106751991168d"}) {
    CAPTURE(text);
    CHECK(!parseDuration(text));
  }
}

TEST_CASE("a size is a number of bytes or one with a binary unit") {
  CHECK(parseSize("512") == 512);
  CHECK(parseSize("512B") == 512);
  CHECK(parseSize("64KiB") == 65'536);
  CHECK(parseSize("1MiB") == 1'048'576);
  CHECK(parseSize("2GiB") == 2'147'483'648);
  CHECK(parseSize("0") == 0);
}

TEST_CASE("whatever else is no size") {
  for (const auto* text : {"", "KiB", "64KB", "64kib", "64K", "-1", "1.5MiB", "1 MiB", "1MiB1KiB", "8589934592GiB"}) {
    CAPTURE(text);
    CHECK(!parseSize(text));
  }
}

TEST_CASE("durations and sizes are written in the greatest unit that says them exactly") {
  CHECK(formatDuration(0) == "0s");
  CHECK(formatDuration(90'000) == "90s");
  CHECK(formatDuration(600'000) == "10m");
  CHECK(formatDuration(1'500) == "1500ms");
  CHECK(formatSize(0) == "0B");
  CHECK(formatSize(65'536) == "64KiB");
  CHECK(formatSize(1'000) == "1000B");
}

}  // namespace sse::config
