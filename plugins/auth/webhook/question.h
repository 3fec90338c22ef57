#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sse/auth.h"
#include "sse/result.h"

namespace sse::webhook {

/// SHA-256 of what a request is told apart by: caches hold no tokens, and nobody can find two requests with one key.
using Key = std::array<unsigned char, 32>;

/// Of the first bytes: those of a hash are as random as any.
struct KeyHash {
  std::size_t operator()(const Key& key) const;
};

/// A question to the endpoint, and who waits for its answer.
struct Question {
  Action action = Action::Subscribe;
  std::vector<std::string> channels;  ///< each once; empty: all
  bool has_token = false;
  std::optional<std::chrono::system_clock::time_point> certificate_end;  ///< none: no certificate
  Key credentials{};     ///< of token, certificate, selected headers and address
  Key whole{};           ///< of these, action, method, channels and client
  std::string document;  ///< as the endpoint gets it
  std::function<void(Decision)> answer;
};

/// The client's certificate as long as it is good: a connection may outlive it. Nullptr: there is none. [any]
const ClientCertificate* goodCertificate(const AuthRequest& request);

/// Keys of a request. `headers` are the names of those that the endpoint is shown. [any]
Key credentialsKey(const AuthRequest& request, const std::vector<std::string>& headers);
Key questionKey(const AuthRequest& request, const Key& credentials);

/// All values of the headers called `name`, in their order, with commas between them. [any]
std::string headerValues(const AuthRequest& request, std::string_view name);

/// The question without who waits. An error where it cannot be put: token, client, channels or certificate that are no
/// UTF-8, more than kMaxDocument. Of headers such bytes are replaced. [any]
inline constexpr std::size_t kMaxDocument = std::size_t{256} << 10U;
Result<Question> makeQuestion(const AuthRequest& request, const std::vector<std::string>& headers,
                              std::string_view node);

}  // namespace sse::webhook
