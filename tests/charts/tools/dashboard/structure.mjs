// Checks panels, variables and links of a dashboard: what the types of @grafana/schema do not express.
import { readFileSync } from 'node:fs';

const schemaVersion = 39; // Grafana 10.4 writes this version, and later ones migrate from it.
const columns = 24;
const runbook = '${runbook:raw}/docs/runbook.md';

export function findPanelErrors({ panels, schemaVersion: version }) {
  const errors = version === schemaVersion ? [] : [`the schemaVersion is not ${schemaVersion}`];
  const [ids, cells] = [new Set(), new Map()];
  for (const { id, type, title, description, gridPos, targets = [] } of panels) {
    if (ids.has(id)) errors.push(`${title}: another panel has the id ${id}`);
    ids.add(id);

    if (!/^[A-Z][^A-Z]*$/.test(title.replace(/(?<!^)Redis\b|(?<=^C)PU$/, '')))
      errors.push(`${title}: the title is not in sentence case`);
    if (type !== 'row' && !/^[A-Z0-9].*[.]$/.test(description)) errors.push(`${title}: the description is not a sentence`);
    if (type !== 'row' && targets.length === 0) errors.push(`${title}: it has no query`);
    if (new Set(targets.map(({ refId }) => refId)).size < targets.length) errors.push(`${title}: two queries have the same refId`);
    if (type === 'timeseries' ? targets.some(({ range }) => !range) : targets.some(({ instant, range }) => instant === range))
      errors.push(`${title}: a query has the wrong kind, instant or range`);

    const { x, y, w, h } = gridPos;
    if (x + w > columns) errors.push(`${title}: it exceeds the width of ${columns}`);
    for (let cell = 0; cell < w * h; cell++) {
      const place = `${x + cell % w} ${y + Math.floor(cell / w)}`;
      if (cells.has(place)) {
        errors.push(`${title}: it overlaps ${cells.get(place)}`);
        break;
      }
      cells.set(place, title);
    }
  }

  const isLatency = ({ title, type }) => type === 'timeseries' && /latency|duration/i.test(title) && title !== 'Added latency';
  errors.push(...panels.filter(isLatency).filter(({ targets }) => !targets.some(({ exemplar }) => exemplar))
    .map(({ title }) => `${title}: no query asks for exemplars`));
  return errors;
}

/** Each variable offers All, which also selects series without the label, and only the values that fit the variables before it. */
export function findVariableErrors({ templating: { list } }) {
  const names = list.map(({ name }) => name);
  const expected = ['datasource', 'cluster', 'namespace', 'job', 'pod', 'instance', 'profile', 'runbook'];
  if (names.join() !== expected.join()) return [`the variables are ${names}, not ${expected}`];

  return list.filter(({ type }) => type === 'query').flatMap(({ name, query: { query }, ...variable }, index) => {
    const before = names.slice(1, index + 1).map(other => `${other}=~"$${other}"`).join();
    const metric = `clik2pay_sidecar_${name === 'profile' ? 'profile' : 'build'}_info`;
    const errors = query === `label_values(${metric}${before && `{${before}}`}, ${name})` ? [] : [`${name}: the query is ${query}`];
    const { includeAll, multi, allValue, current } = variable;
    const isAll = includeAll && multi && allValue === '.*' && String(current.value) === '$__all';
    return isAll ? errors : [...errors, `${name}: the default is not All, or the variable does not allow several values`];
  });
}

/** Each alert has a panel that links to its section of the runbook. */
export function findLinkErrors({ links, panels }) {
  const text = readFileSync(new URL('../../../../docs/runbook.md', import.meta.url), 'utf8');
  const sections = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'));
  const alerts = sections.filter(section => section.startsWith('clik2paysidecar'));
  const targets = ['', ...sections.map(section => `#${section}`)].map(section => runbook + section);
  const all = [{ title: 'dashboard', links }, ...panels].flatMap(({ title, links = [] }) => links.map(({ url }) => ({ title, url })));
  return [
    ...all.filter(({ url }) => !targets.includes(url)).map(({ title, url }) => `${title}: the runbook has no section ${url}`),
    ...alerts.filter(alert => !all.some(({ url }) => url.endsWith(`#${alert}`))).map(alert => `no panel links to the section ${alert}`),
    ...links.length > 0 ? [] : ['the dashboard has no link to the runbook'],
  ];
}
