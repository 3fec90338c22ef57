// Debian's Firefox ESR, driven over WebDriver BiDi.
import { after } from 'node:test';
import { clientCases } from './support/client_cases.mjs';
import { browsers } from './support/clients.mjs';

after(() => browsers.firefox.quit());
clientCases('firefox', browsers.firefox);
