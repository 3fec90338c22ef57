#pragma once

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <memory>
#include <string>

#include "client/access.h"
#include "client/stoppable_socket.h"
#include "client/url.h"

namespace sse::client {

/// Makes the connections and the requests of one command. Owned by its run; used by the thread of it.
class Connector {
 public:
  /// `access` has a client of TLS where `url` is https.
  Connector(Url url, Access access);

  [[nodiscard]] const Url& url() const { return url_; }

  /// One that connects with its first request, by TLS for https. It throws a Poco::Exception where it cannot, a
  /// TlsRefusal where a certificate or the other side's protocol is why.
  [[nodiscard]] std::unique_ptr<Poco::Net::HTTPClientSession> session(Patience patience) const;

  /// A request of HTTP/1.1 with the token, if there is one.
  [[nodiscard]] Poco::Net::HTTPRequest request(const std::string& method, const std::string& target) const;

 private:
  const Url url_;
  const Access access_;
};

}  // namespace sse::client
