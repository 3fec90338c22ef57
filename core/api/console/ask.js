let token = '';

/** What a node answered that is no success; `status` 0: there was no answer. */
class Refusal extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** The answer to a request of this page's own node, by the token where there is one. */
function ask(path, options = {}) {
  const headers = { ...options.headers, ...(token && { Authorization: `Bearer ${token}` }) };
  return fetch(path, { cache: 'no-store', redirect: 'error', ...options, headers });
}

/** What a problem document says, or else the status. */
async function refusal(answer) {
  const text = await answer.text().catch(() => '');
  let detail;
  try {
    detail = JSON.parse(text).detail;
  } catch {
    // A proxy's page.
  }
  return new Refusal(answer.status, String(detail || `the node answered ${answer.status}`).slice(0, 500));
}

/** The body of a successful answer as `how` ("json", "text"); throws a Refusal. */
async function fetched(path, how, options = {}) {
  let answer;
  try {
    answer = await ask(path, { signal: AbortSignal.timeout(10_000), ...options });
    if (answer.ok) return await answer[how]();
  } catch {
    throw new Refusal(0, 'no answer from the node');
  }
  throw await refusal(answer);
}
