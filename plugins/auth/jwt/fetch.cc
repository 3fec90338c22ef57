#include "auth/jwt/fetch.h"

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/URI.h>
#include <array>
#include <istream>

#include "auth/jwt/dial.h"
#include "sse/max_age.h"

namespace sse::jwt {
namespace {

namespace net = Poco::Net;
constexpr std::size_t kMaxBody = std::size_t{1} << 20U;

/// One per request: sessions of different authorities must not share anything.
net::Context::Ptr contextOf(const std::string& ca_file) {
  constexpr int kDepth = 9;
  const bool system = ca_file.empty();
  net::Context::Ptr context(
      new net::Context(net::Context::TLS_CLIENT_USE, "", "", ca_file, net::Context::VERIFY_STRICT, kDepth, system));
  context->enableExtendedCertificateVerification(true);
  context->requireMinimumProtocol(net::Context::PROTO_TLSV1_2);
  return context;
}

/// Poco's session for https cannot be made of a socket that is connected; one for http over a secured socket can.
net::StreamSocket secured(const Poco::URI& uri, const FetchRequest& request, const net::StreamSocket& socket) {
  if (uri.getScheme() != "https") return socket;
  return net::SecureStreamSocket::attach(socket, uri.getHost(), contextOf(request.ca_file));
}

/// A server that drips is given up at `deadline`, though each single read is in time.
Result<std::string> readBody(std::istream& in, Clock::time_point deadline) {
  std::string text;
  std::array<char, 16384> block{};
  while (in.read(block.data(), 1) || in.gcount() > 0) {
    in.readsome(block.data() + 1, static_cast<std::streamsize>(block.size() - 1));
    text.append(block.data(), static_cast<std::size_t>(1 + in.gcount()));
    if (text.size() > kMaxBody) return Error{Code::TooLarge, "expected at most 1 MiB"};
    if (Clock::now() > deadline) return Error{Code::Timeout, "the answer took too long"};
  }
  if (in.bad()) return Error{Code::Unavailable, "the answer broke off"};
  return text;
}

Result<Fetched> ask(const Poco::URI& uri, const FetchRequest& request, const net::StreamSocket& socket) {
  const auto deadline = Clock::now() + request.timeout;
  net::HTTPClientSession session(secured(uri, request, socket));
  session.setKeepAlive(false);
  const std::string path = uri.getPathAndQuery().empty() ? "/" : uri.getPathAndQuery();
  net::HTTPRequest question(net::HTTPRequest::HTTP_GET, path, net::HTTPMessage::HTTP_1_1);
  question.setHost(uri.getHost(), uri.getPort());
  question.set("Accept", "application/jwk-set+json, application/json");
  question.set("User-Agent", "sse-cluster");
  session.sendRequest(question);
  net::HTTPResponse answer;
  auto& in = session.receiveResponse(answer);
  if (answer.getStatus() != net::HTTPResponse::HTTP_OK) {
    return Error{Code::Unavailable, "expected status 200, got " + std::to_string(static_cast<int>(answer.getStatus()))};
  }
  auto text = readBody(in, deadline);
  if (!text.ok()) return text.error();
  if (answer.hasContentLength() && text->size() != static_cast<std::size_t>(answer.getContentLength64())) {
    return Error{Code::Unavailable, "the answer broke off"};
  }
  return Fetched{std::move(*text), maxAgeOf(answer.get("Cache-Control", ""))};
}

/// Lets go of the socket before it is closed, whatever happens.
class Release {
 public:
  explicit Release(Abort& abort) : abort_(abort) {}
  ~Release() { abort_.release(); }
  Release(const Release&) = delete;
  Release& operator=(const Release&) = delete;

 private:
  Abort& abort_;
};

Result<Fetched> fetch(const FetchRequest& request) {
  const Poco::URI uri(request.url);
  const auto socket = dial(uri.getHost(), uri.getPort(), request.timeout, *request.abort);
  if (!socket.ok()) return socket.error();
  const auto& held = socket.value();  // the session closes its own only when it is gone, this one after `release`
  const Release release(*request.abort);
  return ask(uri, request, held);
}

}  // namespace

Result<Fetched> fetchByHttp(const FetchRequest& request) {
  try {
    return fetch(request);
  } catch (const Poco::Exception& problem) {
    return Error{Code::Unavailable, problem.displayText()};
  } catch (const std::exception& problem) {
    return Error{Code::Unavailable, problem.what()};
  }
}

}  // namespace sse::jwt
