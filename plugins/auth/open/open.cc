#include "auth/open/open.h"

namespace sse::auth::open {

Decision allowEverybody() {
  Decision decision;
  decision.verdict = Decision::Verdict::Allow;
  decision.anonymous = true;
  return decision;
}

}  // namespace sse::auth::open
