#include "kernel/warning_board.h"

#include <doctest/doctest.h>

using namespace sse;
using namespace std::chrono_literals;
using kernel::WarningBoard;

namespace {

const Clock::time_point kStart{1h};

}  // namespace

TEST_CASE("a warning is one row for each id and whom it is about, and counts how often it was told") {
  WarningBoard board;
  board.tell({"relay-refused", "first", "10.0.0.1"}, kStart);
  board.tell({"relay-refused", "other", "10.0.0.2"}, kStart);
  board.tell({"relay-refused", "second", "10.0.0.1"}, kStart + 1s);
  const auto rows = board.rows(kStart + 1s);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].about == "10.0.0.2");
  CHECK(rows[1].text == "second");
  CHECK(rows[1].count == 2);
}

TEST_CASE("a warning that is not told again goes, a lasting one stays") {
  WarningBoard board;
  board.tell({"node-name-clash", "x", "a"}, kStart);
  board.tell({"cluster-open", "y", "b", true}, kStart);
  CHECK(board.rows(kStart + WarningBoard::kLasts).size() == 2);
  const auto rows = board.rows(kStart + WarningBoard::kLasts + 1s);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].id == "cluster-open");
}

TEST_CASE("rows and texts are bounded whoever causes them") {
  WarningBoard board;
  board.tell({"cluster-open", "stays", "b", true}, kStart);
  for (int i = 0; i < 1000; ++i) board.tell({"x", std::string(10'000, 'x'), std::to_string(i)}, kStart);
  const auto rows = board.rows(kStart);
  CHECK(rows.size() == WarningBoard::kMost);
  CHECK(rows.front().id == "cluster-open");
  CHECK(rows.back().about == "999");
  CHECK(rows.back().text.size() == WarningBoard::kMaxText);
}
