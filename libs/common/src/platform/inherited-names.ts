/**
 * `__proto__` as an own key turns into a prototype when such an object is copied; `constructor` and
 * `hasOwnProperty` slip past the check for unknown fields.
 */
const INHERITED_NAMES: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/**
 * The paths of all own fields that are named like something every object has: `metadata.toString`.
 * @param value as deep as `BODY_DEPTH_MAX` lets it be
 */
export function inheritedNames(value: unknown, parent = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const path = parent === '' ? name : `${parent}.${name}`;
    return INHERITED_NAMES.has(name) ? [path] : inheritedNames(inner, path);
  });
}
