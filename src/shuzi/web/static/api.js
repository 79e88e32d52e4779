// Calls of the service. Each gives its answer or throws a Problem.

/** What the service complains of, in its own words; status 0 if it did not answer. */
export class Problem extends Error {
  constructor(status, { kind = "", detail = "", remedy = "", wait = 0, missed = {} } = {}) {
    super(remedy ? `${detail} ${remedy}` : detail);
    Object.assign(this, { status, kind, detail, remedy, wait, missed });
  }

  /** Whether the same call may succeed later. */
  get passing() {
    return this.status === 0 || this.status === 503;
  }
}

export function get(path) {
  return call("GET", path);
}

/** The bytes of what is not JSON. */
export function getBytes(path) {
  return call("GET", path, undefined, {}, {}, (answer) => answer.arrayBuffer());
}

export function send(method, path, values, options = {}) {
  const body = values === undefined ? undefined : JSON.stringify(values);
  return call(method, path, body, { "Content-Type": "application/json" }, options);
}

/** Read a picture: a blob, or a file whose name travels with it. */
export function read(picture, query, options = {}) {
  return post("read", picture, query, options);
}

/** Read a picture and queue for review what is undecided. */
export function queue(picture, query) {
  return post("review/items", picture, query);
}

function post(path, picture, query, options) {
  const pairs = Object.entries(query).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
  const target = `${path}?${new URLSearchParams(pairs)}`;
  if (!(picture instanceof File)) {
    return call("POST", target, picture, { "Content-Type": picture.type }, options);
  }
  const form = new FormData();
  form.append("file", picture, picture.name);
  return call("POST", target, form, {}, options);
}

async function call(method, path, body, headers = {}, options = {}, take = (answer) => answer.json()) {
  let answer;
  try {
    answer = await fetch(`api/v1/${path}`, {
      method,
      body,
      headers: method === "GET" ? headers : { ...headers, "X-Shuzi": "1" },
      ...options,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0);
  }
  if (answer.ok) return answer.status === 204 ? null : take(answer);
  throw await problemOf(answer);
}

async function problemOf(answer) {
  const said = await answer.json().catch(() => ({}));
  if (answer.status === 401) document.dispatchEvent(new Event("locked"));
  const detail = typeof said.detail === "string" ? said.detail : answer.statusText;
  const kind = String(said.type ?? "").replace(/^urn:shuzi:/, "");
  const wait = 1000 * Number(answer.headers.get("Retry-After") ?? 0);
  const missed = said.not_decided ?? {};
  return new Problem(answer.status, { kind, detail, remedy: said.remedy, wait, missed });
}
