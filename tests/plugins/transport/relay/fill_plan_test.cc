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
  CHECK(reads(plan.start("a", helloOf("a", 10), {}), Scope::All, 0));
  CHECK(!plan.start("b", helloOf("b", 20), {}));
  CHECK(!plan.filled("b", {}, true));
  CHECK(plan.filled("a", {tagOf("a"), 10, {{tagOf("a"), 10}, {tagOf("b"), 18}}}, true));
  CHECK(reads(plan.start("b", helloOf("b", 20), {.waited = true}), Scope::Own, 18));
  CHECK(reads(plan.start("c", helloOf("c", 20), {.waited = true}), Scope::Own, 0));
}

TEST_CASE("a peer that is starting itself fills nobody") {
  FillPlan plan;
  CHECK(reads(plan.start("a", helloOf("a", 3, true), {}), Scope::Own, 0));
  CHECK(reads(plan.start("b", helloOf("b", 20), {}), Scope::All, 0));
}

TEST_CASE("a plan says that it fills for as long as it does") {
  FillPlan plan;
  CHECK_FALSE(plan.filling());
  CHECK(plan.start("a", helloOf("a", 10), {}));
  CHECK(plan.filling());
  CHECK(plan.broken("a"));
  CHECK_FALSE(plan.filling());
  CHECK(plan.start("b", helloOf("b", 10), {}));
  CHECK(plan.filled("b", {tagOf("b"), 10, {}}, true));
  CHECK_FALSE(plan.filling());
}

TEST_CASE("when the donor breaks the next one fills, even if some of its events are known") {
  FillPlan plan;
  CHECK(plan.start("a", helloOf("a", 10), {}));
  CHECK(!plan.start("b", helloOf("b", 20), {}));
  CHECK(!plan.broken("b"));
  CHECK(plan.broken("a"));
  CHECK(reads(plan.start("b", helloOf("b", 20), {.events = 4, .waited = true}), Scope::All, 0));
}

TEST_CASE(
    "a filled node reads a known peer from where it stood, one without a past whole, and fills itself from another") {
  FillPlan plan;
  CHECK(plan.start("a", helloOf("a", 10), {}));
  CHECK(plan.unfilled());
  CHECK(plan.filled("a", {tagOf("a"), 10, {}}, true));
  CHECK_FALSE(plan.unfilled());
  CHECK(reads(plan.start("b", helloOf("b", 10), {.events = 4}), Scope::Own, 4));
  CHECK(reads(plan.start("b", helloOf("b", 0), {}), Scope::Own, 0));
  CHECK(reads(plan.start("b", helloOf("b", 10), {.waited = true}), Scope::Own, 0));
  auto young = helloOf("b", 10);
  young.young = true;
  CHECK(reads(plan.start("b", young, {}), Scope::Own, 0));
  CHECK(reads(plan.start("b", helloOf("b", 10), {}), Scope::All, 0));
}

TEST_CASE("a node that nobody has filled is filled by the first whom it does not know, whenever that comes") {
  FillPlan plan;
  CHECK(reads(plan.start("a", helloOf("a", 0, true), {}), Scope::Own, 0));
  CHECK(reads(plan.start("a", helloOf("a", 10), {.events = 4}), Scope::Own, 4));
  auto young = helloOf("b", 0);
  young.young = true;
  CHECK(reads(plan.start("b", young, {}), Scope::All, 0));
}

TEST_CASE("a donor that nobody has filled is not the last one") {
  FillPlan plan;
  auto unfilled = helloOf("a", 10);
  unfilled.unfilled = true;
  CHECK(reads(plan.start("a", unfilled, {}), Scope::All, 0));
  CHECK(!plan.start("b", helloOf("b", 20), {}));
  CHECK(plan.filled("a", {tagOf("a"), 10, {{tagOf("c"), 3}}}, true));
  CHECK(plan.unfilled());
  CHECK(reads(plan.start("c", helloOf("c", 5), {.waited = true}), Scope::Own, 3));
  CHECK(reads(plan.start("b", helloOf("b", 20), {.waited = true}), Scope::All, 0));
}

TEST_CASE("what is known here counts where it is more than the donor had") {
  FillPlan plan;
  CHECK(plan.start("a", helloOf("a", 10), {}));
  CHECK(plan.filled("a", {tagOf("a"), 10, {{tagOf("b"), 18}}}, true));
  CHECK(reads(plan.start("b", helloOf("b", 30), {.events = 25}), Scope::Own, 25));
  CHECK(reads(plan.start("b", helloOf("b", 30), {.events = 5}), Scope::Own, 18));
}

TEST_CASE("a newcomer that was filled from where this node was is no donor") {
  FillPlan plan;
  auto first = helloOf("a", 10);
  first.unfilled = true;
  first.root = tagOf("a");
  CHECK(reads(plan.start("a", first, {}), Scope::All, 0));
  CHECK_FALSE(plan.root());
  CHECK(plan.filled("a", {tagOf("a"), 10, {}}, true));
  CHECK(plan.root() == tagOf("a"));
  auto next = helloOf("b", 20);
  next.unfilled = next.young = true;
  next.root = tagOf("a");
  CHECK(reads(plan.start("b", next, {}), Scope::Own, 0));
  next.tag = tagOf("c");
  next.root = tagOf("c");
  CHECK(reads(plan.start("c", next, {}), Scope::Own, 0));
  next.tag = tagOf("d");
  next.root = tagOf("elsewhere");
  CHECK(reads(plan.start("d", next, {}), Scope::All, 0));
  CHECK(plan.filled("d", {tagOf("d"), 20, {}}, true));
  CHECK(plan.root() == tagOf("a"));
}

TEST_CASE(
    "a node that nobody has filled is filled by no newcomer whose history stems from it, or from a peer it knows") {
  FillPlan plan;
  auto young = helloOf("b", 5);
  young.young = true;
  young.root = tagOf("self");
  CHECK(reads(plan.start("b", young, {.root = true}), Scope::Own, 0));
  young.root = tagOf("b");
  CHECK(reads(plan.start("b", young, {}), Scope::All, 0));
  CHECK(plan.filled("b", {tagOf("b"), 5, {}}, false));
  CHECK_FALSE(plan.root());
}

TEST_CASE("a peer that has what cannot come otherwise fills once more") {
  FillPlan plan;
  CHECK(plan.start("a", helloOf("a", 10), {}));
  CHECK(plan.filled("a", {tagOf("a"), 10, {{tagOf("b"), 18}}}, true));
  plan.wantAgain("b");
  CHECK(reads(plan.start("a", helloOf("a", 12), {.events = 10}), Scope::Own, 10));
  CHECK(reads(plan.start("b", helloOf("b", 20, true), {.events = 18}), Scope::Own, 18));
  CHECK(reads(plan.start("b", helloOf("b", 20), {.events = 18}), Scope::All, 0));
  CHECK(plan.filled("b", {tagOf("b"), 20, {}}, false));
  CHECK(reads(plan.start("b", helloOf("b", 20), {.events = 20}), Scope::Own, 20));
}
