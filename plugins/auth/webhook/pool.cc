#include "auth/webhook/pool.h"

#include <algorithm>
#include <utility>

namespace sse::webhook {
namespace {

/// What stands between may forget a connection that was quiet for longer, without telling.
constexpr auto kFresh = std::chrono::seconds(30);

}  // namespace

Pool::Pool(Host& host, const Endpoint& endpoint, std::size_t connections, Duration timeout, Gauge& open)
    : host_(host),
      endpoint_(endpoint),
      most_(connections),
      timeout_(timeout),
      open_(open),
      resolver_(host, endpoint.host) {}

Pool::~Pool() { open_.add(-static_cast<std::int64_t>(lanes_.size())); }

void Pool::ask(const std::string& document, Done done) {
  auto call = std::make_unique<Call>();
  call->request = endpoint_.head + "Content-Length: " + std::to_string(document.size()) + "\r\n\r\n" + document;
  call->done = std::move(done);
  call->timer = host_.loop().after(timeout_, [this, raw = call.get()] { expire(raw); });
  queue_.push_back(std::move(call));
  dispatch();
}

/// A question may end while it is being sent, which comes back here: the outer call goes on.
void Pool::dispatch() {
  if (std::exchange(dispatching_, true)) return;
  while (!queue_.empty()) {
    Lane* const lane = laneFor();
    if (lane == nullptr) break;
    lane->call = std::move(queue_.front());
    queue_.pop_front();
    auto request = lane->call->request;
    lane->connection->send(std::move(request),
                           [this, lane](Result<HttpAnswer> answer) { finished(lane, std::move(answer)); });
  }
  dispatching_ = false;
}

/// An idle connection, the one used last before others, or a new one; nullptr where all are busy.
Pool::Lane* Pool::laneFor() {
  const auto old = host_.loop().now() - kFresh;
  Lane* best = nullptr;
  for (std::size_t i = lanes_.size(); i-- > 0;) {
    Lane* const lane = lanes_[i].get();
    if (lane->call) continue;
    if (lane->idle_since < old) {
      remove(lane);
    } else if (best == nullptr || lane->idle_since > best->idle_since) {
      best = lane;
    }
  }
  if (best != nullptr) return best;
  return lanes_.size() < most_ ? &open() : nullptr;
}

const Pool::Lane* Pool::idleLane() const {
  const auto found = std::find_if(lanes_.begin(), lanes_.end(), [](const auto& lane) { return !lane->call; });
  return found == lanes_.end() ? nullptr : found->get();
}

Pool::Lane& Pool::open() {
  auto& lane = *lanes_.emplace_back(std::make_unique<Lane>());
  lane.connection = std::make_unique<Connection>(host_, endpoint_, resolver_, [this, raw = &lane] { remove(raw); });
  open_.add(1);
  return lane;
}

void Pool::finished(Lane* lane, Result<HttpAnswer> answer) {
  auto call = std::move(lane->call);
  const bool again = lane->connection->wasStale() && !call->repeated;
  lane->idle_since = host_.loop().now();
  if (!answer.ok() || !answer->reusable) remove(lane);
  if (again) {
    call->repeated = true;
    while (const auto* idle = idleLane()) remove(idle);
    queue_.push_front(std::move(call));
    return dispatch();
  }
  call->timer.cancel();
  dispatch();
  call->done(std::move(answer));
}

void Pool::expire(const Call* call) {
  const auto is = [call](const auto& owner) { return owner.get() == call; };
  std::unique_ptr<Call> ended;
  if (const auto queued = std::find_if(queue_.begin(), queue_.end(), is); queued != queue_.end()) {
    ended = std::move(*queued);
    queue_.erase(queued);
  }
  for (const auto& lane : lanes_) {
    if (lane->call.get() != call) continue;
    ended = std::move(lane->call);
    remove(lane.get());
    break;
  }
  if (!ended) return;
  dispatch();
  ended->done(Error{Code::Timeout, "no answer within " + std::to_string(timeout_.count()) + " ms"});
}

void Pool::remove(const Lane* lane) {
  const auto count = std::erase_if(lanes_, [lane](const auto& owner) { return owner.get() == lane; });
  open_.add(-static_cast<std::int64_t>(count));
}

}  // namespace sse::webhook
