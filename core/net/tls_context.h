#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/ticket_keys.h"
#include "sse/config.h"
#include "sse/result.h"

struct evp_cipher_ctx_st;
struct evp_mac_ctx_st;
struct ssl_ctx_st;
struct ssl_st;

namespace sse::net {

/// The files of a port that speaks TLS, and what it offers.
struct TlsSettings {
  std::vector<std::string> certificates;              ///< PEM files, each a chain with the server's own first
  std::vector<std::string> keys;                      ///< PEM files, one to each certificate, in the same order
  std::vector<std::string> client_cas;                ///< PEM files; empty: clients are not asked for certificates
  std::vector<std::string> protocols = {"http/1.1"};  ///< for ALPN, the dearest first

  static TlsSettings from(const Settings& settings);
  [[nodiscard]] bool enabled() const { return !certificates.empty() || !keys.empty() || !client_cas.empty(); }
};

/// The certificates of a port, read from their files and checked: TLS 1.2 and 1.3, the certificate by the name that the
/// client asks for (the first where none fits), sessions resumed by tickets, of which see TicketKeys, within the life
/// of this object. Immutable; a reload makes another, and connections keep theirs. [any]
class TlsContext {
 public:
  /// Reads the files. InvalidArgument with option, file and reason: all problems, one a line.
  static Result<std::shared_ptr<const TlsContext>> create(const TlsSettings& settings);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// When the first certificate ends, of those in the files with their chains; in seconds since 1970. [any]
  [[nodiscard]] std::int64_t expires() const;

 private:
  friend class TlsSession;
  struct Context {
    ssl_ctx_st* native;
    std::vector<std::string> names;  ///< lower case, as in the certificate: "*." at the front stands for one label
  };

  TlsContext() = default;
  Result<void> add(const std::string& certificate, const std::string& key, const TlsSettings& settings);
  [[nodiscard]] ssl_ctx_st* native() const { return contexts_.front().native; }
  /// For OpenSSL: the client said which name it wants.
  static int onServerName(ssl_st* ssl, int* alert, void* self);
  static int onProtocols(ssl_st* ssl, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                         unsigned in_size, void* self);
  /// For OpenSSL: the key of a ticket that is to be sealed, or opened.
  static int onTicket(ssl_st* ssl, unsigned char* name, unsigned char* iv, evp_cipher_ctx_st* cipher,
                      evp_mac_ctx_st* mac, int sealing);

  std::vector<Context> contexts_;
  mutable TicketKeys tickets_;
  std::string protocols_;  ///< as ALPN has them on the wire
};

/// Whether a certificate's name covers the host that a client asks for, both lower case. [any]
bool coversHost(std::string_view pattern, std::string_view host);

}  // namespace sse::net
