#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "http/types.h"

namespace sse::http {

/// A request of HTTP/2 as it arrives, put together as the text of the same request in HTTP/1.1, so that one parser and
/// one gate serve both. Owned by its stream until it is answered. [loop]
class Http2Request {
 public:
  /// Takes a field of the header block. What lies over `limit` bytes (RFC 9113 10.5.1: name, value and 32 for each) is
  /// dropped and the request refused with 431; so is what a header line cannot hold, with 400.
  void addField(std::string_view name, std::string_view value, std::size_t limit);
  /// The fields are there: writes request line and Host in front of them.
  void endFields();
  /// Takes a part of the body; beyond `limit` bytes it is dropped and the request refused with 413.
  void addBody(std::string_view bytes, std::size_t limit);
  /// All is there.
  void finish() { finished_ = true; }
  void refuse(int status, std::string_view detail);

  /// Size of the fields so far, dropped ones included.
  [[nodiscard]] std::size_t listSize() const { return list_size_; }
  [[nodiscard]] bool expectsContinue() const { return expects_continue_; }
  [[nodiscard]] bool headOnly() const { return method_ == "HEAD"; }
  [[nodiscard]] bool fieldsEnded() const { return fields_ended_; }
  [[nodiscard]] bool finished() const { return finished_; }
  [[nodiscard]] std::size_t bodySize() const { return body_.size(); }
  /// Set where it is to be refused.
  [[nodiscard]] const Problem& problem() const { return problem_; }
  /// Head and body, as of HTTP/1.1. Takes the request apart. [finished]
  [[nodiscard]] std::string takeText();

 private:
  std::string method_;
  std::string path_;
  std::string authority_;
  std::string cookie_;
  std::string fields_;
  std::string body_;
  std::size_t list_size_ = 0;
  bool has_length_ = false;
  bool has_host_ = false;
  bool expects_continue_ = false;
  bool fields_ended_ = false;
  bool finished_ = false;
  Problem problem_;
};

}  // namespace sse::http
