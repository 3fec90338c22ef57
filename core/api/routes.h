#pragma once

#include "http/router.h"

namespace sse::api {

/// What a route does.
enum class Verb : int {
  Subscribe,
  SubscribeMany,
  SubscribeClient,
  Publish,
  PublishClient,
  PublishAll,
  PublishBatch,
  Renew,
  DeleteClient,
  DeleteChannel,
  Status,
  Channels,
  Channel,
  Live,
  Ready,
  Startup,
  Metrics,
  Console,
};

/// Whether the route is also on `admin.port`.
constexpr bool onAdminPort(Verb verb) { return verb >= Verb::Status; }

/// The HTTP interface, as one table.
const http::Router& router();

}  // namespace sse::api
