// The live picture: one stream from the receiver into plain maps, and the receiver's own time.

/** @param told called after each change, with the part that came (undefined for a whole picture). */
export function livePicture({ told, lost, refused }) {
  const picture = {
    alerts: new Map(),
    gateways: new Map(),
    faults: new Map(),
    measurements: [],
    health: undefined,
    notUnderstood: [],
    connected: false,
    now: () => performance.now() + offset,
  };
  let offset = 0;
  let source;

  const fill = (map, list, key) => {
    map.clear();
    for (const one of list) map.set(one[key], one);
  };
  const timed = (now) => {
    offset = now - performance.now();
  };

  function open() {
    source = new EventSource('/api/stream');
    source.addEventListener('picture', ({ data }) => {
      const whole = JSON.parse(data);
      timed(whole.health.now);
      fill(picture.alerts, whole.alerts, 'key');
      fill(picture.gateways, whole.gateways, 'gateway');
      fill(picture.faults, whole.faults, 'key');
      picture.measurements = whole.measurements;
      picture.health = whole.health;
      picture.notUnderstood = whole.notUnderstood;
      picture.connected = true;
      told();
    });
    source.addEventListener('part', ({ data }) => {
      const part = JSON.parse(data);
      timed(part.now);
      if (part.gone) picture.alerts.delete(part.gone);
      if (part.alert) picture.alerts.set(part.alert.key, part.alert);
      if (part.gateway) picture.gateways.set(part.gateway.gateway, part.gateway);
      if (part.fault?.active) picture.faults.set(part.fault.key, part.fault);
      else if (part.fault) picture.faults.delete(part.fault.key);
      if (part.measurements) picture.measurements = part.measurements;
      if (part.health) picture.health = part.health;
      if (part.notUnderstood) picture.notUnderstood = part.notUnderstood;
      told(part);
    });
    source.addEventListener('now', ({ data }) => timed(JSON.parse(data).now));
    source.addEventListener('error', () => {
      picture.connected = false;
      lost();
      // The browser tries again by itself, except after a refusal.
      if (source.readyState === EventSource.CLOSED) refused();
    });
  }

  return {
    picture,
    open,
    close() {
      source?.close();
      picture.connected = false;
    },
  };
}

/** @returns the answer's JSON, or `{error}` with the receiver's code. */
export async function send(path, body = {}) {
  try {
    const answer = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const json = await answer.json();
    return answer.ok ? json : { error: json.error?.code ?? 'failed' };
  } catch {
    return { error: 'no-server' };
  }
}
