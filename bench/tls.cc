#include "bench/tls.h"

#include <cerrno>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <stdexcept>

namespace sse::bench {

Tls::Tls() : context_(SSL_CTX_new(TLS_client_method())) {
  if (context_ == nullptr) throw std::runtime_error("tls: no context");
  SSL_CTX_set_min_proto_version(context_, TLS1_3_VERSION);
  SSL_CTX_set_mode(context_,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

Tls::~Tls() { SSL_CTX_free(context_); }

ssl_st* Tls::dial(int fd) const {
  SSL* session = SSL_new(context_);
  if (session == nullptr) throw std::runtime_error("tls: no session");
  if (SSL_set_fd(session, fd) == 1 && SSL_connect(session) == 1) {
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return session;
  }
  SSL_free(session);
  throw std::runtime_error("tls: the handshake failed");
}

void Tls::free(ssl_st* session) { SSL_free(session); }

ssize_t Tls::receive(ssl_st* session, char* into, size_t size) {
  size_t got = 0;
  if (SSL_read_ex(session, into, size, &got) == 1) return static_cast<ssize_t>(got);
  if (SSL_get_error(session, 0) != SSL_ERROR_WANT_READ) return 0;
  errno = EAGAIN;
  return -1;
}

ssize_t Tls::send(ssl_st* session, std::string_view bytes) {
  size_t sent = 0;
  if (SSL_write_ex(session, bytes.data(), bytes.size(), &sent) == 1) return static_cast<ssize_t>(sent);
  if (SSL_get_error(session, 0) != SSL_ERROR_WANT_WRITE) throw std::runtime_error("tls: send");
  errno = EAGAIN;
  return -1;
}

}  // namespace sse::bench
