#include "cluster/checkpoints.h"

#include <doctest/doctest.h>
#include <thread>

#include "sse/conformance/fake_journal.h"

using namespace sse;
using namespace std::chrono_literals;
using sse::cluster::CheckpointLog;
using sse::cluster::Checkpoints;
using sse::cluster::Had;
using sse::conformance::tagOf;

namespace {
const auto kOwn = tagOf("own");
const auto kA = tagOf("a");
const auto kB = tagOf("b");
const Clock::time_point kStart{1h};
}  // namespace

TEST_CASE("the newest checkpoint at or before a position is found") {
  Checkpoints kept(kOwn, 10min);
  for (const std::uint64_t position : {10, 30, 20}) kept.keep({kA, position, {}}, kStart);
  CHECK(!kept.find(kA, 9));
  CHECK(kept.find(kA, 10)->position == 10);
  CHECK(kept.find(kA, 29)->position == 20);
  CHECK(kept.find(kA, 1000)->position == 30);
  CHECK(!kept.find(kB, 1000));
  CHECK(kept.all().size() == 3);
}

TEST_CASE("this node's own are kept apart and never taken from others") {
  Checkpoints kept(kOwn, 10min);
  kept.keep({kOwn, 5, {}}, kStart);
  CHECK(!kept.find(kOwn, 5));
  kept.recordOwn({kOwn, 4, {}}, kStart);
  CHECK(kept.find(kOwn, 5)->position == 4);
  CHECK(kept.all().size() == 1);
}

TEST_CASE("old ones go, but the last of them stays for positions before the next") {
  Checkpoints kept(kOwn, 10min);
  kept.keep({kA, 1, {}}, kStart);
  kept.keep({kA, 2, {}}, kStart + 1min);
  kept.keep({kA, 3, {}}, kStart + 9min);
  kept.expire(kStart + 12min);
  CHECK(!kept.find(kA, 1));
  CHECK(kept.find(kA, 2)->position == 2);
  kept.expire(kStart + 20min);
  CHECK(!kept.find(kA, 9));
  CHECK(kept.all().empty());
}

TEST_CASE("checkpoints of many origins are thinned out sooner, and reach as far back") {
  CheckpointLog log;
  const std::vector<sse::Identity> highest(1024, {kB, 1});
  for (std::uint64_t position = 1; position <= 1000; ++position) log.add({kA, position, highest}, kStart);
  CHECK(log.size() * highest.size() <= CheckpointLog::kMostNumbers);
  CHECK(log.size() >= 64);
  CHECK(log.find(1)->position == 1);
  CHECK(log.find(1000)->position == 1000);
}

TEST_CASE("a heartbeat at the same position keeps a quiet node known") {
  Checkpoints kept(kOwn, 10min);
  for (int minute = 0; minute < 60; ++minute) {
    kept.keep({kA, 7, {}}, kStart + minute * 1min);
    kept.expire(kStart + minute * 1min);
  }
  CHECK(kept.find(kA, 7));
  CHECK(kept.all().size() == 1);
}

TEST_CASE("a full log gets coarser and keeps its reach") {
  CheckpointLog log;
  for (std::uint64_t i = 1; i <= 3 * CheckpointLog::kMost; ++i) log.add({kA, i, {}}, kStart);
  CHECK(log.size() <= CheckpointLog::kMost);
  CHECK(log.find(1)->position == 1);
  CHECK(log.find(3 * CheckpointLog::kMost)->position == 3 * CheckpointLog::kMost);
  for (std::uint64_t i = 1; i <= 3 * CheckpointLog::kMost; i += 97) CHECK(log.find(i) != nullptr);
}

TEST_CASE("the number of nodes is bounded and the longest silent one goes first") {
  Checkpoints kept(kOwn, 10min);
  kept.keep({kA, 1, {}}, kStart);
  for (std::size_t i = 0; i < Checkpoints::kMostNodes; ++i) {
    kept.keep({tagOf("n" + std::to_string(i) + "x"), 1, {}}, kStart + 1s);
  }
  CHECK(kept.all().size() == Checkpoints::kMostNodes);
  CHECK(!kept.find(kA, 1));
}

TEST_CASE("what was had is translated to the greatest position below which nothing is missing") {
  Checkpoints kept(kOwn, 10min);
  kept.recordOwn({kOwn, 10, {{kA, 5}}}, kStart);
  kept.recordOwn({kOwn, 20, {{kA, 8}, {kOwn, 15}}}, kStart);
  kept.recordOwn({kOwn, 30, {{kA, 9}, {kOwn, 22}, {kB, 1}}}, kStart);
  const Checkpoint now{kOwn, 33, {{kA, 9}, {kOwn, 33}, {kB, 1}}};
  CHECK(kept.covered(Had({{kA, 4}}), now) == 0);
  CHECK(kept.covered(Had({{kA, 9}}), now) == 10);
  CHECK(kept.covered(Had({{kA, 9}, {kOwn, 33}}), now) == 20);
  CHECK(kept.covered(Had({{kA, 9}, {kOwn, 22}, {kB, 1}}), now) == 30);
  CHECK(kept.covered(Had({{kA, 9}, {kOwn, 33}, {kB, 1}}), now) == 33);
}

TEST_CASE("what was had is translated to positions of another node as well") {
  Checkpoints kept(kOwn, 10min);
  kept.keep({kA, 10, {{kA, 9}}}, kStart);
  kept.keep({kA, 20, {{kA, 19}, {kB, 4}}}, kStart);
  CHECK(kept.coveredAt(kA, Had({{kA, 8}})) == 0);
  CHECK(kept.coveredAt(kA, Had({{kA, 19}, {kB, 3}})) == 10);
  CHECK(kept.coveredAt(kA, Had({{kA, 20}, {kB, 4}})) == 20);
  CHECK(kept.coveredAt(kB, Had({{kB, 4}})) == 0);
}

TEST_CASE("several threads may keep and find at once") {
  Checkpoints kept(kOwn, 10min);
  std::thread writer([&] {
    for (std::uint64_t i = 1; i < 2000; ++i) {
      kept.keep({kA, i, {{kA, i}}}, kStart);
      kept.recordOwn({kOwn, i, {{kA, i}}}, kStart);
    }
  });
  for (std::uint64_t i = 1; i < 2000; ++i) {
    const auto found = kept.find(kA, i);
    CHECK((!found || found->position <= i));
    CHECK(kept.covered(Had({{kA, i}}), {kOwn, 9999, {{kB, 1}}}) <= i);
  }
  writer.join();
}
