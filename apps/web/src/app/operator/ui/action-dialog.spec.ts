import { TestBed } from '@angular/core/testing';
import { MAT_DIALOG_DATA, MatDialogRef } from '@angular/material/dialog';
import { HttpErrorResponse } from '@angular/common/http';
import { problem } from '@usher/protocol';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { RenderedComponent } from '../../testing/rendered-component.ts';
import { problemTexts } from '../../texts/session.ts';
import type { ActionOutcome } from '../data/actions.ts';
import { ActionDialog } from './action-dialog.ts';

const run = vi.fn<() => Promise<ActionOutcome>>();

describe('the dialog of an action', () => {
  beforeEach(() => {
    run.mockReset();
    TestBed.configureTestingModule({
      providers: [
        { provide: MatDialogRef, useValue: { disableClose: false, close: vi.fn() } },
        {
          provide: MAT_DIALOG_DATA,
          useValue: { heading: 'Disable bart?', text: 'All sessions end.', yes: 'Disable', danger: true, run },
        },
      ],
    });
  });

  const rows = (shown: RenderedComponent): string[] =>
    [...shown.page.querySelectorAll('tbody tr')].map((row) =>
      [...row.children].map(({ textContent }) => textContent.trim()).join(' '),
    );

  test('asks for confirmation before it runs the action, then shows what each node closed and how long it took', async () => {
    const proof = {
      closed: 3,
      nodes: [
        { node: 'a', closed: 2, ms: 1.24 },
        { node: 'b', closed: 1, ms: 48.2 },
      ],
    };
    run.mockResolvedValue({ proof, complete: true, missing: [] });
    const shown = await RenderedComponent.of(ActionDialog);
    expect(shown.page.textContent).toContain('All sessions end.');
    expect(run).not.toHaveBeenCalled();
    await shown.press('Disable');
    await shown.announces('Done. 3 connections closed.');
    expect(rows(shown)).toEqual(['a 2 1.2 ms', 'b 1 48 ms']);
    expect(shown.buttons('Disable')).toEqual([]);
  });

  test('shows how many connections each node notified', async () => {
    const delivery = { delivered: 2, nodes: [{ node: 'a', delivered: 2, ms: 1.24 }] };
    run.mockResolvedValue({ delivery, complete: true, missing: [] });
    const shown = await RenderedComponent.of(ActionDialog);
    await shown.press('Disable');
    await shown.announces('Done. 2 connections notified.');
    expect(rows(shown)).toEqual(['a 2 1.2 ms']);
  });

  test('names the node that did not confirm', async () => {
    run.mockResolvedValue({
      proof: { closed: 2, nodes: [{ node: 'a', closed: 2, ms: 1 }] },
      complete: false,
      missing: ['b'],
    });
    const shown = await RenderedComponent.of(ActionDialog);
    await shown.press('Disable');
    await vi.waitFor(() => {
      expect(rows(shown)).toEqual(['a 2 1 ms', 'b no response']);
    });
    expect(shown.page.textContent).toContain('The change is stored, but b did not confirm it.');
  });

  test('shows why nothing was changed, and can be repeated', async () => {
    const body = problem('forbidden');
    run.mockRejectedValueOnce(new HttpErrorResponse({ status: body.status, error: body }));
    run.mockResolvedValueOnce({ complete: true, missing: [] });
    const shown = await RenderedComponent.of(ActionDialog);
    await shown.press('Disable');
    await shown.announces(problemTexts.forbidden, 'alert');
    await shown.press('Disable');
    await shown.announces('Done.');
    expect(run).toHaveBeenCalledTimes(2);
  });
});
