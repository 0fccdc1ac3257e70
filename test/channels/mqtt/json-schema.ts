// A checker of JSON Schema draft 7, as far as the published document goes. It knows nothing of zod, and refuses a keyword that it does not know.

type Schema = Record<string, unknown>;

/** Says something about a value or nothing, but limits nothing. */
const annotations = new Set(['description', 'examples', 'title', '$schema', 'format']);

const types: Record<string, (value: unknown) => boolean> = {
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  null: (value) => value === null,
};

/** Everything in `value` that `schema` does not allow, as `path: what`. @throws for a schema that cannot be read. */
export function misfits(schema: Schema, value: unknown, path = ''): string[] {
  return Object.entries(schema).flatMap(([keyword, wanted]) => {
    if (annotations.has(keyword)) return [];
    const check = keywords[keyword];
    if (!check) throw new Error(`keyword ${keyword} at ${path || 'the top'} is not known here`);
    return check(wanted as never, value, path || '/', schema);
  });
}

type Check = (wanted: never, value: unknown, path: string, schema: Schema) => string[];
const unless = (good: boolean, path: string, what: string): string[] => (good ? [] : [`${path}: ${what}`]);
const isObject = (value: unknown): value is Record<string, unknown> => types.object?.(value) ?? false;
const below = (path: string, name: string | number) => `${path === '/' ? '' : path}/${name}`;

const keywords: Record<string, Check> = {
  type(wanted: string | string[], value, path) {
    const any = [wanted].flat().map((name) => {
      const is = types[name];
      if (!is) throw new Error(`type ${name} is not known here`);
      return is(value);
    });
    return unless(any.includes(true), path, `is no ${wanted}`);
  },
  const: (wanted: unknown, value, path) => unless(value === wanted, path, `is not ${wanted}`),
  enum: (wanted: unknown[], value, path) => unless(wanted.includes(value), path, `is none of ${wanted.join(', ')}`),
  anyOf: (wanted: Schema[], value, path) =>
    unless(
      wanted.some((schema) => misfits(schema, value, path).length === 0),
      path,
      'fits none of anyOf',
    ),
  required: (wanted: string[], value, path) =>
    isObject(value) ? wanted.filter((name) => !(name in value)).map((name) => `${path}: lacks ${name}`) : [],
  properties: (wanted: Record<string, Schema>, value, path) =>
    isObject(value)
      ? Object.entries(wanted).flatMap(([name, schema]) =>
          name in value ? misfits(schema, value[name], below(path, name)) : [],
        )
      : [],
  additionalProperties(wanted: Schema | boolean, value, path, schema) {
    if (!isObject(value)) return [];
    const known = Object.keys((schema.properties as object | undefined) ?? {});
    return Object.entries(value)
      .filter(([name]) => !known.includes(name))
      .flatMap(([name, more]) =>
        typeof wanted === 'boolean'
          ? unless(wanted, below(path, name), 'is not allowed')
          : misfits(wanted, more, below(path, name)),
      );
  },
  propertyNames: (wanted: Schema, value, path) =>
    isObject(value) ? Object.keys(value).flatMap((name) => misfits(wanted, name, below(path, name))) : [],
  items: (wanted: Schema, value, path) =>
    Array.isArray(value) ? value.flatMap((item, at) => misfits(wanted, item, below(path, at))) : [],
  pattern: (wanted: string, value, path) =>
    typeof value === 'string' ? unless(new RegExp(wanted, 'u').test(value), path, `is not like ${wanted}`) : [],
  minLength: (wanted: number, value, path) =>
    typeof value === 'string' ? unless(value.length >= wanted, path, 'is too short') : [],
  maxLength: (wanted: number, value, path) =>
    typeof value === 'string' ? unless(value.length <= wanted, path, 'is too long') : [],
  minimum: (wanted: number, value, path) =>
    typeof value === 'number' ? unless(value >= wanted, path, `is below ${wanted}`) : [],
  maximum: (wanted: number, value, path) =>
    typeof value === 'number' ? unless(value <= wanted, path, `is above ${wanted}`) : [],
  exclusiveMinimum: (wanted: number, value, path) =>
    typeof value === 'number' ? unless(value > wanted, path, `is not above ${wanted}`) : [],
};
