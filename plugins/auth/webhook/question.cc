#include "auth/webhook/question.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <openssl/evp.h>

#include <nlohmann/json.hpp>

namespace sse::webhook {
namespace {

constexpr std::array kActions{"publish", "subscribe", "admin"};

/// Parts of a key, each behind its length, so that no two lists of parts look alike.
void add(std::string& text, std::string_view part) {
  const auto size = static_cast<std::uint32_t>(part.size());
  char bytes[sizeof(size)];
  std::memcpy(bytes, &size, sizeof(size));
  text.append(bytes, sizeof(size)).append(part);
}

/// SHA-256, with what OpenSSL needs for it kept: looking the algorithm up takes longer than using it.
class Hasher {
 public:
  Hasher() : context_(EVP_MD_CTX_new()), algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)) {}
  ~Hasher() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(algorithm_);
  }
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  Key of(const std::string& text) {
    Key key;
    const bool hashed = EVP_DigestInit_ex2(context_, algorithm_, nullptr) == 1 &&
                        EVP_DigestUpdate(context_, text.data(), text.size()) == 1 &&
                        EVP_DigestFinal_ex(context_, key.data(), nullptr) == 1;
    // Without a key two requests would look alike.
    if (!hashed) std::abort();
    return key;
  }

 private:
  EVP_MD_CTX* context_;
  EVP_MD* algorithm_;
};

Key hashOf(const std::string& text) {
  thread_local Hasher hasher;
  return hasher.of(text);
}

/// Seconds since 1970.
std::int64_t secondsOf(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

/// What the endpoint is told of a certificate.
nlohmann::json describe(const ClientCertificate* certificate) {
  if (certificate == nullptr) return nullptr;
  return {{"names", certificate->names}, {"expires", secondsOf(certificate->expires)}};
}

/// The text, with replacement characters for what is no UTF-8: headers may hold what the application never reads.
nlohmann::json asUtf8(const std::string& text) {
  using Json = nlohmann::json;
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// One buffer for each thread: a key is made for every request.
std::string& emptyBuffer() {
  thread_local std::string buffer;
  buffer.clear();
  return buffer;
}

}  // namespace

std::size_t KeyHash::operator()(const Key& key) const {
  std::size_t hash = 0;
  std::memcpy(&hash, key.data(), sizeof(hash));
  return hash;
}

std::string headerValues(const AuthRequest& request, std::string_view name) {
  std::string values;
  for (const auto& line : request.headers) {
    if (!sameWithoutCase(line.name, name)) continue;
    if (!values.empty()) values += sameWithoutCase(name, "cookie") ? "; " : ", ";
    values += line.value;
  }
  return values;
}

const ClientCertificate* goodCertificate(const AuthRequest& request) {
  const auto* const certificate = request.certificate;
  if (certificate == nullptr || certificate->expires <= std::chrono::system_clock::now()) return nullptr;
  return certificate;
}

Key credentialsKey(const AuthRequest& request, const std::vector<std::string>& headers) {
  auto& text = emptyBuffer();
  add(text, request.token);
  add(text, request.remote_address);
  if (const auto* const certificate = goodCertificate(request)) {
    add(text, std::to_string(secondsOf(certificate->expires)));
    for (const auto& name : certificate->names) add(text, name);
  }
  // No text is as long as this says, so names and what follows cannot be taken for each other.
  text.append(4, '\xff');
  for (const auto& name : headers) {
    add(text, name);
    add(text, headerValues(request, name));
  }
  return hashOf(text);
}

Key questionKey(const AuthRequest& request, const Key& credentials) {
  auto& text = emptyBuffer();
  text.assign(reinterpret_cast<const char*>(credentials.data()), credentials.size());
  text += static_cast<char>(request.action);
  add(text, request.method);
  add(text, request.client);
  for (const auto channel : request.channels) add(text, channel);
  return hashOf(text);
}

Result<Question> makeQuestion(const AuthRequest& request, const std::vector<std::string>& headers,
                              std::string_view node) {
  using Json = nlohmann::json;
  Question question;
  const auto* const certificate = goodCertificate(request);
  if (certificate != nullptr) question.certificate_end = certificate->expires;
  question.action = request.action;
  question.has_token = !request.token.empty();
  question.channels.assign(request.channels.begin(), request.channels.end());
  std::sort(question.channels.begin(), question.channels.end());
  const auto repeated = std::unique(question.channels.begin(), question.channels.end());
  question.channels.erase(repeated, question.channels.end());
  const auto or_null = [](std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); };
  Json document = {{"action", kActions.at(static_cast<std::size_t>(request.action))},
                   {"method", request.method},
                   {"channels", question.channels.empty() ? Json(nullptr) : Json(question.channels)},
                   {"client", or_null(request.client)},
                   {"address", request.remote_address},
                   {"token", or_null(request.token)},
                   {"certificate", describe(certificate)},
                   {"node", node},
                   {"headers", Json::object()}};
  for (const auto& name : headers) {
    if (const auto value = headerValues(request, name); !value.empty()) document["headers"][name] = asUtf8(value);
  }
  try {
    question.document = document.dump();
  } catch (const Json::exception&) {
    return Error{Code::InvalidArgument, "expected UTF-8 in token, client, channels and certificate"};
  }
  if (question.document.size() > kMaxDocument) {
    return Error{Code::TooLarge, "the request names too many channels at once"};
  }
  question.credentials = credentialsKey(request, headers);
  question.whole = questionKey(request, question.credentials);
  return question;
}

}  // namespace sse::webhook
