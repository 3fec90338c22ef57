#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/http2_frame_walk.h"
#include "http/http2_request.h"
#include "http/types.h"

struct nghttp2_session;

namespace sse::http {

/// The first bytes of a client that speaks HTTP/2 without asking. RFC 9113 3.4.
inline constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What one connection may ask of us.
struct Http2Limits {
  std::uint32_t streams = 256;      ///< open at the same time
  std::size_t headers = 16 << 10;   ///< of one header block, as RFC 9113 10.5.1 counts
  std::size_t body = 1 << 20;       ///< of one request; of all requests under way kBodies times that
  std::uint32_t resets = 512;       ///< streams reset by the client, or by us for what it did, in kWindowMs
  std::uint32_t controls = 500;     ///< PING, SETTINGS, PRIORITY and empty DATA frames in kWindowMs
  std::uint32_t continuations = 8;  ///< CONTINUATION frames of one header block
  static constexpr std::int64_t kWindowMs = 10'000;
  static constexpr std::uint32_t kUpdates = 10'000;   ///< WINDOW_UPDATE frames in kWindowMs, besides
  static constexpr std::uint32_t kUpdatesEarned = 2;  ///< so many for each HEADERS and DATA frame that was sent
  static constexpr std::size_t kBodies = 4;
  static constexpr std::size_t kListSizes = 4;  ///< a header block of so many times `headers` ends the connection
};

/// Why a connection was ended with ENHANCE_YOUR_CALM.
enum class Http2Flood : std::uint8_t { None, Resets, Controls, Continuations, Headers, Windows };

/// One stream as the owner of an Http2Session keeps it.
class Http2Stream {
 public:
  /// What goes into the next DATA frame: 0 bytes that are not the last mean nothing now, until Http2Session::resume.
  struct Given {
    std::size_t size = 0;
    bool last = false;
  };
  /// DATA may be sent now, at most `room` bytes, so `give` says how many there are, and `put` hands that many over.
  virtual Given give(std::size_t room) = 0;
  virtual void put(std::size_t size) = 0;

  std::int32_t stream_id = 0;
  std::unique_ptr<Http2Request> incoming;  ///< until it is answered

 protected:
  ~Http2Stream() = default;
};

/// The frames of one HTTP/2 connection, on the server's side: nghttp2 behind a fence. Bytes in, requests and bytes out.
/// Owned by a connection, which is told by Owner, always inside `receive` or `produce`; there it may submit but not
/// receive or produce. [loop]
class Http2Session {
 public:
  class Owner {
   public:
    /// A request begins; none: it is refused.
    virtual Http2Stream* onStream(std::int32_t id) = 0;
    /// The request is whole or has a problem; told once.
    virtual void onRequest(Http2Stream& stream) = 0;
    /// The stream is over, whoever ended it; never named again.
    virtual void onClosed(Http2Stream& stream) = 0;
    /// Bytes for the other side: frame headers, and whole frames but for DATA.
    virtual void onBytes(std::string_view bytes) = 0;
    /// Whether more bytes may be made now.
    virtual bool room() = 0;

   protected:
    ~Owner() = default;
  };

  Http2Session(Owner& owner, const Http2Limits& limits);
  ~Http2Session();
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;

  /// False when the connection cannot go on: what is to be said of that comes by `produce`.
  bool receive(std::string_view bytes, std::int64_t now_ms);
  /// Makes bytes while there is room; false when the connection cannot go on.
  bool produce();
  /// Nothing is to be read or written any more.
  [[nodiscard]] bool done() const;

  /// Answers with a head, and DATA by the stream's `give` unless `head_only`. Names become lower case.
  void respond(Http2Stream& stream, int status, std::span<const Header> headers, bool head_only);
  void sendContinue(Http2Stream& stream);
  /// There is something to give.
  void resume(const Http2Stream& stream);
  void reset(const Http2Stream& stream);
  [[nodiscard]] Http2Stream* find(std::int32_t id) const;
  /// Asks for no further streams; those that come all the same are served. RFC 9113 6.8.
  void shutdownNotice();
  /// The last word. Open streams go on.
  void goodbye();

  /// Once there is one, `receive` or `produce` has seen to the last word, and nothing is to be received any more.
  [[nodiscard]] Http2Flood flood() const { return flood_; }
  /// Streams refused because too many were open, since the last call.
  std::uint64_t takeRefused() { return std::exchange(refused_, 0); }
  /// Streams reset because their requests were malformed, since the last call.
  std::uint64_t takeMalformed() { return std::exchange(malformed_, 0); }

 private:
  struct Callbacks;
  struct Bucket {
    double left = 0;
    std::int64_t at_ms = 0;
    bool take(std::uint32_t size, std::int64_t now_ms);
  };
  /// Always false: the connection is to end.
  [[nodiscard]] bool drop(Http2Flood flood);
  /// Whether the frame may come; else `failure_` says why not.
  [[nodiscard]] bool onFrameBegin(const Http2FrameWalk::Head& head);
  [[nodiscard]] bool onHeadersBegin(std::int32_t id);
  [[nodiscard]] bool onWindowUpdate();
  [[nodiscard]] bool onRefused();
  void onResetSent(std::uint32_t error);
  void noteEnded(std::int32_t id);
  [[nodiscard]] bool isAfterEnd(std::int32_t id) const;
  int onHeaders(std::int32_t id);
  int onField(std::int32_t id, std::string_view name, std::string_view value);
  void onFieldsEnd(std::int32_t id, bool end_of_stream);
  void onData(std::int32_t id, std::string_view bytes);
  void onEnd(std::int32_t id);
  void onClose(std::int32_t id);
  void onSent(std::int32_t id, bool end_of_stream);
  void complete(Http2Stream& stream);

  Owner& owner_;
  const Http2Limits limits_;
  nghttp2_session* session_ = nullptr;
  std::int64_t now_ms_ = 0;
  Bucket resets_;
  Bucket controls_;
  Bucket updates_;
  std::uint64_t updates_earned_ = 0;
  std::uint32_t continuations_ = 0;
  std::size_t bodies_ = 0;  ///< bytes of bodies of requests under way
  std::uint64_t refused_ = 0;
  std::uint64_t malformed_ = 0;
  Http2Flood flood_ = Http2Flood::None;
  std::int32_t last_id_ = 0;
  /// Numbers below `last_id_` that the client passed over, first and last; as many as are worth keeping.
  std::vector<std::pair<std::int32_t, std::int32_t>> skipped_;
  std::array<std::int32_t, 8> ended_{};  ///< streams that the client closed, the latest ones
  std::uint32_t ended_count_ = 0;
  Http2FrameWalk walk_;
  std::uint32_t failure_ = 1;  ///< PROTOCOL_ERROR; with which code the connection ends
};

}  // namespace sse::http
