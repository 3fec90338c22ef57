#include "client/connector.h"

#include <utility>

#include "base/check.h"
#include "client/tls_socket.h"

namespace sse::client {

namespace net = Poco::Net;

Connector::Connector(Url url, Access access) : url_(std::move(url)), access_(std::move(access)) {
  SSE_CHECK(!url_.tls || access_.tls != nullptr);
}

std::unique_ptr<net::HTTPClientSession> Connector::session(Patience patience) const {
  const auto limit = patience.connect;
  const auto& name = access_.server_name.empty() ? url_.host : access_.server_name;
  net::StreamSocketImpl* socket =
      url_.tls ? new TlsSocket(std::move(patience), access_.tls, name) : new StoppableSocket(std::move(patience));
  auto made = std::make_unique<net::HTTPClientSession>(net::StreamSocket(socket));
  made->setHost(url_.host);
  made->setPort(url_.port);
  made->setTimeout(Poco::Timespan(limit.count()));
  return made;
}

net::HTTPRequest Connector::request(const std::string& method, const std::string& target) const {
  net::HTTPRequest request(method, target, net::HTTPMessage::HTTP_1_1);
  if (!access_.token.empty()) request.set("Authorization", "Bearer " + access_.token);
  return request;
}

}  // namespace sse::client
