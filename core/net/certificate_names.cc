#include "net/certificate_names.h"

#include <array>
#include <cctype>
#include <ctime>
#include <memory>
#include <netinet/in.h>
#include <openssl/x509v3.h>
#include <optional>
#include <string_view>

#include "net/address.h"
#include "sse/unix_time.h"

namespace sse::net {
namespace {

std::string textOf(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::optional<std::string> addressOf(const ASN1_STRING* bytes) {
  const std::string raw = textOf(bytes);
  Address address{};
  constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  const std::string whole = raw.size() == 4 ? std::string(kMapped) + raw : raw;
  if (whole.size() != address.size()) return std::nullopt;
  std::copy(whole.begin(), whole.end(), address.begin());
  return addressText(address);
}

std::optional<std::string> nameOf(const GENERAL_NAME* name) {
  switch (name->type) {
    case GEN_DNS: return "DNS:" + textOf(name->d.dNSName);
    case GEN_URI: return "URI:" + textOf(name->d.uniformResourceIdentifier);
    case GEN_EMAIL: return "email:" + textOf(name->d.rfc822Name);
    case GEN_IPADD: {
      const auto address = addressOf(name->d.iPAddress);
      if (address) return "IP:" + *address;
      return std::nullopt;
    }
    default: return std::nullopt;
  }
}

std::vector<std::string> alternativesOf(const X509* certificate) {
  std::vector<std::string> names;
  auto* found = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(found); ++i) {
    if (auto name = nameOf(sk_GENERAL_NAME_value(found, i))) names.push_back(std::move(*name));
  }
  GENERAL_NAMES_free(found);
  return names;
}

std::string subjectOf(const X509* certificate) {
  BIO* text = BIO_new(BIO_s_mem());
  X509_NAME_print_ex(text, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(text, &bytes);
  std::string subject(bytes, static_cast<std::size_t>(size));
  BIO_free(text);
  return subject;
}

}  // namespace

std::vector<std::string> dnsNamesOf(const x509_st* certificate) {
  constexpr std::string_view kDns = "DNS:";
  std::vector<std::string> names;
  for (std::string& name : alternativesOf(certificate)) {
    if (!name.starts_with(kDns)) continue;
    name.erase(0, kDns.size());
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    names.push_back(std::move(name));
  }
  return names;
}

ClientCertificate describeCertificate(const x509_st* certificate) {
  ClientCertificate out;
  out.names.push_back(subjectOf(certificate));
  for (auto& name : alternativesOf(certificate)) out.names.push_back(std::move(name));
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) == 1) {
    out.expires = fromUnixTime(static_cast<double>(::timegm(&end)));
  }
  return out;
}

}  // namespace sse::net
