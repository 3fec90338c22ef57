// Tables of values, each row a test.
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkConfig, refusal, render } from './chart.mjs';

/** Rows {name: [values, what the message holds]}. */
export function refused(rows) {
  for (const [name, [values, expected]] of Object.entries(rows)) {
    test(`refused: ${name}`, () => assert.match(refusal(values), expected));
  }
}

/** Rows {name: values}. */
export function taken(rows) {
  for (const [name, values] of Object.entries(rows)) {
    test(`taken, by the node too: ${name}`, async () => {
      const { code, output } = await checkConfig(render(values));
      assert.equal(code, 0, output);
    });
  }
}

/** Rows {name: [values, place that the schema names]}. */
export function unshapely(rows) {
  for (const [name, [values, place]] of Object.entries(rows)) {
    test(`refused by the schema: ${name}`, () => {
      const said = refusal(values);
      assert.match(said, /don't meet the specifications of the schema/);
      assert.ok(said.includes(place), said);
    });
  }
}
