#include <algorithm>
#include <cstdint>
#include <string_view>

#include "auth/webhook/answer.h"
#include "auth/webhook/http_answer.h"
#include "base/check.h"

// Answers of the webhook's endpoint: any bytes, cut anywhere, are the same answer as in one piece, none yet, or
// refused; nothing but a 200 gives rights, and no end is before 1970. The first byte of the input is the size of the
// pieces.

using namespace sse;
using namespace sse::webhook;

namespace {

Result<std::optional<HttpAnswer>> read(std::string_view input, std::size_t piece) {
  AnswerReader reader;
  for (; !input.empty(); input.remove_prefix(std::min(piece, input.size()))) {
    auto answer = reader.take(input.substr(0, piece));
    if (!answer.ok() || *answer) return answer;
  }
  return std::optional<HttpAnswer>();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(bytes), size);
  if (input.empty()) return 0;
  const std::size_t piece = std::size_t{1} + static_cast<unsigned char>(input[0]);
  input.remove_prefix(1);
  const auto cut = read(input, piece);
  const auto whole = read(input, std::max<std::size_t>(input.size(), 1));
  SSE_CHECK(cut.ok() == whole.ok());
  if (!whole.ok()) return 0;
  SSE_CHECK(cut->has_value() == whole->has_value());
  if (!*whole) return 0;
  SSE_CHECK((*cut)->status == (*whole)->status && (*cut)->body == (*whole)->body);
  const auto answer = readAnswer(**whole);
  if (!answer.ok()) return 0;
  SSE_CHECK(!answer->good() || (*whole)->status == 200);
  SSE_CHECK(!answer->expires || answer->expires->time_since_epoch().count() >= 0);
  const std::string_view channel = "news";
  const auto decision = decide(*answer, Action::Publish, {&channel, 1}, true, std::chrono::system_clock::now());
  SSE_CHECK(answer->good() || decision.verdict != Decision::Verdict::Allow);
  return 0;
}
