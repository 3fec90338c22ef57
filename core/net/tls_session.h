#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <sys/uio.h>

struct ssl_st;
struct bio_st;

namespace sse::net {

class TlsContext;

/// The server's side of TLS on one non-blocking socket that somebody else owns. To its user it is the socket itself:
/// the handshake is part of reading, and a byte counts as sent only when the kernel has the record that holds it. So
/// whoever was told "not all" must come again with the rest, unchanged. Holds at most one record and what the handshake
/// says, and no buffer at all when idle. Owned by its connection, one thread at a time.
class TlsSession {
 public:
  /// What the other side may make it hold by asking and not reading.
  static constexpr std::size_t kMaxHeld = std::size_t{64} << 10U;

  TlsSession(std::shared_ptr<const TlsContext> context, int fd);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// As `recv`: fills `into` as far as bytes are there; 0 at the end; -1 with EAGAIN for none, EPROTO for broken.
  ssize_t receive(std::span<char> into);
  /// As `sendmsg`: -1 with EAGAIN for nothing taken, EPIPE for broken.
  ssize_t send(std::span<const iovec> parts);
  /// Writes what is held; false when the socket does not take all of it.
  bool flush();
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
  /// The subject of the client's verified certificate as RFC 2253 writes it; empty: it gave none.
  [[nodiscard]] std::string clientSubject() const;
  /// Whether the handshake took up an earlier session.
  [[nodiscard]] bool resumed() const;
  /// Why it broke, for the log; empty where it did not.
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  friend struct TlsBio;

  bool begin();
  bool readMore(std::span<char> into, std::size_t& got);
  bool writeRecord(std::string_view bytes);
  void afterHandshake();
  void fail(const char* doing);

  std::shared_ptr<const TlsContext> context_;
  ssl_st* ssl_ = nullptr;
  std::string held_;  ///< records that the socket did not take
  std::string failure_;
  int fd_;
  bool begun_ = false;
  bool established_ = false;
  bool plain_ = false;
  bool ended_ = false;
  bool broken_ = false;
  bool owing_ = false;  ///< the last byte taken was not told: its record is held
  bool said_goodbye_ = false;
};

}  // namespace sse::net
