import { expect, test } from '../fixtures/test.ts';

const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

for (const viewport of sizes) {
  test(`the API documentation works with the strict policy, from this server alone, at ${viewport.width} px`, async ({
    visitor,
    usher,
  }) => {
    const { page } = await visitor({ viewport });
    const problems: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (origin !== new URL(usher.url).origin && protocol !== 'data:') problems.push(`foreign: ${request.url()}`);
    });
    const response = await page.goto('/api/docs');
    const policy = (response?.headers()['content-security-policy'] ?? '').split(';');
    expect(policy).toContain("script-src 'self'");
    expect(policy.join()).not.toContain('unsafe-eval');
    await expect(page.getByRole('heading', { name: 'Usher', level: 1 })).toBeVisible();
    await expect(page.getByText('OpenAPI 3.1.0')).toBeVisible();
    await expect(page.getByText('/api/auth/refresh').first()).toBeVisible();

    await page.goto('/api/docs?api=socket');
    await expect(page.getByText('AsyncAPI 3.0.0')).toBeVisible();
    await expect(page.getByText('slow_consumer').first()).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    expect(problems).toEqual([]);

    // The policy is in force: it blocks an inline script.
    const blocked = page.waitForEvent('console', (message) => message.text().includes('Content Security Policy'));
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.text = 'document.title = "inline"';
      document.body.append(script);
    });
    await blocked;
    await expect(page).not.toHaveTitle('inline');
  });
}
