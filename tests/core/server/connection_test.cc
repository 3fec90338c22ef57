#include "server/connection.h"

#include "core/server/world.h"

using namespace sse;
using test::Client;
using test::get;
using test::post;
using test::ServerWorld;

namespace {

/// The places of `parts` in `text`, in this order.
bool inOrder(const std::string& text, const std::vector<std::string>& parts) {
  std::size_t at = 0;
  for (const auto& part : parts) {
    at = text.find(part, at);
    if (at == std::string::npos) return false;
    at += part.size();
  }
  return true;
}

}  // namespace

TEST_CASE("pipelined requests are answered in their order, also where some answers come late in the turn") {
  ServerWorld world;
  Client client(world.port);
  client.send(post("/1", "a") + get("/2") + post("/3", "c") + post("/4", "d") + get("/5"));
  REQUIRE(client.readUntil("[", 5));
  CHECK(inOrder(client.text, {"POST /1 [a]", "GET /2 []", "POST /3 [c]", "POST /4 [d]", "GET /5 []"}));
}

TEST_CASE("a request may come byte by byte") {
  ServerWorld world;
  Client client(world.port);
  for (const char c : post("/slow", "body", "Content-Type: text/plain\r\n")) client.send({&c, 1});
  CHECK(client.readUntil("POST /slow [body]"));
}

TEST_CASE("a chunked body may come in pieces, with another request behind") {
  ServerWorld world;
  Client client(world.port);
  const std::string request =
      "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n" +
      get("/next");
  SUBCASE("all at once") { client.send(request); }
  SUBCASE("byte by byte") {
    for (const char c : request) client.send({&c, 1});
  }
  REQUIRE(client.readUntil("GET /next []"));
  CHECK(inOrder(client.text, {"POST /c [abcde]", "GET /next []"}));
}

TEST_CASE("two chunked bodies on one connection do not mix") {
  ServerWorld world;
  Client client(world.port);
  const std::string head = "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  client.send(head + "1\r\na\r\n");
  client.send("0\r\n\r\n" + head + "1\r\n");
  client.send("b\r\n0\r\n\r\n");
  REQUIRE(client.readUntil("[", 2));
  CHECK(inOrder(client.text, {"[a]", "[b]"}));
}

TEST_CASE("who expects it is told to continue, behind the answers that are due") {
  ServerWorld world;
  Client client(world.port);
  const std::string expecting = "POST /e HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";
  client.send(post("/first", "x") + expecting);
  REQUIRE(client.readUntil("100 Continue\r\n\r\n"));
  client.send("body");
  REQUIRE(client.readUntil("POST /e [body]"));
  CHECK(inOrder(client.text, {"POST /first [x]", "100 Continue", "POST /e [body]"}));
  client.send(post("/whole", "w", "Expect: 100-continue\r\n"));
  REQUIRE(client.readUntil("POST /whole [w]"));
  CHECK(client.text.find("100 Continue", client.text.find("/e")) == std::string::npos);
}

TEST_CASE("a body over the limit is refused with 413 and the connection closed") {
  server::ServerSettings settings;
  settings.body = 10;
  ServerWorld world(settings);
  Client client(world.port);
  SUBCASE("announced") { client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n"); }
  SUBCASE("in chunks") {
    client.send("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n");
  }
  REQUIRE(client.readToEnd());
  CHECK(client.text.starts_with("HTTP/1.1 413 "));
  CHECK(inOrder(client.text, {"Connection: close", "body: "}));
  CHECK(world.metrics.bad_requests.value() == 1);
  world.on([&] { CHECK(world.answers.seen.empty()); });
}

TEST_CASE("a body at the limit is taken") {
  server::ServerSettings settings;
  settings.body = 10;
  ServerWorld world(settings);
  Client client(world.port);
  client.send(post("/x", "0123456789"));
  CHECK(client.readUntil("[0123456789]"));
}

TEST_CASE("a head over the limit is refused with 431") {
  server::ServerSettings settings;
  settings.headers = 300;
  ServerWorld world(settings);
  Client client(world.port);
  client.send(get("/ok"));
  client.send(get("/x", "X-Long: " + std::string(400, 'l') + "\r\n"));
  REQUIRE(client.readToEnd());
  CHECK(inOrder(client.text, {"GET /ok []", "HTTP/1.1 431 "}));
}

TEST_CASE("a request that cannot be read is answered without the lines of the one before") {
  ServerWorld world;
  Client client(world.port);
  client.send(get("/lines"));
  SUBCASE("malformed") { client.send("nonsense\r\n\r\n"); }
  SUBCASE("too large") { client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999\r\n\r\n"); }
  REQUIRE(client.readToEnd());
  CHECK(inOrder(client.text, {"X-Lines: /lines\r\n", "GET /lines []", "HTTP/1.1 4"}));
  CHECK(client.text.find("X-Lines", client.text.find("HTTP/1.1 4")) == std::string::npos);
}

TEST_CASE("a malformed request is refused with 400 behind the answers that are due, and ends the connection") {
  ServerWorld world;
  Client client(world.port);
  client.send(post("/first", "x") + "nonsense\r\n\r\n" + get("/never"));
  REQUIRE(client.readToEnd());
  CHECK(inOrder(client.text, {"POST /first [x]", "HTTP/1.1 400 ", "application/problem+json"}));
  CHECK(client.text.find("/never") == std::string::npos);
}

TEST_CASE("the answer to a refused request arrives though its body is never read") {
  server::ServerSettings settings;
  settings.body = 10;
  ServerWorld world(settings);
  Client client(world.port);
  client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 500000\r\n\r\n");
  const std::string rest(100'000, 'r');
  for (int i = 0; i < 5; ++i) client.send(rest);
  CHECK(client.readToEnd());
  CHECK(client.text.starts_with("HTTP/1.1 413 "));
}

TEST_CASE("a request that does not come in time is answered with 408, a silent connection is closed") {
  server::ServerSettings settings;
  settings.header_time_ms = settings.body_time_ms = 50;
  ServerWorld world(settings);
  Client client(world.port);
  std::string expected = "HTTP/1.1 408 ";
  SUBCASE("half a head") { client.send("GET /x HT"); }
  SUBCASE("half a body") { client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf"); }
  SUBCASE("half a chunk") { client.send("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha"); }
  SUBCASE("nothing") { expected = ""; }
  REQUIRE(client.readToEnd());
  CHECK(client.text.starts_with(expected));
  CHECK(client.text.empty() == expected.empty());
  CHECK(world.metrics.timeouts.value() >= 1);
}

TEST_CASE("dribbling bytes does not buy time") {
  server::ServerSettings settings;
  settings.header_time_ms = 150;
  ServerWorld world(settings);
  Client client(world.port);
  const auto begin = Clock::now();
  std::thread reader([&] { client.readUntil("408"); });
  client.send("GET /");
  while (world.metrics.timeouts.value() == 0 && Clock::now() < begin + std::chrono::seconds(10)) {
    client.send("x");
    world.on([] {});
  }
  reader.join();
  CHECK(Clock::now() < begin + std::chrono::seconds(10));
}

TEST_CASE("an idle connection is closed after its time") {
  server::ServerSettings settings;
  settings.idle_time_ms = 50;
  ServerWorld world(settings);
  auto client = world.connect();
  CHECK(client.readToEnd());
  CHECK(client.text.empty());
}

TEST_CASE("who sends no more still gets its answers, then the connection closes") {
  ServerWorld world;
  auto client = world.connect();
  std::string requests = post("/1", "a") + get("/2");
  SUBCASE("in one packet with the end") {}
  SUBCASE("where the requests fill the read buffer exactly") {
    const std::string fixed = post("/1", std::string(60'000, 'x'));
    requests = post("/1", std::string(60'000 + 65'536 - fixed.size(), 'x'));
    REQUIRE(requests.size() == 65'536);
  }
  // On the loop, so that requests and end are there together when it looks.
  world.on([&] {
    client.send(requests);
    client.endSending();
  });
  REQUIRE(client.readToEnd());
  CHECK(client.text.find("POST /1 [") != std::string::npos);
  CHECK((requests.size() == 65'536 || client.text.find("GET /2 []") != std::string::npos));
}

TEST_CASE("who sends no more gets the answer that was held back") {
  ServerWorld world;
  auto client = world.connect();
  client.send(get("/hold"));
  client.endSending();
  world.waitForHeld();
  world.on([&] {
    auto* connection = world.server.find(world.answers.held);
    REQUIRE(connection != nullptr);
    connection->respond(200, "text/plain", "late");
    world.server.answered(*connection);
  });
  REQUIRE(client.readToEnd());
  CHECK(client.text.find("late") != std::string::npos);
}

TEST_CASE("HTTP/1.0 closes after the answer unless it asks to keep the connection") {
  ServerWorld world;
  Client client(world.port);
  client.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  REQUIRE(client.readUntil("GET /1 []"));
  CHECK(client.text.find("Connection: keep-alive") != std::string::npos);
  client.send("GET /2 HTTP/1.0\r\n\r\n");
  REQUIRE(client.readToEnd());
  CHECK(client.text.find("GET /2 []") != std::string::npos);
}

TEST_CASE("a request that closes the connection is the last one answered") {
  ServerWorld world;
  Client client(world.port);
  client.send(post("/1", "a") + get("/2", "Connection: close\r\n") + get("/3"));
  REQUIRE(client.readToEnd());
  CHECK(inOrder(client.text, {"POST /1 [a]", "Connection: close", "GET /2 []"}));
  CHECK(client.text.find("/3") == std::string::npos);
}

TEST_CASE("HEAD is answered with the head alone") {
  ServerWorld world;
  Client client(world.port);
  client.send("HEAD /h HTTP/1.1\r\nHost: h\r\n\r\n" + get("/next"));
  REQUIRE(client.readUntil("GET /next []"));
  CHECK(client.text.find("HEAD /h") == std::string::npos);
  CHECK(client.text.find("Content-Length: 10\r\n") != std::string::npos);
}

TEST_CASE("no request is looked at while an answer is held back") {
  ServerWorld world;
  Client client(world.port);
  client.send(get("/hold") + get("/after"));
  client.send(get("/later"));
  world.waitForHeld();
  world.on([&] {
    CHECK(world.answers.seen == std::vector<std::string>{"GET /hold"});
    auto* connection = world.server.find(world.answers.held);
    connection->respond(200, "text/plain", "held");
    world.server.answered(*connection);
  });
  REQUIRE(client.readUntil("GET /later []"));
  CHECK(inOrder(client.text, {"held", "GET /after []", "GET /later []"}));
}

TEST_CASE("a connection that is gone is not found again under its old name") {
  ServerWorld world;
  Client client(world.port);
  client.send(get("/hold"));
  world.waitForHeld();
  server::ConnectionId id;
  world.on([&] { id = world.answers.held; });
  world.on([&] {
    auto* connection = world.server.find(id);
    connection->wholeConnection()->closeSoon();
    connection->respond(200, "text/plain", "");
    world.server.answered(*connection);
  });
  client.endSending();
  REQUIRE(client.readToEnd());
  auto next = world.connect();
  world.on([&] { CHECK(world.server.find(id) == nullptr); });
}

TEST_CASE("a client that reads late gets every byte of many answers") {
  ServerWorld world;
  Client client(world.port);
  std::string requests;
  for (int i = 0; i < 40; ++i) requests += get("/big") + get("/small" + std::to_string(i));
  client.send(requests);
  REQUIRE(client.readUntil("GET /small39 []"));
  std::vector<std::string> expected;
  for (int i = 0; i < 40; ++i) expected.push_back("b" + std::string("GET /big []HTTP/1.1 200 OK"));
  CHECK(inOrder(client.text, expected));
  CHECK(client.text.size() > 40 * 300'000);
}

TEST_CASE("who takes a socket over gets the answers still due and what came behind the request") {
  ServerWorld world;
  Client client(world.port);
  client.send(post("/due", "x") + get("/detach") + "behind");
  world.waitFor([&] { return !world.answers.received.empty(); });
  world.on([&] {
    CHECK(world.answers.unsent.find("POST /due [x]") != std::string::npos);
    CHECK(world.answers.received == "behind");
    CHECK(world.server.size() == 0);
    CHECK(world.admission.open() == 1);
    world.loop.remove(world.answers.socket.fd.get());
    world.answers.socket = {};
    CHECK(world.admission.open() == 0);
  });
  CHECK(client.readToEnd());
}
