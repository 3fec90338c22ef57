#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/poller.h"
#include "bench/process.h"
#include "bench/tls.h"

namespace sse::bench {

/// What subscribers saw, against the sequence numbers they should have seen.
struct Tally {
  uint64_t received = 0;
  uint64_t lost = 0;
  uint64_t repeated = 0;
  uint64_t disordered = 0;
  uint64_t ended = 0;  // streams that the server closed; what they missed is lost

  uint64_t wrong() const { return lost + repeated + disordered; }
};

class Swarm;

/// One connection that reads a stream. Sequence numbers begin at 0 and must come without holes.
class Subscriber final : public Watcher {
 public:
  void ready(uint32_t events) override;

 private:
  friend class Swarm;
  ssize_t receive(char* into, size_t size) const;
  void scan(const char* at, const char* end);
  void take(uint64_t sequence);

  Swarm* swarm_ = nullptr;
  ssl_st* tls_ = nullptr;  // none: plain
  int fd_ = -1;
  int digits_ = 0;  // digits still to come of a marker that was cut by the end of a read
  bool open_ = false;
  bool muted_ = false;
  uint64_t partial_ = 0;
  uint64_t next_ = 0;
};

/// All subscribers of a run: connects them, reads them, counts what they get. The scan is one memchr per event, so that
/// the reading side stays cheaper than the sending side.
class Swarm {
 public:
  /// With `tls`, which outlives it, all of them speak TLS.
  Swarm(Poller& poller, uint16_t port, const Tls* tls = nullptr)
      : poller_(poller), port_(port), tls_(tls), buffer_(size_t{256} * 1024) {}
  ~Swarm();
  Swarm(const Swarm&) = delete;
  Swarm& operator=(const Swarm&) = delete;

  /// Connects `count` subscribers; number i sends request(i) and expects `first` as its first event. At most a few
  /// hundred wait for their answer at a time, so that no listen queue overflows. Returns when all have an answer;
  /// throws std::runtime_error if one is refused or none comes for seconds.
  void connect(size_t count, const std::function<std::string(size_t)>& request, uint64_t first = 0);

  /// The same, but the server is held (SIGSTOP) while each few hundred queue up: what it then uses is work alone,
  /// without the wake-ups that depend on how fast the client is.
  void connectQueued(size_t count, const std::function<std::string(size_t)>& request, const Process& server);

  /// The first `count` subscribers stop reading for good and are no longer counted.
  void mute(size_t count);

  /// Turns until the events received or known to be lost make `total`; false if nothing comes for seconds.
  bool await(uint64_t total);

  /// Counts as lost what subscribers still miss of the events before `end`.
  void close(uint64_t end) {
    close([end](size_t) { return end; });
  }
  void close(const std::function<uint64_t(size_t)>& end);

  const Tally& tally() const { return tally_; }
  size_t size() const { return subscribers_.size(); }
  int fd(size_t index) const { return subscribers_[index].fd_; }

  /// From now on the time from `sent_ns` to each receipt is kept, in microseconds, until nullptr is given.
  void measureFrom(int64_t sent_ns, std::vector<uint32_t>* into);

 private:
  friend class Subscriber;

  void prepare(size_t count, uint64_t first);
  void open(size_t index, const std::string& request);
  void awaitAnswers(size_t count);

  Poller& poller_;
  uint16_t port_;
  const Tls* tls_;
  size_t answered_ = 0;
  Tally tally_;
  int64_t sent_ns_ = 0;
  std::vector<uint32_t>* latencies_ = nullptr;
  std::vector<Subscriber> subscribers_;
  std::vector<char> buffer_;
};

}  // namespace sse::bench
