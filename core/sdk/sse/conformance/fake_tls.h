#pragma once

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sse/loop.h"
#include "sse/socket_stream.h"
#include "sse/tls.h"

namespace sse::conformance {

/// TLS by name only: bytes pass as they are, after a handshake of two steps that ends as the test says. Owned by the
/// test, lives on the thread of its loop.
class FakeTls final : public TlsClient {
 public:
  std::optional<Error> failure;            ///< of handshakes; none: they succeed
  mutable std::vector<std::string> names;  ///< that certificates were to carry

  [[nodiscard]] std::unique_ptr<TlsStream> secure(int fd, const std::string& name) const override {
    names.push_back(name);
    return std::make_unique<PlainStream>(fd, failure);
  }

  /// Code::InvalidArgument names the option whose file cannot be read.
  static Result<void> checkFiles(const TlsClientSettings& settings) {
    const std::pair<const char*, const std::string*> files[] = {{".ca_file", &settings.ca_file},
                                                                {".client_certificate", &settings.client_certificate},
                                                                {".client_key", &settings.client_key}};
    for (const auto& [option, file] : files) {
      if (file->empty() || std::ifstream(*file)) continue;
      return Error{Code::InvalidArgument, settings.options + option + ": " + *file + ": cannot be read"};
    }
    return {};
  }

 private:
  class PlainStream final : public TlsStream {
   public:
    PlainStream(int fd, std::optional<Error> failure) : socket_(fd), failure_(std::move(failure)) {}
    Result<std::uint32_t> handshake() override {
      if (!std::exchange(asked_, true)) return std::uint32_t{kWritable};
      if (failure_) return *failure_;
      return std::uint32_t{0};
    }
    Result<std::size_t> read(std::span<char> into) override { return socket_.read(into); }
    Result<std::size_t> write(std::span<const iovec> parts) override { return socket_.write(parts); }
    [[nodiscard]] int fd() const override { return socket_.fd(); }

   private:
    sse::SocketStream socket_;
    std::optional<Error> failure_;
    bool asked_ = false;
  };
};

}  // namespace sse::conformance
