#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/utf8.h"
#include "http/json_scanner.h"
#include "support/json_oracle.h"

// Publish bodies: what is JSON is decided as nlohmann decides it, and what was taken from a body is what nlohmann
// finds.

using namespace sse::http;

namespace {

void checkText(const nlohmann::json& object, const char* key, const std::optional<std::string>& got) {
  const auto found = object.find(key);
  const bool present = found != object.end() && !found->is_null();
  SSE_CHECK(present == got.has_value());
  SSE_CHECK(!got || (sse::base::validUtf8(*got) && *got == found->get<std::string>()));
}

void checkBody(std::string_view json, const PublishBody& body) {
  const auto object = nlohmann::json::parse(json);
  SSE_CHECK(object.is_object() && object.contains("data") == body.data.has_value());
  SSE_CHECK(body.data || body.retry_ms);
  if (body.data) {
    SSE_CHECK(validJson(*body.data) && nlohmann::json::parse(*body.data) == object["data"]);
    const std::string_view spaces = " \t\r\n";
    SSE_CHECK(spaces.find(body.data->front()) == spaces.npos && spaces.find(body.data->back()) == spaces.npos);
  }
  SSE_CHECK(!body.retry_ms || object["retry"] == *body.retry_ms);
  checkText(object, "id", body.id);
  checkText(object, "event", body.event);
  checkText(object, "channel", body.channel);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  const bool valid = validJson(json);
  const auto opinion = test::opinionOn(json, kMaxJsonDepth);
  SSE_CHECK(opinion == test::Opinion::Unsure || valid == (opinion == test::Opinion::Valid));

  const auto body = scanPublish(json);
  SSE_CHECK(!body || valid);
  SSE_CHECK(body || !body.error().text.empty());
  if (body && opinion == test::Opinion::Valid) checkBody(json, *body);
  return 0;
}
