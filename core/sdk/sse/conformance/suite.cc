#include "sse/conformance/suite.h"

#include "sse/conformance/auth.h"
#include "sse/conformance/descriptor.h"
#include "sse/conformance/discovery.h"
#include "sse/conformance/lifecycle.h"
#include "sse/conformance/transport.h"

namespace sse::conformance {

void checkPlugin(Report& report, const Subject& subject) {
  if (!checkDescriptor(report, subject) || !checkLifecycle(report, subject)) return;
  switch (subject.descriptor->kind) {
    case Kind::Discovery: return checkDiscovery(report, subject);
    case Kind::Transport: return checkTransport(report, subject);
    case Kind::Auth: return checkAuth(report, subject);
  }
}

}  // namespace sse::conformance
