// Talks to the server: one function a thing that can be asked, errors with what the server said.

export class Refused extends Error {
  /**
   * @param {number} status of HTTP
   * @param {import("./types.js").Said} said
   */
  constructor(status, said) {
    super(said.error ?? "the server refused");
    this.status = status;
    this.said = said;
  }
}

let csrf = "";

/**
 * Who is logged in; without anybody the login page opens.
 * @returns {Promise<import("./types.js").Me>}
 */
export async function whoAmI() {
  const me = await ask("GET", "/api/me");
  csrf = me.csrf;
  return me;
}

/**
 * Send a request; resolves to the JSON of the answer, rejects with Refused or a TypeError.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
export async function ask(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: { "content-type": "application/json", "x-csrf-token": csrf },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (answer.ok) return answer.json();
  const said = await answer.json().catch(() => ({}));
  if (answer.status === 401) location.replace("/login");
  throw new Refused(answer.status, said);
}

/**
 * The waveform of a task.
 * @param {string} task
 * @param {string} variant
 * @returns {Promise<import("./types.js").Peaks>}
 */
export async function getPeaks(task, variant) {
  const answer = await fetch(`/api/tasks/${task}/peaks?variant=${variant}`);
  if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => ({})));
  return {
    rate: Number(answer.headers.get("x-peaks-rate")),
    channels: Number(answer.headers.get("x-peaks-channels")),
    pairs: new Int8Array(await answer.arrayBuffer()),
  };
}
