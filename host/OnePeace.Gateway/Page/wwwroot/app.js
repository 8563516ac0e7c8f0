// The page of a OnePeace server. What it can take comes from /v1/modalities: nothing here knows a modality by name.
import { $, call, element, key, shortHash, show, showError } from './page.js';
import { attach, forgetModalities, isPackage, modalities, onChange, refreshModalities, serving } from './modalities.js';
import { forgetRuns } from './runs.js';

const wrongKey = 'This is not the key of this server. It is the last word of the line that the server printed when it started for the first time.';

let items = [];   // { label, text } or { label, file, url, modality, chosen }

// ---- what serves ----

async function refreshState() {
  let text = 'no answer', kind = 'bad';
  try {
    const response = await fetch('/readyz');
    text = response.ok ? 'ready' : (await response.json()).error.message;
    kind = response.ok ? 'good' : '';
  } catch { /* the pill says it */ }
  const changed = $('state').textContent !== text;
  $('state').textContent = text;
  $('state').className = 'pill ' + kind;
  if (changed && kind === 'good')
    await refreshServing();
}

async function refreshServing() {
  const used = key.get();
  if (!used)
    return;
  try {
    const [models] = await Promise.all([call('/v1/models'), refreshModalities()]);
    showModel(models.data[0]);
    show('error', null);
  } catch (error) {
    if (key.get() !== used)
      return;   // another was given meanwhile
    if (error.status === 401)
      forgetKey();
    show('error', error.status === 401 ? wrongKey : error.message);
  }
}

function showModel(model) {
  $('serving').hidden = $('happened').hidden = !model;
  if (!model)
    return;
  show('notice', model.notice);
  const facts = { Model: model.id, Dimensions: model.dimensions, 'Number type': model.dtype, Device: model.device, Core: shortHash(model.core_hash) };
  $('model').replaceChildren(...Object.entries(facts).map(([name, value]) =>
    element('div', {}, element('dt', { textContent: name }), element('dd', { textContent: value }))));
}

onChange(() => {
  const media = serving().filter(m => !takesText(m)).map(m => m.id);
  $('accepted').textContent = media.length ? 'This model takes files for: ' + media.join(', ')
    : modalities.length ? 'This model takes texts only.' : 'Enter your key to see what this model takes.';
  showItems();
});

// ---- the key ----

function showKey() {
  const known = key.get();
  $('forget').hidden = !known;
  $('key').placeholder = known ? 'kept for this tab' : 'op_…';
  $('timing').textContent = known ? '' : 'First paste the key that the server printed when it started for the first time.';
}

function forgetKey() {
  key.forget();
  showKey();
  showModel(null);
  forgetModalities();
  forgetRuns();
}

$('key-form').addEventListener('submit', event => {
  event.preventDefault();
  const given = $('key').value.trim().split(/\s+/).at(-1);   // also where the whole line was pasted
  $('key').value = '';
  if (!/^[\x21-\x7e]+$/.test(given)) {   // nothing else can be sent
    show('error', wrongKey);
    return;
  }
  key.set(given);
  showKey();
  refreshServing();
});
$('forget').addEventListener('click', () => { forgetKey(); $('key').focus(); });

// ---- inputs ----

const takesText = modality => modality.encoding === 'utf-8';

/** The modality for a file, or none: by the file's type, else by how its name ends, else by its type's family; of several the one that is most about that family. */
function modalityOf(file) {
  const end = file.name.toLowerCase().split('.').at(-1), family = file.type.split('/')[0] + '/';
  const ofFamily = type => file.type && type.startsWith(family);
  const share = m => m.media_types.filter(ofFamily).length / m.media_types.length;
  for (const fits of [type => type === file.type, type => type.split(/[/+]/).at(-1) === end, ofFamily]) {
    const found = serving().filter(m => m.media_types.some(fits));
    if (found.length > 0)
      return found.sort((a, b) => share(b) - share(a))[0];
  }
  return undefined;
}

function addTexts(text) {
  for (const line of text.split('\n').map(l => l.trim()).filter(Boolean))
    items.push({ label: line, text: line });
  showItems();
}

function addFiles(files) {
  for (const file of files)
    items.push({ label: file.name, file, url: URL.createObjectURL(file) });
  showItems();
}

function remove(item) {
  if (item.url)
    URL.revokeObjectURL(item.url);
  items = items.filter(i => i !== item);
  showItems();
}

function showItems() {
  for (const item of items.filter(i => i.file))
    item.modality = serving().some(m => m.id === item.chosen) ? item.chosen : modalityOf(item.file)?.id;
  $('items').replaceChildren(...items.map(item => {
    const row = element('li', {}, ...preview(item, true), element('span', { className: 'name', textContent: item.label, title: item.label }));
    if (item.file)
      row.append(modalityChoice(item));
    const cross = element('button', { className: 'quiet', type: 'button', textContent: '×', ariaLabel: 'Remove ' + item.label });
    cross.addEventListener('click', () => remove(item));
    row.append(cross);
    return row;
  }));
  $('clear').hidden = items.length === 0;
  $('compare').disabled = items.length < 2 || serving().length === 0 || items.some(i => i.file && !i.modality);
}

function preview(item, playable) {
  if (item.file?.type.startsWith('image/'))
    return [element('img', { src: item.url, alt: item.label })];
  return playable && item.file?.type.startsWith('audio/') ? [element('audio', { src: item.url, controls: true })] : [];
}

function modalityChoice(item) {
  const choice = element('select', { ariaLabel: 'Modality of ' + item.label });
  choice.append(...(item.modality ? [] : [new Option('as…', '')]), ...serving().map(m => new Option(m.id, m.id, false, m.id === item.modality)));
  choice.addEventListener('change', () => { item.chosen = choice.value; showItems(); });
  return choice;
}

$('text-form').addEventListener('submit', event => {
  event.preventDefault();
  addTexts($('text').value);
  $('text').value = '';
});
$('text').addEventListener('keydown', event => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey))
    $('text-form').requestSubmit();
});
$('files').addEventListener('change', () => { addFiles($('files').files); $('files').value = ''; });
$('clear').addEventListener('click', () => { [...items].forEach(remove); $('result').hidden = true; $('timing').textContent = ''; });
for (const name of ['dragover', 'dragleave', 'drop'])
  document.addEventListener(name, event => {
    if (!event.dataTransfer.types.includes('Files'))
      return;   // text goes where it is dropped
    event.preventDefault();
    const zone = event.target.closest?.('#attach') ?? $('drop');
    for (const other of document.querySelectorAll('.drop'))
      other.classList.toggle('over', name === 'dragover' && other === zone);
    if (name === 'drop')
      take([...event.dataTransfer.files], zone.id === 'attach');
  });

/** Packages are attached wherever they are dropped. */
function take(files, asPackages) {
  const packages = files.filter(file => asPackages || isPackage(file));
  addFiles(files.filter(file => !packages.includes(file)));
  if (packages.length > 0)
    attachAll(packages);
}

async function attachAll(packages) {
  for (const file of packages)
    await attach(file);
}

// ---- comparing ----

const dataUri = file => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result);
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
});

async function toInput(item) {
  if (!item.file)
    return item.text;
  const modality = modalities.find(m => m.id === item.modality);
  return { [item.modality]: takesText(modality) ? await item.file.text() : (await dataUri(item.file)).replace(/^data:,?$/, '') };
}

async function compare() {
  const shown = [...items];
  $('compare').disabled = true;
  $('timing').textContent = 'embedding…';
  show('error', null);
  try {
    const input = await Promise.all(shown.map(toInput));
    const start = performance.now();
    const answer = await call('/v1/embeddings', { model: 'default', input });
    const took = performance.now() - start;
    const vectors = answer.data.map(row => row.embedding);
    showMatrix(shown, vectors);
    $('timing').textContent = `${shown.length} vectors of ${vectors[0].length} dimensions in ${took.toFixed(0)} ms, ${answer.usage.total_tokens} tokens`;
  } catch (error) {
    $('timing').textContent = '';
    showError('error', error);
  }
  showItems();
}

function showMatrix(shown, vectors) {
  const rows = vectors.map(a => vectors.map(b => a.reduce((sum, value, i) => sum + value * b[i], 0)));
  const others = rows.flatMap((row, i) => row.filter((_, j) => i !== j));
  const least = others.reduce((a, b) => Math.min(a, b)), most = others.reduce((a, b) => Math.max(a, b));   // too many to be arguments
  const heading = (item, scope) => element('th', { scope, title: item.label }, ...(preview(item, false).length ? preview(item, false) : [item.label]));
  const cell = (value, self) => {
    const made = element('td', { textContent: value.toFixed(3), className: self ? 'self' : '' });
    made.style.setProperty('--heat', most > least ? (value - least) / (most - least) : 0);
    return made;
  };
  $('matrix').replaceChildren(
    element('thead', {}, element('tr', {}, element('td'), ...shown.map(item => heading(item, 'col')))),
    element('tbody', {}, ...rows.map((row, i) => element('tr', {}, heading(shown[i], 'row'), ...row.map((value, j) => cell(value, i === j))))));
  $('least').textContent = least.toFixed(3);
  $('most').textContent = most.toFixed(3);
  $('result').hidden = false;
}

$('compare').addEventListener('click', compare);
showKey();
addTexts('a small red circle at the top left\na tiny crimson disc, upper left\na big blue star on the bottom right');
refreshState();
setInterval(refreshState, 5000);
refreshServing();
