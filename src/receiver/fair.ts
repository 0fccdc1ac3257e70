// Fairness between homes: what one of them says too much of never stands before what another says.

/** In the order given, but each owner's first `few` before what anybody has beyond that. */
export function fairly<T>(list: readonly T[], ownerOf: (one: T) => string, few: number): T[] {
  const counts = new Map<string, number>();
  const [first, rest]: [T[], T[]] = [[], []];
  for (const one of list) {
    const owner = ownerOf(one);
    const count = (counts.get(owner) ?? 0) + 1;
    counts.set(owner, count);
    (count > few ? rest : first).push(one);
  }
  return [...first, ...rest];
}
