// Draws the panels of observability/grafana-dashboard.json from the results of their queries, as a picture for the documentation.
// Usage: node dashboard.mjs CHROMIUM PROMETHEUS BEGIN PICTURE   BEGIN is a Unix time in seconds. The end is the current time.
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [executablePath, prometheus, begin, picture] = process.argv.slice(2);
const [start, end] = [Number(begin), Math.floor(Date.now() / 1000)];
const [rateInterval, step] = ['20s', 2];

// The width of a column and the height of a line in Grafana's grid, and the last line of the picture.
const [column, line, lastLine] = [50, 24, 63];
const palette = ['#3b7dd8', '#d9822b', '#3d9a50', '#c23b4b', '#8757c9', '#3aa6a6', '#b8a02c', '#7a7f87'];
const named = { green: '#3d9a50', orange: '#d9822b', red: '#c23b4b', text: '#1b1f24' };

const dashboard = JSON.parse(readFileSync(new URL('../../observability/grafana-dashboard.json', import.meta.url), 'utf8'));
const escape = text => String(text).replace(/[&<>"]/g, c => `&#${c.charCodeAt(0)};`);
const expand = query => query.replaceAll('$__rate_interval', rateInterval).replaceAll('$__range', `${end - start}s`)
  .replace(/\$(cluster|namespace|job|pod|instance|profile)\b/g, '.*');

async function query(path, parameters) {
  const response = await fetch(`${prometheus}/api/v1/${path}?${new URLSearchParams(parameters)}`);
  const { status, data, error } = await response.json();
  if (status !== 'success') throw new Error(`${parameters.query}: ${error}`);
  return data.result;
}

const legend = (format, labels) => (format ?? '').replace(/\{\{(\w+)\}\}/g, (_, name) => labels[name] ?? '');

async function seriesOf(panel) {
  const results = await Promise.all(panel.targets.map(async target => {
    const found = await query('query_range', { query: expand(target.expr), start, end, step });
    return found.map(({ metric, values }) => ({
      name: legend(target.legendFormat, metric) || panel.title,
      points: values.map(([time, value]) => [time, Number(value)]).filter(([, value]) => Number.isFinite(value)),
    }));
  }));
  const all = results.flat().sort((a, b) => a.name.localeCompare(b.name));

  // In a stack, series that stay 0 are omitted, because their names would leave no room for the others.
  const used = all.filter(({ points }) => points.some(([, value]) => value !== 0));
  return isStack(panel) && used.length > 0 ? used : all;
}

const isStack = panel => panel.fieldConfig.defaults.custom.stacking.mode === 'normal';

// Splits a line where values are missing.
const segments = points => points.reduce((parts, point) => {
  const last = parts.at(-1);
  if (last && point[0] - last.at(-1)[0] <= 2 * step) last.push(point);
  else parts.push([point]);
  return parts;
}, []);

const round = value => Number(value.toPrecision(3)).toString();
function format(value, unit) {
  if (unit === 's' && value !== 0) {
    if (value < 1) return `${round(value * 1000)} ms`;
    return value < 120 ? `${round(value)} s` : `${round(value / 60)} min`;
  }
  if (unit === 'percentunit') return `${round(value * 100)} %`;
  if (unit === 'bytes') return `${round(value / 2 ** 20)} MiB`;
  const suffix = { s: ' s', reqps: ' req/s', ops: ' ops/s', cps: ' c/s' }[unit] ?? '';
  return round(value) + suffix;
}

// The largest value of the axis, and the distance of its lines.
function scale(max) {
  if (max <= 0) return { top: 1, distance: 0.5 };
  const rough = max / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const distance = [1, 2, 2.5, 5, 10].map(factor => factor * power).find(size => size >= rough);
  return { top: Math.ceil(max / distance) * distance, distance };
}

function chart(panel, series, width, height) {
  const { unit, custom, max } = panel.fieldConfig.defaults;
  const totals = new Map();
  const drawn = series.map(({ name, points }) => ({
    name,
    points: points.map(([time, value]) => {
      const base = isStack(panel) ? totals.get(time) ?? 0 : 0;
      totals.set(time, base + value);
      return [time, base, base + value];
    }),
  }));
  const { top, distance } = scale(max ?? Math.max(0, ...drawn.flatMap(({ points }) => points.map(([, , value]) => value))));
  const [left, bottom, right] = [62, 18, 8];
  const x = time => left + (time - start) / (end - start) * (width - left - right);
  const y = value => 6 + (1 - value / top) * (height - bottom - 6);
  const grid = Array.from({ length: Math.round(top / distance) + 1 }, (_, i) => i * distance).map(value => `
    <line x1="${left}" x2="${width - right}" y1="${y(value)}" y2="${y(value)}" stroke="#e3e7eb"/>
    <text x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${format(value, unit)}</text>`);
  const minutes = [];
  for (let time = Math.ceil(start / 60) * 60; time <= end; time += 60)
    minutes.push(`<text x="${x(time)}" y="${height - 3}" text-anchor="middle">${new Date(time * 1000).toISOString().slice(11, 16)}</text>`);
  const shapes = drawn.map(({ points }, i) => {
    const color = palette[i % palette.length];
    if (custom.drawStyle === 'bars')
      return points.filter(([, base, value]) => value > base).map(([time, base, value]) =>
        `<rect x="${x(time) - 1.5}" width="3" y="${y(value)}" height="${y(base) - y(value)}" fill="${color}"/>`).join('');
    return segments(points).map(part => {
      const upper = part.map(([time, , value]) => `${x(time)},${y(value)}`).join(' ');
      const lower = part.map(([time, base]) => `${x(time)},${y(base)}`).reverse().join(' ');
      return `<polygon points="${upper} ${lower}" fill="${color}" opacity="${custom.fillOpacity / 100}"/>
        <polyline points="${upper}" fill="none" stroke="${color}" stroke-width="1.5"/>`;
    }).join('');
  });
  const names = drawn.map(({ name }, i) => `<span><i style="background:${palette[i % palette.length]}"></i>${escape(name)}</span>`);
  return `<svg width="${width}" height="${height}">${grid.join('')}${minutes.join('')}${shapes.join('')}</svg>
    <div class="legend">${names.join('')}</div>`;
}

async function stat(panel) {
  const { unit, noValue, thresholds, mappings } = panel.fieldConfig.defaults;
  const values = (await Promise.all(panel.targets.map(async target =>
    (await query('query', { query: expand(target.expr), time: end })).map(({ metric, value }) =>
      [legend(target.legendFormat, metric), Number(value[1])])))).flat();
  if (values.length === 0) return `<div class="stat"><b>${escape(noValue ?? 'No data')}</b></div>`;
  const cells = values.map(([name, value]) => {
    const color = thresholds.steps.findLast(({ value: from }) => from === null || value >= from).color;
    const text = Number.isNaN(value) ? mappings[0]?.options.result.text ?? noValue ?? 'No data' : format(value, unit);
    const label = panel.options.textMode === 'value_and_name' ? `<span>${escape(name)}</span>` : '';
    return `<div>${label}<b style="color:${named[color]}">${escape(text)}</b></div>`;
  });
  return `<div class="stat">${cells.join('')}</div>`;
}

// The rows of all queries, joined by their labels, with the names and the order of the panel's columns.
async function table(panel) {
  const { renameByName: names, indexByName: order } = panel.transformations.find(({ id }) => id === 'organize').options;
  const rows = new Map();
  for (const { expr, refId } of panel.targets) {
    for (const { metric, value } of await query('query', { query: expand(expr), time: end })) {
      const key = JSON.stringify(metric);
      rows.set(key, { ...rows.get(key) ?? metric, [panel.targets.length > 1 ? `Value #${refId}` : 'Value']: Number(value[1]) });
    }
  }
  const { sort: [{ field, desc }] } = panel.transformations.find(({ id }) => id === 'sortBy').options;
  const sorted = Object.keys(order).find(name => names[name] === field);
  const list = [...rows.values()].sort((a, b) => (b[sorted] - a[sorted]) * (desc ? 1 : -1));
  const columns = Object.keys(order).sort((a, b) => order[a] - order[b]).filter(name => list.some(row => row[name] !== undefined));
  const unitOf = name => panel.fieldConfig.overrides.find(({ matcher }) => matcher.options === names[name])?.properties[0].value
    ?? panel.fieldConfig.defaults.unit;
  const cell = (row, name) => typeof row[name] === 'number' ? format(row[name], unitOf(name)) : row[name] ?? '';
  return `<table><tr>${columns.map(name => `<th>${escape(names[name])}</th>`).join('')}</tr>${list.map(row =>
    `<tr>${columns.map(name => `<td>${escape(cell(row, name))}</td>`).join('')}</tr>`).join('')}</table>`;
}

async function draw(panel, width, height) {
  switch (panel.type) {
    case 'stat': return stat(panel);
    case 'table': return table(panel);
    default: return chart(panel, await seriesOf(panel), width, height);
  }
}

const boxes = [];
for (const panel of dashboard.panels.filter(({ gridPos }) => gridPos.y < lastLine)) {
  const { x, y, w, h } = panel.gridPos;
  const [width, height] = [w * column - 8, h * line - 8];
  const box = `left:${x * column + 12}px;top:${y * line + 52}px;width:${width}px;height:${height}px`;
  if (panel.type === 'row') boxes.push(`<h2 style="${box}">${escape(panel.title)}</h2>`);
  else boxes.push(`<section style="${box}"><h3>${escape(panel.title)}</h3>${await draw(panel, width - 16, height - 56)}</section>`);
}

const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Dashboard</title><style>
  * { box-sizing: border-box; }
  body { margin: 0; width: ${24 * column + 16}px; height: ${lastLine * line + 56}px; background: #f1f3f5; color: #1b1f24;
    font: 13px/1.3 system-ui, sans-serif; }
  h1 { margin: 0; padding: 14px 14px 0; font-size: 19px; }
  h2, section { position: absolute; margin: 0; }
  h2 { font-size: 14px; line-height: 16px; }
  h3 { margin: 0 0 4px; font-size: 13px; white-space: nowrap; letter-spacing: -.01em; }
  section { padding: 8px; background: #fff; border: 1px solid #dde2e7; border-radius: 4px; overflow: hidden; }
  svg text { font-size: 10.5px; fill: #57606a; }
  .legend { display: flex; gap: 2px 12px; height: 18px; overflow: hidden; flex-wrap: wrap; font-size: 11.5px; }
  .legend i { display: inline-block; width: 10px; height: 3px; margin-right: 4px; vertical-align: 4px; }
  table { width: 100%; border-collapse: collapse; font-size: 12px; }
  th, td { padding: 3px 4px; text-align: left; border-bottom: 1px solid #e3e7eb; }
  .stat { display: flex; justify-content: space-around; align-items: center; height: 52px; text-align: center; }
  .stat b { display: block; font-size: 21px; }
  .stat span { color: #57606a; font-size: 11.5px; }
  </style><h1>${escape(dashboard.title)}</h1>${boxes.join('')}</html>`;

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
const tab = await browser.newPage({ viewport: { width: 24 * column + 16, height: lastLine * line + 56 } });
await tab.setContent(page);
await tab.screenshot({ path: picture });
await browser.close();
