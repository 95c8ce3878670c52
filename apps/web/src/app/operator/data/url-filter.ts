import { type Signal, computed, inject } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute, Router } from '@angular/router';

/** Values of a filter by name. An absent value does not filter. */
export type FilterValues<Name extends string> = Readonly<Partial<Record<Name, string>>>;

export interface UrlFilter<Name extends string> {
  /** Keeps its identity while no value changes. */
  readonly values: Signal<FilterValues<Name>>;
  /** Changes some values. Each change is an entry of the browser's history, so that Back returns to the previous filter. */
  readonly change: (values: Partial<Record<Name, string | undefined>>) => void;
}

/** A filter in the query of the URL, so that it can be shared and bookmarked. Must be called in an injection context. */
export function injectUrlFilter<Name extends string>(names: readonly Name[]): UrlFilter<Name> {
  const route = inject(ActivatedRoute);
  const router = inject(Router);
  const query = toSignal(route.queryParamMap, { requireSync: true });
  const values = computed<FilterValues<Name>>(
    () => {
      const found: Partial<Record<Name, string>> = {};
      for (const name of names) {
        const value = query().get(name);
        if (value !== null && value !== '') found[name] = value;
      }
      return found;
    },
    { equal: (a, b) => names.every((name) => a[name] === b[name]) },
  );
  return {
    values,
    change(changed) {
      const queryParams = Object.fromEntries(
        Object.entries<string | undefined>(changed).map(([name, value]) => [name, value === '' ? null : (value ?? null)]),
      );
      void router.navigate([], { relativeTo: route, queryParams, queryParamsHandling: 'merge' });
    },
  };
}
