#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "auth/jwt/abort.h"
#include "sse/loop.h"
#include "sse/result.h"

namespace sse::jwt {

/// What to fetch and how far to trust it.
struct FetchRequest {
  std::string url;      ///< http or https
  std::string ca_file;  ///< empty: the system's authorities
  Duration timeout{};   ///< for each step
  std::shared_ptr<Abort> abort = std::make_shared<Abort>();
};

/// What came.
struct Fetched {
  std::string text;
  std::optional<Duration> max_age;  ///< by Cache-Control
};

/// Fetches a document. Blocks. [worker]
using Fetch = std::function<Result<Fetched>(const FetchRequest&)>;

/// By HTTP(S): status 200 and at most 1 MiB, else an error whose text names the cause and not the URL's query. The
/// server's certificate must be valid for the URL's host. Redirects are not followed. Blocks. [worker]
Result<Fetched> fetchByHttp(const FetchRequest& request);

}  // namespace sse::jwt
