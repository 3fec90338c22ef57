#pragma once

#include "sse/auth.h"

namespace sse::auth::open {

/// The answer to every question: yes, to nobody in particular. [any]
Decision allowEverybody();

}  // namespace sse::auth::open
