#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <sys/types.h>
#include <sys/uio.h>

#include "base/fd.h"
#include "net/admission.h"
#include "net/tls_session.h"

namespace sse::net {

/// A connected socket with its ticket and, where the port speaks TLS, its TLS session: what is handed from the HTTP
/// server to a stream or a transport. Its calls are those of a non-blocking socket, with and without TLS, `errno`
/// included. [owner]
struct Connected {
  base::Fd fd;
  Ticket ticket;
  std::unique_ptr<TlsSession> tls = nullptr;  ///< none: the bytes go as they are

  /// Like `recv`: bytes read, 0 at the end, -1 with EAGAIN when there are none now. Fewer than `into` holds means that
  /// all there is has been read.
  ssize_t receive(std::span<char> into);
  /// Like `sendmsg`: how many bytes were taken, -1 with EAGAIN for none. What was not taken must come again, first.
  ssize_t send(std::span<const iovec> parts);
  ssize_t send(std::string_view bytes);
  /// What TLS itself still has to say; to be called when the socket takes bytes again.
  void flush() {
    if (tls) tls->flush();
  }
  /// Whether the other side said that nothing follows.
  [[nodiscard]] bool ended() const { return tls && tls->ended(); }
  /// Says so to the other side, as far as the socket takes it.
  void sayGoodbye() {
    if (tls) tls->sayGoodbye();
  }
};

}  // namespace sse::net
