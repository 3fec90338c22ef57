#include "discovery/dns/resolver.h"

#include <algorithm>
#include <arpa/inet.h>
#include <sys/time.h>

namespace sse::dns {
namespace {

constexpr int kClassIn = 1;
constexpr int kUdpSize = 1232;  // no fragments on any usual path
constexpr int kMaxDomains = 8;  // of the search list

Error failed(const char* what, int status) {
  return {Code::System, "dns: " + std::string(what) + ": " + ares_strerror(status)};
}

Reply::Kind kindOf(int status) {
  switch (status) {
    case ARES_ENODATA:
    case ARES_ENOTFOUND: return Reply::Kind::Nothing;
    case ARES_ETIMEOUT: return Reply::Kind::Silent;
    default: return Reply::Kind::Refused;
  }
}

bool holds(const Answer& answer, Type type) {
  if (type == Type::Srv) return !answer.services.empty();
  return std::any_of(answer.addresses.begin(), answer.addresses.end(),
                     [type](const Address& address) { return address.v6 == (type == Type::Aaaa); });
}

/// c-ares 1.18 goes on to the next server on SERVFAIL, NOTIMP and REFUSED, and in the end says that it reached none.
std::string textOf(int status) {
  return status == ARES_ECONNREFUSED ? "no DNS server can be reached, or each answers with a failure"
                                     : ares_strerror(status);
}

Reply replyOf(Type type, int status, const unsigned char* message, int length) {
  Reply reply;
  reply.kind = kindOf(status);
  reply.text = textOf(status);
  if (status != ARES_SUCCESS && reply.kind != Reply::Kind::Nothing) return reply;
  if (message == nullptr) return reply;
  auto answer = parseAnswer({message, static_cast<std::size_t>(length)});
  if (!answer) {
    reply.kind = Reply::Kind::Refused;
    reply.text = answer.error().text;
    return reply;
  }
  reply.answer = std::move(*answer);
  reply.kind = holds(reply.answer, type) ? Reply::Kind::Records : Reply::Kind::Nothing;
  if (status == ARES_SUCCESS) reply.text = "no records of this type";
  return reply;
}

}  // namespace

struct Resolver::Question {
  Resolver* resolver;
  Type type;
  Callback callback;
};

Result<std::unique_ptr<Resolver>> Resolver::make(Loop& loop, const std::optional<Server>& server, Patience patience) {
  std::unique_ptr<Resolver> resolver(new Resolver(loop, !server.has_value()));
  if (auto opened = resolver->open(patience); !opened) return std::move(opened).error();
  if (server) {
    if (auto used = resolver->use(*server); !used) return std::move(used).error();
  }
  return resolver;
}

Result<void> Resolver::open(Patience patience) {
  ares_options options{};
  options.flags = ARES_FLAG_EDNS;
  options.ednspsz = kUdpSize;
  options.timeout = static_cast<int>(patience.first.count());
  options.tries = patience.tries;
  options.sock_state_cb = &Resolver::onSocket;
  options.sock_state_cb_data = this;
  const int set = ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
  const int status = ares_init_options(&channel_, &options, set);
  if (status == ARES_SUCCESS) return {};
  channel_ = nullptr;
  return failed("cannot read the system's configuration", status);
}

Result<void> Resolver::use(const Server& server) {
  ares_addr_port_node node{};
  node.family = server.address.find(':') == std::string::npos ? AF_INET : AF_INET6;
  inet_pton(node.family, server.address.c_str(), &node.addr);
  node.udp_port = server.port;
  node.tcp_port = server.port;
  const int status = ares_set_servers_ports(channel_, &node);
  if (status != ARES_SUCCESS) return failed("cannot use dns.server", status);
  return {};
}

Resolver::~Resolver() {
  if (channel_ != nullptr) ares_destroy(channel_);
}

void Resolver::ask(const std::string& name, Type type, Callback callback) {
  auto* const question = new Question{this, type, std::move(callback)};
  ares_query(channel_, name.c_str(), kClassIn, static_cast<int>(type), &Resolver::onReply, question);
  arm();
}

std::vector<std::string> Resolver::candidates(const std::string& name) const {
  std::vector<std::string> domains;
  int ndots = 1;
  ares_options options{};
  int set = 0;
  if (system_ && ares_save_options(channel_, &options, &set) == ARES_SUCCESS) {
    for (int i = 0; i < std::min(options.ndomains, kMaxDomains); ++i) domains.emplace_back(options.domains[i]);
    ndots = options.ndots;
    ares_destroy_options(&options);
  }
  return searchNames(name, domains, ndots);
}

void Resolver::onSocket(void* self, ares_socket_t fd, int readable, int writable) {
  auto& resolver = *static_cast<Resolver*>(self);
  const auto interest = (readable != 0 ? kReadable : 0U) | (writable != 0 ? kWritable : 0U);
  if (interest == 0) {
    resolver.watches_.erase(fd);
    return;
  }
  resolver.watches_[fd] = resolver.loop_.watch(fd, interest, [&resolver, fd](std::uint32_t ready) {
    resolver.process((ready & kReadable) != 0 ? fd : ARES_SOCKET_BAD, (ready & kWritable) != 0 ? fd : ARES_SOCKET_BAD);
  });
}

void Resolver::onReply(void* question, int status, int, unsigned char* message, int length) {
  const std::unique_ptr<Question> asked(static_cast<Question*>(question));
  if (status == ARES_EDESTRUCTION) return;
  asked->resolver->replies_.emplace_back(std::move(asked->callback), replyOf(asked->type, status, message, length));
}

void Resolver::process(ares_socket_t readable, ares_socket_t writable) {
  ares_process_fd(channel_, readable, writable);
  while (!replies_.empty()) {
    auto [callback, reply] = std::move(replies_.front());
    replies_.pop_front();
    callback(std::move(reply));
  }
  arm();
}

/// Comes back when c-ares has a time limit to look at, or at once where a question ended while it was asked.
void Resolver::arm() {
  timeval left{};
  Duration wait{0};
  if (replies_.empty()) {
    if (ares_timeout(channel_, nullptr, &left) == nullptr) {
      timer_.cancel();
      return;
    }
    // Rounded up: a timer that comes too early would only come again.
    wait = std::chrono::seconds(left.tv_sec) + Duration(left.tv_usec / 1000 + 1);
  }
  timer_ = loop_.after(wait, [this] { process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); });
}

}  // namespace sse::dns
