// Checks the queries of a dashboard on the syntax tree of Prometheus's own grammar.
import { parser } from '@prometheus-io/lezer-promql';

// Labels of a target. Some environments lack some of them; `=~".*"` also selects series without the label.
const targetLabels = ['cluster', 'namespace', 'job', 'pod', 'instance'];
const ofProfile = /^clik2pay_sidecar_(token|lease|rotation|profile|caller_requests)_/;

// Labels whose number of values does not grow with the number of replicas, profiles and callers.
const boundedLabels = ['action', 'code', 'environment', 'header', 'le', 'operation', 'outcome', 'reason', 'status_class', 'version'];

// The most series of topk and bottomk, in a graph and in a table.
const [mostLines, mostRows] = [10, 100];

// Functions whose result has at most as many series as the argument of this index.
const argument = { clamp_max: 0, clamp_min: 0, histogram_quantile: 1, label_replace: 0, sort: 0, sort_desc: 0 };

/** @returns The query with values for Grafana's intervals. */
export const expand = query => query.replaceAll('$__rate_interval', '5m').replaceAll('$__range', '3h');

const children = node => {
  const list = [];
  for (let child = node.firstChild; child; child = child.nextSibling) list.push(child);
  return list;
};
const descendants = node => [node, ...children(node).flatMap(descendants)];
const operands = node => children(node).filter(({ name }) => /(Expr|Call|Selector|Literal)$/.test(name));

class Query {
  /** @param isInstant Whether the query is evaluated once, and not for each point of a range. */
  constructor({ expr, instant }) {
    this.text = expand(expr);
    this.isInstant = instant;
    this.root = parser.parse(this.text).topNode;
    this.nodes = descendants(this.root);
  }

  textOf(node) {
    return this.text.slice(node.from, node.to);
  }

  labelsIn(node) {
    return descendants(node).filter(({ name }) => name === 'LabelName').map(label => this.textOf(label));
  }

  get selectors() {
    return this.nodes.filter(({ name }) => name === 'VectorSelector').map(node => ({
      metric: this.textOf(node.getChild('Identifier') ?? node),
      matchers: new Map(descendants(node).filter(({ name }) => name === 'UnquotedLabelMatcher').map(matcher =>
        [this.textOf(matcher.getChild('LabelName')), this.textOf(matcher).replace(/^\w+/, '')])),
    }));
  }

  /** Whether the number of series does not grow with the number of replicas, profiles and callers. */
  isBounded(node) {
    switch (node.name) {
      case 'AggregateExpr': return this.isBoundedAggregate(node);
      case 'BinaryExpr': return this.isBoundedBinary(node);
      case 'FunctionCall': {
        const name = this.textOf(node.getChild('FunctionIdentifier'));
        if (['scalar', 'time', 'vector'].includes(name)) return true;
        return name in argument && this.isBounded(operands(node.getChild('FunctionCallBody'))[argument[name]]);
      }
      case 'NumberDurationLiteral': return true;
      case 'ParenExpr': case 'PromQL': return this.isBounded(operands(node)[0]);
      default: return false;
    }
  }

  isBoundedAggregate(node) {
    const [operator, modifier] = [this.textOf(node.getChild('AggregateOp')), node.getChild('AggregateModifier')];
    if (!['topk', 'bottomk'].includes(operator))
      return !modifier || (modifier.getChild('By') !== null && this.labelsIn(modifier).every(label => boundedLabels.includes(label)));

    // At each point of a range, other series can be the largest, unless all points use the values of the same time.
    const [limit, vector] = operands(node.getChild('FunctionCallBody'));
    const fixed = descendants(vector).filter(({ name }) => name === 'StepInvariantExpr').flatMap(descendants);
    const isFixed = descendants(vector).every(({ name, from }) =>
      name !== 'VectorSelector' || fixed.some(other => other.name === name && other.from === from));
    return !modifier && Number(this.textOf(limit)) <= (this.isInstant ? mostRows : mostLines) && (this.isInstant || isFixed);
  }

  isBoundedBinary(node) {
    const [left, right] = operands(node);
    const matching = node.getChild('MatchingModifierClause');
    if (node.getChild('Or')) return this.isBounded(left) && this.isBounded(right);
    if (node.getChild('Unless') || matching?.getChild('GroupLeft')) return this.isBounded(left);
    if (matching?.getChild('GroupRight')) return this.isBounded(right);

    // A number is no limit for the other side. Otherwise, each series matches one of the other side, except with `and on`.
    const isNumber = side => side.name === 'NumberDurationLiteral' || /^(time|scalar)\(/.test(this.textOf(side));
    if (isNumber(left)) return this.isBounded(right);
    return this.isBounded(left) || (!isNumber(right) && !(node.getChild('And') && matching) && this.isBounded(right));
  }
}

/** @returns An array of messages about one query of a panel. */
function findErrors(target, variables) {
  const query = new Query(target);
  if (query.nodes.some(({ type }) => type.isError)) return ['is not valid PromQL'];

  const unknown = [...expand(target.expr).matchAll(/\$\{?(\w+)/g)].map(([, name]) => name).filter(name => !variables.includes(name));
  const errors = unknown.map(name => `has the unknown variable ${name}`);
  for (const { metric, matchers } of query.selectors) {
    for (const label of targetLabels.concat(ofProfile.test(metric) ? 'profile' : [])) {
      const filter = [`=~"$${label}"`, label === 'profile' ? '=~"$profile|none"' : ''];
      if (!filter.includes(matchers.get(label))) errors.push(`does not filter ${metric} by ${label}`);
    }
  }
  return query.isBounded(query.root) ? errors : [...errors, 'is not bounded'];
}

export function findQueryErrors(dashboard) {
  const variables = dashboard.templating.list.map(({ name }) => name);
  return dashboard.panels.flatMap(({ title, targets = [] }) => targets.flatMap(target =>
    findErrors(target, variables).map(error => `${title}: query ${target.refId} ${error}`)));
}

/** @returns Recording rules with the queries, so that promtool can check them. */
export const createRules = dashboard => ({
  groups: [{
    name: 'dashboard',
    rules: dashboard.panels.flatMap(({ id, targets = [] }) => targets.map(({ refId, expr }) =>
      ({ record: `panel_${id}:${refId}`, expr: expand(expr) }))),
  }],
});
