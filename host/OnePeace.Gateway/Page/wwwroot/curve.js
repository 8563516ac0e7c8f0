// The loss of a training run over its steps, with its axes.

const height = 154, left = 48, right = 28, top = 20, bottom = 34, tickLength = 4, atMost = 5;

function drawn(tag, attributes, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes))
    made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const line = (x1, y1, x2, y2, kind) => drawn('line', { x1, y1, x2, y2, class: kind });
const label = (x, y, anchor, text) => drawn('text', { x, y, 'text-anchor': anchor }, text);

/** Round numbers from 0 to a largest one, a few of them: 1, 2 or 5 times a power of ten apart. */
function ticks(most, least = 0) {
  const rough = most / atMost, power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(least, [1, 2, 5, 10].map(factor => factor * power).find(distance => distance >= rough));
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, i) => ({
    value: i * step,
    text: digits > 4 && i > 0 ? (i * step).toExponential(0) : (i * step).toLocaleString('en', { minimumFractionDigits: Math.min(4, digits), maximumFractionDigits: Math.min(4, digits) }),
  }));
}

/** Steps of all stages below, the loss from 0 up at the left, and a line where a stage begins. */
export function curve(run, points, width) {
  const ends = run.stages.map((_, i) => run.stages.slice(0, i + 1).reduce((sum, s) => sum + s.steps, 0));
  const all = ends.at(-1), most = Math.max(0, ...points.map(p => p.loss)) || 1;
  const x = step => left + step / all * (width - left - right);
  const y = loss => height - bottom - loss / most * (height - top - bottom);
  const stepOf = p => (p.stage > 1 ? ends[p.stage - 2] : 0) + p.step;
  const [floor, end, last] = [y(0), width - right, points.at(-1)];
  return drawn('svg', { class: 'curve', viewBox: `0 0 ${width} ${height}`, role: 'img',
    'aria-label': last ? `Loss: ${points[0].loss.toFixed(2)} at first, ${last.loss.toFixed(2)} now` : 'No loss yet' },
    ...ticks(most).flatMap(({ value, text }) => [line(left, y(value), end, y(value), 'grid'), label(left - 8, y(value) + 4, 'end', text)]),
    ...ticks(all, 1).flatMap(({ value, text }) => [line(x(value), floor, x(value), floor + tickLength, 'axis'), label(x(value), floor + 17, 'middle', text)]),
    ...ends.slice(0, -1).map(step => line(x(step), top, x(step), floor, 'stage')),
    line(left, floor, end, floor, 'axis'), line(left, top, left, floor, 'axis'),
    label(left - 8, 10, 'end', 'loss'), label(end, height - 3, 'end', run.stages.length > 1 ? 'step, of all stages' : 'step'),
    drawn('polyline', { points: points.map(p => `${x(stepOf(p)).toFixed(1)},${y(p.loss).toFixed(1)}`).join(' ') }));
}
