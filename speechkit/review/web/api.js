// Talks to the server: one function a thing that can be asked, errors with what the server said. A
// session that has ended is renewed in the page, and the request sent again.

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
let name = "";
/** @type {((name: string) => Promise<void>) | null} */
let logInAgain = null;
/** @type {Promise<void> | null} */
let renewing = null;

/**
 * Who is logged in; without anybody the login page opens.
 * @returns {Promise<import("./types.js").Me>}
 */
export async function whoAmI() {
  const me = await ask("GET", "/api/me");
  csrf = me.csrf;
  name = me.name;
  return me;
}

/**
 * What to do when the session has ended, in place of leaving the page: it resolves once the same
 * person is logged in again.
 * @param {(name: string) => Promise<void>} handler
 */
export function renewSessionsBy(handler) {
  logInAgain = handler;
}

/**
 * Log in, within a page; says what is wrong, or nothing.
 * @param {string} password
 */
export async function logIn(password) {
  const answer = await send("POST", "/api/login", { name, password });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) return said.error ?? "logging in failed";
  csrf = said.csrf;
  return "";
}

/** End the session; what is asked for afterwards finds it over. */
export async function logOut() {
  await send("POST", "/api/logout").catch(() => {});
}

/** Take up the session that the browser has now; false unless it is the same person's. */
export async function takeUpSession() {
  const answer = await send("GET", "/api/me");
  if (!answer.ok) return false;
  const me = await answer.json();
  if (me.name !== name) return false;
  csrf = me.csrf;
  return true;
}

/**
 * Send a request; resolves to the JSON of the answer, rejects with Refused or a TypeError.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {Record<string, string>} [headers]
 * @returns {Promise<any>}
 */
export async function ask(method, path, body, headers = {}) {
  for (let attempt = 0; ; attempt++) {
    const answer = await send(method, path, body, { headers });
    if (answer.ok) return answer.json();
    const said = await answer.json().catch(() => ({}));
    const over = answer.status === 401 || said.kind === "CsrfError";
    if (over && name && attempt === 0 && (await takeUpSession())) continue; // another tab logged in
    if (over && logInAgain) {
      renewing ??= logInAgain(name).finally(() => (renewing = null));
      await renewing;
      continue;
    }
    if (over) location.replace(`/login?to=${encodeURIComponent(location.pathname + location.search)}`);
    throw new Refused(answer.status, said);
  }
}

/**
 * Send without waiting, while the page goes away.
 * @param {string} path
 * @param {unknown} body
 */
export function sendLast(path, body) {
  send("POST", path, body, { keepalive: true }).catch(() => {});
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {{ keepalive?: boolean, headers?: Record<string, string> }} [options]
 */
function send(method, path, body, { keepalive = false, headers = {} } = {}) {
  return fetch(path, {
    method,
    keepalive,
    headers: { "content-type": "application/json", "x-csrf-token": csrf, ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
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
