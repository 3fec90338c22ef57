#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "http/head_parser.h"
#include "http/http2_session.h"

// A connection of HTTP/2 behind its preface: what arrives whole and what arrives in pieces must ask for the same, every
// stream ends once, and no more are open than are allowed.

using namespace sse::http;

namespace {

constexpr std::uint32_t kStreams = 8;

struct Stream final : Http2Stream {
  Given give(std::size_t room) override { return {std::min(room, left), left <= room}; }
  void put(std::size_t size) override { left -= size; }
  std::size_t left = 40'000;
  bool closed = false;
};

class Connection final : public Http2Session::Owner {
 public:
  Connection() : session_(*this, {.streams = kStreams, .headers = 1024, .body = 2048, .resets = 50, .controls = 50}) {}

  /// Answers everything behind each piece, or nothing before the end.
  void run(std::string_view bytes, std::size_t piece, bool answers) {
    bool more = session_.receive(kHttp2Preface, 0);
    while (more && !bytes.empty()) {
      more = session_.receive(bytes.substr(0, piece), 0);
      bytes.remove_prefix(std::min(piece, bytes.size()));
      if (answers) answer();
    }
    answer();
    asked.push_back(more && !session_.done() ? "goes on" : "ends");
    SSE_CHECK(sent_ <= 4U << 20U);
  }

  std::vector<std::string> asked;

 private:
  Http2Stream* onStream(std::int32_t) override {
    SSE_CHECK(std::ranges::count(streams_, false, &Stream::closed) <= kStreams);
    return &streams_.emplace_back();
  }
  void onRequest(Http2Stream& stream) override {
    auto& request = *stream.incoming;
    const int refused = request.problem().status;
    asked.push_back(std::to_string(refused) + " " + (refused == 0 ? check(request.takeText()) : ""));
    waiting_.push_back(static_cast<Stream*>(&stream));
  }
  void onClosed(Http2Stream& stream) override {
    auto& ours = static_cast<Stream&>(stream);
    SSE_CHECK(!ours.closed);
    ours.closed = true;
  }
  void onBytes(std::string_view bytes) override { sent_ += bytes.size(); }
  bool room() override { return true; }

  /// What came by HTTP/2 is read as HTTP/1.1: it must be one request and no more.
  static std::string check(std::string text) {
    static Head head;
    std::size_t consumed = 0;
    Problem problem;
    const auto parsed = HeadParser::parse(text, text.size(), head, consumed, problem);
    SSE_CHECK(parsed != Parse::NeedMore);
    if (parsed == Parse::Done) SSE_CHECK(consumed + head.content_length.value_or(0) == text.size());
    return text;
  }

  void answer() {
    for (auto* stream : waiting_) {
      if (!stream->closed) session_.respond(*stream, 200, {}, stream->stream_id % 4 == 1);
    }
    waiting_.clear();
    session_.produce();
  }

  std::list<Stream> streams_;
  std::vector<Stream*> waiting_;
  std::size_t sent_ = 0;
  Http2Session session_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t piece = 1 + data[0] % 64;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  Connection whole;
  whole.run(bytes, bytes.size(), false);
  Connection pieces;
  pieces.run(bytes, piece, false);
  SSE_CHECK(whole.asked == pieces.asked);
  Connection answering;
  answering.run(bytes, piece, true);
  return 0;
}
