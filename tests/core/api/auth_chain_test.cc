#include "api/auth_chain.h"

#include <doctest/doctest.h>

using namespace sse;
using namespace sse::api;

namespace {

using Verdict = Decision::Verdict;

/// Says what it was made with, and remembers that it was asked.
class Voter final : public Auth {
 public:
  explicit Voter(Verdict verdict, std::string identity = "") {
    decision_.verdict = verdict;
    decision_.identity = std::move(identity);
    decision_.anonymous = decision_.identity == "nobody";
  }
  Result<void> configure(Host&, std::string_view) override { return {}; }
  Result<void> start() override { return {}; }
  void stop() override {}
  Decision check(const AuthRequest&, std::function<void(Decision)> answer) override {
    ++asked;
    if (decision_.verdict == Verdict::Later) answer(Voter(Verdict::Allow, "late").decision_);
    if (throws) throw 42;
    return decision_;
  }
  int asked = 0;
  bool throws = false;

 private:
  Decision decision_;
};

Decision ask(const std::vector<Auth*>& plugins, const std::function<void(Decision)>& answer = {}) {
  return AuthChain(plugins).check({}, answer);
}

}  // namespace

TEST_CASE("the first plugin that recognises the credentials decides") {
  Voter abstains(Verdict::Abstain);
  Voter allows(Verdict::Allow, "alice");
  Voter denies(Verdict::Deny);
  CHECK(ask({&abstains, &allows, &denies}).identity == "alice");
  CHECK(denies.asked == 0);
  CHECK(ask({&denies, &allows}).verdict == Verdict::Deny);
}

TEST_CASE("credentials that nobody knows are unauthorized, with a challenge") {
  Voter abstains(Verdict::Abstain);
  for (const auto& decision : {ask({&abstains}), ask({})}) {
    CHECK(decision.verdict == Verdict::Unauthorized);
    CHECK(decision.challenge == "Bearer");
    CHECK_FALSE(decision.reason.empty());
  }
}

TEST_CASE("a plugin that throws denies, and nobody is asked after it") {
  Voter throws(Verdict::Allow);
  throws.throws = true;
  Voter allows(Verdict::Allow);
  CHECK(ask({&throws, &allows}).verdict == Verdict::Deny);
  CHECK(allows.asked == 0);
}

TEST_CASE("credentials that nobody knows are not let in as anonymous") {
  Voter abstains(Verdict::Abstain);
  Voter open(Verdict::Allow, "nobody");
  Voter jwt(Verdict::Allow);
  AuthRequest token;
  token.token = "x";
  AuthRequest basic;
  basic.authorization = "Basic YTpi";
  AuthRequest blank;
  blank.blank = true;
  const AuthChain chain({&abstains, &open});
  CHECK(chain.check(blank, {}).verdict == Verdict::Unauthorized);
  CHECK(AuthChain({&open}).check(blank, {}).verdict == Verdict::Allow);
  CHECK(chain.check({}, {}).verdict == Verdict::Allow);
  CHECK(chain.check(token, {}).verdict == Verdict::Unauthorized);
  CHECK(chain.check(basic, {}).verdict == Verdict::Unauthorized);
  CHECK(AuthChain({&open}).check(token, {}).verdict == Verdict::Allow);
  CHECK(AuthChain({&abstains, &jwt}).check(token, {}).verdict == Verdict::Allow);
}

TEST_CASE("where there are identities, nobody anonymous listens as one of them") {
  Voter abstains(Verdict::Abstain);
  Voter open(Verdict::Allow, "nobody");
  Voter jwt(Verdict::Allow);
  AuthRequest listens;
  listens.client = "alice";
  AuthRequest publishes = listens;
  publishes.action = Action::Publish;
  const auto refused = AuthChain({&abstains, &open}).check(listens, {});
  CHECK(refused.verdict == Verdict::Unauthorized);
  CHECK(refused.challenge == "Bearer");
  CHECK(refused.reason.find("client: ") == 0);
  CHECK(AuthChain({&abstains, &open}).check(publishes, {}).verdict == Verdict::Allow);
  CHECK(AuthChain({&open, &abstains}).check(listens, {}).verdict == Verdict::Allow);
  CHECK(AuthChain({&abstains, &jwt}).check(listens, {}).verdict == Verdict::Allow);
}

TEST_CASE("who abstains later has refused, as nobody is asked after it") {
  Decision late;
  late.verdict = Verdict::Abstain;
  CHECK(AuthChain::settled(late).verdict == Verdict::Unauthorized);
  late.verdict = Verdict::Later;
  CHECK(AuthChain::settled(late).verdict == Verdict::Unauthorized);
  late.verdict = Verdict::Deny;
  CHECK(AuthChain::settled(late).verdict == Verdict::Deny);
}

TEST_CASE("a plugin that cannot tell now is not passed over, at once or later") {
  Voter unavailable(Verdict::Unavailable);
  Voter open(Verdict::Allow, "nobody");
  CHECK(ask({&unavailable, &open}).verdict == Verdict::Unavailable);
  CHECK(open.asked == 0);
  Decision late;
  late.verdict = Verdict::Unavailable;
  CHECK(AuthChain::settled(late).verdict == Verdict::Unavailable);
}

TEST_CASE("a plugin that answers later is handed the way back") {
  Voter later(Verdict::Later);
  Decision got;
  CHECK(ask({&later}, [&](Decision decision) { got = std::move(decision); }).verdict == Verdict::Later);
  CHECK(got.identity == "late");
}
