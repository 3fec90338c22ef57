#include "client/answer.h"

#include <nlohmann/json.hpp>

namespace sse::client {
namespace {

constexpr std::size_t kMaxBody = 65536;

}  // namespace

std::string readBody(std::istream& body) {
  // Past the stream's own functions, which would make a broken connection look like the end.
  auto& bytes = *body.rdbuf();
  std::string text(kMaxBody, '\0');
  text.resize(static_cast<std::size_t>(bytes.sgetn(text.data(), static_cast<std::streamsize>(text.size()))));
  return text;
}

std::string problemText(const Poco::Net::HTTPResponse& response, const std::string& body) {
  auto text = std::to_string(static_cast<int>(response.getStatus())) + " " + response.getReason();
  const auto problem = nlohmann::json::parse(body, nullptr, false);
  if (!problem.is_object()) return text;
  const auto detail = problem.find("detail");
  if (detail != problem.end() && detail->is_string()) text += ": " + detail->get<std::string>();
  return text;
}

}  // namespace sse::client
