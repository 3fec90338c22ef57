#pragma once

#include "sse/conformance/report.h"
#include "sse/conformance/subject.h"

namespace sse::conformance {

/// What a transport promises: several instances are connected back to back over the protocols that `upgrades()` names.
/// One that names none carries its events elsewhere, and what needs a connection is skipped with that reason. The
/// descriptor must have been found good; threads as of `checkLifecycle`. Takes up to a minute.
void checkTransport(Report& report, const Subject& subject);

}  // namespace sse::conformance
