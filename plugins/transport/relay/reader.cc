#include "transport/relay/reader.h"

#include <algorithm>
#include <utility>

#include "transport/relay/address.h"
#include "transport/relay/proof.h"

namespace sse::relay {
namespace {

constexpr Duration kBackoffMost{10'000};

}  // namespace

Reader::Reader(Hub& hub, PeerAdded peer)
    : hub_(hub),
      peer_(std::move(peer)),
      numeric_(canonicalAddress(peer_.address)),
      post_after_(hub.source().journal().head()),
      backoff_(kBackoffLeast),
      random_(std::random_device{}()) {}

std::string Reader::name() const {
  if (!theirs_.name.empty()) return theirs_.name;
  return peer_.name.empty() ? peer_.key : peer_.name;
}

void Reader::dial() { dialFor(Purpose::Ask); }

void Reader::dialFor(Purpose purpose) {
  retry_.cancel();
  link_.reset();
  const bool looks = spare();
  state_ = State::Dialing;
  refused_ = false;
  if (dialed_before_ && !looks && kind_ != Kind::Original) hub_.counters().reconnects.add();
  if (!ever_reported_) report(LinkChanged::State::Connecting);
  dialed_before_ = true;
  dial_ = std::make_unique<Dial>(hub_.host(), Target{peer_.address, peer_.http_port, hub_.timeout(), hub_.tls()},
                                 purpose, [this](Result<Dialed> result) { dialed(std::move(result)); });
  dial_->start();
}

void Reader::dialed(Result<Dialed> result) {
  if (!dial_->numeric().empty() && dial_->numeric() != numeric_) {
    numeric_ = dial_->numeric();
    hub_.memberChanged();
  }
  if (!result.ok()) {
    const auto code = result.error().code;
    return broken(result.error().text, code == Code::Unsupported || code == Code::Unauthenticated);
  }
  if (result->answerer == Answerer::Original) return foundOriginal(std::move(*result));
  if (poster_) post_after_ = hub_.source().journal().head() - poster_->lag();
  poster_.reset();
  by_tls_ = result->tls;
  state_ = State::Greeting;
  since_ = hub_.host().loop().now();
  filled_ = false;
  handed_ = acked_ = 0;
  held_.clear();
  link_ = std::make_unique<Link>(hub_.host().loop(), hub_.counters(), *this, std::move(result->stream));
  ours_ = hub_.hello();
  link_->start(*result->received);
  link_->send(ours_);
  link_->flush();
}

void Reader::onFrame(Frame frame, const std::shared_ptr<const void>& storage) {
  if (auto* refusal = std::get_if<Refuse>(&frame)) {
    refused_ = state_ == State::Greeting;
    left_ = refusal->reason == kLeaving;
    return link_->fail((refused_ ? "the peer refused: " : "the peer closed: ") + refusal->reason);
  }
  if (state_ == State::Greeting) {
    if (auto* hello = std::get_if<Hello>(&frame)) return greeted(std::move(*hello));
  } else if (auto* events = std::get_if<Events>(&frame)) {
    if (state_ == State::Reading) return onEvents(std::move(*events), storage);
  } else if (auto* checkpoint = std::get_if<CheckpointFrame>(&frame)) {
    noteHeld(checkpoint->checkpoint);
    return hub_.host().bus().publish(CheckpointReceived{std::move(checkpoint->checkpoint)});
  } else if (auto* floors = std::get_if<FloorsFrame>(&frame)) {
    hub_.named(*this, floors->floors.reached);
    return hub_.host().bus().publish(FloorsReceived{std::move(floors->floors)});
  } else if (auto* hole = std::get_if<Hole>(&frame)) {
    hub_.counters().holes.add();
    return handOver({name(), {}, hole->id, filling_});
  } else if (auto* filled = std::get_if<Filled>(&frame)) {
    filled_ = true;
    noteHeld(filled->checkpoint);
    hub_.reached(theirs_.tag, std::max(cursor_, filled->checkpoint.position));
    if (std::exchange(filling_, false)) tellFill(FillChanged::State::Ended);
    report(LinkChanged::State::Connected);
    return hub_.filled(*this, filled->checkpoint);
  } else if (auto* ask = std::get_if<Ask>(&frame)) {
    return hub_.asked(*link_, *ask);
  } else if (auto* answer = std::get_if<Answer>(&frame)) {
    return hub_.answered(*link_, *answer);
  } else if (std::holds_alternative<Ping>(frame)) {
    return;
  }
  hub_.counters().refused.add();
  link_->fail("an unexpected frame came");
}

void Reader::greeted(Hello hello) {
  if (hello.version != kVersion) {
    return refuse("expected relay version " + std::to_string(kVersion) + ", got " + std::to_string(hello.version));
  }
  if (const auto closed = hub_.closed(); !closed.empty()) return refuse(closed);
  const auto& secret = hub_.host().node().cluster_secret;
  if (!secret.empty()) {
    if (!hello.proof || !proves(*hello.proof, Side::Acceptor, secret, ours_, hello)) {
      return refuse(hello.secret ? "cluster.secret differs" : "cluster.secret is set on one side only");
    }
    link_->send(Proof{proofOf(Side::Dialer, secret, ours_, hello)});
  }
  // Another process has nothing of this node before it says so.
  if (taken_ && hello.tag != theirs_.tag) taken_ = 0;
  left_ = false;
  theirs_ = std::move(hello);
  older_by_ = olderBy(theirs_.age, hub_.age());
  link_->trust(kOfFeeder);
  kind_ = Kind::Ours;
  hub_.memberChanged();
  Want want;
  const auto verdict = hub_.greeted(*this, want);
  place(verdict, want);
}

void Reader::place(Hub::Verdict verdict, const Want& want) {
  if (verdict == Hub::Verdict::Self || verdict == Hub::Verdict::Alias) {
    const bool self = verdict == Hub::Verdict::Self;
    link_->flush();  // with the proof, or the other side takes this for a stranger
    link_->close();
    state_ = self ? State::Self : State::Alias;
    filled_ = !self;
    report(self ? LinkChanged::State::Self : LinkChanged::State::Connected);
    return;
  }
  state_ = State::Waiting;
  backoff_ = kBackoffLeast;
  was_up_ = true;
  hub_.host().log().write(Level::Info, "relay-link-up", "reading a peer's events",
                          {{"peer", name()}, {"address", peer_.key}, {"tls", by_tls_ ? "yes" : "no"}});
  report(LinkChanged::State::Connected);
  if (verdict == Hub::Verdict::Read) begin(want);
  if (link_->open()) link_->flush();
}

void Reader::begin(Want want) {
  state_ = State::Reading;
  cursor_ = want.after;
  filling_ = want.scope == Scope::All;
  if (filling_) tellFill(FillChanged::State::Begun);
  if (!filling_) hub_.reached(theirs_.tag, cursor_);
  if (theirs_.ages) want.age = hub_.age().count();
  link_->send(want);
  link_->flush();
}

void Reader::onEvents(Events events, const std::shared_ptr<const void>& storage) {
  hub_.counters().events_received.add(events.events.size());
  handed_ += events.events.size();
  cursor_ = events.next;
  handOver({name(), EventBatch{std::move(events.events), storage}, std::nullopt, filling_});
}

void Reader::tellFill(FillChanged::State state) {
  hub_.host().bus().publish(FillChanged{state, theirs_.tag, theirs_.young || theirs_.head == 0});
}

void Reader::handOver(PeerEvents message) { hub_.host().bus().publish(std::move(message)); }

void Reader::noteHeld(const Checkpoint& checkpoint) {
  if (checkpoint.node != theirs_.tag) return;
  held_ = checkpoint.highest;
  std::ranges::sort(held_, {}, &Identity::origin);
}

void Reader::onReadTurn() {
  // A fill that breaks leaves nothing, so what has come of it is not here before it ends.
  if (state_ != State::Reading || handed_ == acked_ || filling_) return;
  acked_ = handed_;
  hub_.reached(theirs_.tag, cursor_);
  link_->send(Ack{cursor_, handed_});
  link_->flush();
}

/// Who is there now has proved nothing, and what was known of the one before does not hold for it.
void Reader::refuse(const std::string& reason) {
  refused_ = true;
  theirs_ = {};
  hub_.memberChanged();
  link_->send(Refuse{reason});
  link_->flush();
  if (link_->open()) link_->fail("refused: " + reason);
}

void Reader::onClosed(const std::string& reason) { broken(reason, refused_); }

/// The address led back to this node, and nobody else has answered since.
bool Reader::wasSelf() const {
  return reported_.state == LinkChanged::State::Self && theirs_.tag == hub_.host().node().tag;
}

void Reader::broken(const std::string& reason, bool refused) {
  if (wasSelf()) {
    state_ = State::Self;
    since_ = hub_.host().loop().now();
    return;
  }
  if (std::exchange(filling_, false)) tellFill(FillChanged::State::Broken);
  const bool news =
      was_up_ || !ever_reported_ || reported_.state != LinkChanged::State::Broken || reported_.reason != reason;
  if (news) {
    hub_.host().log().write(
        Level::Warning, was_up_ ? "relay-link-lost" : "relay-link-failed",
        was_up_ ? "the link to a peer is lost; it is dialed again" : "a peer cannot be reached; it is dialed again",
        {{"peer", name()}, {"address", peer_.key}, {"reason", reason}});
  }
  if (refused) hub_.host().bus().publish(Warned{"relay-link-failed", reason, peer_.key});
  if (kind_ == Kind::Ours && was_up_) post_after_ = hub_.source().journal().head();
  was_up_ = false;
  filled_ = false;
  state_ = State::Idle;
  report(LinkChanged::State::Broken, reason);
  retryLater(refused);
  hub_.down(*this);
}

void Reader::retryLater(bool refused) {
  const auto base = refused ? kBackoffMost : backoff_;
  std::uniform_int_distribution<Duration::rep> jitter(base.count() / 2, base.count());
  backoff_ = std::min(backoff_ * 2, kBackoffMost);
  retry_ = hub_.host().loop().after(Duration(jitter(random_)), [this] { dial(); });
}

void Reader::report(LinkChanged::State state, const std::string& reason) {
  LinkChanged now;
  now.key = peer_.key;
  now.name = theirs_.name;
  now.address = numeric_;
  now.tag = theirs_.tag;
  now.state = state;
  now.reason = reason;
  now.filled = filled_;
  now.older_by = older_by_;
  if (poster_) now.lag_events = poster_->lag();
  const auto same = [](const LinkChanged& a, const LinkChanged& b) {
    return a.name == b.name && a.tag == b.tag && a.state == b.state && a.reason == b.reason && a.filled == b.filled &&
           a.lag_events == b.lag_events && a.address == b.address;
  };
  if (ever_reported_ && same(now, reported_)) return;
  ever_reported_ = true;
  reported_ = now;
  hub_.host().bus().publish(std::move(now));
}

void Reader::tick(Clock::time_point now) {
  if (state_ == State::Original && now - asked_at_ >= kAskAgain) {
    if (poster_->connected()) return poster_->renew();
    return dial();
  }
  if (spare() && now - since_ >= kLookAgain) return dial();
  if (!link_ || !link_->open()) return;
  if (state_ == State::Greeting) {
    if (now - since_ > hub_.timeout()) link_->fail("no greeting in time");
    return;
  }
  if (now - link_->heard() > kSilentAfter) return link_->fail("nothing heard for 15 s");
  if (now - link_->said() < kPingAfter || link_->pending() > 0) return;
  link_->send(Ping{});
  link_->flush();
}

void Reader::setFed(bool fed) {
  fed_ = fed;
  if (!fed) unfed_since_ = hub_.host().loop().now();
}

void Reader::leave() {
  leaving_ = true;
  if (std::exchange(filling_, false)) tellFill(FillChanged::State::Broken);
  retry_.cancel();
  dial_.reset();
  if (link_) link_->close();
  state_ = State::Idle;
}

void Reader::close() {
  leave();
  if (poster_) poster_->close();
}

}  // namespace sse::relay
