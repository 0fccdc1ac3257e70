// As the receiver's fair.ts: what one home says too much of never stands before what another says.

/** In the order given, but each owner's first `few` before what anybody has beyond that. */
export function fairly(list, ownerOf, few) {
  const counts = new Map();
  const [first, rest] = [[], []];
  for (const one of list) {
    const owner = ownerOf(one);
    counts.set(owner, (counts.get(owner) ?? 0) + 1);
    (counts.get(owner) > few ? rest : first).push(one);
  }
  return [...first, ...rest];
}
