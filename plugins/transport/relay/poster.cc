#include "transport/relay/poster.h"

#include <algorithm>
#include <array>

namespace sse::relay {
namespace {

constexpr std::size_t kBatchEvents = 64;
constexpr std::size_t kBatchBytes = std::size_t{256} << 10;
constexpr int kReadsPerTurn = 16;  // of the journal, where nothing in it is for the node
constexpr Duration kBackoffLeast{100};
constexpr Duration kBackoffMost{10'000};
constexpr Duration kDropEvery{10'000};

}  // namespace

Poster::Poster(Hub& hub, PosterOwner& owner, const PeerAdded& peer, std::uint64_t after)
    : hub_(hub),
      owner_(owner),
      peer_(peer),
      name_(peer.name),
      cursor_(after),
      batch_end_(after),
      lost_told_(after),
      backoff_(kBackoffLeast),
      random_(std::random_device{}()),
      self_(std::make_shared<Poster*>(this)) {}

Poster::~Poster() = default;

std::uint64_t Poster::lag() const {
  const auto head = hub_.source().journal().head();
  return head > cursor_ ? head - cursor_ : 0;
}

std::uint64_t Poster::reached() const {
  const auto head = hub_.source().journal().head();
  return connected() && !pausing() ? std::min(cursor_, head) : head;
}

void Poster::connect(std::unique_ptr<Stream> stream, std::optional<std::string> received) {
  stream_ = std::move(stream);
  answers_.reset();
  request_.clear();
  written_ = 0;
  last_ = posted_ = false;
  awaiting_ = received.has_value();
  watch();
  if (!received) return pump();
  limit_ = hub_.host().loop().after(hub_.timeout(), [this] { end(PosterOwner::End::Broken, "no answer in time"); });
  const auto answer = answers_.take(*received);
  if (!answer.ok()) return end(PosterOwner::End::Broken, answer.error().text);
  if (*answer) answered(**answer);
}

bool Poster::wanted(const EventView& event) const {
  if (!isPostable(event)) return false;
  if (event.been_to.empty()) return true;
  const auto names = namesOf(event.been_to);
  return std::find(names.begin(), names.end(), name_) == names.end();
}

/// False where the journal has nothing new.
bool Poster::readMore() {
  const auto& journal = hub_.source().journal();
  if (journal.head() <= batch_end_) return false;
  auto got = journal.read(batch_end_, Scope::Own, kBatchEvents, kBatchBytes);
  if (got.hole && got.lost > lost_told_) {
    lost_told_ = got.lost;
    drop("it fell away from the history first", hub_.counters().dropped_history);
  }
  const bool moved = got.next > batch_end_;
  batch_end_ = std::max(got.next, batch_end_);
  batch_ = std::move(got.batch);
  at_ = 0;
  return moved;
}

const EventView* Poster::next() {
  for (int reads = 0;; ++reads) {
    for (; at_ < batch_.events.size(); ++at_) {
      if (wanted(batch_.events[at_])) return &batch_.events[at_];
      cursor_ = batch_.events[at_].position;
    }
    batch_ = {};
    at_ = 0;
    cursor_ = std::max(cursor_, batch_end_);
    if (reads == kReadsPerTurn) {
      hub_.host().loop().post([self = std::weak_ptr<Poster*>(self_)] {
        if (const auto poster = self.lock()) (*poster)->pump();
      });
      return nullptr;
    }
    if (!readMore()) return nullptr;
  }
}

bool Poster::settled() { return !connected() || (!busy() && (pausing() || next() == nullptr)); }

void Poster::pump() {
  if (busy() || pausing()) return;
  const auto* event = next();
  if (event == nullptr) return;
  if (connected()) return post(*event);
  owner_.onWork();
}

void Poster::post(const EventView& event) {
  const auto body = postBody(event, hub_.names());
  const bool v6 = peer_.address.find(':') != std::string::npos;
  request_ = "POST " + postPath(event, paths_) +
             " HTTP/1.1\r\nHost: " + (v6 ? "[" + peer_.address + "]" : peer_.address) + ":" +
             std::to_string(peer_.http_port) +
             "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  written_ = 0;
  awaiting_ = posted_ = true;
  limit_ = hub_.host().loop().after(hub_.timeout(), [this] { end(PosterOwner::End::Broken, "no answer in time"); });
  write();
}

void Poster::write() {
  while (writing()) {
    const iovec part{request_.data() + written_, request_.size() - written_};
    const auto put = stream_->write(std::span<const iovec>(&part, 1));
    if (!put.ok()) return end(PosterOwner::End::Broken, "the connection broke: " + put.error().text);
    if (*put == 0) break;
    written_ += *put;
  }
  watch();
}

void Poster::watch() {
  if (watch_.active() && watching_writable_ == writing()) return;
  watching_writable_ = writing();
  watch_.cancel();
  watch_ = hub_.host().loop().watch(stream_->fd(), writing() ? kReadable | kWritable : kReadable,
                                    [self = std::weak_ptr<Poster*>(self_)](std::uint32_t ready) {
                                      if (const auto poster = self.lock()) (*poster)->onReady(ready);
                                    });
}

void Poster::onReady(std::uint32_t ready) {
  if (connected() && (ready & kWritable) != 0 && writing()) write();
  if (connected() && (ready & kReadable) != 0) read();
}

void Poster::read() {
  std::array<char, 4096> buffer;
  const auto got = stream_->read(buffer);
  if (!got.ok()) {
    if (!awaiting_) return end(PosterOwner::End::Idle, "the node closed the connection");
    return end(PosterOwner::End::Broken, "the connection ended before the answer: " + got.error().text);
  }
  if (*got == 0) return;
  if (!awaiting_) return end(PosterOwner::End::Idle, "the node said something that was not asked for");
  const auto answer = answers_.take(std::string_view(buffer.data(), *got));
  if (!answer.ok()) return end(PosterOwner::End::Broken, answer.error().text);
  if (*answer) answered(**answer);
}

/// An answer before the request was written whole leaves the connection useless.
void Poster::answered(const HttpAnswer& answer) {
  const bool over = last_ || !answer.reusable || writing();
  limit_.cancel();
  awaiting_ = false;
  request_.clear();
  written_ = 0;
  if (std::exchange(posted_, false)) {
    unanswered_ = 0;
    judge(answer.status);
    owner_.onAnswered();
  }
  if (over) return end(PosterOwner::End::Used, "the node closes after an answer");
  watch();
  pump();
  hub_.acknowledged();
}

void Poster::judge(int status) {
  const auto& event = batch_.events[at_];
  auto& counters = hub_.counters();
  if (status >= 200 && status < 300) {
    counters.posts_taken.add();
    return advance();
  }
  const bool no_route = status == 404 || status == 405;
  if (no_route && event.kind == EventKind::Channel && !other_paths_tried_) {
    other_paths_tried_ = true;
    paths_ = paths_ == Paths::Late ? Paths::Early : Paths::Late;
    return;
  }
  if (no_route) {
    counters.posts_refused.add();
    drop("the node has no such path", counters.dropped_route);
    return advance();
  }
  if (status >= 500 || status == 429 || status == 408) {
    counters.posts_again.add();
    if (++tries_ < kMostTries) return tryLater();
    drop("the node kept answering with an error", counters.dropped_tries);
    return advance();
  }
  counters.posts_refused.add();
  drop("the node refused it", counters.dropped_refused);
  advance();
}

void Poster::tryLater() {
  std::uniform_int_distribution<Duration::rep> jitter(backoff_.count() / 2, backoff_.count());
  backoff_ = std::min(backoff_ * 2, kBackoffMost);
  pause_ = hub_.host().loop().after(Duration(jitter(random_)), [this] {
    pause_.cancel();
    pump();
  });
}

void Poster::advance() {
  cursor_ = batch_.events[at_++].position;
  tries_ = unanswered_ = 0;
  other_paths_tried_ = false;
  backoff_ = kBackoffLeast;
}

void Poster::drop(const char* reason, Counter& counter) {
  counter.add();
  ++drops_untold_;
  const auto now = hub_.host().loop().now();
  if (drop_told_ != Clock::time_point() && now - drop_told_ < kDropEvery) return;
  hub_.host().log().write(Level::Warning, "relay-original-dropped", "a node of the original program misses an event",
                          {{"peer", name_.empty() ? peer_.key : name_},
                           {"address", peer_.key},
                           {"reason", reason},
                           {"count", std::to_string(drops_untold_)}});
  drop_told_ = now;
  drops_untold_ = 0;
}

void Poster::renew() {
  if (!connected()) return;
  last_ = true;
  if (!busy()) end(PosterOwner::End::Used, "the connection is made anew");
}

void Poster::close() {
  limit_.cancel();
  watch_.cancel();
  stream_.reset();
  request_.clear();
  written_ = 0;
  awaiting_ = false;
}

void Poster::end(PosterOwner::End how, const std::string& reason) {
  if (!connected()) return;
  const bool lost = how == PosterOwner::End::Broken && std::exchange(posted_, false);
  close();
  if (lost) {
    hub_.counters().posts_again.add();
    if (++unanswered_ >= kMostUnanswered) {
      drop("the node did not answer", hub_.counters().dropped_tries);
      advance();
    }
  }
  owner_.onEnded(how, reason);
  hub_.acknowledged();
}

}  // namespace sse::relay
