// What the dashboard shows: rows of panels. `@` stands for the braces that pick the nodes, `[~]` for the time over
// which Grafana wants a rate. A panel: title, unit, what it says, and per line of it an expression and its legend.

const node = '{{instance}}';
const perSecond = (metric) => `rate(${metric}@[~])`;
const total = (metric) => `sum(${perSecond(metric)})`;
const by = (label, metric) => `sum by (${label}) (${perSecond(metric)})`;
const quantile = (q, metric, and = '') => `histogram_quantile(${q}, sum by (le${and}) (rate(${metric}_bucket@[~])))`;
const inAnHour = (metric) => `sum(increase(${metric}@[1h]))`;
const stat = { type: 'stat', w: 3, h: 4 };
const bad = { ...stat, worse: 1 };

export const rows = [
  {
    title: 'Overview',
    open: true,
    panels: [
      ['Nodes ready', 'short', 'Nodes whose /readyz answers 200.', [['sum(sse_node_ready@)', '']], stat],
      ['Nodes', 'short', 'Nodes that Prometheus scrapes.', [['count(sse_node_ready@)', '']], stat],
      ['Subscribers', 'short', 'Open streams.', [['sum(sse_stream_subscribers@)', '']], stat],
      ['Published', 'cps', 'Events from publishers, a second.', [[total('sse_api_published_total'), '']], stat],
      ['Delivered', 'cps', 'Events to subscribers, a second.', [[total('sse_stream_delivered_total'), '']], stat],
      ['Gaps in 1 h', 'short', 'Gap events told to subscribers.', [[inAnHour('sse_stream_gaps_total'), '']], bad],
      ['Holes in 1 h', 'short', 'Events of peers that a node lacks.', [[inAnHour('sse_cluster_holes_total'), '']], bad],
      ['Links missing', 'short', 'Known nodes without a link.', [['sum(sse_cluster_unlinked@)', '']], bad],
      ['Subscribers by node', 'short', 'Open streams.', [['sse_stream_subscribers@', node]]],
      ['Published by node', 'cps', 'Events from publishers.', [[perSecond('sse_api_published_total'), node]]],
      ['Delivered by node', 'cps', 'Events to subscribers.', [[perSecond('sse_stream_delivered_total'), node]]],
    ],
  },
  {
    title: 'Latency',
    open: true,
    panels: [
      [
        'From journal to socket',
        's',
        'How long deliveries took on their node.',
        [['sum by (le) (increase(sse_stream_delivery_seconds_bucket@[~]))', '{{le}}']],
        { type: 'heatmap' },
      ],
      [
        'Quantiles',
        's',
        'Of all nodes, from append to write.',
        [
          [quantile(0.5, 'sse_stream_delivery_seconds'), 'p50'],
          [quantile(0.9, 'sse_stream_delivery_seconds'), 'p90'],
          [quantile(0.99, 'sse_stream_delivery_seconds'), 'p99'],
        ],
      ],
      ['p99 by node', 's', 'The same.', [[quantile(0.99, 'sse_stream_delivery_seconds', ', instance'), node]]],
    ],
  },
  {
    title: 'Cluster',
    open: true,
    panels: [
      ['Other nodes known', 'short', 'Alive or suspect; the same on all.', [['sse_cluster_nodes@', node]]],
      [
        'Links',
        'short',
        'Two for each peer, and known nodes without one.',
        [
          ['sse_relay_links@', node],
          ['sse_cluster_unlinked@', `${node} missing`],
        ],
      ],
      [
        'Lag of the slowest peer',
        'short',
        'Entries that it does not have yet.',
        [
          ['sse_relay_lag_events@', node],
          ['sse_relay_original_lag_events@', `${node} original`],
        ],
      ],
      ['Events of peers', 'cps', 'Appended here.', [[perSecond('sse_cluster_events_total'), node]]],
      ['Duplicates', 'cps', 'Events that came twice.', [[perSecond('sse_cluster_duplicates_total'), node]]],
      [
        'Holes and drops',
        'short',
        'In the last 5 minutes; each is lost events.',
        [
          ['increase(sse_cluster_holes_total@[5m])', `${node} holes`],
          ['increase(sse_bus_dropped_total@[5m])', `${node} bus`],
          ['sum by (instance, reason) (increase(sse_relay_original_dropped_total@[5m]))', `${node} {{reason}}`],
        ],
      ],
      [
        'Bytes between nodes',
        'Bps',
        'Sent by the relay, and what waits for its sockets.',
        [
          [perSecond('sse_relay_sent_bytes_total'), node],
          ['sse_relay_queued_bytes@', `${node} queued (bytes)`],
          ['sse_relay_input_bytes@', `${node} unfinished (bytes)`],
        ],
      ],
      ['Dials', 'cps', 'Dials after the first of each peer.', [[perSecond('sse_relay_reconnects_total'), node]]],
      [
        'Resumes',
        'cps',
        'Streams that came with an id, and how many were told a gap.',
        [
          [total('sse_api_resumed_total'), 'resumed'],
          [total('sse_api_resumed_elsewhere_total'), 'of these from another node'],
          [total('sse_stream_gaps_total'), 'gaps'],
        ],
      ],
    ],
  },
  {
    title: 'Connections and limits',
    panels: [
      [
        'Connections',
        'short',
        'Open, by what they are for.',
        [
          ['sum(sse_stream_subscribers@)', 'streams'],
          ['sum(sse_server_connections@)', 'other connections'],
          ['sum(sse_server_http2_connections@)', 'of HTTP/2'],
          ['sum(sse_server_http2_streams@)', 'streams of HTTP/2'],
        ],
      ],
      [
        'Streams opened and closed',
        'cps',
        'Closed by the client, by the node, for lag, or as credentials ended.',
        [
          [total('sse_stream_opened_total'), 'opened'],
          [by('by', 'sse_stream_closed_total'), 'closed: {{by}}'],
        ],
      ],
      [
        'Refused for now',
        'cps',
        'Over a limit, or while starting and draining.',
        [
          [by('limit', 'sse_server_overload_total'), 'connections: {{limit}}'],
          [total('sse_api_streams_deferred_total'), 'streams'],
          [total('sse_server_accept_paused_total'), 'accepting paused'],
        ],
      ],
      [
        'Limits reached',
        'cps',
        'By the option that was reached.',
        [
          [by('limit', 'sse_api_limited_total'), '{{limit}}'],
          [by('limit', 'sse_server_limited_total'), '{{limit}}'],
        ],
      ],
      [
        'Requests',
        'cps',
        'Read, malformed, too slow.',
        [
          [total('sse_server_requests_total'), 'read'],
          [total('sse_server_bad_requests_total'), 'malformed'],
          [total('sse_server_timeouts_total'), 'too slow or idle'],
        ],
      ],
      [
        'Publishes not taken',
        'cps',
        'Refused, or known by their idempotency key.',
        [
          [total('sse_api_refused_total'), 'refused'],
          [total('sse_api_repeated_total'), 'repeated'],
        ],
      ],
      [
        'TLS handshakes',
        'cps',
        'Completed, of these resumed, failed.',
        [
          [total('sse_server_tls_handshakes_total'), 'completed'],
          [total('sse_server_tls_resumed_total'), 'resumed'],
          [total('sse_server_tls_failures_total'), 'failed'],
          [total('sse_server_tls_timeouts_total'), 'too slow'],
        ],
      ],
      [
        'HTTP/2 refused',
        'cps',
        'Streams over http2.max_streams, connections ended for a flood.',
        [
          [total('sse_server_http2_refused_streams_total'), 'streams'],
          [by('of', 'sse_server_http2_floods_total'), 'flood of {{of}}'],
        ],
      ],
      [
        'Deliveries in a write',
        'short',
        'Events that leave in one system call.',
        [[`${total('sse_stream_delivered_total')} / ${total('sse_stream_writes_total')}`, 'events']],
      ],
    ],
  },
  {
    title: 'Memory and history',
    panels: [
      [
        'Memory of kept events',
        'bytes',
        'And its bound, history.budget.',
        [
          ['sse_channel_bytes@', node],
          ['max(sse_channel_budget_bytes@)', 'history.budget'],
        ],
      ],
      ['Kept events', 'short', 'In all channels.', [['sse_channel_events@', node]]],
      ['Channels', 'short', 'With subscribers, history or a recent event.', [['sse_channel_channels@', node]]],
      [
        'Events that fell away',
        'cps',
        'By a limit of the channel, by age, or by the budget of the node.',
        [[by('by', 'sse_channel_evicted_total'), '{{by}}']],
      ],
      ['Channels forgotten', 'cps', 'For limits.channels.', [[perSecond('sse_channel_forgotten_total'), node]]],
      ['Waiting for sockets of HTTP/2', 'bytes', 'Bytes.', [['sse_server_http2_queued_bytes@', node]]],
    ],
  },
  {
    title: 'Gossip and discovery',
    panels: [
      ['Members', 'short', 'By state; the same on all.', [['sse_gossip_members@', `${node} {{state}}`]]],
      ['Changes', 'cps', 'By the new state.', [[by('state', 'sse_gossip_changes_total'), '{{state}}']]],
      ['Doubt', 'short', '0 is good, 7 a busy machine or a bad network.', [['sse_gossip_health_score@', node]]],
      ['Probes, p99', 's', 'From ping to ack.', [[quantile(0.99, 'sse_gossip_probe_seconds', ', instance'), node]]],
      [
        'Probes that failed',
        'cps',
        'And claims about itself that a node refuted.',
        [
          [perSecond('sse_gossip_probe_failures_total'), node],
          [perSecond('sse_gossip_refutations_total'), `${node} refuted`],
        ],
      ],
      [
        'Traffic',
        'Bps',
        'Datagrams and connections of gossip.',
        [
          [total('sse_gossip_packet_bytes_sent_total'), 'packets sent'],
          [total('sse_gossip_packet_bytes_received_total'), 'packets received'],
          [total('sse_gossip_stream_bytes_sent_total'), 'streams sent'],
          [total('sse_gossip_stream_bytes_received_total'), 'streams received'],
        ],
      ],
      ['Datagrams dropped', 'cps', 'By reason.', [[by('reason', 'sse_gossip_packets_dropped_total'), '{{reason}}']]],
      [
        'Members by DNS and list',
        'short',
        'Endpoints that discovery knows.',
        [
          ['sse_dns_members@', `${node} dns`],
          ['sse_hosts_members@', `${node} hosts`],
        ],
      ],
      [
        'Names that do not resolve',
        'cps',
        'The last answer is kept.',
        [
          [total('sse_dns_lookup_failures_total'), 'dns'],
          [total('sse_hosts_resolve_failures_total'), 'hosts'],
        ],
      ],
    ],
  },
  {
    title: 'Access',
    panels: [
      [
        'API keys',
        'cps',
        'Accepted, without the right, refused by reason.',
        [
          [total('sse_token_accepted_total'), 'accepted'],
          [total('sse_token_forbidden_total'), 'forbidden'],
          [by('reason', 'sse_token_refused_total'), 'refused: {{reason}}'],
        ],
      ],
      [
        'JSON Web Tokens',
        'cps',
        'Accepted, without the right, refused by reason.',
        [
          [total('sse_jwt_accepted_total'), 'accepted'],
          [total('sse_jwt_forbidden_total'), 'forbidden'],
          [by('reason', 'sse_jwt_refused_total'), 'refused: {{reason}}'],
        ],
      ],
      [
        'Webhook',
        'cps',
        'Accepted, refused by reason, refused for now, let in without an answer.',
        [
          [total('sse_webhook_accepted_total'), 'accepted'],
          [by('reason', 'sse_webhook_refused_total'), 'refused: {{reason}}'],
          [total('sse_api_undecided_total'), 'for now'],
          [total('sse_webhook_let_in_total'), 'let in'],
        ],
      ],
      [
        'Questions to the endpoint',
        'cps',
        'Put, failed by reason, and spared: by a remembered answer or by another like it.',
        [
          [total('sse_webhook_questions_total'), 'put'],
          [by('reason', 'sse_webhook_failures_total'), 'failed: {{reason}}'],
          [total('sse_webhook_cache_hits_total'), 'remembered'],
          [total('sse_webhook_shared_total'), 'shared'],
        ],
      ],
      ['Answers of the endpoint', 's', '99 % come within.', [[quantile(0.99, 'sse_webhook_question_seconds'), '99 %']]],
      [
        'Keys',
        'short',
        'In use, and fetches that failed in 5 minutes.',
        [
          ['sse_token_keys@', `${node} API keys`],
          ['sse_jwt_keys@', `${node} JWT`],
          ['increase(sse_jwt_fetch_failures_total@[5m])', `${node} fetches failed`],
        ],
      ],
      [
        'Certificates',
        's',
        'Until the first of them ends.',
        [['sse_node_tls_expiry_seconds@ - time()', node]],
      ],
      [
        'Streams and their credentials',
        'cps',
        'Told that they end, renewed, ended.',
        [
          [total('sse_stream_expiring_total'), 'told'],
          [total('sse_stream_renewed_total'), 'renewed'],
          ['sum(rate(sse_stream_closed_total{by="expiry",@}[~]))', 'ended'],
        ],
      ],
    ],
  },
  {
    title: 'Process',
    panels: [
      ['CPU', 'short', 'Cores in use.', [[`${perSecond('process_cpu_seconds_total')} and sse_node_ready@`, node]]],
      ['Memory', 'bytes', 'Resident.', [['process_resident_memory_bytes@ and sse_node_ready@', node]]],
      [
        'Descriptors',
        'percentunit',
        'Open, of those that may be.',
        [['process_open_fds@ / process_max_fds@ and sse_node_ready@', node]],
      ],
      ['Uptime', 's', 'Since its start.', [['time() - process_start_time_seconds@ and sse_node_ready@', node]]],
      [
        'Queues',
        'short',
        'What waits for the control thread, for workers, and to be logged.',
        [
          ['sse_bus_queued@', `${node} bus`],
          ['sse_workers_queued@', `${node} workers of {{pool}}`],
          ['sse_observe_log_queued@', `${node} log`],
        ],
      ],
      [
        'Dropped',
        'short',
        'In 5 minutes.',
        [
          ['increase(sse_observe_log_dropped_total@[5m])', `${node} log lines`],
          ['increase(sse_workers_refused_total@[5m])', `${node} calls of {{pool}}`],
          ['increase(sse_api_pages_refused_total@[5m])', `${node} pages`],
        ],
      ],
      ['Plugins that have failed', 'short', 'Until the node is restarted.', [['sse_node_failed_plugins@', node]]],
      ['Versions', 'short', 'Nodes of each.', [['count by (version) (sse_node_build_info@)', '{{version}}']]],
    ],
  },
];
