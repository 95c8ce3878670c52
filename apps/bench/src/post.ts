/** Posts JSON to the API and resolves to the answer; throws where it says no. */
export async function post<T>(url: string, path: string, body: object): Promise<T> {
  const answer = await fetch(`${url}/api${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`POST ${path}: ${answer.status}`);
  return (await answer.json()) as T;
}
