// Splits a stream of bytes into lines, numbered from 1, holding one at a time.

/** Longest line, characters; a longer one is given as undefined. */
const LONGEST = 16_000_000;

export async function* numberedLines(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ number: number; text: string | undefined }> {
  const decoder = new TextDecoder('utf-8', { fatal: false });
  let number = 0;
  let rest = '';
  let overlong = false;
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      number += 1;
      yield { number, text: overlong ? undefined : part };
      overlong = false;
    }
    if (rest.length > LONGEST) {
      rest = '';
      overlong = true;
    }
  }
  rest += decoder.decode();
  if (rest !== '' || overlong) yield { number: number + 1, text: overlong ? undefined : rest };
}
