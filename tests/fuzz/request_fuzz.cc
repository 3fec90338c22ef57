#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "http/chunked_decoder.h"
#include "http/head_parser.h"
#include "http/media_type.h"
#include "http/router.h"
#include "http/uri.h"

// The way of a request: head, route and query, chunked body. What arrives whole and what arrives byte by byte must come
// to the same, and nothing that was refused on paper may be in what was accepted.

using namespace sse::http;

namespace {

constexpr std::size_t kHeadLimit = 1024;
constexpr std::size_t kBodyLimit = 4096;

const Router& router() {
  static constexpr Route kRoutes[] = {
      {Method::Get, "/channel/{channel}", 0}, {Method::Post, "/channel/{channel}", 1},
      {Method::Post, "/channel", 2},          {Method::Get, "/channel/{channel}/client/{client}", 3},
      {Method::Get, "/subscribe", 4},         {Method::Get, "/status", 5},
  };
  static const Router kRouter(kRoutes);
  return kRouter;
}

bool isWithin(std::string_view part, std::string_view whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

bool isClean(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t') || byte == 0x7F) return false;
  }
  return true;
}

void checkHead(const Head& head, std::string_view bytes) {
  SSE_CHECK(isWithin(head.target, bytes) && isWithin(head.query, bytes) && isClean(head.target));
  SSE_CHECK(!head.path.empty() && (head.path.front() == '/' || head.path == "*"));
  SSE_CHECK(head.minor == 0 || head.count("host") == 1);
  SSE_CHECK(head.count("content-length") + head.count("transfer-encoding") <= 1);
  SSE_CHECK(head.chunked == (head.count("transfer-encoding") == 1));
  SSE_CHECK(head.content_length.has_value() == (head.count("content-length") == 1));
  SSE_CHECK(!head.chunked || head.minor == 1);
  for (const auto& [name, value] : head.headers()) {
    SSE_CHECK(isWithin(name, bytes) && isWithin(value, bytes) && !name.empty());
    SSE_CHECK(isClean(name) && isClean(value) && name.find_first_of(" \t:") == std::string_view::npos);
  }
}

void checkRoute(const Head& head) {
  (void)mediaType(head.header("content-type"));
  (void)params(head.query, "channel");
  const auto match = router().match(head.method, head.path);
  SSE_CHECK((match.outcome == Match::Outcome::Refused) == (match.problem.status != 0));
  if (match.outcome != Match::Outcome::Found) return;
  for (std::size_t i = 0; i < match.paramCount(); ++i) SSE_CHECK(checkName(match.param(i)).ok());
}

/// The first outcome other than NeedMore when the bytes come one at a time, and the status with it.
void checkHeadByBytes(std::string_view bytes, Parse whole, std::size_t whole_consumed, int whole_status) {
  static Head head;
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    Problem problem;
    std::size_t consumed = 0;
    const auto part = HeadParser::parse(bytes.substr(0, size), kHeadLimit, head, consumed, problem);
    if (part == Parse::NeedMore) continue;
    SSE_CHECK(part == whole && problem.status == whole_status);
    SSE_CHECK(part == Parse::Bad || consumed == whole_consumed);
    return;
  }
  SSE_CHECK(whole == Parse::NeedMore);
}

void checkBody(std::string_view bytes) {
  ChunkedDecoder at_once;
  std::string body;
  std::size_t consumed = 0;
  Problem problem;
  const auto whole = at_once.feed(bytes, kBodyLimit, body, consumed, problem);
  SSE_CHECK(body.size() <= kBodyLimit && consumed <= bytes.size());
  SSE_CHECK((whole == Parse::Bad) == (problem.status != 0));

  ChunkedDecoder slow;
  std::string slow_body;
  std::size_t total = 0;
  Problem slow_problem;
  auto part = Parse::NeedMore;
  while (part == Parse::NeedMore && total < bytes.size()) {
    std::size_t used = 0;
    part = slow.feed(bytes.substr(total, 1), kBodyLimit, slow_body, used, slow_problem);
    total += used;
  }
  SSE_CHECK(part == whole && slow_body == body && slow_problem.status == problem.status);
  SSE_CHECK(part == Parse::Bad || total == consumed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static Head head;
  std::size_t consumed = 0;
  Problem problem;
  const auto outcome = HeadParser::parse(bytes, kHeadLimit, head, consumed, problem);
  SSE_CHECK((outcome == Parse::Bad) == (problem.status != 0));
  SSE_CHECK(outcome != Parse::NeedMore || size < kHeadLimit);
  if (outcome == Parse::Done) {
    SSE_CHECK(consumed <= size && consumed <= kHeadLimit);
    checkHead(head, bytes);
    checkRoute(head);
    checkBody(bytes.substr(consumed));
  }
  if (size <= 512) checkHeadByBytes(bytes, outcome, consumed, problem.status);
  return 0;
}
