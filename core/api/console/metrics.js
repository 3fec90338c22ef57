const kCharted = {
  published: 'sse_api_published_total',
  delivered: 'sse_stream_delivered_total',
  subscribers: 'sse_stream_subscribers',
};
const kLatency = 'sse_stream_delivery_seconds_bucket';

/** Of Prometheus text what is charted, summed over labels: numbers, and `buckets` as a Map from le to count. */
function readMetrics(text) {
  const sums = new Map();
  const buckets = new Map();
  for (const line of text.split('\n')) {
    const [, name, labels, value] = line.match(/^(\w+)(\{.*\})? (\S+)/) ?? [];
    if (name === kLatency) {
      const le = Number(labels.match(/le="([^"]*)"/)[1].replace('+Inf', 'Infinity'));
      buckets.set(le, (buckets.get(le) ?? 0) + Number(value));
    } else if (name) {
      sums.set(name, (sums.get(name) ?? 0) + Number(value));
    }
  }
  const found = Object.entries(kCharted).map(([key, name]) => [key, sums.get(name) ?? 0]);
  return { ...Object.fromEntries(found), buckets };
}

/** The `share`-quantile of what fell into the buckets between two readings, in seconds; null: nothing did. */
function quantile(before, after, share) {
  const bounds = [...after.keys()].sort((a, b) => a - b);
  const counts = bounds.map((le) => after.get(le) - (before.get(le) ?? 0));
  const total = counts.at(-1) ?? 0;
  if (total <= 0) return null;
  const at = counts.findIndex((each) => each >= share * total);
  const [low, below] = at > 0 ? [bounds[at - 1], counts[at - 1]] : [0, 0];
  if (bounds[at] === Infinity) return low;
  return low + ((bounds[at] - low) * (share * total - below)) / Math.max(counts[at] - below, 1);
}

/** What the charts show of two readings `elapsed` seconds apart; null where a counter began anew. */
function between(before, after, elapsed) {
  const rate = (key) => (after[key] >= before[key] ? (after[key] - before[key]) / elapsed : null);
  const latency = (share) => quantile(before.buckets, after.buckets, share);
  return { published: [rate('published')], delivered: [rate('delivered')], latency: [latency(0.5), latency(0.99)] };
}
