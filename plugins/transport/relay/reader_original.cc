#include <utility>

#include "transport/relay/reader.h"

namespace sse::relay {
namespace {

/// A connection that lasted so long was no failure.
constexpr Duration kLongEnough{2'000};

}  // namespace

void Reader::rename(const std::string& name) {
  peer_.name = name;
  if (poster_) poster_->setName(this->name());
}

/// What a node of ours said of itself no longer holds where an original one is now.
void Reader::foundOriginal(Dialed dialed) {
  theirs_ = {};
  if (!hub_.allowsOriginal(numeric_)) {
    poster_.reset();
    kind_ = Kind::Unknown;
    return broken("no relay there, and relay.original_nodes does not list " + numeric_, true);
  }
  kind_ = Kind::Original;
  state_ = State::Original;
  since_ = hub_.host().loop().now();
  if (dialed.received) asked_at_ = since_;
  ask_first_ = false;
  const bool fresh = !poster_;
  if (fresh) {
    poster_ = std::make_unique<Poster>(hub_, static_cast<PosterOwner&>(*this), peer_, post_after_);
    poster_->setName(name());
  }
  if (!std::exchange(was_up_, true)) {
    filled_ = true;
    report(LinkChanged::State::Connected);
    hub_.host().log().write(Level::Info, "relay-original-up", "posting to a node of the original program",
                            {{"peer", name()}, {"address", peer_.key}});
  }
  poster_->connect(std::move(dialed.stream), std::move(dialed.received));
  if (fresh) hub_.memberChanged();
}

void Reader::redialOriginal() {
  const bool known = !ask_first_ && hub_.host().loop().now() - asked_at_ < kAskAgain;
  dialFor(known ? Purpose::Connect : Purpose::Ask);
}

void Reader::onAnswered() { backoff_ = kBackoffLeast; }

/// A connection that the node ended by itself may mean that another process takes its place, so it is asked who it is;
/// that is no failure yet. One that ended with an answer is made again when it is needed.
void Reader::onEnded(End end, const std::string& reason) {
  if (leaving_) return;
  if (end == End::Broken) return broken(reason, false);
  if (end == End::Used) return poster_->pump();
  ask_first_ = true;
  if (hub_.host().loop().now() - since_ >= kLongEnough) backoff_ = kBackoffLeast;
  retryLater(false);
}

void Reader::onWork() {
  if (state_ != State::Original || leaving_) return;
  redialOriginal();
}

void Reader::appended() {
  if (poster_) poster_->pump();
}

void Reader::reportLag() {
  if (state_ == State::Original) report(LinkChanged::State::Connected);
}

}  // namespace sse::relay
