#include "client/publish.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPResponse.h>
#include <charconv>
#include <chrono>
#include <memory>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "client/answer.h"
#include "client/connector.h"

namespace sse::client {
namespace {

namespace net = Poco::Net;

constexpr std::chrono::seconds kTimeout{30};

Error wrong(const std::string& text) { return {Code::InvalidArgument, "publish: " + text}; }

std::optional<std::string> find(const std::map<std::string, std::string>& flags, const char* key) {
  const auto found = flags.find(key);
  return found == flags.end() ? std::nullopt : std::optional(found->second);
}

struct Body {
  const char* type;
  std::string text;
};

Body makeBody(const PublishCommand& command, const std::optional<std::string>& data) {
  if (data && !command.event && !command.id && !command.retry_ms) return {"text/plain; charset=utf-8", *data};
  std::string json;
  const auto add = [&](std::string_view key) -> std::string& {
    return json.append(json.empty() ? "{\"" : ",\"").append(key).append("\":");
  };
  if (command.id) base::appendJsonString(add("id"), *command.id);
  if (command.event) base::appendJsonString(add("event"), *command.event);
  if (command.retry_ms) add("retry") += std::to_string(*command.retry_ms);
  if (data && nlohmann::json::accept(*data)) {
    add("data") += *data;
  } else if (data) {
    base::appendJsonString(add("data"), *data);
  }
  return {"application/json", json + "}"};
}

/// The connection to one URL, kept between events. Owned by runPublish.
class Publisher {
 public:
  explicit Publisher(Connector connector)
      : connector_(std::move(connector)), session_(connector_.session({kTimeout, kTimeout})) {
    session_->setKeepAlive(true);
  }

  /// Sends one event. Answers its id, empty where the server tells none. Unavailable with the reason otherwise.
  Result<std::string> send(const Body& body) {
    try {
      return exchange(body);
    } catch (const Poco::Exception& problem) {
      return refused(problem.displayText());
    }
  }

 private:
  Result<std::string> exchange(const Body& body) {
    // A server that closed a connection at rest has sent its end: readable.
    if (session_->connected() && session_->socket().poll(Poco::Timespan(), net::Socket::SELECT_READ)) session_->reset();
    auto request = connector_.request(net::HTTPRequest::HTTP_POST, connector_.url().target);
    request.setKeepAlive(true);
    request.setContentType(body.type);
    request.setContentLength64(static_cast<Poco::Int64>(body.text.size()));
    session_->sendRequest(request) << body.text << std::flush;
    net::HTTPResponse response;
    const auto text = readBody(session_->receiveResponse(response));
    if (response.getStatus() != net::HTTPResponse::HTTP_OK) return refused(problemText(response, text));
    const auto answer = nlohmann::json::parse(text, nullptr, false);
    const auto id = answer.is_object() ? answer.find("id") : answer.end();
    return id != answer.end() && id->is_string() ? id->get<std::string>() : std::string();
  }

  [[nodiscard]] Error refused(const std::string& why) const {
    return {Code::Unavailable, connector_.url().shown() + ": " + why};
  }

  const Connector connector_;
  const std::unique_ptr<net::HTTPClientSession> session_;
};

bool publishOne(Publisher& publisher, const Body& body, const std::string& where, std::ostream& out,
                std::ostream& err) {
  const auto sent = publisher.send(body);
  if (!sent) {
    err << "publish: " << where << sent.error().text << std::endl;
    return false;
  }
  if (!sent->empty()) out << *sent << std::endl;
  return true;
}

}  // namespace

Result<PublishCommand> parsePublish(const std::vector<std::string>& positional,
                                    const std::map<std::string, std::string>& flags) {
  if (positional.empty() || positional.size() > 2) return wrong("expected a URL and at most one DATA");
  const auto url = parseUrl(positional[0]);
  if (!url) return wrong(url.error().text);
  auto access = parseAccess(*url, flags);
  if (!access) return wrong(access.error().text);
  PublishCommand command{.url = positional[0], .event = find(flags, "event"), .id = find(flags, "id")};
  command.access = *std::move(access);
  if (positional.size() > 1) command.data = positional[1];
  if (const auto text = find(flags, "retry")) {
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (problem != std::errc() || end != text->data() + text->size()) {
      return wrong("--retry: expected milliseconds, got \"" + *text + "\"");
    }
    command.retry_ms = value;
  }
  if (!command.data && !command.retry_ms) return wrong("expected DATA, - (one event per line of the input) or --retry");
  if (command.data == "-" && command.id) return wrong("--id: names one event, and - is many; leave it out");
  return command;
}

int runPublish(const PublishCommand& command, std::istream& in, std::ostream& out, std::ostream& err) {
  auto url = parseUrl(command.url);
  if (!url) {
    err << "publish: " << url.error().text << std::endl;
    return 78;
  }
  Publisher publisher(Connector(*std::move(url), command.access));
  if (command.data != "-") return publishOne(publisher, makeBody(command, command.data), "", out, err) ? 0 : 1;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (line.ends_with('\r')) line.pop_back();
    const auto where = "line " + std::to_string(number) + ": ";
    if (!publishOne(publisher, makeBody(command, line), where, out, err)) return 1;
  }
  return 0;
}

}  // namespace sse::client
