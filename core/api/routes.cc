#include "api/routes.h"

#include <array>

namespace sse::api {
namespace {

constexpr http::Route row(http::Method method, const char* pattern, Verb verb) {
  return {method, pattern, static_cast<int>(verb)};
}

constexpr std::array kRoutes = {
    row(http::Method::Get, "/subscribe/{channel}", Verb::Subscribe),
    row(http::Method::Get, "/channel/{channel}", Verb::Subscribe),
    row(http::Method::Get, "/subscribe", Verb::SubscribeMany),
    row(http::Method::Get, "/channel/{channel}/client/{client}", Verb::SubscribeClient),
    row(http::Method::Post, "/publish/{channel}", Verb::Publish),
    row(http::Method::Post, "/channel/{channel}", Verb::Publish),
    row(http::Method::Post, "/channel/{channel}/client/{client}", Verb::PublishClient),
    row(http::Method::Post, "/channel", Verb::PublishAll),
    row(http::Method::Post, "/publish", Verb::PublishBatch),
    row(http::Method::Post, "/auth/renew", Verb::Renew),
    row(http::Method::Delete, "/channel/{channel}/client/{client}", Verb::DeleteClient),
    row(http::Method::Delete, "/channel/{channel}", Verb::DeleteChannel),
    row(http::Method::Get, "/status", Verb::Status),
    row(http::Method::Get, "/channels", Verb::Channels),
    row(http::Method::Get, "/channels/{channel}", Verb::Channel),
    row(http::Method::Get, "/livez", Verb::Live),
    row(http::Method::Get, "/readyz", Verb::Ready),
    row(http::Method::Get, "/startupz", Verb::Startup),
    row(http::Method::Get, "/metrics", Verb::Metrics),
    row(http::Method::Get, "/console", Verb::Console),
};

}  // namespace

const http::Router& router() {
  static const http::Router table(kRoutes);
  return table;
}

}  // namespace sse::api
