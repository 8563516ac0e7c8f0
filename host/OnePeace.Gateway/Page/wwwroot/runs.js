// Training runs: where they stand, how the loss goes, how to steer them, and what they leave.
import { curve } from './curve.js';
import { $, call, confirmed, count, download, duration, element, key, pill, show, showError } from './page.js';

const pollMilliseconds = 2000, mostRuns = 10;

let listed = '';               // the last list as text, to see whether anything is new
let runs = [];                 // what is shown
let width = 0;                 // of the curves
const curves = new Map();      // id: { step, points } of what was asked for last
const busy = new Set();        // ids of buttons whose action is under way

export function forgetRuns() {
  listed = '';
  curves.clear();
  show('run-error', null);
  draw([]);
}

async function refreshRuns() {
  if (!key.get() || document.visibilityState !== 'visible')
    return;
  try {
    const runsFirst = (a, b) => (b.state === 'running') - (a.state === 'running');   // else the newest first
    const latest = (await call('/v1/runs')).data.sort(runsFirst).slice(0, mostRuns);
    if (JSON.stringify(latest) === listed)
      return;
    await Promise.all(latest.map(refreshCurve));
    listed = JSON.stringify(latest);
    draw(latest);
  } catch {
    listed = '';   // the state at the top says that the server does not answer
  }
}

function draw(latest) {
  const focused = document.activeElement?.id;
  runs = latest;
  $('training').hidden = runs.length === 0;
  width = $('runs').clientWidth;
  $('runs').replaceChildren(...runs.map(row));
  if (focused)
    $(focused)?.focus({ preventScroll: true });
}

async function refreshCurve(run) {
  const step = run.progress ? `${run.progress.stage_number}/${run.progress.step}` : '';
  if (step && curves.get(run.id)?.step !== step)
    curves.set(run.id, { step, points: (await call(`/v1/runs/${run.id}`)).curve });
}

function row(run) {
  const head = element('div', { className: 'head' }, element('h3', { textContent: run.name }), pill(run.state), element('code', { className: 'hint', textContent: run.id }));
  const made = element('li', {}, head, ...actions(run));
  if (run.reason)
    made.append(element('p', { className: run.state === 'failed' ? 'reason' : 'hint', textContent: run.reason }));
  if (run.note)
    made.append(element('p', { className: 'hint', textContent: run.note }));
  if (run.package)
    made.append(element('p', { className: 'hint', textContent: `became ${run.package.modality} ${run.package.version}` }));
  if (run.progress)
    made.append(progress(run), numbers(run.progress, run.state === 'running'), curve(run, curves.get(run.id)?.points ?? [], width));
  return made;
}

function progress(run) {
  const { stage, stage_number, stages, step, steps } = run.progress;
  const label = `${run.name}, stage ${stage} (${stage_number} of ${stages}): step ${step} of ${steps}`;
  return element('progress', { max: steps, value: step, ariaLabel: label });
}

function numbers(p, running) {
  const parts = [`${p.stage} (${p.stage_number}/${p.stages})`, `step ${p.step.toLocaleString('en')} of ${p.steps.toLocaleString('en')}`,
    `loss ${p.loss.toFixed(3)}`, `accuracy ${Math.round(p.accuracy * 100)} %`];
  const terms = Object.entries(p.terms ?? {});
  if (terms.length > 1)
    parts.push(terms.map(([name, value]) => `${name} ${value.toFixed(2)}`).join(', '));
  if (p.validation_accuracy !== undefined)
    parts.push(`validation ${Math.round(p.validation_accuracy * 100)} %`);
  if (running)
    parts.push(`${Math.round(p.pairs_per_second)} pairs/s`, `${duration(p.remaining_seconds)} left`);
  if (p.bad_pairs > 0)
    parts.push(count(p.bad_pairs, 'bad pair'));
  return element('p', { className: 'hint', textContent: parts.join(' · ') });
}

// ---- steering ----

function actions(run) {
  const path = `/v1/runs/${run.id}`, made = [];
  const command = (verb, text) => made.push(button(run, verb, text, () => call(`${path}/${verb}`, undefined, 'POST')));
  if (run.state === 'submitted' || run.state === 'running')
    command('pause', 'Pause');
  if (run.state === 'paused' || run.state === 'failed' || (run.state === 'finished' && run.ended && run.publish))
    command('resume', 'Resume');
  if (['submitted', 'running', 'paused', 'failed'].includes(run.state))
    command('cancel', 'Cancel');
  if (run.ended && hasModel(run))
    made.push(button(run, 'download', 'Download the model', () => download(`${path}/model`, `${run.id}.tar`)));
  if (run.ended)
    made.push(button(run, 'delete', 'Delete', () => remove(run, path)));
  return made.length ? [element('div', { className: 'actions' }, ...made)] : [];
}

/** Whether a stage is done, so that there is a model after it. */
const hasModel = run => run.state === 'finished' || run.state === 'published' || run.progress?.stage_number > 1;

async function remove(run, path) {
  const text = 'Its checkpoints, its curve and its model go from the server for good.' + (run.package ? ` What it became, ${run.package.modality} ${run.package.version}, stays attached.` : '');
  if (await confirmed({ title: `Delete the run ${run.name}?`, text, yes: 'Delete' }))
    await call(path, undefined, 'DELETE');
}

function button(run, verb, textContent, act) {
  const id = `${verb}-${run.id}`;
  const made = element('button', { id, type: 'button', className: 'quiet small', textContent, ariaLabel: `${textContent} ${run.name}`, disabled: busy.has(id) });
  made.addEventListener('click', async () => {
    setBusy(made, true);
    show('run-error', null);
    try {
      await act();
    } catch (error) {
      showError('run-error', error);
    }
    setBusy(made, false);
    await refreshRuns();
  });
  return made;
}

/** Also where the list was drawn anew meanwhile. */
function setBusy(button, is) {
  if (is)
    busy.add(button.id);
  else
    busy.delete(button.id);
  for (const same of [button, $(button.id)])
    if (same)
      same.disabled = is;
}

async function pollOn() {
  await refreshRuns();
  setTimeout(pollOn, pollMilliseconds);
}

document.addEventListener('visibilitychange', refreshRuns);
window.addEventListener('resize', () => {
  if ($('runs').clientWidth !== width)
    draw(runs);   // curves are as wide as the page
});
pollOn();
