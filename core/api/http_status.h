#pragma once

#include "sse/result.h"

namespace sse::api {

/// The one map from what went wrong to what HTTP says of it. [any]
int httpStatus(Code code);

}  // namespace sse::api
