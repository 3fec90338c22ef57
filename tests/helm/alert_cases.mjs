// When each alert fires and when it does not: values of series, one a minute, as promtool writes them. A series is a
// metric, perhaps with labels of its own, and the node that tells it.

const still = (value) => `${value}+0x60`;
const grows = (by) => `0+${by}x60`;
/** Grows by `by` at once after 20 minutes. */
const jumps = (by) => `0+0x20 ${by}+0x40`;

/** Counters that must not grow by anything. */
const never = (metric) => [[{ [`${metric} a`]: jumps(1) }, 21], [{ [`${metric} a`]: still(7) }, 50]];
/** A gauge that fires at `high` and not at `low`. */
const above = (metric, high, low) => [[{ [`${metric} a`]: still(high) }, 30], [{ [`${metric} a`]: still(low) }, 30]];
/** A counter that fires where it grows by `fast` a minute and not by `slow`. */
const faster = (metric, fast, slow) => [[{ [`${metric} a`]: grows(fast) }, 50], [{ [`${metric} a`]: grows(slow) }, 50]];
/** A counter that fires where it grows by `many` a minute while `whole` grows by `all`, and not by `few`. */
const share = (metric, whole, all, many, few) => [
  [{ [`${metric} a`]: grows(many), [`${whole} a`]: grows(all) }, 50],
  [{ [`${metric} a`]: grows(few), [`${whole} a`]: grows(all) }, 50],
];

/** A histogram with 98 % of its values at most at `le`, and all at `over`. */
const delivery = (le, over) => {
  const bucket = (bound) => `sse_stream_delivery_seconds_bucket{le="${bound}"} a`;
  return { [bucket(le)]: grows(980), [bucket(over)]: grows(1000), [bucket('+Inf')]: grows(1000) };
};

/** By alert: [[what fires it, at which minute], [what does not, then]]; further pairs where there are more. */
export const cases = {
  SseClusterAbsent: [[{ 'up a': still(1) }, 10], [{ 'sse_node_ready a': still(0) }, 10]],
  SseClusterNodeDown: [
    [{ 'up a': still(1), 'sse_node_ready a': still(1), 'up b': still(0) }, 10],
    [{ 'up a': still(1), 'sse_node_ready a': still(1) }, 10],
    [{ 'up a': '1+0x10 0+0x50', 'sse_node_ready a': '1+0x10 _x50' }, 14],
    [{ 'up a': still(0) }, 10],
    [{ 'up a': still(0), 'sse_node_ready a': '1+0x3 _x50' }, 40],
    [{ 'up a': '1+0x10 0+0x1 1+0x50', 'sse_node_ready a': '1+0x10 _x2 1+0x50' }, 14],
  ],
  SseClusterNoNodeReady: [
    [{ 'sse_node_ready a': still(0), 'sse_node_ready b': still(0) }, 5],
    [{ 'sse_node_ready a': still(0), 'sse_node_ready b': still(1) }, 5],
  ],
  SseClusterNodeNotReady: [
    [{ 'sse_node_ready a': still(0) }, 10],
    [{ 'sse_node_ready a': '1+0x5 0+0x3 1+0x50' }, 9],
  ],
  SseClusterNodeRestarts: [
    [{ 'sse_node_ready a': still(1), 'process_start_time_seconds a': '1+0x10 2+0x10 3+0x10 4+0x30' }, 50],
    [{ 'sse_node_ready a': still(1), 'process_start_time_seconds a': '1+0x10 2+0x10 3+0x40' }, 50],
    [{ 'sse_node_ready a': still(1), 'process_start_time_seconds a': '1+10x60' }, 50],
    [{ 'process_start_time_seconds a': '1+10x60' }, 50],
  ],
  SseClusterVersionsMixed: [
    [{ 'sse_node_build_info{version="1"} a': '1+0x90', 'sse_node_build_info{version="2"} b': '1+0x90' }, 70],
    [{ 'sse_node_build_info{version="1"} a': '1+0x90', 'sse_node_build_info{version="1"} b': '1+0x90' }, 70],
  ],
  SseClusterLinkMissing: above('sse_cluster_unlinked', 1, 0),
  SseClusterSplit: [
    [{ 'sse_cluster_nodes a': still(1), 'sse_cluster_nodes b': still(1), 'sse_cluster_nodes c': still(0) }, 10],
    [{ 'sse_cluster_nodes a': still(2), 'sse_cluster_nodes b': still(2), 'sse_cluster_nodes c': still(2) }, 10],
  ],
  SseClusterNodesDisagree: [
    [{ 'sse_cluster_nodes a': still(3), 'sse_cluster_nodes b': still(2) }, 10],
    [{ 'sse_cluster_nodes a': still(3), 'sse_cluster_nodes b': '2+0x3 3+0x50' }, 10],
  ],
  SseClusterLinksRedialed: [
    [{ 'sse_relay_reconnects_total a': grows(3), 'sse_cluster_unlinked a': still(0) }, 50],
    [{ 'sse_relay_reconnects_total a': jumps(8), 'sse_cluster_unlinked a': still(0) }, 30],
    [{ 'sse_relay_reconnects_total a': grows(3) }, 50],
    [{ 'sse_relay_reconnects_total a': grows(3), 'sse_cluster_unlinked a': still(1) }, 50],
  ],
  SseClusterRelayLag: above('sse_relay_lag_events', 1001, 1000),
  SseClusterRelayFramesRefused: never('sse_relay_frames_refused_total'),
  SseClusterOriginalLag: above('sse_relay_original_lag_events', 1001, 1000),
  SseClusterOriginalEventsDropped: never('sse_relay_original_dropped_total{reason="tries"}'),
  SseClusterGossipDisagrees: [
    [{ 'sse_gossip_members{state="alive"} a': still(3), 'sse_gossip_members{state="alive"} b': still(2) }, 10],
    [
      {
        'sse_gossip_members{state="alive"} a': still(3),
        'sse_gossip_members{state="alive"} b': still(3),
        'sse_gossip_members{state="dead"} b': still(1),
      },
      10,
    ],
  ],
  SseClusterGossipUnwell: above('sse_gossip_health_score', 3, 2),
  SseClusterGossipProbesFail: faster('sse_gossip_probe_failures_total', 6, 2),
  SseClusterGossipPacketsDropped: faster('sse_gossip_packets_dropped_total{reason="cipher"}', 2, 0.5),
  SseClusterDnsFailing: above('sse_dns_failing', 1, 0),
  SseClusterHostsUnresolved: faster('sse_hosts_resolve_failures_total', 1, 0),
  SseClusterHoles: never('sse_cluster_holes_total'),
  SseClusterGaps: [
    ...share('sse_stream_gaps_total', 'sse_api_resumed_total', 100, 6, 4),
    ...share('sse_stream_gaps_total', 'sse_api_resumed_total', 0, 2, 0.5),
  ],
  SseClusterBusDropped: never('sse_bus_dropped_total'),
  SseClusterControlBehind: above('sse_bus_queued', 6001, 6000),
  SseClusterPluginFailed: above('sse_node_failed_plugins', 1, 0),
  SseClusterReadersCut: [
    [{ 'sse_stream_closed_total{by="lag"} a': grows(12), 'sse_stream_subscribers a': still(10000) }, 50],
    [
      {
        'sse_stream_closed_total{by="lag"} a': grows(10),
        'sse_stream_closed_total{by="client"} a': grows(1000),
        'sse_stream_subscribers a': still(10000),
      },
      50,
    ],
  ],
  SseClusterDeliverySlow: [[delivery('0.065536', '0.262144'), 50], [delivery('0.000256', '0.065536'), 50]],
  SseClusterPublishesRefused: share('sse_api_refused_total', 'sse_api_published_total', 100, 6, 4),
  SseClusterRequestsLimited: faster('sse_api_limited_total{limit="limits.channels"}', 7, 5),
  SseClusterStreamsDeferred: faster('sse_api_streams_deferred_total', 7, 5),
  SseClusterAcceptPaused: never('sse_server_accept_paused_total'),
  SseClusterOverload: faster('sse_server_overload_total{limit="limits.connections"}', 1, 0),
  SseClusterDescriptors: [
    [{ 'process_open_fds a': still(86), 'process_max_fds a': still(100), 'sse_node_ready a': still(0) }, 10],
    [{ 'process_open_fds a': still(85), 'process_max_fds a': still(100), 'sse_node_ready a': still(1) }, 10],
    [{ 'process_open_fds a': still(99), 'process_max_fds a': still(100), 'sse_node_ready a': still(1) }, 10],
    [{ 'process_open_fds b': still(99), 'process_max_fds b': still(100), 'sse_node_ready a': still(1) }, 10],
  ],
  SseClusterHistoryBudget: [
    [{ 'sse_channel_bytes a': still(96), 'sse_channel_budget_bytes a': still(100) }, 30],
    [{ 'sse_channel_bytes a': still(95), 'sse_channel_budget_bytes a': still(100) }, 30],
  ],
  SseClusterChannelsForgotten: faster('sse_channel_forgotten_total', 1, 0),
  SseClusterLogDropped: never('sse_observe_log_dropped_total'),
  SseClusterWorkersRefused: never('sse_workers_refused_total{pool="plugins"}'),
  SseClusterPagesRefused: never('sse_api_pages_refused_total'),
  SseClusterHttp2Floods: faster('sse_server_http2_floods_total{of="resets"}', 1, 0),
  SseClusterTlsFailures: share('sse_server_tls_failures_total', 'sse_server_tls_handshakes_total', 100, 12, 8),
  SseClusterCertificateExpires: [
    [{ 'sse_node_tls_expiry_seconds a': `${13 * 86400}+0x90` }, 80],
    [{ 'sse_node_tls_expiry_seconds a': `${15 * 86400}+0x90` }, 80],
  ],
  SseClusterCertificateExpired: [
    [{ 'sse_node_tls_expiry_seconds a': still(86400) }, 30],
    [{ 'sse_node_tls_expiry_seconds a': still(2 * 86400) }, 30],
  ],
  SseClusterCredentialsRefused: [
    ...faster('sse_token_refused_total{reason="unknown"}', 61, 59),
    ...faster('sse_jwt_refused_total{reason="time"}', 61, 59),
    ...faster('sse_jwt_undecided_total', 61, 59),
    ...faster('sse_webhook_refused_total{reason="unauthorized"}', 61, 59),
  ],
  SseClusterJwtKeysUnavailable: faster('sse_jwt_fetch_failures_total', 1, 0),
  SseClusterJwtNoKeys: above('sse_jwt_keys', 0, 1),
  SseClusterRequestsUndecided: [
    ...faster('sse_api_undecided_total', 7, 5),
    [{ 'sse_api_undecided_total a': grows(90), 'sse_jwt_undecided_total a': grows(80) }, 30],
    [{ 'sse_api_undecided_total a': grows(90), 'sse_jwt_undecided_total a': grows(90) }, 30],
  ],
  SseClusterWebhookFailing: [
    ...share('sse_webhook_failures_total{reason="timeout"}', 'sse_webhook_questions_total', 100, 12, 8),
    [
      {
        'sse_webhook_failures_total{reason="timeout"} a': grows(7),
        'sse_webhook_failures_total{reason="answer"} a': grows(7),
        'sse_webhook_questions_total a': grows(100),
      },
      50,
    ],
    [{ 'sse_webhook_failures_total{reason="answer"} a': still(7), 'sse_webhook_questions_total a': still(9) }, 50],
  ],
  SseClusterWebhookLetsIn: never('sse_webhook_let_in_total'),
};
