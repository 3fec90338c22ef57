#include "transport/relay/proof.h"

#include <doctest/doctest.h>

#include "sse/conformance/fake_journal.h"

using namespace sse::relay;

TEST_CASE("a proof depends on the secret, the side and everything fresh in the hellos") {
  Hello dialer;
  Hello acceptor;
  dialer.nonce = freshNonce();
  acceptor.nonce = freshNonce();
  dialer.tag = sse::conformance::tagOf("a");
  acceptor.tag = sse::conformance::tagOf("b");
  const auto proof = proofOf(Side::Dialer, "secret", dialer, acceptor);
  CHECK(sameProof(proof, proofOf(Side::Dialer, "secret", dialer, acceptor)));
  CHECK(!sameProof(proof, proofOf(Side::Dialer, "other", dialer, acceptor)));
  CHECK(!sameProof(proof, proofOf(Side::Acceptor, "secret", dialer, acceptor)));
  auto changed = acceptor;
  changed.nonce = freshNonce();
  CHECK(!sameProof(proof, proofOf(Side::Dialer, "secret", dialer, changed)));
  changed = acceptor;
  changed.tag = sse::conformance::tagOf("c");
  CHECK(!sameProof(proof, proofOf(Side::Dialer, "secret", dialer, changed)));
}

TEST_CASE("the first secret is proven and each is accepted") {
  Hello dialer;
  Hello acceptor;
  dialer.nonce = freshNonce();
  acceptor.nonce = freshNonce();
  const auto accepts = [&](std::string_view prover, std::string_view verifier) {
    return proves(proofOf(Side::Dialer, prover, dialer, acceptor), Side::Dialer, verifier, dialer, acceptor);
  };
  CHECK(accepts("old", "old\nnew"));
  CHECK(accepts("old\nnew", "new\r\n\r\nold\r\n"));
  CHECK(accepts("new\nold", "old\nnew"));
  CHECK(accepts("new\nold", "new\n"));
  CHECK_FALSE(accepts("new\nold", "old"));
  CHECK_FALSE(accepts("old", "new"));
  CHECK_FALSE(accepts("new\nold", "newold"));
}

TEST_CASE("of several secrets none is short, and they are few") {
  const std::string good(16, 'a');
  CHECK(checkSecrets("").ok());
  CHECK(checkSecrets("short").ok());
  CHECK(checkSecrets("short\n").ok());
  CHECK(checkSecrets(good + "\n" + good).ok());
  CHECK(checkSecrets(good + "\n\nanda=\n").error().text ==
        "cluster.secret: expected at least 8 bytes in each of several lines, as each is a secret, got one of 5");
  CHECK(checkSecrets("# a comment of length\n" + good).error().text ==
        "cluster.secret: expected no comment in several lines, as each is a secret");
  std::string many;
  for (int i = 0; i < 5; ++i) many += good + "\n";
  CHECK(checkSecrets(many).error().text == "cluster.secret: expected at most 4 lines, each a secret, got 5");
}

TEST_CASE("a secret is never none where there is any text") {
  CHECK(secretsOf("").empty());
  CHECK(secretsOf("a") == std::vector<std::string_view>{"a"});
  CHECK(secretsOf("\na, b\r\n\nc") == std::vector<std::string_view>{"a, b", "c"});
  CHECK(secretsOf("\n") == std::vector<std::string_view>{"\n"});
}
