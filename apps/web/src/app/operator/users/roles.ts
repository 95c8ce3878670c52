const role = /^[a-z][a-z0-9_-]{0,31}$/;

/** Reads roles that are separated by commas or spaces; `undefined` if one of them is not valid. */
export function rolesOf(typed: string): string[] | undefined {
  const roles = [...new Set(typed.split(/[\s,]+/).filter((each) => each !== ''))];
  return roles.length <= 16 && roles.every((each) => role.test(each)) ? roles : undefined;
}
