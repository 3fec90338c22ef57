#include "net/tls_session.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "base/check.h"
#include "net/certificate_names.h"
#include "net/tls_context.h"

namespace sse::net {
namespace {

constexpr std::size_t kRecord = 16 << 10;  ///< of plain bytes, at most

/// Walks through what is to be sent, a record at a time: small parts share one; of a large part, or the last one, the
/// bytes are not copied.
class Parts {
 public:
  Parts(std::span<const iovec> parts, std::size_t skip) : parts_(parts), offset_(skip) {}

  /// Good until the next call; empty at the end.
  std::string_view next() {
    thread_local std::array<char, kRecord> gathered;
    auto piece = take(kRecord);
    if (piece.size() == kRecord || at_ == parts_.size()) return piece;
    std::size_t size = 0;
    for (; !piece.empty(); piece = take(kRecord - size)) {
      std::memcpy(gathered.data() + size, piece.data(), piece.size());
      size += piece.size();
    }
    return {gathered.data(), size};
  }

 private:
  std::string_view take(std::size_t most) {
    skipDone();
    if (at_ == parts_.size()) return {};
    const std::string_view part(static_cast<const char*>(parts_[at_].iov_base), parts_[at_].iov_len);
    const auto piece = part.substr(offset_, most);
    offset_ += piece.size();
    skipDone();
    return piece;
  }

  void skipDone() {
    while (at_ < parts_.size() && offset_ >= parts_[at_].iov_len) offset_ -= parts_[at_++].iov_len;
  }

  std::span<const iovec> parts_;
  std::size_t at_ = 0;
  std::size_t offset_;
};

/// Alerts by which a side says that it does not accept the other's certificate.
bool isOfCertificates(int alert) {
  constexpr std::array kOfCertificates{SSL_AD_BAD_CERTIFICATE,     SSL_AD_UNSUPPORTED_CERTIFICATE,
                                       SSL_AD_CERTIFICATE_REVOKED, SSL_AD_CERTIFICATE_EXPIRED,
                                       SSL_AD_CERTIFICATE_UNKNOWN, SSL_AD_UNKNOWN_CA,
                                       SSL_AD_CERTIFICATE_REQUIRED};
  return std::ranges::find(kOfCertificates, alert) != kOfCertificates.end();
}

}  // namespace

/// OpenSSL's way to the socket. Writing always succeeds, because a write that OpenSSL was refused had to be repeated
/// with the same bytes, and a stream that falls behind has other bytes by then.
struct TlsBio {
  static int read(BIO* bio, char* into, int size) {
    auto& session = *static_cast<TlsSession*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    // A client has spoken first: an answer in text may be there by now, which was not when it began.
    if (!session.begun_ && !session.begin()) {
      const bool later = !session.broken_ && !session.ended_ && (errno == EAGAIN || errno == EINTR);
      if (later) BIO_set_retry_read(bio);
      return -1;
    }
    const ssize_t got = ::recv(session.fd_, into, static_cast<std::size_t>(size), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
    if (got == 0) session.ended_ = true;
    return static_cast<int>(got);
  }

  static int write(BIO* bio, const char* bytes, int size) {
    auto& session = *static_cast<TlsSession*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    std::string_view rest(bytes, static_cast<std::size_t>(size));
    if (session.held_.empty()) {
      const ssize_t sent = ::send(session.fd_, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN && errno != EINTR) return -1;
      rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    }
    session.held_ += rest;
    return size;
  }

  static long control(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
    if (command == BIO_CTRL_FLUSH) return 1;
    if (command == BIO_CTRL_EOF) return static_cast<TlsSession*>(BIO_get_data(bio))->ended_ ? 1 : 0;
    return 0;
  }

  static BIO* make(TlsSession* session) {
    static BIO_METHOD* const method = [] {
      BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "sse");
      SSE_CHECK(made != nullptr);
      BIO_meth_set_read(made, read);
      BIO_meth_set_write(made, write);
      BIO_meth_set_ctrl(made, control);
      return made;
    }();
    BIO* bio = BIO_new(method);
    SSE_CHECK(bio != nullptr);
    BIO_set_data(bio, session);
    BIO_set_init(bio, 1);
    return bio;
  }
};

TlsSession::TlsSession(std::shared_ptr<const TlsContext> context, int fd) : context_(std::move(context)), fd_(fd) {}

TlsSession::TlsSession(ssl_st* client, int fd) : ssl_(client), fd_(fd) {
  BIO* bio = TlsBio::make(this);
  SSL_set_bio(ssl_, bio, bio);
}

TlsSession::~TlsSession() { SSL_free(ssl_); }

/// Nothing is made for who only connects. A first byte of text instead of a record's type is somebody without TLS.
bool TlsSession::begin() {
  unsigned char first = 0;
  const ssize_t got = ::recv(fd_, &first, 1, MSG_PEEK);
  if (got < 0) return false;
  if (got == 0) return ended_ = true, false;
  begun_ = true;
  if (first >= 'A' && first <= 'z') {
    plain_ = broken_ = true;
    failure_ = "plain text where a TLS handshake was expected";
    return false;
  }
  if (ssl_ != nullptr) return true;
  ERR_clear_error();
  ssl_ = SSL_new(context_->native());
  if (ssl_ == nullptr) return fail("start"), false;
  BIO* bio = TlsBio::make(this);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_accept_state(ssl_);
  return true;
}

bool TlsSession::handshake() {
  if (established_ || broken_) return established_;
  if (!held_.empty()) flush();
  ERR_clear_error();
  const int done = SSL_do_handshake(ssl_);
  if (done == 1) {
    afterHandshake();
  } else if (!broken_ && SSL_get_error(ssl_, done) != SSL_ERROR_WANT_READ) {
    fail("handshake");
  }
  return established_;
}

ssize_t TlsSession::receive(std::span<char> into) {
  std::size_t got = 0;
  if (!broken_ && !ended_ && (begun_ || begin())) {
    if (!held_.empty()) flush();
    while (got < into.size() && readMore(into, got)) {
    }
    if (!established_ && ssl_ != nullptr && SSL_is_init_finished(ssl_) == 1) afterHandshake();
    if (held_.size() > kMaxHeld) {
      broken_ = true;
      failure_ = "asks and does not read the answers";
    }
  }
  if (got > 0) return static_cast<ssize_t>(got);
  if (broken_) return errno = EPROTO, -1;
  if (ended_) return 0;
  return errno = EAGAIN, -1;
}

bool TlsSession::readMore(std::span<char> into, std::size_t& got) {
  std::size_t now = 0;
  ERR_clear_error();
  if (SSL_read_ex(ssl_, into.data() + got, into.size() - got, &now) == 1) {
    got += now;
    return held_.size() <= kMaxHeld;
  }
  const int why = SSL_get_error(ssl_, 0);
  if (why == SSL_ERROR_WANT_READ) return false;
  if (why == SSL_ERROR_ZERO_RETURN) ended_ = true;
  // An end without close_notify: what the bytes meant is for HTTP to say, whose messages have an end of their own.
  if (!ended_ || !SSL_is_init_finished(ssl_)) fail(established_ ? "read" : "handshake");
  return false;
}

void TlsSession::afterHandshake() {
  established_ = true;
  if (SSL_is_server(ssl_) == 0) return;
  const X509* shown = SSL_get0_peer_certificate(ssl_);
  if (shown == nullptr || SSL_get_verify_result(ssl_) != X509_V_OK) return;
  certificate_ = std::make_unique<const ClientCertificate>(describeCertificate(shown));
}

ssize_t TlsSession::send(std::span<const iovec> parts) {
  if (broken_ || said_goodbye_ || !established_) return errno = EPIPE, -1;
  if (!flush()) return errno = broken_ ? EPIPE : EAGAIN, -1;
  // The byte that was not told when its record was held.
  std::size_t taken = std::exchange(owing_, false) ? 1 : 0;
  Parts rest(parts, taken);
  while (held_.empty()) {
    const auto record = rest.next();
    if (record.empty()) break;
    if (!writeRecord(record)) return errno = EPIPE, -1;
    taken += record.size();
  }
  if (!held_.empty() && taken > 0) {
    owing_ = true;
    --taken;
  }
  if (taken > 0 || held_.empty()) return static_cast<ssize_t>(taken);
  return errno = EAGAIN, -1;
}

bool TlsSession::writeRecord(std::string_view bytes) {
  std::size_t written = 0;
  ERR_clear_error();
  if (SSL_write_ex(ssl_, bytes.data(), bytes.size(), &written) == 1 && written == bytes.size()) return true;
  fail("write");
  if (context_ == nullptr) hearRefusal();
  return false;
}

/// A server that refused this side's certificate said so before it closed: that is in the socket still.
void TlsSession::hearRefusal() {
  char byte = 0;
  std::size_t got = 0;
  ERR_clear_error();
  if (SSL_read_ex(ssl_, &byte, 1, &got) != 1 && SSL_get_error(ssl_, 0) == SSL_ERROR_SSL) fail("write");
}

bool TlsSession::flush() {
  while (!held_.empty()) {
    const ssize_t sent = ::send(fd_, held_.data(), held_.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno != EAGAIN && errno != EINTR) broken_ = true;
      return false;
    }
    held_.erase(0, static_cast<std::size_t>(sent));
  }
  if (held_.capacity() > 0) std::string().swap(held_);
  return !broken_;
}

void TlsSession::sayGoodbye() {
  if (!established_ || broken_ || said_goodbye_) return;
  said_goodbye_ = true;
  ERR_clear_error();
  SSL_shutdown(ssl_);
}

void TlsSession::fail(const char* doing) {
  broken_ = true;
  failure_ = std::string(doing) + ": " + why();
  ERR_clear_error();
}

/// In words that tell which side did not like what.
std::string TlsSession::why() {
  const bool checked = ssl_ != nullptr && SSL_get_verify_mode(ssl_) != SSL_VERIFY_NONE;
  const long verified = checked ? SSL_get_verify_result(ssl_) : X509_V_OK;
  if (verified != X509_V_OK) {
    distrusted_ = true;
    return std::string("the other side's certificate is not accepted: ") + X509_verify_cert_error_string(verified);
  }
  const unsigned long code = ERR_peek_last_error();
  if (code == 0) return ended_ ? "closed by the other side" : std::strerror(errno);
  const int reason = ERR_GET_REASON(code);
  if (ERR_GET_LIB(code) == ERR_LIB_SSL && reason > SSL_AD_REASON_OFFSET) {
    const int alert = reason - SSL_AD_REASON_OFFSET;
    distrusted_ = isOfCertificates(alert);
    return std::string("the other side refused: ") + SSL_alert_desc_string_long(alert);
  }
  const char* text = ERR_reason_error_string(code);
  return text != nullptr ? text : "unknown";
}

std::string_view TlsSession::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  if (ssl_ != nullptr) SSL_get0_alpn_selected(ssl_, &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

bool TlsSession::resumed() const { return established_ && SSL_session_reused(ssl_) == 1; }

}  // namespace sse::net
