#include "transport/relay/fill_plan.h"

#include <doctest/doctest.h>

#include "sse/conformance/fake_journal.h"

using namespace sse;
using namespace sse::relay;
using sse::conformance::tagOf;

namespace {

Hello helloOf(std::string_view tag, std::uint64_t head, bool starting = false) {
  Hello hello;
  hello.tag = tagOf(tag);
  hello.head = head;
  hello.starting = starting;
  return hello;
}

bool reads(const std::optional<Want>& want, Scope scope, std::uint64_t after) {
  return want && want->scope == scope && want->after == after;
}

}  // namespace

TEST_CASE("the first peer that is up fills a new node while the others wait") {
  FillPlan plan;
  CHECK(reads(plan.start("a", helloOf("a", 10), {}, false), Scope::All, 0));
  CHECK(!plan.start("b", helloOf("b", 20), {}, false));
  CHECK(!plan.filled("b", {}));
  CHECK(plan.filled("a", {tagOf("a"), 10, {{tagOf("a"), 10}, {tagOf("b"), 18}}}));
  CHECK(reads(plan.start("b", helloOf("b", 20), {}, true), Scope::Own, 18));
  CHECK(reads(plan.start("c", helloOf("c", 20), {}, true), Scope::Own, 0));
}

TEST_CASE("a peer that is starting itself fills nobody") {
  FillPlan plan;
  CHECK(reads(plan.start("a", helloOf("a", 3, true), {}, false), Scope::Own, 0));
  CHECK(reads(plan.start("b", helloOf("b", 20), {}, false), Scope::All, 0));
}

TEST_CASE("a plan says that it fills for as long as it does") {
  FillPlan plan;
  CHECK_FALSE(plan.filling());
  CHECK(plan.start("a", helloOf("a", 10), {}, false));
  CHECK(plan.filling());
  CHECK(plan.broken("a"));
  CHECK_FALSE(plan.filling());
  CHECK(plan.start("b", helloOf("b", 10), {}, false));
  CHECK(plan.filled("b", {tagOf("b"), 10, {}}));
  CHECK_FALSE(plan.filling());
}

TEST_CASE("when the donor breaks the next one fills, even if some of its events are known") {
  FillPlan plan;
  CHECK(plan.start("a", helloOf("a", 10), {}, false));
  CHECK(!plan.start("b", helloOf("b", 20), {}, false));
  CHECK(!plan.broken("b"));
  CHECK(plan.broken("a"));
  CHECK(reads(plan.start("b", helloOf("b", 20), 4, true), Scope::All, 0));
}

TEST_CASE(
    "a filled node reads a known peer from where it stood, one without a past whole, and fills itself from another") {
  FillPlan plan;
  CHECK(plan.start("a", helloOf("a", 10), {}, false));
  CHECK(plan.unfilled());
  CHECK(plan.filled("a", {tagOf("a"), 10, {}}));
  CHECK_FALSE(plan.unfilled());
  CHECK(reads(plan.start("b", helloOf("b", 10), 4, false), Scope::Own, 4));
  CHECK(reads(plan.start("b", helloOf("b", 0), {}, false), Scope::Own, 0));
  CHECK(reads(plan.start("b", helloOf("b", 10), {}, true), Scope::Own, 0));
  auto young = helloOf("b", 10);
  young.young = true;
  CHECK(reads(plan.start("b", young, {}, false), Scope::Own, 0));
  CHECK(reads(plan.start("b", helloOf("b", 10), {}, false), Scope::All, 0));
}

TEST_CASE("a node that nobody has filled is filled by the first whom it does not know, whenever that comes") {
  FillPlan plan;
  CHECK(reads(plan.start("a", helloOf("a", 0, true), {}, false), Scope::Own, 0));
  CHECK(reads(plan.start("a", helloOf("a", 10), 4, false), Scope::Own, 4));
  auto young = helloOf("b", 0);
  young.young = true;
  CHECK(reads(plan.start("b", young, {}, false), Scope::All, 0));
}

TEST_CASE("a donor that nobody has filled is not the last one") {
  FillPlan plan;
  auto unfilled = helloOf("a", 10);
  unfilled.unfilled = true;
  CHECK(reads(plan.start("a", unfilled, {}, false), Scope::All, 0));
  CHECK(!plan.start("b", helloOf("b", 20), {}, false));
  CHECK(plan.filled("a", {tagOf("a"), 10, {{tagOf("c"), 3}}}));
  CHECK(plan.unfilled());
  CHECK(reads(plan.start("c", helloOf("c", 5), {}, true), Scope::Own, 3));
  CHECK(reads(plan.start("b", helloOf("b", 20), {}, true), Scope::All, 0));
}

TEST_CASE("what is known here counts where it is more than the donor had") {
  FillPlan plan;
  CHECK(plan.start("a", helloOf("a", 10), {}, false));
  CHECK(plan.filled("a", {tagOf("a"), 10, {{tagOf("b"), 18}}}));
  CHECK(reads(plan.start("b", helloOf("b", 30), 25, false), Scope::Own, 25));
  CHECK(reads(plan.start("b", helloOf("b", 30), 5, false), Scope::Own, 18));
}
