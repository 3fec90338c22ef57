#include "api/http_status.h"

namespace sse::api {

int httpStatus(Code code) {
  switch (code) {
    case Code::InvalidArgument: return 400;
    case Code::Unauthenticated: return 401;
    case Code::PermissionDenied: return 403;
    case Code::NotFound: return 404;
    case Code::AlreadyExists: return 409;
    case Code::Conflict: return 422;
    case Code::TooLarge: return 413;
    case Code::Unsupported: return 415;
    case Code::LimitReached: return 429;
    case Code::Unavailable:
    case Code::Timeout:
    case Code::System: return 503;
    case Code::Internal: return 500;
  }
  return 500;
}

}  // namespace sse::api
