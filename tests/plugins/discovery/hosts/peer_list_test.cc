#include "discovery/hosts/peer_list.h"

#include <doctest/doctest.h>

using sse::hosts::parsePeer;
using sse::hosts::parsePeers;

TEST_CASE("names and addresses with a port are taken") {
  CHECK(*parsePeer("node-a.example.org:8080") == sse::hosts::Peer{"node-a.example.org", 8080, false});
  CHECK(*parsePeer("10.0.0.1:1") == sse::hosts::Peer{"10.0.0.1", 1, true});
  CHECK(*parsePeer("[::1]:65535") == sse::hosts::Peer{"::1", 65535, true});
}

TEST_CASE("anything else is refused with the option and the entry") {
  for (const auto* bad : {"", "a", "a:", ":80", "a:0", "a:65536", "a:8x", "a:-1", "::1:80", "[::1]", "[::1:80",
                          "[a]:80", "a b:80", "http://a:80", "a:80/"}) {
    CAPTURE(bad);
    const auto peer = parsePeer(bad);
    REQUIRE(!peer.ok());
    CHECK(peer.error().text.find("hosts.peers: expected host:port") == 0);
    CHECK(peer.error().text.find("\"" + std::string(bad) + "\"") != std::string::npos);
  }
}

TEST_CASE("every bad entry of a list is told and the same endpoint counts once") {
  const auto bad = parsePeers({"a:80", "b", "c:x"});
  REQUIRE(!bad.ok());
  CHECK(bad.error().text.find("\"b\"") != std::string::npos);
  CHECK(bad.error().text.find("\"c:x\"") != std::string::npos);
  CHECK(parsePeers({"a:80", "a:80", "a:81"})->size() == 2);
}
