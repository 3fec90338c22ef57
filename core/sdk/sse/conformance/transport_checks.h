#pragma once

#include "sse/conformance/report.h"
#include "sse/conformance/subject.h"

/// The parts of `checkTransport`; each connects nodes of its own and leaves nothing behind.
namespace sse::conformance {

// transport_events.cc: what arrives.
void checkEvents(Check& check, const Subject& subject);
void checkVolume(Check& check, const Subject& subject);
void checkFill(Check& check, const Subject& subject);

// transport_breaks.cc: connections that break or were never wanted.
void checkResume(Check& check, const Subject& subject);
void checkHole(Check& check, const Subject& subject);
void checkRemoved(Check& check, const Subject& subject);
void checkStrangers(Check& check, const Subject& subject);

// transport_peers.cc: peers that do not keep up.
void checkStuckPeer(Check& check, const Subject& subject);
void checkAcknowledged(Check& check, const Subject& subject);

}  // namespace sse::conformance
