// The EventSource libraries of npm.
import { clientCases } from './support/client_cases.mjs';
import { libraries } from './support/clients.mjs';

for (const [name, client] of Object.entries(libraries)) clientCases(name, client);
