#pragma once
#include <string_view>
#include <sys/types.h>

struct ssl_ctx_st;
struct ssl_st;

namespace sse::bench {

/// The client's side of TLS 1.3 for the load generator. Checks no certificate.
class Tls {
 public:
  Tls();
  ~Tls();
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

  /// Shakes hands on a blocking socket, which stays the caller's and does not block from then on; to be given to
  /// `free`. Throws std::runtime_error.
  ssl_st* dial(int fd) const;
  static void free(ssl_st* session);

  /// As `recv`: -1 with EAGAIN for nothing.
  static ssize_t receive(ssl_st* session, char* into, size_t size);
  /// As `send`: -1 with EAGAIN for nothing taken; the same bytes, and perhaps more behind them, are to come again.
  static ssize_t send(ssl_st* session, std::string_view bytes);

 private:
  ssl_ctx_st* context_;
};

}  // namespace sse::bench
