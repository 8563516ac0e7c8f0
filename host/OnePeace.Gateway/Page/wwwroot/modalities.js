// What serves, packages in and out, and what happened. Names, versions and states come from the server.
import { $, call, confirmed, count, element, key, pill, shortHash, show, showError, size, upload } from './page.js';

const packageType = 'application/vnd.onepeace.modality';
const pollMilliseconds = 2000, mostEvents = 50;
const messages = ['change-error', 'attached', 'refused'];

export let modalities = [];   // as /v1/modalities lists them
let listed = '';              // the same as text, to see whether anything is new
let asked = 0;                // how often the list was asked for
let lastEvent = 0;
let polled = 0;               // how often events were asked for, or forgotten
let changed = () => {};
const unfolded = new Set();   // names whose versions are shown

export const serving = () => modalities.filter(m => m.state === 'ready');

/** Says what to do whenever the list is another. */
export const onChange = action => { changed = action; };

export async function refreshModalities() {
  const mine = ++asked, list = (await call('/v1/modalities')).data;
  if (mine !== asked || JSON.stringify(list) === listed)
    return;   // a later answer is on its way, or nothing is new
  modalities = list;
  listed = JSON.stringify(list);
  const focused = document.activeElement?.id;
  $('modalities').replaceChildren(...modalities.map(row));
  if (focused)
    $(focused)?.focus({ preventScroll: true });
  changed();
}

export function forgetModalities() {
  modalities = [];
  listed = '';
  forgetEvents();
  for (const id of messages)
    show(id, null);
  $('modalities').replaceChildren();
  $('events').replaceChildren();
  $('no-events').hidden = false;
  changed();
}

// ---- the list ----

function row(modality) {
  const head = element('div', { className: 'head' },
    element('h4', { textContent: modality.id }), pill(modality.state),
    element('span', { textContent: modality.version.split('+')[0], title: modality.version }),
    element('span', { className: 'hint', textContent: modality.source === 'package' ? 'a package' : 'part of the model' }));
  const made = element('li', {}, head,
    element('p', { className: 'hint takes', textContent: 'takes ' + modality.media_types.join(', ') }));
  if (modality.reason)
    made.append(element('p', { className: 'reason', textContent: modality.reason }));
  if (!modality.versions) {
    made.append(hashOf(modality));
    return made;
  }
  head.append(changeButton(`detach-${modality.id}`, 'Detach', `Detach ${modality.id}`, {
    title: `Detach ${modality.id}?`,
    text: `Requests with it are refused from then on, and ${count(modality.versions.length, 'version')} of it will be forgotten. To have it again, attach its package again.`,
    run: () => call(`/v1/modalities/${encodeURIComponent(modality.id)}`, undefined, 'DELETE'),
  }));
  made.append(versions(modality));
  return made;
}

const hashOf = (version, before = '') => element('p', { className: 'hint' }, before + 'hash ', element('code', { textContent: shortHash(version.hash), title: version.hash }));

function versions(modality) {
  const failed = modality.versions.filter(v => v.state === 'failed').length;
  const details = element('details', { open: unfolded.has(modality.id) },
    element('summary', { id: `versions-${modality.id}`, textContent: count(modality.versions.length, 'version') + (failed ? `, ${failed} refused` : '') }),
    element('ul', { className: 'versions' }, ...modality.versions.map(v => versionRow(modality, v))));
  details.addEventListener('toggle', () => unfolded[details.open ? 'add' : 'delete'](modality.id));
  return details;
}

function versionRow(modality, version) {
  const head = element('div', { className: 'head' }, element('h5', { textContent: version.version }), pill(version.state),
    element('span', { className: 'hint', textContent: 'since ' + time(version.since) }));
  const about = [size(version.bytes), count(version.parameters, 'parameter'), `${count(version.typical_tokens, 'token')} an input as a rule`, `inputs up to ${size(version.max_input_bytes)}`];
  const made = element('li', {}, head);
  if (version.reason)
    made.append(element('p', { className: 'reason', textContent: version.reason }));
  made.append(element('p', { className: 'hint', textContent: about.join(' · ') }));
  if (version.description)
    made.append(element('p', { className: 'hint', textContent: version.description }));
  const origin = [version.author && `by ${version.author}`, version.licence].filter(Boolean);
  made.append(hashOf(version, origin.map(part => part + ' · ').join('')));
  const actions = versionActions(modality, version);
  if (actions.length > 0)
    made.append(element('div', { className: 'actions' }, ...actions));
  return made;
}

function versionActions(modality, version) {
  const path = `/v1/modalities/${encodeURIComponent(modality.id)}`;
  const actions = [];
  if (version.state === 'registered')
    actions.push(changeButton(`switch-${modality.id}-${version.version}`, 'Switch to it', `Switch ${modality.id} to ${version.version}`, {
      title: `Switch ${modality.id} to ${version.version}?`,
      text: 'The server checks it again; then it takes over without a pause. Vectors of another version may not compare with those you have.',
      run: () => call(path, { version: version.version }, 'PUT'),
    }));
  if (version.state === 'registered' || version.state === 'failed')
    actions.push(changeButton(`forget-${modality.id}-${version.version}`, 'Forget it', `Forget ${modality.id} ${version.version}`, {
      title: `Forget ${modality.id} ${version.version}?`,
      text: 'Its package is removed from the server. What serves is not touched.',
      run: () => call(`${path}?version=${encodeURIComponent(version.version)}`, undefined, 'DELETE'),
    }));
  return actions;
}

const time = seconds => new Date(seconds * 1000).toLocaleString([], { dateStyle: 'medium', timeStyle: 'medium' });

// ---- changes ----

function changeButton(id, text, ariaLabel, change) {
  const button = element('button', { id, type: 'button', className: 'quiet small', textContent: text, ariaLabel });
  button.addEventListener('click', () => carryOut(change, text.split(' ')[0]));
  return button;
}

async function carryOut(change, yes) {
  if (!await confirmed({ ...change, yes }))
    return;
  for (const id of messages)
    show(id, null);
  try {
    await change.run();
  } catch (error) {
    showError('change-error', error);
  }
  await poll();
  await refreshModalities().catch(() => {});
  if (document.activeElement === document.body)
    $('modalities-title').focus();
}

// ---- attaching ----

export const isPackage = file => file.name.toLowerCase().endsWith('.opm');

export async function attach(file) {
  show('attached', null);
  show('refused', null);
  if (!isPackage(file)) {
    show('refused', `${file.name} is no package: the name of one ends in .opm.`);
    return;
  }
  $('package').disabled = true;
  $('upload').hidden = false;
  showProgress(file, 0);
  try {
    const modality = await upload('/v1/modalities', packageType, file, done => showProgress(file, done));
    const waits = modality.versions.some(v => v.state === 'attaching');
    show('attached', waits ? `${modality.id}: the server has ${file.name} and is still at it.` : `${modality.id} ${modality.version} is ready.`);
  } catch (error) {
    show('refused', `${file.name} was refused. ${error.message}`);
  }
  $('upload').hidden = true;
  $('package').disabled = false;
  await poll();
  await refreshModalities().catch(() => {});
}

function showProgress(file, done) {
  const sent = done >= 1;
  $('upload-title').textContent = sent ? `${file.name}: the server checks it…` : `${file.name}: ${Math.floor(done * 100)} % of ${size(file.size)}`;
  if (sent)
    $('upload-progress').removeAttribute('value');
  else
    $('upload-progress').value = done;
}

$('package').addEventListener('change', () => {
  const [file] = $('package').files;
  if (file)
    attach(file);
  $('package').value = '';
});

// ---- what happened ----

/** Asks for what is new; a server that does not answer may start anew and count from 1. */
async function poll() {
  if (!key.get() || document.visibilityState !== 'visible')
    return;
  const mine = ++polled;
  try {
    const events = (await call(`/v1/events?after=${lastEvent}`)).data.filter(e => e.id > lastEvent);
    if (mine !== polled || events.length === 0)
      return;   // a later answer is on its way, or nothing is new
    if (lastEvent === 0)
      $('events').replaceChildren();
    lastEvent = events.at(-1).id;
    $('no-events').hidden = true;
    $('events').prepend(...events.toReversed().map(eventRow));
    while ($('events').children.length > mostEvents)
      $('events').lastChild.remove();
    await refreshModalities();
  } catch {
    if (mine === polled)
      lastEvent = 0;
  }
}

/** The next answer is the whole list; one to what was asked before is none. */
function forgetEvents() {
  polled++;
  lastEvent = 0;
}

const eventRow = event => element('li', {},
  element('time', { dateTime: new Date(event.created * 1000).toISOString(), textContent: new Date(event.created * 1000).toLocaleTimeString(), title: time(event.created) }),
  element('span', { className: 'what' }, element('strong', { textContent: event.modality }), ` ${event.version} `, pill(event.what)),
  element('span', { className: 'hint', textContent: event.detail ?? '' }));

async function pollOn() {
  await poll();
  setTimeout(pollOn, pollMilliseconds);
}

document.addEventListener('visibilitychange', () => {
  forgetEvents();   // the server may have started anew while nobody asked
  poll();
});
pollOn();
