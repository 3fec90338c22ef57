#include <algorithm>
#include <cerrno>

#include "core/net/tls_world.h"
#include "net/certificate_names.h"
#include "support/terminal.h"

using namespace sse;
using namespace sse::test;

namespace {

constexpr const char* kNamed = "-subj /CN=node -addext subjectAltName=DNS:nodes.example,IP:127.0.0.1";

struct World {
  Certificates files;
  std::string own = files.make("own.pem", kNamed);

  [[nodiscard]] std::shared_ptr<const net::TlsContext> context(bool ask_clients = false) const {
    net::TlsSettings settings;
    settings.certificates = {own};
    settings.keys = {own + ".key"};
    settings.protocols = {"h2", "http/1.1"};
    if (ask_clients) settings.client_cas = {own};
    auto made = net::TlsContext::create(settings);
    REQUIRE(made.ok());
    return *made;
  }

  [[nodiscard]] std::shared_ptr<const TlsClient> client(bool with_certificate = false) const {
    TlsClientSettings settings;
    settings.options = "relay";
    settings.ca_file = own;
    if (with_certificate) settings.client_certificate = own, settings.client_key = own + ".key";
    auto made = net::TlsConnector::create(settings);
    REQUIRE(made.ok());
    return *made;
  }
};

/// Everything that the server sends arrives; the client reads into `room` bytes at a time and never asks the descriptor
/// before a read comes back short.
std::string readAll(Stream& stream, std::size_t room) {
  std::string all;
  std::vector<char> into(room);
  for (;;) {
    const auto got = stream.read(into);
    REQUIRE(got.ok());
    all.append(into.data(), *got);
    if (*got < room) return all;
  }
}

}  // namespace

TEST_CASE("a client of plugins and the port shake hands by http/1.1") {
  const World world;
  TlsPair pair(world.context(), *world.client(), "nodes.example");
  const auto done = pair.shakeHands();
  REQUIRE(done.ok());
  REQUIRE(write(*pair.client, "hello") == 5);
  std::array<char, 16> into{};
  CHECK(pair.server.receive(into) == 5);
  CHECK(pair.server.tls->protocol() == "http/1.1");
  CHECK(pair.server.tls->clientCertificate() == nullptr);
  CHECK(pair.server.send("welcome") == 7);
  CHECK(readAll(*pair.client, 64) == "welcome");
}

TEST_CASE("bytes that TLS holds are read without a word of the descriptor") {
  const World world;
  TlsPair pair(world.context(), *world.client(), "127.0.0.1");
  REQUIRE(pair.shakeHands().ok());
  std::array<char, 1> nothing{};
  CHECK(pair.server.receive(nothing) == -1);
  const std::string sent(40'000, 'x');
  REQUIRE(pair.server.send(sent) == static_cast<ssize_t>(sent.size()));
  CHECK(readAll(*pair.client, 1000) == sent);
}

TEST_CASE("what a full socket did not take comes once and in order when it comes again") {
  const World world;
  TlsPair pair(world.context(), *world.client(), "nodes.example");
  REQUIRE(pair.shakeHands().ok());
  std::string sent;
  for (int i = 0; sent.size() < 3'000'000; ++i) sent += std::to_string(i) + ",";
  std::string got;
  std::vector<char> into(70'000);
  int refused = 0;
  for (std::size_t at = 0; at < sent.size() || got.size() < sent.size();) {
    const auto taken = write(*pair.client, std::string_view(sent).substr(at));
    at += taken;
    refused += taken == 0 ? 1 : 0;
    const auto came = pair.server.receive(into);
    if (came > 0) got.append(into.data(), static_cast<std::size_t>(came));
    REQUIRE((came > 0 || errno == EAGAIN));
  }
  CHECK(refused > 0);
  CHECK(got == sent);
}

TEST_CASE("a certificate of somebody else, or of another name, is not accepted") {
  World world;
  const auto other = world.files.make("other.pem", kNamed);
  TlsClientSettings settings;
  settings.ca_file = other;
  const auto stranger = net::TlsConnector::create(settings);
  TlsPair untrusted(world.context(), **stranger, "nodes.example");
  const auto first = untrusted.shakeHands();
  REQUIRE(!first.ok());
  CHECK(first.error().code == Code::Unauthenticated);
  CHECK(first.error().text.find("certificate is not accepted") != std::string::npos);
  std::array<char, 1> nothing{};
  CHECK(untrusted.server.receive(nothing) == -1);
  CHECK(errno == EPROTO);
  CHECK(untrusted.server.tls->distrusted());

  for (const auto* name : {"else.example", "127.0.0.2", "example"}) {
    CAPTURE(name);
    TlsPair misnamed(world.context(), *world.client(), name);
    const auto second = misnamed.shakeHands();
    REQUIRE(!second.ok());
    CHECK(second.error().code == Code::Unauthenticated);
    CHECK(second.error().text.find(std::string("mismatch, expected ") + name) != std::string::npos);
  }
}

TEST_CASE("who answers without TLS is told apart, and so is who closes") {
  const World world;
  TlsPair plain(nullptr, *world.client(), "nodes.example");
  REQUIRE(plain.client->handshake().ok());
  REQUIRE(plain.server.send("HTTP/1.1 400 Bad Request\r\n\r\n") > 0);
  const auto answered = plain.client->handshake();
  REQUIRE(!answered.ok());
  CHECK(answered.error().code == Code::Unsupported);

  TlsPair closing(nullptr, *world.client(), "nodes.example");
  REQUIRE(closing.client->handshake().ok());
  closing.server.fd.reset();
  const auto closed = closing.client->handshake();
  REQUIRE(!closed.ok());
  CHECK(closed.error().code == Code::System);
}

TEST_CASE("a client's certificate is described by its subject and its names") {
  const World world;
  TlsPair pair(world.context(true), *world.client(true), "nodes.example");
  REQUIRE(pair.shakeHands().ok());
  std::array<char, 1> nothing{};
  CHECK(pair.server.receive(nothing) == -1);
  const auto* shown = pair.server.tls->clientCertificate();
  REQUIRE(shown != nullptr);
  CHECK(shown->names == std::vector<std::string>{"CN=node", "DNS:nodes.example", "IP:127.0.0.1"});
  const auto left = shown->expires - std::chrono::system_clock::now();
  CHECK(left > std::chrono::hours(47));
  CHECK(left < std::chrono::hours(49));
}

TEST_CASE("a certificate that its authority did not sign is refused, and the client learns it") {
  World world;
  const auto other = world.files.make("other.pem", kNamed);
  TlsClientSettings settings;
  settings.ca_file = world.own;
  settings.client_certificate = other;
  settings.client_key = other + ".key";
  const auto client = net::TlsConnector::create(settings);
  TlsPair pair(world.context(true), **client, "nodes.example");
  REQUIRE(pair.shakeHands().ok());  // by TLS 1.3 the client is done first
  std::array<char, 64> into{};
  CHECK(pair.server.receive(into) == -1);
  CHECK(errno == EPROTO);
  CHECK(pair.server.tls->failure().find("certificate is not accepted") != std::string::npos);
  const auto told = pair.client->read(into);
  REQUIRE(!told.ok());
  CHECK(told.error().code == Code::Unauthenticated);
  CHECK(told.error().text.find("the other side refused: ") != std::string::npos);
}

TEST_CASE("a client that writes to who refused it and closed is told of the refusal") {
  World world;
  const auto other = world.files.make("other.pem", kNamed);
  const auto client =
      net::TlsConnector::create(net::TlsTerms{.ca_file = world.own, .shown = {"", other, "", other + ".key"}});
  TlsPair pair(world.context(true), **client, "nodes.example");
  REQUIRE(pair.shakeHands().ok());
  std::array<char, 64> into{};
  REQUIRE(pair.server.receive(into) == -1);
  pair.server.fd.reset();
  std::string bytes = "hello";
  const iovec part{bytes.data(), bytes.size()};
  const auto told = pair.client->write(std::span(&part, 1));
  REQUIRE(!told.ok());
  CHECK(told.error().code == Code::Unauthenticated);
  CHECK(told.error().text.find("the other side refused: ") != std::string::npos);
}

TEST_CASE("a client that checks nothing takes any certificate") {
  World world;
  const auto foreign = world.files.make("foreign.pem", "-subj /CN=other");
  const auto client = net::TlsConnector::create(net::TlsTerms{.ca_file = foreign, .check = net::TlsCheck::Nothing});
  TlsPair pair(world.context(), **client, "unknown.example");
  CHECK(pair.shakeHands().ok());
  const auto strict = net::TlsConnector::create(net::TlsTerms{.ca_file = foreign});
  TlsPair refused(world.context(), **strict, "nodes.example");
  CHECK(!refused.shakeHands().ok());
}

TEST_CASE("files that cannot be used are named together with their options") {
  const World world;
  const auto problem = [](const TlsClientSettings& settings) {
    const auto made = net::TlsConnector::create(settings);
    REQUIRE(!made.ok());
    CHECK(made.error().code == Code::InvalidArgument);
    return made.error().text;
  };
  CHECK(problem({.options = "relay", .ca_file = "/nowhere"}) == "relay.ca_file: /nowhere: No such file or directory");
  CHECK(problem({.options = "relay", .client_certificate = world.own}).starts_with("relay.client_key: expected it"));
  CHECK(problem({.options = "relay", .client_certificate = world.own, .client_key = world.own})
            .starts_with("relay.client_key: " + world.own));
}

TEST_CASE("a file of the port that cannot be read is told as the system tells it") {
  const World world;
  net::TlsSettings port;
  port.certificates = {"/nowhere"};
  port.keys = {world.own};
  CHECK(net::TlsContext::create(port).error().text == "tls.certificate: /nowhere: No such file or directory");
}

TEST_CASE("an encrypted key is refused in words, and nobody is asked for its pass phrase") {
  const World world;
  const Terminal terminal;
  for (const auto* how : {"pkcs8 -topk8", "ec -aes256"}) {
    CAPTURE(how);
    const auto key = Certificates::encrypt(world.own, how);
    const auto what = key + ": the key is encrypted; expected one without a pass phrase";
    net::TlsSettings port;
    port.certificates = {world.own};
    port.keys = {key};
    const auto served = net::TlsContext::create(port);
    REQUIRE(!served.ok());
    CHECK(served.error().text == "tls.key: " + what);
    TlsClientSettings peers;
    peers.options = "relay";
    peers.client_certificate = world.own;
    peers.client_key = key;
    const auto shown = net::TlsConnector::create(peers);
    REQUIRE(!shown.ok());
    CHECK(shown.error().text == "relay.client_key: " + what);
  }
  CHECK(terminal.asked() == 0);
}

TEST_CASE("what is wrong with a key beside its encryption is told as ever") {
  World world;
  const auto other = world.files.make("other.pem", kNamed);
  net::TlsSettings port;
  port.certificates = {world.own};
  port.keys = {other + ".key"};
  CHECK(net::TlsContext::create(port).error().text.ends_with("expected the key of " + world.own + ", got another one"));
}
