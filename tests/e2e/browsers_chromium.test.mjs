// Debian's Chromium, driven over CDP.
import { after } from 'node:test';
import { clientCases } from './support/client_cases.mjs';
import { browsers } from './support/clients.mjs';

after(() => browsers.chromium.quit());
clientCases('chromium', browsers.chromium);
