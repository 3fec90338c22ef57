#pragma once

#include <doctest/doctest.h>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "discovery/dns/dns.h"
#include "sse/conformance/fake_host.h"
#include "sse/conformance/poll_loop.h"
#include "support/dns_server.h"

namespace sse::test {

using conformance::FakeHost;

/// The plugin in a real loop with a DNS server that the test fills. Time passes only as far as the test wants it to.
struct DnsWorld {
  PollLoop loop;
  DnsServer server{loop};
  FakeHost host{loop, "self", "self"};
  std::shared_ptr<std::vector<MembershipChanged>> seen = host.bus().record<MembershipChanged>();
  dns::Dns plugin{{Duration(100), 2}};

  void start(nlohmann::json changes = nlohmann::json::object()) {
    host.info().http_port = 8080;
    nlohmann::json settings = {{"dns.name", "sse.test"},
                               {"dns.service", "http"},
                               {"dns.port", nullptr},
                               {"dns.interval", 10'000},
                               {"dns.server", server.address()}};
    settings.update(changes);
    const auto outcome = plugin.configure(host, settings.dump());
    REQUIRE_MESSAGE(outcome.ok(), outcome.error().text);
    REQUIRE(plugin.start().ok());
  }

  /// Until the lookup that runs has ended and been told of.
  void lookedUp() {
    ++ended_;
    REQUIRE(loop.runUntil([this] { return lookups() >= ended_; }));
    CHECK(lookups() == ended_);
    loop.turn();
  }

  /// Lets `by` pass, then the lookup that is due end.
  void next(Duration by) {
    loop.skip(by);
    lookedUp();
  }

  /// Whether the server is asked when `by` has passed.
  bool asksAfter(Duration by) {
    const auto before = server.questions();
    loop.skip(by);
    for (int i = 0; i < 3; ++i) loop.turn();
    return server.questions() > before;
  }

  std::uint64_t lookups() { return host.metrics().counter("sse_dns_lookups_total", "").value(); }
  std::uint64_t failures() { return host.metrics().counter("sse_dns_lookup_failures_total", "").value(); }
  std::int64_t failing() { return host.metrics().gauge("sse_dns_failing", "").value(); }
  std::size_t lines(const char* id) { return host.log().lines(id).size(); }

  [[nodiscard]] std::vector<std::string> members() const {
    std::vector<std::string> found;
    for (const auto& member : seen->back().members) {
      found.push_back(member.address + ":" + std::to_string(member.http_port));
    }
    return found;
  }

 private:
  std::uint64_t ended_ = 0;
};

}  // namespace sse::test
