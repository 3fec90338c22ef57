/** Takes whole SSE blocks out of `text` into `blocks`; what is left. */
export function parseBlocks(text, blocks) {
  for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
    const block = {};
    for (const line of text.slice(0, end).split('\n')) {
      const colon = line.indexOf(': ');
      if (colon <= 0) continue;
      const name = line.slice(0, colon);
      const value = line.slice(colon + 2);
      block[name] = block[name] === undefined ? value : `${block[name]}\n${value}`;
    }
    blocks.push(block);
    text = text.slice(end + 2);
  }
  return text;
}
