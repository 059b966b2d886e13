// Faults that the checks must find: [title, change of the dashboard]. Each change is made on a copy without faults.
const panel = (dashboard, type) => dashboard.panels.find(({ type: other }) => other === type);
const graph = dashboard => panel(dashboard, 'timeseries');
const setQuery = (dashboard, expr) => graph(dashboard).targets[0].expr = expr;
const target = 'cluster=~"$cluster",namespace=~"$namespace",job=~"$job",pod=~"$pod",instance=~"$instance"';
const rate = `rate(process_cpu_seconds_total{${target}}[$__rate_interval])`;
const callers = `clik2pay_sidecar_caller_requests_total{${target},profile=~"$profile|none"}`;

const schema = [
  ['an unknown field of a panel', d => graph(d).legend = {}],
  ['an unknown option of a panel', d => graph(d).options.legend.position = 'bottom'],
  ['an option of another type of panel', d => panel(d, 'stat').options.tooltip = { mode: 'multi', sort: 'desc' }],
  ['a missing option', d => delete panel(d, 'stat').options.reduceOptions],
  ['an unknown value of an option', d => panel(d, 'stat').options.colorMode = 'text'],
  ['an unknown field of a query', d => graph(d).targets[0].expression = 'up'],
  ['an unknown field of a series', d => graph(d).fieldConfig.defaults.custom.lineColour = 'red'],
  ['an unknown field of a variable', d => d.templating.list[1].default = 'All'],
  ['an unknown kind of a panel', d => graph(d).type = 'graph'],
  ['a panel without a unit', d => delete graph(d).fieldConfig.defaults.unit],
  ['a panel without a description', d => delete graph(d).description],
  ['a link without a title', d => delete d.links[0].title],
  ['a fixed data source', d => graph(d).datasource.uid = 'prometheus'],
  ['a query with a fixed data source', d => graph(d).targets[0].datasource.uid = 'prometheus'],
  ['a number instead of text', d => d.title = 5],
];

const structure = [
  ['two panels with the same id', d => d.panels[2].id = d.panels[1].id],
  ['panels that overlap', d => d.panels[2].gridPos.x--],
  ['a panel outside of the grid', d => d.panels[1].gridPos.x = 23],
  ['an old schemaVersion', d => d.schemaVersion = 16],
  ['a title in title case', d => graph(d).title = 'Success Ratio'],
  ['a latency panel without exemplars', d => delete d.panels.find(({ title }) => title === 'Latency').targets[0].exemplar],
  ['a graph with an instant query', d => Object.assign(graph(d).targets[0], { instant: true, range: false })],
  ['a variable that is missing', d => d.templating.list.splice(2, 1)],
  ['a variable whose All needs the label', d => delete d.templating.list[1].allValue],
  ['a variable that ignores those before it', d => d.templating.list[3].query.query = 'label_values(clik2pay_sidecar_build_info, job)'],
  ['a link to a section that does not exist', d => d.links[0].url += '#nothing'],
  ['an alert without a panel', d => d.panels.forEach(({ links = [] }) => links.splice(0))],
];

const queries = [
  ['an invalid query', d => setQuery(d, `sum(${rate}`)],
  ['an unknown variable', d => setQuery(d, `sum(${rate.replace('"$job"', '"$service"')})`)],
  ['a query that ignores a variable', d => setQuery(d, `sum(${rate.replace('pod=~"$pod",', '')})`)],
  ['a query about tokens that ignores the profile', d => setQuery(d, `sum(clik2pay_sidecar_rotation_pending{${target}})`)],
  ['a line for each replica', d => setQuery(d, rate)],
  ['a line for each pod', d => setQuery(d, `sum by (pod) (${rate})`)],
  ['a line for each replica after without', d => setQuery(d, `sum without (mode) (${rate})`)],
  ['a line for each profile', d => setQuery(d, `max by (profile) (${callers})`)],
  ['a line for each replica after a comparison', d => setQuery(d, `${rate} > 0.5`)],
  ['a line for each replica after and on', d => setQuery(d, `${rate} and on (job) sum(${rate})`)],
  ['a line for each replica after or', d => setQuery(d, `sum(${rate}) or ${rate}`)],
  ['a line for each replica after group_left', d => setQuery(d, `${rate} / on () group_left () sum(${rate})`)],
  ['other replicas at each point', d => setQuery(d, `topk(10, ${rate})`)],
  ['too many lines', d => setQuery(d, `topk(50, sum by (pod) (${rate.replace(']', '] @ end()')}))`)],
  ['a table without a limit', d => panel(d, 'table').targets[0].expr = `sum by (pod) (${rate})`],
];

export const faults = { schema, structure, queries };
