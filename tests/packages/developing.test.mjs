// The package sse-cluster-dev: a plugin is written with nothing but Debian and the packages.
import assert from 'node:assert/strict';
import { packageTest, node, root, sdk } from './root.mjs';

packageTest('the example is built against the package, passes its tests, and the node runs it', async (undo) => {
  const debian = root(undo, 'dev');
  debian.install(node(), sdk());
  debian.told(['cp', '-r', '/usr/share/doc/sse-cluster/example', '/my-plugin']);
  debian.told(['cmake', '-S', '/my-plugin', '-B', '/my-plugin/build']);
  debian.told(['cmake', '--build', '/my-plugin/build'], { seconds: 240 });
  assert.match(debian.told(['ctest', '--test-dir', '/my-plugin/build']), /100% tests passed/);
  const path = '/my-plugin/build/plugins,/usr/lib/sse-cluster/plugins';
  assert.match(debian.told(['sse-cluster', 'plugins', 'file', '--plugins.path', path]), /discovery\/file 1\.0\.0/);
  const options = ['--plugins.path', path, '--discovery', 'file', '--file.path', '/my-plugin/peers.json'];
  const server = await debian.serve(undo, ['sse-cluster', 'start', ...options], {
    env: { CLUSTER_START_TIMEOUT: '100ms' },
  });
  const { plugins } = await (await fetch(`${server.url}/status`)).json();
  const [plugin] = plugins.filter(({ name }) => name === 'file');
  assert.deepEqual([plugin.kind, plugin.version, plugin.state], ['discovery', '1.0.0', 'running']);
  assert.equal(await server.stop(), 0, server.log);
});
