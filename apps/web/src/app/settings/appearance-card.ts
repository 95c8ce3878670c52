import { Component, inject } from '@angular/core';
import { settingsTexts } from '../texts/settings.ts';
import { shellTexts } from '../texts/shell.ts';
import { Icon } from '../ui/icon.ts';
import { Theme, type ThemeChoice, themeChoices } from './theme.ts';

/** The theme setting: light, dark or system. */
@Component({
  selector: 'app-appearance-card',
  imports: [Icon],
  host: { class: 'card' },
  template: `
    <h2 id="appearance">{{ texts.shell.theme }}</h2>
    <p id="appearance-hint" class="hint">{{ texts.settings.themeHint }}</p>
    <div class="choices" role="radiogroup" aria-labelledby="appearance" aria-describedby="appearance-hint">
      @for (theme of choices; track theme.choice) {
        <label>
          <input
            type="radio"
            name="theme"
            [value]="theme.choice"
            [checked]="chosen() === theme.choice"
            (change)="choose(theme.choice)"
          />
          <app-icon [name]="theme.icon" />
          {{ texts.shell.themes[theme.choice] }}
        </label>
      }
    </div>
  `,
  styleUrl: './appearance-card.scss',
})
export class AppearanceCard {
  private readonly theme = inject(Theme);

  protected readonly texts = { shell: shellTexts, settings: settingsTexts } as const;
  protected readonly choices = themeChoices;
  protected readonly chosen = this.theme.choice;

  protected choose(choice: ThemeChoice): void {
    this.theme.choose(choice);
  }
}
