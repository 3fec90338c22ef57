// Several hosts that are started with nothing but the address of one of them and find each other by gossip.
import { scenarios } from './support/hosts_cases.mjs';

scenarios((host, hosts) => ({ discovery: undefined, gossip: { hosts: [hosts[0].address] } }));
