import { provideHttpClient } from '@angular/common/http';
import { provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { pendingRequest, respondWithProblem } from '../../testing/rendered-component.ts';
import { OperatorActions } from './actions.ts';
import { OperatorSocket } from './operator-socket.ts';

const request = vi.fn();
let actions: OperatorActions;

describe('the actions of operators', () => {
  beforeEach(() => {
    request.mockReset();
    TestBed.configureTestingModule({
      providers: [
        OperatorActions,
        provideHttpClient(),
        provideHttpClientTesting(),
        { provide: OperatorSocket, useValue: { request } },
      ],
    });
    actions = TestBed.inject(OperatorActions);
  });

  test('resolve to the proof of all nodes', async () => {
    const outcome = actions.closeConnection('c/1');
    const proof = { closed: 1, nodes: [{ node: 'a', closed: 1, ms: 2 }] };
    (await pendingRequest('DELETE', '/api/admin/connections/c%2F1')).flush(proof);
    expect(await outcome).toEqual({ proof, complete: true, missing: [] });
  });

  test('name the live nodes that are not in a partial proof', async () => {
    request.mockResolvedValue({ nodes: [{ node: 'a' }, { node: 'b' }], missing: ['c'] });
    const outcome = actions.endSessions('bart');
    const proof = { closed: 1, nodes: [{ node: 'a', closed: 1, ms: 2 }] };
    respondWithProblem(await pendingRequest('DELETE', '/api/admin/users/bart/sessions'), 'store_unavailable', proof);
    expect(await outcome).toMatchObject({ complete: false, missing: ['b', 'c'], proof });
  });

  test('archive a room, which notifies its members', async () => {
    request.mockResolvedValue({ nodes: [{ node: 'a' }, { node: 'b' }], missing: [] });
    const delivery = { delivered: 1, nodes: [{ node: 'a', delivered: 1, ms: 2 }] };
    let outcome = actions.archiveRoom('general', true);
    (await pendingRequest('PUT', '/api/admin/rooms/general')).flush(delivery);
    expect(await outcome).toEqual({ delivery, complete: true, missing: [] });
    outcome = actions.archiveRoom('general', true);
    respondWithProblem(await pendingRequest('PUT', '/api/admin/rooms/general'), 'store_unavailable', delivery);
    expect(await outcome).toMatchObject({ delivery, complete: false, missing: ['b'] });
  });

  test('end one session of a user', async () => {
    const outcome = actions.endSession('bart', 's/1');
    const proof = { closed: 2, nodes: [{ node: 'a', closed: 2, ms: 2 }] };
    (await pendingRequest('DELETE', '/api/admin/users/bart/sessions/s%2F1')).flush(proof);
    expect(await outcome).toMatchObject({ proof, complete: true });
  });

  test('reject if nothing was changed', async () => {
    const outcome = actions.changeUser('bart', { disabled: true });
    respondWithProblem(await pendingRequest('PUT', '/api/admin/users/bart'), 'store_unavailable');
    await expect(outcome).rejects.toMatchObject({ status: 503 });
    expect(request).not.toHaveBeenCalled();
  });
});
