#include "server/http_server.h"

#include "core/server/world.h"

using namespace sse;
using test::Client;
using test::get;
using test::post;
using test::ServerWorld;

TEST_CASE("connections over the limit are read and marked, those beyond the reserve wait") {
  ServerWorld world({}, {.connections = 1, .per_address = 0, .reserve = 1});
  auto first = world.connect();
  Client second(world.port);
  second.send(get("/second"));
  REQUIRE(second.readToEnd());
  CHECK(second.text.find("Connection: close") != std::string::npos);
  CHECK(world.metrics.overload_connections.value() == 1);
  first.close();
  auto third = world.connect();
}

TEST_CASE("accepting pauses when there is no room and goes on when there is") {
  ServerWorld world({}, {.connections = 1, .per_address = 0, .reserve = 0});
  auto first = world.connect();
  Client second(world.port);
  second.send(get("/second"));
  world.waitFor([&] { return world.metrics.accept_paused.value() > 0; });
  world.on([&] { CHECK(world.answers.seen.size() == 1); });
  first.close();
  CHECK(second.readUntil("GET /second []"));
  CHECK(world.log.lines("accept-paused").size() >= 1);
}

TEST_CASE("connections of one address are counted") {
  ServerWorld world({}, {.connections = 0, .per_address = 1, .reserve = 1});
  auto first = world.connect();
  Client second(world.port);
  second.send(get("/x"));
  REQUIRE(second.readToEnd());
  CHECK(world.metrics.overload_per_address.value() == 1);
  CHECK(world.metrics.overload_connections.value() == 0);
}

TEST_CASE("what is far over the limit of its address is closed at once, and counted") {
  ServerWorld world({}, {.connections = 2, .per_address = 1, .reserve = 1, .address_reserve = 1});
  auto first = world.connect();
  const Client second(world.port);
  Client third(world.port);
  CHECK(third.readToEnd());
  CHECK(third.text.empty());
  CHECK(world.metrics.overload_per_address.value() == 2);
  CHECK(world.metrics.accept_paused.value() == 0);
}

TEST_CASE("a listener without room does not pause another") {
  net::Admission own({.connections = 1, .per_address = 0, .reserve = 0});
  ServerWorld world({}, {.connections = 1, .per_address = 0, .reserve = 0});
  std::uint16_t admin = 0;
  world.on([&] { world.server.listen(ServerWorld::listener(admin), own, true); });
  auto first = world.connect();
  const Client second(world.port);
  world.waitFor([&] { return world.metrics.accept_paused.value() > 0; });
  Client probe(admin);
  probe.send(get("/livez"));
  CHECK(probe.readUntil("GET /livez []"));
  const Client another(admin);
  world.waitFor([&] { return world.log.lines("accept-paused").size() == 2; });
  CHECK(world.log.lines("accept-paused")[0].text.starts_with("limits.connections: 1 are open"));
  CHECK(world.log.lines("accept-paused")[1].text.starts_with("admin.port: 1 connections are open"));
}

TEST_CASE("a draining server ends idle connections at once") {
  ServerWorld world;
  auto client = world.connect();
  std::promise<void> done;
  world.on([&] { world.server.drain([&] { done.set_value(); }); });
  CHECK(client.readToEnd());
  done.get_future().wait();
  CHECK(client.text.empty());
}

TEST_CASE("a draining server answers the request that is under way, then closes") {
  ServerWorld world;
  auto client = world.connect();
  const auto request = post("/work", "two halves");
  client.send(request.substr(0, request.size() - 6));
  world.on([] {});
  std::promise<void> done;
  world.on([&] { world.server.drain([&] { done.set_value(); }); });
  client.send(request.substr(request.size() - 6));
  REQUIRE(client.readToEnd());
  CHECK(client.text.find("POST /work [two halves]") != std::string::npos);
  CHECK(client.text.find("Connection: close") != std::string::npos);
  done.get_future().wait();
}

TEST_CASE("a draining server answers the publishes of this turn") {
  ServerWorld world;
  auto client = world.connect();
  // On the loop, so that the request is read in the very turn whose posted calls begin to drain.
  std::promise<void> done;
  world.on([&] {
    client.send(post("/now", "x"));
    world.loop.post([&] { world.server.drain([&] { done.set_value(); }); });
  });
  REQUIRE(client.readToEnd());
  done.get_future().wait();
  CHECK(client.text.find("POST /now [x]") != std::string::npos);
}

TEST_CASE("a draining server waits for the answers that are held back") {
  ServerWorld world;
  auto client = world.connect();
  client.send(get("/hold"));
  world.waitForHeld();
  std::promise<void> done;
  world.on([&] { world.server.drain([&] { done.set_value(); }); });
  world.on([&] {
    auto* connection = world.server.find(world.answers.held);
    connection->respond(200, "text/plain", "held");
    world.server.answered(*connection);
  });
  REQUIRE(client.readToEnd());
  CHECK(client.text.find("held") != std::string::npos);
  done.get_future().wait();
}

TEST_CASE("closing the listeners first takes who waits in their queues") {
  ServerWorld world;
  std::vector<Client> clients;
  world.on([&] {
    for (int i = 0; i < 5; ++i) clients.emplace_back(world.port);
    world.server.closeListeners();
    CHECK(world.server.size() == 5);
  });
  for (auto& client : clients) {
    client.send(get("/queued"));
    CHECK(client.readUntil("GET /queued []"));
  }
}

TEST_CASE("listeners can be closed though room runs out at the second one") {
  ServerWorld world({}, {.connections = 1, .per_address = 0, .reserve = 0});
  std::uint16_t admin = 0;
  world.on([&] {
    world.server.listen(ServerWorld::listener(admin), world.admission, true);
    Client one(admin);
    Client two(admin);
    world.server.closeListeners();
    CHECK(world.server.size() == 1);
  });
}

TEST_CASE("the date is made once a second") {
  ServerWorld world;
  world.on([&] {
    const auto& date = world.server.date();
    CHECK(date.ends_with(" GMT"));
    CHECK(date.size() == 29);
    CHECK(&world.server.date() == &date);
  });
}
