// Validates a Dashboard Studio definition with Splunk's own validator and shows it with Splunk's own view-only preset.
//
// ?def=FILE      the definition, a JSON file beside the page
// &theme=light   or dark
// &click=TEXT    clicks the first table cell with this text, once it is there; given again: then the next one
// &also=A,B      further definitions to validate only
//
// For the tests the page holds a <script type="application/json" id="report">:
// {schema, findings, failure, errors, also: {FILE: findings}, opened: [URL]}; valid = all but `also` and `opened` empty.
import { createRoot } from 'react-dom/client';
import DashboardCore from '@splunk/dashboard-core';
import { DashboardContextProvider } from '@splunk/dashboard-context';
import EnterpriseViewOnlyPreset from '@splunk/dashboard-presets/EnterpriseViewOnlyPreset';
import { SplunkThemeProvider } from '@splunk/themes';
import { createSchemaBasedOnPresets } from '@splunk/dashboard-definition';
import { DashboardValidator } from '@splunk/dashboard-validation';
import { migrateToTabsLayout } from '@splunk/dashboard-utils';

const parameters = new URLSearchParams(window.location.search);
const report = { schema: null, findings: null, failure: null, errors: [], also: {}, opened: [] };
window.addEventListener('error', (event) => report.errors.push(String(event.message)));
const holder = document.createElement('script');
holder.type = 'application/json';
holder.id = 'report';
const write = () => { holder.textContent = JSON.stringify(report); };
// Pages that a click opens are noted, not opened.
window.open = (url) => { report.opened.push(String(url)); write(); return null; };

const load = async (file) => (await fetch(file)).json();
const validator = new DashboardValidator();

function findings(definition) {
    // The validator knows the tabs layout only; the single layout, which Splunk 9 stores, is migrated to it first.
    const migration = migrateToTabsLayout({ definition });
    if (!migration.success) throw new Error(migration.reason);
    return validator.validate(migration.definition);
}

function clickWhenThere([text, ...later]) {
    const timer = setInterval(() => {
        const cell = [...document.querySelectorAll('[data-test="cell"], td')].find((node) => node.textContent.trim() === text);
        if (cell) {
            clearInterval(timer);
            const target = cell.querySelector('a, button, [role="button"]') || cell;
            for (const type of ['mousedown', 'mouseup', 'click']) {
                target.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, view: window }));
            }
            if (later.length) clickWhenThere(later);
        }
    }, 200);
}

const theme = parameters.get('theme') || 'light';
document.body.style.background = theme === 'dark' ? '#171d21' : '#f2f4f5';
const definition = await load(parameters.get('def'));
try {
    const problem = validator.setSchema(createSchemaBasedOnPresets(EnterpriseViewOnlyPreset));
    report.schema = problem && String(problem);
    report.findings = findings(definition);
    for (const file of (parameters.get('also') || '').split(',').filter(Boolean)) {
        report.also[file] = findings(await load(file));
    }
} catch (error) {
    report.failure = String(error.stack);
}
write();
document.body.appendChild(holder);

createRoot(document.getElementById('root')).render(
    <SplunkThemeProvider family="enterprise" colorScheme={theme} density="comfortable">
        <DashboardContextProvider preset={EnterpriseViewOnlyPreset} initialDefinition={definition}>
            <DashboardCore width="100%" height="100%" />
        </DashboardContextProvider>
    </SplunkThemeProvider>
);
if (parameters.has('click')) clickWhenThere(parameters.getAll('click'));
