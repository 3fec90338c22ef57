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
