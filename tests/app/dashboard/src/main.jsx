// Validates a Dashboard Studio definition with Splunk's own validator and shows it with Splunk's own view-only preset.
//
// ?def=FILE      the definition, a JSON file beside the page
// &theme=light   or dark
// &click=TEXT    clicks the first table cell with this text, once it is there
//
// For the tests the page holds a <script type="application/json" id="report">:
// {schema, findings, failure, errors}; valid = all empty.
import { createRoot } from 'react-dom/client';
import DashboardCore from '@splunk/dashboard-core';
import { DashboardContextProvider } from '@splunk/dashboard-context';
import EnterpriseViewOnlyPreset from '@splunk/dashboard-presets/EnterpriseViewOnlyPreset';
import { SplunkThemeProvider } from '@splunk/themes';
import { createSchemaBasedOnPresets } from '@splunk/dashboard-definition';
import { DashboardValidator } from '@splunk/dashboard-validation';
import { migrateToTabsLayout } from '@splunk/dashboard-utils';

const parameters = new URLSearchParams(window.location.search);
const report = { schema: null, findings: null, failure: null, errors: [] };
window.addEventListener('error', (event) => report.errors.push(String(event.message)));

function validate(definition) {
    const validator = new DashboardValidator();
    const problem = validator.setSchema(createSchemaBasedOnPresets(EnterpriseViewOnlyPreset));
    report.schema = problem && String(problem);
    // The validator knows the tabs layout only; the single layout, which Splunk 9 stores, is migrated to it first.
    const migration = migrateToTabsLayout({ definition });
    if (!migration.success) throw new Error(migration.reason);
    report.findings = validator.validate(migration.definition);
}

function clickWhenThere(text) {
    const timer = setInterval(() => {
        const cell = [...document.querySelectorAll('[data-test="cell"], td')].find((node) => node.textContent.trim() === text);
        if (cell) {
            clearInterval(timer);
            const target = cell.querySelector('a, button, [role="button"]') || cell;
            for (const type of ['mousedown', 'mouseup', 'click']) {
                target.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, view: window }));
            }
        }
    }, 200);
}

const definition = await (await fetch(parameters.get('def'))).json();
try {
    validate(definition);
} catch (error) {
    report.failure = String(error.stack);
}
const holder = document.createElement('script');
holder.type = 'application/json';
holder.id = 'report';
holder.textContent = JSON.stringify(report);
document.body.appendChild(holder);

createRoot(document.getElementById('root')).render(
    <SplunkThemeProvider family="enterprise" colorScheme={parameters.get('theme') || 'light'} density="comfortable">
        <DashboardContextProvider preset={EnterpriseViewOnlyPreset} initialDefinition={definition}>
            <DashboardCore width="100%" height="100%" />
        </DashboardContextProvider>
    </SplunkThemeProvider>
);
if (parameters.has('click')) clickWhenThere(parameters.get('click'));
