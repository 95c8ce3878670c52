let list: Promise<ReadonlySet<string>> | undefined;

/**
 * Whether a password is one of some 49,000 that are used most, in any case. The list comes with the zxcvbn dictionaries and is
 * loaded when it is asked for the first time.
 *
 * @param password in NFC.
 */
export async function isCommonPassword(password: string): Promise<boolean> {
  list ??= load();
  return (await list).has(password.toLowerCase());
}

async function load(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set(dictionary['passwords-common']);
}
