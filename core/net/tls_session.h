#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <sys/uio.h>

#include "sse/certificate.h"

struct ssl_st;
struct bio_st;

namespace sse::net {

class TlsContext;

/// One side of TLS on one non-blocking socket that somebody else owns. To its user it is the socket itself: the
/// handshake is part of reading, and a byte counts as sent only when the kernel has the record that holds it. So
/// whoever was told "not all" must come again with the rest, unchanged. Holds at most one record and what the handshake
/// says, and no buffer at all when idle. Owned by its connection, one thread at a time.
class TlsSession {
 public:
  /// What the other side may make it hold by asking and not reading.
  static constexpr std::size_t kMaxHeld = std::size_t{64} << 10U;

  /// The server's side.
  TlsSession(std::shared_ptr<const TlsContext> context, int fd);
  /// The client's side: `client` is fresh, set to connect, and is owned from here on; its handshake is `handshake`.
  TlsSession(ssl_st* client, int fd);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// As `recv`: fills `into` as far as bytes are there; 0 at the end; -1 with EAGAIN for none, EPROTO for broken.
  ssize_t receive(std::span<char> into);
  /// As `sendmsg`: -1 with EAGAIN for nothing taken, EPIPE for broken.
  ssize_t send(std::span<const iovec> parts);
  /// Writes what is held; false when the socket does not take all of it.
  bool flush();
  /// Goes on with a client's handshake; true once it is done. It breaks as `failure` tells.
  bool handshake();
  /// Sends close_notify, as far as the socket takes it. Nothing is sent after it.
  void sayGoodbye();

  /// The handshake is done.
  [[nodiscard]] bool established() const { return established_; }
  /// The first bytes were no TLS, but text: they are still in the socket.
  [[nodiscard]] bool spokePlain() const { return plain_; }
  /// The other side sent close_notify, or closed.
  [[nodiscard]] bool ended() const { return ended_; }
  /// What ALPN chose; empty: nothing was asked for.
  [[nodiscard]] std::string_view protocol() const;
  /// The client's certificate, which was verified; null: it gave none.
  [[nodiscard]] const ClientCertificate* clientCertificate() const { return certificate_.get(); }
  /// Whether the handshake took up an earlier session.
  [[nodiscard]] bool resumed() const;
  /// Records that the socket did not take.
  [[nodiscard]] bool holds() const { return !held_.empty(); }
  [[nodiscard]] bool broken() const { return broken_; }
  /// One of the two certificates was not accepted, here or there.
  [[nodiscard]] bool distrusted() const { return distrusted_; }
  /// Why it broke, for the log; empty where it did not.
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  friend struct TlsBio;

  bool begin();
  bool readMore(std::span<char> into, std::size_t& got);
  bool writeRecord(std::string_view bytes);
  void hearRefusal();
  void afterHandshake();
  void fail(const char* doing);
  std::string why();

  std::shared_ptr<const TlsContext> context_;  ///< of a server
  ssl_st* ssl_ = nullptr;
  std::string held_;  ///< records that the socket did not take
  std::string failure_;
  std::unique_ptr<const ClientCertificate> certificate_;
  int fd_;
  bool begun_ = false;
  bool established_ = false;
  bool plain_ = false;
  bool ended_ = false;
  bool broken_ = false;
  bool distrusted_ = false;
  bool owing_ = false;  ///< the last byte taken was not told: its record is held
  bool said_goodbye_ = false;
};

}  // namespace sse::net
