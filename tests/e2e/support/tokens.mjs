// Token files as `sse-cluster token new` makes them.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './process.mjs';
import { folder } from './jwks.mjs';

export const bearer = (token) => ({ authorization: `Bearer ${token}` });

/** {token, row} of a new key; `rights` are the command's flags: {publish: 'a,b', …}. */
export async function newToken(rights = {}) {
  const flags = Object.entries(rights).flatMap(([name, value]) => [`--${name}`, value]);
  const { code, stdout, output } = await run(['token', 'new', ...flags]);
  assert.equal(code, 0, output);
  const [, token] = stdout.match(/^token: (sse_[\w-]{43})$/m);
  return { token, row: JSON.parse(stdout.match(/^row: +(\{.*\})$/m)[1]) };
}

/** A token file whose rows can be replaced. */
export class TokenFile {
  constructor(stage, ...keys) {
    this.path = join(folder(stage), 'tokens.json');
    this.write(...keys);
  }
  write(...keys) {
    writeFileSync(this.path, JSON.stringify({ tokens: keys.map((key) => key.row) }));
  }
}

/** `seconds` from now, as rows have it. */
export const timeIn = (seconds) => new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z/, 'Z');
