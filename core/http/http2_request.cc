#include "http/http2_request.h"

#include <algorithm>
#include <utility>

namespace sse::http {
namespace {

/// Whether `text` may stand in a line of a head: anything that ends a line there would begin another header.
bool oneLine(std::string_view text) {
  return std::ranges::none_of(text, [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

bool oneWord(std::string_view text) { return oneLine(text) && text.find_first_of(" \t") == std::string_view::npos; }

}  // namespace

void Http2Request::refuse(int status, std::string_view detail) {
  if (problem_.status == 0) http::refuse(problem_, status, detail);
}

void Http2Request::addField(std::string_view name, std::string_view value, std::size_t limit) {
  list_size_ += name.size() + value.size() + 32;
  if (list_size_ > limit) {
    return refuse(431, "headers: expected at most " + std::to_string(limit) + " bytes (limits.headers)");
  }
  const bool pseudo = !name.empty() && name.front() == ':';
  if (!oneLine(value) || (pseudo && !oneWord(value))) return refuse(400, "headers: unexpected bytes in a value");
  if (name == ":method") {
    method_ = value;
  } else if (name == ":path") {
    path_ = value;
  } else if (name == ":authority") {
    authority_ = value;
  } else if (name == "cookie") {
    // RFC 9113 8.2.3: crumbs of one header.
    cookie_.append(cookie_.empty() ? "" : "; ").append(value);
  } else if (!pseudo && !(name == "host" && !authority_.empty())) {
    has_length_ = has_length_ || name == "content-length";
    has_host_ = has_host_ || name == "host";
    expects_continue_ = expects_continue_ || name == "expect";
    fields_.append(name).append(": ").append(value).append("\r\n");
  }
}

void Http2Request::endFields() {
  fields_ended_ = true;
  std::string head = method_ + " " + path_ + " HTTP/1.1\r\n";
  if (!has_host_) head.append("host: ").append(authority_).append("\r\n");
  if (!cookie_.empty()) head.append("cookie: ").append(cookie_).append("\r\n");
  fields_.insert(0, head);
}

void Http2Request::addBody(std::string_view bytes, std::size_t limit) {
  if (problem_.status != 0) return;
  if (body_.size() + bytes.size() > limit) {
    refuse(413, "body: expected at most " + std::to_string(limit) + " bytes (limits.body)");
    return std::string().swap(body_);
  }
  body_ += bytes;
}

std::string Http2Request::takeText() {
  std::string text = std::move(fields_);
  if (!has_length_ && !body_.empty()) text += "content-length: " + std::to_string(body_.size()) + "\r\n";
  text += "\r\n";
  text += body_;
  std::string().swap(body_);
  return text;
}

}  // namespace sse::http
