#include "net/tls_context.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <limits>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "net/certificate_names.h"
#include "net/tls_files.h"

namespace sse::net {
namespace {

constexpr std::string_view kSessionIdContext = "sse-cluster";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

void setUpServer(SSL_CTX* context) {
  hardenTls(context);
  // Sessions live in the clients' tickets: nothing is kept here for those who never come back.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_timeout(context, std::chrono::duration_cast<std::chrono::seconds>(TicketKeys::kUse).count());
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(kSessionIdContext.data()),
                                 static_cast<unsigned>(kSessionIdContext.size()));
}

/// A client may come without a certificate; one that it gives must be good.
Result<void> trustClients(SSL_CTX* context, const TlsSettings& settings) {
  if (settings.client_cas.empty()) return {};
  STACK_OF(X509_NAME)* names = sk_X509_NAME_new_null();
  SSL_CTX_set_client_CA_list(context, names);
  for (const auto& file : settings.client_cas) {
    if (SSL_CTX_load_verify_file(context, file.c_str()) != 1) return wrongTlsFile("tls.client_ca", file, tlsReason());
    SSL_add_file_cert_subjects_to_stack(names, file.c_str());
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  return {};
}

/// AES-256-CBC and, over its bytes, HMAC with SHA-256.
bool setMac(EVP_MAC_CTX* mac, TicketKey& key) {
  std::array<char, 7> digest{"SHA256"};
  const std::array parameters{OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
                              OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
                              OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, parameters.data()) == 1;
}

/// 1: sealed; what OpenSSL wants of its callback.
int seal(std::optional<TicketKey> key, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
         EVP_MAC_CTX* mac) {
  const auto* method = EVP_aes_256_cbc();
  if (!key || RAND_bytes(iv, EVP_CIPHER_get_iv_length(method)) != 1) return -1;
  std::ranges::copy(key->name, name);
  return EVP_EncryptInit_ex(cipher, method, nullptr, key->cipher.data(), iv) == 1 && setMac(mac, *key) ? 1 : -1;
}

std::int64_t endOf(const X509* certificate) {
  std::tm end{};
  return ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) == 1 ? ::timegm(&end) : 0;
}

}  // namespace

TlsSettings TlsSettings::from(const Settings& settings) {
  TlsSettings out;
  out.certificates = settings.list("tls.certificate");
  out.keys = settings.list("tls.key");
  out.client_cas = settings.list("tls.client_ca");
  if (settings.boolean("http2.enabled")) out.protocols = {"h2", "http/1.1"};
  return out;
}

bool coversHost(std::string_view pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) return pattern == host;
  const auto dot = host.find('.');
  return dot != std::string_view::npos && dot > 0 && pattern.substr(1) == host.substr(dot);
}

Result<std::shared_ptr<const TlsContext>> TlsContext::create(const TlsSettings& settings) {
  if (settings.certificates.size() != settings.keys.size() || settings.certificates.empty()) {
    return Error{Code::InvalidArgument, "tls.key: expected one file for each of tls.certificate, got " +
                                            std::to_string(settings.certificates.size()) + " certificates and " +
                                            std::to_string(settings.keys.size()) + " keys"};
  }
  std::shared_ptr<TlsContext> made(new TlsContext);
  for (const auto& name : settings.protocols) (made->protocols_ += static_cast<char>(name.size())) += name;
  std::string problems;
  for (std::size_t i = 0; i < settings.certificates.size(); ++i) {
    const auto added = made->add(settings.certificates[i], settings.keys[i], settings);
    if (!added) problems += (problems.empty() ? "" : "\n") + added.error().text;
  }
  if (!problems.empty()) return Error{Code::InvalidArgument, problems};
  SSL_CTX* first = made->native();
  SSL_CTX_set_tlsext_servername_callback(first, &TlsContext::onServerName);
  SSL_CTX_set_tlsext_servername_arg(first, made.get());
  return std::shared_ptr<const TlsContext>(std::move(made));
}

TlsContext::~TlsContext() {
  for (auto& context : contexts_) SSL_CTX_free(context.native);
}

std::int64_t TlsContext::expires() const {
  auto first = std::numeric_limits<std::int64_t>::max();
  for (const auto& context : contexts_) {
    first = std::min(first, endOf(SSL_CTX_get0_certificate(context.native)));
    STACK_OF(X509)* chain = nullptr;
    SSL_CTX_get0_chain_certs(context.native, static_cast<void*>(&chain));
    for (int i = 0; i < sk_X509_num(chain); ++i) first = std::min(first, endOf(sk_X509_value(chain, i)));
  }
  return first;
}

Result<void> TlsContext::add(const std::string& certificate, const std::string& key, const TlsSettings& settings) {
  ERR_clear_error();
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  if (context == nullptr) return Error{Code::Internal, "tls: " + tlsReason()};
  contexts_.push_back({context, {}});
  setUpServer(context);
  SSL_CTX_set_alpn_select_cb(context, &TlsContext::onProtocols, this);
  SSL_CTX_set_app_data(context, this);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, &TlsContext::onTicket);
  auto used = useCertificate(context, {"tls.certificate", certificate, "tls.key", key});
  if (!used) return used;
  contexts_.back().names = dnsNamesOf(SSL_CTX_get0_certificate(context));
  return trustClients(context, settings);
}

int TlsContext::onServerName(ssl_st* ssl, int* /*alert*/, void* self) {
  const char* asked = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (asked == nullptr) return SSL_TLSEXT_ERR_NOACK;
  const std::string host = lower(asked);
  for (const auto& context : static_cast<const TlsContext*>(self)->contexts_) {
    const bool fits = std::ranges::any_of(context.names, [&](const auto& name) { return coversHost(name, host); });
    if (!fits) continue;
    SSL_set_SSL_CTX(ssl, context.native);
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

int TlsContext::onProtocols(ssl_st* /*ssl*/, const unsigned char** out, unsigned char* out_size,
                            const unsigned char* in, unsigned in_size, void* self) {
  const auto& ours = static_cast<const TlsContext*>(self)->protocols_;
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, out_size, reinterpret_cast<const unsigned char*>(ours.data()),
                                          static_cast<unsigned>(ours.size()), in, in_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

int TlsContext::onTicket(ssl_st* ssl, unsigned char* name, unsigned char* iv, evp_cipher_ctx_st* cipher,
                         evp_mac_ctx_st* mac, int sealing) {
  constexpr int kWithoutTicket = 0;
  constexpr int kAndGiveANewOne = 2;
  auto& keys = static_cast<const TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)))->tickets_;
  const auto now = Clock::now();
  if (sealing == 1) return seal(keys.sealing(now), name, iv, cipher, mac);
  auto key = keys.opening(std::span<const unsigned char, 16>(name, 16), now);
  if (!key) return kWithoutTicket;
  const bool ready = EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key->cipher.data(), iv) == 1;
  if (!ready || !setMac(mac, *key)) return -1;
  return now - key->made < TicketKeys::kUse ? 1 : kAndGiveANewOne;
}

}  // namespace sse::net
