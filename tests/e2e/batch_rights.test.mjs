// A batch to channels of which not all are allowed: each line has an outcome of its own.
import assert from 'node:assert/strict';
import { assertProblem, call, identity, ndjson } from './support/http.mjs';
import { Signer } from './support/jwks.mjs';
import { scenario } from './support/stage.mjs';
import { bearer, newToken, TokenFile } from './support/tokens.mjs';
import { WebhookServer } from './support/webhook.mjs';

const secret = 'a secret of at least thirty-two bytes';
const line = (channel, data = 1) => JSON.stringify({ channel, data });
const batch = (node, token, ...lines) =>
  call(node, 'POST', '/publish', { body: lines.join('\n'), headers: { ...ndjson, ...(token && bearer(token)) } });

/** Asserts that the results are, in order, published (true) or a status. */
function assertOutcomes(answer, ...outcomes) {
  assert.equal(answer.status, 207, answer.body);
  const { results } = answer.json();
  assert.deepEqual(
    results.map((each) => each.status ?? identity.test(each.id)),
    outcomes,
  );
  for (const each of results) assert.ok(each.id || each.detail.length > 0);
}

scenario('what is allowed is published, the rest told line by line', async (stage) => {
  const jwt = await Signer.make('HS256', undefined, { secret });
  const key = await newToken({ name: 'bob', publish: 'news,room/*' });
  const signed = await jwt.token({ sub: 'bob', sse: { publish: ['news', 'room/*'] } });
  const config = { auth: ['token', 'jwt'], token: { file: new TokenFile(stage, key).path }, jwt: { secret } };
  for (const wait of ['journal', 'peers']) {
    const node = await stage.node({ ...config, publish: { wait } });
    for (const token of [key.token, signed]) {
      const lines = [line('news'), line('other'), 'nonsense', line('room/1'), line('other', 2), line('news', 2)];
      assertOutcomes(await batch(node, token, ...lines), true, 403, 400, true, 403, true);
      assert.equal((await batch(node, token, line('news'), line('room/2'))).status, 200);
      assertProblem(await batch(node, token, line('other')), 403);
      assertProblem(await batch(node, token, line('other'), line('more'), 'nonsense'), 403);
    }
    assertProblem(await batch(node, 'sse_bad', line('news'), line('other')), 401);
    assertProblem(await batch(node, undefined, line('news'), line('other')), 401);
  }
});

scenario('many forbidden channels are told as well', async (stage) => {
  const key = await newToken({ publish: 'news' });
  const node = await stage.node({ auth: ['token'], token: { file: new TokenFile(stage, key).path } });
  const many = Array.from({ length: 500 }, (_, i) => line(`other-${i}`));
  assertOutcomes(await batch(node, key.token, ...many, line('news')), ...many.map(() => 403), true);
});

scenario('an endpoint is asked once, and by channel only where that was a refusal', async (stage) => {
  const server = await WebhookServer.start(stage);
  server.answer = ({ channels }) => [200, { allow: channels.every((name) => name.startsWith('a')), identity: 'ann' }];
  const node = await stage.node({ auth: ['webhook'], webhook: { url: server.url } });
  const asked = async (...lines) => {
    const before = server.asked.length;
    const answer = await batch(node, 'x', ...lines);
    return { answer, questions: server.asked.slice(before).map(({ channels }) => channels.join()) };
  };
  const good = await asked(line('a1'), line('a2'), line('a1'));
  assert.equal(good.answer.status, 200);
  assert.deepEqual(good.questions, ['a1,a2']);
  const mixed = await asked(line('a1'), line('b'), line('a2'), line('b', 2));
  assertOutcomes(mixed.answer, true, 403, true, 403);
  assert.deepEqual(mixed.questions.sort(), ['a1', 'a1,a2,b', 'a2', 'b']);
  const one = await asked(line('b'), line('b'));
  assertProblem(one.answer, 403);
  assert.deepEqual(one.questions, ['b']);
  const none = await asked(line('b'), line('c'));
  assertProblem(none.answer, 403);
  server.answer = ({ channels }) => (channels.join() === 'c' ? [500, {}] : [200, { allow: channels.join() === 'a1' }]);
  assertOutcomes((await asked(line('a1'), line('b'), line('c'))).answer, true, 403, 503);
});

scenario('an endpoint is asked about so many channels of a batch and no more', async (stage) => {
  const server = await WebhookServer.start(stage);
  server.answer = ({ channels }) => [200, { allow: channels.length === 1 && channels[0] !== 'b' }];
  const node = await stage.node({ auth: ['webhook'], webhook: { url: server.url } });
  const lines = [line('b'), ...Array.from({ length: 99 }, (_, i) => line(`a${i}`))];
  const answer = await batch(node, 'x', ...lines);
  assert.equal(server.asked.length, 1 + 64);
  assertOutcomes(answer, 403, ...Array.from({ length: 63 }, () => true), ...Array.from({ length: 36 }, () => 503));
});
