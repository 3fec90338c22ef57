#include <chrono>

#include "relay_world.h"
#include "transport/relay/dial.h"

using namespace sse;
using namespace sse::test;

namespace {

ClientCertificate shown(std::vector<std::string> names, std::chrono::seconds left = std::chrono::hours(1)) {
  return {std::move(names), std::chrono::system_clock::now() + left};
}

/// A dial of `node` by what `tls` says.
struct World {
  PollLoop loop;
  Node self{loop, "a", "aaaa"};
  Node node{loop, "b", "bbbb"};
  std::shared_ptr<conformance::FakeTls> fake = std::make_shared<conformance::FakeTls>();

  Result<relay::Dialed> dial(relay::PeerTls tls) {
    tls.client = fake;
    std::optional<Result<relay::Dialed>> outcome;
    relay::Dial dial(self.host, {"127.0.0.1", node.port(), Duration(5000), std::move(tls)}, relay::Purpose::Ask,
                     [&](auto result) { outcome = std::move(result); });
    dial.start();
    REQUIRE(loop.runUntil([&] { return outcome.has_value(); }));
    return std::move(*outcome);
  }
};

}  // namespace

TEST_CASE("a peer's certificate must have one of relay.client_names and be good still") {
  relay::PeerTls tls;
  CHECK(tls.refusalOf(nullptr).empty());
  tls.client_names = {"DNS:nodes.example", "CN=node,O=Example"};
  const auto other = shown({"CN=node", "DNS:x.example"});
  const auto by_name = shown({"CN=x", "DNS:x.example", "DNS:nodes.example"});
  const auto by_subject = shown({"CN=node,O=Example"});
  const auto over = shown({"DNS:nodes.example"}, std::chrono::seconds(-1));
  CHECK(tls.refusalOf(nullptr).find("expected") != std::string::npos);
  CHECK(tls.refusalOf(&other).find("CN=node has none of the names") != std::string::npos);
  CHECK(tls.refusalOf(&by_name).empty());
  CHECK(tls.refusalOf(&by_subject).empty());
  CHECK(tls.refusalOf(&over) == "the client certificate has expired");
}

TEST_CASE("a peer is dialed by TLS under its own address, or the one name of all") {
  World world;
  auto own = world.dial({});
  REQUIRE(own.ok());
  CHECK(own->tls);
  CHECK(own->answerer == relay::Answerer::Relay);
  REQUIRE(world.dial({.client = nullptr, .server_name = "nodes.example", .or_plain = false, .client_names = {}}).ok());
  CHECK(world.fake->names == std::vector<std::string>{"127.0.0.1", "nodes.example"});
}

TEST_CASE("a peer without TLS is dialed plainly with prefer alone") {
  World world;
  world.fake->failure = Error{Code::Unsupported, "no TLS"};
  const auto refused = world.dial({});
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == Code::Unsupported);
  CHECK(refused.error().text.find("relay.tls") != std::string::npos);
  auto taken = world.dial({.client = nullptr, .server_name = {}, .or_plain = true, .client_names = {}});
  REQUIRE(taken.ok());
  CHECK_FALSE(taken->tls);
}

TEST_CASE("a certificate that is not accepted is never got around") {
  World world;
  world.fake->failure = Error{Code::Unauthenticated, "TLS handshake: expired"};
  for (const bool or_plain : {false, true}) {
    const auto outcome = world.dial({.client = nullptr, .server_name = {}, .or_plain = or_plain, .client_names = {}});
    REQUIRE(!outcome.ok());
    CHECK(outcome.error().code == Code::Unauthenticated);
  }
}

TEST_CASE("auto dials plainly where this node's port does, and on needs a host with TLS") {
  PollLoop loop;
  conformance::FakeHost host(loop, "a", "aaaa");
  relay::Relay relay;
  CHECK(relay.configure(host, relaySettings()).ok());
  const auto on = relay.configure(host, relaySettings("null", 1, R"("relay.tls": "on", "relay.client_names": null)"));
  REQUIRE(!on.ok());
  CHECK(on.error().code == Code::Unsupported);
  host.info().http_tls = true;
  CHECK_FALSE(relay.configure(host, relaySettings()).ok());
}
