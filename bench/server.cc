#include "bench/server.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "bench/bearer.h"
#include "bench/sockets.h"

namespace sse::bench {

namespace {

constexpr int kStartSeconds = 15;

std::string makeFolder() {
  std::string folder = (std::filesystem::temp_directory_path() / "sse-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) throw std::system_error(errno, std::generic_category(), "mkdtemp " + folder);
  return folder;
}

std::string nginxConfig(const std::string& folder, uint16_t port, const std::string& module) {
  std::string text = "load_module " + module + ";\ndaemon off;\nworker_processes 1;\nworker_rlimit_nofile 20000;\n";
  if (geteuid() == 0) text += "user root;\n";
  text += "pid " + folder + "/nginx.pid;\nerror_log stderr error;\n";
  // More than there can be descriptors: nginx closes waiting connections when the last sixteenth of these is in use.
  text += "events { worker_connections 24000; use epoll; multi_accept on; }\nhttp {\n  access_log off;\n";
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    text += std::string("  ") + kind + "_temp_path " + folder + "/" + kind + ";\n";
  }
  text += R"(  tcp_nodelay on;
  keepalive_requests 1000000000;
  nchan_shared_memory_size 2048M;
  nchan_message_buffer_length 1000;
  nchan_message_timeout 10m;
  nchan_store_messages on;
  server {
)";
  text += "    listen 127.0.0.1:" + std::to_string(port) + " backlog=4096;\n";
  text += R"(    location = /readyz { return 200; }
    location ~ ^/subscribe/(.+)$ {
      nchan_subscriber eventsource;
      nchan_subscriber_first_message newest;
      nchan_channel_id $1;
    }
    location ~ ^/publish/(.+)$ { nchan_publisher; nchan_channel_id $1; client_body_buffer_size 64k; }
  }
}
)";
  return text;
}

nlohmann::json gossipConfig(uint16_t gossip_port, uint16_t join) {
  nlohmann::json config = {{"bind", "127.0.0.1"}, {"port", gossip_port}};
  if (join != 0) config["hosts"] = {"127.0.0.1:" + std::to_string(join)};
  return config;
}

std::string ourConfig(uint16_t port, uint16_t gossip_port, const std::string& plugins, const Neighbours& neighbours) {
  nlohmann::json config = {
      {"node", {{"name", "bench-" + std::to_string(port)}}},
      {"http", {{"address", "127.0.0.1"}, {"port", port}, {"threads", 1}}},
      {"discovery", {neighbours.gossips ? "gossip" : "hosts"}},
      {"transport", "relay"},
      {"auth", {"open"}},
  };
  if (neighbours.gossips) config["gossip"] = gossipConfig(gossip_port, neighbours.join);
  for (const uint16_t peer : neighbours.peers) config["hosts"]["peers"].push_back("127.0.0.1:" + std::to_string(peer));
  if (!neighbours.trusts.empty()) config["relay"] = {{"ca_file", neighbours.trusts}, {"server_name", "bench"}};
  if (!plugins.empty()) config["plugins"]["path"] = {plugins};
  return config.dump(2);
}

void makeCertificate(const std::string& certificate, const std::string& key) {
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=bench -addext "
      "subjectAltName=DNS:bench -out " +
      certificate + " -keyout " + key + " 2>/dev/null";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("tls: openssl made no certificate");
}

bool answers(uint16_t port) {
  try {
    const int fd = connectTo(port);
    const timeval limit{1, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sendAll(fd, "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    std::string head(256, '\0');
    const ssize_t got = recv(fd, head.data(), head.size(), 0);
    closeHard(fd);
    return got > 0 && head.starts_with("HTTP/1.1 200");
  } catch (const std::system_error&) {
    return false;
  }
}

}  // namespace

bool Programs::has(ServerKind kind) const {
  const auto executable = [](const std::string& path) { return access(path.c_str(), X_OK) == 0; };
  switch (kind) {
    case ServerKind::Floor: return executable(floor);
    case ServerKind::Nchan: return executable(nginx) && access(nchan_module.c_str(), R_OK) == 0;
    case ServerKind::Ours: return executable(ours);
  }
  return false;
}

Server::Server(ServerKind kind, const Programs& programs, int cpu, Neighbours neighbours, Front front)
    : kind_(kind),
      programs_(programs),
      cpu_(cpu),
      neighbours_(std::move(neighbours)),
      port_(freePort()),
      gossip_port_(freePort()),
      front_(front),
      health_port_(front == Front::Tls ? freePort() : port_),
      folder_(makeFolder()) {
  try {
    process_ = std::make_unique<Process>(prepare(), cpu, path("output"));
    awaitAnswer();
    process_->refresh();
  } catch (...) {
    process_.reset();
    std::filesystem::remove_all(folder_);
    throw;
  }
}

Server::~Server() {
  process_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::unique_ptr<Server> Server::follower() const {
  Neighbours neighbours{.peers = {port_}};
  if (front_ == Front::Tls) neighbours.trusts = path("tls.pem");
  return std::unique_ptr<Server>(new Server(kind_, programs_, cpu_, std::move(neighbours), front_));
}

std::unique_ptr<Server> Server::gossiper(uint16_t join) const {
  return std::unique_ptr<Server>(new Server(kind_, programs_, cpu_, Neighbours{.gossips = true, .join = join}));
}

std::unique_ptr<Server> Server::secured() const {
  return std::unique_ptr<Server>(new Server(kind_, programs_, cpu_, Neighbours(), Front::Tls));
}

std::unique_ptr<Server> Server::guarded() const {
  return std::unique_ptr<Server>(new Server(kind_, programs_, cpu_, Neighbours(), Front::Jwt));
}

std::vector<std::string> Server::ourCommand() const {
  std::ofstream(path("config.json")) << ourConfig(port_, gossip_port_, programs_.plugins, neighbours_);
  std::vector<std::string> command = {programs_.ours, "start", "--config", path("config.json")};
  std::vector<std::string> more;
  if (front_ == Front::Jwt) more = {"--auth", "jwt", "--jwt.secret", std::string(kJwtSecret)};
  if (front_ == Front::Tls) {
    makeCertificate(path("tls.pem"), path("tls.key"));
    more = {"--tls.certificate", path("tls.pem"), "--tls.key",
            path("tls.key"),     "--admin.port",  std::to_string(health_port_)};
  }
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

std::vector<std::string> Server::prepare() const {
  switch (kind_) {
    case ServerKind::Floor: return {programs_.floor, std::to_string(port_)};
    case ServerKind::Nchan:
      std::ofstream(path("nginx.conf")) << nginxConfig(folder_, port_, programs_.nchan_module);
      return {programs_.nginx, "-p", folder_, "-e", "stderr", "-c", path("nginx.conf")};
    case ServerKind::Ours: return ourCommand();
  }
  return {};
}

void Server::awaitAnswer() {
  const int64_t limit = nowNs() + int64_t{kStartSeconds} * 1'000'000'000;
  while (!answers(health_port_)) {
    if (!process_->alive() || nowNs() > limit) {
      throw std::runtime_error(std::string(nameOf(kind_)) + ": does not answer; its output:\n" + output());
    }
    usleep(20'000);
  }
}

std::string Server::output() const {
  std::ifstream file(path("output"));
  std::string text((std::istreambuf_iterator<char>(file)), {});
  constexpr size_t kTail = 2000;
  return text.size() > kTail ? text.substr(text.size() - kTail) : text;
}

}  // namespace sse::bench
