// A rule for Redocly: each operation, response, security scheme and property of the description must state its source (x-source)
// and its certainty (x-certainty).
const certainties = ['documented', 'seen', 'guessed'];
const pages = 'https://docs.clik2pay.com/';

const isMarked = node => 'x-source' in node || 'x-certainty' in node;

function findError(node) {
  const [source, certainty] = [node['x-source'], node['x-certainty']];
  if (typeof source !== 'string' || source.trim() === '') return 'x-source is missing. State where this comes from.';
  if (!certainties.includes(certainty)) return `x-certainty must be one of ${certainties.join(', ')}.`;
  return certainty === 'documented' && !source.startsWith(pages) ? `The x-source of a documented rule must start with ${pages}` : null;
}

function check(node, { report, location }) {
  const message = findError(node);
  if (message) report({ message, location });
}

// Other schemas, such as the parts of allOf, need a source only if it differs from the source of the property.
function checkSchema(schema, context) {
  if (isMarked(schema)) check(schema, context);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const resolved = property.$ref ? context.resolve(property).node : property;
    if (resolved && !isMarked(resolved)) check(resolved, { ...context, location: context.location.child(['properties', name]) });
  }
}

export default () => ({
  id: 'clik2pay',
  rules: { oas3: { sources: () => ({ Operation: check, Response: check, SecurityScheme: check, Schema: checkSchema }) } },
});
