#include "client/subscribe.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/MediaType.h>
#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "base/json_text.h"
#include "client/answer.h"
#include "client/connector.h"
#include "client/event_parser.h"
#include "client/tls_socket.h"

namespace sse::client {
namespace {

namespace net = Poco::Net;
using std::chrono::milliseconds;

constexpr std::chrono::seconds kConnect{60};
constexpr milliseconds kRetry{3000};
constexpr milliseconds kMaxBackOff{30000};
constexpr milliseconds kSlice{100};

Error wrong(const std::string& text) { return {Code::InvalidArgument, "subscribe: " + text}; }

void print(std::ostream& out, const Event& event, bool json) {
  std::string text;
  if (json) {
    base::appendJsonString(text += "{\"id\":", event.id);
    base::appendJsonString(text += ",\"event\":", event.event);
    base::appendJsonString(text += ",\"data\":", event.data);
    text += "}\n";
  } else {
    if (!event.id.empty()) text += "id: " + event.id + "\n";
    if (event.event != "message") text += "event: " + event.event + "\n";
    text += "data: ";
    for (const char c : event.data) text += c == '\n' ? "\ndata: " : std::string(1, c);
    text += "\n\n";
  }
  out << text << std::flush;
}

/// One run of the command: connects, reads, prints, waits. Lives as long as runSubscribe.
class Subscriber {
 public:
  Subscriber(Url url, const SubscribeCommand& command, std::ostream& out, std::ostream& err,
             const std::function<bool()>& stopped)
      : connector_(std::move(url), command.access),
        json_(command.json),
        out_(out),
        err_(err),
        parser_(command.last_event_id),
        stopped_([this, stopped] { return has_stopped_ = has_stopped_ || stopped(); }) {}

  int run() {
    while (!stopped_()) {
      try {
        if (const auto refused = readStream()) return fail(*refused);
      } catch (const TlsRefusal& problem) {
        return fail(problem.displayText());
      } catch (const Poco::Exception& problem) {
        lost(problem.displayText());
      }
      pause();
    }
    return 0;
  }

 private:
  /// Reads one stream to its end. Answers the reason not to come back, if there is one.
  std::optional<std::string> readStream() {
    const auto session = connector_.session({.connect = kConnect, .stopped = stopped_});
    auto request = connector_.request(net::HTTPRequest::HTTP_GET, connector_.url().target);
    request.set("Accept", "text/event-stream");
    request.set("Cache-Control", "no-store");
    if (!parser_.lastEventId().empty()) request.set("Last-Event-ID", parser_.lastEventId());
    session->sendRequest(request);
    net::HTTPResponse response;
    auto& body = session->receiveResponse(response);
    if (response.getStatus() == net::HTTPResponse::HTTP_NO_CONTENT) return "204: the server has no more events";
    if (response.getStatus() != net::HTTPResponse::HTTP_OK) return problemText(response, readBody(body));
    if (!net::MediaType(response.getContentType()).matches("text", "event-stream")) {
      return "expected text/event-stream, got " + response.getContentType();
    }
    failures_ = 0;
    return readEvents(*body.rdbuf());
  }

  std::optional<std::string> readEvents(std::streambuf& bytes) {
    parser_.restart();
    std::string piece;
    while (bytes.sgetc() != std::streambuf::traits_type::eof()) {
      piece.resize(static_cast<std::size_t>(bytes.in_avail()));
      bytes.sgetn(piece.data(), static_cast<std::streamsize>(piece.size()));
      const auto fed = parser_.feed(piece, [this](const Event& event) { print(out_, event, json_); });
      if (!fed) return fed.error().text;
      if (!out_) return "the output is closed";
    }
    return std::nullopt;
  }

  void lost(const std::string& why) {
    if (has_stopped_) return;
    ++failures_;
    err_ << "subscribe: " << connector_.url().shown() << ": " << why << "; next try in " << waitTime().count() << " ms"
         << std::endl;
  }

  [[nodiscard]] milliseconds waitTime() const {
    const milliseconds retry = parser_.retryMs() ? milliseconds(*parser_.retryMs()) : kRetry;
    const auto doublings = std::min(std::max(failures_, 1) - 1, 16);
    return std::max(retry, std::min(retry * (1 << doublings), kMaxBackOff));
  }

  void pause() {
    const auto end = std::chrono::steady_clock::now() + waitTime();
    while (!stopped_()) {
      const auto left = end - std::chrono::steady_clock::now();
      if (left <= left.zero()) return;
      std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(left, kSlice));
    }
  }

  int fail(const std::string& why) {
    err_ << "subscribe: " << connector_.url().shown() << ": " << why << std::endl;
    return 1;
  }

  const Connector connector_;
  const bool json_;
  std::ostream& out_;
  std::ostream& err_;
  EventParser parser_;
  bool has_stopped_ = false;  // what the user's function answered once stays true
  const std::function<bool()> stopped_;
  int failures_ = 0;  // since the last stream
};

}  // namespace

Result<SubscribeCommand> parseSubscribe(const std::vector<std::string>& positional,
                                        const std::map<std::string, std::string>& flags) {
  if (positional.size() != 1) return wrong("expected one URL");
  const auto url = parseUrl(positional[0]);
  if (!url) return wrong(url.error().text);
  auto access = parseAccess(*url, flags);
  if (!access) return wrong(access.error().text);
  SubscribeCommand command{positional[0], "", flags.contains("json"), *std::move(access)};
  if (const auto id = flags.find("last-event-id"); id != flags.end()) command.last_event_id = id->second;
  const bool control = std::ranges::any_of(command.last_event_id, [](unsigned char c) { return c < 0x20; });
  if (control) return wrong("--last-event-id: expected no control characters");
  return command;
}

int runSubscribe(const SubscribeCommand& command, std::ostream& out, std::ostream& err,
                 const std::function<bool()>& stopped) {
  auto url = parseUrl(command.url);
  if (!url) {
    err << "subscribe: " << url.error().text << std::endl;
    return 78;
  }
  return Subscriber(*std::move(url), command, out, err, stopped).run();
}

}  // namespace sse::client
