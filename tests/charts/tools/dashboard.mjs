// Checks observability/grafana-dashboard.json: against the types of @grafana/schema, its panels, variables and links, and its queries.
// Also makes one fault after another in a copy, and checks that each is found.
// Usage: node dashboard.mjs RULES   Writes the queries to the file RULES as recording rules, which promtool can check.
// Prints the errors, and a line "passed TITLE" or "failed TITLE" for each check. install.sh installs what it uses.
import { readFileSync, writeFileSync } from 'node:fs';
import { faults } from './dashboard/faults.mjs';
import { createRules, findQueryErrors } from './dashboard/queries.mjs';
import { findSchemaErrors } from './dashboard/schema.mjs';
import { findLinkErrors, findPanelErrors, findVariableErrors } from './dashboard/structure.mjs';

const read = () => JSON.parse(readFileSync(new URL('../../../observability/grafana-dashboard.json', import.meta.url), 'utf8'));

function report(title, errors) {
  for (const error of errors) console.log(error);
  console.log(`${errors.length === 0 ? 'passed' : 'failed'} ${title}`);
}

const dashboard = read();
report("The dashboard fits Grafana's types", findSchemaErrors(dashboard));
report('The panels of the dashboard are complete and do not overlap', findPanelErrors(dashboard));
report('The variables of the dashboard fit any environment', findVariableErrors(dashboard));
report('The links of the dashboard lead to sections of the runbook', findLinkErrors(dashboard));
report('Each query of the dashboard filters by the variables, and its number of series is bounded', findQueryErrors(dashboard));
writeFileSync(process.argv[2], JSON.stringify(createRules(dashboard)));

const finders = {
  schema: findSchemaErrors,
  structure: faulty => [findPanelErrors, findVariableErrors, findLinkErrors].flatMap(find => find(faulty)),
  queries: findQueryErrors,
};
for (const [kind, changes] of Object.entries(faults)) {
  const missed = changes.filter(([, change]) => {
    const faulty = read();
    change(faulty);
    return finders[kind](faulty).length === 0;
  });
  report(`The checks of the dashboard's ${kind} find each of ${changes.length} faults`, missed.map(([title]) => `not found: ${title}`));
}
