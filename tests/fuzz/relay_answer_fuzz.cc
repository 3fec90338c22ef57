#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "transport/relay/answer_reader.h"
#include "transport/relay/dial.h"

// Answers of other nodes' HTTP ports: any bytes, cut anywhere, are an answer, no answer yet, or refused. The first byte
// of the input is the size of the pieces.

using namespace sse;
using namespace sse::relay;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(bytes), size);
  if (input.empty()) return 0;
  const std::size_t piece = std::size_t{1} + static_cast<unsigned char>(input[0]);
  input.remove_prefix(1);
  if (const auto end = input.find("\r\n\r\n"); end != std::string_view::npos) {
    const auto verdict = judgeUpgradeAnswer(input.substr(0, end + 4));
    SSE_CHECK(verdict.ok() || !verdict.error().text.empty());
  }
  AnswerReader reader;
  for (; !input.empty(); input.remove_prefix(std::min(piece, input.size()))) {
    const auto answer = reader.take(input.substr(0, piece));
    if (!answer.ok()) return 0;
    SSE_CHECK(!*answer || ((*answer)->status >= 100 && (*answer)->status <= 599));
  }
  return 0;
}
