// Several hosts that know each other by a list.
import { scenarios } from './support/hosts_cases.mjs';

scenarios((host, hosts) => ({ discovery: ['hosts'], hosts: { peers: hosts.map((h) => `${h.address}:8080`) } }));
