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
  hello.root = tagOf("root");
  return hello;
}

bool reads(const std::optional<Want>& want, Scope scope, std::uint64_t after) {
  return want && want->scope == scope && want->after == after;
}

}  // namespace

TEST_CASE("the first peer that is up fills a new node while the others wait") {
  FillPlan plan;
  CHECK(reads(plan.start("a", helloOf("a", 10), {.fresh = true}), Scope::All, 0));
  CHECK(!plan.start("b", helloOf("b", 20), {.fresh = true}));
  CHECK(!plan.filled("b", {}));
  CHECK(plan.filled("a", {tagOf("a"), 10, {{tagOf("a"), 10}, {tagOf("b"), 18}}}));
  CHECK(reads(plan.start("b", helloOf("b", 20), {.waited = true}), Scope::Own, 18));
  CHECK(reads(plan.start("c", helloOf("c", 20), {.waited = true}), Scope::Own, 0));
}

TEST_CASE("a peer that is starting itself fills nobody") {
  FillPlan plan;
  CHECK(reads(plan.start("a", helloOf("a", 3, true), {.fresh = true}), Scope::Own, 0));
  CHECK(reads(plan.start("b", helloOf("b", 20), {.fresh = true}), Scope::All, 0));
}

TEST_CASE("a plan says that it fills for as long as it does") {
  FillPlan plan;
  CHECK_FALSE(plan.filling());
  CHECK(plan.start("a", helloOf("a", 10), {.fresh = true}));
  CHECK(plan.filling());
  CHECK(plan.broken("a"));
  CHECK_FALSE(plan.filling());
  CHECK(plan.start("b", helloOf("b", 10), {.fresh = true}));
  CHECK(plan.filled("b", {tagOf("b"), 10, {}}));
  CHECK_FALSE(plan.filling());
}

TEST_CASE("when the donor breaks the next one fills, even if some of its events are known") {
  FillPlan plan;
  CHECK(plan.start("a", helloOf("a", 10), {.fresh = true}));
  CHECK(!plan.start("b", helloOf("b", 20), {.fresh = true}));
  CHECK(!plan.broken("b"));
  CHECK(plan.broken("a"));
  CHECK(reads(plan.start("b", helloOf("b", 20), {.events = 4, .waited = true}), Scope::All, 0));
}

TEST_CASE(
    "a filled node reads a known peer from where it stood, one without a past whole, and fills itself from another") {
  FillPlan plan;
  CHECK(plan.start("a", helloOf("a", 10), {.fresh = true}));
  CHECK(plan.filled("a", {tagOf("a"), 10, {}}));
  CHECK(reads(plan.start("b", helloOf("b", 10), {.events = 4}), Scope::Own, 4));
  CHECK(reads(plan.start("b", helloOf("b", 0), {.fresh = true}), Scope::Own, 0));
  CHECK(reads(plan.start("b", helloOf("b", 10), {.waited = true}), Scope::Own, 0));
  auto young = helloOf("b", 10);
  young.young = true;
  CHECK(reads(plan.start("b", young, {.fresh = true}), Scope::Own, 0));
  CHECK(reads(plan.start("b", helloOf("b", 10), {.fresh = true}), Scope::All, 0));
}

TEST_CASE("a node that nobody has filled is filled by the first whom it does not know, whenever that comes") {
  FillPlan plan;
  CHECK(reads(plan.start("a", helloOf("a", 0, true), {.fresh = true}), Scope::Own, 0));
  CHECK(reads(plan.start("a", helloOf("a", 10), {.events = 4}), Scope::Own, 4));
  auto young = helloOf("b", 0);
  young.young = true;
  CHECK(reads(plan.start("b", young, {.fresh = true}), Scope::All, 0));
}

TEST_CASE("a donor of another root is not the last one") {
  FillPlan plan;
  CHECK(reads(plan.start("a", helloOf("a", 10), {.fresh = true}), Scope::All, 0));
  auto other = helloOf("b", 20);
  other.root = tagOf("other");
  CHECK(!plan.start("b", other, {}));
  CHECK(plan.filled("a", {tagOf("a"), 10, {{tagOf("c"), 3}}}));
  CHECK(reads(plan.start("c", helloOf("c", 5), {.waited = true}), Scope::Own, 3));
  CHECK(reads(plan.start("b", other, {.waited = true}), Scope::All, 0));
}

TEST_CASE("a quiet peer that the donor had heard out fills nobody") {
  FillPlan plan;
  auto donor = helloOf("a", 10);
  donor.root = tagOf("a");
  auto quiet = helloOf("b", 0);
  quiet.root = tagOf("b");
  CHECK(reads(plan.start("a", donor, {.fresh = true}), Scope::All, 0));
  plan.named("a", {{tagOf("a"), 10}, {tagOf("b"), 0}});
  CHECK(plan.fills(quiet, {.waited = true}));
  CHECK(plan.filled("a", {tagOf("a"), 10, {{tagOf("a"), 10}}}));
  CHECK_FALSE(plan.fills(quiet, {.waited = true}));
  CHECK(reads(plan.start("b", quiet, {.waited = true}), Scope::Own, 0));
}

TEST_CASE("a donor that had nothing hides nobody") {
  FillPlan plan;
  auto empty = helloOf("a", 0);
  empty.young = true;
  empty.root = tagOf("a");
  CHECK(reads(plan.start("a", empty, {.fresh = true}), Scope::All, 0));
  CHECK(plan.filled("a", {tagOf("a"), 0, {}}));
  CHECK_FALSE(plan.root());
  CHECK(reads(plan.start("b", helloOf("b", 5), {.waited = true, .fresh = true}), Scope::All, 0));
  CHECK(plan.filled("b", {tagOf("b"), 5, {}}));
  CHECK(plan.root() == tagOf("root"));
}

TEST_CASE("what is known here counts where it is more than the donor had") {
  FillPlan plan;
  CHECK(plan.start("a", helloOf("a", 10), {.fresh = true}));
  CHECK(plan.filled("a", {tagOf("a"), 10, {{tagOf("b"), 18}}}));
  CHECK(reads(plan.start("b", helloOf("b", 30), {.events = 25}), Scope::Own, 25));
  CHECK(reads(plan.start("b", helloOf("b", 30), {.events = 5}), Scope::Own, 18));
}

TEST_CASE("a newcomer that was filled from where this node was is no donor") {
  FillPlan plan;
  CHECK(reads(plan.start("a", helloOf("a", 10), {.fresh = true}), Scope::All, 0));
  CHECK_FALSE(plan.root());
  CHECK(plan.filled("a", {tagOf("a"), 10, {}}));
  CHECK(plan.root() == tagOf("root"));
  auto next = helloOf("b", 20);
  next.young = true;
  CHECK(reads(plan.start("b", next, {}), Scope::Own, 0));
  next.tag = next.root.emplace(tagOf("c"));
  CHECK(reads(plan.start("c", next, {}), Scope::Own, 0));
  next.tag = tagOf("d");
  next.root = tagOf("elsewhere");
  CHECK(reads(plan.start("d", next, {}), Scope::All, 0));
  CHECK(plan.filled("d", {tagOf("d"), 20, {}}));
  CHECK(plan.root() == tagOf("root"));
}

TEST_CASE("a node that is its own root is filled by no newcomer whose history stems from it or from a peer it knows") {
  FillPlan plan;
  auto young = helloOf("b", 5);
  young.young = true;
  CHECK(reads(plan.start("b", young, {.root = true}), Scope::Own, 0));
  young.root = tagOf("b");
  CHECK(reads(plan.start("b", young, {}), Scope::All, 0));
  CHECK(plan.filled("b", {tagOf("b"), 5, {}}));
  CHECK_FALSE(plan.root());
}

TEST_CASE("a peer that has what cannot come otherwise fills once more") {
  FillPlan plan;
  CHECK(plan.start("a", helloOf("a", 10), {.fresh = true}));
  CHECK(plan.filled("a", {tagOf("a"), 10, {{tagOf("b"), 18}}}));
  plan.wantAgain(tagOf("b"));
  CHECK(reads(plan.start("a", helloOf("a", 12), {.events = 10}), Scope::Own, 10));
  CHECK(reads(plan.start("b", helloOf("b", 20, true), {.events = 18}), Scope::Own, 18));
  CHECK(reads(plan.start("b", helloOf("b", 20), {.events = 18}), Scope::All, 0));
  CHECK(plan.filled("b", {tagOf("b"), 20, {}}));
  CHECK(reads(plan.start("b", helloOf("b", 20), {.events = 20}), Scope::Own, 20));
}
