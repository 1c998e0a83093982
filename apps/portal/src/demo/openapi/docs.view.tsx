/** The parts of an OpenAPI document that the page shows. */
interface Description {
  info: { title: string; description: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Partial<Record<string, Operation>>>;
}

interface Operation {
  tags: string[];
  operationId: string;
  summary: string;
  security?: object[];
  parameters?: { name: string; in: string; schema: object }[];
  requestBody?: { content: Record<string, { schema: object; example?: object }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}

/** Rendered here, because the content security policy allows Swagger UI's inline styles to nobody. */
export function DocsView({ document: { info, tags, paths } }: { document: Description }) {
  return (
    <div class="wrap stack">
      <div class="page-head">
        <h1>{info.title} API</h1>
        <p class="lead">{info.description}</p>
        <p>
          <a href="/docs/openapi.json">OpenAPI 3.1 document</a>
        </p>
      </div>
      {tags.map(({ name, description }) => (
        <section class="stack" aria-labelledby={`tag-${name}`}>
          <h2 id={`tag-${name}`}>{name}</h2>
          <p>{description}</p>
          {operationsOf(paths, name).map(({ method, path, operation }) => (
            <OperationView method={method} path={path} operation={operation} />
          ))}
        </section>
      ))}
    </div>
  );
}

const operationsOf = (paths: Description['paths'], tag: string) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      operation?.tags.includes(tag) ? [{ method: method.toUpperCase(), path, operation }] : [],
    ),
  );

function OperationView({ method, path, operation }: { method: string; path: string; operation: Operation }) {
  const { operationId, summary, security, parameters = [], requestBody, responses } = operation;
  return (
    <details class="operation" id={operationId}>
      <summary>
        <code>
          {method} {path}
        </code>{' '}
        {summary}
      </summary>
      {security && <p>Needs a session.</p>}
      {parameters.map((parameter) => (
        <p>
          <code>{parameter.name}</code> in the {parameter.in}: <Schema schema={parameter.schema} />
        </p>
      ))}
      {requestBody && <BodyView content={requestBody.content} />}
      <table>
        <thead>
          <tr>
            <th scope="col">Status</th>
            <th scope="col">When</th>
            <th scope="col">Body</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(responses).map(([status, { description, content = {} }]) => (
            <tr>
              <td>{status}</td>
              <td>{description}</td>
              <td>
                {Object.entries(content).map(([type, { schema }]) => (
                  <p>
                    {type} <Schema schema={schema} />
                  </p>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** Both kinds of body hold the same fields. */
function BodyView({ content }: { content: NonNullable<Operation['requestBody']>['content'] }) {
  const [first] = Object.values(content);
  return (
    <>
      <p>Body: {Object.keys(content).join(' or ')}</p>
      {first && <Schema schema={first.schema} />}
      {first?.example && <p>Example: {JSON.stringify(first.example)}</p>}
    </>
  );
}

/** Short ones in the line, others below it. */
function Schema({ schema }: { schema: object }) {
  const line = JSON.stringify(schema);
  if ('$ref' in schema) return <span>(problem document)</span>;
  if (line === '{"type":"string"}') return <></>;
  return <code class="schema">{JSON.stringify(schema, null, line.length < 80 ? 0 : 2)}</code>;
}
