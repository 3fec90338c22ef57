// Conditions with deadlines instead of sleeps. SSE_PATIENCE stretches every deadline (sanitizers).

export const patience = Number(process.env.SSE_PATIENCE ?? 1);

/** Where time itself is what a test is about: an outage of so long, a rate. */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The first truthy value of `probe` (which may be async); throws, naming `what`, after `ms`. */
export async function until(what, probe, ms = 5000) {
  const end = Date.now() + ms * patience;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${ms * patience} ms in vain: ${what}`);
    await pause(10);
  }
}

/** Calls `late` after `ms`, unless what it returns was called before. */
export function alarm(late, ms) {
  const timer = setTimeout(late, ms * patience);
  return () => clearTimeout(timer);
}

/** `promise`, or an error that names `what` after `ms`. */
export async function within(what, promise, ms = 5000) {
  let disarm;
  const late = new Promise((_, reject) => {
    disarm = alarm(() => reject(new Error(`waited ${ms * patience} ms in vain: ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    disarm();
  }
}
