// What every part of the page uses: elements, numbers in words, and calls to the server.

export const $ = id => document.getElementById(id);
const storedKey = 'onepeace-key';

export const key = {
  get: () => sessionStorage.getItem(storedKey),
  set: value => sessionStorage.setItem(storedKey, value),
  forget: () => sessionStorage.removeItem(storedKey),
};

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export function show(id, text) {
  $(id).hidden = !text;
  $(id).textContent = text ?? '';
}

/** Shows what went wrong; nothing where the answer was to a key that is no longer in use, since nobody waits for it. */
export function showError(id, error) {
  if (!error.outdated)
    show(id, error.message);
}

/** A word for a state, in the colour of what it means. */
export function pill(state) {
  const kind = { ready: 'good', failed: 'bad', leaked: 'bad', registered: 'plain', detached: 'plain',
    published: 'good', finished: 'good', paused: 'plain', cancelled: 'plain' }[state] ?? '';
  return element('span', { className: `pill ${kind}`, textContent: state });
}

export const shortHash = hash => hash.length > 13 ? hash.slice(0, 12) + '…' : hash;

export const count = (number, one, many = one + 's') => `${number.toLocaleString('en')} ${number === 1 ? one : many}`;

export function size(bytes) {
  const units = ['bytes', 'KB', 'MB', 'GB'];
  let unit = 0;
  for (; bytes >= 1000 && unit < units.length - 1; unit++)
    bytes /= 1000;
  return `${unit && bytes < 10 ? bytes.toFixed(1) : Math.round(bytes)} ${units[unit]}`;
}

/** Rounded up, in its two largest units. */
export function duration(seconds) {
  const all = Math.ceil(seconds), minutes = Math.floor(all / 60), hours = Math.floor(minutes / 60);
  return hours ? `${hours} h ${minutes % 60} min` : minutes ? `${minutes} min ${all % 60} s` : `${all} s`;
}

/** Asks once; true for yes. */
export const confirmed = ({ title, text, yes }) => new Promise(resolve => {
  $('confirm-title').textContent = title;
  $('confirm-text').textContent = text;
  $('confirm-yes').textContent = yes;
  const dialog = $('confirm');
  const answer = yes => () => { dialog.onclose = null; dialog.close(); resolve(yes); };
  $('confirm-yes').onclick = answer(true);
  $('confirm-no').onclick = answer(false);
  dialog.onclose = () => dialog.open || resolve(false);   // the Escape key; an event that comes while it is open is of the question before
  dialog.showModal();
});

const authorization = () => 'Bearer ' + key.get();

function answerOf(status, answer) {
  if (status < 200 || status >= 300)
    throw Object.assign(new Error(answer?.error?.message ?? `The server answered ${status}.`), { status });
  return answer;
}

/** Calls a route; throws what the server says where it refuses. An answer to a key that is no longer in use is none. */
export async function call(path, body, method = body ? 'POST' : 'GET') {
  const used = key.get();
  const response = await fetch(path, {
    method,
    headers: { 'Authorization': authorization(), ...(body && { 'Content-Type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json().catch(() => null);
  if (key.get() !== used)
    throw Object.assign(new Error('The key was changed before the server answered.'), { outdated: true });
  return answerOf(response.status, answer);
}

/** Saves what a route gives as a file. Not by a link, which cannot carry the key. */
export async function download(path, name) {
  const response = await fetch(path, { headers: { 'Authorization': authorization() } });
  if (!response.ok)
    answerOf(response.status, await response.json().catch(() => null));
  const url = URL.createObjectURL(await response.blob());
  element('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);   // the browser may still be copying it
}

/** Sends a file as it is. Not by fetch, which does not tell how far it is. */
export const upload = (path, type, file, progress) => new Promise((resolve, reject) => {
  const request = new XMLHttpRequest();
  request.open('POST', path);
  request.setRequestHeader('Authorization', authorization());
  request.setRequestHeader('Content-Type', type);
  request.responseType = 'json';
  request.upload.onprogress = event => progress(event.total ? event.loaded / event.total : 1);
  request.onload = () => {
    try {
      resolve(answerOf(request.status, request.response));
    } catch (error) {
      reject(error);
    }
  };
  request.onerror = () => reject(new Error('The connection to the server broke off.'));
  request.send(file);
});
