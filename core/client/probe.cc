#include "client/probe.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/URI.h>
#include <Poco/UUIDGenerator.h>
#include <chrono>
#include <memory>
#include <stdexcept>

#include "client/answer.h"
#include "client/connector.h"
#include "client/event_parser.h"

namespace sse::client {
namespace {

namespace net = Poco::Net;
using Clock = std::chrono::steady_clock;

/// Both for a connection and for whatever comes next on it.
constexpr std::chrono::seconds kTimeout{10};

/// Throws where the status is not 200.
void expectOk(const net::HTTPResponse& response, std::istream& body) {
  if (response.getStatus() == net::HTTPResponse::HTTP_OK) return;
  throw std::runtime_error(problemText(response, readBody(body)));
}

void ask(const Connector& connector) {
  const auto session = connector.session({kTimeout, kTimeout});
  auto request = connector.request(net::HTTPRequest::HTTP_GET, connector.url().target);
  session->sendRequest(request);
  net::HTTPResponse response;
  auto& body = session->receiveResponse(response);
  expectOk(response, body);
}

/// Publishes to one channel and reads it. Lives as long as runProbe; throws what goes wrong.
class RoundTrip {
 public:
  RoundTrip(const Connector& connector, const std::string& channel) : connector_(connector) {
    const auto& target = connector.url().target;
    const auto query = std::min(target.find('?'), target.size());
    base_ = target.substr(0, query);
    query_ = target.substr(query);
    if (base_.ends_with('/')) base_.pop_back();
    Poco::URI::encode(channel, "/?#&;=+%", channel_);
    nonce_ = Poco::UUIDGenerator::defaultGenerator().createRandom().toString();
  }

  void run(std::ostream& out) {
    open();
    readUntil([this](const Event*) { return !parser_.lastEventId().empty(); }, "its first block");
    out << "subscribed" << std::endl;
    publish(nonce_ + " live");
    expect(nonce_ + " live");
    out << "published, and received as " << parser_.lastEventId() << std::endl;
    stream_.reset();
    publish(nonce_ + " missed");
    open();
    expect(nonce_ + " missed");
    out << "resumed, and received as " << parser_.lastEventId() << std::endl;
  }

 private:
  void publish(const std::string& text) {
    const auto session = connector_.session({kTimeout, kTimeout});
    auto request = connector_.request(net::HTTPRequest::HTTP_POST, base_ + "/publish/" + channel_ + query_);
    request.setContentType("text/plain; charset=utf-8");
    request.setContentLength64(static_cast<Poco::Int64>(text.size()));
    session->sendRequest(request) << text << std::flush;
    net::HTTPResponse response;
    auto& body = session->receiveResponse(response);
    expectOk(response, body);
  }

  void open() {
    stream_ = connector_.session({kTimeout, kTimeout});
    parser_.restart();
    auto request = connector_.request(net::HTTPRequest::HTTP_GET, base_ + "/subscribe/" + channel_ + query_);
    request.set("Accept", "text/event-stream");
    if (!parser_.lastEventId().empty()) request.set("Last-Event-ID", parser_.lastEventId());
    stream_->sendRequest(request);
    net::HTTPResponse response;
    body_ = &stream_->receiveResponse(response);
    expectOk(response, *body_);
  }

  void expect(const std::string& text) {
    readUntil([&](const Event* event) { return event != nullptr && event->data == text; }, "the event");
  }

  /// Reads on until `enough` says so of an event, or of what was read (then without one).
  template <typename Enough>
  void readUntil(const Enough& enough, const std::string& what) {
    const auto end = Clock::now() + kTimeout;
    auto& bytes = *body_->rdbuf();
    bool found = false;
    const auto take = [&](const Event& event) {
      if (event.event == "gap") throw std::runtime_error("a gap: " + event.data);
      found = found || enough(&event);
    };
    while (!found && !enough(nullptr)) {
      if (Clock::now() > end) throw std::runtime_error("waited in vain for " + what);
      if (bytes.sgetc() == std::streambuf::traits_type::eof()) {
        throw std::runtime_error("the stream ended before " + what);
      }
      std::string piece(static_cast<std::size_t>(bytes.in_avail()), '\0');
      bytes.sgetn(piece.data(), static_cast<std::streamsize>(piece.size()));
      if (const auto fed = parser_.feed(piece, take); !fed) throw std::runtime_error(fed.error().text);
    }
  }

  const Connector& connector_;
  std::string base_;
  std::string query_;
  std::string channel_;
  std::string nonce_;
  EventParser parser_;
  std::unique_ptr<net::HTTPClientSession> stream_;
  std::istream* body_ = nullptr;  // of stream_
};

}  // namespace

Result<ProbeCommand> parseProbe(const std::vector<std::string>& positional,
                                const std::map<std::string, std::string>& flags) {
  const auto wrong = [](const std::string& text) { return Error{Code::InvalidArgument, "probe: " + text}; };
  if (positional.size() != 1) return wrong("expected one URL");
  auto url = parseUrl(positional[0]);
  if (!url) return wrong(url.error().text);
  auto access = parseAccess(*url, flags);
  if (!access) return wrong(access.error().text);
  ProbeCommand command{*std::move(url), "", *std::move(access)};
  const auto channel = flags.find("round-trip");
  if (channel == flags.end()) return command;
  if (channel->second.empty()) return wrong("--round-trip: expected a channel, got none");
  command.round_trip = channel->second;
  return command;
}

int runProbe(const ProbeCommand& command, std::ostream& out, std::ostream& err) {
  const auto fail = [&](const std::string& why) {
    err << "probe: " << command.url.shown() << ": " << why << std::endl;
    return 1;
  };
  const Connector connector(command.url, command.access);
  try {
    if (command.round_trip.empty()) {
      ask(connector);
    } else {
      RoundTrip(connector, command.round_trip).run(out);
    }
    return 0;
  } catch (const Poco::Exception& problem) {
    return fail(problem.displayText());
  } catch (const std::runtime_error& problem) {
    return fail(problem.what());
  }
}

}  // namespace sse::client
