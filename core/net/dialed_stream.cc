#include "net/dialed_stream.h"

#include <utility>

#include "sse/loop.h"

namespace sse::net {

DialedStream::DialedStream(Connected socket, std::string name)
    : session_(socket.tls.get()), stream_(std::move(socket)), name_(std::move(name)) {}

Result<std::uint32_t> DialedStream::handshake() {
  if (session_->handshake()) return std::uint32_t{0};
  if (!session_->broken()) return std::uint32_t{session_->holds() ? kReadable | kWritable : kReadable};
  if (session_->spokePlain()) return Error{Code::Unsupported, "the other side answered without TLS"};
  auto error = stream_.broken();
  if (error.text.find("mismatch") != std::string::npos) error.text += ", expected " + name_;
  return error;
}

}  // namespace sse::net
