import type { Scope } from '@usher/operator-api';
import { bearer } from '../auth/tokens.ts';
import type { CallBudget } from '../http/call-budget.ts';
import type { ClientRequest } from '../http/client-address.ts';
import { HttpProblem } from '../http/http-problem.ts';
import type { ApiKeys, UsableKey } from './api-keys-store.ts';

/**
 * Authenticates a request of a backend by its API key and charges the budget of the key, or of the address if that fails.
 *
 * @throws HttpProblem 401 `missing_token`; 401 `invalid_token` for an access token and for a wrong, expired or revoked key; 403 `forbidden`
 * without the scope; 429 `rate_limited`
 */
export type KeyCheck = (request: ClientRequest, scope: Scope) => Promise<UsableKey>;

export function createKeyCheck(keys: ApiKeys, budget: CallBudget): KeyCheck {
  async function find(request: ClientRequest): Promise<UsableKey> {
    const key = await keys.use(bearer(request));
    if (key === undefined) throw new HttpProblem('invalid_token');
    return key;
  }

  return async (request, scope) => {
    let key: UsableKey;
    try {
      key = await find(request);
    } catch (error) {
      await budget.chargeAddress(request);
      throw error;
    }
    await budget.chargeKey(key.id, request);
    if (!key.scopes.includes(scope)) throw new HttpProblem('forbidden');
    return key;
  };
}
