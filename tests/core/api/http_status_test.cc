#include "api/http_status.h"

#include <doctest/doctest.h>

using namespace sse;
using namespace sse::api;

TEST_CASE("every kind of failure has its status") {
  CHECK(httpStatus(Code::InvalidArgument) == 400);
  CHECK(httpStatus(Code::Unauthenticated) == 401);
  CHECK(httpStatus(Code::PermissionDenied) == 403);
  CHECK(httpStatus(Code::NotFound) == 404);
  CHECK(httpStatus(Code::AlreadyExists) == 409);
  CHECK(httpStatus(Code::TooLarge) == 413);
  CHECK(httpStatus(Code::Unsupported) == 415);
  CHECK(httpStatus(Code::Conflict) == 422);
  CHECK(httpStatus(Code::LimitReached) == 429);
  CHECK(httpStatus(Code::Unavailable) == 503);
  CHECK(httpStatus(Code::Timeout) == 503);
  CHECK(httpStatus(Code::Internal) == 500);
}
