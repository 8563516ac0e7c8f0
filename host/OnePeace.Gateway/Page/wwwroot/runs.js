// Training runs: where they stand, how the loss goes, and how to steer them.
import { $, call, count, element, key, pill, show } from './page.js';

const pollMilliseconds = 2000, mostRuns = 10, width = 320, height = 72;

let listed = '';               // the last list as text, to see whether anything is new
const curves = new Map();      // id: { step, points } of what was asked for last

export function forgetRuns() {
  listed = '';
  curves.clear();
  $('runs').replaceChildren();
  $('training').hidden = true;
}

async function refreshRuns() {
  if (!key.get() || document.visibilityState !== 'visible')
    return;
  try {
    const runs = (await call('/v1/runs')).data.slice(0, mostRuns);
    if (JSON.stringify(runs) === listed)
      return;
    await Promise.all(runs.map(refreshCurve));
    listed = JSON.stringify(runs);
    const focused = document.activeElement?.id;
    $('training').hidden = runs.length === 0;
    $('runs').replaceChildren(...runs.map(row));
    if (focused)
      $(focused)?.focus({ preventScroll: true });
  } catch {
    listed = '';   // the state at the top says that the server does not answer
  }
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
    made.append(progress(run), numbers(run.progress, run.ended), curve(run));
  return made;
}

function progress(run) {
  const { stage, stage_number, stages, step, steps } = run.progress;
  const label = `${run.name}, stage ${stage} (${stage_number} of ${stages}): step ${step} of ${steps}`;
  return element('progress', { max: steps, value: step, ariaLabel: label });
}

function numbers(p, ended) {
  const parts = [`${p.stage} (${p.stage_number}/${p.stages})`, `step ${p.step.toLocaleString('en')} of ${p.steps.toLocaleString('en')}`,
    `loss ${p.loss.toFixed(3)}`, `accuracy ${Math.round(p.accuracy * 100)} %`];
  const terms = Object.entries(p.terms ?? {});
  if (terms.length > 1)
    parts.push(terms.map(([name, value]) => `${name} ${value.toFixed(2)}`).join(', '));
  if (p.validation_accuracy !== undefined)
    parts.push(`validation ${Math.round(p.validation_accuracy * 100)} %`);
  if (!ended)
    parts.push(`${Math.round(p.pairs_per_second)} pairs/s`, `${Math.ceil(p.remaining_seconds)} s left`);
  if (p.bad_pairs > 0)
    parts.push(count(p.bad_pairs, 'bad pair'));
  return element('p', { className: 'hint', textContent: parts.join(' · ') });
}

function drawn(tag, attributes, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes))
    made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** The loss over all steps, from 0 up; a line where a stage begins. */
function curve(run) {
  const points = curves.get(run.id)?.points ?? [];
  const ends = run.stages.map((_, i) => run.stages.slice(0, i + 1).reduce((sum, s) => sum + s.steps, 0));
  const most = Math.max(...points.map(p => p.loss), 1e-9), all = ends.at(-1);
  const x = p => ((p.stage > 1 ? ends[p.stage - 2] : 0) + p.step) / all * width;
  const y = p => height - p.loss / most * (height - 4);
  const last = points.at(-1);
  return drawn('svg', { class: 'curve', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': last ? `Loss: ${points[0].loss.toFixed(2)} at first, ${last.loss.toFixed(2)} now` : 'No loss yet', preserveAspectRatio: 'none' },
    ...ends.slice(0, -1).map(end => drawn('line', { x1: end / all * width, x2: end / all * width, y1: 0, y2: height })),
    drawn('polyline', { points: points.map(p => `${x(p).toFixed(1)},${y(p).toFixed(1)}`).join(' ') }));
}

// ---- steering ----

function actions(run) {
  const verbs = [];
  if (run.state === 'submitted' || run.state === 'running')
    verbs.push(['pause', 'Pause']);
  if (run.state === 'paused' || run.state === 'failed' || (run.state === 'finished' && run.ended && run.publish))
    verbs.push(['resume', 'Resume']);
  if (['submitted', 'running', 'paused', 'failed'].includes(run.state))
    verbs.push(['cancel', 'Cancel']);
  return verbs.length ? [element('div', { className: 'actions' }, ...verbs.map(([verb, text]) => button(run, verb, text)))] : [];
}

function button(run, verb, textContent) {
  const made = element('button', { id: `${verb}-${run.id}`, type: 'button', className: 'quiet small', textContent, ariaLabel: `${textContent} ${run.name}` });
  made.addEventListener('click', async () => {
    show('run-error', null);
    try {
      await call(`/v1/runs/${run.id}/${verb}`, undefined, 'POST');
    } catch (error) {
      show('run-error', error.message);
    }
    await refreshRuns();
  });
  return made;
}

async function pollOn() {
  await refreshRuns();
  setTimeout(pollOn, pollMilliseconds);
}

document.addEventListener('visibilitychange', refreshRuns);
pollOn();
