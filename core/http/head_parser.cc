#include "http/head_parser.h"

#include <algorithm>
#include <limits>

#include <boost/beast/http/basic_parser.hpp>

namespace sse::http {
namespace {

namespace beast = boost::beast::http;
using ErrorCode = boost::beast::error_code;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

Method methodOf(beast::verb verb) {
  switch (verb) {
    case beast::verb::get: return Method::Get;
    case beast::verb::head: return Method::Head;
    case beast::verb::post: return Method::Post;
    case beast::verb::put: return Method::Put;
    case beast::verb::delete_: return Method::Delete;
    case beast::verb::options: return Method::Options;
    case beast::verb::patch: return Method::Patch;
    default: return Method::Other;
  }
}

/// Looks only at characters: whether it names us is for nobody to know.
bool plausibleHost(std::string_view host) {
  return std::all_of(host.begin(), host.end(), [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || std::string_view("-._~:[]%!$&'()*+;=").find(c) != std::string_view::npos;
  });
}

/// Beast's parser, which tells us each line; what it does not mind and we do ends the parse with `problem` set.
class Gate final : public beast::basic_parser<true> {
 public:
  Gate(Head& head, Problem& problem) : head_(head), problem_(problem) {}

  /// What can only be said once every line is known.
  Parse finish() {
    if (hosts_ > 1) return http::refuse(problem_, 400, "Host: expected one, got several");
    if (hosts_ == 0 && head_.minor == 1) return http::refuse(problem_, 400, "Host: expected in HTTP/1.1, got none");
    if (head_.chunked && head_.minor == 0) {
      return http::refuse(problem_, 400, "Transfer-Encoding: expected none in HTTP/1.0");
    }
    if (const auto length = content_length()) head_.content_length = *length;
    head_.keep_alive = keep_alive();
    head_.upgrade = upgrade();
    head_.expect_continue = head_.expect_continue && head_.minor == 1;
    return Parse::Done;
  }

 private:
  using Text = boost::beast::string_view;

  void refuse(ErrorCode& error, int status, std::string_view detail) {
    http::refuse(problem_, status, detail);
    error = beast::error::bad_field;
  }

  void on_request_impl(beast::verb verb, Text method, Text target, int version, ErrorCode& error) override {
    head_.method = methodOf(verb);
    head_.method_text = view(method);
    head_.minor = version % 10;
    head_.target = view(target);
    if (!splitTarget()) refuse(error, 400, "request target: expected a path that begins with / or an http URL");
  }

  void on_field_impl(beast::field field, Text name_text, Text value_text, ErrorCode& error) override {
    const auto value = view(value_text);
    switch (field) {
      case beast::field::host:
        ++hosts_;
        if (!plausibleHost(value)) return refuse(error, 400, "Host: expected host[:port], got other characters");
        break;
      case beast::field::content_length:
        if (++lengths_ > 1) return refuse(error, 400, "Content-Length: expected one, got several");
        if (value.find_first_not_of("0123456789") != std::string_view::npos) {
          return refuse(error, 400, "Content-Length: expected digits");
        }
        break;
      case beast::field::transfer_encoding:
        if (!sameWithoutCase(value, "chunked")) {
          return refuse(error, 501, "Transfer-Encoding: expected exactly chunked, which is all that is offered");
        }
        head_.chunked = true;
        break;
      case beast::field::expect:
        if (!sameWithoutCase(value, "100-continue")) return refuse(error, 417, "Expect: expected 100-continue");
        head_.expect_continue = true;
        break;
      default: break;
    }
    if (!head_.add(view(name_text), value)) refuse(error, 431, "headers: expected at most 100");
  }

  bool splitTarget() {
    auto rest = head_.target;
    if (rest == "*") {
      head_.path = rest;
      return head_.method == Method::Options;
    }
    if (rest.find('#') != std::string_view::npos) return false;
    if (rest.front() != '/' && !dropAuthority(rest)) return false;
    const auto mark = rest.find('?');
    head_.path = rest.substr(0, mark);
    if (mark != std::string_view::npos) head_.query = rest.substr(mark + 1);
    if (head_.path.empty()) head_.path = "/";
    return true;
  }

  static bool dropAuthority(std::string_view& url) {
    const auto scheme_end = url.find("://");
    if (scheme_end == std::string_view::npos) return false;
    const auto scheme = url.substr(0, scheme_end);
    if (!sameWithoutCase(scheme, "http") && !sameWithoutCase(scheme, "https")) return false;
    url.remove_prefix(scheme_end + 3);
    const auto authority = url.substr(0, url.find_first_of("/?"));
    url.remove_prefix(authority.size());
    return !authority.empty() && plausibleHost(authority);
  }

  void on_header_impl(ErrorCode&) override {}
  void on_finish_impl(ErrorCode&) override {}
  // Only for bodies and responses, which this parser never sees.
  void on_response_impl(int, Text, int, ErrorCode&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, ErrorCode&) override {}
  std::size_t on_body_impl(Text, ErrorCode&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, Text, ErrorCode&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text, ErrorCode&) override { return 0; }

  Head& head_;
  Problem& problem_;
  int hosts_ = 0;
  int lengths_ = 0;
};

/// Whether the request line ends in a version that could be one, but is none of ours.
bool namesOtherVersion(std::string_view head) {
  const auto line = head.substr(0, head.find('\r'));
  const auto at = line.rfind(" HTTP/");
  if (at == std::string_view::npos) return false;
  const auto version = line.substr(at + 6);
  const bool ours = version.starts_with("1.0") || version.starts_with("1.1");
  return !ours && !version.empty() && version.front() >= '0' && version.front() <= '9';
}

Parse refuseGrammar(Problem& problem, const ErrorCode& error, std::string_view head) {
  if (error == beast::error::bad_version && namesOtherVersion(head)) {
    return refuse(problem, 505, "HTTP version: expected HTTP/1.1 or HTTP/1.0");
  }
  const auto text = [&error]() -> std::string_view {
    if (error == beast::error::bad_method) return "request line: expected a method";
    if (error == beast::error::bad_target) return "request line: expected a target without control characters";
    if (error == beast::error::bad_version) return "request line: expected HTTP/1.1 at its end";
    if (error == beast::error::bad_field) return "header name: expected a name directly before its colon";
    if (error == beast::error::bad_content_length)
      return "Content-Length: expected one number, and no Transfer-Encoding";
    if (error == beast::error::bad_transfer_encoding) return "Transfer-Encoding: expected one, and no Content-Length";
    return "header value: expected no control characters, and a list where it is one";
  }();
  return refuse(problem, 400, text);
}

/// Walks the lines of a head up to the empty one. Done: `end` is behind it.
Parse findEnd(std::string_view bytes, std::size_t start, std::size_t& end, Problem& problem) {
  for (auto line = start;;) {
    const auto feed = bytes.find('\n', line);
    if (feed == std::string_view::npos) return Parse::NeedMore;
    if (feed == line || bytes[feed - 1] != '\r') {
      return refuse(problem, 400, "line end: expected CR and LF, got LF alone");
    }
    if (line != start) {
      if (bytes[line] == ' ' || bytes[line] == '\t') {
        return refuse(problem, 400, "header: expected a name, got white space (folded lines are not taken)");
      }
      if (feed == line + 1) {
        end = feed + 1;
        return Parse::Done;
      }
    }
    line = feed + 1;
  }
}

/// Where the request line begins: behind one CRLF, if there is one. NeedMore: cannot tell yet.
Parse findStart(std::string_view bytes, std::size_t& start, Problem& problem) {
  start = bytes.starts_with("\r\n") ? 2 : 0;
  if (bytes.size() == start || bytes == "\r") return Parse::NeedMore;
  const auto first = static_cast<unsigned char>(bytes[start]);
  if (first == 0x16) return refuse(problem, 400, "request line: expected HTTP, got a TLS handshake");
  if (first <= ' ' || first >= 0x7F) return refuse(problem, 400, "request line: expected a method");
  return Parse::Done;
}

}  // namespace

Parse HeadParser::parse(std::string_view bytes, std::size_t limit, Head& into, std::size_t& consumed,
                        Problem& problem) {
  std::size_t start = 0;
  if (const auto found = findStart(bytes, start, problem); found != Parse::Done) return found;
  const auto within = bytes.substr(0, limit);
  std::size_t end = 0;
  const auto found = findEnd(within, start, end, problem);
  if (found == Parse::Bad) return found;
  if (found == Parse::NeedMore) {
    if (bytes.size() < limit) return found;
    const bool line_fits = within.find('\n', start) != std::string_view::npos;
    const auto expected = "expected at most " + std::to_string(limit) + " bytes (limits.headers), got more";
    return line_fits ? refuse(problem, 431, "request line and headers: " + expected)
                     : refuse(problem, 414, "request line: " + expected);
  }

  const auto head = within.substr(start, end - start);
  into.clear();
  problem.status = 0;
  Gate gate(into, problem);
  gate.header_limit(std::numeric_limits<std::uint32_t>::max());
  gate.body_limit(std::numeric_limits<std::uint64_t>::max());
  ErrorCode error;
  const auto taken = gate.put({head.data(), head.size()}, error);
  if (problem.status != 0) return Parse::Bad;
  if (error || !gate.is_header_done() || taken != head.size()) return refuseGrammar(problem, error, head);
  consumed = end;
  return gate.finish();
}

}  // namespace sse::http
